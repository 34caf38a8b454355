"""The tables of the loop as plain rows: read, changed, and written together or not at all."""

from __future__ import annotations

import datetime
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from pybtex.exceptions import PybtexError

from livingreview.evidence import BIBLIOGRAPHY, load_package, read_bibliography, read_cells
from livingreview.evidence.identifiers import complete_records
from livingreview.evidence.latex import plain_fields
from livingreview.evidence.schema import Package, Table
from livingreview.evidence.writing import save_tables
from livingreview.surveillance.identity import Index, Row
from livingreview.surveillance.readers import name_persons
from livingreview.surveillance.soundness import find_damage

NEEDED = ("strategies", "searches", "records", "hits", "reasons", "pairs", "screening")
_MORE = ("reports", "identifiers", "departures")
RAW = Path("records", "raw")  # what databases gave, as they gave it; git leaves it out
HELD_BASIS = "before_log"  # decisions entered before readers' decisions were kept
BY_HAND = "by_hand"  # of a report found outside the stored searches, decided by whoever entered it
UNLOGGED = (HELD_BASIS, BY_HAND)
_KINDS = {"letter": "letter", "abstract": "abstract", "registry": "registry"}


class LoopError(Exception):
    """Something that a person must put right first; the message says what and how."""


def check_day(text: str, today: datetime.date, why_not: str) -> None:
    """A day as it was given, written ``YYYY-MM-DD`` and past.

    Raises
    ------
    LoopError
        Else; `why_not` is what cannot be of a day to come.
    """
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            raise ValueError
        day = datetime.date.fromisoformat(text)
    except ValueError:
        msg = f"{text!r} is no day; write it like 2026-11-29"
        raise LoopError(msg) from None
    if day > today:
        msg = f"{text} lies in the future; {why_not}"
        raise LoopError(msg)


@dataclass
class Loop:
    """Searches, records, hits, reasons, decisions and screening of a project, as rows of text.

    `changed` names the tables that `save` writes.
    """

    root: Path
    package: Package
    tables: dict[str, list[Row]]
    changed: set[str] = field(default_factory=set)

    @cached_property
    def index(self) -> Index:
        """Records by what names them."""
        return Index({row["record_id"]: row for row in self.tables["records"]})

    @cached_property
    def held(self) -> Index:
        """The review's own reports, as records: their numbers, and what the bibliography says of them."""
        rows: dict[str, Row] = {}
        kinds = {row["report_id"]: row["kind"] for row in self.tables["reports"]}
        trials: dict[str, list[str]] = {}
        for row in self.tables["identifiers"]:
            if row["scheme"] == "registry":
                trials.setdefault(row["report_id"], []).append(row["value"])
        try:
            text = (self.root / "data" / BIBLIOGRAPHY).read_text(encoding="utf-8")
            bibliography = complete_records(read_bibliography(text), self.tables["identifiers"])
        except (ValueError, PybtexError) as error:
            msg = f"data/{BIBLIOGRAPHY}: cannot be read ({error}); to mend: see livingreview check"
            raise LoopError(msg) from None
        for key, entry in bibliography.entries.items():
            fields: Mapping[str, str] = plain_fields(entry.fields)
            rows[key] = {
                **{name: fields.get(name, "") for name in ("pmid", "pmcid", "title", "year", "volume")},
                "doi": fields.get("doi", "").lower(),
                "container": fields.get("journal") or fields.get("booktitle", ""),
                "issue": fields.get("number", ""),
                "pages": fields.get("pages", "").replace("–", "-"),
                "authors": "; ".join(name_persons(entry)),
                "trials": "; ".join(trials.get(key, ())),
                "kind": _KINDS.get(kinds.get(key, ""), "article"),
                "accession": "",
                "flags": "",
            }
        return Index(rows)

    @cached_property
    def studies_of_trials(self) -> dict[str, str]:
        """The study that a trial's number belongs to, where the reports that print it are all of one."""
        study = {row["report_id"]: row["study_id"] for row in self.tables["reports"]}
        found: dict[str, set[str]] = {}
        for row in self.tables["identifiers"]:
            if row["scheme"] == "registry" and row["report_id"] in study:
                found.setdefault(row["value"].lower(), set()).add(study[row["report_id"]])
        return {number: next(iter(ids)) for number, ids in found.items() if len(ids) == 1}

    @cached_property
    def copies(self) -> defaultdict[str, set[str]]:
        """The copies of each record that stands for some."""
        found: defaultdict[str, set[str]] = defaultdict(set)
        for name, row in self.index.rows.items():
            if row["same_as"]:
                found[self.canonical(name)].add(name)
        return found

    def canonical(self, record_id: str) -> str:
        """The record that stands for this one: itself, or the one that it is a copy of."""
        return follow(self.index.rows, record_id)

    def save(self) -> None:
        """Write every table that was changed."""
        if "records" in self.changed:
            self.tables["records"] = list(self.index.rows.values())
        save_tables(
            self.root / "data", self.package, {name: self.tables[name] for name in sorted(self.changed)}
        )
        self.changed.clear()


def follow(rows: Mapping[str, Mapping[str, str]], record_id: str) -> str:
    """The record that stands for another, among rows of ``records`` by id; itself where it is no copy."""
    seen = {record_id}
    while (other := rows.get(record_id, {}).get("same_as", "")) and other not in seen:
        seen.add(other)
        record_id = other
    return record_id


def open_loop(root: Path) -> Loop:
    """The tables of a project's loop.

    Raises
    ------
    LoopError
        If the project lacks one of the tables, or they do not hang together.
    """
    try:
        package = load_package(root / "data")
    except (ValueError, KeyError, TypeError) as error:
        msg = f"data/datapackage.json: cannot be read ({error}); to mend: see livingreview check"
        raise LoopError(msg) from None
    if missing := [name for name in NEEDED if name not in package.tables]:
        msg = f"data/datapackage.json declares no table {', '.join(missing)}; these commands need it"
        raise LoopError(msg)
    names = [name for name in (*NEEDED, *_MORE) if name in package.tables]
    tables = {name: _read(root / "data" / package.tables[name].path, package.tables[name]) for name in names}
    if damage := next(find_damage(tables), ""):
        raise LoopError(damage)
    return Loop(root, package, {"identifiers": [], "departures": [], **tables})


def _read(path: Path, table: Table) -> list[Row]:
    where = f"data/{table.path}"
    try:
        rows = read_cells(path.read_bytes())
    except ValueError as error:
        msg = f"{where}: is no table that can be read ({error}); to mend: see livingreview check"
        raise LoopError(msg) from None
    if rows and (missing := [name for name in table.columns if name not in rows[0]]):
        msg = f"{where}: there is no column {', '.join(missing)}; to mend: see livingreview check"
        raise LoopError(msg)
    return rows


def name_version(root: Path, version: str) -> int:
    """Write a version into the searches run for it and the reports that left in it; returns how many rows."""
    package, changed, count = load_package(root / "data"), {}, 0
    for name in ("searches", "departures"):
        if name not in package.tables or not {"strategies", "searches"} <= package.tables.keys():
            continue
        rows = read_cells((root / "data" / package.tables[name].path).read_bytes())
        made = [row for row in rows if not row["version"] and (name == "departures" or row["strategy_id"])]
        for row in made:
            row["version"] = version
        if made:
            changed[name] = rows
            count += len(made)
    if changed:
        save_tables(root / "data", package, changed)
    return count


def to_screen(loop: Loop) -> list[str]:
    """Records that are this review's to decide: no copy of another, and no report that it held before."""
    before = {row["report_id"]: row["record_id"] for row in loop.tables["screening"] if row["report_id"]}
    held = {row["report_id"] for row in loop.tables["reports"]}
    return [
        name
        for name, row in loop.index.rows.items()
        if not row["same_as"] and (row["report_id"] not in held or before.get(row["report_id"], name) == name)
    ]
