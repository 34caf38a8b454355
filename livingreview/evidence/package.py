"""The evidence as data frames: the only reader of files in ``data/``.

Nothing here judges the data (see ``livingreview.checks``) and nothing here draws it.
"""

from __future__ import annotations

import io
import json
import os
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import pandas as pd
from pybtex.database import BibliographyData

from livingreview.evidence.bibliography import read_bibliography
from livingreview.evidence.contract import parse_review
from livingreview.evidence.identifiers import complete_records
from livingreview.evidence.lexical import empty_frame, read_table
from livingreview.evidence.names import name_in_words, name_reports, warn
from livingreview.evidence.schema import Package
from livingreview.files import DESCRIPTOR, find_root

BIBLIOGRAPHY = "references.bib"
# Kinds of notices that stand beside a report's name wherever it is named; a correction stands on its page.
ALARMS = {"retraction": "retracted", "expression_of_concern": "expression of concern"}


@dataclass(frozen=True)
class Evidence:
    """The review's tables, their schema and the bibliography.

    Attributes
    ----------
    package : Package
        What every table and column means.
    tables : mapping of str to DataFrame
        One frame per table, columns and dtypes as declared, rows in file order; a missing cell is ``pd.NA``.
        A table that the package may lack, and does, is a frame without rows.
    bibliography : BibliographyData
        ``references.bib``, with the identifiers that stand in their own table; keys are report ids.
    named : mapping of str to str, optional
        What the reports are called in the whole review, where this is a part of it; see `report_names`.
    memo : dict
        What was worked out from these tables before, by whoever worked it out.
    """

    package: Package
    tables: Mapping[str, pd.DataFrame]
    bibliography: BibliographyData
    named: Mapping[str, str] | None = field(default=None, repr=False)
    memo: dict = field(init=False, default_factory=dict, repr=False, compare=False)

    def table(self, name: str) -> pd.DataFrame:
        """A copy of one table; KeyError names the tables there are."""
        try:
            return self.tables[name].copy()
        except KeyError:
            msg = f"no table {name!r}; there are {', '.join(self.tables)}"
            raise KeyError(msg) from None

    @cached_property
    def row_tables(self) -> dict[str, str]:
        """row_id -> name of the table it stands in, for every evidence row."""
        return {
            row_id: table.name
            for table in self.package.evidence_tables
            for row_id in self.tables[table.name]["row_id"]
        }

    @cached_property
    def flags(self) -> dict[str, tuple[str, ...]]:
        """row_id -> ids of the registered discrepancies that touch it."""
        found: dict[str, list[str]] = {}
        frame = self.tables["discrepancies"]
        for discrepancy_id, affected in zip(frame["discrepancy_id"], frame["affects"], strict=True):
            for row_id in split_ids(affected):
                found.setdefault(row_id, []).append(discrepancy_id)
        return {row_id: tuple(ids) for row_id, ids in found.items()}

    @cached_property
    def families(self) -> pd.DataFrame:
        """Family of each regimen that has one (index: regimen_id): its id, class, name, part, position."""
        regimens = self.tables["regimens"][["regimen_id", "family_id"]].dropna()
        return regimens.merge(self.tables["families"], on="family_id").set_index("regimen_id")

    @cached_property
    def included(self) -> frozenset[str]:
        """Ids of the included reports."""
        reports = self.tables["reports"]
        return frozenset(reports.loc[reports["status"].eq("included"), "report_id"])

    @cached_property
    def report_names(self) -> Mapping[str, str]:
        """What each report is called (key: report_id), in a part as in the whole: 'TOWER (Roe 2017)'."""
        if self.named is not None:
            return self.named
        names = name_reports(self.bibliography, self.tables["reports"], self.tables["studies"])
        return {key: warn(name, self.alarms.get(key, "")) for key, name in names.items()}

    @cached_property
    def alarms(self) -> Mapping[str, str]:
        """What a reader must know of a report before its figures (key: report_id): 'retracted'."""
        frame = self.tables["notices"]
        found = {(row["report_id"], row["kind"]) for row in records(frame)}
        return {
            report_id: "; ".join(words for kind, words in ALARMS.items() if (report_id, kind) in found)
            for report_id, kind in sorted(found)
            if kind in ALARMS
        }

    def in_words(self, cell: Any, missing: str = "") -> str:
        """A cell's text with every report called by its name; `missing` where the cell is empty."""
        return missing if pd.isna(cell) else name_in_words(self.report_names, str(cell))

    @cached_property
    def cohort_studies(self) -> dict[str, str]:
        """The study each cohort belongs to (key: cohort_id)."""
        return self._look_up("cohorts", "cohort_id", "study_id")

    @cached_property
    def report_studies(self) -> dict[str, str]:
        """The study each report tells of (key: report_id)."""
        return self._look_up("reports", "report_id", "study_id")

    @cached_property
    def study_designs(self) -> dict[str, str]:
        """Code of the design of each study (key: study_id)."""
        return self._look_up("studies", "study_id", "design")

    @cached_property
    def overlaps(self) -> dict[str, frozenset[str]]:
        """The studies that share patients with each study (key: study_id); each names the other."""
        shared = self._look_up("studies", "study_id", "overlaps_with")
        return {study: frozenset(split_ids(others)) for study, others in shared.items()}

    @cached_property
    def study_names(self) -> dict[str, str]:
        """Short name of the study each cohort belongs to (key: cohort_id)."""
        names = self._look_up("studies", "study_id", "name")
        return {cohort: names.get(study, study) for cohort, study in self.cohort_studies.items()}

    @cached_property
    def cohort_labels(self) -> dict[str, str]:
        """Label of each cohort (key: cohort_id)."""
        return self._look_up("cohorts", "cohort_id", "label")

    @cached_property
    def regimen_names(self) -> dict[str, str]:
        """Name of each regimen (key: regimen_id)."""
        return self._look_up("regimens", "regimen_id", "name")

    @cached_property
    def drug_names(self) -> dict[str, str]:
        """Name of each drug (key: drug_id)."""
        return self._look_up("drugs", "drug_id", "name")

    @cached_property
    def discrepancy_titles(self) -> dict[str, str]:
        """Title of each registered discrepancy (key: discrepancy_id)."""
        return self._look_up("discrepancies", "discrepancy_id", "title")

    @cached_property
    def claim_classes(self) -> dict[str, str]:
        """Class on whose chapter each conclusion stands (key: claim_id)."""
        return self._look_up("claims", "claim_id", "class_id")

    def _look_up(self, table: str, key: str, column: str) -> dict:
        frame = self.tables[table]
        return dict(zip(frame[key], frame[column], strict=True))

    @cached_property
    def _records(self) -> dict[str, dict[str, dict]]:
        return {
            name: {row["row_id"]: row for row in records(self.tables[name])}
            for name in set(self.row_tables.values())
        }

    def row(self, row_id: str) -> dict:
        """One evidence row, as `records` gives it. KeyError where there is none."""
        name = self.row_tables.get(row_id)
        if name is None:
            msg = f"no row {row_id!r} in the evidence; every figure on a page needs a row in data/"
            raise KeyError(msg)
        return self._records[name][row_id]

    def label(self, table: str, column: str, code: Any) -> str:
        """Words for a code, as the schema declares them; '' for a missing code."""
        return "" if pd.isna(code) else self.package.field(table, column).label(code)


def records(frame: pd.DataFrame) -> list[dict]:
    """The rows of a frame as plain dictionaries, in order; a missing cell is ``pd.NA``.

    Many times faster than pandas' own rows, which are frames' columns made anew for every row; the pages
    read tens of thousands.
    """
    names = list(frame.columns)
    columns = [frame[name].tolist() for name in names]
    return [dict(zip(names, cells, strict=True)) for cells in zip(*columns, strict=True)]


def split_ids(cell: Any) -> list[str]:
    """The ids in a cell that holds several, separated by ';'."""
    return [] if pd.isna(cell) else [part.strip() for part in str(cell).split(";") if part.strip()]


def split_levels(cell: str) -> tuple[tuple[str, ...], ...]:
    """The levels of a cell 'a < b = c', each with its codes; none of an empty one."""
    return tuple(tuple(level.split(" = ")) for level in cell.split(" < ")) if cell else ()


def expand_days(text: str) -> list[int] | None:
    """'1-3,15' -> [1, 2, 3, 15]; None where it cannot be read."""
    days: list[int] = []
    for part in text.split(","):
        match = re.fullmatch(r"(-?\d+)(?:-(\d+))?", part)
        if not match:
            return None
        first, last = int(match[1]), int(match[2] or match[1])
        days.extend(range(first, last + 1) if last >= first else [first, last])
    return days


def load_package(data: Path) -> Package:
    """The schema in ``data/datapackage.json``, with blanks for the tables that a review may do without."""
    return _parse_package((data / DESCRIPTOR).read_text(encoding="utf-8"))


@lru_cache(maxsize=4)
def _parse_package(text: str) -> Package:
    return parse_review(json.loads(text))


def read_tables(package: Package, read: Callable[[str], Path | io.BytesIO]) -> dict[str, pd.DataFrame]:
    """Every table of a package (`read` opens a file by its name), and those it lacks without rows."""
    tables = {name: read_table(read(table.path), table) for name, table in package.tables.items()}
    return tables | {name: empty_frame(table) for name, table in package.absent.items()}


def load_evidence(root: str | os.PathLike | None = None) -> Evidence:
    """Read the whole package from ``<root>/data``.

    Run ``livingreview check`` first where the data may have been edited: this function trusts the files.
    """
    sys.audit(
        "livingreview.slice", "review"
    )  # tells a build what a chapter read, see livingreview.execution.tracking
    return read_package(root)


def parse_evidence(files: Mapping[str, bytes]) -> Evidence:
    """The package from the contents of its files, name by name: a release has its own schema."""
    return _parse_once(tuple(sorted(files.items())))


@lru_cache(maxsize=2)  # releases told one after the other: each stands in two comparisons
def _parse_once(content: tuple[tuple[str, bytes], ...]) -> Evidence:
    files = dict(content)
    package = parse_review(json.loads(files[DESCRIPTOR]))
    tables = read_tables(package, lambda path: io.BytesIO(files[path]))
    return _put_together(package, tables, files[BIBLIOGRAPHY].decode())


def _put_together(package: Package, tables: dict[str, pd.DataFrame], bibtex: str) -> Evidence:
    bibliography = complete_records(read_bibliography(bibtex), records(tables["identifiers"]))
    return Evidence(package=package, tables=tables, bibliography=bibliography)


def read_package(root: str | os.PathLike | None) -> Evidence:
    """The whole package of ``<root>/data``, read once for each state of its files."""
    sys.audit("livingreview.loading", True)
    try:
        data = find_root(root) / "data"
        state = tuple(
            sorted(
                (item.name, status.st_mtime_ns, status.st_size, status.st_ino)
                for item in os.scandir(data)
                if (status := item.stat())
            )
        )
        return _read_once(data, state)
    finally:
        sys.audit("livingreview.loading", False)


@lru_cache(maxsize=1)
def _read_once(data: Path, state: tuple) -> Evidence:
    """The package of a folder in one state: a build and the chapters it forks read the files once."""
    package = load_package(data)
    tables = read_tables(package, lambda path: data / path)
    return _put_together(package, tables, (data / BIBLIOGRAPHY).read_text(encoding="utf-8"))
