"""The course of one patient: days, blocks of therapy, states, and a time axis stretched where it is dense."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import NamedTuple

import pandas as pd

from livingreview.evidence import Evidence, records

WEEK, DEFAULT = 7, 21  # days: after what comes before an undated event; of a therapy that nothing follows
STOPS = ("relapse", "transplant")  # kinds of events at which a therapy is over
LEAST_SHARE = 0.06  # of the whole time, in a stretch of its own
GAIN = 3.0  # log-likelihood that another change of scale must bring


@dataclass(frozen=True, eq=False)
class Event:
    """One row of a course.

    Attributes
    ----------
    row : dict
        The evidence row.
    day : float
        Proleptic ordinal; a date printed as a month or a year counts from its first day.
    guessed : bool
        Whether no date is reported: it stands a week after what comes before it, and before what follows.
    """

    row: dict
    day: float
    guessed: bool


@dataclass(frozen=True)
class Block:
    """Therapy by one regimen, from its first course to `until`, which may be no reported end."""

    events: tuple[Event, ...]
    until: float

    @property
    def day(self) -> float:
        """Where it begins."""
        return self.events[0].day

    @property
    def guessed(self) -> bool:
        """Whether its beginning is not reported."""
        return self.events[0].guessed


class State(NamedTuple):
    """A state of the disease from a day on; `code` is the response as assessed, '' at diagnosis."""

    day: float
    step: str
    code: str
    row: dict


def ordinal(cell: str, *, end: bool = False) -> float:
    """The day of a date of any precision: of a month or a year its first, or its last where it is an end."""
    stamp = pd.Timestamp(cell + "-01" * (2 - cell.count("-")))
    if end and cell.count("-") < 2:
        stamp += pd.offsets.MonthEnd(0) if cell.count("-") == 1 else pd.offsets.YearEnd(0)
    return float(stamp.toordinal())


def place_events(course: pd.DataFrame) -> list[Event]:
    """The rows of one patient's course in order, with a day each; [] where no date is reported at all."""
    rows = records(course.sort_values("position"))
    dated = [None if pd.isna(row["start"]) else ordinal(row["start"]) for row in rows]
    known = [(place, day) for place, day in enumerate(dated) if day is not None]
    if not known:
        return []
    events = []
    for place, (row, day) in enumerate(zip(rows, dated, strict=True)):
        guess = day if day is not None else _between(place, known)
        events.append(Event(row, guess, day is None))
    return events


def _between(place: int, known: Sequence[tuple[int, float]]) -> float:
    """Where an undated event stands among the dated ones (their places and days)."""
    before = [item for item in known if item[0] < place]
    after = [item for item in known if item[0] > place]
    if not before:
        return after[0][1]
    last, day = before[-1]
    soon = day + WEEK * (place - last)
    if not after:
        return soon
    follows, limit = after[0]
    return min(soon, day + max(0.0, limit - day) * (place - last) / (follows - last))


def find_blocks(events: Sequence[Event]) -> tuple[list[Block], list[Block]]:
    """Blocks of therapy in their order, and those given beside others (their printed time holds others).

    Courses of one regimen that follow each other are one block. It lasts to its reported end, else to the
    next block, relapse or transplant, which is drawn and not known.
    """
    therapy = [event for event in events if event.row["kind"] == "therapy"]
    beside = [event for event in therapy if _holds_others(event, therapy)]
    runs: list[list[Event]] = []
    for event in therapy:
        if event in beside:
            continue
        if runs and _same_regimen(runs[-1][-1], event):
            runs[-1].append(event)
        else:
            runs.append([event])
    stops = [run[0].day for run in runs] + [event.day for event in events if event.row["kind"] in STOPS]
    blocks = []
    for run in runs:
        ends = [ordinal(event.row["end"], end=True) for event in run if not pd.isna(event.row["end"])]
        until = (
            max(ends)
            if ends
            else min((day for day in stops if day > run[0].day), default=run[-1].day + DEFAULT)
        )
        blocks.append(Block(tuple(run), until))
    return blocks, [Block((event,), ordinal(event.row["end"], end=True)) for event in beside]


def _holds_others(event: Event, therapy: Sequence[Event]) -> bool:
    if pd.isna(event.row["end"]):
        return False
    end = ordinal(event.row["end"], end=True)
    return any(event.day < other.day < end for other in therapy if other is not event)


def _same_regimen(one: Event, other: Event) -> bool:
    first, second = one.row["regimen_id"], other.row["regimen_id"]
    return not pd.isna(first) and not pd.isna(second) and first == second


def seen_on(event: Event, blocks: Sequence[Block]) -> float:
    """The day of what an event tells of the disease: what is told with a therapy is what it ended in."""
    return next((block.until for block in blocks if event in block.events), event.day)


def find_states(evidence: Evidence, events: Sequence[Event], blocks: Sequence[Block]) -> list[State]:
    """States of the disease in their order, each to the next, of one day the last."""
    field = evidence.package.field("patient_timeline", "response")
    states = [State(e.day, "active", "", e.row) for e in events if e.row["kind"] == "diagnosis"][:1]
    told = sorted(
        (
            State(seen_on(event, blocks), step, event.row["response"], event.row)
            for event in events
            if not pd.isna(event.row["response"]) and (step := field.step(event.row["response"]))
        ),
        key=lambda state: state.day,
    )
    for state in told:
        if states and state.day == states[-1].day:
            states.pop()
        if not states or state.step != states[-1].step:
            states.append(state)
    return states


def stretch_time(days: Sequence[float], most: int = 2) -> list[tuple[float, float]]:
    """A time axis that gives more room to dense time: (day, share of the width), straight between them.

    Time is parted at up to `most` of the days so that within each part events are as evenly spread as can be
    (the likelihood of a piecewise constant rate); a part gets the mean of its share of the time and of the
    events. Shares are 0-1.
    """
    marks = sorted(set(days))
    first, last = marks[0], marks[-1]
    whole = (last - first) or 1.0
    best, cuts = _rate(marks, [first, last]), [first, last]
    for number in range(1, most + 1):
        for chosen in combinations(marks[1:-1], number):
            tried = [first, *chosen, last]
            if all(b - a >= LEAST_SHARE * whole for a, b in pairwise(tried)):
                fit = _rate(marks, tried) - GAIN * number
                if fit > best:
                    best, cuts = fit, tried
    shares = [((b - a) / whole + _within(marks, a, b) / (len(marks) - 1 or 1)) / 2 for a, b in pairwise(cuts)]
    axis = [(first, 0.0)]
    for day, share in zip(cuts[1:], shares, strict=True):
        axis.append((day, axis[-1][1] + share))
    return axis


def _within(marks: Sequence[float], low: float, high: float) -> int:
    return bisect_right(marks, high) - bisect_right(marks, low)


def _rate(marks: Sequence[float], cuts: Sequence[float]) -> float:
    """Log-likelihood of events at a constant rate between cuts, but for a constant."""
    counts = [(_within(marks, a, b), b - a) for a, b in pairwise(cuts)]
    return sum(count * math.log(count / length) for count, length in counts if count and length)


def scale(axis: Sequence[tuple[float, float]], left: float, right: float) -> Callable[[float], float]:
    """From a day to pixels, along an axis of `stretch_time`."""

    def place(day: float) -> float:
        for (a, low), (b, high) in pairwise(axis):
            if day <= b or b == axis[-1][0]:
                share = low + (high - low) * (day - a) / ((b - a) or 1)
                return left + (right - left) * min(max(share, 0.0), 1.0)
        return left

    return place
