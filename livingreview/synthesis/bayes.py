"""Bayesian binomial-normal pooling by deterministic quadrature."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit, log_expit, logit, ndtr

from livingreview.synthesis import glmm
from livingreview.synthesis._types import Array, Index, Interval

if TYPE_CHECKING:
    from scipy.interpolate import CubicSpline

TAU_SCALE = 1.0
TAU_MAX = 8.0
# Odd numbers of points, so that Simpson's rule applies.
TAU_POINTS, MU_POINTS, FINE_POINTS = 41, 49, 2001
PREDICTIVE_POINTS = 300
SCAN_POINTS = 81
# Density below exp(-DROP) of its peak moves no printed quantile.
DROP = 16.0


@dataclass(frozen=True)
class BayesFit:
    """Posterior summaries: medians and equal-tailed intervals.

    p_median, p_interval, predictive_interval [proportion 0-1];
    tau_median, tau_interval [logit]; level of the intervals.
    """

    p_median: float
    p_interval: Interval
    tau_median: float
    tau_interval: Interval
    predictive_interval: Interval
    level: float


def fit_bayes(x: Array, n: Array, *, level: float = 0.95) -> BayesFit:
    """Pool proportions with expit(mu) ~ Uniform(0, 1) and tau ~ half-normal(1).

    Parameters
    ----------
    x, n : ndarray, shape (k,)  events and patients
    level : float  coverage, 0-1

    Returns
    -------
    BayesFit
        The posterior is proper for any data; with few studies, or only zero or
        full counts, its tau is mostly the prior.

    Source
    ------
    Prior of tau: Roever et al. 2021, Res Synth Methods 12:448-474; likelihood as
    the binomial-normal model (Stijnen et al. 2010).
    """
    from scipy.interpolate import CubicSpline  # not at the top: slow to import, rarely needed

    tau = np.linspace(0, TAU_MAX, SCAN_POINTS)
    centre, sd, height = _modes(x, n, tau, np.full(len(tau), logit((x.sum() + 0.5) / (n.sum() + 1))))
    keep = np.flatnonzero(height + np.log(sd) > (height + np.log(sd)).max() - DROP)
    low, high = tau[max(keep[0] - 1, 0)], tau[min(keep[-1] + 1, len(tau) - 1)]
    fine = np.linspace(low, high, TAU_POINTS)
    centre, sd, _ = _modes(x, n, fine, np.interp(fine, tau, centre))
    mu, log_density = _grid(x, n, fine, centre, sd)
    peak = log_density.max()
    inner = CubicSpline(np.linspace(0, 1, MU_POINTS), np.exp(log_density - peak), axis=1)
    mass = inner.integrate(0, 1) * (mu[:, -1] - mu[:, 0])
    tails = np.array([(1 - level) / 2, 0.5, (1 + level) / 2])
    tau_low, tau_median, tau_high = _tau_quantiles(fine, mass, tails)
    share = mass * _simpson(TAU_POINTS)
    share /= share.sum()
    p_low, p_median, p_high = expit(_mu_quantiles(mu, inner, share, tails))
    new_low, new_high = expit(_predictive(mu, inner, share, fine, tails[[0, 2]]))
    return BayesFit(
        float(p_median),
        (float(p_low), float(p_high)),
        float(tau_median),
        (float(tau_low), float(tau_high)),
        (float(new_low), float(new_high)),
        level,
    )


def _log_posterior(x: Array, n: Array, mu: Array, tau: Array) -> glmm.Evaluation:
    """Return log posterior and its mu-derivatives at pairs (mu, tau), less a constant."""
    k = len(x)
    shape = (len(mu), k)
    theta = np.column_stack([mu, tau])
    value, grad, hess = glmm.evaluate(
        np.broadcast_to(x, shape), np.broadcast_to(n, shape), np.ones((*shape, 1)), theta, glmm.FINE_NODES
    )
    p = expit(mu)
    prior = log_expit(mu) + log_expit(-mu) - 0.5 * (tau / TAU_SCALE) ** 2
    return (
        value + prior,
        grad[:, :1] + (1 - 2 * p)[:, None],
        hess[:, :1, :1] - (2 * p * (1 - p))[:, None, None],
    )


def _modes(x: Array, n: Array, tau: Array, start: Array) -> tuple[Array, Array, Array]:
    """Return for each tau the mode of mu, its curvature's sd, and the log density there."""

    def function(theta: Array, i: Index) -> glmm.Evaluation:
        return _log_posterior(x, n, theta[:, 0], tau[i])

    theta, value, hess, _ = glmm.maximise(function, start[:, None], gain=1e-6)
    # The log posterior is concave in mu; only quadrature error at large tau can hide it.
    return theta[:, 0], 1 / np.sqrt(np.maximum(-hess[:, 0, 0], 0.05)), value


def _grid(x: Array, n: Array, tau: Array, centre: Array, sd: Array) -> tuple[Array, Array]:
    """Return a mu grid for each tau that spans its density, and the log density on it."""
    top = _log_posterior(x, n, centre, tau)[0]
    ends = []
    for side in (-1.0, 1.0):
        end, active = centre + side * 5 * sd, np.arange(len(tau))
        while active.size:
            value = _log_posterior(x, n, end[active], tau[active])[0]
            active = active[value > top[active] - DROP]
            # Without events the likelihood is flat on one side and the prior alone decays.
            end[active] = centre[active] + 1.3 * (end[active] - centre[active])
        ends.append(end)
    mu = np.linspace(ends[0], ends[1], MU_POINTS, axis=1)
    value = _log_posterior(x, n, mu.ravel(), np.repeat(tau, MU_POINTS))[0]
    return mu, value.reshape(mu.shape)


def _simpson(points: int) -> Array:
    weights = np.full(points, 2.0)
    weights[1::2] = 4.0
    weights[[0, -1]] = 1.0
    return weights / (3 * (points - 1))


def _tau_quantiles(tau: Array, mass: Array, tails: Array) -> Array:
    from scipy.interpolate import CubicSpline  # not at the top: slow to import, rarely needed

    density = CubicSpline(tau, mass).antiderivative()
    grid = np.linspace(tau[0], tau[-1], FINE_POINTS)
    cdf = np.maximum.accumulate(density(grid))
    quantiles: Array = np.interp(tails * cdf[-1], cdf, grid)
    return quantiles


def _mu_quantiles(mu: Array, inner: CubicSpline, share: Array, tails: Array) -> Array:
    """Invert the mixture over tau of the conditional distribution functions of mu."""
    unit = np.linspace(0, 1, FINE_POINTS)
    conditional = np.maximum.accumulate(inner.antiderivative()(unit), axis=1)
    grid = np.linspace(mu[:, 0].min(), mu[:, -1].max(), 2 * FINE_POINTS)
    cdf = np.zeros(len(grid))
    for b in range(len(mu)):
        place = (grid - mu[b, 0]) / (mu[b, -1] - mu[b, 0])
        cdf += share[b] * np.interp(place, unit, conditional[b] / conditional[b, -1])
    return np.interp(tails, cdf, grid)


def _predictive(mu: Array, inner: CubicSpline, share: Array, tau: Array, tails: Array) -> Array:
    """Return quantiles of mu + tau * z, a mixture of normals over a grid finer than that of the density."""
    from scipy.optimize import brentq  # not at the top: slow to import, rarely needed

    unit = (np.arange(PREDICTIVE_POINTS) + 0.5) / PREDICTIVE_POINTS
    weight = np.maximum(inner(unit), 0)
    weight *= (share / weight.sum(axis=1))[:, None]
    width = (mu[:, -1] - mu[:, 0])[:, None]
    points = mu[:, :1] + width * unit
    # Each point stands for its cell, whose own spread matters when tau is near 0.
    sd = np.sqrt(tau[:, None] ** 2 + (width / PREDICTIVE_POINTS) ** 2 / 12)
    low, high = mu.min() - 8 * tau[-1] - 1, mu.max() + 8 * tau[-1] + 1

    def excess(value: float, tail: float) -> float:
        return float((weight * ndtr((value - points) / sd)).sum()) - tail

    return np.array([brentq(excess, low, high, args=(tail,), xtol=1e-7) for tail in tails])
