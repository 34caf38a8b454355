"""On which page of a report's text the words of a row stand: told, and written where no place was given."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from livingreview.checks.sources import read_source
from livingreview.extraction.layout import APPRAISALS
from livingreview.extraction.resolving import Entered, Entry

_PAGES = re.compile(r"\bp(?:p|ages?|gs?)?\b\.? ?(\d+)(?: ?[-\u2013] ?(\d+))?", re.IGNORECASE)


def place_rows(entry: Entry, sources: Path) -> list[str]:
    """Look each row's fragment up in the report's text, and fill its empty place; returns what is told.

    A fragment that stands on several pages tells no place: a person says which.
    """
    path = sources / f"{entry.report_id}.txt"
    if not path.is_file():
        return [f"{path}: there is no such text; no fragment of the sheet was looked up"]
    source = read_source(path.read_text(encoding="utf-8"))
    if not source.pages:
        return [f"{path}: marks no pages (form feeds, or lines [page 12]); only the words were looked up"]
    told, agreed = [], 0
    for item in _rows(entry):
        found = source.pages_with(item.row["as_reported"])
        if not found:
            continue  # on no page whole; whether it stands in the text at all, the check tells
        named = pages_named(item.row["locator"])
        if named & set(found):
            agreed += 1
            continue
        place, where = f"{item.place.page}, row {item.place.row}", _say(found)
        if not item.row["locator"] and len(found) == 1:
            item.row["locator"] = where
            told.append(f"{place}, column locator: {where}, where the words stand, is filled in")
        elif named:
            told.append(f"{place}, column locator: {item.row['locator']!r}, but the words stand on {where}")
        else:
            told.append(f"{place}: the words stand on {where}")
    return [*told, *([f"{agreed} row(s) stand on the page that their locator names"] if agreed else [])]


def _rows(entry: Entry) -> Iterator[Entered]:
    for name, rows in entry.rows.items():
        if name != APPRAISALS:
            yield from (item for item in rows if item.row.get("as_reported"))


def pages_named(locator: str) -> set[int]:
    """The pages that a place names: p. 4, pages 4-6."""
    found: set[int] = set()
    for first, last in _PAGES.findall(locator):
        found |= set(range(int(first), int(last or first) + 1))
    return found


def _say(pages: Iterable[int]) -> str:
    numbers = list(map(str, pages))
    return f"p. {numbers[0]}" if len(numbers) == 1 else f"pp. {', '.join(numbers)}"
