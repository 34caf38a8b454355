"""Estimates and standard errors from what reports print: intervals and p-values."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from livingreview.synthesis._tails import normal_isf
from livingreview.synthesis._types import Interval
from livingreview.synthesis._validate import as_floats, check_as_many, check_choice, check_level
from livingreview.synthesis.printed import Number, printed_range, read_printed

# scale -> the way there and the largest value it can take
SCALES: dict[str, tuple[Callable[[float], float], float]] = {
    "exp": (lambda ratio: float(np.log(ratio)), np.inf),
    "logit": (lambda p: float(np.log(p / (1 - p))), 1.0),
    "cloglog": (lambda s: float(np.log(-np.log(s))), 1.0),
}
# Standard errors from the middle of its interval beyond which an estimate points to a transcription error.
ASYMMETRIC = 0.1


@dataclass(frozen=True)
class ReportedEffect:
    """An estimate with its standard error, read from a printed interval.

    Attributes
    ----------
    estimate, se : float  analysis scale, for :func:`pool_generic`
    estimate_range, se_range : (low, high)
        Of all values that would be printed the same; without width where numbers were
        given instead of text.  The upper error is the cautious one.
    asymmetry : float  distance of the estimate from the middle of its interval [standard errors]
    symmetric : bool  whether the printed digits allow an asymmetry of 0.1 or less
    """

    estimate: float
    se: float
    estimate_range: Interval
    se_range: Interval
    asymmetry: float
    symmetric: bool


@dataclass(frozen=True)
class HazardRatio(ReportedEffect):
    """As :class:`ReportedEffect`, of a log hazard ratio."""

    @property
    def log_hr(self) -> float:
        """The estimate [log]."""
        return self.estimate


def effect_from_interval(
    estimate: Number, low: Number, high: Number, *, scale: str = "exp", level: float = 0.95
) -> ReportedEffect:
    """Return a ratio, proportion or survival landmark on its analysis scale, with its standard error.

    Parameters
    ----------
    estimate, low, high : str or float
        As printed.  Text carries its precision ("0.71" stands for 0.705 to 0.715, "62%"
        for a proportion of 0.615 to 0.625), a number is taken to be exact.
    scale : {"exp", "logit", "cloglog"}
        Analysis on log, logit or log(-log): ratios > 0, proportions between 0 and 1.
    level : float  coverage of the printed interval, 0-1

    Returns
    -------
    ReportedEffect
        se = half the width of the interval on that scale / z.

    Raises
    ------
    ValueError
        If a text is no number, a value is outside its scale or low is not below high.

    Source
    ------
    Parmar, Torri & Stewart 1998, Stat Med 17:2815-2834; Tierney et al. 2007, Trials 8:16;
    Kalbfleisch & Prentice 2002, The Statistical Analysis of Failure Time Data, 2nd ed.
    """
    check_choice(scale, tuple(SCALES), "scale")
    there, most = SCALES[scale]
    numbers = (estimate, low, high)
    values = [read_printed(number, "estimate, low, high").value for number in numbers]
    as_floats(values, "estimate, low, high", positive=True)
    if max(values) >= most:
        msg = f"estimate, low, high: expected proportions below 1, found {max(values):g}"
        raise ValueError(msg)
    z = normal_isf((1 - check_level(level)) / 2)

    def transform(value: float) -> float:
        # Digits alone may leave room for 0 or 1, which are nowhere on the scale.
        return there(min(max(value, 1e-12), most - 1e-12))

    def error(low: float, high: float) -> float:
        return max(abs(transform(high) - transform(low)) / (2 * z), 0.0)

    def asymmetry(value: float, low: float, high: float) -> float:
        middle = (transform(low) + transform(high)) / 2
        return (middle - transform(value)) / max(error(low, high), 1e-300)

    if not values[1] < values[2]:
        msg = "low, high: expected low below high"
        raise ValueError(msg)
    least, greatest = printed_range(asymmetry, *numbers)
    allowed = 0.0 if least <= 0 <= greatest else min(abs(least), abs(greatest))
    return ReportedEffect(
        estimate=transform(values[0]),
        se=error(values[1], values[2]),
        estimate_range=printed_range(transform, estimate),
        se_range=printed_range(error, low, high),
        asymmetry=abs(asymmetry(*values)),
        symmetric=allowed <= ASYMMETRIC,
    )


def hazard_ratio_from_interval(hr: Number, low: Number, high: Number, *, level: float = 0.95) -> HazardRatio:
    """Return the log hazard ratio and its standard error from a printed interval.

    Parameters
    ----------
    hr, low, high : str or float  > 0, low < high; text carries its precision
    level : float  coverage of the printed interval, 0-1

    Returns
    -------
    HazardRatio
        se = (log high - log low) / (2 z).  ``asymmetry`` is the distance of
        log hr from the middle of the interval in standard errors; above 0.1, where
        rounding cannot explain it, it points to a transcription error.

    Raises
    ------
    ValueError
        If a value is not positive or low is not below high.

    Source
    ------
    Parmar, Torri & Stewart 1998, Stat Med 17:2815-2834; Tierney et al. 2007,
    Trials 8:16.
    """
    return HazardRatio(**vars(effect_from_interval(hr, low, high, scale="exp", level=level)))


def standard_error_from_p(hr: Number, p: Number) -> float:
    """Return the standard error of a log hazard ratio from its two-sided p.

    Parameters
    ----------
    hr : str or float  > 0, not 1 (a ratio of 1 says nothing about its error)
    p : str or float  two-sided, between 0 and 1 (Wald or log-rank)

    Returns
    -------
    float  |log hr| / z(1 - p/2)
        Of the values as they stand; ``printed_range(standard_error_from_p, "0.71",
        "0.04")`` tells what their digits leave open.

    Raises
    ------
    ValueError
        If hr or p is outside its range.

    Source
    ------
    Parmar, Torri & Stewart 1998, Stat Med 17:2815-2834; Tierney et al. 2007, Trials 8:16.
    """
    ratio, tail = read_printed(hr, "hr").value, read_printed(p, "p").value
    log_hr = float(np.log(as_floats(ratio, "hr", positive=True)[0]))
    if not 0 < tail < 1:
        msg = f"p: expected a value between 0 and 1, found {tail}"
        raise ValueError(msg)
    if log_hr == 0:
        msg = "hr: a ratio of 1 does not determine its standard error"
        raise ValueError(msg)
    return abs(log_hr) / normal_isf(tail / 2)


def landmark_from_interval(survival: Number, low: Number, high: Number, *, level: float = 0.95) -> Interval:
    """Return log(-log S) of a survival landmark and its standard error.

    Parameters
    ----------
    survival, low, high : str or float  [proportion 0-1], strictly inside, low < high
    level : float  coverage of the printed interval, 0-1

    Returns
    -------
    estimate, se : float  for :func:`pool_generic` with scale "cloglog"
        :func:`effect_from_interval` also tells what the printed digits leave open.

    Raises
    ------
    ValueError
        If a value is not strictly between 0 and 1 or low is not below high.

    Source
    ------
    Kalbfleisch & Prentice 2002, The Statistical Analysis of Failure Time Data, 2nd ed.
    """
    effect = effect_from_interval(survival, low, high, scale="cloglog", level=level)
    return effect.estimate, effect.se


def median_of_medians(medians: Sequence[float], patients: Sequence[int]) -> float:
    """Return the middle one of the medians of studies, each weighed by its patients.

    It asks for no interval, so that a study whose upper limit was not reached counts like any other.

    Parameters
    ----------
    medians : sequence of float, (k,), k >= 1
        In one unit.
    patients : sequence of int, (k,), each > 0

    Returns
    -------
    float
        The least median up to which at least half of the patients are; where exactly half are, the mean of
        it and the next.

    Raises
    ------
    ValueError
        Where there is none, there are fewer or more patients than medians, a number is not finite, or a
        weight not above 0.

    Source
    ------
    McGrath S, Zhao X, Qin ZZ, Steele R, Benedetti A. One-sample aggregate data meta-analysis of medians.
    Stat Med 2019;38:969-984 (the weighted median of medians).
    """
    values, weights = as_floats(medians, "medians"), as_floats(patients, "patients", positive=True)
    check_as_many(weights, "patients", values, "medians")
    if not values.size:
        msg = "medians: expected one at least, found none"
        raise ValueError(msg)
    order = np.argsort(values)
    values, so_far = values[order], np.cumsum(weights[order])
    half = so_far[-1] / 2
    place = int(np.searchsorted(so_far, half))
    return float(values[place : place + 2].mean() if so_far[place] == half else values[place])
