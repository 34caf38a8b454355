"""The plan of what may share a pool: on the whole real data, and on evidence made to break each rule."""

import pandas as pd
import pytest

from livingreview.evidence import records, split_ids
from livingreview.synthesis import pool_proportions
from livingreview.tables.plan import (
    FEW_STUDIES,
    GROUPS,
    LEAST_PATIENTS,
    LEAST_STUDIES,
    TIMED,
    bar,
    synthesis_plan,
)
from tests.changed import change_rows, spoil


@pytest.fixture(scope="module")
def rows(review):
    """Every outcome by row_id, with its cohort's and study's cells."""
    cohorts = review.tables["cohorts"].set_index("cohort_id")
    studies = review.tables["studies"].set_index("study_id")
    columns = ["study_id", "parent_cohort_id", "disease", "setting", "age_group", "arm"]
    frame = review.tables["outcomes"].join(cohorts[columns], on="cohort_id")
    return {
        row["row_id"]: row for row in records(frame.join(studies[["design", "overlaps_with"]], on="study_id"))
    }


def test_no_patient_is_counted_twice(review, plans, rows):
    """Neither two cohorts of one study nor two studies that share patients nor a cohort and a part of it."""
    owners = review.tables["reports"].set_index("report_id")["study_id"]
    for plan in plans:
        studies = [entry.study_id for entry in plan.entries]
        assert len(set(studies)) == len(studies), plan.key
        cohorts = {rows[entry.row_id]["cohort_id"] for entry in plan.entries}
        for entry in plan.entries:
            row = rows[entry.row_id]
            assert not set(split_ids(row["overlaps_with"])) & set(studies), plan.key
            assert row["parent_cohort_id"] not in cohorts, plan.key
            if not pd.isna(row["source_report_id"]):
                assert (
                    owners[row["source_report_id"]] in (entry.study_id, None)
                    or owners[row["source_report_id"]] not in studies
                ), plan.key


def test_a_stratum_is_of_one_kind(plans, rows):
    for plan in plans:
        for column in ("disease", "setting", "age_group", "outcome", "assessed_at"):
            assert len({rows[entry.row_id][column] for entry in plan.entries}) <= 1, (plan.key, column)
        bases = {rows[entry.row_id]["denominator"] for entry in plan.entries}
        assert len(bases) <= 1 or bases <= {"treated", "enrolled", "evaluable"}, plan.key
        for entry in plan.entries:
            row = rows[entry.row_id]
            assert row["assessed_at"] in TIMED
            assert entry.total >= LEAST_PATIENTS
            assert row["design"] not in ("randomised", "case_report"), entry.row_id
            assert pd.isna(row["arm"]), entry.row_id
            assert entry.rebased == (entry.total != sum(rows[row_id]["total"] for row_id in entry.row_ids))
    assert len({plan.key for plan in plans}) == len(plans)


def test_every_count_of_a_stratum_is_kept_or_left_out_with_a_reason(plans):
    for plan in plans:
        kept, left = [entry.row_id for entry in plan.entries], [row_id for row_id, _, _ in plan.left_out]
        assert len(set(kept + left)) == len(kept) + len(left), plan.key
        assert all(len(reason) > 10 and name for _, name, reason in plan.left_out), plan.key
        assert len(kept) + len(left) > 1
        assert plan.reason


def test_too_few_studies_are_never_pooled(review, plans):
    assert {plan.decision for plan in plans} == {"pooled", "listed", "refused"}
    for plan in plans:
        assert (plan.pooled is None) == (len(plan.entries) < LEAST_STUDIES)
        assert (plan.decision == "refused") == (len(plan.entries) < 2)
        if plan.decision == "pooled":
            assert plan.pooled.status == "ok"
            assert ("few studies" in plan.reason) == (len(plan.entries) < FEW_STUDIES)
            assert (plan.pooled.estimate, plan.pooled.total) == (
                pool_proportions(plan.events, plan.totals).estimate,
                sum(plan.totals),
            )
        else:
            assert plan.reason not in ("", "pooled")
    with pytest.raises(ValueError, match="no outcome belongs"):
        synthesis_plan(review, groups=("prices",))


SOUND = {
    "events": 7,
    "total": 20,
    "design": "phase2",
    "arm": pd.NA,
    "base": "all",
    "denominator": "treated",
    "c_n_enrolled": 20,
    "assessed_at": "courses_2",
}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, ""),
        ({"events": pd.NA}, "not printed"),
        ({"total": pd.NA}, "not printed"),
        ({"events": 3, "total": LEAST_PATIENTS - 1}, "fewer than"),
        ({"events": 3, "total": LEAST_PATIENTS}, ""),
        ({"design": "case_report"}, "single patients"),
        ({"design": "randomised"}, "randomised trial"),
        ({"arm": "control"}, "randomised trial"),
        ({"arm": "experimental"}, "randomised trial"),
        ({"base": "subgroup", "denominator": "subgroup"}, "subgroup"),
        ({"denominator": "evaluable", "c_n_enrolled": pd.NA}, "the number treated is not printed"),
        ({"denominator": "evaluable", "total": 15}, "only 15 of 20 patients"),
        ({"denominator": "evaluable", "total": 16}, ""),
        ({"assessed_at": "not_reported"}, "time point is not printed"),
        ({"assessed_at": "other"}, "a time of its own"),
    ],
)
def test_each_rule_bars_in_words(change, words):
    reason = bar(SOUND | change)
    assert reason == "" if words == "" else words in reason


@pytest.fixture(scope="module")
def part(review, pooled):
    """The evidence with no other outcomes than those of the pooled stratum."""
    rows = {entry.row_id for entry in pooled.entries} | {row_id for row_id, _, _ in pooled.left_out}
    return spoil(review, "outcomes", lambda frame: frame.loc[frame["row_id"].isin(rows)])


def found(evidence, key):
    return next((plan for plan in synthesis_plan(evidence, ("response",)) if plan.key == key), None)


def test_studies_that_share_patients_leave_one(part, pooled):
    one, other = pooled.entries[:2]

    def name_each_other(studies):
        for study, partner in ((one.study_id, other.study_id), (other.study_id, one.study_id)):
            studies.loc[studies["study_id"].eq(study), "overlaps_with"] = partner
        return studies

    plan = found(spoil(part, "studies", name_each_other), pooled.key)
    assert len(plan.entries) == len(pooled.entries) - 1
    gone = {one.row_id, other.row_id} - {entry.row_id for entry in plan.entries}
    assert {row_id: reason for row_id, _, reason in plan.left_out if row_id in gone}
    assert all("shares patients with" in reason for row_id, _, reason in plan.left_out if row_id in gone)
    larger = max((one, other), key=lambda entry: (not entry.second_hand, entry.total))
    assert larger.second_hand == other.second_hand or larger.row_id in {
        entry.row_id for entry in plan.entries
    }


def test_another_time_or_denominator_leaves_the_pool(part, pooled):
    entry = pooled.entries[0]
    for cells, words in (
        ({"assessed_at": "course_1"}, "assessed "),
        ({"assessed_at": "not_reported"}, "time point is not printed"),
        ({"denominator": "subgroup"}, None),
    ):
        plan = found(spoil(part, "outcomes", change_rows([entry.row_id], **cells)), pooled.key)
        assert entry.row_id not in {other.row_id for other in plan.entries}
        assert plan.decision != "pooled"
        assert words is None or next(
            reason for row_id, _, reason in plan.left_out if row_id == entry.row_id
        ).startswith((words, "the " + words))


def test_spread_beyond_the_limit_is_shown_not_pooled(part, pooled):
    """Three studies, one without and one with only responders: a single value describes none of them."""

    def scatter(frame):
        for entry, share in zip(pooled.entries, (0.0, 0.5, 0.98), strict=True):
            frame.loc[frame["row_id"].eq(entry.row_id), "events"] = int(share * entry.total)
        return frame

    plan = found(spoil(part, "outcomes", scatter), pooled.key)
    assert plan.decision == "listed"
    assert "differ too much" in plan.reason
    assert plan.pooled is not None
    none = found(
        spoil(part, "outcomes", change_rows([entry.row_id for entry in pooled.entries], events=0)), pooled.key
    )
    assert none.decision == "listed"
    assert "no study has an event" in none.reason


def test_every_group_of_outcomes_is_planned(review):
    assert {plan.outcome for group in GROUPS for plan in synthesis_plan(review, groups=(group,))} == {
        plan.outcome for plan in synthesis_plan(review)
    }
