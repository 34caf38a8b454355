"""Did each new study come as the ones before it foretold, and what did it change?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from livingreview.display.html import Column, HtmlTable, Row, Stack, link
from livingreview.display.numbers import format_count
from livingreview.evidence import Evidence, records, split_ids
from livingreview.tables.plan import synthesis_plan
from livingreview.tables.pool import FEW_STUDIES, LEAST_STUDIES, PRIMARY, Entry, Plan, foretell

KINDS = (PRIMARY, "widest")  # of pools that are watched
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

    @property
    def gates(self) -> list[str]:
        """Which limits of the rules of pooling the pool crossed with this study."""
        dated = tuple(entry for entry in self.plan.entries if entry.available)
        was, now = (replace(self.plan, entries=dated[:count]) for count in (self.before, self.before + 1))
        crossed = [] if self.is_foretold else ["outside what was foretold"]
        if self.before + 1 == FEW_STUDIES:
            crossed.append(f"{FEW_STUDIES} studies: no longer few")
        if was.is_wide != now.is_wide:
            way = "could now" if now.is_wide else "no longer could"
            crossed.append(f"a next study {way} lie far from the median")
        return crossed


def arrivals(evidence: Evidence, kinds: tuple[str, ...] = KINDS) -> Iterator[Arrival]:
    """Each study that joined a pool of three or more, by first availability."""
    for plan in synthesis_plan(evidence, kinds=kinds):
        dated = [entry for entry in plan.entries if entry.available]
        for place in range(LEAST_STUDIES, len(dated)):
            entry, before = dated[place], dated[:place]
            group = foretell(before, entry.total)
            yield Arrival(plan, entry, place, group.low, group.high)


def tabulate_monitor(evidence: Evidence, *, caption: str) -> HtmlTable | Stack:
    """Each study that joined a pool of three or more, against the interval that those before it gave."""
    claims = _number_claims(evidence)
    rows = [
        Row(
            [
                [arrival.plan.stratum, f"{arrival.plan.outcome}, {arrival.plan.when}"],
                f"{arrival.entry.name} ({arrival.entry.available})",
                format_count(arrival.entry.events, arrival.entry.total),
                f"{arrival.low} to {arrival.high} of {arrival.entry.total}, from {arrival.before} studies",
                arrival.gates or "none",
                _say_conclusions(claims, arrival) if arrival.gates else "",
            ]
        )
        for arrival in arrivals(evidence)
    ]
    if not rows:
        pooled = any(plan.decision == "pooled" for plan in synthesis_plan(evidence, kinds=KINDS))
        return Stack([], NOTHING if pooled else "")
    columns = [
        Column("Pool"),
        Column("New study"),
        Column("Its count", True),
        Column("Foretold, 95%", True),
        Column("Limit crossed"),
        Column("Conclusion to read again"),
    ]
    note = (
        "By the day each study first became public, as far as its reports are held; its count may be from a "
        "later one. One in twenty may lie outside by chance, nothing is corrected for."
    )
    return HtmlTable(caption, columns, rows, [note])


def _number_claims(evidence: Evidence) -> list[tuple[Markup, set[str]]]:
    """Each conclusion as a link by its number, with the rows that it rests on."""
    told: list[tuple[Markup, set[str]]] = []
    places: dict[str, int] = {}
    for claim in records(evidence.tables["claims"].sort_values(["class_id", "position"])):
        number = places[claim["class_id"]] = places.get(claim["class_id"], 0) + 1
        where = link(f"conclusion {number}", f"{claim['class_id']}.html#{claim['claim_id']}")
        told.append((where, set(split_ids(claim["rests_on"]))))
    return told


def _say_conclusions(claims: Sequence[tuple[Markup, set[str]]], arrival: Arrival) -> list[Markup] | str:
    """The conclusions that rest on a count of the pool; each says itself when it waits to be read."""
    found = [where for where, rows in claims if not rows.isdisjoint(arrival.plan.row_ids)]
    return found or "none rests on this pool"
