import numpy as np
import pytest
from scipy.special import logit
from scipy.stats import chi2

from livingreview.synthesis import glmm, pool_proportions
from livingreview.synthesis.profile import profile_interval, profile_log_likelihood


def fitted(x, n):
    x, n = np.array(x, dtype=float), np.array(n, dtype=float)
    fits = glmm.fit_sets(x, n, np.ones((*x.shape, 1)), logit(x.sum(axis=1) / n.sum(axis=1))[:, None])
    return x, n, fits


@pytest.mark.slow
def test_limits_solve_the_deviance_equation_for_several_sets():
    x, n, fits = fitted([[3, 12, 6], [8, 13, 21], [0, 18, 5]], [[20, 18, 25], [20, 31, 54], [20, 19, 16]])
    limits = profile_interval(x, n, fits)
    assert (limits[:, 0] < fits.beta[:, 0]).all()
    assert (fits.beta[:, 0] < limits[:, 1]).all()
    for side in (0, 1):
        top = profile_log_likelihood(x, n, limits[:, side], fits.tau, np.ones(3))
        assert 2 * (fits.log_likelihood - top) == pytest.approx(chi2.ppf(0.95, 1), abs=1e-4)


def test_higher_levels_are_wider():
    x, n, fits = fitted([[3, 12, 6, 1]], [[20, 18, 25, 9]])
    narrow, wide = (profile_interval(x, n, fits, level=level)[0] for level in (0.8, 0.99))
    assert wide[0] < narrow[0] < narrow[1] < wide[1]


@pytest.mark.slow
def test_unbounded_profiles_end_at_zero_or_one():
    pooled = pool_proportions([0, 1, 0, 12], [9, 2, 11, 12])
    low, high = pooled.ci_profile
    assert 0 <= low < pooled.estimate < high <= 1


def test_the_profile_interval_is_optional():
    assert np.isnan(pool_proportions([3, 5], [10, 9], profile=False).ci_profile).all()
