"""Influence of single studies, accumulation over time, and one binary moderator."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from livingreview.synthesis._types import Array
from livingreview.synthesis._validate import check_as_many, check_level, check_pairs
from livingreview.synthesis.proportions import pool_many, pool_proportions
from livingreview.synthesis.regression import fit_proportions
from livingreview.synthesis.results import NOT_CONVERGED, LevelComparison, PooledProportion


def leave_one_out(
    events: npt.ArrayLike, totals: npt.ArrayLike, *, model: str = "glmm", level: float = 0.95
) -> list[PooledProportion]:
    """Pool k times, leaving out one study each time.

    Parameters
    ----------
    events, totals : array-like of int, shape (k,)  [patients]
    model : str  as in :func:`pool_proportions`
    level : float  coverage, 0-1

    Returns
    -------
    list of PooledProportion, length k
        Element i omits study i; empty if k = 1.  Without profile intervals.

    Raises
    ------
    ValueError
        As :func:`pool_proportions`.

    Source
    ------
    Viechtbauer & Cheung 2010, Res Synth Methods 1:112-125.
    """
    x, n = check_pairs(events, totals)
    if len(x) == 1:
        return []
    return _pool_each([(np.delete(x, i), np.delete(n, i)) for i in range(len(x))], model, level)


def cumulative(
    events: npt.ArrayLike, totals: npt.ArrayLike, *, model: str = "glmm", level: float = 0.95
) -> list[PooledProportion]:
    """Pool the first two, three, ... k studies in the order given.

    Parameters
    ----------
    events, totals : array-like of int, shape (k,)  [patients], by first availability
    model : str  as in :func:`pool_proportions`
    level : float  coverage, 0-1; not adjusted for repeated looks

    Returns
    -------
    list of PooledProportion, length k - 1
        Element j uses studies 0 to j + 1.  Without profile intervals.

    Raises
    ------
    ValueError
        As :func:`pool_proportions`.

    Source
    ------
    Lau et al. 1992, N Engl J Med 327:248-254; descriptive (Cochrane Handbook ch. 22).
    """
    x, n = check_pairs(events, totals)
    return _pool_each([(x[:j], n[:j]) for j in range(2, len(x) + 1)], model, level)


def _pool_each(sets: Sequence[tuple[Array, Array]], model: str, level: float) -> list[PooledProportion]:
    if model == "glmm":
        return pool_many(sets, level=level)
    return [pool_proportions(x, n, model=model, level=level) for x, n in sets]


def compare_levels(
    events: npt.ArrayLike, totals: npt.ArrayLike, moderator: npt.ArrayLike, *, level: float = 0.95
) -> LevelComparison:
    """Fit the binomial-normal model with one binary study-level moderator.

    Parameters
    ----------
    events, totals : array-like of int, shape (k,)  [patients]
    moderator : array-like of {0, 1} or bool, shape (k,)  both values must occur
    level : float  coverage of the interval, 0-1

    Returns
    -------
    LevelComparison

    Raises
    ------
    ValueError
        As :func:`pool_proportions`; or if the moderator has another length,
        another value (names the position) or only one value.

    Source
    ------
    Stijnen, Hamza & Ozdemir 2010, Stat Med 29:3046-3067, with a study-level
    covariate; both models by maximum likelihood.
    """
    x, n = check_pairs(events, totals)
    z, level = _check_moderator(moderator, x), check_level(level)
    sums = np.array([[v[z == value].sum() for value in (0, 1)] for v in (x, n)])
    status = _comparison_status(x, n, sums)
    k_levels = (int((z == 0).sum()), int((z == 1).sum()))
    if status != "ok":
        return LevelComparison(status=status, k=len(x), k_levels=k_levels, level=level)
    fit = fit_proportions(x, n, moderators={"level": z}, level=level)
    if fit.intercept is None:
        return LevelComparison(status=NOT_CONVERGED, k=len(x), k_levels=k_levels, level=level)
    low, high = fit.intercept, fit.coefficients["level"]
    return LevelComparison(
        status=status,
        k=len(x),
        k_levels=k_levels,
        level=level,
        b0=low.estimate,
        b1=high.estimate,
        se_b0=low.se,
        se_b1=high.se,
        tau2=fit.tau2,
        odds_ratio=high.odds_ratio,
        odds_ratio_ci=high.odds_ratio_ci,
        p_level0=fit.predict(level=0)[0],
        p_level1=fit.predict(level=1)[0],
        lrt_chi2=fit.lrt_chi2,
        lrt_p=fit.lrt_p,
        converged=True,
    )


def _check_moderator(moderator: npt.ArrayLike, events: Array) -> Array:
    z = np.atleast_1d(np.asarray(moderator, dtype=float))
    check_as_many(z, "moderator", events, "events")
    bad = np.flatnonzero((z != 0) & (z != 1))
    if bad.size:
        msg = f"moderator at position {bad[0]} (from 0): expected 0 or 1, found {z[bad[0]]:g}"
        raise ValueError(msg)
    if z.min() == z.max():
        msg = f"moderator: expected both 0 and 1, found only {z[0]:g}"
        raise ValueError(msg)
    return z


def _comparison_status(x: Array, n: Array, sums: Array) -> str:
    """Return why the two levels cannot be compared, or "ok"."""
    if len(x) < 3:
        return "single_study"
    if (sums[0] == 0).any():
        return "no_events"
    if (sums[0] == sums[1]).any():
        return "all_events"
    if ((x == 0) | (x == n)).all():
        return "tau2_not_identifiable"
    return "ok"
