"""How strong would what was not measured have to be? Bounds for comparisons without randomisation."""

from dataclasses import dataclass

import numpy as np

from livingreview.synthesis._tails import normal_isf
from livingreview.synthesis._validate import check_choice, check_level, check_pairs
from livingreview.synthesis.reported import hazard_ratio_from_interval

KINDS = ("RR", "HR", "OR")
STEPS = 2001  # of the search for a rate


@dataclass(frozen=True)
class EValue:
    """Least strength of confounding that would explain an estimate, and the limit nearer to no effect.

    Each is a risk ratio of the confounder with the treatment and with the outcome, 1 or more; 1 where the
    interval includes no effect.
    """

    estimate: float
    limit: float


def e_value(ratio: float, low: float, high: float, *, kind: str = "RR", common: bool = False) -> EValue:
    """Return the E-value of a ratio and of its limit.

    Parameters
    ----------
    ratio, low, high : float  > 0, low <= ratio <= high
    kind : {"RR", "HR", "OR"}
    common : bool
        Whether the outcome is common (more than 15% by the end): a hazard or odds ratio is then first turned
        into about the risk ratio it stands for.

    Returns
    -------
    EValue

    Raises
    ------
    ValueError
        If the three are not in order and positive, or the kind is unknown.

    Source
    ------
    VanderWeele & Ding 2017, Ann Intern Med 167:268-274.
    """
    check_choice(kind, KINDS, "kind")
    if not 0 < low <= ratio <= high:
        msg = f"expected 0 < low <= ratio <= high, found {low}, {ratio}, {high}"
        raise ValueError(msg)
    ratio, low, high = (_as_risk_ratio(value, kind, common) for value in (ratio, low, high))
    limit = 1.0 if low <= 1 <= high else _strength(low if ratio > 1 else high)
    return EValue(_strength(ratio), limit)


@dataclass(frozen=True)
class TippingRate:
    """Rates of the controls at which a comparison without randomisation tips (0-1).

    Attributes
    ----------
    none : float
        Where nothing is left of the difference: the rate of those treated.
    chance : float
        Where the interval of the risk ratio just touches no effect, with as many controls; nan where no rate
        does. Controls farther from `none` than this leave the difference beyond chance.
    """

    none: float
    chance: float


def tipping_rate(
    events: int, total: int, control_events: int, control_total: int, *, level: float = 0.95
) -> TippingRate:
    """Return at which rates of the controls a difference to them would vanish, and be beyond chance no more.

    Parameters
    ----------
    events, total, control_events, control_total : int  [patients]
    level : float  coverage of the risk ratio's interval, 0-1

    Returns
    -------
    TippingRate

    Raises
    ------
    ValueError
        If a count is not whole, negative or more than its total.

    Source
    ------
    Tipping-point analysis, as in Yan, Lee & Li 2009, J Biopharm Stat 19:1085-1098, of the log risk ratio.
    """
    from scipy.optimize import brentq  # not at the top: slow to import, rarely needed

    x, n = check_pairs([events, control_events], [total, control_total])
    z = normal_isf((1 - check_level(level)) / 2)
    treated, control = (x / n).tolist()
    if treated == 0:
        return TippingRate(0.0, float("nan"))

    def beyond(rate: float) -> float:
        spread = (1 - treated) / x[0] + (1 - rate) / (n[1] * rate)
        return float(abs(np.log(treated / rate)) - z * spread**0.5)

    # Away from those treated; of rarer events the error grows again, so the first place beyond chance counts.
    rates = np.linspace(treated, 0.0 if control <= treated else 1.0, STEPS)[1:-1]
    found = next((rate for rate in rates if beyond(rate) > 0), None)
    if found is None:
        return TippingRate(treated, float("nan"))
    return TippingRate(treated, float(brentq(beyond, *sorted((found, treated)), xtol=1e-10)))


@dataclass(frozen=True)
class Overstatement:
    """How far an answer without randomisation lay from the randomised one: a ratio of hazard ratios.

    Below 1 the treatment looked better than it was.
    """

    ratio: float
    low: float
    high: float

    def correct(self, ratio: float, low: float, high: float) -> tuple[float, float, float]:
        """A hazard ratio without randomisation, had it been overstated as much; with both errors in it."""
        return _quotient((ratio, low, high), (self.ratio, self.low, self.high))


def overstatement(
    unrandomised: tuple[float, float, float], randomised: tuple[float, float, float]
) -> Overstatement:
    """Return how far a hazard ratio lies from the randomised one of the same question.

    Parameters
    ----------
    unrandomised, randomised : (ratio, low, high)
        > 0, with 95% intervals, of patients not shared.

    Returns
    -------
    Overstatement
        Their ratio with its 95% interval.

    Raises
    ------
    ValueError
        If a value is not positive or low is not below high.

    Source
    ------
    Sterne, Juni, Schulz et al. 2002, Stat Med 21:1513-1524 (ratios of effects by design).
    """
    return Overstatement(*_quotient(unrandomised, randomised))


def _quotient(
    above: tuple[float, float, float], below: tuple[float, float, float]
) -> tuple[float, float, float]:
    """The ratio of two independent hazard ratios (ratio, low, high), with its 95% interval."""
    one, other = (hazard_ratio_from_interval(*ends) for ends in (above, below))
    half = normal_isf(0.025) * (one.se**2 + other.se**2) ** 0.5
    value, low, high = np.exp(one.log_hr - other.log_hr + np.array([0.0, -half, half])).tolist()
    return value, low, high


def _as_risk_ratio(ratio: float, kind: str, common: bool) -> float:
    if not common or kind == "RR":
        return ratio
    if kind == "OR":
        return float(ratio**0.5)
    return float((1 - 0.5 ** (ratio**0.5)) / (1 - 0.5 ** ((1 / ratio) ** 0.5)))


def _strength(ratio: float) -> float:
    away = max(ratio, 1 / ratio)
    return float(away + (away * (away - 1)) ** 0.5)
