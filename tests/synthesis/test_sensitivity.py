import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livingreview.synthesis import compare_levels, cumulative, leave_one_out, pool_proportions

from .strategies import counts, quick

X, N = [3, 12, 6, 20, 1], [20, 18, 25, 30, 16]


@pytest.mark.slow
@pytest.mark.parametrize("model", ["glmm", "dl"])
def test_each_element_omits_its_own_study(model):
    left = leave_one_out(X, N, model=model)
    assert len(left) == 5
    for i, pooled in enumerate(left):
        alone = pool_proportions(X[:i] + X[i + 1 :], N[:i] + N[i + 1 :], model=model)
        assert pooled.estimate == pytest.approx(alone.estimate, abs=1e-6)


@pytest.mark.parametrize("model", ["glmm", "dl"])
def test_studies_accumulate_in_order(model):
    grown = cumulative(X, N, model=model)
    assert [p.k for p in grown] == [2, 3, 4, 5]
    assert grown[-1].estimate == pytest.approx(pool_proportions(X, N, model=model).estimate, abs=1e-6)


def test_series_mark_what_cannot_be_estimated():
    assert [p.status for p in cumulative([0, 0, 3], [4, 5, 9])] == ["no_events", "ok"]
    assert [p.status for p in leave_one_out([2, 3], [5, 6])] == ["single_study", "single_study"]
    assert leave_one_out([2], [5]) == cumulative([2], [5]) == []


def test_without_heterogeneity_levels_are_their_crude_proportions():
    fit = compare_levels([6, 0, 19, 3, 11], [17, 4, 52, 8, 23], [0, 1, 0, 1, 1])
    assert fit.tau2 == 0
    assert fit.k == 5
    assert fit.k_levels == (2, 3)
    assert (fit.p_level0, fit.p_level1) == pytest.approx((25 / 69, 14 / 35))
    assert fit.odds_ratio == pytest.approx((14 / 21) / (25 / 44))
    assert fit.odds_ratio_ci[0] < fit.odds_ratio < fit.odds_ratio_ci[1]


def test_exchanging_levels_turns_the_odds_ratio_over():
    z = np.array([0, 1, 0, 1, 0])
    one, other = compare_levels(X, N, z), compare_levels(X, N, 1 - z)
    assert one.b1 == pytest.approx(-other.b1, abs=1e-5)
    assert one.lrt_chi2 == pytest.approx(other.lrt_chi2, abs=1e-6)
    assert one.p_level1 == pytest.approx(other.p_level0, abs=1e-6)


@given(data=counts(min_k=2), bits=st.integers(0, 63))
@quick
def test_edge_cells_never_raise(data, bits):
    z = [(bits >> i) & 1 for i in range(len(data[0]))]
    z[0], z[-1] = 0, 1
    fit = compare_levels(*data, z)
    assert math.isnan(fit.b1) == (fit.status != "ok")


@pytest.mark.parametrize(
    ("x", "n", "z", "status"),
    [
        ([2, 3], [5, 6], [0, 1], "single_study"),
        ([0, 0, 3], [5, 6, 9], [0, 0, 1], "no_events"),
        ([5, 6, 3], [5, 6, 9], [0, 0, 1], "all_events"),
        ([0, 6, 0, 7], [5, 6, 3, 7], [0, 0, 1, 1], "tau2_not_identifiable"),
    ],
)
def test_separated_levels_are_refused(x, n, z, status):
    assert compare_levels(x, n, z).status == status


@pytest.mark.parametrize(
    ("z", "message"), [([0, 1], "values"), ([0, 1, 2, 0, 1], "position 2"), ([1] * 5, "both")]
)
def test_bad_moderators_are_refused(z, message):
    with pytest.raises(ValueError, match=message):
        compare_levels(X, N, z)
