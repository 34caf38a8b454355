"""From an estimate to patients: what it comes to among a hundred."""

from dataclasses import dataclass

import numpy as np
from scipy.special import bdtr

from livingreview.synthesis._tails import t_isf
from livingreview.synthesis._validate import check_choice, check_level
from livingreview.synthesis.bayes import GroupPrediction

KINDS = ("RR", "HR")
POINTS = 2000  # of the distribution of a share


@dataclass(frozen=True)
class AbsoluteEffect:
    """Change in events among a hundred patients, with its limits; below 0 where there are fewer."""

    change: float
    low: float
    high: float


def per_hundred(
    baseline: float, ratio: float, low: float, high: float, *, kind: str = "RR"
) -> AbsoluteEffect:
    """Return how many more or fewer of a hundred patients have the event, at a baseline risk.

    Parameters
    ----------
    baseline : float  risk without the treatment, 0-1
    ratio, low, high : float  > 0
    kind : {"RR", "HR"}
        Risk ratio: baseline times ratio, at most all.  Hazard ratio, taken as constant:
        1 - (1 - baseline)**ratio.

    Returns
    -------
    AbsoluteEffect
        The baseline is taken as known: its own error is not in the limits.

    Raises
    ------
    ValueError
        If the baseline is not a proportion, a ratio not positive or the kind unknown.

    Source
    ------
    Schuenemann et al., Cochrane Handbook ch. 15; Tierney et al. 2007, Trials 8:16.
    """
    check_choice(kind, KINDS, "kind")
    if not 0 <= baseline <= 1:
        msg = f"baseline: expected a proportion from 0 to 1, found {baseline}"
        raise ValueError(msg)
    for name, value in (("ratio", ratio), ("low", low), ("high", high)):
        if not value > 0:
            msg = f"{name}: expected a number > 0, found {value}"
            raise ValueError(msg)

    def change(by: float) -> float:
        risk = min(baseline * by, 1.0) if kind == "RR" else 1 - (1 - baseline) ** by
        return 100 * (risk - baseline)

    return AbsoluteEffect(change(ratio), change(low), change(high))


def predict_alive(
    estimate: float, se: float, *, df: float = np.inf, size: int = 100, level: float = 0.95
) -> GroupPrediction:
    """Return how many of a new group of patients are expected to be alive at a time, from a printed share.

    Parameters
    ----------
    estimate, se : float
        log(-log S) of the share alive and its standard error > 0, as of :func:`effect_from_interval` with
        scale "cloglog"; of a pool with the spread between studies in it.
    df : float
        Degrees of freedom of the t distribution of the estimate; infinite: normal.
    size : int  patients of the new group, 1 or more
    level : float  coverage, 0-1

    Returns
    -------
    GroupPrediction
        Least counts that reach the tails and the middle of the binomial whose share has that distribution.

    Raises
    ------
    ValueError
        If se is not positive, size below 1 or level not between 0 and 1.

    Source
    ------
    Kalbfleisch & Prentice 2002, The Statistical Analysis of Failure Time Data, 2nd ed. (the scale).
    """
    level = check_level(level)
    if not se > 0:
        msg = f"se: expected a number > 0, found {se}"
        raise ValueError(msg)
    if size < 1:
        msg = f"size: expected 1 or more, found {size}"
        raise ValueError(msg)
    drawn = estimate - se * t_isf((np.arange(POINTS) + 0.5) / POINTS, df)
    shares = np.exp(-np.exp(drawn))
    below = bdtr(np.arange(size)[:, None], size, shares).mean(axis=1)
    low, median, high = np.searchsorted(below, [(1 - level) / 2, 0.5, (1 + level) / 2]).tolist()
    return GroupPrediction(size, low, median, high, level)
