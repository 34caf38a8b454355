"""Tails and quantiles of the normal, t and chi-squared distributions.

From scipy.special: the same functions in scipy.stats take half a second to import, in every process
that builds a page.
"""

from scipy.special import chdtrc, chdtri, ndtri, stdtrit


def normal_isf(tail):
    """Return the standard normal deviate exceeded with probability `tail`."""
    return -ndtri(tail)


def t_isf(tail, df):
    """Return the value of Student's t with `df` degrees of freedom exceeded with probability `tail`."""
    return -stdtrit(df, tail)


def chi2_sf(value, df):
    """Return the probability that chi-squared with `df` degrees of freedom exceeds `value`."""
    return chdtrc(df, value)


def chi2_isf(tail, df):
    """Return the value of chi-squared with `df` degrees of freedom exceeded with probability `tail`."""
    return chdtri(df, tail)
