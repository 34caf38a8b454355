"""What a machine may put right in ``data/``: what is certain, and nothing else; each remedy is told.

A table that LibreOffice, Excel, pandas or R wrote back holds the same data in another dress: a mark of byte
order, other line ends or separators, counts as 6.0, a column of row numbers, NA for every empty cell. What
could be two things is left for a person, and the check names it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

from livingreview.checks.cells import SEPARATORS, check_width, find_separator, is_float_count, read_raw
from livingreview.checks.descriptor import check_shape, read_descriptor
from livingreview.checks.digits import columns_of, is_certain, print_cell
from livingreview.checks.tables import check_descriptor
from livingreview.evidence import DESCRIPTOR, parse_review
from livingreview.evidence.lexical import split_rows
from livingreview.evidence.schema import Field, Table
from livingreview.evidence.writing import format_rows, write_rows, write_whole

Rows = list[list[str]]
_COMMA = re.compile(r"-?[0-9]+(?:,[0-9]+)?")
_ROW_NUMBERS = ("", "Unnamed: 0", "rownames")  # headers that programs give to a column of row numbers
_NOTHING = ("NA", "NaN", "nan", "<NA>")  # what R and pandas write for an empty cell


def record_rows(root: Path) -> dict[str, tuple[int, int]]:
    """Write each table's number of rows into ``datapackage.json``; returns {table: (before, now)} of changes.

    The numbers are under version control, so rows that vanish show up in a review of the change.
    A table that cannot be read keeps its number, and so does every table while a row of one has too few or
    too many cells: the check tells which, and what to do.
    """
    path = Path(root) / "data" / DESCRIPTOR
    descriptor, _, _ = read_descriptor(path.parent)
    if descriptor is None or any(True for _ in check_shape(descriptor)):
        return {}
    changed = {}
    for resource, table in zip(
        descriptor["resources"], parse_review(descriptor).tables.values(), strict=True
    ):
        raw, _ = read_raw(path.parent / table.path, table)
        if raw is not None and any(True for _ in check_width(raw, table.path)):
            return {}
        if raw is not None and resource.get("rows") != len(raw.rows):
            changed[table.name] = (resource.get("rows"), len(raw.rows))
            resource["rows"] = len(raw.rows)
    if changed:
        write_whole(path, json.dumps(descriptor, indent=2, ensure_ascii=False) + "\n")
    return changed


def mend_tables(root: Path) -> list[str]:
    """Write tables anew where that is certain to be right; returns what was done, a line for each remedy."""
    data, told = Path(root) / "data", []
    package, _ = check_descriptor(data)
    for table in package.tables.values() if package else ():
        path = data / table.path
        try:
            whole = path.read_bytes()
            text = whole.decode("utf-8-sig")
        except (OSError, ValueError):
            continue  # which the check tells
        mended = _mend(whole, text, table)
        if mended is not None and mended[1]:
            rows, remedies = mended
            write_rows(path, rows[0], rows[1:])
            told += [f"{table.path}: {remedy}" for remedy in remedies]
    return told


def _mend(whole: bytes, text: str, table: Table) -> tuple[Rows, list[str]] | None:
    """A table as the package keeps it, and what was done to it; None where it is not whole."""
    done = ["byte-order mark taken off"] if whole.startswith(b"\xef\xbb\xbf") else []
    if "\r" in text:
        text, done = text.replace("\r\n", "\n").replace("\r", "\n"), [*done, "line ends made LF"]
    if sign := find_separator(text, table):
        done.append(f"{SEPARATORS[sign]} between cells made commas")
    try:
        rows = [row for _, row in split_rows(text, sign or ",")]
    except ValueError:
        return None
    for step in (_drop_blank_rows, _drop_row_numbers, _order_columns):
        rows, words = step(rows, table)
        done += words
    if not rows or rows[0] != table.columns or any(len(row) != len(rows[0]) for row in rows):
        return None
    for remedy in (_empty_nothing, _trim, _count_plainly, _point_decimals, _print_plainly, _sort):
        rows, words = remedy(rows, table)
        done += words
    if not done and format_rows(rows) != text:
        done.append("quotes and the last line's end made as the package keeps them")
    return rows, done


def _drop_blank_rows(rows: Rows, table: Table) -> tuple[Rows, list[str]]:
    kept = [row for row in rows if any(cell.strip() for cell in row)]
    return kept, [f"{len(rows) - len(kept)} empty row(s) taken out"] if len(kept) < len(rows) else []


def _drop_row_numbers(rows: Rows, table: Table) -> tuple[Rows, list[str]]:
    """A first column of 0, 1, 2 ... or 1, 2, 3 ... that the package does not know."""
    if not rows or rows[0][:1] not in [[name] for name in _ROW_NUMBERS]:
        return rows, []
    numbers = [row[0] for row in rows[1:]]
    if numbers not in [list(map(str, range(first, first + len(numbers)))) for first in (0, 1)]:
        return rows, []
    return [row[1:] for row in rows], ["a column of row numbers taken out"]


def _order_columns(rows: Rows, table: Table) -> tuple[Rows, list[str]]:
    header = rows[0] if rows else []
    is_other = header != table.columns and sorted(header) == sorted(table.columns)
    if not is_other or any(len(row) != len(header) for row in rows):
        return rows, []
    places = [header.index(name) for name in table.columns]
    return [[row[place] for place in places] for row in rows], ["columns put in their order"]


def _empty_nothing(rows: Rows, table: Table) -> tuple[Rows, list[str]]:
    """Where no cell at all is empty, the word for nothing stands for the empty ones."""
    if any("" in row for row in rows[1:]):
        return rows, []
    count = sum(cell in _NOTHING for row in rows[1:] for cell in row)
    emptied = [rows[0], *([("" if cell in _NOTHING else cell) for cell in row] for row in rows[1:])]
    return emptied, [f"{count} cell(s) of NA emptied"] if count else []


def _change(
    rows: Rows, table: Table, words: str, change: Callable[[Field, str], str]
) -> tuple[Rows, list[str]]:
    count, changed = 0, [rows[0]]
    for row in rows[1:]:
        cells = [change(item, cell) for item, cell in zip(table.fields, row, strict=True)]
        count += sum(one != other for one, other in zip(cells, row, strict=True))
        changed.append(cells)
    return changed, [f"{count} cell(s): {words}"] if count else []


def _trim(rows: Rows, table: Table) -> tuple[Rows, list[str]]:
    def trim(item: Field, cell: str) -> str:
        return re.sub(r" {2,}", " ", cell.replace("\u00a0", " ")).strip(" ")

    return _change(rows, table, "blanks at an end or doubled taken out", trim)


def _count_plainly(rows: Rows, table: Table) -> tuple[Rows, list[str]]:
    def count(item: Field, cell: str) -> str:
        return cell[:-2] if is_float_count(item.type, cell) else cell

    return _change(rows, table, "counts without decimals", count)


def _point_decimals(rows: Rows, table: Table) -> tuple[Rows, list[str]]:
    """A whole column of numbers with decimal commas, at least one of which cannot part thousands."""
    sure = set()
    for place, item in enumerate(table.fields):
        cells = [row[place] for row in rows[1:] if row[place]]
        decimals = [cell.partition(",")[2] for cell in cells if "," in cell]
        is_number = item.type == "number" or item.name.endswith("_pct")
        if is_number and all(map(_COMMA.fullmatch, cells)) and any(len(part) != 3 for part in decimals):
            sure.add(item.name)

    def point(item: Field, cell: str) -> str:
        return cell.replace(",", ".") if item.name in sure else cell

    return _change(rows, table, "decimal commas made points", point)


def _print_plainly(rows: Rows, table: Table) -> tuple[Rows, list[str]]:
    """Numbers as printed: 54, where the fragment has no 54.0; 60.0, where it has no 60."""
    changed, count = [rows[0]], 0
    columns = columns_of(table)
    for cells in rows[1:]:
        row = dict(zip(table.columns, cells, strict=True))
        told = {item.name: print_cell(item, row) for item in columns if row[item.name] and is_certain(row)}
        count += sum(row[name] != text for name, text in told.items())
        changed.append(list((row | told).values()))
    return changed, [f"{count} cell(s): numbers in the digits that are printed"] if count else []


def _sort(rows: Rows, table: Table) -> tuple[Rows, list[str]]:
    place = table.columns.index(table.primary_key)
    ordered = sorted(rows[1:], key=lambda row: row[place])
    return [rows[0], *ordered], ["rows put in order of their key"] if ordered != rows[1:] else []
