"""Drawing the figures of a book in one go."""

from pathlib import Path

import pytest

from livingreview.charts.sheet import Sheet, SheetFigure
from livingreview.display.html import Column, HtmlTable, Row
from livingreview.execution.charts import finish_charts


@pytest.fixture
def outputs(monkeypatch):
    """A chapter's outputs with a figure that is still to be drawn."""
    monkeypatch.setenv("LIVINGREVIEW_DEFER_CHARTS", "1")
    table = HtmlTable("t", [Column("a")], [Row(["b"])])

    def lay_out(sheet: Sheet) -> None:
        sheet.text(9, 9, "A --> B & <c>")
        sheet.height = 20

    figure = SheetFigure("T", lay_out, "Words.", table)
    shown = {"data": {"text/html": str(figure.__html__())}, "output_type": "display_data"}
    return {Path("p"): [[shown]]}


@pytest.mark.slow
def test_a_figure_is_drawn_once_and_kept(outputs, tmp_path):
    first = finish_charts(outputs, tmp_path)
    html = first[Path("p")][0][0]["data"]["text/html"]
    assert html.count("<svg ") == 2
    assert html.count("A --&gt; B &amp; &lt;c&gt;") == 2
    assert "<!--" not in html
    (kept,) = tmp_path.glob("*/*.html")
    before = kept.stat().st_mtime_ns
    assert finish_charts(outputs, tmp_path) == first
    assert kept.stat().st_mtime_ns == before


@pytest.mark.slow
def test_a_figure_that_cannot_be_drawn_is_told(tmp_path):
    broken = {
        "data": {"text/html": '<!--chart 0123456789ab [{"width": 1}]-->'},
        "output_type": "display_data",
    }
    with pytest.raises(RuntimeError, match="could not be drawn"):
        finish_charts({Path("p"): [[broken]]}, tmp_path)
