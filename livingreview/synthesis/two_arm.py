"""Two-arm counts: effects of single studies, Mantel-Haenszel and Peto pooling.

Cells: a events of n1 in arm 1, c events of n2 in arm 2; b = n1 - a, d = n2 - c.
"""

import numpy as np

from livingreview.synthesis._types import Array, Flags

MEASURES = ("RR", "OR", "RD")
CORRECTIONS = ("needed", "zero-cell")


def without_information(a: Array, n1: Array, c: Array, n2: Array) -> Flags:
    """Return which studies have no events, or only events, in both arms: their ratios are undefined."""
    none: Flags = ((a == 0) & (c == 0)) | ((a == n1) & (c == n2))
    return none


def say_without_information(a: Array, n1: Array, c: Array, n2: Array) -> str:
    """Return in a word why no study of a set has a ratio; "" where one has.

    "no_events" or "all_events" in every arm; "no_information" where it is the one in
    some studies and the other in others.
    """
    if not without_information(a, n1, c, n2).all():
        return ""
    if not (a + c).any():
        return "no_events"
    return "all_events" if (a + c == n1 + n2).all() else "no_information"


def corrected_cells(
    a: Array, n1: Array, c: Array, n2: Array, add: Flags
) -> tuple[Array, Array, Array, Array]:
    """Return a, b, c, d with 0.5 added to all four cells of the studies that ``add`` marks."""
    half = np.where(add, 0.5, 0.0)
    return a + half, n1 - a + half, c + half, n2 - c + half


def find_corrected(a: Array, n1: Array, c: Array, n2: Array, *, measure: str, correction: str) -> Flags:
    """Return which studies need 0.5 in each cell before their effect, or its error, can be computed.

    Parameters
    ----------
    a, n1, c, n2 : ndarray, shape (k,)  counts
    measure : {"RR", "OR", "RD"}
    correction : {"needed", "zero-cell"}

    Returns
    -------
    ndarray of bool, shape (k,)
        "needed": for the risk ratio an arm without events; for the odds ratio any empty
        cell; for the difference two arms without variation, whose error would be 0.
        "zero-cell": any empty cell, whatever the measure.

    Source
    ------
    Deeks & Higgins, Statistical algorithms in Review Manager 5 (2010): 0.5 is added
    "where zeros cause problems with computation of effects or standard errors".
    "zero-cell" is the rule of metafor's escalc (add=1/2, to="only0").
    """
    one: Flags = (a == 0) | (a == n1)
    other: Flags = (c == 0) | (c == n2)
    if correction == "zero-cell" or measure == "OR":
        return one | other
    if measure == "RD":
        return one & other
    no_events: Flags = (a == 0) | (c == 0)
    return no_events


def two_arm_effects(
    a: Array, n1: Array, c: Array, n2: Array, *, measure: str, correction: str = "needed"
) -> tuple[Array, Array]:
    """Return effects and variances, shape (k,): log RR, log OR or RD.

    Parameters
    ----------
    a, n1, c, n2 : ndarray, shape (k,)  counts
    measure : {"RR", "OR", "RD"}
    correction : {"needed", "zero-cell"}  see :func:`find_corrected`

    Returns
    -------
    effects, variances : ndarray, shape (k,)
        A difference can always be computed: "needed" leaves it as counted, and takes
        corrected cells for its variance alone, where that would be 0.

    Source
    ------
    Deeks & Higgins, Statistical algorithms in Review Manager 5 (2010).  R's meta leaves
    the difference as counted too (metabin, sm="RD"), though it corrects the variance
    of every table with an empty cell.
    """
    add = find_corrected(a, n1, c, n2, measure=measure, correction=correction)
    difference = a / n1 - c / n2
    a, b, c, d = corrected_cells(a, n1, c, n2, add)
    m1, m2 = a + b, c + d
    if measure == "RR":
        return np.log(a / m1) - np.log(c / m2), 1 / a - 1 / m1 + 1 / c - 1 / m2
    if measure == "OR":
        return np.log(a * d / (b * c)), 1 / a + 1 / b + 1 / c + 1 / d
    variance = a * b / m1**3 + c * d / m2**3
    return (difference if correction == "needed" else a / m1 - c / m2), variance


def mantel_haenszel(a: Array, n1: Array, c: Array, n2: Array, *, measure: str) -> tuple[float, float]:
    """Return the pooled effect and its standard error; nan where undefined.

    Parameters
    ----------
    a, n1, c, n2 : ndarray, shape (k,)  counts, never corrected
    measure : {"RR", "OR", "RD"}

    Returns
    -------
    estimate, se : float  log RR, log OR or RD

    Source
    ------
    Mantel & Haenszel 1959, J Natl Cancer Inst 22:719-748; variances: Greenland &
    Robins 1985, Biometrics 41:55-68 (RR); Robins, Breslow & Greenland 1986,
    Biometrics 42:311-323 (OR); Sato, Greenland & Robins 1989, Biometrics
    45:1323-1324 (RD).
    """
    b, d, total = n1 - a, n2 - c, n1 + n2
    if measure == "RD":
        return _mh_difference(a, n1, c, n2)
    if measure == "RR":
        r, s = np.sum(a * n2 / total), np.sum(c * n1 / total)
        if r == 0 or s == 0:
            return float("nan"), float("nan")
        variance = np.sum(n1 * n2 * (a + c) / total**2 - a * c / total) / (r * s)
        return float(np.log(r / s)), float(np.sqrt(variance))
    p, q = (a + d) / total, (b + c) / total
    ad, bc = a * d / total, b * c / total
    rs, ss = ad.sum(), bc.sum()
    if rs == 0 or ss == 0:
        return float("nan"), float("nan")
    variance = np.sum(p * ad) / rs**2 + np.sum(p * bc + q * ad) / (rs * ss) + np.sum(q * bc) / ss**2
    return float(np.log(rs / ss)), float(np.sqrt(variance / 2))


def _mh_difference(a: Array, n1: Array, c: Array, n2: Array) -> tuple[float, float]:
    total = n1 + n2
    weight = np.sum(n1 * n2 / total)
    estimate = np.sum((a * n2 - c * n1) / total) / weight
    p = np.sum(c * (n1 / total) ** 2 - a * (n2 / total) ** 2 + n1 * n2 * (n2 - n1) / total**2 / 2)
    q = np.sum((a * (n2 - c) + c * (n1 - a)) / total) / 2
    variance = estimate * p + q
    # Without variation in either arm the formula gives 0, or less by rounding.
    if variance <= 1e-14:
        return float("nan"), float("nan")
    return float(estimate), float(np.sqrt(variance) / weight)


def peto(a: Array, n1: Array, c: Array, n2: Array) -> tuple[float, float]:
    """Return the one-step log odds ratio and its standard error; nan where undefined.

    Source
    ------
    Yusuf et al. 1985, Prog Cardiovasc Dis 27:335-371 (sum of O - E over sum of V).
    """
    total, events = n1 + n2, a + c
    with np.errstate(invalid="ignore", divide="ignore"):
        variance = n1 * n2 * events * (total - events) / (total**2 * (total - 1))
    # One patient in all: neither expected nor observed can differ.
    variance = np.where(total > 1, variance, 0.0)
    information = variance.sum()
    if information == 0:
        return float("nan"), float("nan")
    return float(np.sum(a - n1 * events / total) / information), float(1 / np.sqrt(information))
