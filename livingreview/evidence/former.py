"""Former ids of reports: what stood under one is found, rewritten or compared under the present id.

An id of a report begins the addresses of its rows and the ids of its regimens, and stands in lists and notes.
Here is what counts as such a mention, for whoever renames a report, looks for what was left behind, or sets
an older version beside the present one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache

from livingreview.evidence.schema import Package, Table

Row = Mapping[str, str]
FORMER = "former_ids"
# Lists of ids of other things than reports and their rows; what a report printed, its numbers and addresses
# stay to the letter.
_OTHERS = frozenset(
    {"overlaps_with", "overturns", "families", "ratings", "as_reported", "as_printed", "value", "page_read"}
)
_ADDRESS = re.compile(r"(https?://\S+)")  # of a page of others


@cache
def mentions(ids: tuple[str, ...]) -> re.Pattern:
    """Pattern of any of these ids, alone or at the head of the address of a row."""
    known = "|".join(map(re.escape, sorted(ids, key=len, reverse=True)))
    return re.compile(rf"(?<![\w-])(?:{known})(?![\w-])")


def rename_in(text: str, ids: Mapping[str, str]) -> str:
    """A text with every mention of an id (former: present) under its present id; web addresses stay."""
    if not ids or not any(former in text for former in ids):
        return text
    pattern = mentions(tuple(ids))
    parts = _ADDRESS.split(text)
    parts[::2] = [pattern.sub(lambda found: ids[found[0]], part) for part in parts[::2]]
    return "".join(parts)


def may_mention(package: Package, table: Table, column: str) -> bool:
    """Whether cells of a column may mention a report: not where ids of other things stand, such as studies.

    A study may be called as its report is: its id is its own.
    """
    keys = {key.field: key.table or table.name for key in table.foreign_keys}
    target = keys.get(column, table.name if column == table.primary_key else "")
    if not target or target not in package.tables:
        return column not in _OTHERS
    return package.tables[target].evidence or "report_id" in package.tables[target].columns


def with_regimens(ids: Mapping[str, str], regimens: Iterable[Row]) -> dict[str, str]:
    """These ids of reports with those of their regimens, which begin with them."""
    own = {
        row["regimen_id"]: f"{ids[row['report_id']]}{row['regimen_id'].removeprefix(row['report_id'])}"
        for row in regimens
        if row["report_id"] in ids and row["regimen_id"].startswith(f"{row['report_id']}-")
    }
    return {**ids, **own}


def rename_rows(
    package: Package, tables: Mapping[str, Iterable[Row]], ids: Mapping[str, str]
) -> dict[str, list[dict[str, str]]]:
    """Rows of tables as text, with every mention of a report (former: present) under its present id.

    Ids of records of a search stay: readers' decisions go by them.
    """
    tables = {name: list(rows) for name, rows in tables.items()}
    ids = with_regimens(ids, tables.get("regimens", ()))
    stored = {row["record_id"] for row in tables.get("records", ())}
    return {
        name: [_rename_row(package, package.tables[name], row, ids, stored) for row in rows]
        for name, rows in tables.items()
    }


def _rename_row(
    package: Package, table: Table, row: Row, ids: Mapping[str, str], stored: set[str]
) -> dict[str, str]:
    return {
        column: cell
        if not cell or (column == "record_id" and cell in stored) or not may_mention(package, table, column)
        else rename_in(cell, ids)
        for column, cell in row.items()
    }


def rename_entries(bibtex: str, ids: Mapping[str, str]) -> str:
    """A bibliography whose entries have their present keys."""
    return re.sub(
        r"(@\w+\s*\{\s*)([^\s,{}]+)(?=\s*,)", lambda found: found[1] + ids.get(found[2], found[2]), bibtex
    )
