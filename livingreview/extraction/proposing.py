"""Posted results as a sheet that is filled already: a row for every cell, or the reason why there is none.

A register counts serious and other events and no grades: no row gets one. What no column of the review takes
for certain becomes one of the other figures; what is no number is told, cell by cell.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from livingreview.evidence import Evidence
from livingreview.extraction.drafts import PROPOSED, Draft, start_draft
from livingreview.extraction.grouping import WORDS, Arm, Arms, cut, group_arms, squeeze
from livingreview.extraction.layout import APPRAISALS, codes_of, pages_of
from livingreview.extraction.measuring import (
    Row,
    age_row,
    characteristic_row,
    code_of,
    figure_row,
    fragment,
    is_number,
    label_of,
    outcome_row,
    survival_row,
    told_beside,
)
from livingreview.extraction.posted import STARTED, TOTALS, Cell, Posted, ProtocolArm
from livingreview.extraction.reading import code_for
from livingreview.surveillance.identity import free, normal, slug_words

TOOL = "livingreview: results of {}"  # of a register
# What is counted of a whole group, as an event of its own.
_TERMS = {
    "serious": "Serious adverse event",
    "other": "Adverse event, not serious",
    "deaths": "Death, any cause",
    "fatal": "Fatal adverse event",
}
_SUFFIX = {"serious events": ", serious", "other events": ", not serious"}
_CODE = re.compile(r"^\d{3,}\s*[-\u2013:]\s*(?=\S)")  # a dictionary's number before its term
_TERM, _NOTE, _PRINTED = 80, 400, 160
_ROLES = {"EXPERIMENTAL": "studied", "ACTIVE_COMPARATOR": "comparator", "PLACEBO_COMPARATOR": "comparator"}
_ARMS = {"studied": "experimental", "comparator": "control"}
# What parts two rows of one table: the columns of `completeness.check_same_fact_twice`.
_PARTED = {
    "outcomes": ("outcome", "timepoint", "definition"),
    "survival": ("endpoint", "statistic", "time_months"),
    "characteristics": ("characteristic", "category"),
    "adverse_events": ("term",),
    "figures": ("item",),
}
NO_GROUP = "it names a group that the file does not have"
NO_PAGE = "the review has no table for it"
NOBODY = "it is counted from nobody: of 0 participants"


class Fate(NamedTuple):
    """What became of a cell: the table in which its row is proposed, or '' and why there is none."""

    cell: Cell
    table: str
    why: str = ""


@dataclass
class Proposal:
    """A sheet's contents with what a file of results proposes.

    Attributes
    ----------
    fates : list of Fate
        One for every cell of the file.
    """

    posted: Posted
    draft: Draft
    arms: Arms
    fates: list[Fate] = field(default_factory=list)
    # Rows that are proposed, by what they say.
    seen: set[tuple] = field(default_factory=set)

    @property
    def tool(self) -> str:
        """The name under which rows are proposed."""
        return TOOL.format(self.posted.register)

    def left(self) -> list[Fate]:
        """Cells of which no row is proposed."""
        return [fate for fate in self.fates if not fate.table]


def propose(evidence: Evidence, posted: Posted, *, class_id: str = "") -> Proposal:
    """Fill the sheet of a study's posted results.

    Returns
    -------
    Proposal
        Every cell of `posted` stands once in its fates.
    """
    draft = start_draft(evidence, posted.found, class_id=class_id)
    offered = draft.rows["regimens"]
    kept = {name: rows for name, rows in draft.rows.items() if name == APPRAISALS}
    draft.rows = {name: [] for name in pages_of(evidence.package)} | kept
    done = Proposal(posted, draft, group_arms(posted))
    _fill_form(done)
    regimens = _Regimens(evidence, done, offered)
    filler = _Filler(evidence, done)
    for arm in done.arms.arms:
        filler.add_cohort(arm, *regimens.of(arm))
    for cell in posted.cells:
        done.fates.append(filler.place(cell))
    filler.finish()
    return done


def _fill_form(done: Proposal) -> None:
    form, posted = done.draft.form, done.posted
    if posted.found.authors:
        form["authors"] = f"{{{posted.found.authors[0]}}}"  # the sponsor is a group
    if posted.posted_on:
        form["year"] = posted.posted_on[:4]
        form["first_available"] = posted.posted_on


class _Regimens:
    """The protocol's arms as regimens, which a person completes."""

    def __init__(self, evidence: Evidence, done: Proposal, offered: Sequence[Row]):
        self.package, self.done = evidence.package, done
        self.rows: dict[str, tuple[str, str]] = {}
        for arm in done.posted.arms:
            self._add(arm, offered[0] if offered else {})
        if not self.rows:
            done.draft.rows["regimens"] += [dict(row) for row in offered]

    def _add(self, arm: ProtocolArm, offered: Row) -> None:
        title = arm.title
        if not title or normal(title) in self.rows:
            return
        role = _ROLES.get(arm.kind, "")
        short = free(slug_words(title, WORDS), [name for name, _ in self.rows.values()])
        self.rows[normal(title)] = (short, role)
        if role == "comparator":  # the class's family is that of what is studied
            offered = {name: text for name, text in offered.items() if name != "family"}
        self.done.draft.rows["regimens"].append(
            offered
            | {
                "regimen": short,
                "name": cut(title, 60),
                "role": label_of(self.package, "regimens", "role", role),
                "locator": arm.path,
                "as_reported": cut(title, _PRINTED),
                "note": cut(f"Given: {arm.given}" if arm.given else "", _NOTE),
                PROPOSED: self.done.tool,
            }
        )

    def of(self, arm: Arm) -> tuple[str, str]:
        """The regimen of a group and its place in a randomised comparison: by title, or the only one."""
        if arm.is_total:
            return "", ""
        if normal(arm.title) in self.rows:
            short, role = self.rows[normal(arm.title)]
            is_compared = set(_ARMS) <= {role for _, role in self.rows.values()}
            place = _ARMS.get(role, "") if self.done.posted.is_randomised and is_compared else ""
            return short, label_of(self.package, "cohorts", "arm", place)
        return (next(iter(self.rows.values()))[0], "") if len(self.rows) == 1 else ("", "")


class _Filler:
    """Puts each cell where it belongs."""

    def __init__(self, evidence: Evidence, done: Proposal):
        self.evidence, self.package, self.done = evidence, evidence.package, done
        self.pages = pages_of(evidence.package)
        self.cohorts: dict[str, Row] = {}
        self.sizes: dict[str, list[int]] = {}
        held = evidence.tables["adverse_events"]
        self.terms = {str(term).casefold(): str(term) for term in held["term"].dropna()}
        self.groups: dict[str, Counter[str]] = {}
        for term, group in zip(held["term"], held["group"], strict=True):
            self.groups.setdefault(str(term).casefold(), Counter())[group] += 1
        self.total = next((arm for arm in done.arms.arms if arm.is_total), None)

    def add_cohort(self, arm: Arm, regimen: str, place: str) -> None:
        """The row of a group of patients, as yet without its size."""
        first = arm.groups[0]
        described = next((group.description for group in arm.groups if group.description), "")
        is_part = self.total is not None and not arm.is_total and "baseline" in arm.parts
        row = {
            "cohort": arm.short,
            "regimen": regimen,
            "parent_cohort": self.total.short if self.total and is_part else "",
            "label": arm.label,
            "arm": place,
            "locator": first.path,
            "as_reported": cut(arm.title, _PRINTED),
            "note": cut(described, _NOTE),
            PROPOSED: self.done.tool,
        }
        self.cohorts[arm.short] = row
        self.done.draft.rows["cohorts"].append(row)

    def place(self, cell: Cell) -> Fate:
        """Propose a row for a cell."""
        arm = self.done.arms.of(cell.group)
        if arm is None and not cell.whole:
            return Fate(cell, "", NO_GROUP)
        if cell.total == "0":
            return Fate(cell, "", NOBODY)
        if arm and cell.total.isdecimal():
            self.sizes.setdefault(arm.short, []).append(int(cell.total))
        if cell.part in _SUFFIX:
            return self._place_event(cell, arm)
        if cell.part == "event totals":
            return self._place_total(cell, arm)
        if cell.part == "flow":
            return self._place_flow(cell, arm)
        if cell.part == "analyses":
            return self._place_analysis(cell)
        return self._place_measurement(cell, arm)

    def _add(
        self, table: str, cell: Cell, arm: Arm | None, row: Row, printed: str, note: str = ""
    ) -> Fate | None:
        """Enter a row, unless one that says the same is there; None if so."""
        if table not in self.pages:
            return Fate(cell, "", NO_PAGE)
        whom = arm.short if arm else ""
        key = (table, whom, *(row.get(name, "").casefold() for name in _PARTED[table]))
        if key in self.done.seen:
            return None
        self.done.seen.add(key)
        own = {"cohort": whom, "locator": cell.path, "as_reported": printed, "note": cut(note, _NOTE)}
        self.done.draft.rows[table].append(
            {name: text for name, text in (row | own).items() if text} | {PROPOSED: self.done.tool}
        )
        return Fate(cell, table)

    def _figure(self, cell: Cell, arm: Arm | None, row: Row, note: str = "") -> Fate:
        if not is_number(row.get("value", "")):
            shown = row.get("value") or "nothing"
            return Fate(cell, "", f"its value is {shown!r}" + (f": {cell.comment}" if cell.comment else ""))
        printed = fragment(cell.total, cell.value, cell.spread, cell.low, cell.high)
        counted = f"Counted from {cell.total}. " if cell.total else ""
        for number in range(1, len(self.done.posted.cells) + 1):
            own = row if number == 1 else row | {"item": f"{cut(row['item'], 150)} ({number})"}
            if fate := self._add("figures", cell, arm, own, printed, counted + note):
                return fate
        raise AssertionError

    def _place_event(self, cell: Cell, arm: Arm | None) -> Fate:
        base = _CODE.sub("", cell.what)
        is_cut = len(base) + len(_SUFFIX[cell.part]) > _TERM
        printed_as = f"Printed as {cell.what}. " if base != cell.what or is_cut else ""
        base = self.terms.setdefault(base.casefold(), base)
        often = f"Events: {cell.occurrences}. " if cell.occurrences else ""
        source = ", ".join(filter(None, (cell.system, cell.vocabulary)))
        limit = self.done.posted.threshold if cell.part == "other events" else ""
        listed = f" Listed from {limit}% of a group on." if limit not in ("", "0") else ""
        note = f"{printed_as}{often}{source}.{listed} {cell.comment}".strip()
        if cell.value.isdecimal() and cell.total.isdecimal() and int(cell.value) <= int(cell.total):
            row = {"events": cell.value, "total": cell.total, "group": self._group(base, cell.system)}
            for parted in dict.fromkeys(
                ("", cell.system, cell.vocabulary, f"{cell.system}, {cell.vocabulary}")
            ):
                end = f" ({parted}){_SUFFIX[cell.part]}" if parted else _SUFFIX[cell.part]
                row["term"] = self._spell(squeeze(base, max(_TERM - len(end), 20)) + end)
                printed = fragment(cell.value, cell.total)
                fits = len(row["term"]) <= _TERM
                if fits and (fate := self._add("adverse_events", cell, arm, row, printed, note)):
                    return fate
        if not cell.value and cell.occurrences:
            return Fate(cell, "", f"it counts {cell.occurrences} events and no participants")
        if cell.value and not cell.total:
            return Fate(cell, "", f"it counts {cell.value} participants from nobody knows how many")
        row = self._count(base + _SUFFIX[cell.part], cell, "toxicity")
        return self._figure(cell, arm, row, note)

    def _count(self, item: str, cell: Cell, topic: str) -> Row:
        return {
            "topic": label_of(self.package, "figures", "topic", topic),
            "item": cut(item, 150),
            "statistic": label_of(self.package, "figures", "statistic", "count"),
            "value": cell.value,
            "unit": "participants",
        }

    def _spell(self, term: str) -> str:
        """A term as the review or an earlier row writes it: none differs in capitals only."""
        return self.terms.setdefault(term.casefold(), term)

    def _group(self, term: str, system: str) -> str:
        """The organ group of a term: where the review has it already, or the one of its organ system."""
        item = self.package.table("adverse_events").field("group")
        if known := self.groups.get(term.casefold()):
            return item.label(known.most_common(1)[0][0])
        found = code_for(item, system)
        return item.label(found[0]) if len(found) == 1 else ""

    def _place_total(self, cell: Cell, arm: Arm | None) -> Fate:
        kind = cell.within[0]
        time, printed = self.done.posted.event_time, fragment(cell.value, cell.total)
        fits = cell.value.isdecimal() and cell.total.isdecimal() and int(cell.value) <= int(cell.total)
        if not fits:
            return self._figure(cell, arm, self._count(_TERMS[kind], cell, "toxicity"))
        counts = {"events": cell.value, "total": cell.total}
        death = code_of(self.package, "outcomes", "outcome", _TERMS["deaths"])
        if kind == TOTALS[0] and death:
            row = counts | {
                "outcome": label_of(self.package, "outcomes", "outcome", death),
                "timepoint": cut(time, 100),
                "definition": "All-cause mortality of the register's adverse events",
            }
            if fate := self._add("outcomes", cell, arm, row, printed, f"Time: {time}" if time else ""):
                return fate
        item = self.package.table("adverse_events").field("group")
        row = counts | {"term": self._spell(_TERMS[kind])}
        row["group"] = item.label("any") if "any" in codes_of(item) else ""
        limit = self.done.posted.threshold
        note = (
            f"Of the events that reach {limit}% of a group."
            if kind == "other" and limit not in ("", "0")
            else ""
        )
        fate = self._add("adverse_events", cell, arm, row, printed, note)
        return fate or self._figure(cell, arm, self._count(_TERMS[kind], cell, "toxicity"))

    def _place_flow(self, cell: Cell, arm: Arm | None) -> Fate:
        cohort = self.cohorts[arm.short] if arm else {}
        if cell.what == STARTED and cell.value.isdecimal() and int(cell.value) and "n_enrolled" not in cohort:
            cohort |= {"n_enrolled": cell.value, "locator": cell.path, "as_reported": fragment(cell.value)}
            return Fate(cell, "cohorts")
        period = cell.within[0] if cell.within else ""
        row = self._count("; ".join(filter(None, (cell.what.capitalize(), period))), cell, "design")
        return self._figure(cell, arm, row, cell.comment)

    def _place_measurement(self, cell: Cell, arm: Arm | None) -> Fate:
        printed = fragment(cell.total, cell.value, cell.spread, cell.low, cell.high)
        note, is_baseline = told_beside(cell), cell.part == "baseline"
        if is_baseline and arm and (row := age_row(self.package, cell)):
            cohort = self.cohorts[arm.short]
            if "age_centre_years" not in cohort:
                size = cohort["as_reported"] if "n_enrolled" in cohort else ""
                own = fragment(size, cell.value, cell.spread, cell.low, cell.high)
                kind = cell.measure.dispersion.replace("_", " ").lower()
                spread = f" {cell.spread} is the {kind}." if cell.spread else ""
                told = f"Age: {cell.path}.{spread} {cohort['note']}".strip()
                at = {} if size else {"locator": cell.path}
                cohort |= row | {"as_reported": own, "note": cut(told, _NOTE)} | at
                return Fate(cell, "cohorts")
        kinds = (
            (("characteristics", characteristic_row),)
            if is_baseline
            else (("survival", survival_row), ("outcomes", outcome_row))
        )
        for table, make in kinds:
            if (row := make(self.package, cell)) and (
                fate := self._add(table, cell, arm, row, printed, note)
            ):
                return fate
        return self._figure(
            cell, arm, figure_row(self.package, cell, "baseline" if is_baseline else ""), note
        )

    def _place_analysis(self, cell: Cell) -> Fate:
        measure = cell.measure
        p_value = f"p {cell.spread}" if cell.spread else ""
        note = "; ".join(filter(None, (p_value, measure.description, measure.population, cell.comment)))
        what = measure.param if cell.value else "p value"
        row = figure_row(self.package, cell) | {"item": cut(f"{cell.what}: {what}", 150)}
        if not cell.value:
            row |= {"value": cell.spread, "unit": ""}
        return self._figure(cell, None, row, note)

    def finish(self) -> None:
        """What only the whole tells: sizes that hold all that is counted, categories that make a total."""
        for short, row in self.cohorts.items():
            largest = max(self.sizes.get(short, ()), default=0)
            if int(row.get("n_enrolled", 0)) < largest and "n_enrolled" in row:
                told = f"{row.pop('n_enrolled')} started, and up to {largest} are counted. {row['note']}"
                row["note"] = cut(told, _NOTE)
        rows = self.done.draft.rows.get("characteristics", [])
        for row in rows:
            same = [
                other
                for other in rows
                if all(other.get(name) == row.get(name) for name in ("cohort", "partition", "total"))
            ]
            if row.get("partition") and sum(int(other["events"]) for other in same) != int(row["total"]):
                for other in same:
                    other.pop("partition", None)
        for row in self.done.draft.rows["cohorts"]:
            for name in [name for name, text in row.items() if not text]:
                del row[name]
