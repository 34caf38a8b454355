"""Writing tables of ``data/``: sorted, whole or not at all, their numbers of rows on record."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from livingreview.evidence.lexical import read_cells
from livingreview.evidence.recorded import (
    RECORDED,
    Record,
    bibliography_rows,
    by_key,
    carry_over,
    format_record,
    read_record,
)
from livingreview.evidence.schema import Package
from livingreview.files import DESCRIPTOR, remove


def format_rows(rows: Iterable[Sequence[object]]) -> str:
    """A table's rows, its header first, as CSV in the package's form: LF, quotes only where needed."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def write_whole(path: Path, text: str) -> None:
    """Write a file in UTF-8 beside its place and exchange it: a full disk leaves it as it was.

    Raises
    ------
    OSError
        If it cannot be written, or may not be: a file that is read-only stays so in any folder.
    """
    place = path.resolve()  # a link stays one
    aside = place.with_name(f".{place.name}.part")
    try:
        if place.exists():
            place.open("r+b").close()
        aside.write_text(text, encoding="utf-8", newline="")
        if place.exists():
            shutil.copymode(place, aside)
        os.replace(aside, place)
    except OSError as error:
        remove(aside)
        raise OSError(error.errno, error.strerror, str(path)) from error


def write_rows(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a table as the package keeps it, whole or not at all."""
    write_whole(path, format_rows([header, *rows]))


def save_tables(data: Path, package: Package, tables: Mapping[str, Iterable[Mapping[str, str]]]) -> None:
    """Write some tables anew, in order of their key, with the number of their rows in the descriptor.

    Parameters
    ----------
    tables : mapping of str to iterable of mapping
        Rows by table: column -> text of the cell; a column left out is empty.

    Everything is written beside the tables first: a full disk leaves them as they were. What is changed so
    counts as confirmed where the review keeps a record of its rows.
    """
    record = _open_record(data)
    path = data / DESCRIPTOR
    text = path.read_text(encoding="utf-8")
    written: list[tuple[Path, Path]] = []
    counts = {}
    for name, rows in tables.items():
        table = package.tables[name]
        rows = [{column: row.get(column, "") for column in table.columns} for row in rows]
        if record is not None:
            before = by_key(read_cells((data / table.path).read_bytes()), table.primary_key)
            carry_over(record, table.path, before, by_key(rows, table.primary_key))
        ordered = sorted(rows, key=lambda row: row[table.primary_key])
        counts[name] = len(ordered)
        target = data / table.path
        aside = target.with_name(f".{target.name}.part")
        write_rows(aside, table.columns, [list(row.values()) for row in ordered])
        written.append((aside, target))
    aside = path.with_name(f".{path.name}.part")
    aside.write_text(_count_rows(text, counts), encoding="utf-8")
    for fresh, target in [*written, (aside, path)]:
        os.replace(fresh, target)
    if record is not None:
        write_record(data, record)


def _count_rows(text: str, counts: Mapping[str, int]) -> str:
    """The descriptor with other numbers of rows; what else it says stays as it is written."""
    descriptor = json.loads(text)
    for resource in descriptor["resources"]:
        resource["rows"] = counts.get(resource["name"], resource.get("rows"))
    for name, count in counts.items():
        place = rf'(?m)^(      "name": {re.escape(json.dumps(name))},\n(?:      .*\n)*?      "rows": )\d+'
        text = re.sub(place, rf"\g<1>{count}", text, count=1)
    if json.loads(text) == descriptor:  # writing all of it anew takes a tenth of a second
        return text
    return json.dumps(descriptor, indent=2, ensure_ascii=False) + "\n"


def _open_record(data: Path) -> Record | None:
    """What was recorded of rows; None where nothing was, or where a check must tell what is wrong with it."""
    try:
        return read_record(data)
    except ValueError:
        return None


def write_record(data: Path, record: Record) -> None:
    """Keep what was confirmed, whole or not at all."""
    write_whole(data / RECORDED, format_rows(format_record(record)))


def save_bibliography(path: Path, text: str) -> None:
    """Write the bibliography anew; what is changed so counts as confirmed where rows are recorded."""
    record = _open_record(path.parent)
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    path.write_text(text, encoding="utf-8")
    if record is not None:
        carry_over(record, path.name, bibliography_rows(before), bibliography_rows(text))
        write_record(path.parent, record)
