"""One pool: its median and the interval for a new study, or why nothing can be estimated."""

from dataclasses import replace

import pytest

from livingreview.synthesis import compare_levels, pool_proportions
from livingreview.tables.pool import (
    FAR_FROM_MEDIAN,
    LEAST_STUDIES,
    SPREAD,
    WIDEST,
    Entry,
    Place,
    Plan,
    find_fractions,
    find_moderators,
)

PLACE = Place("family", "disease", "overt", "adult", "outcome", "all", "courses_2")


def pool(*counts, care=(), setting=(), place=PLACE, kind="primary"):
    entries = tuple(
        Entry(
            f"row-{i}-{place.age}", f"study-{i}", f"Study {i}", events, total,
            care=care[i] if care else "", setting=setting[i] if setting else "",
        )
        for i, (events, total) in enumerate(counts)
    )  # fmt: skip
    return Plan("stratum", "outcome", "when", "base", "key", place, kind, entries)


@pytest.mark.parametrize(
    ("counts", "decision"),
    [((), "refused"), (((3, 9),), "refused"), (((3, 9), (4, 9)), "listed"), (((3, 9),) * 3, "pooled")],
)
def test_how_many_studies_are_needed(counts, decision):
    plan = pool(*counts)
    assert plan.decision == decision
    assert (plan.pooled is None) == (len(counts) < LEAST_STUDIES)
    assert (plan.new_study is None) == (decision != "pooled")
    assert plan.reason


@pytest.mark.slow
def test_median_by_the_first_model_new_study_by_the_bayesian():
    """By an independent calculation: 48.7% [37 to 61], a new study 23 to 78."""
    counts = (25, 36), (81, 189), (41, 90), (23, 40), (115, 271)
    plan = pool(*counts)
    weak = pool_proportions(plan.events, plan.totals, model="bayes")
    shown = [plan.pooled.estimate, *plan.pooled.ci, *weak.prediction]
    assert [100 * value for value in shown] == pytest.approx([48.7, 37, 61, 23, 78], abs=0.6)
    bayes = pool_proportions(plan.events, plan.totals, model="bayes", tau_scale=SPREAD)
    assert plan.new_study == bayes.prediction != pool_proportions(plan.events, plan.totals).prediction
    assert bayes.prediction[0] < weak.prediction[0] < weak.prediction[1] < bayes.prediction[1]


def test_spread_never_hides_a_result():
    """Hiding keeps those whose spread came out small by chance; the interval leads instead."""
    plan = pool((0, 30), (15, 30), (29, 30))
    assert plan.decision == "pooled"
    assert plan.is_wide
    assert plan.new_study[1] - plan.new_study[0] > WIDEST
    assert plan.reason.endswith(FAR_FROM_MEDIAN)
    assert not pool((9, 30), (10, 30), (11, 30), (90, 270), (33, 100)).is_wide


@pytest.mark.slow
def test_studies_without_an_event_are_pooled_all_the_same():
    """The first model has no finite estimate there; the Bayesian has."""
    for plan in (pool((0, 30), (0, 20), (0, 50)), pool((30, 30), (20, 20), (50, 50))):
        assert plan.decision == "pooled"
        assert plan.pooled.model == "bayes"
        assert 0 < plan.pooled.ci[0] < plan.pooled.estimate < plan.pooled.ci[1] < 1
    mixed = pool((0, 30), (2, 20), (3, 50))
    assert mixed.pooled.model == "glmm"
    assert mixed.pooled.k == 3


def test_what_may_explain_a_spread_is_looked_for_and_told_whatever_it_is():
    counts = (27, 70), (10, 26), (6, 13), (26, 33), (44, 61), (3, 6)
    care = ("trial", "trial", "routine", "routine", "routine", "routine")
    plan = pool(*counts, care=care)
    (found,) = find_moderators(plan)
    assert found.levels == ("trial", "routine")
    assert [len(side) for side in found.entries] == [2, 4]
    fit = compare_levels(plan.events, plan.totals, [0, 0, 1, 1, 1, 1])
    assert found.comparison.odds_ratio == pytest.approx(fit.odds_ratio)
    assert (found.comparison.odds_ratio, *found.comparison.odds_ratio_ci) == pytest.approx(
        (3.7, 2.1, 6.6), abs=0.06
    )
    assert found.comparison.lrt_p == pytest.approx(0.007, abs=0.0006)


def test_studies_of_a_care_do_not_stand_for_it_where_most_of_its_patients_are_outside():
    """Three series of 94 once passed for routine care; those outside had four times as many patients."""
    counts = (42, 52), (25, 30), (8, 12)
    few = pool(*counts, care=("routine",) * 3, kind="routine")
    assert few.decision == "pooled"
    assert replace(few, outside={"routine": 94, "trial": 900}).decision == "pooled"
    held = replace(few, outside={"routine": 95, "trial": 0})
    assert (held.decision, held.new_study) == ("listed", None)
    assert "most patients" in held.reason
    both = pool(*counts, (9, 30), (12, 30), care=(*["routine"] * 3, "trial", "trial"))
    assert find_fractions(both) == []
    assert [each.levels for each in find_moderators(both)] == [("trial", "routine")]
    apart = replace(both, outside={"routine": 95})
    assert find_fractions(apart) == ["routine"]
    assert find_moderators(apart) == []
    assert apart.decision == "pooled", "a pool of both kinds stays"


def test_a_moderator_needs_two_studies_a_side_and_another_pool_that_differs_in_it_alone():
    counts = (27, 70), (10, 26), (6, 13)
    assert find_moderators(pool(*counts, care=("trial", "trial", "routine"))) == []
    assert find_moderators(pool(*counts, care=("trial", "trial", ""))) == []
    children = pool((9, 30), (12, 30), place=Place(*PLACE_WITH(age="paediatric")))
    both = pool((9, 30), (12, 30), place=Place(*PLACE_WITH(age="paediatric", disease="other")))
    unknown = pool((9, 30), (12, 30), place=Place(*PLACE_WITH(age="not_reported")))
    found = find_moderators(pool(*counts), [children, both, unknown])
    assert [(each.name, each.levels) for each in found] == [("age", ("adult", "paediatric"))]
    settings = pool(*counts, (4, 9), setting=("relapsed", "relapsed", "refractory", "refractory"))
    assert [each.levels for each in find_moderators(settings)] == [("the others", "refractory")]


def PLACE_WITH(**changed):
    return (vars(PLACE) | changed).values()
