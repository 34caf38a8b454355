"""The flow of records by PRISMA 2020 for updated reviews, counted from hits, records and screening.

Source: Page and colleagues 2021 (doi:10.1136/bmj.n71), template for updated reviews with databases, registers
and other sources; Haddaway and colleagues 2022 (doi:10.1002/cl2.1230) for the form of the CSV.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from livingreview.surveillance.tables import UNLOGGED, follow

Row = Mapping[str, str]
READ = ("strategies", "searches", "hits", "records", "reasons", "screening", "reports")  # what it counts
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
    """

    arms: dict[str, Arm]
    previous_studies: int = 0
    previous_reports: int = 0
    new_studies: int = 0
    new_reports: int = 0
    more_reports: int = 0
    waiting: int = 0

    @property
    def total_studies(self) -> int:
        """Included studies, those of before among them."""
        return self.previous_studies + self.new_studies

    @property
    def total_reports(self) -> int:
        """Included reports, those of before among them."""
        return self.previous_reports + self.new_reports + self.more_reports


def versions_of(searches: Iterable[Row]) -> list[str]:
    """Versions with a search of a stored strategy, oldest first; '' (in the making) last."""
    found = {row["version"] for row in searches if row["strategy_id"]}
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
    versions = versions_of(tables["searches"])
    flows = {name: count_flow(tables, [name]) for name in versions}
    return flows | ({ALL: count_flow(tables, versions)} if len(versions) > 1 else {})


def count_flow(tables: Mapping[str, Sequence[Row]], versions: Collection[str]) -> Flow:
    """The flow of the searches of some versions.

    Parameters
    ----------
    tables : mapping of str to sequence of mapping
        Those of `READ` as rows of text, '' for an empty cell.
    versions : collection of str
        One, or all of `versions_of` for the flow since decisions are logged.
    """
    order = versions_of(tables["searches"])
    last = max((order.index(name) for name in versions), default=0)
    first = min((order.index(name) for name in versions), default=0)
    mine = {
        row["search_id"]: row
        for row in tables["searches"]
        if row["strategy_id"] and row["version"] in versions
    }
    earlier = {
        row["search_id"]
        for row in tables["searches"]
        if row["strategy_id"] and order.index(row["version"]) < first
    }
    records = {row["record_id"]: row for row in tables["records"]}
    stands_for = {name: follow(records, name) for name in records}
    settled = {row["record_id"]: row for row in tables["screening"] if row["basis"] not in UNLOGGED}
    seen = {stands_for[row["record_id"]] for row in tables["hits"] if row["search_id"] in earlier}
    held = {row["report_id"] for row in tables["screening"] if row["basis"] in UNLOGGED and row["report_id"]}
    for row in tables["records"]:
        if row["report_id"] in held:
            seen.add(stands_for[row["record_id"]])
    flow = Flow({name: Arm() for name in ARMS})
    places = _place(tables, mine, stands_for, flow)
    labels = {row["reason_id"]: row["label"] for row in tables["reasons"]}
    for name, arm in places.items():
        _count(flow.arms[arm], None if name in seen else settled.get(name), labels, known=name in seen)
    later = set(order[last + 1 :])
    _count_included(flow, tables, {name for name in places if name not in seen}, settled, later)
    return flow


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
    distinct = Counter(places.values())
    for arm, found in flow.arms.items():
        found.duplicates = found.identified - distinct[arm]
    return places


def _count(arm: Arm, row: Row | None, labels: Mapping[str, str], *, known: bool) -> None:
    if known:
        arm.known += 1
        return
    if row is None:
        arm.unscreened += 1
        return
    arm.screened += 1
    if row["stage"] == "title_abstract" and row["decision"] == "excluded":
        arm.excluded += 1
        return
    arm.sought += 1
    if row["decision"] == "sought":
        arm.unread += 1
    elif row["decision"] == "not_retrieved":
        arm.not_retrieved += 1
    else:
        arm.assessed += 1
        if row["decision"] == "excluded":
            label = labels.get(row["reason_id"], row["reason"])
            arm.excluded_for[label] = arm.excluded_for.get(label, 0) + 1
        elif row["decision"] == "context":
            arm.context += 1
        else:
            arm.included += 1


def _count_included(
    flow: Flow,
    tables: Mapping[str, Sequence[Row]],
    mine: Collection[str],
    settled: Mapping[str, Row],
    later: Collection[str],
) -> None:
    """Studies and reports included before and by these records; what later versions brought is left aside."""
    study = {row["report_id"]: row["study_id"] for row in tables["reports"] if row["status"] == "included"}
    version = {row["search_id"]: row["version"] for row in tables["searches"]}
    new = {
        settled[name]["report_id"]
        for name in mine
        if name in settled and settled[name]["decision"] == "included" and settled[name]["report_id"] in study
    }
    flow.waiting = sum(
        settled[name]["decision"] == "included" and not settled[name]["report_id"]
        for name in mine
        if name in settled
    )
    afterwards = {
        row["report_id"]
        for row in tables["screening"]
        if row["basis"] not in UNLOGGED and version.get(row["search_id"], "") in later
    }
    before = set(study) - new - afterwards
    old_studies = {study[name] for name in before}
    flow.previous_reports, flow.previous_studies = len(before), len(old_studies)
    flow.new_studies = len({study[name] for name in new} - old_studies)
    flow.more_reports = sum(study[name] in old_studies for name in new)
    flow.new_reports = len(new) - flow.more_reports


# Rows of the PRISMA2020 tool's table: what a row counts, its node, its box and the words in it.
_PRISMA = """
NA|node4|prevstud|Previous studies
previous_studies|node5|box1|Studies included in previous version of review
previous_reports|NA|box1|Reports of studies included in previous version of review
NA|node6|newstud|Identification of new studies via databases and registers
database_results|node7|box2|Databases
register_results|NA|box2|Registers
NA|node16|othstud|Identification of new studies via other methods
website_results|node17|box11|Websites
organisation_results|NA|box11|Organisations
citations_results|NA|box11|Citation searching
duplicates|node8|box3|Duplicate records
excluded_automatic|NA|box3|Records marked as ineligible by automation tools
excluded_other|NA|box3|Records removed for other reasons
records_screened|node9|box4|Records screened
records_excluded|node10|box5|Records excluded
dbr_sought_reports|node11|box6|Reports sought for retrieval
dbr_notretrieved_reports|node12|box7|Reports not retrieved
other_sought_reports|node18|box12|Reports sought for retrieval
other_notretrieved_reports|node19|box13|Reports not retrieved
dbr_assessed|node13|box8|Reports assessed for eligibility
dbr_excluded|node14|box9|Reports excluded
other_assessed|node20|box14|Reports assessed for eligibility
other_excluded|node21|box15|Reports excluded
new_studies|node15|box10|New studies included in review
new_reports|NA|box10|Reports of new included studies
total_studies|node22|box16|Total studies included in review
total_reports|NA|box16|Reports of total included studies
identification|node1|identification|Identification
screening|node2|screening|Screening
included|node3|included|Included
"""


def as_prisma(flow: Flow) -> list[list[str]]:
    """The flow as the table that the PRISMA2020 tool draws: header and rows.

    The tool has no box for what is still to be decided, nor for context: the first is left out of the boxes
    of what was screened and assessed, the second stands among the reasons.
    """
    main, other = flow.arms["databases"], flow.arms["others"]
    by_kind = Counter(main.kinds) + Counter(other.kinds)
    counts: dict[str, object] = {
        **{name: getattr(flow, name) for name in ("previous_studies", "previous_reports", "total_studies")},
        "database_results": by_kind["database"],
        "register_results": by_kind["register"],
        "website_results": by_kind["website"],
        "organisation_results": by_kind["organisation"],
        "citations_results": by_kind["citation"],
        "duplicates": main.duplicates,
        "excluded_automatic": 0,
        "excluded_other": main.known,
        "records_screened": main.screened,
        "records_excluded": main.excluded,
        "new_studies": flow.new_studies,
        "new_reports": flow.new_reports + flow.more_reports,
        "total_reports": flow.total_reports,
    }
    for name, arm in (("dbr", main), ("other", other)):
        reasons = {**arm.excluded_for, **({"Kept as context": arm.context} if arm.context else {})}
        told = "; ".join(f"{label.replace(',', ' ')}, {count}" for label, count in sorted(reasons.items()))
        counts |= {
            f"{name}_sought_reports": arm.sought - arm.unread,
            f"{name}_notretrieved_reports": arm.not_retrieved,
            f"{name}_assessed": arm.assessed,
            f"{name}_excluded": told or 0,
        }
    rows = [["data", "node", "box", "description", "boxtext", "tooltips", "url", "n"]]
    for line in _PRISMA.strip().split("\n"):
        name, node, box, words = line.split("|")
        rows.append([name, node, box, words, words, words, f"{box}.html", str(counts.get(name, 0))])
    return rows
