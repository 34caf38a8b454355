"""Profile-likelihood interval of the binomial-normal median."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from livingreview.synthesis import glmm
from livingreview.synthesis._tails import chi2_isf
from livingreview.synthesis._types import Array, Index

# Beyond this logit the proportion is 0 or 1 to the last printed digit.
FAR = 40.0


def profile_interval(x: Array, n: Array, fits: glmm.GlmmFits, *, level: float = 0.95) -> Array:
    """Return profile-likelihood limits of mu for S intercept-only fits.

    Parameters
    ----------
    x, n : ndarray, shape (S, K)  events and patients; padding studies have n = 0
    fits : GlmmFits  from :func:`glmm.fit_sets` with an intercept only
    level : float  coverage, 0-1

    Returns
    -------
    ndarray, shape (S, 2)
        Limits [logit] where twice the drop of the log-likelihood, maximised over
        tau >= 0, equals the chi-square(1) quantile; +-inf where it never does.

    Source
    ------
    Venzon & Moolgavkar 1988, Appl Stat 37:87-94.
    """
    from scipy.optimize import elementwise  # not at the top: slow to import, rarely needed

    sets = len(x)
    critical = chi2_isf(1 - level, 1)
    index = np.tile(np.arange(sets), 2)
    side = np.repeat([-1.0, 1.0], sets)
    centre, se = fits.beta[index, 0], np.sqrt(fits.cov[index, 0, 0])

    def excess(mu: Array, i: npt.NDArray[np.number]) -> Array:
        shape = np.shape(mu)
        mu, i = np.ravel(mu), np.ravel(i).astype(int)
        top = profile_log_likelihood(x[i], n[i], mu, fits.tau[i], np.abs(mu - fits.beta[i, 0]))
        beyond: Array = 2 * (fits.log_likelihood[i] - top) - critical
        return beyond.reshape(shape)

    inner, outer = _bracket(excess, centre, side * se, index)
    limits = side * np.inf
    ok = np.isfinite(outer)
    if ok.any():
        found = elementwise.find_root(
            excess, (inner[ok], outer[ok]), args=(index[ok],), tolerances={"xatol": 1e-7, "fatol": 1e-7}
        )
        limits[ok] = found.x
    return limits.reshape(2, sets).T


def _bracket(
    excess: Callable[[Array, Index], Array], centre: Array, first: Array, index: Index
) -> tuple[Array, Array]:
    """Walk outwards until the deviance passes its critical value."""
    inner, outer = centre.copy(), np.full(len(centre), np.nan)
    reach, active = 1.5 * first, np.arange(len(centre))
    while active.size:
        trial = centre[active] + reach[active]
        past = excess(trial, index[active]) > 0
        outer[active[past]] = trial[past]
        inner[active[~past]] = trial[~past]
        active = active[~past & (np.abs(trial) < FAR)]
        reach[active] *= 1.5
    return inner, outer


def profile_log_likelihood(x: Array, n: Array, mu: Array, tau: Array, shift: Array) -> Array:
    """Return the log-likelihood at fixed mu (S,), maximised over tau >= 0.

    ``tau`` and ``shift`` only place the starts: away from its estimate mu is
    reconciled with the data by a tau about as large as the shift.
    """
    sets = len(x)
    design = np.ones((*x.shape, 1))
    at_zero = glmm.fixed_log_likelihood(x, n, expit(mu)[:, None])
    starts = np.stack([tau + 0.1, 0.3 + 0 * tau, 0.5 + shift, 1.5 + tau])
    tile = np.tile(np.arange(sets), len(starts))

    def along_tau(members: Index, nodes: int) -> glmm.Objective:
        def function(theta: Array, i: Index) -> glmm.Evaluation:
            j = members[i]
            full = np.column_stack([mu[j], theta])
            value, grad, hess = glmm.evaluate(x[j], n[j], design[j], full, nodes)
            return value, grad[:, -1:], hess[:, -1:, -1:]

        return function

    theta, value, _, _ = glmm.maximise(
        along_tau(tile, glmm.COARSE_NODES), starts.reshape(-1, 1), gain=1e-4, max_iter=25
    )
    best = value.reshape(len(starts), sets).argmax(axis=0)
    theta = theta.reshape(len(starts), sets)[best, np.arange(sets)]
    nodes = glmm.FINER_NODES[1]
    _, value, _, _ = glmm.maximise(along_tau(np.arange(sets), nodes), theta[:, None], gain=1e-9)
    highest: Array = np.maximum(value + glmm.log_binomial(x, n).sum(axis=1), at_zero)
    return highest
