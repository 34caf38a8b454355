"""Exact and approximate intervals of single proportions, and counts behind printed percents."""

from typing import overload

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv

from livingreview.synthesis._tails import normal_isf
from livingreview.synthesis._types import Array, Flags, Interval
from livingreview.synthesis._validate import check_choice, check_level, check_pairs
from livingreview.synthesis.printed import read_decimal

METHODS = ("clopper-pearson", "wilson", "jeffreys", "agresti-coull")
# Half a unit of the last digit is compared in binary floating point.
ROUNDING_SLACK = 1e-9


@overload
def proportion_interval(
    events: float, total: float, *, method: str = "clopper-pearson", level: float = 0.95
) -> Interval: ...
@overload
def proportion_interval(
    events: npt.ArrayLike, total: npt.ArrayLike, *, method: str = "clopper-pearson", level: float = 0.95
) -> tuple[Array, Array]: ...
def proportion_interval(
    events: npt.ArrayLike, total: npt.ArrayLike, *, method: str = "clopper-pearson", level: float = 0.95
) -> Interval | tuple[Array, Array]:
    """Return the confidence interval of one or many proportions.

    Parameters
    ----------
    events, total : int or array-like of int, shape (k,)  [patients]
        0 <= events <= total, total >= 1.
    method : {"clopper-pearson", "wilson", "jeffreys", "agresti-coull"}
        Wilson has no continuity correction.  Jeffreys is equal-tailed with its
        end set to 0 (no events) or 1 (all events).  Agresti-Coull is clipped to 0-1.
    level : float  coverage, 0-1

    Returns
    -------
    low, high : float, or ndarray of shape (k,)  [proportion 0-1]
        Floats when both inputs are single numbers.

    Raises
    ------
    ValueError
        If a count is negative, not whole or exceeds its total (names the position),
        or method or level is not allowed.

    Source
    ------
    Clopper & Pearson 1934, Biometrika 26:404-413; Wilson 1927, J Am Stat Assoc
    22:209-212; Brown, Cai & DasGupta 2001, Stat Sci 16:101-133, section 3.1.
    """
    single = np.ndim(events) == 0 and np.ndim(total) == 0
    x, n = check_pairs(events, total, names=("events", "total"))
    check_choice(method, METHODS, "method")
    tail = (1 - check_level(level)) / 2
    low, high = {
        "clopper-pearson": _clopper_pearson,
        "wilson": _wilson,
        "jeffreys": _jeffreys,
        "agresti-coull": _agresti_coull,
    }[method](x, n, tail)
    return (float(low[0]), float(high[0])) if single else (low, high)


def _clopper_pearson(x: Array, n: Array, tail: float) -> tuple[Array, Array]:
    # The beta quantile is undefined at the ends; the limits there are 0 and 1.
    low = np.where(x > 0, betaincinv(np.maximum(x, 1), n - x + 1, tail), 0.0)
    high = np.where(x < n, betaincinv(x + 1, np.maximum(n - x, 1), 1 - tail), 1.0)
    return low, high


def _jeffreys(x: Array, n: Array, tail: float) -> tuple[Array, Array]:
    low = np.where(x > 0, betaincinv(x + 0.5, n - x + 0.5, tail), 0.0)
    high = np.where(x < n, betaincinv(x + 0.5, n - x + 0.5, 1 - tail), 1.0)
    return low, high


def _wilson(x: Array, n: Array, tail: float) -> tuple[Array, Array]:
    z2 = normal_isf(tail) ** 2
    centre = (x + z2 / 2) / (n + z2)
    half = np.sqrt(z2) / (n + z2) * np.sqrt(x * (n - x) / n + z2 / 4)
    # At the ends the limit is 0 or 1 exactly; rounding would leave 1e-17.
    return np.where(x > 0, centre - half, 0.0), np.where(x < n, centre + half, 1.0)


def _agresti_coull(x: Array, n: Array, tail: float) -> tuple[Array, Array]:
    z2 = normal_isf(tail) ** 2
    centre = (x + z2 / 2) / (n + z2)
    half = np.sqrt(z2 * centre * (1 - centre) / (n + z2))
    return np.clip(centre - half, 0, 1), np.clip(centre + half, 0, 1)


def parse_percent(text: str) -> tuple[float, float]:
    """Return the number and the half-unit of the last digit of a printed percent.

    Parameters
    ----------
    text : str  such as "63.6", "63.6%", "63,6" or "63·6"

    Returns
    -------
    value, half_unit : float  [percent]

    Raises
    ------
    ValueError
        If the text is not a plain non-negative decimal number.
    """
    return read_decimal(text, "percent")


def counts_from_percent(percent: str, total: int) -> tuple[int, ...]:
    """Return every count that rounds to a printed percent.

    Parameters
    ----------
    percent : str  as printed, 0-100; its decimals set the tolerance
    total : int  >= 1  [patients]

    Returns
    -------
    tuple of int
        Empty: inconsistent.  One: derived.  Several: ambiguous, do not guess.

    Raises
    ------
    ValueError
        If percent is not a printed number or total is not a whole number >= 1.

    Source
    ------
    Brown & Heathers 2017, Soc Psychol Personal Sci 8:363-369 (GRIM), for percents.
    """
    _, n = check_pairs(0, total, names=("events", "total"))
    value, half = parse_percent(percent)
    # Only counts about there can round to it, and one more on either side for the arithmetic.
    first, last = ((value + side * half) * n[0] / 100 for side in (-1, 1))
    x = np.arange(max(np.floor(first) - 1, 0), min(np.ceil(last) + 1, n[0]) + 1)
    return tuple(int(c) for c in x[_rounds_to(100 * x / n[0], value, half)])


def pairs_from_percent_and_interval(
    percent: str, low: str, high: str, *, n_max: int, level: float = 0.95
) -> tuple[tuple[int, int], ...]:
    """Return every (events, total) that a printed percent with its exact interval allows.

    Parameters
    ----------
    percent, low, high : str  as printed [percent]; limits are Clopper-Pearson
    n_max : int  largest total tried, >= 1  [patients]
    level : float  coverage of the printed interval, 0-1

    Returns
    -------
    tuple of (int, int)
        Sorted by total, then events; empty if nothing fits.

    Raises
    ------
    ValueError
        If a text is not a printed number, or n_max or level is not allowed.

    Source
    ------
    Clopper & Pearson 1934, Biometrika 26:404-413; protocol rule F.
    """
    _, limit = check_pairs(0, n_max, names=("events", "n_max"))
    tail = (1 - check_level(level)) / 2
    value, half = parse_percent(percent)
    totals = np.arange(1, int(limit[0]) + 1)
    # Only a few counts near value * n / 100 can match, so a row of neighbours suffices.
    width = int(np.ceil(limit[0] * half / 100)) + 1
    x = np.round(value * totals / 100)[:, None] + np.arange(-width, width + 1.0)
    n = np.broadcast_to(totals[:, None].astype(float), x.shape)
    keep = (x >= 0) & (x <= n) & _rounds_to(100 * x / n, value, half)
    x, n = x[keep], n[keep]
    found_low, found_high = _clopper_pearson(x, n, tail)
    fits = _rounds_to(100 * found_low, *parse_percent(low)) & _rounds_to(
        100 * found_high, *parse_percent(high)
    )
    return tuple((int(a), int(b)) for a, b in zip(x[fits], n[fits], strict=True))


def _rounds_to(values: Array, printed: float, half: float) -> Flags:
    near: Flags = np.abs(values - printed) <= half + ROUNDING_SLACK
    return near
