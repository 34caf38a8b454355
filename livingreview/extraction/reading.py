"""A sheet's cells as rows of the data: words become codes, names become ids, what is unsure is told.

Nothing is guessed. A number that a spreadsheet may have changed (a day made of 1/1, thousands or decimals
after a comma) is a problem with its page, row and column; what is certain (a decimal comma, a per cent sign)
is taken as what it means, and told.
"""

from __future__ import annotations

import datetime
import difflib
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from livingreview.checks.problems import Problem, quote
from livingreview.evidence import Evidence, records
from livingreview.evidence.lexical import is_plain
from livingreview.evidence.schema import Field
from livingreview.extraction.drafts import PROPOSED, USUAL, plain_term
from livingreview.extraction.layout import (
    APPRAISALS,
    FORM,
    Column,
    Page,
    codes_of,
    form_of,
    lists_of,
    pages_of,
    words_of,
)
from livingreview.extraction.workbook import Cells, Value
from livingreview.surveillance.identity import normal

_PERCENT = re.compile(r"([0-9]+(?:[.,][0-9]+)?) ?%")
_COMMA = re.compile(r"(-?[0-9]+),([0-9]+)")
_LIST = re.compile(r"\s*;\s*")


class Place(NamedTuple):
    """Where a row stands in a sheet: page, as a person sees it, and number of the row."""

    page: str
    row: int


class Read(NamedTuple):
    """One row as it was read: column of the page -> text, codes and ids still in words."""

    place: Place
    cells: dict[str, str]


@dataclass
class Sheet:
    """A sheet as it was read.

    Attributes
    ----------
    form : dict of str to str
        Field -> text; of columns of the data, as the data has it.
    form_places : dict of str to Place
    rows : dict of str to list of Read
        Table -> rows.
    problems : list of Problem
    remarks : list of str
        What was taken for what it means.
    unused : int
        Offered rows in which nothing was filled.
    added : dict of str to dict of str to str
        Table of a list -> what a new row of it is called, as compared -> its id.
    """

    form: dict[str, str] = field(default_factory=dict)
    form_places: dict[str, Place] = field(default_factory=dict)
    rows: dict[str, list[Read]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    unused: int = 0
    added: dict[str, dict[str, str]] = field(default_factory=dict)

    def tell(self, place: Place, column: str, rule: str, found: str, expected: str, mend: str) -> None:
        """Note a problem."""
        self.problems.append(Problem(place.page, place.row, column, rule, found, expected, mend))


class Book:
    """The review, as far as a sheet refers to it.

    Attributes
    ----------
    pages : dict of str to Page
        By table.
    tables : dict of str to Page
        Those of evidence.
    lists : dict of str to Page
        Those on which new rows of a list are entered, such as drugs.
    """

    def __init__(self, evidence: Evidence):
        self.evidence = evidence
        self.package = evidence.package
        self.pages = pages_of(evidence.package)
        self.tables = {name: page for name, page in self.pages.items() if page.table.evidence}
        self.lists = {table.name: self.pages[table.name] for table in lists_of(evidence.package)}

    @cached_property
    def known(self) -> dict[str, dict[str, set[str]]]:
        """Table -> what a row is called, in small letters -> ids of the rows that are called so."""
        found: dict[str, dict[str, set[str]]] = {}
        targets = {
            (key.table, key.target)
            for table in self.package.tables.values()
            for key in table.foreign_keys
            if key.table
        }
        for name, target in sorted(targets):
            called = found.setdefault(name, {})
            for row in records(self.evidence.tables[name]):
                for words in {row[target], words_of(self.package.tables[name], row)}:
                    called.setdefault(normal(str(words)), set()).add(row[target])
        for report_id, words in self.evidence.report_names.items():
            found["reports"].setdefault(normal(words), set()).add(report_id)
        return found

    @cached_property
    def numbers(self) -> dict[tuple[str, str], str]:
        """(scheme, number in small letters) -> a report that has it."""
        rows = records(self.evidence.tables["identifiers"])
        return {(row["scheme"], row["value"].lower()): row["report_id"] for row in rows}

    def names(self, table: str) -> list[str]:
        """What the rows of a table are called, in its order: choices for a person."""
        if table == "reports":
            return sorted(self.evidence.report_names.values())
        spec, rows = self.package.tables[table], records(self.evidence.tables[table])
        return list(dict.fromkeys(words_of(spec, row) for row in rows))

    def choices(self, class_id: str = "") -> dict[tuple[str, str], Sequence[str]]:
        """What may be chosen in each column of a sheet, and each field of its form."""
        offered: dict[tuple[str, str], Sequence[str]] = {}
        for name, page in self.pages.items():
            for column in page.columns:
                if codes := codes_of(column.field):
                    offered[name, column.name] = list(codes.values())
                elif column.refers_to and column.refers_to not in self.tables:
                    offered[name, column.name] = self.names(column.refers_to)
        families = self.evidence.tables["families"]
        own = families.loc[families["class_id"].eq(class_id), "name"].tolist()
        if own:
            rest = [name for name in self.names("families") if name not in own]
            offered["regimens", "family"] = [*own, *rest]
        for name, (columns, _) in USUAL.items():
            for column in columns if name in self.pages else ():
                if (name, column) not in offered:
                    seen = {plain_term(column, code) for code in self.evidence.tables[name][column].dropna()}
                    offered[name, column] = sorted(seen, key=str.lower)
        for line in form_of(self.package):
            if line.field and (codes := codes_of(line.field)):
                offered[FORM, line.name] = list(codes.values())
        offered[FORM, "study"] = sorted(self.names("studies"), key=str.lower)
        return offered


def read_rows(pages: Mapping[str, Cells], book: Book) -> Sheet:
    """What a sheet's cells say, row by row; problems are noted, and a cell with one is empty."""
    sheet = Sheet()
    _read_form(pages[FORM], book, sheet)
    for name, page in book.pages.items():
        if name in pages:
            sheet.rows[name] = list(_read_page(page, pages[name], sheet))
        elif page.table.evidence or name == APPRAISALS:  # the others a sheet of before has not
            sheet.remarks.append(f"there is no page {page.title!r}: nothing is taken of it")
    return sheet


def _read_form(cells: Cells, book: Book, sheet: Sheet) -> None:
    lines = {line.name: line for line in form_of(book.package)}
    sheet.form = dict.fromkeys(lines, "")
    for number, row in cells.rows:
        name, place = str(row[0]).strip(), Place(cells.place, number)
        if name not in lines:
            near = difflib.get_close_matches(name, lines, 1)
            mend = f"did you mean {near[0]!r}?" if near else "delete the line"
            sheet.tell(place, "field", "form-field", quote(name), "a field of the form", mend)
            continue
        item = lines[name].field or Field(name)
        sheet.form_places[name] = place
        sheet.form[name] = read_cell(row[1] if len(row) > 1 else "", item, place, name, sheet)


def _read_page(page: Page, cells: Cells, sheet: Sheet) -> Iterator[Read]:
    columns = {column.name: column for column in page.columns}
    header = [name.lower().replace(" ", "_") for name in cells.header]
    _check_header(cells, header, columns, sheet)
    for number, values in cells.rows:
        place = Place(cells.place, number)
        beside = any(str(value).strip() for value in values[len(header) :])
        if beside or (cells.is_text and len(values) != len(header)):
            found = f"{len(values)} cells"
            mend = "look for a comma too many or too few; quote a cell that holds one"
            sheet.tell(place, "", "shifted-row", found, f"{len(header)} cells, as in the header", mend)
            continue
        row = dict.fromkeys(columns, "")
        for name, value in zip(header, values, strict=False):
            if name in columns:
                row[name] = read_cell(value, columns[name].field, place, name, sheet)
            elif name == PROPOSED:
                row[name] = str(value).strip()
        if _is_offered(page, row, sheet, place):
            sheet.unused += 1
        else:
            yield Read(place, row)


def _check_header(cells: Cells, header: Sequence[str], columns: Mapping[str, Column], sheet: Sheet) -> None:
    place = Place(cells.place, 1)
    for name in filter(None, header):
        if name not in columns and name != PROPOSED:
            near = difflib.get_close_matches(name, columns, 1)
            mend = f"did you mean {near[0]!r}?" if near else "take it out, or take the sheet's own header"
            sheet.tell(place, name, "column-unknown", quote(name), "a column of the page", mend)
    for name in sorted({name for name in header if name and header.count(name) > 1}):
        sheet.tell(place, name, "column-twice", quote(name), "each column once", "delete one of the two")
    for name in columns if header else ():
        if name not in header:
            mend = "put it back: what stood in it would be lost without a word"
            sheet.tell(place, name, "column-missing", "no such column", f"a column {name}", mend)
    for at, name in enumerate(header):
        if not name and any(str(row[at]).strip() for _, row in cells.rows if at < len(row)):
            mend = "write the column's name over it, or empty the column"
            sheet.tell(place, "", "header-blank", f"cells under no name (column {at + 1})", "a name", mend)


def _is_offered(page: Page, row: Mapping[str, str], sheet: Sheet, place: Place) -> bool:
    """Whether a row is as it was offered: it says of whom and of what, and nothing else."""
    what = ("question",) if page.table.name == APPRAISALS else USUAL.get(page.table.name, ((), 0))[0]
    said = {name for name, text in row.items() if text} - {"cohort", *what}
    in_row = any(problem.row == place.row and problem.file == place.page for problem in sheet.problems)
    return bool(what) and not said and not in_row


def read_cell(value: Value, item: Field, place: Place, name: str, sheet: Sheet) -> str:
    """A cell's text, as the data would have it if it is a number or a day; '' where that is unsure."""
    if isinstance(value, bool):
        mend = "write the number or the words, in a cell formatted as text"
        sheet.tell(place, name, "cell-truth", str(value).upper(), "text or a number", mend)
        return ""
    if isinstance(value, datetime.date | datetime.time | datetime.timedelta):
        return _read_day(value, item, place, name, sheet)
    if isinstance(value, int | float):
        whole = float(value).is_integer()
        return str(int(value)) if whole else repr(float(value))
    text = unicodedata.normalize("NFC", value.replace("\u00a0", " ")).strip()
    if item.type in ("integer", "number") or item.name.endswith("_pct"):
        return _read_number(text, item, place, name, sheet)
    return " ".join(text.split())


def _read_day(
    value: datetime.date | datetime.time | datetime.timedelta,
    item: Field,
    place: Place,
    name: str,
    sheet: Sheet,
) -> str:
    may_be_a_month = "[0-9]{4}" in str(item.constraints.get("pattern", ""))
    if item.type == "date" and isinstance(value, datetime.date):
        return value.strftime("%Y-%m-%d")
    mend = "the spreadsheet made a day of it: format the cell as text and write anew what is printed"
    expected = "a year, a month (2026-11) or a day (2026-11-29)" if may_be_a_month else "a number, or words"
    sheet.tell(place, name, "cell-day", f"the day or time {value}", expected, mend)
    return ""


def _read_number(text: str, item: Field, place: Place, name: str, sheet: Sheet) -> str:
    in_percent = item.name.endswith("_pct") or item.unit == "%"
    plain = text.replace("\u2212", "-")
    if (found := _PERCENT.fullmatch(plain)) and in_percent:
        plain = found[1]
    if comma := _COMMA.fullmatch(plain):
        if len(comma[2]) == 3:
            mend = "write 1234 for thousands, 1.234 for decimals"
            sheet.tell(place, name, "number-comma", quote(text), "a number that is read in one way", mend)
            return ""
        plain = f"{comma[1]}.{comma[2]}"
    if item.type == "integer" and re.fullmatch(r"-?[0-9]+\.0+", plain):
        plain = plain.partition(".")[0]
    kind = item.type if item.type != "string" else "number"
    if plain and not is_plain(kind, plain):
        sheet.tell(place, name, "number-form", quote(text), _expected(kind), _hint(text))
        return ""
    if plain != text:
        sheet.remarks.append(f"{place.page}, row {place.row}, column {name}: {text!r} is taken as {plain}")
    return plain


def _expected(kind: str) -> str:
    return "a whole number" if kind == "integer" else "a number, such as 12 or 48.5"


def _hint(text: str) -> str:
    if re.search(r"[0-9] ?/ ?[0-9]", text):
        return "events and total stand in columns of their own; the printed words in as_reported"
    if re.search(r"[<>=~≈≤≥]", text):
        return "leave the number empty and keep the words in as_reported"
    if re.search(r"[0-9] ?[-–—] ?[0-9]", text):
        return "the two limits stand in columns of their own"
    return "write digits only; words belong in as_reported or the note"


def code_for(item: Field, text: str) -> list[str]:
    """The codes of a column that a text may mean: by code, by its words or synonyms, by those in brackets."""
    wanted = normal(text)
    codes = codes_of(item)
    if found := {code for name, code in item.synonyms.items() if normal(name) == wanted}:
        return sorted(found)
    for form in (
        lambda code, words: text in (code, words),
        lambda code, words: wanted in (normal(code), normal(words)),
        lambda code, words: wanted in (normal(words.partition("(")[0]), *map(normal, _bracketed(words))),
    ):
        if found := [code for code, words in codes.items() if form(code, words)]:
            return found
    return []


def _bracketed(words: str) -> list[str]:
    return re.findall(r"\(([^()]*)\)", words)


def resolve_code(item: Field, text: str, place: Place, name: str, sheet: Sheet) -> str:
    """The code that a cell means; a problem where it means none, or several."""
    found = code_for(item, text)
    if len(found) == 1:
        return found[0]
    told = [item.label(code) for code in found or codes_of(item)]
    near = difflib.get_close_matches(text, told, 1, 0.6)
    mend = f"did you mean {near[0]!r}?" if near else "take one of the list"
    expected = f"one of: {'; '.join(told)}"
    sheet.tell(place, name, "code-unsure" if found else "code-unknown", quote(text), expected, mend)
    return ""


def resolve_name(book: Book, table: str, text: str, place: Place, name: str, sheet: Sheet) -> str:
    """The id of the row of another table that a cell means; a problem where it means none, or several."""
    known = book.known[table]
    if added := sheet.added.get(table, {}).get(normal(text)):
        return added
    found = known.get(normal(text), set())
    if text in found or len(found) == 1:
        return text if text in found else next(iter(found))
    mend = f"a new one is entered in {table}.csv first"
    if table in book.lists:
        mend = f"enter a new one on the page {book.lists[table].title!r}: its name, and what is needed there"
    elif table == "reports":
        mend = "what is not in the review is named in source_citation"
    if near := difflib.get_close_matches(normal(text), known, 1):  # by its id too; told by its name
        meant = (words for words in book.names(table) if known.get(normal(words)) == known[near[0]])
        mend = f"did you mean {next(meant, near[0])!r}? If not, {mend}"
    if found:
        mend = f"write its id: {', '.join(sorted(found))}"
    sheet.tell(place, name, "reference-unknown", quote(text), f"one row of {table}.csv, by its name", mend)
    return ""


def split_cell(text: str) -> list[str]:
    """The parts of a cell that holds several, parted by a semicolon."""
    return [part for part in _LIST.split(text) if part]
