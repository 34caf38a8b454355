import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import betaln, expit, loggamma, logit

from livingreview.synthesis import betabinomial, pool_proportions
from livingreview.synthesis.glmm import log_binomial

from .strategies import quick

X, N = np.array([3.0, 12, 0, 20, 7]), np.array([20.0, 18, 9, 30, 7])


def one_by_one(x, n):
    """Every term of the sums, as many as the largest study has patients."""
    j = np.arange(n.max())
    return betabinomial.Terms(j, *((values[:, None] > j).sum(axis=0) for values in (x, n - x, n)))


def direct(mu, logit_rho):
    p, s = expit(mu), np.exp(-logit_rho)
    return np.sum(log_binomial(X, N) + betaln(X + p * s, N - X + (1 - p) * s) - betaln(p * s, (1 - p) * s))


def test_likelihood_and_derivatives():
    terms, at, h = betabinomial.sum_terms(X, N), np.array([0.3, -1.2]), 1e-5
    value, grad, hess = betabinomial.evaluate_terms(at, terms)
    assert value + log_binomial(X, N).sum() == pytest.approx(direct(*at), abs=1e-10)
    for i, step in enumerate(np.eye(2) * h):
        up, down = (betabinomial.evaluate_terms(at + side * step, terms) for side in (1, -1))
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


@pytest.mark.parametrize("length", [1, 9, 10, 11, 100, 12_345])
def test_few_points_stand_for_a_sum_over_many(length):
    """Exact for powers up to 2 * 10 - 1, and all but exact for a logarithm that starts a length away."""
    points, weights = betabinomial.summation_rule(length, 10)
    j = np.arange(length)
    assert len(points) == min(length, 10)
    for power in (0, 1, 2, 7, 19):
        assert weights @ (points / length) ** power == pytest.approx(
            ((j / length) ** power).sum(), rel=1e-12, abs=1e-12
        )
    assert weights @ np.log(length + points) == pytest.approx(np.log(length + j).sum(), rel=1e-13)


SIZES = [
    ([3, 12, 0, 20, 7], [20, 18, 9, 30, 7]),
    ([150, 90, 210], [1000, 700, 900]),
    ([0, 1, 2, 0], [40, 900, 3000, 7]),
    ([5000, 5100, 4900], [10_000] * 3),
    ([19_999, 20, 3], [20_000, 20, 4]),
]


@pytest.mark.parametrize(("x", "n"), SIZES)
@pytest.mark.parametrize("logit_rho", [-25.0, -12.0, -6.0, -1.0, 3.0, 12.0])
def test_few_terms_agree_with_the_sum_over_all_patients(x, n, logit_rho):
    x, n = np.array(x, dtype=float), np.array(n, dtype=float)
    at = np.array([logit(x.sum() / n.sum()) + 0.1, logit_rho])
    few, every = (
        betabinomial.evaluate_terms(at, make(x, n)) for make in (betabinomial.sum_terms, one_by_one)
    )
    for ours, sums in zip(few, every, strict=True):
        assert ours == pytest.approx(sums, rel=1e-10, abs=1e-8)


@pytest.mark.parametrize("logit_rho", [-3.0, 0.0])
def test_millions_agree_with_log_gamma(logit_rho):
    """Where rho is not small the textbook form cancels little; its terms are of the size of 1e8."""
    x, n = np.array([1e6, 3.1e6, 7e6]), np.array([4e6, 9e6, 2e7])
    at = np.array([-0.8, logit_rho])
    g = np.exp(logit_rho)
    value = 0.0
    for count, p in ((x, expit(-0.8)), (n - x, expit(0.8)), (n, 1.0)):
        part = np.sum(count * np.log(g) + loggamma(p / g + count) - loggamma(p / g))
        value += part if p < 1 else -part
    assert betabinomial.evaluate_terms(at, betabinomial.sum_terms(x, n))[0] == pytest.approx(value, abs=1e-5)


@pytest.mark.parametrize("size", [10**4, 10**6, 10**7, 10**9])
def test_large_studies_need_few_points_and_converge(size):
    """The same rates in ever larger studies: what is estimated tends to a limit."""
    x = [size // 1000, size // 900, size // 1200, size // 1100]
    assert len(betabinomial.sum_terms(np.array(x, float), np.full(4, float(size))).j) < 400
    pooled = pool_proportions(x, [size] * 4, model="beta-binomial")
    assert pooled.converged
    assert pooled.estimate == pytest.approx(np.mean([1 / 1000, 1 / 900, 1 / 1200, 1 / 1100]), rel=0.02)
    if size >= 10**6:
        assert pooled.details.rho == pytest.approx(1.1e-5, rel=0.1)


def test_the_likelihood_is_the_binomial_one_at_rho_zero():
    x, n = np.array([30.0, 5e5, 7.0]), np.array([60.0, 1e6, 20.0])
    terms, mu = betabinomial.sum_terms(x, n), 0.02
    p = expit(mu)
    at_zero = betabinomial.evaluate_terms(np.array([mu, -np.inf]), terms)[0]
    assert at_zero == pytest.approx(np.sum(x * np.log(p) + (n - x) * np.log1p(-p)), rel=1e-14)
    # The first step away from it, by the slope in rho, is far below the digits of the likelihood itself.
    slope = np.sum(x * (x - 1) / (2 * p) + (n - x) * (n - x - 1) / (2 * (1 - p)) - n * (n - 1) / 2)
    _, grad, _ = betabinomial.evaluate_terms(np.array([mu, -32.0]), terms)
    assert grad[1] == pytest.approx(slope * np.exp(-32), rel=1e-3)


def test_a_slight_excess_is_found_to_the_end():
    """The likelihood is nearly flat in rho beside a steep mean; the search used to stop halfway."""
    x = [26, 7, 25, 51, 2, 2, 57, 44, 8, 3, 2, 2, 9, 84, 53]
    n = [43, 13, 41, 80, 11, 3, 91, 87, 11, 3, 2, 5, 16, 155, 85]
    fit = pool_proportions(x, n, model="beta-binomial")
    assert fit.converged
    x, n = np.array(x, float), np.array(n, float)
    at = np.array([fit.mu, logit(fit.details.rho)]) if fit.details.rho else np.array([fit.mu, -np.inf])
    best = betabinomial.evaluate_terms(at, one_by_one(x, n))[0]
    for logit_rho in np.linspace(-20, -3, 35):
        other = betabinomial.evaluate_terms(np.array([fit.mu, logit_rho]), one_by_one(x, n))[0]
        assert other <= best + 1e-7


@given(k=st.integers(2, 7), size=st.floats(0, 9), data=st.data())
@quick
def test_no_set_of_valid_size_raises(k, size, data):
    totals = [max(1, int(10 ** data.draw(st.floats(0, size)))) for _ in range(k)]
    events = [
        data.draw(st.sampled_from([0, n, n // 2, n // 1000, data.draw(st.integers(0, n))])) for n in totals
    ]
    pooled = pool_proportions(events, totals, model="beta-binomial")
    if pooled.status == "ok":
        assert pooled.converged
        assert 0 <= pooled.details.rho < 1
        assert 0 < pooled.se < np.inf
        assert pooled.ci[0] <= pooled.estimate <= pooled.ci[1]
