"""Two-arm comparisons, and pooling of effects with their standard errors."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from livingreview.synthesis import two_arm
from livingreview.synthesis._tails import normal_isf
from livingreview.synthesis._types import Array, Interval
from livingreview.synthesis._validate import as_floats, check_as_many, check_choice, check_level, check_pairs
from livingreview.synthesis.intervals import proportion_interval
from livingreview.synthesis.inverse_variance import ESTIMATORS, TESTS, around, pool_inverse_variance
from livingreview.synthesis.results import NAN, NAN_PAIR, PooledEffect, TwoByTwo

Cells: TypeAlias = tuple[Array, Array, Array, Array]
WayBack: TypeAlias = Callable[[npt.ArrayLike], npt.ArrayLike]

TWO_ARM_METHODS = ("REML", "DL", "EE", "MH", "Peto")
# scale -> way from the analysis scale to the reported effect
BACK: dict[str, WayBack] = {
    "none": lambda y: y,
    "exp": np.exp,
    "logit": expit,
    "cloglog": lambda y: np.exp(-np.exp(y)),
}
# Fisher's test counts tables as probable as the observed one, up to rounding.
TIE = 1 + 1e-7


def pool_ratios(
    a: npt.ArrayLike,
    n1: npt.ArrayLike,
    c: npt.ArrayLike,
    n2: npt.ArrayLike,
    *,
    measure: str = "RR",
    method: str = "REML",
    test: str | None = None,
    correction: str = "needed",
    level: float = 0.95,
) -> PooledEffect:
    """Pool two-arm counts of k studies.

    Parameters
    ----------
    a, n1 : array-like of int, shape (k,)  events and patients of arm 1
    c, n2 : array-like of int, shape (k,)  events and patients of arm 2
    measure : {"RR", "OR", "RD"}
    method : {"REML", "DL", "EE", "MH", "Peto"}
        Inverse variance (studies without information dropped for RR and OR),
        Mantel-Haenszel (never corrected) or Peto (OR only).
    test : {"z", "knha", "adhoc"}, optional
        Default "adhoc" (truncated Hartung-Knapp) for REML, else "z".
        Mantel-Haenszel and Peto allow "z" only.
    correction : {"needed", "zero-cell"}
        Which studies have 0.5 added to all four cells before inverse variance: those
        whose effect or error cannot be computed without (see
        :func:`two_arm.find_corrected`; a difference always stays as counted), or, as
        metafor does, those with an empty cell.
    level : float  coverage, 0-1

    Returns
    -------
    PooledEffect

    Raises
    ------
    ValueError
        If a count is negative, not whole or exceeds its total (names the
        position), lengths differ, or an option or their combination is not allowed.

    Source
    ------
    See :mod:`two_arm` and :mod:`inverse_variance`.
    """
    check_choice(measure, two_arm.MEASURES, "measure")
    check_choice(method, TWO_ARM_METHODS, "method")
    check_choice(correction, two_arm.CORRECTIONS, "correction")
    test = check_choice(test or ("adhoc" if method == "REML" else "z"), TESTS, "test")
    if method == "Peto" and measure != "OR":
        msg = f"measure: the Peto method estimates odds ratios only, found {measure!r}"
        raise ValueError(msg)
    if method in ("MH", "Peto") and test != "z":
        msg = f"test: {method} allows 'z' only, found {test!r}"
        raise ValueError(msg)
    cells = _check_arms(a, n1, c, n2)
    keep = np.ones(len(cells[0]), bool) if measure == "RD" else ~two_arm.without_information(*cells)
    refused = PooledEffect(
        method=method,
        test=test,
        scale="none" if measure == "RD" else "exp",
        level=check_level(level),
        status="not_estimable",
        k_given=len(keep),
        k=int(keep.sum()),
        reason="" if measure == "RD" else two_arm.say_without_information(*cells),
    )
    if not keep.any():
        return refused
    if method in ("MH", "Peto"):
        pooled = _pool_common(cells, measure, refused)
    else:
        kept = tuple(cell[keep] for cell in cells)
        y, v = two_arm.two_arm_effects(*kept, measure=measure, correction=correction)
        pooled = _from_fit(y, v, refused)
    if measure == "RD" and pooled.status == "single_study":
        # One table has one interval, whichever function is asked.
        return replace(pooled, ci=_newcombe(*(float(cell[0]) for cell in cells), level=level))
    return pooled


def _check_arms(a: npt.ArrayLike, n1: npt.ArrayLike, c: npt.ArrayLike, n2: npt.ArrayLike) -> Cells:
    one, other = check_pairs(a, n1, names=("a", "n1")), check_pairs(c, n2, names=("c", "n2"))
    check_as_many(one[0], "a", other[0], "c")
    return *one, *other


def _pool_common(cells: Cells, measure: str, refused: PooledEffect) -> PooledEffect:
    if refused.method == "MH":
        estimate, se = two_arm.mantel_haenszel(*cells, measure=measure)
    else:
        estimate, se = two_arm.peto(*cells)
    if np.isnan(estimate):
        return replace(refused, reason="no_variation" if measure == "RD" else "one_arm_only")
    back = BACK[refused.scale]
    return replace(
        refused,
        status="ok" if refused.k > 1 else "single_study",
        estimate=estimate,
        se=se,
        converged=True,
        effect=_on_scale(back, estimate),
        ci=_reported(back, around(estimate, normal_isf((1 - refused.level) / 2) * se)),
    )


def _on_scale(back: WayBack, value: float) -> float:
    # A ratio of millions against none may have no upper limit that a float can hold.
    with np.errstate(over="ignore"):
        return float(np.asarray(back(value)))


def _reported(back: WayBack, pair: Interval) -> Interval:
    """Return an interval on the reported scale, lower limit first."""
    low, high = sorted(_on_scale(back, end) for end in pair)
    return low, high


def _from_fit(y: Array, v: Array, refused: PooledEffect) -> PooledEffect:
    fit = pool_inverse_variance(y, v, tau2_method=refused.method, test=refused.test, level=refused.level)
    back = BACK[refused.scale]
    return replace(
        refused,
        status="ok" if fit.k > 1 else "single_study",
        estimate=fit.estimate,
        se=fit.se,
        converged=True,
        effect=_on_scale(back, fit.estimate),
        ci=_reported(back, fit.ci),
        tau2=fit.tau2,
        tau2_ci=fit.tau2_ci,
        q=fit.q,
        q_df=fit.q_df,
        q_p=fit.q_p,
        i2_percent=fit.i2_percent,
        prediction=_reported(back, fit.prediction),
        prediction_km2=_reported(back, fit.prediction_km2),
        details=fit,
    )


def pool_generic(
    estimates: npt.ArrayLike,
    standard_errors: npt.ArrayLike,
    *,
    method: str = "REML",
    test: str | None = None,
    scale: str = "exp",
    level: float = 0.95,
) -> PooledEffect:
    """Pool k reported effects by inverse variance.

    Parameters
    ----------
    estimates, standard_errors : array-like of float, shape (k,)
        On the analysis scale, such as log hazard ratios, or log(-log S) of a
        survival landmark (see :func:`landmark_from_interval`); errors > 0.
    method : {"REML", "DL", "EE"}
    test : {"z", "knha", "adhoc"}, optional  default "adhoc" for REML, else "z"
    scale : {"exp", "none", "logit", "cloglog"}
        How estimates are reported: exp(y), y, expit(y), exp(-exp(y)).
    level : float  coverage, 0-1

    Returns
    -------
    PooledEffect

    Raises
    ------
    ValueError
        If lengths differ, a value is not finite or an error not positive (names
        the position), or an option is not allowed.

    Source
    ------
    See :mod:`inverse_variance`.
    """
    check_choice(method, ESTIMATORS, "method")
    test = check_choice(test or ("adhoc" if method == "REML" else "z"), TESTS, "test")
    check_choice(scale, tuple(BACK), "scale")
    y = as_floats(estimates, "estimates")
    se = as_floats(standard_errors, "standard_errors", positive=True)
    if len(y) != len(se) or len(y) == 0:
        msg = f"estimates has {len(y)} values, standard_errors has {len(se)}; expected as many, at least 1"
        raise ValueError(msg)
    k, level = len(y), check_level(level)
    refused = PooledEffect(
        method=method, test=test, scale=scale, level=level, status="not_estimable", k_given=k, k=k
    )
    return _from_fit(y, se**2, refused)


def two_by_two(
    a: int, n1: int, c: int, n2: int, *, correction: str = "needed", level: float = 0.95
) -> TwoByTwo:
    """Compare two arms of one study.

    Parameters
    ----------
    a, n1, c, n2 : int  events and patients of arm 1, then of arm 2
    correction : {"needed", "zero-cell"}  of the ratios, as in :func:`pool_ratios`
    level : float  coverage, 0-1

    Returns
    -------
    TwoByTwo
        The difference and the exact test use the counts as they are.  Without events,
        or with only events, in both arms there is no ratio.

    Raises
    ------
    ValueError
        If a count is negative, not whole or exceeds its total, or an option is not allowed.

    Source
    ------
    Newcombe 1998, Stat Med 17:873-890, method 10; Fisher 1935, J R Stat Soc 98:39-82;
    ratios as :mod:`two_arm`.
    """
    check_choice(correction, two_arm.CORRECTIONS, "correction")
    cells, level = _check_arms(a, n1, c, n2), check_level(level)
    x1, m1, x2, m2 = (float(cell[0]) for cell in cells)
    reason = two_arm.say_without_information(*cells)
    ratios, corrected = [], []
    for measure in ("RR", "OR"):
        ratios.append((NAN, NAN_PAIR) if reason else _wald_ratio(cells, measure, correction, level))
        add = two_arm.find_corrected(*cells, measure=measure, correction=correction)
        corrected.append(bool(add[0]) and not reason)
    (risk_ratio, risk_ratio_ci), (odds_ratio, odds_ratio_ci) = ratios
    return TwoByTwo(
        status="not_estimable" if reason else "ok",
        reason=reason,
        risk_ratio=risk_ratio,
        risk_ratio_ci=risk_ratio_ci,
        odds_ratio=odds_ratio,
        odds_ratio_ci=odds_ratio_ci,
        risk_difference=x1 / m1 - x2 / m2,
        risk_difference_ci=_newcombe(x1, m1, x2, m2, level=level),
        fisher_p=_fisher(int(x1), int(m1), int(x2), int(m2)),
        corrected=corrected[0],
        odds_ratio_corrected=corrected[1],
    )


def _wald_ratio(cells: Cells, measure: str, correction: str, level: float) -> tuple[float, Interval]:
    y, v = two_arm.two_arm_effects(*cells, measure=measure, correction=correction)
    z = normal_isf((1 - level) / 2)
    return _on_scale(np.exp, y[0]), _reported(np.exp, around(y[0], z * np.sqrt(v[0])))


def _newcombe(a: float, n1: float, c: float, n2: float, *, level: float) -> Interval:
    p1, p2 = a / n1, c / n2
    low1, high1 = proportion_interval(a, n1, method="wilson", level=level)
    low2, high2 = proportion_interval(c, n2, method="wilson", level=level)
    return (
        p1 - p2 - float(np.hypot(p1 - low1, high2 - p2)),
        p1 - p2 + float(np.hypot(high1 - p1, p2 - low2)),
    )


def _fisher(a: int, n1: int, c: int, n2: int) -> float:
    from scipy.stats import hypergeom  # not at the top: half a second, for this one table

    total, events = n1 + n2, a + c
    # Tables further from the most probable one than this have a probability below 1e-300.
    spread = (events / total * (1 - events / total) * n1 * n2 / max(total - 1, 1)) ** 0.5
    middle, reach = events * n1 / total, 40 * spread + 50
    first = max(0, events - n2, int(middle - reach))
    possible = np.arange(first, min(events, n1, int(middle + reach)) + 1)
    pmf = hypergeom.pmf(possible, total, events, n1)
    observed = hypergeom.pmf(a, total, events, n1)
    return float(min(1.0, pmf[pmf <= observed * TIE].sum()))
