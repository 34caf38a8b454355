"""What a cell may look like, stated once: every reader of a table, check or page, goes by it.

A number is written in the digits 0 to 9, with a minus before it where it is negative and, unless it counts,
one point. Nothing else is a number, whatever Python, pandas or a spreadsheet would make of it: no ``1_9``,
``+9``, ``1e3``, ``012``, full-width digit, blank, or more digits than a number of a computer keeps.
"""

from __future__ import annotations

import csv
import datetime
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from livingreview.evidence.schema import Field, Table

_WHOLE = r"(?:0|[1-9][0-9]{0,14})"
FORMS = {
    "integer": re.compile(rf"0|-?(?!0){_WHOLE}"),
    "number": re.compile(rf"(?!-[0.]*$)-?{_WHOLE}(?:\.[0-9]{{1,15}})?"),
    "date": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
}
_MAKE: dict[str, Callable[[str], int | float]] = {"integer": int, "number": float}


class QuoteError(ValueError):
    """Quotes of a table do not pair; ``line`` says where the row begins that cannot be read."""

    def __init__(self, words: str, line: int):
        super().__init__(words)
        self.line = line


def is_plain(kind: str, cell: str) -> bool:
    """Whether a filled cell is written as its column's type asks; any text is where the type is text."""
    form = FORMS.get(kind)
    return form is None or bool(form.fullmatch(cell))


def split_rows(text: str, separator: str = ",", *, strict: bool = True) -> Iterator[tuple[int, list[str]]]:
    """The rows of a CSV file, header first, each with the line it starts on. QuoteError where quotes fail.

    `strict=False` takes quotes that do not pair as a spreadsheet does: for files that others made.
    """
    reader, start = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=strict), 1
    while True:
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise QuoteError(str(error), start) from None
        if row is None:
            return
        yield start, row
        start = reader.line_num + 1


def make_frame(
    table: Table, header: Sequence[str], rows: Iterable[Sequence[str]], index: Any = None
) -> pd.DataFrame:
    """Rows as a frame: numbers with their declared dtypes, text as plain text, a missing cell as missing.

    A number that is not written as one is missing; `find_odd` tells of it.
    """
    columns = dict(zip(header, zip(*rows, strict=True), strict=False))
    made = {item.name: _make_column(item, columns.get(item.name, ()), index) for item in table.fields}
    return pd.DataFrame(made, index=index)


def _make_column(item: Field, cells: Sequence[str], index: Any) -> pd.Series:
    if item.type in _MAKE:
        make, fits = _MAKE[item.type], FORMS[item.type].fullmatch
        numbers = [make(cell) if cell and fits(cell) else None for cell in cells]
        return pd.Series(numbers, index, dtype=item.dtype)
    return pd.Series([cell or None for cell in cells], index, dtype=object)


def find_odd(table: Table, header: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[tuple]:
    """(number of the row from 0, column, cell) of every number and date that is not written as one."""
    for item in table.fields:
        form = FORMS.get(item.type)
        if form is None or item.name not in header:
            continue
        place = list(header).index(item.name)
        for number, row in enumerate(rows):
            cell = row[place] if place < len(row) else ""
            if cell and not form.fullmatch(cell):
                yield number, item.name, cell


def read_table(path: Path | io.BytesIO, table: Table) -> pd.DataFrame:
    """One CSV file as a frame with the declared dtypes; only an empty cell is missing ('NA' stays text).

    Raises
    ------
    ValueError
        If a number or date is not written as one: what a check would refuse is never read as something else.
    KeyError
        If a declared column is not there.
    """
    content = path.getvalue() if isinstance(path, io.BytesIO) else path.read_bytes()
    (_, header), *rest = split_rows(content.decode("utf-8-sig"))
    rows = [row for _, row in rest if row]
    if missing := [name for name in table.columns if name not in header]:
        msg = f"{table.path} has no column {', '.join(missing)}"
        raise KeyError(msg)
    for number, column, cell in find_odd(table, header, rows):
        msg = f"{table.path}, row {number + 2}, column {column}: {cell!r} is no {table.field(column).type}"
        raise ValueError(msg)
    frame = make_frame(table, header, rows)
    return frame.astype({item.name: item.dtype for item in table.fields})


def empty_frame(table: Table) -> pd.DataFrame:
    """A table without rows: the declared columns with their dtypes."""
    return pd.DataFrame({item.name: pd.Series(dtype=item.dtype) for item in table.fields})


def read_cells(content: bytes) -> list[dict[str, str]]:
    """The rows of a CSV file as they stand in it: column -> text of the cell, '' where it is empty.

    Raises
    ------
    ValueError
        If it is no CSV file in UTF-8, or a row has not one cell for each column.
    """
    (_, header), *rest = split_rows(content.decode("utf-8"))
    for line, row in rest:
        if row and len(row) != len(header):
            what = (
                "write the commas of its empty cells" if len(row) < len(header) else "quote cells with commas"
            )
            msg = f"row {line} has {len(row)} cell(s), and there are {len(header)} columns: {what}"
            raise ValueError(msg)
    return [dict(zip(header, row, strict=True)) for _, row in rest if row]


def latest_day() -> datetime.date:
    """The last day that may stand for something past: in some time zones it is tomorrow already."""
    return datetime.date.today() + datetime.timedelta(days=1)
