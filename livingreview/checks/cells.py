"""Reading a table as raw text, and what spreadsheets do to it.

These rules look at bytes and characters, before any type is known: a byte-order mark or a comma decimal
should be named as what it is, and not as a type error three columns on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from livingreview.checks.characters import has_hidden, has_loose_accent, has_markup, has_odd_space
from livingreview.checks.problems import Problem, quote
from livingreview.evidence.lexical import QuoteError, find_odd, is_plain, split_rows
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


MEND = "livingreview check --mend"
SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}


def read_raw(path: Path, table: Table) -> tuple[RawTable | None, list[Problem]]:
    """A CSV file as raw text, and the problems of the file as a whole; no table where it cannot be read."""
    if not path.is_file():
        expected, mend = f"a file for table {table.name!r}", "restore it from version control"
        return None, [Problem(path.name, 0, "", "file-missing", "no such file", expected, mend)]
    text, problems = _read_text(path)
    if text is None:
        return None, problems
    if separator := find_separator(text, table):
        # A spreadsheet that writes these writes a byte-order mark as well: that is one cause.
        what = f"cells parted by {SEPARATORS[separator]}"
        mend = f"save with commas between cells, or run: {MEND}"
        return None, [Problem(path.name, 1, "", "separator", what, "commas between cells", mend)]
    rows, lines, told = _part_rows(path.name, text)
    problems += told
    if rows is None:
        return None, problems
    raw = RawTable(table, rows[0], rows[1:], lines[1:])
    problems.extend(check_header(raw, path.name))
    problems.extend(check_width(raw, path.name))
    return raw, problems


def find_separator(text: str, table: Table) -> str:
    """What parts the cells of a file whose header is the declared one but for that; '' where commas do."""
    header = text.partition("\n")[0]
    parts = {sign: [cell.strip('"') for cell in header.split(sign)] for sign in SEPARATORS}
    wanted = [sign for sign, names in parts.items() if len(names) > 1 and set(names) <= set(table.columns)]
    return wanted[0] if wanted and "," not in header else ""


def _read_text(path: Path) -> tuple[str | None, list[Problem]]:
    """What a file says, its line ends as LF; None where it is not UTF-8."""
    problems = []

    def tell(rule: str, row: int, found: str, expected: str, mend: str) -> None:
        problems.append(Problem(path.name, row, "", rule, found, expected, mend))

    data = path.read_bytes()
    has_mark = data.startswith(b"\xef\xbb\xbf")
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        found = f"byte 0x{data[error.start]:02x} on line {line}"
        tell("not-utf8", line, found, "UTF-8 text", "save the file as UTF-8")
        return None, problems
    has_returns = "\r" in text
    if has_mark:  # a spreadsheet writes both: that is one cause
        found = "a byte-order mark" + (" and carriage returns" if has_returns else "")
        tell("byte-order-mark", 0, found, "plain UTF-8, lines that end in LF", f"run: {MEND}")
    elif has_returns:
        line = text[: text.index("\r")].count("\n") + 1
        tell("line-ends", line, "carriage returns", "lines that end in LF", f"run: {MEND}")
    if has_returns:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text and not text.endswith("\n"):
        mend = "add a line end; check that the last row is whole"
        tell("last-line", 0, "no line end after the last row", "a line end", mend)
    return text, problems


def _part_rows(name: str, text: str) -> tuple[list[list[str]] | None, list[int], list[Problem]]:
    """The rows of a file, header first, and the line on which each starts; None where quotes do not pair."""
    rows: list[list[str]] = []
    lines: list[int] = []
    try:
        for line, row in split_rows(text):
            rows.append(row)
            lines.append(line)
    except QuoteError as error:
        mend = "look for a stray or missing double quote"
        return None, [], [Problem(name, error.line, "", "quotes", str(error), "balanced quotes", mend)]
    if not rows:
        mend = "restore it from version control"
        return None, [], [Problem(name, 0, "", "file-empty", "an empty file", "a header row", mend)]
    return rows, lines, []


def check_header(raw: RawTable, name: str) -> Iterator[Problem]:
    """The header must be the declared columns in the declared order."""
    expected, found = raw.table.columns, raw.header

    def tell(rule: str, column: str, what: str, wanted: str, mend: str) -> Problem:
        return Problem(name, 1, column, rule, what, wanted, mend)

    if found == expected:
        return
    for column in [item for item in expected if item not in found]:
        mend = "restore the column; the header must match datapackage.json"
        yield tell("column-missing", column, "no such column", f"column {column!r}", mend)
    for column in [item for item in found if item not in expected]:
        mend = "rename or remove it, or declare it in datapackage.json"
        yield tell("column-unknown", column, quote(column), f"one of: {', '.join(expected)}", mend)
    for column in sorted({item for item in found if found.count(item) > 1}):
        what = f"{found.count(column)} columns called {column!r}"
        yield tell("column-twice", column, what, "one", "remove the copy")
    if sorted(found) == sorted(expected):
        pairs = enumerate(zip(found, expected, strict=True), 1)
        place, (here, wanted) = next((place, pair) for place, pair in pairs if pair[0] != pair[1])
        what, mend = f"column {place} is {here!r}", "put the columns in the declared order"
        yield tell("column-order", here, what, repr(wanted), mend)


def check_width(raw: RawTable, name: str) -> Iterator[Problem]:
    """Every row has as many cells as the header: a shifted row is told before its types are judged."""
    width = len(raw.header)
    for line, row in zip(raw.lines, raw.rows, strict=True):
        if not any(cell.strip() for cell in row):
            yield Problem(
                name, line, "", "blank-row", "an empty row", "a row or nothing", "delete the empty row"
            )
        elif len(row) != width:
            mend = "look for a missing or surplus comma, or a text with a comma that is not in quotes"
            told = f"{len(row)} cells", f"{width}", mend, raw.key_of(row)
            yield Problem(name, line, "", "shifted-row", *told)


MOJIBAKE = r"Ã.|Â[^ ]|â[€‰†\u02c6„]|[ÎÏ][\u0080-\u00bf€]|\ufffd"  # UTF-8 read as something else
# (rule, how it is found, what was found, what was expected, how to mend it)
_HYGIENE = (
    (
        "html",
        has_markup,
        "HTML or an entity",
        "plain text",
        "write the character itself; pages are escaped",
    ),
    ("control-character", has_hidden, "an invisible character", "visible text only", "retype the cell"),
    (
        "line-break",
        re.compile(r"\n").search,
        "a line break inside the cell",
        "one line",
        "replace it by a space",
    ),
    (
        "odd-space",
        has_odd_space,
        "a tab or a non-breaking space",
        "ordinary spaces",
        "replace it by a space",
    ),
    ("stray-blank", re.compile(r"^ | $").search, "a blank at the start or end", "none", "remove it"),
    ("double-blank", re.compile(r"  ").search, "two blanks in a row", "one", "remove one"),
    ("formula", re.compile(r"^[=@]").search, "a spreadsheet formula", "its value", "paste the value"),
    (
        "spreadsheet-error",
        re.compile(r"^#(?:REF|N/A|NAME|VALUE|DIV/0|NUM|NULL|SPILL)").search,
        "a spreadsheet error",
        "the value",
        "restore the cell from version control",
    ),
    (
        "mojibake",
        re.compile(MOJIBAKE).search,
        "text decoded with the wrong encoding",
        "UTF-8 text",
        "retype the cell",
    ),
    (
        "letter-in-parts",
        has_loose_accent,
        "a letter and its accent as two characters",
        "one character for both (Unicode NFC)",
        "retype the letter",
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
    "\u2013",  # a dash, as word processors write it
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
    for line, row in zip(raw.lines, raw.rows, strict=True):
        for column, cell in zip(raw.header, row, strict=False):  # a shifted row is told by its width
            for rule, found, expected, mend in _look_at(cell):
                yield Problem(name, line, column, rule, found, expected, mend, raw.key_of(row))


def is_float_count(kind: str, cell: str) -> bool:
    """Whether a whole number is written as one with a decimal, as programs write a column with gaps."""
    return kind == "integer" and cell.endswith(".0") and is_plain("integer", cell[:-2])


_EXPECTED = {
    "integer": "a whole number in the digits 0 to 9",
    "number": "a number in the digits 0 to 9, its decimals after one point",
    "date": "a date like 2026-01-05",
}


def check_numbers(raw: RawTable, name: str) -> Iterator[Problem]:
    """Numbers and dates that are not written as such, whatever a reader would make of them: 1_000, 2026-1-5.

    No later rule sees these cells: to it they are missing. Counts that a program wrote with a decimal are
    one cause, told once for a column.
    """
    told: set[str] = set()
    for number, column, cell in find_odd(raw.table, raw.header, raw.rows):
        if is_float_count(raw.table.field(column).type, cell):
            if column in told:
                continue
            told.add(column)
        expected, advice = _EXPECTED[raw.table.field(column).type], hint(cell)
        mend = "write it plainly, with nothing beside it" if advice == _NO_HINT else advice
        if column in told:
            mend = f"write counts without decimals, here and below in this column, or run: {MEND}"
        key = raw.key_of(raw.rows[number])
        yield Problem(name, raw.lines[number], column, "odd-form", quote(cell), expected, mend, key)


@cache
def _look_at(cell: str) -> tuple[tuple[str, str, str, str], ...]:
    """Rule, found, expected and remedy of each fault of a cell.

    Looked for once for each content: most cells hold a code or an id that many hold.
    """
    faults = [
        (rule, f"{what} in {quote(cell)}", expected, mend)
        for rule, is_at_fault, what, expected, mend in _HYGIENE
        if is_at_fault(cell)
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


_NO_HINT = "see the column's meaning and allowed values on the data page or in datapackage.json"


def hint(cell: str) -> str:
    """How to mend a cell of the wrong type, judged by its look."""
    for pattern, advice in _HINTS:
        if pattern.search(str(cell)):
            return advice
    return _NO_HINT
