"""Charts of rows."""

import pytest

from livingreview.charts.rows import ChartRow, draw_rows
from livingreview.display.numbers import Figure
from livingreview.tables.labels import TwinsError


def test_a_chart_of_nothing_is_refused():
    with pytest.raises(ValueError, match="no row to draw"):
        draw_rows([ChartRow("only a heading")], title="Empty")


def test_same_chart_same_bytes():
    row = ChartRow("row", 40.0, 20.0, 60.0, Figure("4/10 (40%)", "a.b", "r.html#a.b"), "", 10)
    first, second = (str(draw_rows([row], title="T").__html__()) for _ in range(2))
    assert first == second


def test_twins_stop_the_build_and_are_named():
    one, other = (
        ChartRow("Anaemia", 1.0, figure=Figure("1/9", name, f"r.html#{name}")) for name in ("a.x", "b.y")
    )
    with pytest.raises(TwinsError, match=r"'Harm'.*a\.x.*b\.y.*'Blood; Anaemia'"):
        draw_rows([ChartRow("Blood"), one, other], title="Harm")
    draw_rows([ChartRow("Blood"), one, ChartRow("Heart"), other], title="Harm")
