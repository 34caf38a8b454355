"""Whether the tables of the loop hang together well enough to be worked on; a check of them says more."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping, Sequence

from livingreview.surveillance.identity import Row

_KEYS = {"strategies": "strategy_id", "searches": "search_id", "records": "record_id", "hits": "hit_id"}
_KEYS |= {"reasons": "reason_id", "screening": "record_id"}
# Table, column, the table in whose key its cells stand; an empty cell names nothing.
_LINKS = (
    ("searches", "strategy_id", "strategies"),
    ("hits", "search_id", "searches"),
    ("hits", "record_id", "records"),
    ("records", "same_as", "records"),
)
_NEEDED = (("hits", "search_id"), ("hits", "record_id"))
_COUNTS = (("hits", "copies"), ("reasons", "position"))


def find_damage(tables: Mapping[str, Sequence[Row]]) -> Iterator[str]:
    """What bars any work on the tables, in words that name table, row and column."""
    for table, key in _KEYS.items():
        seen: set[str] = set()
        for row in tables[table]:
            if not row[key] or row[key] in seen:
                yield _tell(table, row, key, "an id of its own")
            seen.add(row[key])
    for table, column, other in _LINKS:
        known = {row[_KEYS[other]] for row in tables[other]}
        for row in tables[table]:
            if row[column] not in known and (row[column] or (table, column) in _NEEDED):
                yield _tell(table, row, column, f"one of data/{other}.csv")
    for table, column in _COUNTS:
        for row in tables[table]:
            if not re.fullmatch("[1-9][0-9]{0,8}", row[column]):
                yield _tell(table, row, column, "a number from 1 on")
    brought = {row["record_id"] for row in tables["hits"]}
    for row in tables["records"]:
        if row["record_id"] not in brought:
            yield _tell("records", row, "record_id", "a record that data/hits.csv names")
    for row in tables["searches"]:
        if row["strategy_id"]:
            yield from _look_at_search(row)


def _look_at_search(row: Row) -> Iterator[str]:
    try:
        datetime.date.fromisoformat(row["date"])
    except ValueError:
        yield _tell("searches", row, "date", "a day like 2026-11-29")
    if row["version"] and not re.fullmatch(r"[0-9]{4}\.[0-9]{1,2}\.[0-9]{1,9}", row["version"]):
        yield _tell("searches", row, "version", "a version like 2026.11.0")


def _tell(table: str, row: Row, column: str, expected: str) -> str:
    where = f"data/{table}.csv, {row[_KEYS[table]] or 'a row without id'}, column {column}"
    return f"{where}: found {row[column]!r}; expected {expected}; to mend: see livingreview check"
