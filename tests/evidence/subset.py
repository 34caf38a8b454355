"""A review that does without some of its tables, as another team's might."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Collection, Sequence
from itertools import combinations
from math import comb
from pathlib import Path

from livingreview.checks import check_project, record_rows, write_rows
from livingreview.evidence.contract import CONTROL
from tests.reduced import renumber, uncite

# A table whose rows cannot be read without another: leaving out that one means leaving out both.
NEEDS = {
    "drugs": {"regimen_components"},
    "appraisal_tools": {"appraisals"},
    "searches": {"hits"},
    "certainty": {"findings"},
    "settings": {"findings"},
    "records": {"hits", "pairs"},
    "trials": {"trial_events"},
}


def with_dependants(name: str) -> set[str]:
    """A table, and those that cannot do without it."""
    return {name} | NEEDS.get(name, set())


def part_in_halves(names: Sequence[str]) -> list[list[str]]:
    """As few parts as there can be of which each name is in one without any other.

    Each name has a half of the parts of its own: of two such halves neither holds the other (Sperner 1928).
    """
    parts = next(size for size in range(2, len(names) + 2) if comb(size, size // 2) >= len(names))
    halves = zip(names, combinations(range(parts), parts // 2), strict=False)
    told = [(name, set(half)) for name, half in halves]
    return [[name for name, half in told if part in half] for part in range(parts)]


def edit_descriptor(project: Path, change) -> None:
    """Apply a function to the descriptor as plain values."""
    path = project / "data" / "datapackage.json"
    descriptor = json.loads(path.read_text(encoding="utf-8"))
    change(descriptor)
    path.write_text(json.dumps(descriptor, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def resource(descriptor: dict, name: str) -> dict:
    """One table of a descriptor."""
    return next(item for item in descriptor["resources"] if item["name"] == name)


def leave_out(project: Path, names: Collection[str]) -> None:
    """Take tables out of a project, with the keys that point to them and what cites their rows."""
    gone = set()
    for name in names:
        path = project / "data" / f"{name}.csv"
        with open(path, newline="", encoding="utf-8") as handle:
            gone |= {row["row_id"] for row in csv.DictReader(handle) if "row_id" in row}
        path.unlink()

    def drop(descriptor: dict) -> None:
        descriptor["resources"] = [item for item in descriptor["resources"] if item["name"] not in names]
        for item in descriptor["resources"]:
            schema = item["schema"]
            keys = schema.get("foreignKeys", [])
            schema["foreignKeys"] = [key for key in keys if key["reference"]["resource"] not in names]

    edit_descriptor(project, drop)
    for name, column in (("claims", "rests_on"), ("certainty", "rests_on")):
        _filter(project, name, lambda row, column=column: not gone & set(row[column].split("; ")))
    _filter(project, "appraisals", lambda row: row["result"] not in gone)
    for name in ("discrepancies", "source_problems"):
        _filter(project, name, lambda row: _forget(row, gone))
    if gone:  # what two readers agreed on counts the rows of tables that are left out
        _filter(project, "extraction_agreement", lambda row: False)
    claims = _ids(project, "claims", "claim_id")
    _filter(project, "trials", lambda row: _forget_claims(row, claims))
    ratings = _ids(project, "certainty", "certainty_id")
    _filter(project, "findings", lambda row: _forget_findings(row, gone, ratings))
    uncite(project, gone)
    record_rows(project)
    if {"discrepancies", "glossary"} & set(names):
        _settle(project)


def _settle(project: Path) -> None:
    """What a register or a glossary would excuse: contradictory cells are emptied, conclusions dropped."""
    for problem in check_project(project):
        path = project / "data" / problem.file
        with open(path, newline="", encoding="utf-8") as handle:
            header, *rows = csv.reader(handle)
        row = next(row for row in rows if problem.key in row)
        if problem.rule == "typed-number":
            rows.remove(row)
        else:
            row[header.index(problem.column)] = ""
        write_rows(path, header, rows)
    _filter(project, "claims", lambda row: True)  # positions are counted anew
    record_rows(project)


def _ids(project: Path, name: str, column: str) -> set[str]:
    path = project / "data" / f"{name}.csv"
    if not path.is_file():
        return set()
    with open(path, newline="", encoding="utf-8") as handle:
        return {row[column] for row in csv.DictReader(handle)}


def _forget_findings(row: dict, gone: set[str], ratings: set[str]) -> bool:
    """An option keeps its results that are left, each with its control, and the ratings that are left."""
    for column in (name.removesuffix(CONTROL) for name in row if name.endswith(CONTROL)):
        results, controls = (row[name].split("; ") for name in (column, f"{column}{CONTROL}"))
        kept = [place for place, item in enumerate(results) if item not in gone]
        row[column] = "; ".join(results[place] for place in kept)
        left = [controls[place] for place in kept if place < len(controls) and controls[place] not in gone]
        row[f"{column}{CONTROL}"] = "; ".join(item for item in left if item)
    if gone & set(re.findall(r"\{([^}]+)\}", row["note"])):
        row["note"] = ""
    row["ratings"] = "; ".join(item for item in row["ratings"].split("; ") if item in ratings)
    return True


def _forget_claims(row: dict, claims: set[str]) -> bool:
    row["overturns"] = "; ".join(item for item in row["overturns"].split("; ") if item in claims)
    return True


def _forget(row: dict, gone: set[str]) -> bool:
    row["affects"] = "; ".join(item for item in row["affects"].split("; ") if item not in gone)
    return True


def _filter(project: Path, name: str, keep) -> None:
    path = project / "data" / f"{name}.csv"
    if not path.is_file():
        return
    with open(path, newline="", encoding="utf-8") as handle:
        reader = csv.DictReader(handle)
        rows, header = [row for row in reader if keep(row)], reader.fieldnames
    if {"class_id", "position"} <= set(header) and "setting_id" not in header:
        renumber(rows)
    write_rows(path, header, [[row[column] for column in header] for row in rows])
