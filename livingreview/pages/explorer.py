"""The evidence explorer: every cohort and result in one table to search, filter, sort and take away.

The rows (`explorer_rows`) stand in one script that only the explorer's page loads.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from urllib.parse import parse_qsl

from livingreview.citation import entry_to_csl, items_to_ris
from livingreview.display.html import Fragment, inert_json
from livingreview.evidence import Evidence, records
from livingreview.pages.explorer_pools import list_pools
from livingreview.pages.explorer_rows import (
    CODED,
    COLUMNS,
    PLAIN,
    TABLES,
    list_rows,
)
from livingreview.tables.choice import by_rank, cohorts_apart, kinship
from livingreview.tables.common import text, whole, with_cohorts
from livingreview.tables.counts import EVERYONE, base_of
from livingreview.tables.outcomes import SEVERE

FILTERS = {
    "class": "Regimen class",
    "disease": "Disease",
    "outcome": "Outcome or event",
    "age_group": "Age group",
    "setting": "Setting",
    "grade": "Grade of event",
    "counted_from": "Counted from",
    "design": "Design",
    "kind": "Kind of result",
    "modifier": "Compared within one report by",
    "family": "Regimen family",
    "report": "Report",
    "basis": "Reported or derived",
}
LEAST = {"patients": "Patients, at least", "since": "Published since"}  # numbers a reader may ask for
# What a view shows beside one row a trial of the reports in scope.
MORE = {
    "every": "Every report and subgroup of a trial",
    "context": "Reports kept for context",
}
GROUPED = {"class": "Regimen class", "study": "Study", "outcome": "Outcome", "disease": "Disease"}
FIRST = ("class", "disease", "age_group", "outcome")  # filters that are not folded away
IN_SCOPE = "included"  # the status of reports that are shown unless others are asked for
ANYONE = (EVERYONE, "subgroup", "unknown")  # bases of counts that leave out no patient by an earlier result


def pack_rows(rows: Sequence[Mapping]) -> dict:
    """Rows as arrays: {"columns", "codes", "rows"}.

    A coded column holds positions in its list of (code, words), which is in order of first appearance.
    """
    codes: dict[str, dict] = {name: {} for name in CODED}
    packed = [
        [
            *(codes[name].setdefault(tuple(row[name]), len(codes[name])) for name in CODED),
            *(row[name] for name in PLAIN),
        ]
        for row in rows
    ]
    return {"columns": COLUMNS, "codes": {name: list(known) for name, known in codes.items()}, "rows": packed}


def rank_rows(evidence: Evidence, rows: Sequence[Mapping]) -> dict:
    """What the page needs to show one row a trial: {"questions", "places", "apart"}.

    Rows of one question (a number, in the order of `rows`) tell of the same outcome of one trial, or of one
    arm of it, in whichever of its cohorts. The one of lowest place stands for the trial; beside it only rows
    of cohorts that share no patient with it (``apart``: cohort_id -> cohort_ids). What comes before what, and
    which cohorts are apart, is decided in ``tables/choice.py``; that it is done on the page lets it follow
    what a reader has asked for.
    """
    source = {row["row_id"]: row for name in TABLES for row in with_cohorts(evidence, name)}
    kin = kinship(evidence)
    asked = {
        row["row_id"]: (*_question(evidence, source[row["row_id"]], row), kin.arm(row["cohort"][0]))
        for row in rows
    }
    order = by_rank(evidence, [source[row["row_id"]] for row in rows], rank_size)
    places = {row["row_id"]: place for place, row in enumerate(_wholes_first(order, asked, kin.line))}
    numbers: dict[tuple, int] = {}
    return {
        "questions": [numbers.setdefault(asked[row["row_id"]], len(numbers)) for row in rows],
        "places": [places[row["row_id"]] for row in rows],
        "apart": cohorts_apart(evidence),
    }


def rank_size(row: Mapping) -> int:
    """Patients of a row by which it comes before others: of a cohort those enrolled."""
    return whole(row["total"] if "total" in row else row["c_n_enrolled"]) or 0


def _wholes_first(
    rows: Sequence[dict], asked: Mapping[str, tuple], line: Callable[[str], list[str]]
) -> list[dict]:
    """Rows in their order, but of one question a cohort's before its parts': its size may be unknown."""
    held: dict[tuple, list[dict]] = {}
    for row in rows:
        held.setdefault((asked[row["row_id"]], row["cohort_id"]), []).append(row)
    placed: dict[str, dict] = {}
    for row in rows:
        question = asked[row["row_id"]]
        for cohort in reversed(line(row["cohort_id"])[1:]):
            placed |= {above["row_id"]: above for above in held.get((question, cohort), ())}
        placed.setdefault(row["row_id"], row)
    return list(placed.values())


def _question(evidence: Evidence, source: Mapping, row: Mapping) -> tuple:
    """What a row tells, of which study: rows that agree in it are one trial's answers to one question.

    The wording of a definition, and the subgroup that a report counts, do not part them; that some patients
    alone are counted (those in remission, say), the time of a survival and whether an event is severe do.
    """
    told = (row["kind"][0], row["study"][0], row["outcome"][0])
    if row["kind"][0] == "outcomes":
        base = base_of(evidence, row["counted_from"][0])
        return (*told, EVERYONE if base in ANYONE else base)
    if row["kind"][0] == "survival":
        return (*told, text(source["time_months"]))
    if row["kind"][0] == "adverse_events":
        return (*told, (whole(source["grade_min"]) or 0) >= SEVERE)
    return told


def explorer_script(evidence: Evidence) -> str:
    """The explorer's rows and their reports' references as RIS, as a script that hands them to its page."""
    rows = list_rows(evidence)
    entries = evidence.bibliography.entries
    ris = {
        report: items_to_ris([entry_to_csl(report, entries[report])])
        for report in sorted({row["report"][0] for row in rows})
        if report in entries
    }
    return f"lrExplorer({inert_json(pack_rows(rows) | rank_rows(evidence, rows) | {'ris': ris})});\n"


def write_explorer(evidence: Evidence, folder: Path) -> None:
    """``explorer-data.js`` in the folder of the book's scripts."""
    (folder / "explorer-data.js").write_text(explorer_script(evidence), encoding="utf-8")


def show_explorer(review: Evidence, *, caption: str) -> Fragment:
    """The explorer's questions to start with, its controls and its empty table, which its script fills.

    Without script only the links to files and chapters show.

    Raises
    ------
    ValueError
        If the view of a question (``questions.csv``) names a control that the explorer does not have.
    """
    questions = records(review.tables["questions"].sort_values("position"))
    for row in questions:
        check_view(row["question"], row["view"])
    classes = review.tables["regimen_classes"].sort_values("position")
    pools = list_pools(review)
    return Fragment(
        "explorer.html.j2",
        {
            "questions": {row["question"]: row["view"] for row in questions},
            "pools": inert_json(pools),
            "pooled": [pool for pool in pools if "value" in pool],
            "filters": FILTERS,
            "first": FIRST,
            "least": LEAST,
            "more": MORE,
            "scope": IN_SCOPE,
            "grouped": GROUPED,
            "caption": caption,
            "tables": [review.package.tables[name] for name in TABLES if name in review.package.tables],
            "classes": list(zip(classes["class_id"], classes["title"], strict=True)),
        },
        "[evidence explorer]",
    )


def check_view(question: str, view: str) -> None:
    """Whether the explorer has all the controls that a view names."""
    known = {*FILTERS, "q", "sort", "group", *LEAST, *MORE}
    for name, _ in parse_qsl(view, strict_parsing=True):
        if name not in known:
            near = ", ".join(difflib.get_close_matches(name, known, 1) or sorted(known))
            msg = f"questions.csv, {question!r}: the explorer has no choice {name!r}; did you mean {near}?"
            raise ValueError(msg)
