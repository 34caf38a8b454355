"""Beta-binomial pooling of single-arm proportions by maximum likelihood.

With p the mean, q = 1 - p and g = 1 / (alpha + beta), a study's log-likelihood is a sum of
log(p + j*g) over its events, of log(q + j*g) over its others, less log(1 + j*g) over its
patients, j = 0, 1, ...  The sum is exact as g -> 0, where differences of log-gamma
values would cancel; and as these terms bend ever more slowly in j, a few points stand
for thousands of them (Gaussian summation), so that a million patients cost as much as a hundred.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from livingreview.synthesis._types import Array, Flags, Index
from livingreview.synthesis.glmm import Evaluation, log_binomial, maximise

# Starts of the search: g times the size of the largest study, and g itself.
SIZED_STARTS, STARTS = (0.03, 0.3, 3.0, 30.0), (0.01, 0.1, 1.0)
# Below this product no study's likelihood differs from the binomial one.
NO_EXCESS = 1e-9
# Terms added one by one; beyond them an interval is at most as long as its distance from 0, and a sum
# over it with this many points is exact to 15 digits.
FIRST, POINTS = 16, 10


@dataclass(frozen=True)
class BetaBinomialFit:
    """mu, se [logit of the mean]; rho intra-study correlation 0-1; log-likelihood."""

    mu: float
    se: float
    rho: float
    log_likelihood: float
    converged: bool


@dataclass(frozen=True)
class Terms:
    """Points j (J,), and how many events, others and patients (J,) each stands for."""

    j: Array
    events: Array
    others: Array
    patients: Array


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
    terms = sum_terms(x, n)
    mu0 = float(logit(x.sum() / n.sum()))
    at_zero = float(evaluate_terms(np.array([mu0, -np.inf]), terms)[0])
    starts = np.sort(np.log(np.concatenate([np.array(SIZED_STARTS) / n.max(), STARTS])))
    theta = np.column_stack([np.full(len(starts), mu0), starts])

    def function(trial: Array, _: Index) -> Evaluation:
        return evaluate_terms(trial, terms)

    theta = theta[_worth_a_search(function(theta, np.arange(len(theta)))[0])]
    # The last digits of the log-likelihood of millions of patients are rounding: no gain lies there.
    rounding = 8 * np.finfo(float).eps * abs(at_zero)
    # Starts that slide towards rho = 0 never finish; they are judged by their value.
    theta, value, hess, done = maximise(function, theta, gain=1e-11 + rounding, max_iter=60)
    i = int(value.argmax())
    constant = float(log_binomial(x, n).sum())
    p = x.sum() / n.sum()
    # The likelihood rises from rho = 0 only if counts vary more than binomially.
    if value[i] <= at_zero + 1e-8 + rounding or theta[i, 1] < np.log(NO_EXCESS / n.max()):
        se = 1 / np.sqrt(n.sum() * p * (1 - p))
        return BetaBinomialFit(mu0, float(se), 0.0, at_zero + constant, True)
    se = np.sqrt(np.linalg.inv(-hess[i])[0, 0])
    return BetaBinomialFit(
        float(theta[i, 0]), float(se), float(expit(theta[i, 1])), float(value[i]) + constant, bool(done[i])
    )


def _worth_a_search(value: Array) -> Flags:
    """Which starts, in the order of g, are no lower than those beside them, or stand beside one that is not.

    From the others the search would climb past these, the longer the larger the studies.
    """
    beside = np.concatenate([[-np.inf], value, [-np.inf]])
    top = (value >= beside[:-2]) & (value >= beside[2:])
    near = np.concatenate([[False], top, [False]])
    found: Flags = near[:-2] | near[1:-1] | near[2:]
    return found


def sum_terms(x: Array, n: Array) -> Terms:
    """Return the points that stand for the terms j = 0, 1, ... of the log-likelihood.

    Parameters
    ----------
    x, n : ndarray, shape (k,)  events and patients

    Returns
    -------
    Terms
        At most 10 points for each power of 2 below the largest study and for each count.
    """
    most = int(n.max())
    counts = np.concatenate([x, n - x, n]).astype(int)
    doubled = FIRST * 2 ** np.arange(max(most // FIRST, 1).bit_length())
    cuts = np.unique(np.concatenate([[0, most], counts, doubled]))
    cuts = cuts[cuts <= most]
    starts, lengths = cuts[:-1], np.diff(cuts)
    few = (starts < FIRST) | (lengths <= POINTS)
    points = [
        np.arange(start, start + length)
        for start, length in zip(starts[few].tolist(), lengths[few].tolist(), strict=True)
    ]
    places, weights = gauss_rules(lengths[~few].astype(float), POINTS)
    j = np.concatenate([*points, (starts[~few, None] + places).ravel()]).astype(float)
    weight = np.ones(len(j))
    weight[len(j) - weights.size :] = weights.ravel()
    return Terms(j, *(weight * (values[:, None] > j).sum(axis=0) for values in (x, n - x, n)))


def summation_rule(length: int, points: int) -> tuple[Array, Array]:
    """Return points within 0 ... length - 1 and weights whose weighted sum stands for the sum over all.

    Parameters
    ----------
    length : int  >= 1
    points : int  >= 1; where it is at least ``length``, all are taken

    Returns
    -------
    points, weights : ndarray, shape (min(length, points),)
        Exact for polynomials of degree below twice their number.

    Source
    ------
    Golub & Welsch 1969, Math Comp 23:221-230, with the recurrence of the discrete
    Chebyshev polynomials (Gautschi 2004, Orthogonal Polynomials, section 1.5.2).
    """
    if points >= length:
        return np.arange(float(length)), np.ones(length)
    places, weights = gauss_rules(np.array([float(length)]), points)
    return places[0], weights[0]


def gauss_rules(lengths: Array, points: int) -> tuple[Array, Array]:
    """The rules of :func:`summation_rule` for lengths above `points`: places and weights (r, points)."""
    k, size = np.arange(1.0, points), lengths[:, None]
    matrix = np.zeros((len(lengths), points, points))
    below = np.arange(points - 1)
    matrix[:, below + 1, below] = 0.5 * k * np.sqrt((size**2 - k**2) / (4 * k**2 - 1))
    values, vectors = np.linalg.eigh(matrix)  # which reads the lower half
    return values + (size - 1) / 2, size * vectors[:, 0] ** 2


def evaluate_terms(theta: Array, terms: Terms) -> Evaluation:
    """Return log-likelihood (less binomial coefficients), gradient and Hessian.

    theta is (mu, logit rho), shape (..., 2), of one point or of many at once; g = rho / (1 - rho) =
    1 / (alpha + beta).
    """
    a, b, c = terms.events, terms.others, terms.patients
    p, q = expit(theta[..., 0]), expit(-theta[..., 0])
    s, jg = p * q, np.multiply.outer(np.exp(theta[..., 1]), terms.j)
    u, v, w = 1 / (p[..., None] + jg), 1 / (q[..., None] + jg), 1 / (1 + jg)
    value = -np.log(u) @ a - np.log(v) @ b - np.log1p(jg) @ c
    d_mu = s * (u @ a - v @ b)
    d_g = (jg * u) @ a + (jg * v) @ b - (jg * w) @ c
    d_mu_mu = (q - p) * d_mu - s * s * (u**2 @ a + v**2 @ b)
    d_mu_g = -s * ((jg * u**2) @ a - (jg * v**2) @ b)
    d_g_g = p * ((jg * u**2) @ a) + q * ((jg * v**2) @ b) - (jg * w**2) @ c
    hess = np.stack([np.stack([d_mu_mu, d_mu_g], axis=-1), np.stack([d_mu_g, d_g_g], axis=-1)], axis=-2)
    return value, np.stack([d_mu, d_g], axis=-1), hess
