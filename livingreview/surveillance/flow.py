"""The flow of records by PRISMA 2020 for updated reviews, counted from hits, records and screening.

Source: Page and colleagues 2021 (doi:10.1136/bmj.n71), template for updated reviews with databases, registers
and other sources; what left since stands beside it, as PRISMA for living reviews asks (Akl and colleagues
2024, doi:10.1136/bmj-2024-079183).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from livingreview.surveillance.tables import UNLOGGED, follow

Row = Mapping[str, str]
READ = (  # what it counts
    *("strategies", "searches", "hits", "records", "reasons", "screening", "reports"),
    "departures",
)
ALL = "all"  # every version taken as one
ARMS = ("databases", "others")  # databases and registers; every other way
_KINDS = {"database": "databases", "register": "databases"}


@dataclass
class Arm:
    """What came in one way and what became of it; every count is one of distinct records but `identified`.

    Attributes
    ----------
    sources : dict of str to int
        Records identified, by source.
    kinds : dict of str to int
        The same by the kind of source, a code of ``strategies.kind``.
    known : int
        Removed before screening: screened for an earlier version, or a report that the review held already.
    unscreened, unread : int
        Still to be decided by title and abstract; still to be read in full.
    boxes : dict of str to list of str
        The records in each box, by its name here; under ``duplicates`` those that are copies of another.
    """

    sources: dict[str, int] = field(default_factory=dict)
    kinds: dict[str, int] = field(default_factory=dict)
    duplicates: int = 0
    known: int = 0
    screened: int = 0
    unscreened: int = 0
    excluded: int = 0
    sought: int = 0
    not_retrieved: int = 0
    unread: int = 0
    assessed: int = 0
    excluded_for: dict[str, int] = field(default_factory=dict)
    context: int = 0
    included: int = 0
    boxes: dict[str, list[str]] = field(default_factory=dict)

    def put(self, box: str, record_id: str) -> None:
        """Take a record into a box."""
        self.boxes.setdefault(box, []).append(record_id)

    @property
    def identified(self) -> int:
        """Records that the sources gave, copies counted."""
        return sum(self.sources.values())

    def misfits(self) -> list[str]:
        """What does not add up, in words; [] where every box is the sum of those that follow from it."""
        sums = {
            "identified": (self.identified, self.duplicates + self.known + self.screened + self.unscreened),
            "screened": (self.screened, self.excluded + self.sought),
            "sought": (self.sought, self.not_retrieved + self.unread + self.assessed),
            "assessed": (self.assessed, sum(self.excluded_for.values()) + self.context + self.included),
        }
        return [f"{name}: {whole} is not {parts}" for name, (whole, parts) in sums.items() if whole != parts]


@dataclass
class Flow:
    """The flow of one version of a review, or of several taken as one.

    Attributes
    ----------
    previous_studies, previous_reports : int
        Included before.
    new_studies, new_reports, more_reports : int
        Studies that are new; their reports; new reports of studies that were included before.
    waiting : int
        Records included by their decision that are no report of the review yet.
    left_studies, left_reports : int
        Included before or newly, and not any more: retracted, or judged otherwise. A study leaves with the
        last of its included reports.
    reports : dict of str to list of str
        Reports by what they are here: ``previous``, ``new`` and ``left``.
    """

    arms: dict[str, Arm]
    previous_studies: int = 0
    previous_reports: int = 0
    new_studies: int = 0
    new_reports: int = 0
    more_reports: int = 0
    waiting: int = 0
    left_studies: int = 0
    left_reports: int = 0
    reports: dict[str, list[str]] = field(default_factory=dict)

    @property
    def total_studies(self) -> int:
        """Included studies, those of before among them and those that left not."""
        return self.previous_studies + self.new_studies - self.left_studies

    @property
    def total_reports(self) -> int:
        """Included reports, those of before among them and those that left not."""
        return self.previous_reports + self.new_reports + self.more_reports - self.left_reports


def versions_of(searches: Iterable[Row], departures: Iterable[Row] = ()) -> list[str]:
    """Versions with a search of a stored strategy or a report that left, oldest first; '' is being made."""
    found = {row["version"] for row in searches if row["strategy_id"]}
    found |= {row["version"] for row in departures}
    return sorted(found, key=lambda name: [int(part) for part in name.split(".")] if name else [10_000])


def as_text(rows: Iterable[Mapping]) -> list[dict[str, str]]:
    """Rows of values as rows of text, '' for what is missing."""
    return [{name: "" if pd.isna(value) else str(value) for name, value in row.items()} for row in rows]


def count_flows(tables: Mapping[str, Sequence[Row]]) -> dict[str, Flow]:
    """The flow of each of `versions_of`, and under ``all`` of several taken as one; {} before any search.

    Parameters
    ----------
    tables : mapping of str to sequence of mapping
        As `count_flow` takes them.
    """
    versions = versions_of(tables["searches"], tables.get("departures", ()))
    flows = {name: count_flow(tables, [name]) for name in versions}
    return flows | ({ALL: count_flow(tables, versions)} if len(versions) > 1 else {})


def count_flow(tables: Mapping[str, Sequence[Row]], versions: Collection[str]) -> Flow:
    """The flow of the searches of some versions.

    Parameters
    ----------
    tables : mapping of str to sequence of mapping
        Those of `READ` as rows of text, '' for an empty cell; ``departures`` may be left out.
    versions : collection of str
        One, or all of `versions_of` for the flow since decisions are logged.
    """
    order = versions_of(tables["searches"], tables.get("departures", ()))
    places = {name: order.index(name) for name in versions}
    last, first = max(places.values(), default=0), min(places.values(), default=0)
    mine = {
        row["search_id"]: row
        for row in tables["searches"]
        if row["strategy_id"] and row["version"] in versions
    }
    records = {row["record_id"]: row for row in tables["records"]}
    stands_for = {name: follow(records, name) for name in records}
    settled = {row["record_id"]: row for row in tables["screening"] if row["basis"] not in UNLOGGED}
    found_in = _first_found(tables, order, stands_for)
    seen = {name for name, place in found_in.items() if place < first}
    held = {row["report_id"] for row in tables["screening"] if row["basis"] in UNLOGGED and row["report_id"]}
    seen |= {stands_for[row["record_id"]] for row in tables["records"] if row["report_id"] in held}
    flow = Flow({name: Arm() for name in ARMS})
    arms = _place(tables, mine, stands_for, flow)
    labels = {row["reason_id"]: row["label"] for row in tables["reasons"]}
    for name, arm in arms.items():
        _count(flow.arms[arm], name, None if name in seen else settled.get(name), labels, known=name in seen)
    fresh = {name for name in arms if name not in seen}
    flow.waiting = sum(
        settled[name]["decision"] == "included" and not settled[name]["report_id"]
        for name in fresh & settled.keys()
    )
    included = {
        name: row["report_id"]
        for name, row in settled.items()
        if row["decision"] == "included" and name not in seen
    }
    new = {report for name, report in included.items() if name in fresh}
    later = {report for name, report in included.items() if found_in.get(name, 0) > last}
    left = {row["report_id"]: order.index(row["version"]) for row in tables.get("departures", ())}
    _count_included(flow, tables["reports"], new, later, left, (first, last))
    return flow


def _first_found(
    tables: Mapping[str, Sequence[Row]], order: Sequence[str], stands_for: Mapping[str, str]
) -> dict[str, int]:
    """The place, in the order of versions, of the one that first brought each record."""
    version_of = {
        row["search_id"]: order.index(row["version"]) for row in tables["searches"] if row["strategy_id"]
    }
    found: dict[str, int] = {}
    for row in tables["hits"]:
        if row["search_id"] in version_of:
            name, place = stands_for[row["record_id"]], version_of[row["search_id"]]
            found[name] = min(place, found.get(name, place))
    return found


def _place(
    tables: Mapping[str, Sequence[Row]], mine: Mapping[str, Row], stands_for: Mapping[str, str], flow: Flow
) -> dict[str, str]:
    """The arm of each record; what each source gave, and its copies, are counted on the way."""
    kinds = {row["strategy_id"]: row["kind"] for row in tables["strategies"]}
    places: dict[str, str] = {}
    for row in tables["hits"]:
        if search := mine.get(row["search_id"]):
            kind = kinds.get(search["strategy_id"], "")
            name, arm = stands_for[row["record_id"]], _KINDS.get(kind, "others")
            for counts, key in ((flow.arms[arm].sources, search["source"]), (flow.arms[arm].kinds, kind)):
                counts[key] = counts.get(key, 0) + int(row["copies"])
            if places.get(name) != ARMS[0]:
                places[name] = arm
            if name != row["record_id"]:
                flow.arms[arm].put("duplicates", row["record_id"])
    distinct = Counter(places.values())
    for arm, found in flow.arms.items():
        found.duplicates = found.identified - distinct[arm]
    return places


def _count(arm: Arm, name: str, row: Row | None, labels: Mapping[str, str], *, known: bool) -> None:
    """Count a record in the boxes that it passes; `row` is its row of the settled screening."""
    if known:
        arm.known += 1
        arm.put("known", name)
        return
    if row is None:
        arm.unscreened += 1
        arm.put("unscreened", name)
        return
    arm.screened += 1
    if row["stage"] == "title_abstract" and row["decision"] == "excluded":
        arm.excluded += 1
        arm.put("excluded", name)
        return
    arm.sought += 1
    if row["decision"] == "sought":
        arm.unread += 1
        arm.put("unread", name)
    elif row["decision"] == "not_retrieved":
        arm.not_retrieved += 1
        arm.put("not_retrieved", name)
    else:
        arm.assessed += 1
        if row["decision"] == "excluded":
            label = labels.get(row["reason_id"], row["reason"])
            arm.excluded_for[label] = arm.excluded_for.get(label, 0) + 1
            arm.put("excluded_in_full", name)
        elif row["decision"] == "context":
            arm.context += 1
            arm.put("context", name)
        else:
            arm.included += 1
            arm.put("included", name)


def _count_included(
    flow: Flow,
    reports: Iterable[Row],
    new: Collection[str],
    later: Collection[str],
    left: Mapping[str, int],
    versions: tuple[int, int],
) -> None:
    """Studies and reports included before and by these versions, and those that left in them.

    What later versions brought, and what left before these, is left aside; what left later is included here.
    """
    first, last = versions
    study = {
        row["report_id"]: row["study_id"]
        for row in reports
        if row["status"] == "included" or row["report_id"] in left
    }
    there = {name for name in study if name not in later and left.get(name, first) >= first}
    new = there.intersection(new)
    before = there - new
    gone = {name for name in there if name in left and left[name] <= last}
    old_studies = {study[name] for name in before}
    flow.previous_reports, flow.previous_studies = len(before), len(old_studies)
    flow.new_studies = len({study[name] for name in new} - old_studies)
    flow.more_reports = sum(study[name] in old_studies for name in new)
    flow.new_reports = len(new) - flow.more_reports
    flow.left_reports = len(gone)
    flow.left_studies = len({study[name] for name in there} - {study[name] for name in there - gone})
    flow.reports = {name: sorted(part) for name, part in (("previous", before), ("new", new), ("left", gone))}
