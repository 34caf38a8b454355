"""Reading a table as raw text, and what spreadsheets do to it.

These rules look at bytes and characters, before any type is known,
because a byte-order mark or a comma decimal should be named as what it is and not as a type error three columns on.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from livingreview.checks.problems import Problem, quote
from livingreview.evidence.schema import Table


@dataclass(frozen=True)
class RawTable:
    """A table's cells as text; ``lines`` holds the file line on which each row starts."""

    table: Table
    header: list[str]
    rows: list[list[str]]
    lines: list[int]

    def key_of(self, row: list[str]) -> str:
        """Primary key of a row, '' where it cannot be read."""
        try:
            return row[self.header.index(self.table.primary_key)]
        except (ValueError, IndexError):
            return ""


def read_raw(path: Path, table: Table) -> tuple[RawTable | None, list[Problem]]:
    """A CSV file as raw text, with the problems of the file as a whole; no table where it cannot be read at all."""

    def problem(found, expected, mend, *, rule, row=0, column=""):
        return Problem(path.name, row, column, rule, found, expected, mend)

    if not path.is_file():
        return None, [
            problem(
                "no such file",
                f"a file for table {table.name!r}",
                "restore it from version control",
                rule="file-missing",
            )
        ]
    data = path.read_bytes()
    problems = []
    if data.startswith(b"\xef\xbb\xbf"):
        problems.append(
            problem(
                "a byte-order mark", "plain UTF-8", "save as 'CSV UTF-8' without BOM", rule="byte-order-mark"
            )
        )
        data = data[3:]
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        problems.append(
            problem(
                f"byte 0x{data[error.start]:02x} on line {line}",
                "UTF-8 text",
                "save the file as UTF-8",
                rule="not-utf8",
                row=line,
            )
        )
        return None, problems
    if "\r" in text:
        line = text[: text.index("\r")].count("\n") + 1
        problems.append(
            problem(
                "carriage returns",
                "lines that end in LF",
                "save with Unix line ends",
                rule="line-ends",
                row=line,
            )
        )
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text and not text.endswith("\n"):
        problems.append(
            problem(
                "no line end after the last row",
                "a line end",
                "add a line end; check that the last row is whole",
                rule="last-line",
            )
        )
    reader = csv.reader(io.StringIO(text), strict=True)
    rows, lines, start = [], [], 1
    try:
        for row in reader:
            rows.append(row)
            lines.append(start)
            start = reader.line_num + 1
    except csv.Error as error:
        problems.append(
            problem(
                str(error),
                "balanced quotes",
                "look for a stray or missing double quote",
                rule="quotes",
                row=start,
            )
        )
        return None, problems
    if not rows:
        return None, [
            *problems,
            problem("an empty file", "a header row", "restore it from version control", rule="file-empty"),
        ]
    raw = RawTable(table, rows[0], rows[1:], lines[1:])
    problems.extend(check_header(raw, path.name))
    problems.extend(check_width(raw, path.name))
    return raw, problems


def check_header(raw: RawTable, name: str) -> Iterator[Problem]:
    """The header must be the declared columns in the declared order."""
    expected, found = raw.table.columns, raw.header
    if found == expected:
        return
    for column in [item for item in expected if item not in found]:
        yield Problem(
            name,
            1,
            column,
            "column-missing",
            "no such column",
            f"column {column!r}",
            "restore the column; the header must match datapackage.json",
        )
    for column in [item for item in found if item not in expected]:
        yield Problem(
            name,
            1,
            column,
            "column-unknown",
            quote(column),
            f"one of: {', '.join(expected)}",
            "rename or remove it, or declare it in datapackage.json",
        )
    for column in sorted({item for item in found if found.count(item) > 1}):
        yield Problem(
            name,
            1,
            column,
            "column-twice",
            f"{found.count(column)} columns called {column!r}",
            "one",
            "remove the copy",
        )
    if sorted(found) == sorted(expected):
        place = next(i for i, (a, b) in enumerate(zip(found, expected)) if a != b)
        yield Problem(
            name,
            1,
            found[place],
            "column-order",
            f"column {place + 1} is {found[place]!r}",
            repr(expected[place]),
            "put the columns in the declared order",
        )


def check_width(raw: RawTable, name: str) -> Iterator[Problem]:
    """Every row must have as many cells as the header: a shifted row is told before its types are judged."""
    width = len(raw.header)
    for line, row in zip(raw.lines, raw.rows):
        if not any(cell.strip() for cell in row):
            yield Problem(
                name, line, "", "blank-row", "an empty row", "a row or nothing", "delete the empty row"
            )
        elif len(row) != width:
            yield Problem(
                name,
                line,
                "",
                "shifted-row",
                f"{len(row)} cells",
                f"{width}",
                "look for a missing or surplus comma, or a text with a comma that is not in quotes",
                raw.key_of(row),
            )


_HYGIENE = (
    (
        "html",
        re.compile(r"<\s*/?[A-Za-z!][^<]*>?|&(?:[a-z]+|#\d+);|javascript:", re.IGNORECASE),
        "HTML or an entity",
        "plain text",
        "write the character itself; pages are escaped",
    ),
    (
        "control-character",
        re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u2028-\u202e\ufeff]"),
        "an invisible character",
        "visible text only",
        "retype the cell",
    ),
    ("line-break", re.compile(r"\n"), "a line break inside the cell", "one line", "replace it by a space"),
    (
        "odd-space",
        re.compile(r"[\u00a0\u2000-\u200a\u202f\u3000\t]"),
        "a tab or a non-breaking space",
        "ordinary spaces",
        "replace it by a space",
    ),
    ("stray-blank", re.compile(r"^ | $"), "a blank at the start or end", "none", "remove it"),
    ("double-blank", re.compile(r"  "), "two blanks in a row", "one", "remove one"),
    ("formula", re.compile(r"^[=@]"), "a spreadsheet formula", "its value", "paste the value"),
    (
        "spreadsheet-error",
        re.compile(r"^#(?:REF|N/A|NAME|VALUE|DIV/0|NUM|NULL|SPILL)"),
        "a spreadsheet error",
        "the value",
        "restore the cell from version control",
    ),
    (
        "mojibake",
        re.compile(r"Ã.|Â[^ ]|â€|\ufffd"),
        "text decoded with the wrong encoding",
        "UTF-8 text",
        "retype the cell",
    ),
)
_MISSING_WORDS = {
    "na",
    "n/a",
    "nan",
    "null",
    "none",
    "-",
    "--",
    "–",
    "?",
    "unknown",
    "nr",
    "#",
    "missing",
    "tbd",
    "todo",
    ".",
}


def check_cells(raw: RawTable, name: str) -> Iterator[Problem]:
    """Traces of spreadsheets, web pages and other encodings in any cell."""
    for line, row in zip(raw.lines, raw.rows):
        for column, cell in zip(raw.header, row):
            for rule, found, expected, mend in _look_at(cell):
                yield Problem(name, line, column, rule, found, expected, mend, raw.key_of(row))


@cache
def _look_at(cell: str) -> tuple[tuple[str, str, str, str], ...]:
    """Rule, found, expected and remedy of each fault of a cell; once for each content, since most cells hold a code or an id that many hold."""
    faults = [
        (rule, f"{what} in {quote(cell)}", expected, mend)
        for rule, pattern, what, expected, mend in _HYGIENE
        if pattern.search(cell)
    ][:1]
    if cell.strip().lower() in _MISSING_WORDS:
        faults.append(
            (
                "missing-word",
                quote(cell),
                "an empty cell",
                "leave the cell empty where the value is not known",
            )
        )
    return tuple(faults)


_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_HINTS = (
    (re.compile(r"^-?\d+,\d{1,2}$|^-?\d+,\d{4,}$"), "write the decimal with a point"),
    (re.compile(r"^\d{1,3}(?:[,' ]\d{3})+(?:\.\d+)?$"), "write the number without thousands separators"),
    (re.compile(r"^\d+(?:\.\d+)?\s*%$"), "write the number without the percent sign"),
    (
        re.compile(rf"^(?:\d{{1,2}}[- ](?:{_MONTHS})|(?:{_MONTHS})[- ]\d{{1,2}})", re.IGNORECASE),
        "a spreadsheet turned the text into a date: format the column as text and retype it",
    ),
    (re.compile(r"^\d{1,2}[/.]\d{1,2}[/.]\d{2,4}$"), "write dates as YYYY-MM-DD"),
    (
        re.compile(r"^[34]\d{4}(?:\.0)?$"),
        "a spreadsheet turned the date into a serial number: write YYYY-MM-DD",
    ),
    (re.compile(r"^\d+\.0+$"), "write a count without decimals"),
    (re.compile(r"^\d+(?:\.\d+)?e[+-]?\d+$", re.IGNORECASE), "write the number out in full"),
    (re.compile(r"^[<>≤≥~]"), "write the number alone and put the sign in the note"),
    (re.compile(r"[A-Z]"), "codes are lower case; see the allowed codes in datapackage.json"),
)


def hint(cell: str) -> str:
    """How to mend a cell of the wrong type, judged by its look."""
    for pattern, advice in _HINTS:
        if pattern.search(str(cell)):
            return advice
    return "see the column's meaning and allowed values on the data page or in datapackage.json"
