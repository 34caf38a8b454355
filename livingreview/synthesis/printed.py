"""Numbers as reports print them: exact only to their last digit."""

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from livingreview.synthesis._types import Interval

# What a report prints, as text; a number is taken to be exact.
Number: TypeAlias = float | str

_PLAIN = re.compile(r"^(?:\d+|(?=\.\d))(?:\.(\d+))?$", re.ASCII)


@dataclass(frozen=True)
class Printed:
    """A number and the range of those that would be printed the same; low = high where it is exact."""

    value: float
    low: float
    high: float


def read_decimal(text: str, name: str) -> tuple[float, float]:
    """Return a printed number and half a unit of its last digit.

    Parameters
    ----------
    text : str  such as "63.6", "63,6", "63·6" or ".71"; a "%" at the end is left aside
    name : str  what the number is, for the message

    Returns
    -------
    value, half_unit : float

    Raises
    ------
    ValueError
        If the text is not a plain non-negative decimal number.
    """
    if not isinstance(text, str):
        msg = f"{name}: expected the printed text, found {text!r}; digits matter"
        raise ValueError(msg)
    plain = text.strip().removesuffix("%").strip().replace("·", ".").replace(",", ".")
    match = _PLAIN.match(plain)
    if match is None:
        msg = f"{name}: expected a number such as '63.6', found {text!r}"
        raise ValueError(msg)
    return float(plain), 0.5 * 10.0 ** -len(match.group(1) or "")


def read_printed(number: Number, name: str = "number") -> Printed:
    """Return a number with the range that its printed digits leave open.

    Parameters
    ----------
    number : str or float
        Text is exact to half a unit of its last digit ("0.710" more so than "0.71"),
        a percent in text is a proportion ("62%" is 0.62); a float is exact.
    name : str  what the number is, for the message

    Returns
    -------
    Printed

    Raises
    ------
    ValueError
        If the text is not a plain non-negative decimal number.
    """
    if not isinstance(number, str):
        return Printed(float(number), float(number), float(number))
    value, half = read_decimal(number, name)
    unit = 0.01 if number.strip().endswith("%") else 1.0
    return Printed(unit * value, unit * max(value - half, 0.0), unit * (value + half))


def printed_range(calculate: Callable[..., float], *numbers: Number) -> Interval:
    """Return the least and the largest result over all numbers that would be printed the same.

    Parameters
    ----------
    calculate : callable(*values) -> float
        Rising or falling in each of its values over their ranges.
    numbers : str or float  see :func:`read_printed`

    Returns
    -------
    (low, high) : float

    Examples
    --------
    The ratio 1.6, turned round, is 0.625 with no more right than 0.61 or 0.64:

    >>> low, high = printed_range(lambda ratio: 1 / ratio, "1.6")
    >>> round(low, 3), round(high, 3)
    (0.606, 0.645)
    """
    ends = [{printed.low, printed.high} for printed in map(read_printed, numbers)]
    results = [calculate(*corner) for corner in itertools.product(*ends)]
    return min(results), max(results)
