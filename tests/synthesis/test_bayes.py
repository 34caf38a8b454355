import numpy as np
import pytest

from livingreview.synthesis import pool_proportions
from livingreview.synthesis.bayes import fit_bayes


def test_without_events_the_posterior_is_still_proper():
    fit = fit_bayes(np.array([0.0, 0.0]), np.array([6.0, 3.0]))
    assert 0 < fit.p_interval[0] < fit.p_median < fit.p_interval[1] < 0.6
    assert fit.predictive_interval[1] > fit.p_interval[1]


@pytest.mark.parametrize(
    ("x", "n", "median", "interval", "predictive"),
    [
        ([0, 0, 0], [9, 4, 12], 0.0283, (0.0009, 0.2014), (0.0006, 0.3882)),
        ([5, 5], [5, 5], 0.9307, (0.5844, 0.9977), (0.3434, 0.9986)),
        ([1, 0, 1, 0, 0, 0], [8, 5, 9, 3, 7, 12], 0.0557, (0.0109, 0.1696), (0.0052, 0.3163)),
        ([3, 9, 4], [9, 9, 4], 0.7639, (0.3619, 0.9633), (0.0728, 0.9941)),
    ],
)
def test_sparse_sets_match_a_dense_grid(x, n, median, interval, predictive):
    """Values by brute force: 1,201 points of mu, 300 of tau, 321 of z."""
    fit = fit_bayes(np.array(x, dtype=float), np.array(n, dtype=float))
    assert fit.p_median == pytest.approx(median, abs=3e-4)
    assert fit.p_interval == pytest.approx(interval, abs=3e-4)
    assert fit.predictive_interval == pytest.approx(predictive, abs=3e-4)


def test_many_patients_leave_little_to_the_prior():
    x, n = [300, 310, 290, 305], [1000, 1000, 1000, 1000]
    bayes, glmm = pool_proportions(x, n, model="bayes"), pool_proportions(x, n)
    assert bayes.estimate == pytest.approx(glmm.estimate, abs=2e-3)
    assert bayes.details.tau_median < 0.15


def test_success_and_failure_swap():
    x, n = np.array([0.0, 2, 5]), np.array([7.0, 9, 9])
    one, other = fit_bayes(x, n), fit_bayes(n - x, n)
    assert one.p_median == pytest.approx(1 - other.p_median, abs=1e-6)
    assert one.predictive_interval[0] == pytest.approx(1 - other.predictive_interval[1], abs=1e-6)
    assert one.tau_interval == pytest.approx(other.tau_interval, abs=1e-6)


def test_tau_is_mostly_the_prior_for_single_patients():
    fit = fit_bayes(np.array([0.0, 1.0]), np.array([1.0, 1.0]))
    # The median of a half-normal(1) is 0.674.
    assert fit.tau_median == pytest.approx(0.674, abs=0.06)
