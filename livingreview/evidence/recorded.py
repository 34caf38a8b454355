"""What a person or a command last confirmed, cell by cell: ``data/.recorded``.

For every row of every table, and every entry of the bibliography, the file keeps a sign of each filled cell.
So a cell that was filled down, cut short or exchanged with its neighbour is told although it would pass every
rule; the file is a fifth of the data. A command that writes a row records what it changed of it and nothing
else: what was edited by hand before stays unconfirmed.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from pybtex.exceptions import PybtexError

from livingreview.evidence.bibliography import read_bibliography

RECORDED = ".recorded"
EMPTY = "."
LENGTH = 3  # signs of a cell: one slip in 262,144 has the sign of what stood there before

Cells = dict[str, dict[str, str]]  # key of a row -> column -> text, or sign, of each filled cell
Record = dict[str, Cells]  # file -> its rows


@lru_cache(maxsize=2**17)
def sign(cell: str) -> str:
    """A few letters by which a cell is known again."""
    return base64.urlsafe_b64encode(hashlib.sha256(cell.encode()).digest()).decode()[:LENGTH]


def sign_rows(rows: Cells) -> Cells:
    """The signs of the filled cells of rows."""
    return {key: {column: sign(cell) for column, cell in row.items() if cell} for key, row in rows.items()}


def read_record(data: Path) -> Record | None:
    """What was recorded; None where the review keeps no such record.

    Raises
    ------
    ValueError
        If the file is no record as `format_record` makes it, such as one with marks of a merge.
    """
    try:
        text = (data / RECORDED).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    record: Record = {}
    columns: list[str] = []
    rows: Cells = {}
    for line, row in enumerate(csv.reader(io.StringIO(text)), 1):
        if len(row) == 3 and not row[0]:
            rows, columns = record.setdefault(row[1], {}), row[2].split()
        elif len(row) == 2:
            rows[row[0]] = dict(_part_signs(row[1], columns, line))
        else:
            msg = f"line {line} is none of a record"
            raise ValueError(msg)
    return record


def _part_signs(signs: str, columns: Sequence[str], line: int) -> Iterator[tuple[str, str]]:
    place = 0
    for column in columns:
        step = 1 if signs[place : place + 1] == EMPTY else LENGTH
        if step == LENGTH:
            yield column, signs[place : place + LENGTH]
        place += step
    if place != len(signs):
        msg = f"line {line} has not one sign for each column"
        raise ValueError(msg)


def format_record(record: Record) -> list[Sequence[str]]:
    """A record as lines of cells: one for each row, in the order of keys, so that two branches merge."""
    lines: list[Sequence[str]] = []
    for name, rows in sorted(record.items()):
        columns = sorted({column for row in rows.values() for column in row})
        lines.append(("", name, " ".join(columns)))
        lines += [
            (key, "".join(row.get(column, EMPTY) for column in columns)) for key, row in sorted(rows.items())
        ]
    return lines


def by_key(rows: Iterable[Mapping[str, str]], key: str) -> Cells:
    """Rows by their key."""
    return {row[key]: dict(row) for row in rows}


def bibliography_rows(text: str) -> Cells:
    """Entries of a bibliography as rows: kind, authors and editors as they are named, and every field.

    Raises
    ------
    ValueError
        If it cannot be read.
    """
    try:
        entries = read_bibliography(text).entries
    except PybtexError as error:
        raise ValueError(str(error)) from error
    return {
        key: {
            "entry": entry.type,
            **{role: " and ".join(map(str, persons)) for role, persons in entry.persons.items()},
            **entry.fields,
        }
        for key, entry in entries.items()
    }


def carry_over(record: Record, file: str, before: Cells, after: Cells) -> None:
    """Record what a command changed of a file; what differed from the record before still does."""
    known = record.setdefault(file, {})
    for key in before.keys() - after.keys():
        known.pop(key, None)
    for key, row in after.items():
        if key not in before:
            known[key] = {column: sign(cell) for column, cell in row.items() if cell}
        elif key in known:
            for column in row.keys() | before[key].keys():
                cell = row.get(column, "")
                if cell != before[key].get(column, ""):
                    known[key].pop(column, None)
                    known[key] |= {column: sign(cell)} if cell else {}
