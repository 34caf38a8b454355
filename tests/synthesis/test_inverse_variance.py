import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.special import expit
from scipy.stats import chi2, t

from livingreview.synthesis import pool_proportions
from livingreview.synthesis.inverse_variance import (
    cochran_q,
    pool_inverse_variance,
    q_profile_interval,
)

Y = np.array([-1.2, 0.3, 0.9, -0.1, 1.7])
V = np.array([0.20, 0.11, 0.35, 0.08, 0.50])


def test_truncation_prevents_absurdly_narrow_intervals():
    x, n = [10, 7, 33, 5, 20], [30, 21, 100, 15, 61]
    plain = pool_proportions(x, n, model="reml", test="knha").ci
    truncated = pool_proportions(x, n, model="reml", test="adhoc").ci
    assert plain == pytest.approx((0.328, 0.333), abs=6e-4)
    assert truncated == pytest.approx((0.250, 0.422), abs=6e-4)


def test_reml_is_the_highest_restricted_likelihood():
    def negative(tau2):
        w = 1 / (V + tau2)
        return 0.5 * (cochran_q(Y, V, tau2) - np.log(w).sum() + np.log(w.sum()))

    fit = pool_inverse_variance(Y, V, tau2_method="REML")
    expected = minimize_scalar(negative, bounds=(0, 10), method="bounded", options={"xatol": 1e-10}).x
    assert fit.tau2 == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("scale", [1e-9, 1e-6, 1e-3, 1.0, 1e3])
@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_reml_finds_the_highest_of_several_maxima_on_any_scale(scale, seed):
    """Studies of a hundred and of a million together: hills of the likelihood lie powers of ten apart."""
    random = np.random.default_rng(seed)
    v = scale**2 * 10.0 ** random.uniform(-9, 0, 4)
    y = scale * 10.0 ** random.uniform(-5, 0.5) * random.standard_normal(4)
    y += np.sqrt(v) * random.standard_normal(4)
    y[0] += scale * random.choice([0.0, 1.0])

    def likelihood(tau2):
        w = 1 / (v + tau2[:, None])
        total = w.sum(axis=1)
        mean = (w * y).sum(axis=1) / total
        spread = (w * (y - mean[:, None]) ** 2).sum(axis=1)
        return 0.5 * (np.log(w).sum(axis=1) - np.log(total) - spread)

    everywhere = np.concatenate([[0.0], np.geomspace(1e-4 * v.min(), 3 * np.ptp(y) ** 2, 4000)])
    fit = pool_inverse_variance(y, v, tau2_method="REML")
    assert likelihood(np.array([fit.tau2]))[0] >= likelihood(everywhere).max() - 1e-9


def test_reml_looks_below_a_millionth_of_the_range():
    """Four precise studies beside two distant, vague ones: tau2 was reported as 0."""
    y = np.array([0.00045, 0.00046, 0.00261, -0.00004, 0.41, -0.47])
    v = np.array([4e-9, 9e-9, 2.7e-7, 1.1e-7, 0.03, 0.011])
    assert pool_inverse_variance(y, v, tau2_method="REML").tau2 == pytest.approx(1.06e-6, rel=0.05)


@pytest.mark.parametrize("scale", [1e-8, 1e-4, 1.0, 1e4])
def test_nothing_depends_on_the_unit_of_the_effects(scale):
    """Differences of a few in a million are pooled as well as log odds ratios."""
    one, other = (pool_inverse_variance(u * Y, u**2 * V, tau2_method="REML") for u in (1.0, scale))
    assert other.estimate == pytest.approx(scale * one.estimate, rel=1e-9)
    assert other.tau2 == pytest.approx(scale**2 * one.tau2, rel=1e-9)
    assert other.tau2_ci == pytest.approx([scale**2 * end for end in one.tau2_ci], rel=1e-6)
    assert other.i2_percent == pytest.approx(one.i2_percent, rel=1e-9)


def test_dersimonian_laird_and_common_effect():
    w = 1 / V
    q = cochran_q(Y, V, 0)
    expected = (q - 4) / (w.sum() - (w**2).sum() / w.sum())
    assert pool_inverse_variance(Y, V, tau2_method="DL", test="z").tau2 == pytest.approx(expected)
    common = pool_inverse_variance(Y, V, tau2_method="EE", test="z")
    assert common.estimate == pytest.approx((w * Y).sum() / w.sum())
    assert common.se == pytest.approx(w.sum() ** -0.5)
    assert common.i2_percent == pytest.approx(100 * (q - 4) / q)


def test_q_profile_limits_solve_their_equations():
    low, high = q_profile_interval(Y, V)
    assert cochran_q(Y, V, low) == pytest.approx(chi2.ppf(0.975, 4))
    assert cochran_q(Y, V, high) == pytest.approx(chi2.ppf(0.025, 4))
    assert q_profile_interval(np.zeros(3), np.ones(3)) == (0, 0)


def test_hartung_knapp_factor():
    z, hk, truncated = (pool_inverse_variance(Y, V, test=test) for test in ("z", "knha", "adhoc"))
    w = 1 / (V + z.tau2)
    factor = (w * (Y - z.estimate) ** 2).sum() / 4
    assert hk.se == pytest.approx(z.se * np.sqrt(factor))
    assert truncated.se == pytest.approx(z.se * np.sqrt(max(1, factor)))
    assert sum(z.weights_percent) == pytest.approx(100)


def test_a_new_study_by_two_degrees_of_freedom_fewer():
    """Higgins, Thompson and Spiegelhalter 2009: estimate +- t(k-2) * sqrt(se**2 + tau2)."""
    fit = pool_inverse_variance(Y, V)
    half = t.ppf(0.975, len(Y) - 2) * np.sqrt(fit.se**2 + fit.tau2)
    assert fit.prediction_km2 == pytest.approx((fit.estimate - half, fit.estimate + half))
    assert np.isnan(pool_inverse_variance(Y[:2], V[:2]).prediction_km2).all()


def test_one_effect_keeps_its_own_interval_and_no_heterogeneity():
    fit = pool_inverse_variance(np.array([0.3]), np.array([0.04]))
    assert fit.ci == pytest.approx((0.3 - 1.959964 * 0.2, 0.3 + 1.959964 * 0.2), abs=1e-6)
    assert np.isnan(fit.tau2)
    assert np.isnan(fit.prediction).all()


def test_two_step_results_are_back_transformed():
    pooled = pool_proportions([3, 0, 12], [11, 4, 20], model="dl")
    assert pooled.estimate == pytest.approx(expit(pooled.details.estimate))
    assert pooled.ci == pooled.ci_z == pytest.approx(tuple(expit(pooled.details.ci)))
    assert pooled.tau2 == pooled.details.tau2


def test_unknown_methods_are_refused():
    with pytest.raises(ValueError, match="tau2_method"):
        pool_inverse_variance(Y, V, tau2_method="ML")
    with pytest.raises(ValueError, match="test"):
        pool_inverse_variance(Y, V, test="t")
