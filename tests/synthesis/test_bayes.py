import numpy as np
import pytest

from livingreview.synthesis import pool_proportions
from livingreview.synthesis.bayes import fit_bayes


def test_without_events_the_posterior_is_still_proper():
    fit = fit_bayes(np.array([0.0, 0.0]), np.array([6.0, 3.0]))
    assert 0 < fit.p_interval[0] < fit.p_median < fit.p_interval[1] < 0.6
    assert fit.predictive_interval[1] > fit.p_interval[1]


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
