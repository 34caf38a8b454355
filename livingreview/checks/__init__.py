"""Is the evidence fit to publish? All problems at once, each with its place and its remedy."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pandas as pd
from pybtex.exceptions import PybtexError

from livingreview.checks.cells import RawTable, check_cells, read_raw
from livingreview.checks.links import LINK_RULES
from livingreview.checks.problems import Problem, keep_first, quote
from livingreview.checks.rules import RULES, Checked
from livingreview.checks.sources import check_sources
from livingreview.checks.structure import check_schema
from livingreview.checks.upkeep import check_upkeep
from livingreview.evidence import BIBLIOGRAPHY, DESCRIPTOR, load_package, read_bibliography

__all__ = ["DataError", "Problem", "check_project", "record_rows", "require_sound", "sort_tables"]


class DataError(Exception):
    """The data are not fit to publish; ``problems`` says why."""

    def __init__(self, problems: list[Problem]):
        self.problems = problems
        lines = "\n".join(f"  {problem}" for problem in problems)
        super().__init__(
            f"{len(problems)} problem(s) in data/ (nothing was built; the last good book is untouched):\n{lines}"
        )


def check_project(root: Path, *, sources: Path | None = None) -> list[Problem]:
    """Every problem in ``<root>/data`` and in ``review.yml``.

    Files and headers first; cross-table rules run only where every table could be read,
    since a lost table would make each of its ids look unknown.

    Parameters
    ----------
    root : Path
        The project folder.
    sources : Path, optional
        Folder of source texts, ``<report_id>.txt``: each `as_reported` is looked up in them.
    """
    data = Path(root) / "data"
    try:
        package = load_package(data)
    except (ValueError, KeyError, TypeError, OSError) as error:
        return [
            Problem(
                DESCRIPTOR,
                getattr(error, "lineno", 0),
                "",
                "descriptor",
                quote(error),
                "a readable Data Package descriptor",
                "restore it from version control",
            )
        ]
    raws, problems = {}, list(_check_stray_files(data, package))
    for name, table in package.tables.items():
        raws[name], found = read_raw(data / table.path, table)
        problems += found
        if raws[name]:
            problems += check_cells(raws[name], table.path)
    broken = any(raw is None or raw.header != raw.table.columns for raw in raws.values())
    problems += check_schema(data, package, Path(root) / "_build" / ".sound")
    keys, found = _bibliography_keys(data)
    problems += found
    if not broken:
        checked = Checked(package, {name: tolerant_frame(raw) for name, raw in raws.items()}, keys)
        for rule in (*RULES, *LINK_RULES):
            problems += rule(checked)
        problems += check_upkeep(root, checked.frames["searches"])
        if sources is not None:
            problems += check_sources(checked, sources)
    return keep_first(problems)


def require_sound(root: Path) -> None:
    """Raise `DataError` unless the data are fit to publish."""
    if problems := check_project(root):
        raise DataError(problems)


def tolerant_frame(raw: RawTable) -> pd.DataFrame:
    """The table with declared dtypes, index = file line; a cell of the wrong type counts as missing (it is told elsewhere)."""
    width = len(raw.header)
    rows = [(row + [""] * width)[:width] for row in raw.rows]
    # Plain objects with None: a rule may compare a missing text without asking first.
    frame = pd.DataFrame(
        [[cell or None for cell in row] for row in rows], columns=raw.header, index=raw.lines, dtype=object
    )
    for item in raw.table.fields:
        if item.type in ("integer", "number"):
            numbers = pd.to_numeric(frame[item.name], errors="coerce")
            if item.type == "integer":
                numbers = numbers.where(numbers.isna() | (numbers % 1 == 0))
            frame[item.name] = numbers.astype(item.dtype)
    return frame


def _check_stray_files(data: Path, package) -> list[Problem]:
    known = {table.path for table in package.tables.values()} | {DESCRIPTOR, BIBLIOGRAPHY}
    return [
        Problem(
            path.name,
            0,
            "",
            "stray-file",
            "a file that no table declares",
            "only declared tables in data/",
            "delete it (a spreadsheet's lock or backup file?), or declare it in datapackage.json",
        )
        for path in sorted(data.iterdir())
        if path.name not in known and not path.name.startswith(".git")
    ]


def _bibliography_keys(data: Path) -> tuple[tuple[str, ...] | None, list[Problem]]:
    try:
        return tuple(read_bibliography((data / BIBLIOGRAPHY).read_text(encoding="utf-8")).entries), []
    except (PybtexError, OSError, UnicodeDecodeError) as error:
        return None, [
            Problem(
                BIBLIOGRAPHY,
                getattr(error, "lineno", 0) or 0,
                "",
                "bibliography",
                quote(error, 160),
                "valid BibTeX in UTF-8",
                "mend the entry; each key once",
            )
        ]


def record_rows(root: Path) -> dict[str, tuple[int, int]]:
    """Write each table's number of rows into ``datapackage.json``; returns {table: (before, now)} of what changed.

    The numbers are under version control, so rows that vanish show up in a review of the change.
    """
    path = Path(root) / "data" / DESCRIPTOR
    descriptor = json.loads(path.read_text(encoding="utf-8"))
    changed = {}
    for resource in descriptor["resources"]:
        with open(path.parent / resource["path"], newline="", encoding="utf-8") as handle:
            count = sum(1 for _ in csv.reader(handle)) - 1
        if resource.get("rows") != count:
            changed[resource["name"]] = (resource.get("rows"), count)
            resource["rows"] = count
    if changed:
        path.write_text(json.dumps(descriptor, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return changed


def sort_tables(root: Path) -> list[str]:
    """Put every table's rows in order of its primary key; returns the names of tables that changed."""
    data, changed = Path(root) / "data", []
    for name, table in load_package(data).tables.items():
        with open(data / table.path, newline="", encoding="utf-8") as handle:
            header, *rows = list(csv.reader(handle))
        place = header.index(table.primary_key)
        ordered = sorted(rows, key=lambda row: row[place])
        if ordered != rows:
            write_rows(data / table.path, header, ordered)
            changed.append(name)
    return changed


def write_rows(path: Path, header: list[str], rows) -> None:
    """Write a table as the package keeps it: UTF-8, LF, quotes only where needed."""
    with open(path, "w", newline="", encoding="utf-8") as handle:
        csv.writer(handle, lineterminator="\n").writerows([header, *rows])
