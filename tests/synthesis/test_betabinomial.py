import numpy as np
import pytest
from scipy.special import betaln, expit, logit

from livingreview.synthesis import betabinomial, pool_proportions
from livingreview.synthesis.glmm import log_binomial

X, N = np.array([3.0, 12, 0, 20, 7]), np.array([20.0, 18, 9, 30, 7])


def direct(mu, logit_rho):
    p, s = expit(mu), np.exp(-logit_rho)
    return np.sum(log_binomial(X, N) + betaln(X + p * s, N - X + (1 - p) * s) - betaln(p * s, (1 - p) * s))


def test_likelihood_and_derivatives():
    counts, at, h = betabinomial._counts_above(X, N), np.array([0.3, -1.2]), 1e-5
    value, grad, hess = betabinomial._terms(at, counts)
    assert value + log_binomial(X, N).sum() == pytest.approx(direct(*at), abs=1e-10)
    for i, step in enumerate(np.eye(2) * h):
        up, down = betabinomial._terms(at + step, counts), betabinomial._terms(at - step, counts)
        assert grad[i] == pytest.approx((up[0] - down[0]) / (2 * h), abs=1e-6)
        assert hess[i] == pytest.approx((up[1] - down[1]) / (2 * h), abs=1e-6)


def test_no_nearby_point_is_likelier():
    fit = betabinomial.fit_beta_binomial(X, N)
    assert fit.converged
    assert 0 < fit.rho < 1
    at = np.array([fit.mu, logit(fit.rho)])
    assert direct(*at) == pytest.approx(fit.log_likelihood, abs=1e-9)
    for step in ([0.02, 0], [-0.02, 0], [0, 0.02], [0, -0.02]):
        assert direct(*(at + step)) < fit.log_likelihood


def test_less_than_binomial_variation_gives_rho_zero():
    pooled = pool_proportions([8, 13, 21], [20, 31, 54], model="beta-binomial")
    assert pooled.details.rho == 0
    assert pooled.se == pytest.approx((105 * 0.4 * 0.6) ** -0.5)
    assert pooled.ci[0] < pooled.ci_z[0]
