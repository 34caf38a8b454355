"""Drawing the charts of a book in one go."""

from pathlib import Path

import pytest

from livingreview.execution.charts import finish_charts


@pytest.mark.slow
def test_a_chart_that_cannot_be_drawn_is_told(tmp_path):
    broken = {
        "data": {"text/html": '<!--chart 0123456789ab {"mark": "no-such-mark"}-->'},
        "output_type": "display_data",
    }
    with pytest.raises(RuntimeError, match="could not be drawn"):
        finish_charts({Path("p"): [[broken]]}, tmp_path)
