"""The rows of the evidence explorer: every cohort and result, in words and as numbers to draw and sort by.

Intervals are computed here, so that the page and the book agree to the digit.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import pandas as pd

from livingreview.display.numbers import (
    exact_interval,
    format_interval,
    format_number,
    format_share,
    percent_value,
    write_printed,
    write_value,
)
from livingreview.evidence import UNSAID, Evidence, records
from livingreview.tables.common import capitalise, cohorts_by_id, text, whole
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
    "modifier",
    "grade",
    "interval",
    "basis",
    "verification",
)
PLAIN = (
    "row_id",
    "value",
    "events",
    "total",
    "patients",
    "year",
    "percent",
    "low",
    "high",
    "ratio",
    "ratio_low",
    "ratio_high",
    "share",
    "share_interval",
    "time",
    "definition",
    "as_printed",
    "locator",
    "flagged",
)
COLUMNS = (*CODED, *PLAIN)
NONE = ("", "none of this review")


def list_rows(evidence: Evidence) -> list[dict]:
    """Every row of the explorer, with the columns of `COLUMNS`.

    A coded cell is (code, words), a missing plain cell is None.
    """
    about = describe_cohorts(evidence)
    years = report_years(evidence)
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
            "year": years[row["report_id"]],
        }
        for name in TABLES
        for row in records(evidence.tables[name])
        if row["cohort_id"] in about
    ]


def report_years(evidence: Evidence) -> dict[str, int | None]:
    """The year of each report's record; None where none is established."""
    entries = evidence.bibliography.entries
    found = {}
    for report_id in evidence.report_names:
        year = entries[report_id].fields.get("year", "") if report_id in entries else ""
        found[report_id] = int(year) if year.isdecimal() else None
    return found


def describe_cohorts(evidence: Evidence) -> dict[str, dict]:
    """Whom each cohort (key: cohort_id) is: its coded columns."""
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
            "regimen": (regimen, text(evidence.regimen_names.get(regimen, ""))),
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
        "grade": ("", ""),
        "modifier": ("", ""),
        "outcome_group": ("", ""),
        "time": None,
        "definition": None,
        "ratio": None,
        "ratio_low": None,
        "ratio_high": None,
    }
    counts = {column: whole(row.get(column, pd.NA)) for column in ("events", "total")}
    told = result | counts | RESULTS[name](evidence, row) | _interval(name, row)
    # Where a result does not say how many patients it is counted from, its cohort does.
    enrolled = whole(cohorts_by_id(evidence)[row["cohort_id"]]["n_enrolled"])
    return told | {"patients": told["total"] or enrolled}


def _describe_outcome(evidence: Evidence, row: Mapping) -> dict:
    outcome, denominator = row["outcome"], row["denominator"]
    field = evidence.package.field("outcomes", "outcome")
    group = field.group(outcome)
    rule = field.rule(group)
    return {
        "outcome": (outcome, capitalise(evidence.label("outcomes", "outcome", outcome))),
        "outcome_group": (group, rule.any or f"Any of: {rule.title}"),
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
        "modifier": _modifier(evidence, row),
    } | _ratio(row)


def _modifier(evidence: Evidence, row: Mapping) -> tuple[str, str]:
    """By what a ratio compares patients of one report; ('', '') where it compares none so."""
    code = text(row.get("modifier", ""))
    return (code, capitalise(evidence.label("survival", "modifier", code))) if code else ("", "")


def _ratio(row: Mapping) -> dict:
    """A ratio and its limits as numbers, by which the page draws; {} where the row is none."""
    if row["unit"] != "ratio":
        return {}
    ends = {f"ratio_{end}": row[f"ci_{end}"] for end in ("low", "high")}
    return {"ratio": float(row["estimate"])} | {
        name: None if pd.isna(value) else float(value) for name, value in ends.items()
    }


def _describe_adverse_event(evidence: Evidence, row: Mapping) -> dict:
    term, group = str(row["term"]), row["group"]
    words = f"Any event: {evidence.label('adverse_events', 'group', group)}"
    return {
        "outcome": (term, capitalise(term)),
        "outcome_group": (group, "Events of whatever kind" if group == "any" else words),
        "grade": (grade_code(row), capitalise(grade_text(row))),
        "definition": "; ".join(filter(None, (grade_text(row), _cause(evidence, row)))),
        "time": _told(row["period"]),
    }


def grade_code(row: Mapping) -> str:
    """'3-5', '3', '3-' (or more), '-2' (or less); 'not_given'."""
    low, high = text(row["grade_min"]), text(row["grade_max"])
    return (low if low == high else f"{low}-{high}") or "not_given"


def _cause(evidence: Evidence, row: Mapping) -> str:
    return (
        ""
        if row["attribution"] == UNSAID
        else evidence.label("adverse_events", "attribution", row["attribution"])
    )


def _describe_characteristic(evidence: Evidence, row: Mapping) -> dict:
    name, category = row["characteristic"], row["category"]
    words = capitalise(evidence.label("characteristics", "characteristic", name))
    return {
        "outcome": (f"{name}.{category}", f"{words}: {category}"),
        "outcome_group": (name, f"Any of: {words}"),
    }


def _describe_size(_evidence: Evidence, row: Mapping) -> dict:
    return {"outcome": ("cohort", "Patients enrolled"), "total": whole(row["n_enrolled"])}


# How the rows of each table are described, in the order in which they stand.
RESULTS = {
    "outcomes": _describe_outcome,
    "survival": _describe_survival,
    "adverse_events": _describe_adverse_event,
    "cohorts": _describe_size,
    "characteristics": _describe_characteristic,
}
TABLES = tuple(RESULTS)


def _told(cell) -> str | None:
    return None if pd.isna(cell) or cell == UNSAID else str(cell)


def _interval(name: str, row: Mapping) -> dict:
    """Point and interval in percent where the row is a share of patients.

    As numbers, by which the page draws and sorts, and as the book writes them.
    """
    if name in ("outcomes", "adverse_events", "characteristics"):
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
