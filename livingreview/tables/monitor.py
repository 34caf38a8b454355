"""Did each new study come as the ones before it foretold?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from livingreview.display.html import Column, HtmlTable, Row, Stack
from livingreview.display.numbers import format_count
from livingreview.evidence import Evidence
from livingreview.tables.plan import synthesis_plan
from livingreview.tables.pool import LEAST_STUDIES, PRIMARY, Entry, Plan, foretell

NOTHING = "No pool of this chapter has grown beyond its first three studies."


@dataclass(frozen=True)
class Arrival:
    """A study that came after three or more: its count, and what those before it foretold (counts)."""

    plan: Plan
    entry: Entry
    before: int
    low: int
    high: int

    @property
    def is_foretold(self) -> bool:
        """Whether its count lies in the 95% interval."""
        return self.low <= self.entry.events <= self.high


def arrivals(evidence: Evidence, kinds: tuple[str, ...] = (PRIMARY, "widest")) -> Iterator[Arrival]:
    """Each study that joined a pool of three or more, by first availability."""
    for plan in synthesis_plan(evidence, kinds=kinds):
        dated = [entry for entry in plan.entries if entry.available]
        for place in range(LEAST_STUDIES, len(dated)):
            entry, before = dated[place], dated[:place]
            group = foretell(before, entry.total)
            yield Arrival(plan, entry, place, group.low, group.high)


def tabulate_monitor(evidence: Evidence, *, caption: str) -> HtmlTable | Stack:
    """Each study that joined a pool of three or more, against the interval that those before it gave."""
    rows = [
        Row(
            [
                [arrival.plan.stratum, f"{arrival.plan.outcome}, {arrival.plan.when}"],
                f"{arrival.entry.name} ({arrival.entry.available})",
                format_count(arrival.entry.events, arrival.entry.total),
                f"{arrival.low} to {arrival.high} of {arrival.entry.total}, from {arrival.before} studies",
                "inside" if arrival.is_foretold else "outside: read the conclusion again",
            ]
        )
        for arrival in arrivals(evidence)
    ]
    if not rows:
        return Stack([], NOTHING)
    columns = [
        Column("Pool"),
        Column("New study"),
        Column("Its count", True),
        Column("Foretold, 95%", True),
        Column("Inside?"),
    ]
    note = (
        "By the day each study first became public, as far as its reports are held; its count may be from a "
        "later one. One in twenty may lie outside by chance, nothing is corrected for."
    )
    return HtmlTable(caption, columns, rows, [note])
