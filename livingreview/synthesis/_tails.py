"""Tails and quantiles of the normal, t and chi-squared distributions.

From scipy.special: the same functions in scipy.stats take half a second to import, in every process
that builds a page.
"""

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc, chdtri, ndtri, stdtrit

from livingreview.synthesis._types import Array


def normal_isf(tail: float) -> float:
    """Return the standard normal deviate exceeded with probability `tail`."""
    return -float(ndtri(tail))


def t_isf(tail: npt.ArrayLike, df: npt.ArrayLike) -> Array:
    """Return the value of Student's t with `df` degrees of freedom exceeded with probability `tail`."""
    found: Array = -stdtrit(df, np.asarray(tail))
    return found


def chi2_sf(value: npt.ArrayLike, df: npt.ArrayLike) -> Array:
    """Return the probability that chi-squared with `df` degrees of freedom exceeds `value`."""
    found: Array = chdtrc(df, value)
    return found


def chi2_isf(tail: float, df: float) -> float:
    """Return the value of chi-squared with `df` degrees of freedom exceeded with probability `tail`."""
    return float(chdtri(df, tail))
