"""Groups of patients that may or may not share one rate: how much each borrows from the others.

A handful of patients in each of several populations, given one treatment: to pool them all is as bold as to
take each alone is wasteful. Every way in which they may share a rate is weighed by how well it foretells the
counts.
"""

from dataclasses import dataclass, field
from itertools import combinations, product

import numpy as np
import numpy.typing as npt
from scipy.special import betainc, betaln

from livingreview.synthesis._types import Array, Interval
from livingreview.synthesis._validate import check_level, check_pairs

MOST_GROUPS = 6  # 2**15 ways to share


@dataclass(frozen=True)
class Basket:
    """One group's rate, having borrowed from the others: a mixture of beta distributions.

    Attributes
    ----------
    mean : float  0-1
    interval : (float, float)  equal-tailed, 0-1
    shared : tuple of float
        Probability that this group shares its rate with each group, in their order; with itself 1.
    """

    mean: float
    interval: Interval
    shared: tuple[float, ...]
    weights: Array = field(repr=False, compare=False)
    alpha: Array = field(repr=False, compare=False)
    beta: Array = field(repr=False, compare=False)

    def above(self, rate: float) -> float:
        """The probability that the group's rate is above a rate (0-1)."""
        return float(self.weights @ (1 - betainc(self.alpha, self.beta, rate)))


def borrow(
    events: npt.ArrayLike,
    totals: npt.ArrayLike,
    *,
    prior: tuple[float, float] = (0.5, 0.5),
    together: float = 0.5,
    level: float = 0.95,
) -> list[Basket]:
    """Return each group's rate by the multi-source exchangeability model, exactly.

    Parameters
    ----------
    events, totals : array-like of int, shape (g,)  [patients], at most six groups
    prior : (float, float)
        Of the beta distribution of a rate; both > 0.
    together : float
        Prior probability that two groups share one rate, 0-1.
    level : float  coverage of the intervals, 0-1

    Returns
    -------
    list of Basket
        One a group, in their order.

    Raises
    ------
    ValueError
        As :func:`pool_proportions` of the counts; or if there are more than six groups, the prior is not
        positive or `together` no probability.

    Source
    ------
    Kaizer, Koopmeiners & Hobbs 2018, Biostatistics 19:169-184; all pairs weighed together as in Kane et al.
    2020, R Journal 12(2).
    """
    x, n = check_pairs(events, totals)
    level = check_level(level)
    if len(x) > MOST_GROUPS:
        msg = f"events: expected at most {MOST_GROUPS} groups, found {len(x)}"
        raise ValueError(msg)
    if min(prior) <= 0 or not 0 <= together <= 1:
        msg = f"expected a prior of positive numbers and a probability; found {prior} and {together}"
        raise ValueError(msg)
    ways = _ways_to_share(len(x))
    weights = _weigh(ways, x, n, prior, together)
    shared = np.einsum("w,wij->ij", weights, ways)
    baskets = []
    for own in range(len(x)):
        alpha, beta = prior[0] + ways[:, own] @ x, prior[1] + ways[:, own] @ (n - x)
        mean = float(weights @ (alpha / (alpha + beta)))
        low, high = (_quantile(weights, alpha, beta, p) for p in ((1 - level) / 2, (1 + level) / 2))
        baskets.append(Basket(mean, (low, high), tuple(shared[own].tolist()), weights, alpha, beta))
    return baskets


def _ways_to_share(groups: int) -> Array:
    """Every symmetric matrix of who shares with whom, ones on its diagonal: (2**pairs, g, g)."""
    pairs = list(combinations(range(groups), 2))
    ways = np.repeat(np.eye(groups)[None], 2 ** len(pairs), axis=0)
    for way, told in zip(ways, product((0, 1), repeat=len(pairs)), strict=True):
        for (one, other), value in zip(pairs, told, strict=True):
            way[one, other] = way[other, one] = value
    return ways


def _weigh(ways: Array, x: Array, n: Array, prior: tuple[float, float], together: float) -> Array:
    """The posterior probability of each way."""
    a, b = prior
    alone = betaln(a + x, b + n - x) - betaln(a, b)
    joint = betaln(a + ways @ x, b + ways @ (n - x)) - betaln(a, b)
    log_weight = (joint + (1 - ways) @ alone).sum(axis=1)
    pairs = len(x) * (len(x) - 1) / 2
    sharing = (ways.sum(axis=(1, 2)) - len(x)) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        log_prior = np.where(sharing > 0, sharing * np.log(together), 0)
        log_prior += np.where(pairs > sharing, (pairs - sharing) * np.log1p(-together), 0)
    log_weight += log_prior
    weight = np.exp(log_weight - log_weight.max())
    weights: Array = weight / weight.sum()
    return weights


def _quantile(weights: Array, alpha: Array, beta: Array, p: float) -> float:
    from scipy.optimize import brentq  # not at the top: slow to import, rarely needed

    return float(brentq(lambda rate: weights @ betainc(alpha, beta, rate) - p, 0, 1, xtol=1e-10))
