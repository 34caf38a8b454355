"""Sheets on disk: a workbook (.xlsx, .ods) or a folder of tables (.csv), written and read cell by cell."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineError, CalamineWorkbook

from livingreview.evidence.lexical import split_rows
from livingreview.evidence.schema import Package
from livingreview.evidence.writing import write_rows
from livingreview.extraction.drafts import PROPOSED, Draft
from livingreview.extraction.layout import FORM, Page, explain, form_of, is_needed, pages_of
from livingreview.surveillance.tables import LoopError

BOOKS = (".xlsx", ".ods", ".xlsm", ".xls")
CHOICES = "Choices"
CHOICES_HEADER = ["table", "column", "choice", "code"]
FORM_HEADER = ["field", "value", "what to write"]
_ROWS = 300  # for which choices and text format are set
_NEEDED = PatternFill("solid", fgColor="FFF2CC")
_PLAIN = PatternFill("solid", fgColor="E7E6E6")
_WIDE = dict.fromkeys(("as_reported", "label", "note", "locator", "why", "where"), 30) | {"question": 60}
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'"))

Value = str | float | int | bool | datetime.date | datetime.time | datetime.timedelta


class SheetError(LoopError):
    """A sheet that cannot be read at all; the message says what was found and how to mend it."""


class Cells(NamedTuple):
    """The cells of one page.

    Attributes
    ----------
    place : str
        The file, and the page in it.
    rows : list of (int, list)
        Number of the row as the spreadsheet shows it, and its values.
    is_text : bool
        Whether it is a text file, in which a lost quote or comma moves cells.
    """

    place: str
    header: list[str]
    rows: list[tuple[int, list[Value]]]
    is_text: bool = False


Choices = Mapping[tuple[str, str], Sequence[str]]


def write_sheet(path: Path, package: Package, draft: Draft, choices: Choices) -> None:
    """Write a draft as a workbook, or into a folder of tables where the path has no ending of a workbook.

    Parameters
    ----------
    choices : mapping of (str, str) to sequence of str
        (table or `FORM`, column or field) -> what may be chosen there.
    """
    if path.suffix.lower() == ".xlsx":
        _write_book(path, package, draft, choices)
    else:
        _write_folder(path, package, draft, choices)


def _header(page: Page, rows: Sequence[Mapping[str, str]]) -> list[str]:
    proposed = [PROPOSED] if any(row.get(PROPOSED) for row in rows) else []
    return [*(column.name for column in page.columns), *proposed]


def _write_folder(path: Path, package: Package, draft: Draft, choices: Choices) -> None:
    path.mkdir(parents=True, exist_ok=True)
    lines = [[line.name, draft.form.get(line.name, ""), line.meaning] for line in form_of(package)]
    write_rows(path / f"{FORM}.csv", FORM_HEADER, lines)
    for name, page in pages_of(package).items():
        header = _header(page, draft.rows.get(name, []))
        cells = ([row.get(column, "") for column in header] for row in draft.rows.get(name, []))
        write_rows(path / f"{name}.csv", header, cells)
    write_rows(path / f"{CHOICES.lower()}.csv", CHOICES_HEADER, _list_choices(package, choices))


def _list_choices(package: Package, choices: Choices) -> Iterator[list[str]]:
    """Each choice of a column in words, and the code that the data hold for it: either is taken."""
    items = {(FORM, line.name): line.field for line in form_of(package)}
    items |= {(name, column.name): column.field for name, page in pages_of(package).items()
              for column in page.columns}  # fmt: skip
    for place, item in items.items():
        codes = {item.label(code): code for code in item.constraints.get("enum", ())} if item else {}
        yield from ([*place, words, codes.get(words, "")] for words in choices.get(place, ()))


def _write_book(path: Path, package: Package, draft: Draft, choices: Choices) -> None:
    book = Workbook()
    lists = _Lists(book)
    form = book.active
    _write_form(form, package, draft, choices, lists)
    pages = pages_of(package)
    for name, page in pages.items():
        rows = draft.rows.get(name, [])
        sheet = book.create_sheet(title_of(page))
        _write_page(sheet, page, _header(page, rows), rows)
        last = max(_ROWS, 2 * len(rows))
        for number, column in enumerate(page.columns, 1):
            own = pages[column.refers_to].own if column.refers_to in pages else None
            if own:
                other = pages[column.refers_to]
                at = get_column_letter(other.columns.index(own) + 1)
                formula = f"'{title_of(other)}'!${at}$2:${at}${_ROWS}"
                _offer(sheet, number, formula, is_strict=False, last=last)
            elif words := choices.get((name, column.name)):
                is_strict = bool(column.field.constraints.get("enum")) or bool(column.refers_to)
                formula = lists.add(f"{name}.{column.name}", words)
                new = pages[column.refers_to].title if column.refers_to in pages else ""
                _offer(sheet, number, formula, is_strict=is_strict, last=last, new=new)
    book.move_sheet(lists.sheet, len(book.sheetnames))
    book.save(path)


def title_of(page: Page) -> str:
    """A page's title as a workbook takes it."""
    return page.title.translate(_FORBIDDEN)[:31]


class _Lists:
    """The workbook's hidden page of choices: one column a list."""

    def __init__(self, book: Workbook):
        self.sheet: Worksheet = book.create_sheet(CHOICES)
        self.sheet.sheet_state = "hidden"
        self.used = 0

    def add(self, name: str, words: Sequence[str]) -> str:
        """Write a list; returns the range it stands in."""
        self.used += 1
        for number, word in enumerate((name, *words), 1):
            self.sheet.cell(number, self.used, word)
        at = get_column_letter(self.used)
        return f"{CHOICES}!${at}$2:${at}${len(words) + 1}"


def _offer(
    sheet: Worksheet,
    column: int,
    formula: str,
    *,
    is_strict: bool,
    row: int = 2,
    last: int = _ROWS,
    new: str = "",
) -> None:
    """Offer a list in a column; `new` is the page on which what it has not is entered."""
    rule = DataValidation("list", formula1=formula, allow_blank=True, showErrorMessage=is_strict)
    rule.error, rule.errorTitle = "Take one of the list.", "Not in the list"
    if new:
        rule.errorStyle = "warning"
        rule.error = f"If it is a new one, keep it and enter it on the page {new!r} too."
    at = get_column_letter(column)
    rule.add(f"{at}{row}:{at}{last}")
    sheet.add_data_validation(rule)


def _write_form(sheet: Worksheet, package: Package, draft: Draft, choices: Choices, lists: _Lists) -> None:
    sheet.title = FORM.capitalize()
    for number, words in enumerate(FORM_HEADER, 1):
        _head(sheet, number, words, _PLAIN)
    for number, line in enumerate(form_of(package), 2):
        needed = line.field is not None and line.field.required and not line.field.default
        name = sheet.cell(number, 1, line.name)
        name.font, name.fill = Font(bold=needed), _NEEDED if needed else PatternFill()
        value = sheet.cell(number, 2, draft.form.get(line.name, ""))
        value.number_format, value.alignment = "@", Alignment(wrap_text=True, vertical="top")
        sheet.cell(number, 3, line.meaning).alignment = Alignment(wrap_text=True, vertical="top")
        if words := choices.get((FORM, line.name)):
            is_strict = bool(line.field and line.field.constraints.get("enum"))
            formula = lists.add(line.name, words)
            _offer(sheet, 2, formula, is_strict=is_strict, row=number, last=number)
    for at, width in zip("ABC", (20, 60, 70), strict=True):
        sheet.column_dimensions[at].width = width
    sheet.freeze_panes = "C2"


def _head(sheet: Worksheet, number: int, words: str, fill: PatternFill) -> None:
    cell = sheet.cell(1, number, words)
    cell.font, cell.fill = Font(bold=True), fill


def _write_page(
    sheet: Worksheet, page: Page, header: Sequence[str], rows: Sequence[Mapping[str, str]]
) -> None:
    columns = {column.name: column for column in page.columns}
    for number, name in enumerate(header, 1):
        column = columns.get(name)
        needed = column is not None and is_needed(page, column)
        _head(sheet, number, name, _NEEDED if needed else _PLAIN)
        if column and (words := explain(column.field)):
            sheet.cell(1, number).comment = Comment(words, "livingreview", width=320, height=160)
        at = sheet.column_dimensions[get_column_letter(number)]
        at.width = max(12, len(name) + 2, _WIDE.get(name, 0))
        # As text: no spreadsheet turns 1/1 into a day, 3.0 into 3 or 0012 into 12.
        at.number_format = "@"
        for row in range(2, max(len(rows) + 2, 40)):
            sheet.cell(row, number).number_format = "@"
    for number, row in enumerate(rows, 2):
        for place, name in enumerate(header, 1):
            if row.get(name):
                sheet.cell(number, place).value = row[name]
                sheet.cell(number, place).data_type = "s"  # what begins with = is no formula
    sheet.freeze_panes = "B2"


def read_sheet(path: Path, package: Package) -> dict[str, Cells]:
    """The cells of a sheet by table, the form's under `FORM`; rows without any value are left out.

    Raises
    ------
    SheetError
        If it cannot be read, or the form is not there.
    """
    if path.is_dir():
        found = _read_folder(path, package)
    elif path.suffix.lower() in BOOKS:
        found = _read_book(path, package)
    else:
        kinds = ", ".join(BOOKS[:2])
        msg = f"{path}: expected a workbook ({kinds}) or a folder with {FORM}.csv and tables beside it"
        raise SheetError(msg)
    if FORM not in found:
        where = f"{FORM}.csv" if path.is_dir() else f"a page {FORM.capitalize()!r}"
        msg = f"{path}: there is no {where}; take a sheet that `livingreview add` wrote"
        raise SheetError(msg)
    return found


def _read_book(path: Path, package: Package) -> dict[str, Cells]:
    try:
        book = CalamineWorkbook.from_path(str(path))
        names = {FORM: FORM, **{title_of(page).lower(): name for name, page in pages_of(package).items()}}
        unknown = [
            name
            for name in book.sheet_names
            if name.lower() not in names and name != CHOICES and book.get_sheet_by_name(name).to_python()
        ]
        if unknown:
            msg = f"{path}: page {unknown[0]!r} is none of the sheet's; there are: {', '.join(names)}"
            raise SheetError(msg)
        found = {}
        for title in book.sheet_names:
            if title != CHOICES and title.lower() in names:
                rows = book.get_sheet_by_name(title).to_python(skip_empty_area=False)
                name = names[title.lower()]
                found[name] = _cells(f"{path.name}: {title}", list(enumerate(rows, 1)))
    except (CalamineError, OSError) as error:
        msg = f"{path}: cannot be read as a workbook ({error}); save it anew as .xlsx"
        raise SheetError(msg) from None
    return found


def _read_folder(path: Path, package: Package) -> dict[str, Cells]:
    known = [FORM, *pages_of(package)]
    found = {}
    for file in sorted(path.glob("*.csv")):
        if file.stem == CHOICES.lower():
            continue  # what may be written, not what was
        if file.stem not in known:
            msg = f"{file}: is no table of the sheet; there are: {', '.join(known)}"
            raise SheetError(msg)
        found[file.stem] = _cells(f"{path.name}/{file.name}", read_table(file))._replace(is_text=True)
    return found


def read_table(file: Path) -> list[tuple[int, list[Value]]]:
    """The rows of a CSV file as spreadsheets leave it: with a byte-order mark, parted by ; or a tab.

    Raises
    ------
    SheetError
        If it is no table in UTF-8.
    """
    try:
        data = file.read_bytes()
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        msg = f"{file}: cannot be read ({error}); save it as CSV in UTF-8"
        raise SheetError(msg) from None
    head = text.partition("\n")[0]
    sign = max(",;\t", key=head.count)
    return [(number, list(row)) for number, row in split_rows(text, sign, strict=False)]


def _cells(place: str, rows: Sequence[tuple[int, Sequence[Value]]]) -> Cells:
    filled = [(number, list(row)) for number, row in rows if any(str(value).strip() for value in row)]
    header = [str(value).strip() for value in filled[0][1]] if filled else []
    return Cells(place, header, filled[1:])
