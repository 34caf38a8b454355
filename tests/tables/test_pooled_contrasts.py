"""Randomised ratios pooled by population and endpoint: two trials by a common effect, said so."""

import pandas as pd
import pytest

from livingreview.synthesis import hazard_ratio_from_interval, pool_generic
from livingreview.tables.pooled_contrasts import (
    COMMON,
    ContrastPool,
    TrialRatio,
    contrast_pools,
    tabulate_pooled_contrasts,
)
from tests.changed import change_rows, spoil


@pytest.fixture(scope="module")
def pools(review):
    return contrast_pools(review)


def find(pools, endpoint, *studies):
    return next(
        pool
        for pool in pools
        if pool.endpoint == endpoint and {trial.study_id for trial in pool.trials} == set(studies)
    )


def test_two_trials_of_first_relapse_have_a_common_effect(pools):
    """DFS 0.73 (0.55 to 0.96), OS 0.63 (0.43 to 0.93): two randomisations, of two risk groups."""
    for endpoint, expected in (
        ("disease-free survival", [0.73, 0.55, 0.96]),
        ("overall survival", [0.63, 0.43, 0.93]),
    ):
        pool = find(pools, endpoint, "aall1331", "aall1331-low-risk")
        assert pool.method == COMMON
        assert [pool.pooled.effect, *pool.pooled.ci] == pytest.approx(expected, abs=0.006)


def test_with_a_trial_of_another_population_it_is_that_of_an_independent_calculation(pools):
    """OS with TOWER 0.68 (0.55 to 0.85), random effects 0.43 to 1.10; here populations stand apart."""
    apart = [
        *find(pools, "overall survival", "aall1331", "aall1331-low-risk").trials,
        *find(pools, "overall survival", "tower").trials,
    ]
    numbers = [one.log_ratio for one in apart], [one.se for one in apart]
    common = pool_generic(*numbers, method="EE", test="z")
    assert [common.effect, *common.ci] == pytest.approx([0.68, 0.55, 0.85], abs=0.006)
    assert pool_generic(*numbers, method="REML").ci == pytest.approx([0.43, 1.10], abs=0.01)


def test_no_rule_looks_at_a_ratio_or_a_count(review, pools):
    """With other estimates, limits and events the same trials stand in the same pools."""

    def turn(frame):
        ratio = frame["statistic"].eq("hazard_ratio")
        for name in ("estimate", "ci_low", "ci_high"):
            frame.loc[ratio, name] = 1 / frame.loc[ratio, name]
        low, high = frame.loc[ratio, "ci_high"], frame.loc[ratio, "ci_low"]
        frame.loc[ratio, "ci_low"], frame.loc[ratio, "ci_high"] = low, high * 1.5
        return frame

    def other_events(frame):
        return frame.assign(events=frame["total"] - frame["events"])

    turned = spoil(spoil(review, "survival", turn), "outcomes", other_events)
    again = {(pool.kind, pool.population, pool.code): pool for pool in contrast_pools(turned)}
    assert set(again) == {(pool.kind, pool.population, pool.code) for pool in pools}
    for pool in pools:
        other = again[pool.kind, pool.population, pool.code]
        assert [one.study_id for one in other.trials] == [one.study_id for one in pool.trials]


@pytest.mark.slow
def test_counts_of_groups_that_the_result_made_give_no_randomised_ratio(review):
    """Transplants in two trials of first relapse, as if of one population: of all, or of responders."""

    def pools_of(whom):
        def alike(frame):
            frame.loc[frame["cohort_id"].str.startswith("brown-2021"), "age_group"] = "paediatric"
            return frame

        def denominators(frame):
            transplants = frame["row_id"].str.fullmatch(r"(brown|locatelli)-2021\.outcome\.\w+\.transplant")
            frame.loc[transplants, ["outcome", "denominator"]] = "transplant", whom
            return frame

        changed = spoil(spoil(review, "cohorts", alike), "outcomes", denominators)
        return [pool for pool in contrast_pools(changed) if (pool.kind, pool.code) == ("RR", "transplant")]

    assert [len(pool.trials) for pool in pools_of("enrolled")] == [2]
    assert pools_of("responders") == []


def test_of_trials_that_share_patients_the_larger_stands(review):
    """The more precise one once stood, which its events decide."""
    shared = spoil(
        review,
        "studies",
        lambda frame: frame.assign(
            overlaps_with=frame["overlaps_with"].mask(frame["study_id"].eq("aall1331"), "aall1331-low-risk")
        ),
    )
    sharp = change_rows(["brown-2021.survival.blinatumomab.dfs-hr"], ci_low=0.69, ci_high=0.71)
    pools = contrast_pools(spoil(shared, "survival", sharp))
    assert [one.patients for one in find(pools, "disease-free survival", "aall1331-low-risk").trials] == [127]


def test_a_single_trial_is_not_pooled(pools):
    pool = find(pools, "overall survival", "tower")
    assert pool.pooled is None
    assert pool.method == ""


def test_three_trials_are_pooled_by_random_effects():
    trials = tuple(
        TrialRatio((), f"s{i}", f"S{i}", value, 0.2, (1, 1, 1), 100)
        for i, value in enumerate((-0.2, -0.5, -0.1))
    )
    pool = ContrastPool("stratum", "endpoint", "HR", trials)
    fit = pool_generic([-0.2, -0.5, -0.1], [0.2] * 3, method="REML")
    assert (pool.pooled.effect, pool.pooled.ci) == (fit.effect, fit.ci)


def test_ratios_of_parts_of_an_endpoint_are_not_taken(pools):
    """One trial prints two cause-specific ratios of one endpoint: neither is that of the endpoint."""
    rows = {row_id for pool in pools for trial in pool.trials for row_id in trial.row_ids}
    assert not any(row_id.startswith("parker-2010.survival.mitoxantrone.efs-hr") for row_id in rows)


def test_no_trial_stands_twice_nor_beside_one_that_shares_its_patients(review, pools):
    for pool in pools:
        studies = [trial.study_id for trial in pool.trials]
        assert len(set(studies)) == len(studies)
        assert not any(review.overlaps[study] & set(studies) for study in studies)


def test_effects_per_hundred_are_at_the_control_arms_own_risk(review, pools):
    table = tabulate_pooled_contrasts(review, caption="Randomised")
    assert len(table.rows) == len(pools)
    pool = find(pools, "disease-free survival", "aall1331", "aall1331-low-risk")
    named = [pool.stratum, "disease-free survival, hazard ratio"]
    row = next(row for row in table.rows if row.cells[0] == named)
    assert any(line.endswith("(Blinatumomab): 0.70 (0.47 to 1.03)") for line in row.cells[1]), "as printed"
    assert sum("with chemotherapy" in line for line in row.cells[1]) == 1, "instead of it, or with it"
    line = next(line for line in row.cells[3] if "61 on control (events by 24 months)" in line)
    survival = 0.39**pool.pooled.effect
    assert f"; by the pooled ratio of 2 comparisons {100 * (survival - 0.39):.0f} fewer" in line
    assert f": by its own ratio {100 * (0.39**0.7 - 0.39):.0f} fewer" in line
    assert COMMON in row.cells[2]
    ratio = hazard_ratio_from_interval(0.7, 0.47, 1.03)
    assert {trial.log_ratio for trial in pool.trials} >= {ratio.log_hr}


def test_a_trial_without_an_effect_of_its_own_is_not_told_as_having_one(review, pools):
    """Low risk: 0.76 (0.51 to 1.14), which the pooled ratio alone turned into 18 to 1 fewer."""
    table = tabulate_pooled_contrasts(review, caption="Randomised")
    pool = find(pools, "disease-free survival", "aall1331", "aall1331-low-risk")
    line = next(
        line
        for row in table.rows
        if row.cells[0] == [pool.stratum, "disease-free survival, hazard ratio"]
        for line in row.cells[3]
        if "low risk" in line
    )
    own, pooled = line.split("; by the pooled ratio ")
    assert "more" not in pooled
    assert own.endswith(" more)")


def test_a_ratio_whose_report_prints_no_number_of_patients_stands_all_the_same(review):
    """A summary by an agency, say, gives the ratio alone."""
    row_id = "fda-blinatumomab-2025.survival.blinatumomab.os-hr"
    survival = review.tables["survival"].set_index("row_id")
    assert pd.isna(survival.loc[row_id, "total"])
    trials = [trial for pool in contrast_pools(review) for trial in pool.trials if row_id in trial.row_ids]
    assert [(trial.study_id, trial.patients) for trial in trials] == [("nct02393859", 0)]
