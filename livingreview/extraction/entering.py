"""New rows of a list that a sheet enters beside its evidence: a drug, a family of regimens."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence

from livingreview.checks.problems import quote
from livingreview.evidence.schema import Package, Table
from livingreview.extraction.layout import PLACE, Page, codes_of, lists_of, name_column
from livingreview.extraction.reading import Book, Place, Read, Sheet, resolve_code, resolve_name
from livingreview.surveillance.identity import Row, normal, slug

SHORT = "short_name"  # the name itself, where nothing shorter is written


def enter_lists(sheet: Sheet, book: Book) -> dict[str, list[tuple[Place, Row]]]:
    """The new rows by table, with their places; from then on the sheet's other pages may name them."""
    entered: dict[str, list[tuple[Place, Row]]] = {}
    for table, page in book.lists.items():
        for read in sheet.rows.get(table, []):
            if row := _enter(sheet, book, page, read, [row for _, row in entered.get(table, [])]):
                entered.setdefault(table, []).append((read.place, row))
    return entered


def _enter(sheet: Sheet, book: Book, page: Page, read: Read, before: Sequence[Row]) -> Row | None:
    table, words = page.table, name_column(page.table)
    name, key = read.cells[words], slug(normal(read.cells[words]))
    if not key:
        sheet.tell(read.place, words, "name-missing", "nothing", "its name", "fill it in, or empty the line")
        return None
    if held := _held(book, table, name, key):
        mend = f"empty the line, and choose {held!r} where it is meant"
        sheet.tell(read.place, words, "list-known", quote(name), f"a name that {table.path} has not", mend)
        return None
    if normal(name) in sheet.added.get(table.name, {}):
        sheet.tell(
            read.place, words, "name-twice", quote(name), "each new one once", "empty one of the lines"
        )
        return None
    row = dict.fromkeys(table.columns, "") | {table.primary_key: key}
    for column in page.columns:
        text = read.cells[column.name]
        if text and column.refers_to:
            text = resolve_name(book, column.refers_to, text, read.place, column.name, sheet)
        elif text and codes_of(column.field):
            text = resolve_code(column.field, text, read.place, column.name, sheet)
        row[column.field.name] = text or column.field.default
    if SHORT in row and not row[SHORT] and len(name) <= table.field(SHORT).constraints.get("maxLength", 1e9):
        row[SHORT] = name
    if PLACE in row:
        row[PLACE] = str(_next_place(book, table, row, before))
    called = sheet.added.setdefault(table.name, {})
    called |= {normal(text): key for text in (name, key, row.get(SHORT, "")) if text}
    near = difflib.get_close_matches(name, book.names(table.name), 1)
    nearest = f"; the nearest that is here: {near[0]!r}" if near else ""
    sheet.remarks.append(f"{name!r} is new in {table.path}{nearest}")
    return row


def _held(book: Book, table: Table, name: str, key: str) -> str:
    """What the list calls a row that has this name, id, short name or synonym already."""
    own = name_column(table)
    for row in book.evidence.tables[table.name].fillna("").to_dict("records"):
        also = [row.get(SHORT, ""), *row.get("synonyms", "").split("; ")]
        if row[table.primary_key] == key or normal(name) in map(normal, filter(None, (row[own], *also))):
            return row[own]
    return ""


def _next_place(book: Book, table: Table, row: Row, before: Sequence[Row]) -> int:
    """The last place among the rows that are of the same as it is (families of a class)."""
    of = [key.field for key in table.foreign_keys]
    held = [*book.evidence.tables[table.name].to_dict("records"), *before]
    return (
        max((int(other[PLACE]) for other in held if all(other[name] == row[name] for name in of)), default=0)
        + 1
    )


def keep_used(package: Package, rows: Mapping[str, list]) -> list[str]:
    """Take out new rows of a list that no row of the sheet names; returns what is told of them."""
    told = []
    for table in lists_of(package):
        used = {
            item.row[key.field]
            for other in package.evidence_tables
            for key in other.foreign_keys
            if key.table == table.name
            for item in rows.get(other.name, [])
        }
        for item in list(rows.get(table.name, [])):
            if item.row[table.primary_key] not in used:
                rows[table.name].remove(item)
                name = item.row[name_column(table)]
                told.append(
                    f"{item.place.page}, row {item.place.row}: no row names {name!r}; it is not taken"
                )
    return told
