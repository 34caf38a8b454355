"""Ids that the machine makes: of a report, a study, a group of patients, a row.

A row's address is its report, the kind of row, of whom and of what it is. A time or a grade stands in it only
where the printed fragment tells it too: an address made from a cell is no witness of that cell.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Container, Mapping, Sequence

from livingreview.checks.wording import durations_in, numbers_in
from livingreview.evidence.schema import Package, Table
from livingreview.extraction.layout import RECORD, own_key
from livingreview.surveillance.identity import Row, free, normal, slug, slug_words

# Table -> the kind of row in an address; the table's own name where none stands here.
KINDS = {
    "regimens": "regimen",
    "regimen_components": "component",
    "cohorts": "cohort",
    "characteristics": "char",
    "outcomes": "outcome",
    "adverse_events": "ae",
    "patient_timeline": "timeline",
    "definitions": "definition",
    "figures": "figure",
}
# Table -> the columns of which the end of an address is made; those that part rows that would be alike.
ENDS = {
    "regimen_components": (("drug_id",), ("block",)),
    "characteristics": (("category",), ("characteristic",)),
    "outcomes": (("outcome",), ("timepoint", "denominator", "partition")),
    "survival": (("endpoint",), ("group",)),
    "adverse_events": (("term",), ("period", "attribution")),
    "patient_timeline": (("label",), ()),
    "definitions": (("kind",), ()),
    "figures": (("item",), ("statistic",)),
}
_SHORT = {"median": "median", "hazard_ratio": "hr"}
_WORDS = 6  # of a text that ends an address


def name_report(form: Mapping[str, str], taken: Container[str]) -> str:
    """An id for a report: first author and year, or words of its title; a word more if it is taken."""
    family = slug(normal(form["authors"].split(";")[0].split(",")[0]))
    words = [slug(normal(word)) for word in re.findall(r"\w{4,}", form["title"])]
    head = family or "-".join(words[:3]) or slug(form["registry"]) or "report"
    name = "-".join(filter(None, (head, form["year"])))
    return free(name, taken, *(f"{name}-{word}" for word in words if word not in name))


def name_study(form: Mapping[str, str], report_id: str, taken: Container[str]) -> str:
    """An id for a study: its number in a register, or its name."""
    number = form["registry"].split(";")[0].strip()
    return free(slug(number) or slug(normal(form["study"])) or report_id, taken)


def name_row(package: Package, table: Table, row: Row, taken: Container[str]) -> str:
    """The address of a row whose own cells are filled; `taken` are addresses that stand already."""
    of_whom, ends = _of_whom(package, table, row), ENDS.get(table.name, (table.columns[-1:], ()))
    head = ".".join(filter(None, (row["report_id"], KINDS.get(table.name, slug(table.name)), of_whom)))
    if table.name not in ENDS and own_key(package, table):
        base = head
    else:
        base = f"{head}.{_end(table.name, row, ends[0])}"
    parts = (_words(row[name]) for name in ends[1] if row.get(name))
    return free(base, taken, *itertools.accumulate(parts, "{}-{}".format, initial=base))


def _of_whom(package: Package, table: Table, row: Row) -> str:
    """What follows the kind in an address: the group or regimen, without the report in its id."""
    key = own_key(package, table) or next((name for name in ("cohort_id", "regimen_id") if row.get(name)), "")
    return re.sub(rf"^{re.escape(row['report_id'])}[.-]", "", row.get(key, ""))


def _words(text: str) -> str:
    return slug_words(text, _WORDS) or "row"


def _end(table: str, row: Row, columns: Sequence[str]) -> str:
    end = _words(" ".join(row[name] for name in columns))
    said = " … ".join(row[name] for name in ("as_reported", "note") if row[name])
    if table == "survival":
        months = row["time_months"]
        is_told = months and (
            float(months) in numbers_in(said) or float(months) / 12 in durations_in(said, "year")
        )
        whole = is_told and float(months).is_integer()
        return (
            f"{end}-{f'{int(float(months))}m' if whole else _SHORT.get(row['statistic'], row['statistic'])}"
        )
    grade = row.get("grade_min", "")
    if table == "adverse_events" and grade and _tells_grade(said, grade):
        return f"{end}-g{grade}"
    return end.replace("_", "-")


def _tells_grade(said: str, grade: str) -> bool:
    words = {"3": r"|severe|serious", "5": r"|fatal|death|died"}.get(grade, "")
    return bool(re.search(rf"(?<![\d.]){re.escape(grade)}(?![\d.]){words}", said, re.IGNORECASE))


def name_group(report_id: str, table: str, short: str) -> str:
    """The id of a group of patients or a regimen, from the short name that the sheet gives it."""
    mark = "." if table == "cohorts" else "-"
    return f"{report_id}{mark}{slug(normal(short))}"


def fields_of_record(form: Mapping[str, str]) -> dict[str, str]:
    """The fields of ``references.bib`` that a form fills, beside its authors."""
    told = {target: form[name] for name, (target, _) in RECORD.items() if name != "authors" and form[name]}
    return told | ({"pages": re.sub(r"\s*[-–—]+\s*", "--", told["pages"])} if "pages" in told else {})
