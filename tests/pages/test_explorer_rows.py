"""The rows of the explorer: all of them, with the numbers of the book."""

import pytest

from livingreview.display.numbers import exact_interval, write_value
from livingreview.pages.explorer_rows import COLUMNS, TABLES


@pytest.mark.slow
def test_every_cohort_and_result_is_a_row_with_the_numbers_of_the_book(review, rows):
    by_id = {row["row_id"]: row for row in rows}
    wanted = {
        row_id
        for name in TABLES
        for row_id, cohort in zip(
            review.tables[name]["row_id"], review.tables[name]["cohort_id"], strict=True
        )
        if isinstance(cohort, str)
    }
    assert by_id.keys() == wanted
    assert all(row.keys() == set(COLUMNS) for row in rows)
    for row_id, row in by_id.items():
        source = review.row(row_id)
        assert row["value"] == write_value(review, source)
        assert row["report"][0] == source["report_id"]
        if row["interval"][0] == "exact":
            ends = [100 * end for end in exact_interval(source["events"], source["total"])]
            assert [row["low"], row["high"]] == pytest.approx(ends, abs=0.0501)
            assert (row["low"] == 0) == (source["events"] == 0)
            assert (row["high"] == 100) == (source["events"] == source["total"])
        if row["low"] is not None:
            assert 0 <= row["low"] <= row["percent"] <= row["high"] <= 100


def test_no_two_characteristics_of_a_cohort_read_alike(rows):
    """Four shares of one arm stood under one label in the plot: the category was not part of what is told."""
    told = [
        (row["report"], row["cohort"], row["outcome"][1])
        for row in rows
        if row["kind"][0] == "characteristics"
    ]
    assert len(told) == len(set(told)) > 100
    asked = {row["outcome_group"] for row in rows if row["kind"][0] == "characteristics"}
    assert ("marrow_blasts", "Any of: Marrow blasts before treatment") in asked


def test_grades_ratios_and_sizes_can_be_asked_for(rows):
    grades = {row["grade"] for row in rows if row["kind"][0] == "adverse_events"}
    assert {("3-5", "Grade 3 to 5"), ("3", "Grade 3"), ("not_given", "Grade not given")} <= grades
    for row in rows:
        if row["ratio"] is not None:
            assert row["percent"] is None
            assert row["ratio_low"] is None or row["ratio_low"] <= row["ratio"] <= row["ratio_high"]
        assert row["total"] is None or row["patients"] == row["total"] or row["total"] == 0
        assert row["year"] is None or 1970 < row["year"] < 2100
