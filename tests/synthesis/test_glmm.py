import itertools

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import expit, logit

from livingreview.synthesis import glmm
from livingreview.synthesis.proportions import marginal_mean


def exact(x, n, eta, tau):
    """Return the log marginal likelihood by adaptive integration, less the coefficient."""

    def log_f(z):
        lin = eta + tau * z
        return x * lin - n * np.logaddexp(0, lin) - z * z / 2

    grid = np.linspace(-12, 12, 20001)
    top = log_f(grid).max()
    mode = grid[log_f(grid).argmax()]
    cuts = np.unique(np.clip([-40, mode - 1, mode - 0.1, mode, mode + 0.1, mode + 1, 40], -40, 40))
    total = sum(
        quad(lambda z: np.exp(log_f(z) - top), a, b, epsabs=1e-13, limit=200)[0]
        for a, b in itertools.pairwise(cuts)
    )
    return top + np.log(total / np.sqrt(2 * np.pi))


def terms(x, n, eta, tau, nodes):
    return [
        float(v[0, 0])
        for v in glmm.study_terms(*(np.full((1, 1), float(v)) for v in (x, n, eta, tau)), nodes)
    ]


@pytest.mark.parametrize(("x", "n"), [(0, 5), (3, 8), (20, 20), (0, 700), (2500, 7000)])
@pytest.mark.parametrize(("tau", "nodes", "tolerance"), [(0.4, 25, 1e-8), (1.5, 25, 1e-5), (8.0, 641, 1e-8)])
def test_likelihood_matches_adaptive_integration(x, n, tau, nodes, tolerance):
    expected = exact(x, n, -0.7, tau)
    assert terms(x, n, -0.7, tau, nodes)[0] == pytest.approx(expected, abs=tolerance)
    counts = np.array([float(x)]), np.array([float(n)])
    alone = glmm.log_likelihood(*counts, np.array([[-0.7]]), np.array([[tau]]), nodes)
    assert alone[0] == pytest.approx(expected, abs=tolerance)


@pytest.mark.parametrize("n", [10**3, 10**6, 10**9])
@pytest.mark.parametrize("tau", [0.01, 1.0, 9.0])
@pytest.mark.parametrize("nodes", [25, 81])
def test_nodes_follow_the_width_of_a_large_study(n, tau, nodes):
    """A large study's effect is all but known: what is left is the normal density at it, over its slope."""
    x, p = 0.3 * n, 0.3
    effect, precision = logit(p), n * p * (1 - p)
    found = terms(x, n, effect + 0.5 * tau, tau, nodes)[0]
    at_most = x * np.log(p) + (n - x) * np.log1p(-p)
    normal = -0.5 * 0.25 / (1 + 1 / (precision * tau**2)) - 0.5 * np.log1p(precision * tau**2)
    assert found - at_most == pytest.approx(normal, abs=0.05 if n == 10**3 else 2e-3)


@pytest.mark.parametrize("nodes", [25, 161])
def test_derivatives_match_differences(nodes):
    x, n, eta, tau, h = 3, 17, -0.4, 0.9, 1e-4
    _, de, dt, dee, det, dtt = terms(x, n, eta, tau, nodes)
    up, down = terms(x, n, eta + h, tau, nodes), terms(x, n, eta - h, tau, nodes)
    wide, tight = terms(x, n, eta, tau + h, nodes), terms(x, n, eta, tau - h, nodes)
    assert de == pytest.approx((up[0] - down[0]) / (2 * h), abs=1e-6)
    assert dt == pytest.approx((wide[0] - tight[0]) / (2 * h), abs=1e-6)
    assert [dee, det] == pytest.approx([(up[i] - down[i]) / (2 * h) for i in (1, 2)], abs=1e-6)
    assert dtt == pytest.approx((wide[2] - tight[2]) / (2 * h), abs=1e-6)


def test_modes_are_found_where_plain_newton_fails():
    x, n = np.array([0.0, 7000.0, 6900.0, 1.0]), np.array([7000.0, 7000.0, 7000.0, 1.0])
    eta, tau = np.array([3.0, -3.0, -6.0, 9.0]), np.full(4, 6.0)
    mode, curvature = glmm.find_modes(x, n, eta, tau, tol=1e-10)
    assert tau * (x - n * expit(eta + tau * mode)) - mode == pytest.approx(0, abs=1e-4)
    assert (curvature >= 1).all()


def fit(x, n, width=None):
    x, n = np.array([x], dtype=float), np.array([n], dtype=float)
    pad = (width or x.shape[1]) - x.shape[1]
    x, n = np.pad(x, ((0, 0), (0, pad))), np.pad(n, ((0, 0), (0, pad)))
    return glmm.fit_sets(x, n, np.ones((*x.shape, 1)), logit(x.sum(axis=1) / n.sum(axis=1))[:, None])


def test_padding_studies_change_nothing():
    plain, padded = fit([1, 6, 9], [20, 18, 11]), fit([1, 6, 9], [20, 18, 11], width=8)
    for field in ("beta", "tau", "cov", "log_likelihood"):
        assert getattr(plain, field) == pytest.approx(getattr(padded, field), abs=1e-8)


def test_no_nearby_point_is_likelier():
    x, n = [0, 25, 12, 0, 1], [20, 26, 30, 19, 15]
    best = fit(x, n)
    assert best.converged[0]
    assert best.tau[0] > 2

    def value(mu, tau):
        design = np.ones((1, 5, 1))
        parts = np.array([x], dtype=float), np.array([n], dtype=float)
        return (
            glmm.evaluate(*parts, design, np.array([[mu, tau]]), 641)[0][0] + glmm.log_binomial(*parts).sum()
        )

    mu, tau = best.beta[0, 0], best.tau[0]
    assert value(mu, tau) == pytest.approx(best.log_likelihood[0], abs=1e-6)
    for d_mu, d_tau in [(0.05, 0), (-0.05, 0), (0, 0.05), (0, -0.05), (2, 4), (0, -2)]:
        assert value(mu + d_mu, tau + d_tau) < best.log_likelihood[0]


def test_at_the_boundary_the_error_is_the_fixed_one():
    best = fit([8, 13, 21], [20, 31, 54])
    assert best.tau[0] == 0
    assert best.beta[0, 0] == pytest.approx(logit(42 / 105))
    assert best.cov[0, 0, 0] == pytest.approx(1 / (105 * 0.4 * 0.6))


@pytest.mark.parametrize(
    ("mu", "tau"), [(-2.0, 0.0), (-1.1, 0.9), (3.0, 6.0), (3.3, 14.0), (-5.0, 31.0), (2.0, 100.0)]
)
def test_marginal_mean_matches_integration(mu, tau):
    step = [-mu / tau] if tau else None
    total, _ = quad(
        lambda z: expit(mu + tau * z) * np.exp(-z * z / 2), -15, 15, limit=2000, points=step, epsabs=1e-13
    )
    found = marginal_mean(np.array([mu]), np.array([tau]))[0]
    assert found == pytest.approx(total / np.sqrt(2 * np.pi), abs=1e-9)
