"""A row's address says of whom and of what it is: the row must say the same.

An address is made once, of the report, the kind of row, the cohort or regimen and what was counted, and never
changes; so it is a second witness of cells that hold codes and ids, which no fragment repeats.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

import pandas as pd

from livingreview.checks.checked import Checked
from livingreview.checks.problems import Problem, quote
from livingreview.checks.wording import months_of_id

_CODED = (("outcomes", "outcome"), ("survival", "endpoint"))
_STATISTICS = {"median": r"median", "hazard_ratio": r"hr", "landmark": r"\d+[my]"}
_UNTOLD = ("not_labelled", "proportion")  # whose statistic, or whose time, the report does not name
_MEND = "look for a slip in the row; an address never changes"


def _parts(row: dict) -> list[str]:
    """What follows the report in an address: the kind of row, of whom, of what."""
    return row["row_id"].removeprefix(f"{row['report_id']}.").split(".")


def _begins(address: str, names: Collection[str]) -> str:
    """The longest of some names, written as in an address, with which one begins; '' where none does."""
    fits = [name for name in names if f"{address}-".startswith(re.sub(r"[_/]", "-", name.lower()) + "-")]
    return max(fits, key=len, default="")


def check_cohort_of_address(checked: Checked) -> Iterator[Problem]:
    """A row is of the cohort that its address names, or of a part of it."""
    parents = {row["cohort_id"]: row["parent_cohort_id"] for _, row in checked.lines("cohorts")}
    for table, line, row in checked.rows("row_id", "report_id", "cohort_id"):
        parts, own = _parts(row), row["cohort_id"]
        named = f"{row['report_id']}.{parts[1]}" if len(parts) > 1 else ""
        is_own = own == named or (table != "cohorts" and parents.get(own) == named)
        if named and (named in parents or table == "cohorts") and not is_own:
            expected = f"{named}, as in the id"
            yield checked.problem(table, line, "cohort_id", "cohort-of-id", quote(own), expected, _MEND)


def check_regimen_of_address(checked: Checked) -> Iterator[Problem]:
    """A regimen is called in its address; a component's names its regimen, where it names one, and drug."""
    known: dict[str, list[str]] = {}
    for line, row in checked.rows_of("regimens", "row_id", "report_id", "regimen_id"):
        known.setdefault(row["report_id"], []).append(row["regimen_id"])
        if not row["regimen_id"].endswith(_parts(row)[-1]):
            expected = f"an id that ends in {_parts(row)[-1]}, as in the row's id"
            place = ("regimens", line, "regimen_id", "regimen-of-id")
            yield checked.problem(*place, quote(row["regimen_id"]), expected, _MEND)
    for line, row in checked.rows_of("regimen_components", "row_id", "report_id", "regimen_id", "drug_id"):
        parts = _parts(row)
        ending = f"-{parts[1]}" if len(parts) > 1 else "-"
        named = [name for name in known.get(row["report_id"], ()) if f"-{name}".endswith(ending)]
        if named and row["regimen_id"] not in named:
            place = ("regimen_components", line, "regimen_id", "regimen-of-id")
            yield checked.problem(*place, quote(row["regimen_id"]), f"{named[0]}, as in the id", _MEND)
        if not any(_begins(part, [row["drug_id"]]) for part in parts):
            place = ("regimen_components", line, "drug_id", "drug-of-id")
            yield checked.problem(*place, quote(row["drug_id"]), f"the drug in {row['row_id']}", _MEND)


def check_code_of_address(checked: Checked) -> Iterator[Problem]:
    """An outcome or endpoint is the one in the address, or the row says why not."""
    for table, column in _CODED:
        field = checked.package.field(table, column)
        codes = field.constraints.get("enum", ())
        for line, row in checked.rows_of(table, "row_id", "report_id", column):
            own, code = row[column], _begins(_parts(row)[-1], codes)
            if code in ("", own):
                continue
            kinds = {(field.groups.get(name, name), field.direction(name)) for name in (own, code)}
            said = ("note", "derivation", "definition") if len(kinds) == 1 else ("note", "derivation")
            if all(pd.isna(row.get(name)) for name in said):
                expected = f"{code}, as in the id, or a note that says why"
                yield checked.problem(table, line, column, "code-of-id", quote(own), expected, _MEND)


def check_grade_of_address(checked: Checked) -> Iterator[Problem]:
    """Grades in an address (…-g3, …-grade-4-5) are the row's."""
    for line, row in checked.rows_of("adverse_events", "row_id", "report_id"):
        named = re.search(r"-g(?:rade-)?([1-5])(?:-?([1-5]))?(?=-|plus|$)", row["row_id"])
        for grade, column in zip(named.groups() if named else (), ("grade_min", "grade_max"), strict=False):
            if grade and (pd.isna(row[column]) or row[column] != int(grade)):
                place = ("adverse_events", line, column, "grade-of-id")
                yield checked.problem(*place, quote(row[column]), f"{grade}, as in the id", _MEND)


def check_statistic_of_address(checked: Checked) -> Iterator[Problem]:
    """A median, a hazard ratio or a time in an address is the row's, a time to the month."""
    for line, row in checked.rows_of("survival", "row_id", "report_id", "statistic"):
        ends = _parts(row)[-1]
        named = [name for name, form in _STATISTICS.items() if re.search(rf"(?:^|-){form}(?=-|$)", ends)]
        if named and row["statistic"] not in (*named, *_UNTOLD):
            place = ("survival", line, "statistic", "statistic-of-id")
            yield checked.problem(*place, quote(row["statistic"]), f"{named[0]}, as in the id", _MEND)
    for line, row in checked.rows_of("survival", "row_id", "time_months"):
        found = months_of_id(row["row_id"])
        if found is not None and abs(found - row["time_months"]) >= 1:
            expected, place = f"{found} months, as in the id", ("survival", line, "time_months", "time-of-id")
            yield checked.problem(*place, row["time_months"], expected, "correct one of the two")


def check_item_of_address(checked: Checked) -> Iterator[Problem]:
    """An answer is to the item that its address ends in."""
    for line, row in checked.rows_of("appraisals", "row_id", "report_id", "item_id"):
        if not f"-{row['item_id'].replace('.', '-')}".endswith(f"-{_parts(row)[-1]}"):
            place = ("appraisals", line, "item_id", "item-of-id")
            yield checked.problem(*place, quote(row["item_id"]), f"the item in {row['row_id']}", _MEND)


ADDRESS_RULES = (
    check_item_of_address,
    check_cohort_of_address,
    check_regimen_of_address,
    check_code_of_address,
    check_grade_of_address,
    check_statistic_of_address,
)
