"""Two-arm comparisons, and pooling of effects with their standard errors."""

import numpy as np
from scipy.special import expit

from livingreview.synthesis import two_arm
from livingreview.synthesis._tails import normal_isf
from livingreview.synthesis._validate import as_floats, check_choice, check_level, check_pairs
from livingreview.synthesis.intervals import proportion_interval
from livingreview.synthesis.inverse_variance import ESTIMATORS, TESTS, around, pool_inverse_variance
from livingreview.synthesis.results import PooledEffect, TwoByTwo

TWO_ARM_METHODS = ("REML", "DL", "EE", "MH", "Peto")
# scale -> way from the analysis scale to the reported effect
BACK = {
    "none": lambda y: y,
    "exp": np.exp,
    "logit": expit,
    "cloglog": lambda y: np.exp(-np.exp(y)),
}
# Fisher's test counts tables as probable as the observed one, up to rounding.
TIE = 1 + 1e-7


def pool_ratios(a, n1, c, n2, *, measure="RR", method="REML", test=None, level=0.95):
    """Pool two-arm counts of k studies.

    Parameters
    ----------
    a, n1 : array-like of int, shape (k,)  events and patients of arm 1
    c, n2 : array-like of int, shape (k,)  events and patients of arm 2
    measure : {"RR", "OR", "RD"}
    method : {"REML", "DL", "EE", "MH", "Peto"}
        Inverse variance (0.5 added to all cells of studies with a zero cell;
        studies without information dropped for RR and OR), Mantel-Haenszel
        (uncorrected) or Peto (OR only).
    test : {"z", "knha", "adhoc"}, optional
        Default "adhoc" (truncated Hartung-Knapp) for REML, else "z".
        Mantel-Haenszel and Peto allow "z" only.
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
    test = check_choice(test or ("adhoc" if method == "REML" else "z"), TESTS, "test")
    if method == "Peto" and measure != "OR":
        msg = f"measure: the Peto method estimates odds ratios only, found {measure!r}"
        raise ValueError(msg)
    if method in ("MH", "Peto") and test != "z":
        msg = f"test: {method} allows 'z' only, found {test!r}"
        raise ValueError(msg)
    cells, level = _check_arms(a, n1, c, n2), check_level(level)
    scale = "none" if measure == "RD" else "exp"
    given = len(cells[0])
    keep = np.ones(given, bool) if measure == "RD" else ~two_arm.without_information(*cells)
    said = {"method": method, "test": test, "scale": scale, "level": level, "k_given": given}
    if not keep.any():
        return PooledEffect(**said, status="not_estimable", k=0)
    if method in ("MH", "Peto"):
        return _pool_common(cells, measure, said, int(keep.sum()))
    y, v = two_arm.two_arm_effects(*(cell[keep] for cell in cells), measure=measure)
    return _from_fit(y, v, said)


def _check_arms(a, n1, c, n2):
    a, n1 = check_pairs(a, n1, names=("a", "n1"))
    c, n2 = check_pairs(c, n2, names=("c", "n2"))
    if len(a) != len(c):
        msg = f"a has {len(a)} values, c has {len(c)}; expected as many"
        raise ValueError(msg)
    return a, n1, c, n2


def _pool_common(cells, measure, said, k):
    if said["method"] == "MH":
        estimate, se = two_arm.mantel_haenszel(*cells, measure=measure)
    else:
        estimate, se = two_arm.peto(*cells)
    if np.isnan(estimate):
        return PooledEffect(**said, status="not_estimable", k=k)
    back = BACK[said["scale"]]
    return PooledEffect(
        **said,
        status="ok" if k > 1 else "single_study",
        k=k,
        estimate=estimate,
        se=se,
        converged=True,
        effect=float(back(estimate)),
        ci=_reported(back, around(estimate, normal_isf((1 - said["level"]) / 2) * se)),
    )


def _reported(back, pair):
    """Return an interval on the reported scale, lower limit first."""
    return tuple(sorted(float(back(v)) for v in pair))


def _from_fit(y, v, said):
    method, test, level = said["method"], said["test"], said["level"]
    fit = pool_inverse_variance(y, v, tau2_method=method, test=test, level=level)
    back = BACK[said["scale"]]
    with np.errstate(over="ignore"):
        return PooledEffect(
            **said,
            status="ok" if fit.k > 1 else "single_study",
            k=fit.k,
            converged=True,
            estimate=fit.estimate,
            se=fit.se,
            effect=float(back(fit.estimate)),
            ci=_reported(back, fit.ci),
            tau2=fit.tau2,
            tau2_ci=fit.tau2_ci,
            q=fit.q,
            q_df=fit.q_df,
            q_p=fit.q_p,
            i2_percent=fit.i2_percent,
            prediction=_reported(back, fit.prediction),
            details=fit,
        )


def pool_generic(estimates, standard_errors, *, method="REML", test=None, scale="exp", level=0.95):
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
    level = check_level(level)
    said = {"method": method, "test": test, "scale": scale, "level": level, "k_given": len(y)}
    return _from_fit(y, se**2, said)


def two_by_two(a, n1, c, n2, *, level=0.95):
    """Compare two arms of one study.

    Parameters
    ----------
    a, n1, c, n2 : int  events and patients of arm 1, then of arm 2
    level : float  coverage, 0-1

    Returns
    -------
    TwoByTwo
        For the ratios 0.5 is added to all cells if any is 0; the difference and
        the exact test use the counts as they are.

    Raises
    ------
    ValueError
        If a count is negative, not whole or exceeds its total.

    Source
    ------
    Newcombe 1998, Stat Med 17:873-890, method 10; Fisher 1935, J R Stat Soc 98:39-82.
    """
    cells, z = _check_arms(a, n1, c, n2), normal_isf((1 - check_level(level)) / 2)
    ratios = []
    for measure in ("RR", "OR"):
        y, v = two_arm.two_arm_effects(*cells, measure=measure)
        ratios += [float(np.exp(y[0])), _reported(np.exp, around(y[0], z * np.sqrt(v[0])))]
    a, n1, c, n2 = (float(cell[0]) for cell in cells)
    p1, p2 = a / n1, c / n2
    low1, high1 = proportion_interval(a, n1, method="wilson", level=level)
    low2, high2 = proportion_interval(c, n2, method="wilson", level=level)
    difference_ci = (
        p1 - p2 - float(np.hypot(p1 - low1, high2 - p2)),
        p1 - p2 + float(np.hypot(high1 - p1, p2 - low2)),
    )
    corrected = 0 in (a, n1 - a, c, n2 - c)
    return TwoByTwo(*ratios, p1 - p2, difference_ci, _fisher(a, n1, c, n2), corrected)


def _fisher(a, n1, c, n2):
    from scipy.stats import hypergeom  # not at the top: half a second, for this one table

    events = int(a + c)
    possible = np.arange(max(0, events - int(n2)), min(events, int(n1)) + 1)
    pmf = hypergeom.pmf(possible, int(n1 + n2), events, int(n1))
    return float(min(1.0, pmf[pmf <= pmf[possible == a] * TIE].sum()))
