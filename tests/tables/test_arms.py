"""Both arms of a trial: whole cohorts of one report, and rows alike in what they tell."""

import pytest

from livingreview.evidence import select_class
from livingreview.tables.arms import best_pairs, find_arms, name_treatments, pair_rows


@pytest.fixture(scope="module")
def chapter(review):
    return select_class(review, "blinatumomab")


def test_arms_are_whole_and_of_the_regimens_asked_for(chapter):
    arms = find_arms(chapter)
    assert {trial.report_id for trial in arms} >= {"kantarjian-2017", "brown-2021", "locatelli-2021"}
    for trial in arms:
        assert (trial.experimental["arm"], trial.control["arm"]) == ("experimental", "control")
        assert trial.experimental["report_id"] == trial.control["report_id"] == trial.report_id
    beside = find_arms(chapter, "beside")
    assert "litzow-2024" in {trial.report_id for trial in beside}
    assert not {trial.study_id for trial in beside} & {trial.study_id for trial in arms}


def test_paired_rows_tell_the_same_of_both_arms(chapter):
    same = ("outcome", "definition", "timepoint", "denominator")
    pairs = list(pair_rows(chapter, find_arms(chapter), "outcomes"))
    assert len(pairs) > 10
    for pair in pairs:
        assert [str(pair.experimental[name]) for name in same] == [str(pair.control[name]) for name in same]
        assert pair.experimental["cohort_id"] == pair.arms.experimental["cohort_id"]
        assert pair.control["cohort_id"] == pair.arms.control["cohort_id"]


def test_of_a_trial_each_thing_is_told_once_with_counts_before_percentages(chapter):
    pairs = list(pair_rows(chapter, find_arms(chapter), "outcomes"))
    best = best_pairs(chapter, pairs, lambda pair: pair.experimental["outcome"])
    keys = [(pair.arms.study_id, pair.experimental["outcome"]) for pair in best]
    assert len(set(keys)) == len(keys)
    counted = {(p.arms.study_id, p.experimental["outcome"]) for p in pairs if p.counted}
    assert all(pair.counted for pair, key in zip(best, keys, strict=True) if key in counted)


def test_treatments_are_named(chapter):
    trial = next(arms for arms in find_arms(chapter) if arms.report_id == "kantarjian-2017")
    assert name_treatments(chapter, trial)[0] == "Blinatumomab"
