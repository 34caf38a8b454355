"""The pooled median as studies became available: what each row adds, and where its interval stands."""

import dataclasses

import pytest

from livingreview.charts import cumulative as module
from livingreview.charts.intervals import IntervalRow, lay_out_intervals
from livingreview.charts.sheet import COLOURS, FEWEST_MARKS, PHONE, WIDE, Sheet, SheetFigure
from livingreview.evidence import select_class, select_part
from livingreview.synthesis import cumulative
from livingreview.tables.labels import TwinsError
from livingreview.tables.pool import LEAST_STUDIES
from tests.drawn import words_of


@pytest.fixture(scope="module")
def figure(review, pooled):
    return module._draw(review, pooled, "C")


def test_each_study_is_a_row_that_leads_to_its_count(review, pooled, figure):
    rows = [row.cells for row in figure.table.rows]
    assert [cells[0] for cells in rows] == [entry.name for entry in pooled.entries]
    for sheet in figure.sheets():
        assert [link.partition("#")[2] for link in sheet.links] == [e.row_id for e in pooled.entries]


def test_nothing_is_pooled_of_too_few_studies(pooled, figure):
    shown = [row.cells[3] for row in figure.table.rows]
    assert set(shown[: LEAST_STUDIES - 1]) == {"not pooled"}
    assert "not pooled" not in shown[LEAST_STUDIES - 1 :]
    for sheet in figure.sheets():
        diamonds = [m for m in sheet.marks if m.get("f") == COLOURS["pooled"]]
        assert len(diamonds) == len(shown) - LEAST_STUDIES + 1


def test_the_last_row_is_the_pool_itself(pooled, figure):
    fit = cumulative(pooled.events, pooled.totals)[-1]
    last = figure.table.rows[-1].cells
    assert last[4] == f"{fit.k} studies, {fit.total} patients"
    assert f"{last[0]}, " in figure.description
    assert last[3] in figure.description
    assert fit.total == sum(entry.total for entry in pooled.entries)


def test_a_date_that_is_not_known_is_said(review, pooled):
    undated = dataclasses.replace(
        pooled, entries=tuple(dataclasses.replace(e, available="") for e in pooled.entries)
    )
    assert "date not established" in module._draw(review, undated, "C").description


def test_two_rows_that_read_alike_stop_the_build(review, pooled):
    first, second, *rest = pooled.entries
    twins = dataclasses.replace(pooled, entries=(first, dataclasses.replace(second, name=first.name), *rest))
    with pytest.raises(TwinsError):
        module._draw(review, twins, "C")


@pytest.mark.parametrize("width", [WIDE, PHONE])
def test_an_estimate_stands_at_its_place_on_the_axis(width):
    ends = [IntervalRow(f"{value}%", "", "x", "", value) for value in (0.0, 50.0, 100.0)]
    sheet = Sheet(width)
    lay_out_intervals(sheet, ["Heading", *ends, IntervalRow("none", "", "no estimate", "", None)])
    low, middle, high = (mark["x"] for mark in sheet.marks if mark.get("f") == COLOURS["treated"])
    ticks = {
        text["t"]: text["x"] for text in sheet.texts if text["t"].endswith("%") and text["a"] == "center"
    }
    assert (low, middle, high) == pytest.approx((ticks["0%"], ticks["50%"], ticks["100%"]), abs=0.1)
    assert words_of(sheet)[0] == "Heading"


@pytest.mark.slow
def test_few_estimates_are_a_table(review):
    """Three studies are one pooled value, which once had a figure of its own."""
    core = select_part(select_class(review, "blinatumomab"), "core")
    parts = module.draw_cumulative(core, title="C").parts
    for part in parts:
        table = part.table if isinstance(part, SheetFigure) else part
        estimates = sum(row.cells[3] != module.NOT_POOLED for row in table.rows)
        assert isinstance(part, SheetFigure) == (estimates >= FEWEST_MARKS)
        assert isinstance(part, SheetFigure) or "Diamond" not in table.notes[0]
    assert len({type(part) for part in parts}) == 2
