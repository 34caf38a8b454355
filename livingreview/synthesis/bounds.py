"""How strong would what was not measured have to be? Bounds for comparisons without randomisation."""

from dataclasses import dataclass

from livingreview.synthesis._validate import check_choice

KINDS = ("RR", "HR", "OR")


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


def _as_risk_ratio(ratio: float, kind: str, common: bool) -> float:
    if not common or kind == "RR":
        return ratio
    if kind == "OR":
        return float(ratio**0.5)
    return float((1 - 0.5 ** (ratio**0.5)) / (1 - 0.5 ** ((1 / ratio) ** 0.5)))


def _strength(ratio: float) -> float:
    away = max(ratio, 1 / ratio)
    return float(away + (away * (away - 1)) ** 0.5)
