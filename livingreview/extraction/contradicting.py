"""What does not add up in a report, as its sheet says it: rows of discrepancies that name its rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from livingreview.extraction.appraising import find_result
from livingreview.extraction.layout import DISCREPANCIES, codes_of
from livingreview.extraction.reading import Book, Place, Read, Sheet, resolve_code, split_cell
from livingreview.surveillance.identity import Row, free, slug_words

AFFECTS = "affects"
OWN = "Own calculation"  # where the second value is one
_WORDS = 6  # of a title in an address
_QUOTED = re.compile(r"\"([^\"]*)\"|\u201e([^\u201c\u201d]*)[\u201c\u201d]")


def read_contradictions(
    sheet: Sheet, book: Book, report_id: str, place: str, results: Mapping[tuple[str, int], str]
) -> Iterator[tuple[Place, Row]]:
    """The contradictions that a sheet tells, with their addresses.

    Parameters
    ----------
    place : str
        Where a value stands if nothing is said: 'Abstract' where no more was read, else ''.
    results : mapping of (str, int) to str
        Table and row of the sheet -> address: what is touched is named by page and row.
    """
    taken = set(book.evidence.tables[DISCREPANCIES]["discrepancy_id"])
    for read in sheet.rows.get(DISCREPANCIES, []):
        row = _enter(sheet, book, report_id, read, place, results)
        row["discrepancy_id"] = free(
            f"{report_id}.discrepancy.{slug_words(row['title'], _WORDS) or 'row'}", taken
        )
        taken.add(row["discrepancy_id"])
        yield read.place, row


def _enter(
    sheet: Sheet, book: Book, report_id: str, read: Read, place: str, results: Mapping[tuple[str, int], str]
) -> Row:
    row = dict.fromkeys(book.package.table(DISCREPANCIES).columns, "") | {"report_id": report_id}
    for column in book.pages[DISCREPANCIES].columns:
        text, item = read.cells[column.name], column.field
        if text and codes_of(item):
            text = resolve_code(item, text, read.place, column.name, sheet)
        row[item.name] = text or item.default
    for name in ("value_a", "value_b"):  # printed words stand in marks of their own
        row[name] = _QUOTED.sub(lambda found: f"\u201c{found[1] or found[2] or ''}\u201d", row[name])
    row["where_a"] = row["where_a"] or place
    is_sum = "=" in row["value_b"] and "\u201c" not in row["value_b"]
    row["where_b"] = row["where_b"] or (OWN if is_sum else place)
    named = (
        find_result(sheet, book, report_id, part, read.place, AFFECTS, results)
        for part in split_cell(row[AFFECTS])
    )
    row[AFFECTS] = "; ".join(dict.fromkeys(filter(None, named)))
    return row
