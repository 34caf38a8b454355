"""Rules about the summary of findings: results of their column's kind, controls of the same report."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from livingreview.checks.checked import Checked
from livingreview.checks.links import PLACEHOLDER
from livingreview.checks.problems import Problem, quote
from livingreview.evidence import split_ids
from livingreview.evidence.contract import CONTROL, shown_columns
from livingreview.evidence.schema import Field, Shown

# What a result and its control must share.
_SAME = ("report_id", "outcome", "endpoint", "statistic", "time_months", "term", "grade_min", "grade_max")
# Codes of a setting: column, and the column of cohorts whose codes it holds.
_CODES = (("diseases", "disease"), ("settings", "setting"), ("age_groups", "age_group"))


def check_codes(checked: Checked) -> Iterator[Problem]:
    """A setting, and an option narrower than its setting, name codes of cohorts."""
    places = [("settings", column, field) for column, field in _CODES]
    for table, column, field in (*places, ("findings", "age_groups", "age_group")):
        known = list(checked.package.field("cohorts", field).constraints.get("enum") or ())
        for line, row in checked.rows_of(table, column) if known else ():
            for code in split_ids(row[column]):
                if code not in known:
                    expected = f"codes of cohorts.{field}: {', '.join(known)}"
                    mend = "correct the code; separate codes with '; '"
                    yield checked.problem(table, line, column, "unknown-code", quote(code), expected, mend)


def check_address(checked: Checked) -> Iterator[Problem]:
    """An option's id begins with its setting, and its class is that of its ratings."""
    classes = checked.frames["certainty"].dropna(subset=["certainty_id"])
    rated = dict(zip(classes["certainty_id"], classes["class_id"], strict=True))
    for line, row in checked.rows_of("findings", "finding_id", "setting_id"):
        if not row["finding_id"].startswith(f"{row['setting_id']}."):
            expected, mend = f"an id that starts with '{row['setting_id']}.'", "correct the id or the setting"
            yield checked.problem(
                "findings", line, "finding_id", "id-prefix", quote(row["finding_id"]), expected, mend
            )
        for rating in split_ids(row["ratings"]):
            if not pd.isna(row["class_id"]) and rated.get(rating) not in (None, row["class_id"]):
                expected, mend = f"a rating of {row['class_id']}", "correct the rating or the class"
                yield checked.problem(
                    "findings", line, "ratings", "other-class", quote(rating), expected, mend
                )


def check_kinds(checked: Checked) -> Iterator[Problem]:
    """Every result is of the kind that its column shows: no failure under a gain, no count under survival."""
    rows = {row["row_id"]: (table, row) for table, _, row in checked.rows("row_id", "report_id")}
    field = checked.package.field("outcomes", "outcome")
    for line, finding in checked.lines("findings"):
        for column in shown_columns(checked.package):
            shows = checked.package.field("findings", column.removesuffix(CONTROL)).shows
            for row_id in split_ids(finding[column]):
                table, row = rows.get(row_id, ("", {}))
                if table and shows and not _is_of_kind(field, table, row, shows):
                    yield checked.problem(
                        "findings",
                        line,
                        column,
                        "other-kind",
                        quote(row_id),
                        f"a result that tells {shows.name}",
                        "name another row, or move it to the column it belongs to",
                    )


def _is_of_kind(field: Field, table: str, row: dict, shows: Shown) -> bool:
    if table == shows.table == "outcomes":
        code = row["outcome"]
        return field.groups.get(code) == shows.group and field.direction(code) == shows.direction
    # A harm may be told as an adverse event too.
    return table == shows.table or (table == "adverse_events" and shows.direction == "bad")


def check_controls(checked: Checked) -> Iterator[Problem]:
    """A control is of the report, outcome and time of the result that it stands beside."""
    rows = {row["row_id"]: row for _, _, row in checked.rows("row_id", "report_id")}
    for line, finding in checked.lines("findings"):
        for column in (name for name in shown_columns(checked.package) if name.endswith(CONTROL)):
            results = split_ids(finding[column.removesuffix(CONTROL)])
            controls = split_ids(finding[column])
            place = ("findings", line, column)
            if len(controls) > len(results):
                expected, mend = f"at most {len(results)}, one a result", "take out what has no result"
                yield checked.problem(
                    *place, "control-without-result", f"{len(controls)} controls", expected, mend
                )
            for one, other in zip(results, controls, strict=False):
                if one in rows and other in rows and (differs := _differ(rows[one], rows[other])):
                    found, expected = f"{other}: another {differs}", f"a control for {one}"
                    yield checked.problem(*place, "no-control", found, expected, "name its own control")


def _differ(one: dict, other: dict) -> str:
    """In what a result and its control differ first, or that they are one; '' where all is well."""
    if one["row_id"] == other["row_id"]:
        return "arm is needed, not the same"
    for name in _SAME:
        first, second = one.get(name, pd.NA), other.get(name, pd.NA)
        if pd.isna(first) != pd.isna(second) or (not pd.isna(first) and first != second):
            return name.replace("_id", "").replace("_", " ")
    return ""


def check_notes(checked: Checked) -> Iterator[Problem]:
    """What a note names in braces is a row of evidence, a report or a conclusion."""
    known = {row["row_id"] for _, _, row in checked.rows("row_id", "report_id")}
    for table, column in (("reports", "report_id"), ("claims", "claim_id")):
        known |= set(checked.frames[table][column].dropna())
    for line, row in checked.rows_of("findings", "note"):
        for item in PLACEHOLDER.findall(row["note"]):
            if item not in known:
                expected, mend = "a row_id, a report_id or a claim_id", "correct the id"
                yield checked.problem("findings", line, "note", "unknown-id", f"{{{item}}}", expected, mend)


FINDING_RULES = (check_codes, check_address, check_kinds, check_controls, check_notes)
