"""Two readings of one report, cell by cell: what they agree on is counted, what they differ on is listed.

Rows are paired by what they are of (the table, the group of patients, what is counted), then by how many of
their cells are alike. A difference waits for a person's decision, in a small table beside the sheets; the
agreement is counted on what the two entered on their own, whatever is decided.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from livingreview.evidence.schema import Package
from livingreview.evidence.writing import write_rows
from livingreview.extraction.layout import FORM, MADE, pages_of
from livingreview.extraction.naming import ENDS
from livingreview.extraction.resolving import Entered, Entry
from livingreview.extraction.workbook import SheetError, read_table
from livingreview.surveillance.identity import Row

HEADER = ["place", "what", "column", "first", "second", "decision"]
# Said in a reader's own words: the first reading's stand, and no decision is asked for.
OWN_WORDS = ("locator", "note", "as_reported", "derivation", "definition", "label", "status_reason")
NO_ROW = "(no such row)"


class Difference(NamedTuple):
    """One cell, or one row (`column` is ''), that two readings do not share.

    Attributes
    ----------
    place : str
        Where in the first sheet; in the second, where the first has no such row.
    what : str
        The row, by its address without the report.
    """

    place: str
    what: str
    column: str
    first: str
    second: str

    @property
    def key(self) -> tuple[str, str, str, str]:
        """By what a decision is found again: the row, the column and the two values."""
        return self.what, self.column, self.first, self.second


@dataclass
class Compared:
    """Two readings put together.

    Attributes
    ----------
    differences : list of Difference
    pairs : dict of str to list of (Entered or None, Entered or None)
        Table -> rows of the two readings that are of the same thing.
    first, second, both, alike : int
        Rows of evidence of each reading, that both have, and that have the same values in all cells.
    """

    differences: list[Difference] = field(default_factory=list)
    pairs: dict[str, list[tuple[Entered | None, Entered | None]]] = field(default_factory=dict)
    first: int = 0
    second: int = 0
    both: int = 0
    alike: int = 0


def compare(first: Entry, second: Entry, package: Package) -> Compared:
    """The rows of two readings side by side."""
    done = Compared()
    pages = pages_of(package)
    for table in dict.fromkeys([*first.rows, *second.rows]):
        one, two = first.rows.get(table, []), second.rows.get(table, [])
        done.pairs[table] = list(_pair(table, one, two))
        if table in pages:
            done.first += len(one)
            done.second += len(two)
        for mine, other in done.pairs[table]:
            found = list(_differ(table, mine, other, first.report_id))
            done.differences += found
            if table in pages and mine and other:
                done.both += 1
                done.alike += not found
    for name in sorted({*first.record, *second.record}):
        mine, other = first.record.get(name, ""), second.record.get(name, "")
        if mine != other:
            done.differences.append(Difference(FORM, FORM, name, mine, other))
    if first.authors != second.authors:
        told = ("; ".join(names) for names in (first.authors, second.authors))
        done.differences.append(Difference(FORM, FORM, "author", *told))
    return done


def _key(table: str, row: Row) -> tuple[str, ...]:
    columns = ENDS.get(table, ((), ()))[0]
    whom = row.get("cohort_id") or row.get("regimen_id") or ""
    return (whom, *(row[name].lower() for name in columns))


def _pair(
    table: str, one: Sequence[Entered], two: Sequence[Entered]
) -> Iterator[tuple[Entered | None, Entered | None]]:
    left = list(two)
    for mine in one:
        fits = [item for item in left if _key(table, item.row) == _key(table, mine.row)]
        best = max(fits, key=lambda item: _shared(mine.row, item.row), default=None)
        if best is not None:
            left.remove(best)
        yield mine, best
    yield from ((None, item) for item in left)


def _shared(row: Row, other: Row) -> int:
    return sum(row[name] == other.get(name) for name in row if row[name])


def _differ(table: str, mine: Entered | None, other: Entered | None, report_id: str) -> Iterator[Difference]:
    some = mine or other
    assert some is not None
    what = some.row.get("row_id") or f"{table}"
    what = what.removeprefix(f"{report_id}.")
    place = f"{some.place.page}, row {some.place.row}"
    if mine is None or other is None:
        told = [_tell_row(item.row) if item else NO_ROW for item in (mine, other)]
        yield Difference(place, what, "", *told)
        return
    for name in mine.row:
        if name not in (*MADE, *OWN_WORDS) and mine.row[name] != other.row.get(name, ""):
            yield Difference(place, what, name, mine.row[name], other.row.get(name, ""))


def _tell_row(row: Row) -> str:
    told = ("events", "total", "percent_reported_pct", "estimate", "value", "n_enrolled", "as_reported")
    return "; ".join(f"{name} {row[name]}" for name in told if row.get(name)) or "a row"


def write_differences(
    path: Path, differences: Iterable[Difference], decided: Mapping[tuple[str, str, str, str], str]
) -> None:
    """List what is to be decided: in the last column `first`, `second` or the right value."""
    write_rows(path, HEADER, ([*item, decided.get(item.key, "")] for item in differences))


def read_decisions(path: Path) -> dict[tuple[str, str, str, str], str]:
    """What was decided, by the key of its difference; those left open are not among them.

    Raises
    ------
    SheetError
        If the table is not the one that was written.
    """
    (_, header), *rest = read_table(path) or [(1, [])]
    if [str(name) for name in header] != HEADER:
        msg = f"{path}: expected the columns {', '.join(HEADER)}, as `livingreview take` wrote them"
        raise SheetError(msg)
    found = {}
    for number, cells in rest:
        texts = [str(cell).strip() for cell in cells]
        if len(texts) != len(HEADER):
            msg = f"{path}, row {number}: found {len(texts)} cells; expected {len(HEADER)}"
            raise SheetError(msg)
        if texts[-1]:
            found[texts[1], texts[2], texts[3], texts[4]] = texts[-1]
    return found


def settle(
    first: Entry, compared: Compared, decisions: Mapping[tuple[str, str, str, str], str]
) -> tuple[Entry, list[Difference]]:
    """One entry of two readings, and the differences that nobody decided yet.

    A row that only one reader has stands where the decision says so. Rows on which both agreed, or a person
    decided, have been read twice.
    """
    open_ones = [item for item in compared.differences if item.key not in decisions]
    entry = replace(first, record=dict(first.record), authors=list(first.authors), rows={})
    for item in compared.differences:
        if item.what == FORM and item.key in decisions:
            value = _decided(item, decisions[item.key])
            if item.column == "author":
                entry.authors = [name.strip() for name in value.split(";") if name.strip()]
            else:
                entry.record[item.column] = value
    for table, pairs in compared.pairs.items():
        entry.rows[table] = []
        for mine, other in pairs:
            row = _settle_row(table, mine, other, decisions, first.report_id)
            if row is not None:
                entry.rows[table].append(row)
    return entry, open_ones


def _decided(item: Difference, decision: str) -> str:
    return {"first": item.first, "second": item.second}.get(decision.lower(), decision)


def _settle_row(
    table: str,
    mine: Entered | None,
    other: Entered | None,
    decisions: Mapping[tuple[str, str, str, str], str],
    report_id: str,
) -> Entered | None:
    some = mine or other
    assert some is not None
    row = dict(some.row)
    for item in _differ(table, mine, other, report_id):
        decision = decisions.get(item.key, "first")
        if not item.column:
            kept = mine if decision.lower() == "first" else other
            return Entered(kept.place, dict(kept.row), kept.proposed_by) if kept else None
        row[item.column] = _decided(item, decision)
    if "verification" in row:
        row["verification"] = "second_reading"
    return Entered(some.place, row, some.proposed_by)
