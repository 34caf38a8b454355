"""Results posted in a trial register, cell by cell: every number of a file with its path.

Both registers part results alike: participant flow, baseline characteristics, outcome measures, adverse
events; each part has groups with ids of its own, which only their titles join.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from livingreview.surveillance.readers import Found

# What cells are of, in the order in which they are told.
PARTS = ("serious events", "other events", "event totals", "flow", "baseline", "outcomes", "analyses")
STARTED = "STARTED"
# What is counted of a whole group: all deaths, participants with a fatal, a serious, another event.
TOTALS = ("deaths", "fatal", "serious", "other")


class Group(NamedTuple):
    """A group of participants as one part of the results names it."""

    part: str
    id: str
    title: str
    description: str
    path: str


class ProtocolArm(NamedTuple):
    """An arm of the protocol: its title, its kind (``EXPERIMENTAL`` …), what was given."""

    title: str
    kind: str
    given: str
    path: str


class Measure(NamedTuple):
    """What an outcome or baseline measure says of all its cells; '' where it does not say."""

    title: str
    description: str = ""
    population: str = ""
    time_frame: str = ""
    param: str = ""
    dispersion: str = ""
    unit: str = ""


_NO_MEASURE = Measure("")


@dataclass(frozen=True)
class Cell:
    """One cell of the results.

    Attributes
    ----------
    path : str
        JSON path from the root of the study, or XPath by the elements' local names.
    part : str
        One of `PARTS`.
    group : Group or None
        None where the file names a group that it does not have, or where the cell is of the `whole` study.
    what : str
        The event's term, the measure's title, the milestone.
    value, total : str
        Numerator (or value) and denominator as printed; '' where the file has none.
    low, high, spread, comment : str
    within : tuple of str
        Class and category of a measurement; period of the flow; kind of a total of events.
    occurrences : str
        How often an event happened, in whomever.
    system, vocabulary : str
        An event's organ system and the source of its term.
    """

    path: str
    part: str
    group: Group | None
    what: str
    value: str
    total: str = ""
    low: str = ""
    high: str = ""
    spread: str = ""
    comment: str = ""
    within: tuple[str, ...] = ()
    measure: Measure = _NO_MEASURE
    occurrences: str = ""
    system: str = ""
    vocabulary: str = ""
    whole: bool = False


@dataclass
class Posted:
    """The results of one study.

    Attributes
    ----------
    register : str
        Whose file it is.
    number : str
        The study's number there.
    found : Found
        What the file says of the study itself.
    posted_on : str
        The day on which the register showed results first; '' where the file does not say.
    threshold : str
        Per cent of a group from which other events are listed.
    event_time : str
        Over which time events were collected.
    groups : list of Group
        In the order of flow, baseline, events, outcomes.
    unposted : list of str
        Outcome measures that have no results.
    """

    register: str
    number: str
    found: Found
    arms: list[ProtocolArm] = field(default_factory=list)
    is_randomised: bool = False
    posted_on: str = ""
    threshold: str = ""
    event_time: str = ""
    groups: list[Group] = field(default_factory=list)
    cells: list[Cell] = field(default_factory=list)
    unposted: list[str] = field(default_factory=list)
