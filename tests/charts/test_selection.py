"""Which rows a chart draws: counts of some size, both arms or none, and no count beside its complement."""

from types import SimpleNamespace

import pandas as pd
import pytest

from livingreview.charts.selection import (
    arms_together,
    by_block,
    choose_drawn,
    drawable_counts,
    main_direction,
    without_complements,
)
from livingreview.tables.choice import Choice, Kinship
from livingreview.tables.common import with_cohorts
from livingreview.tables.outcomes import select_outcomes

ROW = {
    "report_id": "a-2000",
    "cohort_id": "a",
    "outcome": "cr",
    "events": 4,
    "total": 10,
    "percent_reported_pct": pd.NA,
    "denominator": "treated",
    "c_arm": pd.NA,
    "c_parent_cohort_id": pd.NA,
}


def row(row_id: str, **cells) -> dict:
    """One row."""
    return ROW | {"row_id": row_id} | cells


def ids(rows) -> list[str]:
    """The names of rows."""
    return [item["row_id"] for item in rows]


@pytest.fixture(scope="module")
def field(review):
    """The column of outcomes, with the direction of each."""
    return review.package.field("outcomes", "outcome")


@pytest.mark.parametrize(
    ("cells", "drawn"),
    [
        ({}, True),
        ({"events": 0}, True),
        ({"events": pd.NA}, False),
        ({"total": pd.NA}, False),
        ({"denominator": "subgroup"}, False),
        ({"events": pd.NA, "percent_reported_pct": 16.0}, False),
    ],
)
def test_only_counts_are_drawn(cells, drawn):
    assert bool(drawable_counts([row("x", **cells)])) is drawn


def test_a_percentage_is_drawn_only_beside_the_other_arm():
    percent = row("control", events=pd.NA, percent_reported_pct=16.0, c_arm="control", cohort_id="b")
    counted = row("experimental", c_arm="experimental")
    assert ids(drawable_counts([counted, percent])) == ["experimental", "control"]
    for other in ({"outcome": "orr"}, {"timepoint": "later"}, {"report_id": "b-2001"}, {"c_arm": "control"}):
        assert ids(drawable_counts([counted | other, percent])) == ["experimental"], other
    both = [percent, percent | {"row_id": "other", "c_arm": "experimental"}]
    assert ids(drawable_counts(both)) == ["control", "other"], "neither arm stands alone"


def test_subgroups_and_lone_percentages_are_not_drawn(review):
    rows = select_outcomes(review, "response")
    assert not [row for row in drawable_counts(rows) if row["denominator"] == "subgroup"]
    lone = [row for row in drawable_counts(rows) if pd.isna(row["events"])]
    assert {str(row["c_arm"]) for row in lone} <= {"control", "experimental"}
    assert all(choice.rows for choice in choose_drawn(review, drawable_counts(rows), "outcome"))


@pytest.mark.parametrize(("group", "direction"), [("response", "good"), ("mortality", "bad")])
def test_a_group_has_the_direction_of_most_of_its_outcomes(field, group, direction):
    assert main_direction(field, group) == direction


@pytest.mark.parametrize(("group", "kept"), [("response", "good"), ("mortality", "bad")])
def test_of_a_count_and_its_complement_the_one_stays_that_the_group_is_about(review, field, group, kept):
    codes = {
        way: next(code for code, told in field.directions.items() if told == way) for way in ("good", "bad")
    }
    good, bad = row("good", outcome=codes["good"]), row("bad", outcome=codes["bad"], events=6)
    assert ids(without_complements(review, [good, bad], group)) == [kept]
    for other in ({"events": 5}, {"total": 12}, {"cohort_id": "b"}):
        pair = [good | other, bad] if kept == "good" else [good, bad | other]
        assert len(without_complements(review, pair, group)) == 2, other


def test_cohorts_of_a_family_of_one_study_stand_side_by_side(review):
    """Nothing is chosen among studies, so parts are drawn beside their whole."""
    rows = drawable_counts(select_outcomes(review, "response"))
    one_study: dict[str, set] = {}
    for item in rows:
        one_study.setdefault(item["c_family"], set()).add(review.cohort_studies[item["cohort_id"]])
    chosen = choose_drawn(review, rows, "outcome")
    for choice in chosen:
        if len(one_study[choice.rows[0]["c_family"]]) == 1:
            assert not choice.is_sum
    assert any(choice.is_sum for choice in chosen)
    assert not any(choice.is_sum for choice in choose_drawn(review, rows, "outcome", add=False))
    assert all(
        choice.size >= 20 or pd.isna(choice.rows[0]["total"])
        for choice in choose_drawn(review, rows, "outcome", least=20)
    )


def choice(study: str, size: int, **cells) -> Choice:
    """One row of a study as a choice."""
    return Choice(study, (row(f"{study}-{cells.get('cohort_id', 'a')}", total=size, **cells),), size)


def test_both_arms_of_a_trial_stand_together_and_the_largest_study_first():
    arms = {"e": "experimental", "k": "control"}
    evidence = SimpleNamespace(memo={"kinship": Kinship({}, {}, arms, {})})
    mixed = [
        choice("small", 5),
        choice("trial", 30, cohort_id="k", c_arm="control"),
        choice("large", 50),
        choice("trial", 60, cohort_id="e", c_arm="experimental"),
    ]
    assert [item.rows[0]["row_id"] for item in arms_together(evidence, mixed)] == [
        "trial-e",
        "trial-k",
        "large-a",
        "small-a",
    ]


def test_blocks_come_in_the_order_in_which_they_first_appear():
    choices = [choice("s", 1, outcome="orr"), choice("t", 2), choice("u", 3, outcome="orr")]
    blocks = by_block(choices, "outcome")
    assert list(blocks) == ["orr", "cr"]
    assert blocks["orr"] == [choices[0], choices[2]]


def test_regimens_compared_by_one_report_are_never_added_up(review):
    """Children on CLAG-M and on MEC or IEC: two lines, whatever the sum of both would be."""
    drawn = [
        choice
        for choice in choose_drawn(
            review, drawable_counts(select_outcomes(review, "response")), "outcome", least=5
        )
        if choice.study_id == review.cohort_studies["clag-m-children.clag-m"]
    ]
    assert {row["cohort_id"] for choice in drawn for row in choice.rows} == {
        "clag-m-children.clag-m",
        "clag-m-children.mec-iec",
    }
    assert not any(choice.is_sum for choice in drawn)


def test_no_sum_holds_two_regimens_of_one_report(review):
    regimens = review.tables["cohorts"].set_index("cohort_id")["regimen_id"]
    for group in ("response", "mrd", "mortality", "transplant"):
        rows = drawable_counts(select_outcomes(review, group))
        for choice in choose_drawn(review, rows, "outcome"):
            named = {(row["report_id"], regimens[row["cohort_id"]]) for row in choice.rows}
            assert len({report for report, _ in named}) == len(named)


def test_a_percentage_without_its_count_is_drawn_among_harms(review):
    """Grade 3 infection in 44% of MITCL's patients, whose count is not printed, is not left out."""
    rows = with_cohorts(review, "adverse_events")
    few, all_printed = drawable_counts(rows), drawable_counts(rows, percentages=True)
    more = [row for row in all_printed if row not in few]
    assert len(more) > 20
    assert all(not pd.isna(row["percent_reported_pct"]) for row in more)
    for choice in choose_drawn(review, all_printed, "term", "period", "grade_min", "grade_max"):
        assert not choice.is_sum or not any(pd.isna(row["events"]) for row in choice.rows)
