"""Decisions of readers: what one may say, the files they stand in, and whose record they count for."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from livingreview.evidence import read_cells
from livingreview.evidence.writing import write_rows
from livingreview.surveillance.choices import CHOICES, STAGES
from livingreview.surveillance.identity import Row, slug
from livingreview.surveillance.tables import LoopError, follow

DECISIONS = "decisions"  # folder of one file a reader
COLUMNS = ("decision_id", "record_id", "stage", "reader", "role", "decision", "reason_id", "day", "note")
ROLES = ("reader", "adjudicator")


def goes_on(decision: str) -> bool:
    """Whether a decision lets a record go on; what is unclear by its abstract is read in full."""
    return decision not in ("exclude", "not_retrieved")


def reader_code(name: str) -> str:
    """The name of a reader as a file has it. LoopError where nothing is left of it."""
    code = slug(name)
    if not code:
        msg = f"--reader {name!r}: expected letters or digits, for example initials"
        raise LoopError(msg)
    return code


def name_decision(record_id: str, stage: str, reader: str, role: str) -> str:
    """The id of a decision, made of what it decides and who decided."""
    suffix = ".adjudicator" if role == "adjudicator" else ""
    return f"{record_id}.{stage}.{reader}{suffix}"


def read_decisions(root: Path) -> list[Row]:
    """Every decision of every reader, in order of its id.

    Raises
    ------
    LoopError
        If a file is no table of decisions, or a row has another reader than its file says.
    """
    rows = [row for path in sorted((root / DECISIONS).glob("*.csv")) for row in _read(path)]
    return sorted(rows, key=lambda row: row["decision_id"])


def read_own(root: Path, reader: str) -> dict[str, Row]:
    """One reader's decisions by id. LoopError as for those of all."""
    path = root / DECISIONS / f"{reader}.csv"
    return {row["decision_id"]: row for row in _read(path)} if path.exists() else {}


def _read(path: Path) -> list[Row]:
    try:
        found = read_cells(path.read_bytes())
    except ValueError as error:
        msg = f"{DECISIONS}/{path.name}: is no table that can be read ({error}); restore it"
        raise LoopError(msg) from None
    for number, row in enumerate(found, 2):
        if tuple(row) != COLUMNS:
            msg = f"{DECISIONS}/{path.name}: expected the columns {', '.join(COLUMNS)}"
            raise LoopError(msg)
        if row["reader"] != path.stem:
            msg = (
                f"{DECISIONS}/{path.name}, row {number}, column reader: found {row['reader']!r}; "
                f"expected {path.stem!r}; to mend: move the row to {DECISIONS}/{row['reader']}.csv"
            )
            raise LoopError(msg)
    return found


def write_decisions(root: Path, reader: str, rows: list[Row]) -> None:
    """Write one reader's file, sorted; other readers' files are not touched, so that branches merge."""
    path = root / DECISIONS / f"{reader}.csv"
    path.parent.mkdir(exist_ok=True)
    aside = path.with_name(f".{path.name}.part")
    ordered = sorted(rows, key=lambda row: row["decision_id"])
    write_rows(aside, list(COLUMNS), ([row[name] for name in COLUMNS] for row in ordered))
    aside.replace(path)


def find_faults(
    row: Row, records: Mapping[str, Row], reasons: Mapping[str, Row]
) -> Iterator[tuple[str, str, str]]:
    """What a decision cannot say: column, what is expected there, how to mend it.

    Parameters
    ----------
    records, reasons : mapping of str to dict
        Rows of ``records.csv`` and ``reasons.csv`` by id.
    """
    wanted = name_decision(row["record_id"], row["stage"], row["reader"], row["role"])
    if row["role"] not in ROLES:
        yield "role", "reader or adjudicator", "correct it"
    elif row["decision_id"] != wanted:
        yield "decision_id", wanted, "correct the id, or what it is made of"
    if row["record_id"] not in records:
        yield "record_id", "a record of records.csv", "import the search that brought it, or delete the row"
    if row["stage"] not in STAGES:
        yield "stage", f"one of: {', '.join(STAGES)}", "correct it"
    elif row["decision"] not in CHOICES[row["stage"]]:
        yield "decision", f"one of: {', '.join(CHOICES[row['stage']])}", "correct it"
    elif row["reason_id"]:
        reason = reasons.get(row["reason_id"])
        if not reason or (reason["stage"], reason["decision"]) != (row["stage"], row["decision"]):
            yield "reason_id", "a reason of that stage and decision", "choose one of reasons.csv"
    try:
        day = datetime.date.fromisoformat(row["day"])
    except ValueError:
        yield "day", "a day like 2026-11-29", "correct it"
    else:
        if day > datetime.date.today():
            yield "day", "no day in the future", "correct it"


def on_standing(decisions: Iterable[Row], records: Mapping[str, Row]) -> list[Row]:
    """Decisions, each on the record that stands for its own; those on records that are not there left out.

    A reader may have decided both a record and its copy: then the answer of the later day is the reader's,
    and of two of one day the one that lets the record go on, so that nothing is lost by it.

    Parameters
    ----------
    records : mapping of str to dict
        Rows of ``records.csv`` by id.
    """
    standing = [row | {"record_id": follow(records, row["record_id"])} for row in decisions]
    standing.sort(key=lambda row: (row["day"], goes_on(row["decision"]), *row.values()))
    last = {tuple(row[name] for name in ("record_id", "stage", "reader", "role")): row for row in standing}
    return [row for row in last.values() if row["record_id"] in records]
