"""Which rows a figure takes: whole cohorts of included reports, and no patient twice."""

import pytest

from livingreview.charts.selection import (
    group_size,
    larger_groups,
    main_direction,
    one_of_each,
    whole_reports,
)
from livingreview.tables.choice import Choice
from livingreview.tables.common import with_cohorts


@pytest.mark.parametrize(("group", "direction"), [("response", "good"), ("mortality", "bad")])
def test_a_group_has_the_direction_of_most_of_its_outcomes(review, group, direction):
    assert main_direction(review.package.field("outcomes", "outcome"), group) == direction


def test_other_reports_are_taken_for_what_they_restate_of_a_whole_cohort(review):
    rows = whole_reports(review, with_cohorts(review, "outcomes"))
    others = [row for row in rows if row["report_id"] not in review.included]
    assert len(rows) > len(others) > 0
    assert {row["basis"] for row in others} <= {"restated", "restated_derived"}


def test_no_two_rows_taken_may_share_a_patient(review):
    """Of one study two rows only where they are its arms or known to be apart; of two, none overlaps."""
    rows = whole_reports(review, with_cohorts(review, "outcomes"))
    kept = one_of_each(review, rows, lambda row: row, lambda row: (row["c_label"],))
    studies = [review.cohort_studies[row["cohort_id"]] for row in kept]
    assert 1 < len(kept) < len(rows)
    assert not any(other in review.overlaps[study] for study in studies for other in studies)
    assert len({row["cohort_id"] for row in kept}) == len(kept)


def test_of_two_that_share_patients_the_first_asked_for_stays(review):
    rows = whole_reports(review, with_cohorts(review, "outcomes"))
    one = [row for row in rows if row["cohort_id"] == rows[0]["cohort_id"]]
    for sign in (1, -1):
        told = {row["row_id"]: sign * place for place, row in enumerate(one)}
        (kept,) = one_of_each(review, one, lambda row: row, lambda row: (told[row["row_id"]],))  # noqa: B023
        assert told[kept["row_id"]] == max(told.values())


def test_a_share_of_more_than_twice_the_patients_is_a_choice_beside_a_counted_part(review):
    rows = {
        row["row_id"]: row | {"base": "all"}
        for row in with_cohorts(review, "outcomes")
        if row["report_id"] == "gmall-relapse-2012"
    }
    counted = rows["gmall-relapse-2012.outcome.after-transplant.cr"]
    told = [Choice("gmall-relapse", (counted,), 48)]
    (larger,) = larger_groups(told, list(rows.values()))
    assert larger.rows[0]["row_id"] == "gmall-relapse-2012.outcome.first-salvage.cr"
    assert (group_size(larger.rows), group_size([counted])) == (224, 48)
    half = larger.rows[0] | {"c_n_enrolled": 96}
    assert larger_groups(told, [counted, half]) == [], "no more than twice as many"
