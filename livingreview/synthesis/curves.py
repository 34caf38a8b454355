"""Survival times of patients rebuilt from a printed curve, and what can be told from them.

A Kaplan-Meier curve falls only at events, by one in those then at risk; with the numbers at risk printed
below it, how many had an event or were censored between two of these follows. What comes back are the
curve's patients in number and time, not persons.
"""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from livingreview.synthesis._types import Array, Flags
from livingreview.synthesis._validate import as_counts, as_floats, check_as_many

MOST_RISE = 0.02  # of a curve from one point to a later one; more is no slip of the hand that read it
MOST_STEPS = 100  # of the search for the censored of one interval


@dataclass(frozen=True, eq=False)
class RebuiltSurvival:
    """Patients rebuilt from a curve.

    Attributes
    ----------
    times : ndarray, shape (n,)  in the unit of the curve, ascending
    events : ndarray of bool, shape (n,)  False: censored
    at_risk : ndarray, shape (r,)
        As rebuilt at the times at which numbers were printed; equal to these where the curve allows it.
    gap : float
        Largest distance of the rebuilt curve from a point that was read (0-1).
    """

    times: Array = field(repr=False)
    events: Flags = field(repr=False)
    at_risk: Array
    gap: float

    @property
    def median(self) -> float:
        """Least time at which half of the patients or fewer are left; nan where the curve ends above that."""
        when, _, _, left = _kaplan_meier(self.times, self.events)
        below = np.flatnonzero(left <= 0.5)
        return float(when[below[0]]) if below.size else float("nan")

    def restricted_mean(self, horizon: float) -> tuple[float, float]:
        """Mean time without the event until a horizon, and its standard error; see `restricted_mean`."""
        return restricted_mean(self.times, self.events, horizon)


def restricted_mean(times: npt.ArrayLike, events: npt.ArrayLike, horizon: float) -> tuple[float, float]:
    """Return the mean time without the event until a horizon, and its standard error.

    Parameters
    ----------
    times : array-like of float, shape (n,)  > 0 or 0, one a patient
    events : array-like of bool, shape (n,)  False: censored
    horizon : float
        > 0, in the unit of the times; at most the last of them, unless that is an event.

    Returns
    -------
    mean, se : float
        The area under the Kaplan-Meier curve; its error by Greenwood's formula.

    Raises
    ------
    ValueError
        If a time is negative or no number, the lengths differ, or the curve is unknown at the horizon.

    Source
    ------
    Irwin 1949, J Hyg 47:188-189; Klein & Moeschberger 2003, Survival Analysis, 2nd ed., eq. 4.5.2.
    """
    t = as_floats(times, "times")
    told = np.atleast_1d(np.asarray(events, dtype=bool))
    check_as_many(told, "events", t, "times")
    if t.min() < 0 or not horizon > 0:
        msg = f"expected times from 0 on and a horizon above 0, found {t.min():g} and {horizon:g}"
        raise ValueError(msg)
    when, deaths, at_risk, left = _kaplan_meier(t, told)
    if horizon > t.max() and left[-1] > 0:
        msg = f"horizon: expected {t.max():g} at most, where follow-up ends, found {horizon:g}"
        raise ValueError(msg)
    before = when < horizon
    edges = np.concatenate([[0.0], when[before], [horizon]])
    pieces = np.diff(edges) * np.concatenate([[1.0], left[before]])
    after = pieces[::-1].cumsum()[::-1][1:]  # area to the right of each time
    deaths, at_risk = deaths[before], at_risk[before]
    known = at_risk > deaths  # where all die nothing is left to be unsure of
    spread = (after[known] ** 2 * deaths[known] / (at_risk[known] * (at_risk[known] - deaths[known]))).sum()
    return float(pieces.sum()), float(spread**0.5)


def _kaplan_meier(times: Array, events: Flags) -> tuple[Array, Array, Array, Array]:
    """Distinct times with events and at risk at each, and the proportion left after it."""
    when, place = np.unique(times, return_inverse=True)
    deaths = np.bincount(place, weights=events, minlength=len(when)).astype(float)
    gone = np.bincount(place, minlength=len(when)).astype(float)
    at_risk = len(times) - np.concatenate([[0], gone.cumsum()[:-1]])
    left: Array = (1 - deaths / at_risk).cumprod()
    return when, deaths, at_risk, left


def rebuild_survival(
    times: npt.ArrayLike,
    survival: npt.ArrayLike,
    risk_times: npt.ArrayLike,
    at_risk: npt.ArrayLike,
    *,
    events: int | None = None,
) -> RebuiltSurvival:
    """Rebuild patients from the points of a Kaplan-Meier curve and the numbers at risk.

    Parameters
    ----------
    times, survival : array-like of float, shape (p,)
        Points read from the curve, in any order: time from 0 on and proportion without the event (0-1). Each
        fall needs a point after it; of several points at one time the lowest counts.
    risk_times : array-like of float, shape (r,)  ascending from 0
    at_risk : array-like of int, shape (r,)  [patients], as printed; the first is all patients
    events : int, optional
        All events, where they are printed; else how many are censored after the last number at risk follows
        from how many were before.

    Returns
    -------
    RebuiltSurvival

    Raises
    ------
    ValueError
        If a value is no number or outside its range, the lengths differ, the curve rises by more than 0.02
        or ends before a number at risk, numbers at risk rise, or there are more events than patients.

    Source
    ------
    Guyot, Ades, Ouwens & Welton 2012, BMC Med Res Methodol 12:9.
    """
    r, n = _read_risk(risk_times, at_risk)
    t, s = _read_curve(times, survival, r)
    if events is not None and not 0 <= events <= n[0]:
        msg = f"events: expected 0 to {n[0]:g}, all patients, found {events}"
        raise ValueError(msg)
    starts = np.searchsorted(t, r)
    pieces: list[_Piece] = []
    patients, left, known = n[0], 1.0, []
    for place, start in enumerate(starts):
        known.append(patients)
        if place + 1 < len(starts):
            piece = _meet(t[start : starts[place + 1] + 1], s[start:], patients, left, n[place + 1])
        else:
            piece = _finish(t[start:], s[start:], patients, left, pieces, events)
        pieces.append(piece)
        patients, left = piece.patients, piece.left
    rest = np.full(int(patients), t[-1])
    died = np.concatenate([piece.died for piece in pieces])
    lost = np.concatenate([*(piece.lost for piece in pieces), rest])
    when = np.concatenate([died, lost])
    flags = np.arange(len(when)) < len(died)
    order = np.lexsort((~flags, when))  # events before the censored of the same time
    return RebuiltSurvival(when[order], flags[order], np.array(known), _gap(t, s, when, flags))


def _read_risk(risk_times: npt.ArrayLike, at_risk: npt.ArrayLike) -> tuple[Array, Array]:
    r, n = as_floats(risk_times, "risk_times"), as_counts(at_risk, "at_risk")
    check_as_many(n, "at_risk", r, "risk_times")
    if r[0] != 0 or (np.diff(r) <= 0).any():
        msg = f"risk_times: expected times that ascend from 0, found {r.tolist()}"
        raise ValueError(msg)
    if n[0] < 1 or (np.diff(n) > 0).any():
        msg = f"at_risk: expected numbers that do not rise, the first 1 or more, found {n.tolist()}"
        raise ValueError(msg)
    return r, n


def _read_curve(times: npt.ArrayLike, survival: npt.ArrayLike, risk_times: Array) -> tuple[Array, Array]:
    """The points in order, never rising, from all at 0 on, with one at each time of a number at risk."""
    t, s = as_floats(times, "times"), as_floats(survival, "survival")
    check_as_many(s, "survival", t, "times")
    for values, name, most in ((t, "times", np.inf), (s, "survival", 1.0)):
        bad = np.flatnonzero((values < 0) | (values > most))
        if bad.size:
            msg = f"{name} at position {bad[0]} (from 0): expected 0 to {most:g}, found {values[bad[0]]:g}"
            raise ValueError(msg)
    if risk_times[-1] > t.max():
        msg = f"risk_times: the curve ends at {t.max():g}, before {risk_times[-1]:g}; leave that number out"
        raise ValueError(msg)
    order = np.lexsort((-s, t))
    t, s = t[order], s[order]
    lowest = np.minimum.accumulate(s)
    if (s - lowest).max() > MOST_RISE:
        place = int(np.argmax(s - lowest))
        msg = f"survival rises to {s[place]:g} at time {t[place]:g}, from {lowest[place]:g} before"
        raise ValueError(msg)
    t, s = np.append(0.0, t), np.append(1.0, lowest)
    last = np.append(np.diff(t) > 0, True)
    t, s = t[last], s[last]
    missing = np.setdiff1d(risk_times, t)
    carried = s[np.searchsorted(t, missing, side="right") - 1]
    t, s = np.append(t, missing), np.append(s, carried)
    order = np.argsort(t)
    return t[order], s[order]


@dataclass(frozen=True)
class _Piece:
    """One interval rebuilt: times of events and of the censored, patients and proportion left at its end."""

    died: Array
    lost: Array
    patients: float
    left: float


def _fill(t: Array, s: Array, patients: float, left: float, censored: int) -> _Piece:
    """Walk along one interval with so many censored in it, evenly spread.

    The last of its times belongs to the next interval.
    """
    lost = t[0] + (t[-1] - t[0]) * np.arange(1, censored + 1) / (censored + 1)
    leaving = np.histogram(lost, bins=t)[0]
    died, gone = [], []
    taken = 0
    for when, share, censor in zip(t[:-1], s, leaving, strict=False):
        fall = int(np.clip(np.floor(patients * (1 - share / left) + 0.5), 0, patients)) if left > 0 else 0
        left *= 1 - fall / patients if patients else 1.0
        patients -= fall
        can = int(min(censor, patients))
        died.append(np.full(fall, when))
        gone.append(lost[taken : taken + can])
        taken += censor
        patients -= can
    return _Piece(np.concatenate(died), np.concatenate(gone), patients, left)


def _meet(t: Array, s: Array, patients: float, left: float, wanted: float) -> _Piece:
    """The interval with that number of censored that comes closest to the number at risk at its end."""
    censored = max(0, round(patients * (s[len(t) - 1] / left if left else 0) - wanted))
    tried: dict[int, _Piece] = {}
    while censored not in tried and len(tried) < MOST_STEPS:
        tried[censored] = _fill(t, s, patients, left, censored)
        censored = max(0, censored + int(tried[censored].patients - wanted))
    return min(tried.values(), key=lambda piece: abs(piece.patients - wanted))


def _finish(
    t: Array, s: Array, patients: float, left: float, pieces: list[_Piece], events: int | None
) -> _Piece:
    """The last interval, at whose end no number at risk stands: censored as before, or as events demand."""
    t = np.append(t, np.nextafter(t[-1], np.inf))  # falls at the last point count as well
    told = sum(len(piece.died) for piece in pieces)
    if events is not None and told >= events:
        return _Piece(np.empty(0), np.empty(0), patients, left)
    rate = sum(len(piece.lost) for piece in pieces) / t[0] if t[0] > 0 else 0.0
    censored = int(min(round(rate * (t[-1] - t[0])), patients))
    found = _fill(t, s, patients, left, censored)
    if events is None:
        return found
    tried: dict[int, _Piece] = {}
    while censored not in tried and len(tried) < MOST_STEPS:
        tried[censored] = _fill(t, s, patients, left, censored)
        over = told + len(tried[censored].died) - events
        censored = int(np.clip(censored + over, 0, patients))
    return min(tried.values(), key=lambda piece: abs(told + len(piece.died) - events))


def _gap(t: Array, s: Array, times: Array, events: Flags) -> float:
    """Largest distance between the points read and the curve of the rebuilt patients."""
    when, _, _, left = _kaplan_meier(times, events)
    place = np.searchsorted(when, t, side="right") - 1
    rebuilt = np.where(place >= 0, left[np.maximum(place, 0)], 1.0)
    return float(np.abs(rebuilt - s).max())
