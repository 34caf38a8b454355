"""Bayesian binomial-normal pooling by deterministic quadrature.

The posterior of (mu, tau) is worked out on a grid that follows its own scale.  In
tau that scale runs from the error of the largest study to the spread of the prior,
often three powers of ten apart, so the steps are even in u, where
tau = scale * sinh(u): fine near 0, of constant ratio beyond.  In mu each tau has a
grid of its own.  Every result is read off twice, from the grid and from every second
of its lines; while the two differ the grid is made finer.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv, betaln, expit, log_expit, logit

from livingreview.synthesis import glmm
from livingreview.synthesis._distributions import Distributions, find_quantiles
from livingreview.synthesis._types import Array, Index, Interval
from livingreview.synthesis._validate import check_level, check_pairs

TAU_SCALE = 1.0  # of the prior of tau, where none is named [logit]
# Steps of u in the search for where the posterior lies, and the tau it reaches to at first.
SCAN_STEP, SCAN_TO = 0.35, 8.0
# Lines of the first grid, odd so that every second one spans it too, and how often they are doubled.
TAU_POINTS, MU_POINTS, MOST_DOUBLINGS = 41, 49, 3
# Density below exp(-DROP) of its peak moves no printed quantile.
DROP = 16.0
# Largest difference between grid and half grid, of logits and of log tau; the grid's own error is
# smaller by a power of the step.
SETTLED = 1e-4
# Middles of equal shares of a distribution over which its mean is taken, and the logits between which and
# the points at which a new study's distribution is tabulated for a group.
GROUP_TAILS, GROUP_POINTS = (np.arange(64) + 0.5) / 64, np.linspace(-7, 7, 71)
# Nodes of the integral over a study's own effect, by the tau up to which its error stays near 1e-6.
NODES = ((1.5, glmm.FINE_NODES), (6.0, 81), (14.0, 161), (30.0, 321), (np.inf, 641))


@dataclass(frozen=True)
class BayesFit:
    """Posterior summaries: medians and equal-tailed intervals.

    p_median, p_interval, predictive_interval [proportion 0-1];
    tau_median, tau_interval [logit]; level of the intervals;
    converged: halving the steps of the grid moves none of them.
    """

    p_median: float
    p_interval: Interval
    tau_median: float
    tau_interval: Interval
    predictive_interval: Interval
    level: float
    converged: bool


@dataclass(frozen=True)
class _Grid:
    """u (T,), evenly spaced; mu (T, M), evenly spaced in each row; log density (T, M) of (u, mu)."""

    u: Array
    mu: Array
    log_density: Array


def fit_bayes(x: Array, n: Array, *, level: float = 0.95, tau_scale: float = TAU_SCALE) -> BayesFit:
    """Pool proportions with expit(mu) ~ Uniform(0, 1) and tau ~ half-normal(tau_scale).

    Parameters
    ----------
    x, n : ndarray, shape (k,)  events and patients
    level : float  coverage, 0-1
    tau_scale : float  scale of the prior of tau [logit], above 0

    Returns
    -------
    BayesFit
        The posterior is proper for any data; with few studies, or only zero or
        full counts, its tau is mostly the prior.

    Raises
    ------
    ValueError
        If tau_scale is not above 0.

    Source
    ------
    Prior of tau: Roever et al. 2021, Res Synth Methods 12:448-474; likelihood as
    the binomial-normal model (Stijnen et al. 2010).  Even steps of sinh: the
    trapezoid rule converges geometrically for the even, analytic density that is
    left (Trefethen & Weideman 2014, SIAM Rev 56:385-458).
    """
    _check_scale(tau_scale)
    tails = np.array([(1 - level) / 2, 0.5, (1 + level) / 2])
    scale = _scale(x, n)
    u, centre = _find_range(x, n, scale, tau_scale)
    found, settled = np.full(8, np.nan), False
    for doubling in range(MOST_DOUBLINGS + 1):
        grid = _make_lines(x, n, scale, u, centre, doubling, tau_scale)
        half = _Grid(grid.u[::2], grid.mu[::2, ::2], grid.log_density[::2, ::2])
        found = _summarise(grid, scale, tails)
        settled = bool(np.abs(found - _summarise(half, scale, tails)).max() < SETTLED)
        if settled:
            break
    p_low, p_median, p_high, new_low, new_high = expit(found[:5]).tolist()
    tau_low, tau_median, tau_high = np.exp(found[5:]).tolist()
    return BayesFit(
        p_median=p_median,
        p_interval=(p_low, p_high),
        tau_median=tau_median,
        tau_interval=(tau_low, tau_high),
        predictive_interval=(new_low, new_high),
        level=level,
        converged=settled,
    )


@dataclass(frozen=True)
class GroupPrediction:
    """How many of a new group will have the event.

    size [patients]; low, median, high [patients]: least counts that reach the tails and the middle of the
    predictive distribution; level of the interval.
    """

    size: int
    low: int
    median: int
    high: int
    level: float


def predict_group(
    events: npt.ArrayLike,
    totals: npt.ArrayLike,
    *,
    size: int = 100,
    level: float = 0.95,
    tau_scale: float = TAU_SCALE,
) -> GroupPrediction:
    """Return how many of a new group of patients are expected to have the event.

    Parameters
    ----------
    events, totals : array-like of int, shape (k,)  [patients]
    size : int  patients of the new group, 1 or more
    level : float  coverage, 0-1
    tau_scale : float  scale of the prior of tau [logit], above 0; see :func:`fit_bayes`

    Returns
    -------
    GroupPrediction
        Of one study its own proportion holds for the new group: spread between studies is not in it.  Its
        limits are those of the distributions whose tails are the exact (Clopper-Pearson) limits of the
        proportion, so that they are no narrower than these; its median is that of a proportion which was
        uniform before it was seen.  Of two or more the group is one of a new study, by :func:`fit_bayes`.

    Raises
    ------
    ValueError
        As :func:`livingreview.synthesis.pool_proportions`; or if size is below 1 or
        tau_scale not above 0.

    Notes
    -----
    P(count <= c) is the mean of the predictive distribution function of the new study's
    proportion over Beta(c + 1, size - c), whose draws exceed a proportion p with the
    probability of c or fewer events among ``size``.
    """
    (x, n), level = check_pairs(events, totals), check_level(level)
    _check_scale(tau_scale)
    if size < 1:
        msg = f"size: expected 1 or more, found {size}"
        raise ValueError(msg)
    counts = np.arange(size)
    tails = [(1 - level) / 2, 0.5, (1 + level) / 2]
    if len(x) == 1:
        low, median, high = _group_of_one(x[0], n[0], size, tails)
    else:
        shares = logit(betaincinv(counts[:, None] + 1, size - counts[:, None], GROUP_TAILS))
        below = np.interp(shares, GROUP_POINTS, _new_study_cdf(x, n, GROUP_POINTS, tau_scale)).mean(axis=1)
        low, median, high = np.searchsorted(below, tails).tolist()
    return GroupPrediction(size, low, median, high, level)


def _check_scale(tau_scale: float) -> None:
    if not 0 < tau_scale < np.inf:
        msg = f"tau_scale: expected a number above 0, found {tau_scale}"
        raise ValueError(msg)


def _group_of_one(x: float, n: float, size: int, tails: Sequence[float]) -> list[int]:
    """Return the least counts of a new group that reach the lower tail, the middle and the upper tail.

    Of a study without an event the lower limit of its proportion is 0, of one without another 1 is the upper.
    """
    count, places = np.arange(size), []
    choices = -np.log(size + 1) - betaln(count + 1, size - count + 1)
    for (a, b), tail in zip(((x, n - x + 1), (x + 1, n - x + 1), (x + 1, n - x)), tails, strict=True):
        if a == 0 or b == 0:
            places.append(0 if a == 0 else size)
        else:
            below = np.exp(choices + betaln(count + a, size - count + b) - betaln(a, b)).cumsum()
            places.append(int(np.searchsorted(below, tail)))
    return places


def _new_study_cdf(x: Array, n: Array, mu: Array, tau_scale: float) -> Array:
    """Return the predictive distribution function of a new study's logit at the points mu."""
    scale = _scale(x, n)
    grid = _make_lines(x, n, scale, *_find_range(x, n, scale, tau_scale), 0, tau_scale)
    return _new_study(grid, scale)(mu)[0]


def _scale(x: Array, n: Array) -> float:
    """Return the error of the most precise study [logit]."""
    return float(np.sqrt((n + 1) / ((x + 0.5) * (n - x + 0.5))).min())


def _make_lines(
    x: Array, n: Array, scale: float, u: Array, centre: Array, doubling: int, tau_scale: float
) -> _Grid:
    lines = np.linspace(u[0], u[-1], (TAU_POINTS - 1) * 2**doubling + 1)
    start, points = np.interp(lines, u, centre), (MU_POINTS - 1) * 2**doubling + 1
    return _make_grid(x, n, scale * np.sinh(lines), lines, start, points, tau_scale)


def _log_prior(mu: Array, tau: Array, tau_scale: float) -> Array:
    """Return the log prior of (mu, tau), less a constant."""
    density: Array = log_expit(mu) + log_expit(-mu) - 0.5 * (tau / tau_scale) ** 2
    return density


def _log_posterior(x: Array, n: Array, mu: Array, tau: Array, tau_scale: float) -> Array:
    """Return the log posterior at pairs (mu, tau), less a constant."""
    value = np.empty(len(mu))
    least = -np.inf
    for most, nodes in NODES:
        i = np.flatnonzero((tau > least) & (tau <= most))
        value[i] = glmm.log_likelihood(x, n, mu[i, None], tau[i, None], nodes)
        least = most
    return value + _log_prior(mu, tau, tau_scale)


def _modes(x: Array, n: Array, tau: Array, start: Array, tau_scale: float) -> tuple[Array, Array, Array]:
    """Return for each tau the mode of mu, its curvature's sd, and about the log density there."""

    def function(theta: Array, i: Index) -> glmm.Evaluation:
        shape, mu = (len(i), len(x)), theta[:, 0]
        full, p = np.column_stack([mu, tau[i]]), expit(mu)
        given = np.broadcast_to(x, shape), np.broadcast_to(n, shape), np.ones((*shape, 1))
        value, grad, hess = glmm.evaluate(*given, full, glmm.FINE_NODES)
        return (
            value + _log_prior(mu, tau[i], tau_scale),
            grad[:, :1] + (1 - 2 * p)[:, None],
            hess[:, :1, :1] - (2 * p * (1 - p))[:, None, None],
        )

    theta, value, hess, _ = glmm.maximise(function, start[:, None], gain=1e-6)
    # The log posterior is concave in mu; only quadrature error at large tau can hide it.
    return theta[:, 0], 1 / np.sqrt(np.maximum(-hess[:, 0, 0], 0.05)), value


def _find_range(x: Array, n: Array, scale: float, tau_scale: float) -> tuple[Array, Array]:
    """Return steps of u over the range where the posterior of tau lies, and the modes of mu there."""
    end, u, centre = SCAN_TO, np.empty(0), np.full(1, logit((x.sum() + 0.5) / (n.sum() + 1)))
    while True:
        steps = int(np.ceil(np.arcsinh(end / scale) / SCAN_STEP)) + 1
        u, last = np.linspace(0, np.arcsinh(end / scale), steps), u
        start = np.interp(u, last, centre) if len(last) else np.full(steps, centre[0])
        centre, sd, height = _modes(x, n, scale * np.sinh(u), start, tau_scale)
        weight = height + np.log(sd) + np.log(np.cosh(u))
        keep = np.flatnonzero(weight > weight.max() - DROP)
        if keep[-1] < steps - 1:
            inside = slice(max(keep[0] - 1, 0), keep[-1] + 2)
            return u[inside], centre[inside]
        # Studies near 0 beside others near 1 can ask for more than the prior expects.
        end *= 2


def _make_grid(
    x: Array, n: Array, tau: Array, u: Array, start: Array, points: int, tau_scale: float
) -> _Grid:
    """Return the log density on a grid of mu for each u, as wide as it takes there."""
    centre, sd, _ = _modes(x, n, tau, start, tau_scale)
    top = _log_posterior(x, n, centre, tau, tau_scale)
    ends = []
    for side in (-1.0, 1.0):
        end, active = centre + side * 5 * sd, np.arange(len(tau))
        while active.size:
            value = _log_posterior(x, n, end[active], tau[active], tau_scale)
            active = active[value > top[active] - DROP]
            # Without events the likelihood is flat on one side and the prior alone decays.
            end[active] = centre[active] + 1.3 * (end[active] - centre[active])
        ends.append(end)
    mu = np.linspace(ends[0], ends[1], points, axis=1)
    value = _log_posterior(x, n, mu.ravel(), np.repeat(tau, points), tau_scale).reshape(mu.shape)
    return _Grid(u, mu, value + np.log(np.cosh(u))[:, None])


def _summarise(grid: _Grid, scale: float, tails: Array) -> Array:
    """Return quantiles of mu (3), of the mu of a new study (2) and of log tau (3)."""
    rows = Distributions(grid.mu[:, 0], grid.mu[:, -1], grid.log_density)
    u = _u_quantiles(grid.u, rows.log_mass, tails)
    tau = scale * np.sinh(grid.u)
    share = _shares(rows)
    low, high = grid.mu.min(), grid.mu.max()

    def of_mu(value: Array) -> tuple[Array, Array]:
        cdf, density = rows.at(np.broadcast_to(value, (len(tau), len(value))))
        return share @ cdf, share @ density

    reach = 8 * tau[-1]
    return np.concatenate(
        [
            find_quantiles(of_mu, tails, low, high),
            find_quantiles(_new_study(grid, scale), tails[[0, 2]], low - reach, high + reach),
            np.log(scale * np.sinh(u)),
        ]
    )


def _shares(rows: Distributions) -> Array:
    """Return the posterior share of each line of tau."""
    # The density is even in u and gone at the far end, so plain sums converge fastest.
    share: Array = np.exp(rows.log_mass - rows.log_mass.max())
    share[[0, -1]] *= 0.5
    share /= share.sum()
    return share


def _new_study(grid: _Grid, scale: float) -> Callable[[Array], tuple[Array, Array]]:
    """Return the distribution function and the density of a new study's logit, as one function of points."""
    rows = Distributions(grid.mu[:, 0], grid.mu[:, -1], grid.log_density)
    tau, share = scale * np.sinh(grid.u), _shares(rows)
    z, weight = _normal_steps(float((tau / rows.spread).max()))

    def of_new(value: Array) -> tuple[Array, Array]:
        points = value[:, None] - tau[:, None, None] * z
        cdf, density = rows.at(points.reshape(len(tau), -1))
        return share @ (cdf.reshape(points.shape) @ weight), share @ (density.reshape(points.shape) @ weight)

    return of_new


def _u_quantiles(u: Array, log_mass: Array, tails: Array) -> Array:
    if u[0] == 0:
        # The density is even in u: seen from both sides its middle is as smooth as the rest.
        log_mass, tails = np.concatenate([log_mass[:0:-1], log_mass]), 0.5 + 0.5 * tails
    low = u[0] if u[0] > 0 else -u[-1]
    whole = Distributions(np.array([low]), u[-1:], log_mass[None])
    return find_quantiles(lambda value: whole.at(value[None]), tails, low, u[-1])


def _normal_steps(ratio: float) -> tuple[Array, Array]:
    """Return standard normal deviates, evenly spaced, and their weights, which add up to 1.

    ``ratio`` is the largest tau in standard deviations of mu: where it is large the
    function to be averaged is steep, and the steps are as fine as that.
    """
    steps = int(np.ceil(7 / min(0.4, 0.5 / ratio)))
    z = np.linspace(-7, 7, 2 * steps + 1)
    weight = np.exp(-z * z / 2)
    return z, weight / weight.sum()
