"""The flow of records as the table of the PRISMA2020 tool: written, and read back.

Source: Haddaway and colleagues 2022 (doi:10.1002/cl2.1230) for the form of the table.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from livingreview.evidence.lexical import split_rows
from livingreview.surveillance.flow import Arm, Flow

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
left_studies|NA|NA|Studies that left since the previous version
left_reports|NA|NA|Reports that left since the previous version
identification|node1|identification|Identification
screening|node2|screening|Screening
included|node3|included|Included
"""


def as_prisma(flow: Flow) -> list[list[str]]:
    """The flow as the table that the PRISMA2020 tool draws: header and rows.

    The tool has no box for what is still to be decided, nor for context, nor for what left: the first is left
    out of the boxes of what was screened and assessed, the second stands among the reasons, the third in rows
    of its own, which the tool does not draw.
    """
    main, other = flow.arms["databases"], flow.arms["others"]
    by_kind = Counter(main.kinds) + Counter(other.kinds)
    counts: dict[str, object] = {
        **{name: getattr(flow, name) for name in ("previous_studies", "previous_reports", "total_studies")},
        "left_studies": flow.left_studies,
        "left_reports": flow.left_reports,
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
        url = "NA" if box == "NA" else f"{box}.html"
        rows.append([name, node, box, words, words, words, url, str(counts.get(name, 0))])
    return rows


def tell_left_out(flow: Flow) -> str:
    """What of a flow the tool has no box for; '' where that is nothing.

    Its template, that of PRISMA 2020, leads what came by other methods from identification straight to
    retrieval: nothing is screened there.
    """
    main, other = flow.arms["databases"], flow.arms["others"]
    counts = {
        "duplicates removed": other.duplicates,
        "screened or held before": other.known,
        "screened": other.screened,
        "excluded": other.excluded,
    }
    waits = {
        "still to be screened": main.unscreened + other.unscreened,
        "still to be read in full": main.unread + other.unread,
    }
    told = [f"{count} {words}" for words, count in counts.items() if count]
    parts = [f"of what came by other methods, {', '.join(told)}"] if told else []
    parts += [f"{count} {words}" for words, count in waits.items() if count]
    return f"the PRISMA2020 tool has no box for: {'; '.join(parts)}" if parts else ""


class TableError(ValueError):
    """A file that is no table of the PRISMA2020 tool, with what is wrong in it."""


def read_prisma(text: str) -> dict[str, str]:
    """What a table of the PRISMA2020 tool counts: its cells under ``n`` by those under ``data``.

    Raises
    ------
    TableError
        If it is no such table, or a cell that is drawn holds no number.
    """
    try:
        (_, header), *rows = [*split_rows(text.removeprefix("\ufeff"), strict=False)] or [(1, [])]
    except ValueError as error:
        msg = f"is no table that can be read ({error})"
        raise TableError(msg) from None
    if missing := [name for name in ("data", "n") if name not in header]:
        msg = f"there is no column {', '.join(missing)}; expected the table of the PRISMA2020 tool"
        raise TableError(msg)
    counts: dict[str, str] = {}
    for number, row in rows:
        cells = dict(zip(header, row, strict=False))
        name, told = cells.get("data", "").strip(), cells.get("n", "").strip()
        if name in ("", "NA") or name not in _COUNTED:
            continue
        told = "0" if told in ("", "NA") else told
        if not told.isdecimal() and not (name in _REASONED and _parse_reasons(told)):
            msg = f"row {number}, column n: found {told!r} for {name}; expected a number"
            raise TableError(msg + (", or reasons such as 'Wrong drug, 4; Too old, 2'" * (name in _REASONED)))
        counts[name] = told
    if not counts:
        msg = "none of its rows is one that the PRISMA2020 tool draws"
        raise TableError(msg)
    return counts


def flow_of(counts: Mapping[str, str]) -> Flow:
    """A table that was read as a flow, to be drawn; what it has no row for is 0."""

    def told(name: str) -> int:
        return int(counts.get(name, "0"))

    main, other = Arm(), Arm()
    for arm, ways in ((main, _MAIN), (other, _OTHER)):
        arm.sources = {words: told(name) for name, (words, _) in ways.items() if told(name)}
        arm.kinds = {kind: told(name) for name, (_, kind) in ways.items()}
    main.duplicates = told("duplicates")
    main.known = told("excluded_automatic") + told("excluded_other")
    main.screened, main.excluded = told("records_screened"), told("records_excluded")
    for name, arm in (("dbr", main), ("other", other)):
        arm.sought, arm.not_retrieved = (
            told(f"{name}_sought_reports"),
            told(f"{name}_notretrieved_reports"),
        )
        arm.assessed = told(f"{name}_assessed")
        cell = counts.get(f"{name}_excluded", "0")
        reasons = [("for whatever reason", int(cell))] if cell.isdecimal() else _parse_reasons(cell)
        arm.excluded_for = {label: count for label, count in reasons if count}
        arm.included = arm.assessed - sum(arm.excluded_for.values())
    flow = Flow({"databases": main, "others": other})
    flow.previous_studies, flow.previous_reports = told("previous_studies"), told("previous_reports")
    flow.new_studies, flow.new_reports = told("new_studies"), told("new_reports")
    flow.left_studies, flow.left_reports = told("left_studies"), told("left_reports")
    return flow


def find_misfits(counts: Mapping[str, str]) -> list[str]:
    """What in a table does not add up by itself, in words."""
    flow = flow_of(counts)
    main, other = flow.arms["databases"], flow.arms["others"]
    told = [*main.misfits()]
    if other.sought != other.not_retrieved + other.assessed:
        told.append(f"sought by other methods: {other.sought} is not {other.not_retrieved + other.assessed}")
    for name, words in (("total_studies", "studies"), ("total_reports", "reports")):
        if name in counts and int(counts[name]) != getattr(flow, name):
            told.append(f"{words} in all: {counts[name]} is not {getattr(flow, name)}")
    return told


def compare(counts: Mapping[str, str], flow: Flow) -> list[str]:
    """Each number of a table that differs from the review's own flow, in words."""
    own = {row[0]: (row[3], row[7]) for row in as_prisma(flow)[1:]}
    return [
        f"{own[name][0]} ({name}): the file has {told}, the review {own[name][1]}"
        for name, told in counts.items()
        if _plain(told) != _plain(own[name][1])
    ]


def _parse_reasons(cell: str) -> list[tuple[str, int]]:
    """'Wrong drug, 4; Too old, 2' in parts; [] where one has no number."""
    parts = [part.rpartition(",") for part in cell.split(";") if part.strip()]
    if not all(label.strip() and count.strip().isdecimal() for label, _, count in parts):
        return []
    return [(label.strip(), int(count)) for label, _, count in parts]


def _plain(cell: str) -> list[tuple[str, int]]:
    return sorted(_parse_reasons(cell)) or [("", int(cell))]


_COUNTED = {name for line in _PRISMA.strip().split("\n") if (name := line.split("|")[0]) != "NA"} - {
    *("identification", "screening", "included"),
}
_REASONED = ("dbr_excluded", "other_excluded")
# Rows of what was found: what a picture calls them, and their code of `strategies.kind`.
_MAIN = {"database_results": ("Databases", "database"), "register_results": ("Registers", "register")}
_OTHER = {
    "website_results": ("Websites", "website"),
    "organisation_results": ("Organisations", "organisation"),
    "citations_results": ("Citation searching", "citation"),
}
