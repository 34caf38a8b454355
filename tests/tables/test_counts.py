"""What bars a count from a pool, rule by rule."""

import pandas as pd
import pytest

from livingreview.evidence import split_ids
from livingreview.tables.counts import LEAST_PATIENTS, ONCE, bar, count_rows, pooled_results

SOUND = {
    "events": 7,
    "total": 20,
    "design": "phase2",
    "arm": "",
    "base": "all",
    "evaluable": False,
    "c_n_enrolled": 20,
    "c_parent_cohort_id": pd.NA,
    "basis": "reported",
    "timing": "point",
    "time_told": "timed",
    "care": "trial",
}
HARM = SOUND | {
    "timing": ONCE,
    "least_grade": 3,
    "grade_min": 3,
    "grade_max": 5,
    "others_told": False,
    "period": pd.NA,
    "attribution": "not_reported",
}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, ""),
        ({"events": pd.NA}, "not reported"),
        ({"total": pd.NA}, "not reported"),
        ({"events": 3, "total": LEAST_PATIENTS - 1}, "fewer than"),
        ({"events": 3, "total": LEAST_PATIENTS}, ""),
        ({"events": 0}, ""),
        ({"care": "secondary"}, "review of other studies"),
        ({"care": "single"}, "single patients"),
        ({"design": "randomised", "arm": "control"}, ""),
        ({"base": "subgroup"}, "subgroup"),
        ({"base": "unknown"}, "whom the count is of"),
        ({"evaluable": True, "c_n_enrolled": pd.NA}, "the number treated is not reported"),
        ({"evaluable": True, "total": 15}, "only 15 of 20 patients"),
        ({"evaluable": True, "total": 16}, ""),
        ({"basis": "restated"}, ""),
        (
            {"basis": "restated_derived", "c_parent_cohort_id": "x.all"},
            "another publication's count, of a part",
        ),
        ({"time_told": "unknown"}, "time point is not reported"),
        ({"time_told": "own"}, "a time of its own"),
        ({"timing": ONCE, "time_told": "own"}, ""),
        ({"timing": "follow_up", "time_told": "own"}, "how long patients were followed"),
    ],
)
def test_each_rule_of_the_primary_pool_bars_in_words(change, words):
    reason = bar(SOUND | change)
    assert reason == "" if words == "" else words in reason


@pytest.mark.parametrize(
    ("kind", "change", "words"),
    [
        ("any_time", {"time_told": "unknown"}, ""),
        ("widest", {"time_told": "own"}, ""),
        ("any_time", {"timing": "follow_up"}, "how long patients were followed"),
        ("any_time", {"care": "single"}, "single patients"),
        ("no_arms", {"arm": "experimental"}, "an arm of a randomised trial"),
        ("no_arms", {"time_told": "unknown"}, "time point is not reported"),
        ("first_hand", {"basis": "restated"}, "another publication"),
        ("first_hand", {}, ""),
        ("trials", {"care": "routine"}, "not a trial"),
        ("routine", {"care": "trial"}, "not routine care"),
        ("routine", {"care": "routine", "assessed_at": "not_reported"}, ""),
    ],
)
def test_each_other_pool_changes_one_rule(kind, change, words):
    reason = bar(SOUND | change, kind)
    assert reason == "" if words == "" else words in reason


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, ""),
        ({"events": 0}, ""),
        ({"grade_max": 3}, ""),
        ({"grade_max": 3, "others_told": True}, "other grades are counted as well"),
        ({"grade_max": 4, "others_told": True}, ""),
        ({"grade_min": pd.NA, "grade_max": pd.NA}, "the grade is not reported"),
        ({"grade_min": 1}, "of other grades"),
        ({"grade_min": 4}, ""),
        ({"grade_min": 4, "others_told": True}, "other grades are counted as well"),
        ({"grade_min": 5, "grade_max": 5}, "of other grades"),
        ({"least_grade": None, "grade_min": pd.NA}, ""),
        ({"period": "cycle 1"}, "a part of the treatment"),
        ({"attribution": "treatment_related"}, "put down to the treatment"),
    ],
)
def test_adverse_events_by_grade_period_and_cause(change, words):
    reason = bar(HARM | change)
    assert reason == "" if words == "" else words in reason


def test_what_is_pooled_under_one_name_is_in_the_data(review):
    """Every code and term that is listed exists; a word that counts nothing would never be missed."""
    results = pooled_results(review)
    outcomes = review.package.field("outcomes", "outcome").labels
    terms = set(review.tables["adverse_events"]["term"])
    endpoints = review.package.field("survival", "endpoint").labels
    known = {"outcomes": set(outcomes), "adverse_events": terms, "survival": set(endpoints)}
    for result in results:
        assert set(result.codes) <= known[result.table], result.result_id
    assert len({(code, result.attribution) for result in results for code in result.codes}) == sum(
        len(split_ids(cell)) for cell in review.tables["pooled_results"]["codes"]
    ), "no code under two names"


def test_fatal_events_stand_by_what_they_are_put_down_to(review):
    """51 of TOWER's 267 were fatal, 8 of them put down to the treatment: two results, neither barred."""
    rows = {row["row_id"]: row for row in count_rows(review, "harm")}
    whole = rows["stein-2018.ae.tower.fatal-adverse-event-g5"]
    related = rows["stein-2018.ae.tower.fatal-adverse-event-related-g5"]
    assert [(row["outcome"], row["events"], bar(row)) for row in (whole, related)] == [
        ("fatal-event", 51, ""), ("fatal-event-related", 8, ""),
    ]  # fmt: skip
    other = rows["kantarjian-2017.ae.blinatumomab.cytokine-release-syndrome-g3"]
    assert bar(other) == ""
    assert "put down to the treatment" in bar(other | {"attribution": "treatment_related"})


def test_a_part_of_a_study_is_a_subgroup_whichever_report_picks_it_out(review):
    """Patients after transplant are 64 of a trial's 189: no result of theirs stands for the trial."""
    rows = [
        row
        for group in ("response", "mrd", "harm")
        for row in count_rows(review, group)
        if row["report_id"] == "stein-post-hsct"
    ]
    assert len(rows) > 4
    assert all("subgroup picked out" in bar(row, "widest") for row in rows)
    assert any("fewer than half of its study's 189 patients" in bar(row, "widest") for row in rows)


def test_what_is_no_subgroup(review):
    """Cohorts declared apart, a regimen of its own in a report that compares several, most of a study."""
    rows = {row["row_id"]: row for group in ("response", "harm") for row in count_rows(review, group)}
    for row_id in (
        "kiyoi-2020.outcome.phase1b.cr-crh",
        "graall-clofarabine-2011.outcome.endevol.cr",
        "von-stackelberg-2016.ae.recommended.crs-g3",
    ):
        assert rows[row_id]["part_of"] == 0


def test_higher_grades_of_the_same_study_bar_a_grade_alone(review):
    """BLAST counts neurological events of grade 3 and of grade 4: neither is grade 3 or more."""
    rows = {row["row_id"]: row for row in count_rows(review, "harm")}
    assert "other grades" in bar(rows["gokbuget-2018.ae.treated.neurotoxicity-g3-only"])
    assert bar(rows["gokbuget-2018.ae.treated.crs-g3"]) == ""
