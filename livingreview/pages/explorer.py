"""The evidence explorer: every cohort and result in one table to search, filter, sort and take away.

The rows stand in one script that only the explorer's page loads. Intervals are computed here, so that the
page and the book agree to the digit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path

import pandas as pd

from livingreview.charts.render import inert_json
from livingreview.citation import entry_to_csl, items_to_ris
from livingreview.display.html import Fragment
from livingreview.display.numbers import (
    exact_interval,
    format_interval,
    format_number,
    format_share,
    percent_value,
    write_printed,
    write_value,
)
from livingreview.evidence import Evidence, records
from livingreview.pages.describe import UNSAID
from livingreview.tables.common import capitalise, text, whole
from livingreview.tables.outcomes import grade_text

# Columns whose cells are a code with words for it; a reader can filter by those that have a control on the
# page.
CODED = (
    "kind",
    "class",
    "family",
    "disease",
    "age_group",
    "setting",
    "design",
    "outcome",
    "outcome_group",
    "report",
    "status",
    "study",
    "cohort",
    "regimen",
    "counted_from",
    "interval",
    "basis",
    "verification",
)
PLAIN = (
    "row_id",
    "value",
    "events",
    "total",
    "percent",
    "low",
    "high",
    "share",
    "share_interval",
    "time",
    "definition",
    "as_printed",
    "locator",
    "flagged",
)
COLUMNS = (*CODED, *PLAIN)
FILTERS = {
    "class": "Regimen class",
    "disease": "Disease",
    "outcome": "Outcome or event",
    "age_group": "Age group",
    "setting": "Setting",
    "kind": "Kind of row",
    "design": "Design",
    "family": "Regimen family",
    "report": "Report",
    "basis": "Reported or derived",
    "status": "Part in the review",
}
# What the groups of outcomes are called, where a reader wants any of them.
GROUPS = {
    "response": "Any response",
    "mrd": "Any MRD result",
    "transplant": "Any transplant or further treatment",
    "mortality": "Any failure, relapse, death or survivor",
    "cycles": "Any count of cycles",
}
FIRST = ("class", "disease", "outcome")  # filters that are not folded away
NONE = ("", "none of this review")


def list_rows(evidence: Evidence) -> list[dict]:
    """Every row of the explorer, with the columns of `COLUMNS`.

    A coded cell is (code, words), a missing plain cell is None.
    """
    about = describe_cohorts(evidence)
    statuses = {
        report["report_id"]: (
            report["status"],
            evidence.label("reports", "status", report["status"]).split(":")[0],
        )
        for report in records(evidence.tables["reports"])
    }
    return [
        about[row["cohort_id"]]
        | _describe_result(evidence, name, row)
        | _describe_origin(evidence, name, row)
        | {
            "report": (row["report_id"], evidence.report_names[row["report_id"]]),
            "status": statuses[row["report_id"]],
        }
        for name in TABLES
        for row in records(evidence.tables[name])
        if row["cohort_id"] in about
    ]


def describe_cohorts(evidence: Evidence) -> dict[str, dict]:
    """Whom each cohort (key: cohort_id) is: its coded columns."""
    named = evidence.tables["regimens"].set_index("regimen_id")["name"].to_dict()
    titles = evidence.tables["regimen_classes"].set_index("class_id")["title"].to_dict()
    studies = {row["study_id"]: row for row in records(evidence.tables["studies"])}
    families = {row["regimen_id"]: row for row in records(evidence.families.reset_index())}
    found = {}
    for cohort in records(evidence.tables["cohorts"]):
        study, regimen = studies[cohort["study_id"]], text(cohort["regimen_id"])
        family = families.get(regimen)
        found[cohort["cohort_id"]] = {
            column: (cohort[column], _words(evidence, column, cohort[column]))
            for column in ("disease", "age_group", "setting")
        } | {
            "class": NONE if family is None else (family["class_id"], titles[family["class_id"]]),
            "family": NONE if family is None else (family["family_id"], family["name"]),
            "regimen": (regimen, text(named.get(regimen, ""))),
            "cohort": (cohort["cohort_id"], cohort["label"]),
            "study": (study["study_id"], study["name"]),
            "design": (study["design"], evidence.label("studies", "design", study["design"])),
        }
    return found


def _words(evidence: Evidence, column: str, code: str) -> str:
    """Words for a code of a cohort; beside others 'not reported' alone would not say what is not."""
    words = evidence.label("cohorts", column, code)
    return f"{column.replace('_', ' ')} {words}" if code == UNSAID else words


def _describe_result(evidence: Evidence, name: str, row: Mapping) -> dict:
    """What a row of one of the `TABLES` counts, in whom, and its value."""
    result = {
        "kind": (name, evidence.package.tables[name].title),
        "value": write_value(evidence, row),
        "counted_from": ("", ""),
        "outcome_group": ("", ""),
        "time": None,
        "definition": None,
    }
    counts = {column: whole(row.get(column, pd.NA)) for column in ("events", "total")}
    return result | counts | RESULTS[name](evidence, row) | _interval(name, row)


def _describe_outcome(evidence: Evidence, row: Mapping) -> dict:
    outcome, denominator = row["outcome"], row["denominator"]
    group = evidence.package.field("outcomes", "outcome").groups[outcome]
    return {
        "outcome": (outcome, capitalise(evidence.label("outcomes", "outcome", outcome))),
        "outcome_group": (group, GROUPS[group]),
        "time": _told(row["timepoint"]),
        "definition": _told(row["definition"]),
        "counted_from": (denominator, evidence.label("outcomes", "denominator", denominator)),
    }


def _describe_survival(evidence: Evidence, row: Mapping) -> dict:
    endpoint, statistic = (
        evidence.label("survival", column, row[column]) for column in ("endpoint", "statistic")
    )
    return {
        "outcome": (f"{row['endpoint']}.{row['statistic']}", f"{capitalise(endpoint)}, {statistic}"),
        "outcome_group": (row["endpoint"], f"Any figure of {endpoint}"),
        "definition": _told(row["group"]),
        "time": None if pd.isna(row["time_months"]) else f"{format_number(row['time_months'])} months",
    }


def _describe_adverse_event(evidence: Evidence, row: Mapping) -> dict:
    term, group = str(row["term"]), row["group"]
    words = f"Any event: {evidence.label('adverse_events', 'group', group)}"
    return {
        "outcome": (term, capitalise(term)),
        "outcome_group": (group, "Events of whatever kind" if group == "any" else words),
        "definition": grade_text(row),
        "time": _told(row["period"]),
    }


def _describe_size(_evidence: Evidence, row: Mapping) -> dict:
    return {"outcome": ("cohort", "Patients enrolled"), "total": whole(row["n_enrolled"])}


# How the rows of each table are described, in the order in which they stand.
RESULTS = {
    "outcomes": _describe_outcome,
    "survival": _describe_survival,
    "adverse_events": _describe_adverse_event,
    "cohorts": _describe_size,
}
TABLES = tuple(RESULTS)


def _told(cell) -> str | None:
    return None if pd.isna(cell) or cell == UNSAID else str(cell)


def _interval(name: str, row: Mapping) -> dict:
    """Point and interval in percent where the row is a share of patients.

    As numbers, by which the page draws and sorts, and as the book writes them.
    """
    if name in ("outcomes", "adverse_events"):
        found = _counted_share(row)
    elif name == "survival" and row["statistic"] == "landmark" and row["unit"] == "pct":
        found = _printed_share(row)
    else:
        found = {}
    empty = dict.fromkeys(("percent", "low", "high", "share", "share_interval"))
    return empty | {"interval": ("", "")} | found


def _counted_share(row: Mapping) -> dict:
    printed = "" if pd.isna(row["percent_reported_pct"]) else str(row["percent_reported_pct"])
    if not pd.isna(row["events"]) and not pd.isna(row["total"]):
        if row["total"] < 2:
            return {}  # no percentage of a single patient
        low, high = exact_interval(row["events"], row["total"])
        return {
            "percent": percent_value(Fraction(row["events"], row["total"])),
            "low": percent_value(low),
            "high": percent_value(high),
            "share": format_share(row["events"], row["total"], printed),
            "share_interval": format_interval(low, high, row["total"]),
            "interval": ("exact", "95% exact"),
        }
    if printed.replace(".", "", 1).isdigit():
        return {"percent": float(printed), "share": f"{printed}%"}
    return {}


def _printed_share(row: Mapping) -> dict:
    found = {"percent": float(row["estimate"]), "share": f"{write_printed(row, row['estimate'])}%"}
    if pd.isna(row["ci_low"]) or pd.isna(row["ci_high"]):
        return found
    level = "" if pd.isna(row["ci_level"]) else f"{format_number(100 * Fraction(str(row['ci_level'])))}% "
    low, high = (write_printed(row, row[name]) for name in ("ci_low", "ci_high"))
    ends = {"low": float(row["ci_low"]), "high": float(row["ci_high"]), "share_interval": f"{low} to {high}%"}
    return found | ends | {"interval": ("printed", f"{level}as printed")}


def _describe_origin(evidence: Evidence, name: str, row: Mapping) -> dict:
    coded = {
        column: (row[column], evidence.label(name, column, row[column]))
        for column in ("basis", "verification")
    }
    return coded | {
        "row_id": row["row_id"],
        "as_printed": None if pd.isna(row["as_reported"]) else row["as_reported"],
        "locator": evidence.in_words(row["locator"]),
        "flagged": "yes" if row["row_id"] in evidence.flags else None,
    }


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


def explorer_script(evidence: Evidence) -> str:
    """The explorer's rows and their reports' references as RIS, as a script that hands them to its page."""
    rows = list_rows(evidence)
    entries = evidence.bibliography.entries
    ris = {
        report: items_to_ris([entry_to_csl(report, entries[report])])
        for report in sorted({row["report"][0] for row in rows})
        if report in entries
    }
    return f"lrExplorer({inert_json(pack_rows(rows) | {'ris': ris})});\n"


def write_explorer(evidence: Evidence, folder: Path) -> None:
    """``explorer-data.js`` in the folder of the book's scripts."""
    (folder / "explorer-data.js").write_text(explorer_script(evidence), encoding="utf-8")


def show_explorer(review: Evidence, *, caption: str) -> Fragment:
    """The explorer's controls and its empty table, which its script fills.

    Without script only the links to files and chapters show.
    """
    classes = review.tables["regimen_classes"].sort_values("position")
    return Fragment(
        "explorer.html.j2",
        {
            "filters": FILTERS,
            "first": FIRST,
            "caption": caption,
            "tables": [review.package.tables[name] for name in TABLES if name in review.package.tables],
            "classes": list(zip(classes["class_id"], classes["title"], strict=True)),
        },
        "[evidence explorer]",
    )
