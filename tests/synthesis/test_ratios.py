import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import fisher_exact

from livingreview.synthesis import (
    hazard_ratio_from_interval,
    landmark_from_interval,
    pool_generic,
    pool_ratios,
    standard_error_from_p,
    two_by_two,
)

from .strategies import counts, quick

# Colditz et al. 1994, JAMA 271:698-702 (13 BCG vaccine trials); expected values
# from metafor 3.8, whose documentation uses the same trials.
BCG = (
    [4, 6, 3, 62, 33, 180, 8, 505, 29, 17, 186, 5, 27],
    [123, 306, 231, 13598, 5069, 1541, 2545, 88391, 7499, 1716, 50634, 2498, 16913],
    [11, 29, 11, 248, 47, 372, 10, 499, 45, 65, 141, 3, 29],
    [139, 303, 220, 12867, 5808, 1451, 629, 88391, 7277, 1665, 27338, 2341, 17854],
)


@pytest.mark.parametrize(
    ("measure", "method", "test", "estimate", "se", "tau2"),
    [
        ("RR", "REML", "z", -0.7145323422, 0.1797815161, 0.3132432581),
        ("RR", "REML", "knha", -0.7145323422, 0.1807917441, 0.3132432581),
        ("RR", "REML", None, -0.7145323422, 0.1807917441, 0.3132432581),
        ("OR", "REML", "z", -0.7451777708, 0.1860279128, 0.3377720331),
        ("OR", "DL", None, -0.7473923497, 0.1922628490, 0.3663434067),
        ("RD", "REML", "knha", -0.025173288143, 0.011072347067, 0.001421403096),
        ("RR", "MH", None, -0.45370960468, 0.03933736687, math.nan),
        ("OR", "MH", None, -0.4734109884, 0.0410077784, math.nan),
        ("RD", "MH", None, -3.288181833e-03, 2.866567485e-04, math.nan),
        ("OR", "Peto", None, -0.47444631094, 0.04065908074, math.nan),
    ],
)
def test_vaccine_trials(measure, method, test, estimate, se, tau2):
    pooled = pool_ratios(*BCG, measure=measure, method=method, test=test)
    assert pooled.k == pooled.k_given == 13
    assert pooled.status == "ok"
    assert (pooled.estimate, pooled.se) == pytest.approx((estimate, se), rel=1e-6)
    assert pooled.tau2 == pytest.approx(tau2, rel=1e-5, nan_ok=True)
    assert pooled.effect == pytest.approx(estimate if measure == "RD" else math.exp(estimate))


def test_heterogeneity_of_the_vaccine_trials():
    pooled = pool_ratios(*BCG)
    assert (pooled.q, pooled.q_df) == pytest.approx((152.2330080824, 12))
    assert pooled.i2_percent == pytest.approx(92.2213845213, rel=1e-5)
    assert pooled.prediction[0] < pooled.ci[0] < pooled.effect < pooled.ci[1] < pooled.prediction[1]


COMBINATIONS = [
    ("RR", "REML"),
    ("OR", "REML"),
    ("RD", "REML"),
    ("OR", "DL"),
    ("RR", "EE"),
    ("RR", "MH"),
    ("OR", "MH"),
    ("RD", "MH"),
    ("OR", "Peto"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("measure", "method"), COMBINATIONS)
@given(one=counts(max_n=20), data=st.data())
@quick
def test_edge_cells_never_raise_and_arms_exchange(measure, method, one, data):
    k = len(one[0])
    other = data.draw(counts(min_k=k, max_k=k, max_n=20))
    there = pool_ratios(*one, *other, measure=measure, method=method)
    back = pool_ratios(*other, *one, measure=measure, method=method)
    assert there.status == back.status
    assert there.estimate == pytest.approx(-back.estimate, abs=1e-6, nan_ok=True)
    assert there.se == pytest.approx(back.se, abs=1e-6, nan_ok=True)


def test_studies_without_information_are_dropped_for_ratios_only():
    cells = ([0, 4, 10, 2], [9, 12, 10, 14], [0, 7, 12, 6], [8, 12, 12, 15])
    assert [pool_ratios(*cells, measure=m).k for m in ("RR", "OR", "RD")] == [2, 2, 4]
    assert pool_ratios([0], [9], [0], [8]).status == "not_estimable"
    assert pool_ratios([0, 3], [9, 9], [0, 0], [8, 8], method="MH").status == "not_estimable"
    alone = pool_ratios([4], [12], [7], [12])
    assert alone.status == "single_study"
    assert math.isnan(alone.tau2)
    assert alone.ci == pytest.approx(two_by_two(4, 12, 7, 12).risk_ratio_ci)


# (arms, risk ratio, odds ratio) by hand; None where it cannot be computed
TABLES = [
    # No event in one arm: both ratios need the halves, the difference does not.
    ((0, 14, 6, 12), (0.5 / 15) / (6.5 / 13), (0.5 * 6.5) / (14.5 * 6.5)),
    ((3, 8, 0, 11), (3.5 / 9) / (0.5 / 12), (3.5 * 11.5) / (5.5 * 0.5)),
    # Only events in one arm: the risk ratio is what it is.
    ((9, 9, 5, 11), 11 / 5, (9.5 * 6.5) / (0.5 * 5.5)),
    ((4, 10, 7, 7), 4 / 10, (4.5 * 0.5) / (6.5 * 7.5)),
    # None against all: nothing but the difference can be computed.
    ((0, 3, 3, 3), (0.5 / 4) / (3.5 / 4), (0.5 * 0.5) / (3.5 * 3.5)),
    ((50_000, 50_000, 0, 40_000), (50_000.5 / 50_001) / (0.5 / 40_001), None),
    ((2, 2, 0, 2), (2.5 / 3) / (0.5 / 3), 25.0),
    # No empty cell: nothing is added.
    ((9, 21, 3, 20), (9 / 21) / (3 / 20), 9 * 17 / (12 * 3)),
    ((1, 2, 1, 3), 1.5, 2.0),
]


@pytest.mark.slow
@pytest.mark.parametrize(("arms", "risk_ratio", "odds_ratio"), TABLES)
def test_only_what_cannot_be_computed_is_corrected(arms, risk_ratio, odds_ratio):
    a, n1, c, n2 = arms
    table = two_by_two(*arms)
    assert table.risk_ratio == pytest.approx(risk_ratio)
    assert table.odds_ratio == pytest.approx(odds_ratio or table.odds_ratio)
    assert table.risk_difference == pytest.approx(a / n1 - c / n2, abs=1e-12)
    for measure, value, interval in (
        ("RR", table.risk_ratio, table.risk_ratio_ci),
        ("OR", table.odds_ratio, table.odds_ratio_ci),
        ("RD", table.risk_difference, table.risk_difference_ci),
    ):
        alone = pool_ratios([a], [n1], [c], [n2], measure=measure)
        assert alone.status == "single_study"
        assert (alone.effect, *alone.ci) == pytest.approx((value, *interval), rel=1e-9)
        assert alone.se > 0


@pytest.mark.parametrize(
    ("arms", "reason"),
    [
        ((0, 13, 0, 27), "no_events"),
        ((0, 1, 0, 1), "no_events"),
        ((0, 10**6, 0, 3), "no_events"),
        ((13, 13, 27, 27), "all_events"),
        ((1, 1, 5, 5), "all_events"),
    ],
)
def test_one_table_has_one_answer_where_there_is_no_ratio(arms, reason):
    table = two_by_two(*arms)
    assert (table.status, table.reason) == ("not_estimable", reason)
    assert not table.corrected
    assert not table.odds_ratio_corrected
    ratios = [table.risk_ratio, *table.risk_ratio_ci, table.odds_ratio, *table.odds_ratio_ci]
    assert np.isnan(ratios).all()
    for measure, method in (("RR", "REML"), ("OR", "REML"), ("RR", "MH"), ("OR", "MH"), ("OR", "Peto")):
        pooled = pool_ratios(*([count] for count in arms), measure=measure, method=method)
        assert (pooled.status, pooled.reason) == ("not_estimable", reason)
        assert np.isnan([pooled.effect, *pooled.ci]).all()
    # The difference is there: none, with an interval, and the test finds nothing.
    difference = pool_ratios(*([count] for count in arms), measure="RD")
    assert (difference.status, difference.reason, difference.effect) == ("single_study", "", 0)
    assert difference.ci == table.risk_difference_ci
    assert difference.ci[0] < 0 < difference.ci[1]
    assert table.fisher_p == pytest.approx(1)


@pytest.mark.parametrize(
    ("cells", "options", "reason"),
    [
        (([0, 9], [9, 9], [0, 8], [8, 8]), {"measure": "OR"}, "no_information"),
        (([0, 3], [9, 9], [0, 0], [8, 8]), {"measure": "RR", "method": "MH"}, "one_arm_only"),
        (([0, 9], [9, 9], [1, 8], [8, 8]), {"measure": "OR", "method": "MH"}, "one_arm_only"),
        (([2, 9], [9, 9], [1, 8], [8, 8]), {"measure": "OR", "method": "MH"}, ""),
        (([0, 0], [9, 9], [0, 0], [8, 8]), {"measure": "RD", "method": "MH"}, "no_variation"),
        (([1, 4], [9, 9], [2, 0], [8, 8]), {"measure": "RR"}, ""),
    ],
)
def test_what_is_not_estimable_says_why(cells, options, reason):
    pooled = pool_ratios(*cells, **options)
    assert pooled.reason == reason
    assert (pooled.status == "not_estimable") == bool(reason)
    assert pooled.converged == (not reason)


def test_differences_pool_as_counted_and_take_an_error_only_where_they_have_none():
    """R's meta leaves them as counted too; metafor corrects every table with an empty cell."""
    cells = ([0, 4, 0, 7], [14, 12, 3, 20], [6, 7, 3, 6], [12, 12, 3, 15])
    details = pool_ratios(*cells, measure="RD").details
    assert details.effects == pytest.approx([-0.5, -0.25, -1.0, 7 / 20 - 6 / 15])
    assert details.variances[0] == pytest.approx(0.5 * 0.5 / 12)
    assert details.variances[2] == pytest.approx(2 * 0.5 * 3.5 / 4**3)
    as_metafor = pool_ratios(*cells, measure="RD", correction="zero-cell").details
    assert as_metafor.effects == pytest.approx(
        [0.5 / 15 - 6.5 / 13, -0.25, 0.5 / 4 - 3.5 / 4, 7 / 20 - 6 / 15]
    )
    # The table of issue 22 of wviechtb/metafor, 2/2 against 0/2: 0.667 there, 1 here.
    assert pool_ratios([2], [2], [0], [2], measure="RD", correction="zero-cell").effect == pytest.approx(
        2 / 3
    )
    assert pool_ratios([2], [2], [0], [2], measure="RD").effect == 1


def test_one_table():
    table = two_by_two(9, 21, 3, 20)
    assert table.risk_ratio == pytest.approx((9 / 21) / (3 / 20))
    assert table.odds_ratio == pytest.approx(9 * 17 / (12 * 3))
    assert table.risk_difference == pytest.approx(9 / 21 - 3 / 20)
    assert not table.corrected


@pytest.mark.slow
@pytest.mark.parametrize(
    "arms", [(500, 10**6, 400, 10**6), (3, 10**7, 9, 10**7), (4 * 10**6, 10**7, 10**6, 10**7)]
)
def test_the_exact_test_of_millions_agrees_with_scipy(arms):
    """Only tables that can have any probability are looked at."""
    a, n1, c, n2 = arms
    expected = fisher_exact([[a, n1 - a], [c, n2 - c]]).pvalue
    assert two_by_two(*arms).fisher_p == pytest.approx(expected, rel=1e-5, abs=1e-290)


def test_newcombe_interval_as_published():
    # Newcombe 1998, table II, method 10: 56/70 - 48/80 and 0/10 - 0/10.
    assert two_by_two(56, 70, 48, 80).risk_difference_ci == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert two_by_two(0, 10, 0, 10).risk_difference_ci == pytest.approx((-0.2775, 0.2775), abs=5e-5)


@given(n1=st.integers(1, 25), n2=st.integers(1, 25), data=st.data())
@quick
def test_fisher_matches_scipy_and_edge_tables_never_raise(n1, n2, data):
    a, c = data.draw(st.integers(0, n1)), data.draw(st.integers(0, n2))
    table = two_by_two(a, n1, c, n2)
    assert table.fisher_p == pytest.approx(fisher_exact([[a, n1 - a], [c, n2 - c]]).pvalue, abs=1e-9)
    ratio = not ((a == 0 and c == 0) or (a == n1 and c == n2))
    assert (table.status == "ok") == ratio
    assert table.corrected == (ratio and 0 in (a, c))
    assert table.odds_ratio_corrected == (ratio and 0 in (a, n1 - a, c, n2 - c))
    low, high = table.risk_difference_ci
    assert -1 <= low <= table.risk_difference <= high <= 1


def test_generic_effects_and_landmarks():
    y, se = np.log([0.8, 0.69]), [0.19, 0.23]
    pooled = pool_generic(y, se, method="EE")
    weights = 1 / np.square(se)
    assert pooled.effect == pytest.approx(math.exp((weights * y).sum() / weights.sum()))
    points = [landmark_from_interval(*v) for v in [(0.62, 0.5, 0.72), (0.55, 0.41, 0.67), (0.7, 0.58, 0.79)]]
    survival = pool_generic(*zip(*points, strict=True), scale="cloglog")
    assert 0.55 < survival.effect < 0.70
    assert survival.ci[0] < survival.effect < survival.ci[1]


def test_hazard_ratio_from_its_interval():
    se = 0.2
    low, high = (math.exp(math.log(0.7) + s * 1.959964 * se) for s in (-1, 1))
    ratio = hazard_ratio_from_interval(0.7, low, high)
    assert ratio.se == pytest.approx(se, rel=1e-6)
    assert ratio.symmetric
    assert not hazard_ratio_from_interval(0.7, 0.4, 1.6).symmetric
    assert standard_error_from_p(0.7, 0.05) == pytest.approx(abs(math.log(0.7)) / 1.959964, rel=1e-6)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: pool_ratios([5], [4], [1], [9]), "a at position 0"),
        (lambda: pool_ratios([1], [4], [1, 2], [9, 9]), "c has 2"),
        (lambda: pool_ratios([1], [4], [1], [9], method="Peto"), "Peto"),
        (lambda: pool_ratios([1], [4], [1], [9], method="MH", test="knha"), "MH allows"),
        (lambda: pool_ratios([1], [4], [1], [9], measure="HR"), "measure"),
        (lambda: pool_generic([0.1, 0.2], [0.1]), "estimates has 2"),
        (lambda: pool_generic([0.1, 0.2], [0.1, 0]), "standard_errors at position 1"),
        (lambda: pool_generic([0.1], [0.1], scale="log"), "scale"),
        (lambda: two_by_two(3, 2, 0, 1), "a at position 0"),
        (lambda: two_by_two(1, 2, 0, 1, correction="half"), "correction"),
        (lambda: pool_ratios([1], [4], [1], [9], correction="none"), "correction"),
        (lambda: hazard_ratio_from_interval(0.7, 0.9, 0.5), "low below high"),
        (lambda: hazard_ratio_from_interval(0.7, 0, 0.5), "position 1"),
        (lambda: standard_error_from_p(1.0, 0.5), "ratio of 1"),
        (lambda: standard_error_from_p(0.7, 1.5), "between 0 and 1"),
        (lambda: landmark_from_interval(1.0, 0.5, 0.9), "below 1"),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
