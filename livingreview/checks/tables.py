"""The tables of ``data/`` under check: the schema, each file, each cell, each rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import pandas as pd

from livingreview.checks.addresses import ADDRESS_RULES
from livingreview.checks.agreement import AGREEMENT_RULES
from livingreview.checks.belonging import BELONGING_RULES
from livingreview.checks.bibliography import check_bibliography
from livingreview.checks.cells import (
    RawTable,
    check_cells,
    check_numbers,
    read_raw,
)
from livingreview.checks.checked import Checked
from livingreview.checks.completeness import COMPLETENESS_RULES
from livingreview.checks.contract import check_contract, check_presence, check_rows
from livingreview.checks.declared import Finding
from livingreview.checks.descriptor import LineFinder, check_shape, read_descriptor
from livingreview.checks.digits import check_digits
from livingreview.checks.directions import CHOICE_RULES
from livingreview.checks.findings import FINDING_RULES
from livingreview.checks.former import FORMER_RULES
from livingreview.checks.identifiers import IDENTIFIER_RULES
from livingreview.checks.links import LINK_RULES
from livingreview.checks.pooling import POOLING_RULES
from livingreview.checks.printed import PRINTED_RULES
from livingreview.checks.problems import Problem
from livingreview.checks.rules import RULES
from livingreview.checks.said import SAID_RULES
from livingreview.checks.sources import check_sources
from livingreview.checks.structure import check_schema
from livingreview.checks.surveillance import SURVEILLANCE_RULES
from livingreview.checks.watched import WATCHED_RULES
from livingreview.evidence import BIBLIOGRAPHY, DESCRIPTOR, parse_review
from livingreview.evidence.lexical import make_frame
from livingreview.evidence.schema import Package

# In the order in which a reader would look; of a cell the first thing found is told.
ALL_RULES = (
    *RULES,
    *LINK_RULES,
    *PRINTED_RULES,
    *SAID_RULES,
    *AGREEMENT_RULES,
    *BELONGING_RULES,
    *ADDRESS_RULES,
    *COMPLETENESS_RULES,
    *CHOICE_RULES,
    *IDENTIFIER_RULES,
    *FINDING_RULES,
    *POOLING_RULES,
    *SURVEILLANCE_RULES,
    *WATCHED_RULES,
    *FORMER_RULES,
)


def check_data(root: Path, *, sources: Path | None = None) -> tuple[Checked | None, list[Problem]]:
    """Every problem in ``<root>/data``, and its tables where all of them could be read.

    The schema comes first: by one that is wrong nothing can be judged. Then files and headers; cross-table
    rules run only where every table could be read: a lost table would make each of its ids look unknown.
    """
    data = root / "data"
    package, problems = check_descriptor(data)
    entries, found = check_bibliography(data)
    if package is None:
        return None, [*problems, *found]
    problems += [*found, *_check_stray_files(data, package)]
    raws = {}
    for name, table in package.tables.items():
        raw, found = read_raw(data / table.path, table)
        raws[name] = raw
        problems += found
        if raw and raw.header == table.columns:
            problems += [*check_cells(raw, table.path), *check_numbers(raw, table.path)]
    unread = [name for name, raw in raws.items() if raw is None or raw.header != raw.table.columns]
    problems += check_schema(data, package, root / "_build" / ".sound", unread)
    if unread:
        return None, problems
    absent = {name: RawTable(table, table.columns, [], []) for name, table in package.absent.items()}
    frames = {name: tolerant_frame(raw) for name, raw in (raws | absent).items() if raw}
    checked = Checked(package, frames, entries)
    # A column that is told as a whole, such as counts written as 6.0, is not told again cell by cell.
    columns = {(problem.file, problem.column) for problem in problems if problem.rule == "odd-form"}
    rules: list[Callable[[], Iterable[Problem]]] = [partial(rule, checked) for rule in ALL_RULES]
    rules += [partial(check_digits, raw, raw.table.path) for raw in raws.values() if raw]
    for rule in rules:
        found = _apply(rule, told=bool(problems))
        problems += [problem for problem in found if (problem.file, problem.column) not in columns]
    if sources is not None:
        problems += check_sources(checked, sources)
    return checked, problems


def _apply(rule: Callable[[], Iterable[Problem]], *, told: bool) -> list[Problem]:
    """What one rule finds.

    A rule takes keys to be unique and cells to be of their type. Where that is not so it was told already
    (`told`), and a rule that stumbles over it has nothing to add.
    """
    found: list[Problem] = []
    try:
        found.extend(rule())
    except (LookupError, TypeError, ValueError, pd.errors.InvalidIndexError):
        if not told:
            raise
    return found


def check_descriptor(data: Path) -> tuple[Package | None, list[Problem]]:
    """The schema, and every problem in it; no schema where the tables cannot be judged by it."""
    descriptor, text, problems = read_descriptor(data)
    if descriptor is None:
        return None, problems
    findings: list[Finding] = check_presence(descriptor) or list(check_shape(descriptor))
    package = None
    if not findings:
        package = parse_review(descriptor)
        if findings := list(check_contract(package)):
            package = None
        findings += check_rows(descriptor)
    lines = LineFinder(text)
    problems += [
        Problem(
            DESCRIPTOR, lines.find(item.path), item.place, item.rule, item.found, item.expected, item.mend
        )
        for item in findings
    ]
    return package, problems


def tolerant_frame(raw: RawTable) -> pd.DataFrame:
    """The table as pages read it, index = file line; what cannot be read counts as missing.

    That is told elsewhere. Text is plain text or None: a rule may compare a missing one without asking first.
    """
    width = len(raw.header)
    rows = [(row + [""] * width)[:width] for row in raw.rows]
    return make_frame(raw.table, raw.header, rows, raw.lines)


def _check_stray_files(data: Path, package: Package) -> list[Problem]:
    # Hidden files and the lock of an open spreadsheet are not published.
    known = {table.path for table in package.tables.values()} | {DESCRIPTOR, BIBLIOGRAPHY}
    found, expected = "a file that no table declares", "only declared tables in data/"
    mend = "delete it (a spreadsheet's backup file?), or declare it in datapackage.json"
    return [
        Problem(path.name, 0, "", "stray-file", found, expected, mend)
        for path in sorted(data.iterdir())
        if path.name not in known and not path.name.startswith((".", "~$"))
    ]
