"""Estimates and standard errors from what reports print: intervals and p-values."""

from dataclasses import dataclass

import numpy as np

from livingreview.synthesis._tails import normal_isf
from livingreview.synthesis._validate import as_floats, check_level


@dataclass(frozen=True)
class HazardRatio:
    """log_hr and se [log]; asymmetry [standard errors]; symmetric: asymmetry <= 0.1."""

    log_hr: float
    se: float
    asymmetry: float
    symmetric: bool


def hazard_ratio_from_interval(hr: float, low: float, high: float, *, level: float = 0.95) -> HazardRatio:
    """Return the log hazard ratio and its standard error from a printed interval.

    Parameters
    ----------
    hr, low, high : float  > 0, low < high
    level : float  coverage of the printed interval, 0-1

    Returns
    -------
    HazardRatio
        se = (log high - log low) / (2 z).  ``asymmetry`` is the distance of
        log hr from the middle of the interval in standard errors; above 0.1
        points to a transcription error.

    Raises
    ------
    ValueError
        If a value is not positive or low is not below high.

    Source
    ------
    Parmar, Torri & Stewart 1998, Stat Med 17:2815-2834; Tierney et al. 2007,
    Trials 8:16.
    """
    log_hr, low, high = np.log(as_floats([hr, low, high], "hr, low, high", positive=True)).tolist()
    se = _half_width(low, high, level)
    asymmetry = abs((low + high) / 2 - log_hr) / se
    return HazardRatio(log_hr, se, asymmetry, asymmetry <= 0.1)


def _half_width(low: float, high: float, level: float) -> float:
    if not low < high:
        msg = "low, high: expected low below high"
        raise ValueError(msg)
    return float((high - low) / (2 * normal_isf((1 - check_level(level)) / 2)))


def standard_error_from_p(hr: float, p: float) -> float:
    """Return the standard error of a log hazard ratio from its two-sided p.

    Parameters
    ----------
    hr : float  > 0, not 1 (a ratio of 1 says nothing about its error)
    p : float  two-sided, between 0 and 1 (Wald or log-rank)

    Returns
    -------
    float  |log hr| / z(1 - p/2)

    Raises
    ------
    ValueError
        If hr or p is outside its range.

    Source
    ------
    Parmar, Torri & Stewart 1998, Stat Med 17:2815-2834; Tierney et al. 2007, Trials 8:16.
    """
    log_hr, p = float(np.log(as_floats(hr, "hr", positive=True)[0])), float(as_floats(p, "p")[0])
    if not 0 < p < 1:
        msg = f"p: expected a value between 0 and 1, found {p}"
        raise ValueError(msg)
    if log_hr == 0:
        msg = "hr: a ratio of 1 does not determine its standard error"
        raise ValueError(msg)
    return abs(log_hr) / float(normal_isf(p / 2))


def landmark_from_interval(
    survival: float, low: float, high: float, *, level: float = 0.95
) -> tuple[float, float]:
    """Return log(-log S) of a survival landmark and its standard error.

    Parameters
    ----------
    survival, low, high : float  [proportion 0-1], strictly inside, low < high
    level : float  coverage of the printed interval, 0-1

    Returns
    -------
    estimate, se : float  for :func:`pool_generic` with scale "cloglog"

    Raises
    ------
    ValueError
        If a value is not strictly between 0 and 1 or low is not below high.

    Source
    ------
    Kalbfleisch & Prentice 2002, The Statistical Analysis of Failure Time Data, 2nd ed.
    """
    values = as_floats([survival, low, high], "survival, low, high", positive=True)
    if (values >= 1).any():
        msg = "survival, low, high: expected proportions below 1"
        raise ValueError(msg)
    # log(-log S) falls as S rises, so the limits change places.
    y, upper, lower = np.log(-np.log(values)).tolist()
    return y, _half_width(lower, upper, level)
