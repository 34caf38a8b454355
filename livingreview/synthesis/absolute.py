"""From a ratio to patients: what it comes to among a hundred at a stated risk."""

from dataclasses import dataclass

from livingreview.synthesis._validate import check_choice

KINDS = ("RR", "HR")


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
