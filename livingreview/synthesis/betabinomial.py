"""Beta-binomial pooling of single-arm proportions by maximum likelihood."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from livingreview.synthesis._types import Array, Index
from livingreview.synthesis.glmm import Evaluation, log_binomial, maximise

STARTS = (0.003, 0.03, 0.15, 0.6)


@dataclass(frozen=True)
class BetaBinomialFit:
    """mu, se [logit of the mean]; rho intra-study correlation 0-1; log-likelihood."""

    mu: float
    se: float
    rho: float
    log_likelihood: float
    converged: bool


def fit_beta_binomial(x: Array, n: Array) -> BetaBinomialFit:
    """Fit x_i ~ BetaBinomial(n_i, mean expit(mu), correlation rho).

    Parameters
    ----------
    x, n : ndarray, shape (k,)  events and patients; neither no nor only events

    Returns
    -------
    BetaBinomialFit
        ``se`` from the joint observed information; at rho = 0 that of the
        ordinary logistic model.

    Source
    ------
    Griffiths 1973, Biometrics 29:637-648; rho = 1 / (alpha + beta + 1).
    """
    counts = _counts_above(x, n)
    mu0 = logit(x.sum() / n.sum())
    at_zero = _terms(np.array([mu0, -np.inf]), counts)[0]
    theta = np.array([[mu0, logit(rho)] for rho in STARTS])

    def function(trial: Array, _: Index) -> Evaluation:
        value, grad, hess = zip(*(_terms(row, counts) for row in trial), strict=True)
        return np.array(value), np.array(grad), np.array(hess)

    # Starts that slide towards rho = 0 never finish; they are judged by their value.
    theta, value, hess, done = maximise(function, theta, gain=1e-12, max_iter=30)
    i = int(value.argmax())
    constant = float(log_binomial(x, n).sum())
    p = x.sum() / n.sum()
    # The likelihood rises from rho = 0 only if counts vary more than binomially.
    if value[i] <= at_zero + 1e-9 or theta[i, 1] < -18:
        se = 1 / np.sqrt(n.sum() * p * (1 - p))
        return BetaBinomialFit(float(mu0), float(se), 0.0, float(at_zero) + constant, True)
    se = np.sqrt(np.linalg.inv(-hess[i])[0, 0])
    return BetaBinomialFit(
        float(theta[i, 0]), float(se), float(expit(theta[i, 1])), float(value[i]) + constant, bool(done[i])
    )


def _counts_above(x: Array, n: Array) -> tuple[Array, Array, Array, Array]:
    """Return how many studies have events, non-events and patients above j = 0, 1, ...

    In this form the likelihood is a sum of log(p + j*g): exact as rho -> 0, where
    differences of log-gamma values would cancel.
    """
    j = np.arange(int(n.max()))
    return j, *((values[:, None] > j).sum(axis=0) for values in (x, n - x, n))


def _terms(theta: Array, counts: tuple[Array, Array, Array, Array]) -> tuple[float, Array, Array]:
    """Return log-likelihood (less binomial coefficients), gradient and Hessian.

    theta is (mu, logit rho); g = rho / (1 - rho) = 1 / (alpha + beta).
    """
    j, a, b, c = counts
    p, g = expit(theta[0]), np.exp(theta[1])
    q, s = 1 - p, p * (1 - p)
    u, v, w = p + j * g, q + j * g, 1 + j * g
    value = a @ np.log(u) + b @ np.log(v) - c @ np.log(w)
    d_mu = s * (a @ (1 / u) - b @ (1 / v))
    jg = j * g
    d_g = a @ (jg / u) + b @ (jg / v) - c @ (jg / w)
    d_mu_mu = (1 - 2 * p) * d_mu - s * s * (a @ u**-2.0 + b @ v**-2.0)
    d_mu_g = -s * (a @ (jg / u**2) - b @ (jg / v**2))
    d_g_g = a @ (jg * p / u**2) + b @ (jg * q / v**2) - c @ (jg / w**2)
    return value, np.array([d_mu, d_g]), np.array([[d_mu_mu, d_mu_g], [d_mu_g, d_g_g]])
