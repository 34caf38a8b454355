"""Rows of results as charts draw them, and what their marks mean."""

import dataclasses

import pytest

from livingreview.charts.marks import (
    ONCE,
    count_row,
    explain_marks,
    fit_row,
    lone_source,
    name_cohort,
    pooled_row,
    stack_parts,
    sum_row,
)
from livingreview.charts.rows import ChartRow, as_table, draw_rows
from livingreview.display.html import Column, HtmlTable, Row
from livingreview.display.numbers import exact_interval
from livingreview.synthesis import pool_proportions
from livingreview.tables.common import with_cohorts
from livingreview.tables.pool import FEW_STUDIES

SUMMED = ("kiyoi-2020.outcome.phase2.cr-crh", "kiyoi-2020.outcome.phase1b.cr-crh")


@pytest.fixture(scope="module")
def rows(review):
    """Every outcome with its cohort, by its address."""
    return {row["row_id"]: row for row in with_cohorts(review, "outcomes")}


def test_a_count_is_drawn_with_its_exact_interval(review, rows):
    row = rows["ramos-2025.outcome.relapse.cr"]
    drawn = count_row(review, row, "Relapse")
    low, high = exact_interval(10, 23)
    assert (drawn.value, drawn.low, drawn.high) == pytest.approx((1000 / 23, 100 * low, 100 * high))
    assert drawn.right.endswith("[23 to 66%]")
    assert (drawn.label, drawn.patients, drawn.kind, drawn.hollow) == ("Relapse", 23, "point", False)


def test_a_percentage_without_its_count_has_no_interval_and_says_so(review, rows):
    drawn = count_row(review, rows["kantarjian-2017.outcome.chemotherapy.cr"], "Control")
    assert drawn.value == 16
    assert drawn.low is drawn.high is None
    assert "count not printed" in f"{drawn.label} {drawn.right}"


def test_a_restated_count_is_hollow(review, rows):
    restated = next(
        row
        for row in rows.values()
        if row["basis"] == "restated" and row["total"] is not None and row["events"] == row["events"]
    )
    drawn = count_row(review, restated, "Restated")
    assert drawn.hollow
    assert drawn.restated


def test_counts_added_up_say_of_what_they_are_the_sum(review, rows):
    drawn = sum_row(review, [rows[name] for name in SUMMED])
    assert (drawn.patients, drawn.value) == (26, pytest.approx(1200 / 26))
    assert "8/21 + 4/5" in drawn.label
    assert "8/21 + 4/5 = 12/26" in drawn.figure.title
    assert "derived" in drawn.figure.marks
    assert drawn.figure.href.endswith(f"#{SUMMED[0]}")


def test_a_pooled_row_always_shows_where_a_new_study_would_be_expected(pooled):
    plan = dataclasses.replace(pooled, entries=pooled.entries[:3])
    few = pooled_row(plan)
    assert few.kind == "pooled"
    assert few.outer == tuple(100 * end for end in plan.new_study)
    assert few.outer[0] <= few.low <= few.value <= few.high <= few.outer[1]
    assert "few studies" in few.label
    many = pooled_row(dataclasses.replace(pooled, entries=pooled.entries * (1 + FEW_STUDIES // 2)))
    assert many.outer[0] <= many.low <= many.value <= many.high <= many.outer[1]
    assert "few studies" not in many.label


def chart(*rows: ChartRow):
    """A chart of some rows."""
    return draw_rows(rows, title="T")


def test_a_mark_is_explained_where_it_first_appears(review, rows):
    square = count_row(review, rows["ramos-2025.outcome.relapse.cr"], "Square")
    diamond = dataclasses.replace(square, label="Diamond", hollow=True, restated=True)
    fitted = fit_row(pool_proportions([1, 2, 3], [10, 10, 10]), "Pooled")
    table = HtmlTable("T", [Column("A")], [Row(["a"])])
    first, second, between, third = explain_marks(
        [chart(square), chart(square, diamond), table, chart(square, fitted)], "First of all. "
    )
    assert between is table
    assert first.note.startswith("First of all. Squares: ")
    assert first.note.endswith(ONCE)
    assert second.note == "Open diamonds: restated from another publication."
    assert "Squares" not in third.note
    assert "green diamond" in third.note
    assert "dashed" not in third.note


def test_charts_come_before_what_could_only_be_tabulated():
    one, other = (HtmlTable(f"T: {name}", [Column("A")], [Row([name])]) for name in "ab")
    drawn = chart(ChartRow("x", 1.0, extra="1%"))
    assert stack_parts([one, drawn, other], "All", "none").parts[0] is drawn
    assert stack_parts([one, drawn, other], "All", "none").parts[1].caption == "All"
    assert stack_parts([], "All", "none").empty == "none"


def test_a_cohort_is_named_with_its_study_where_there_are_several(review, rows):
    row = rows["ramos-2025.outcome.relapse.cr"]
    other = rows["kantarjian-2017.outcome.blinatumomab.cr"]
    assert name_cohort(review, row, one_study=True) == row["c_label"]
    assert name_cohort(review, row, one_study=False) != row["c_label"]
    assert lone_source(review, [row, row])
    assert lone_source(review, [row, other, row]) == ""


def test_the_links_of_a_sum_are_those_of_its_parts(review, rows):
    """A sum is printed in no report, so it has no link: each of its parts has."""
    ids = ["kiyoi-2020.outcome.phase2.cr-crh", "japan-expansion-2022.outcome.adults.cr-crh"]
    drawn = sum_row(review, [rows[row_id] for row_id in ids], whom=" (evaluable)")
    assert "2 cohorts (evaluable): 8/21 + 11/14" in drawn.label
    (row,) = as_table([drawn], "t").rows
    words, *links = row.cells[1]
    assert words == "19/35 (54%), the sum of"
    assert [figure.row_id for figure in links] == ids
    assert row.cells[2] == drawn.extra
