"""Two readings of one report, cell by cell: what they agree on is counted, what they differ on is listed.

Rows are paired by what they are of (the table, the group of patients, what is counted), then by how many of
their cells are alike. A difference waits for a person's decision, in a small table beside the sheets; the
agreement is counted on what the two entered on their own, whatever is decided.

Numbers keep their words: where those of a row are decided for one reader throughout, that reader's fragment
and place stand with them; where no fragment holds all that was decided, it is a difference of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from livingreview.checks.digits import FRAGMENT
from livingreview.checks.wording import numbers_in
from livingreview.evidence.schema import Package
from livingreview.evidence.writing import write_rows
from livingreview.extraction.layout import APPRAISALS, DISCREPANCIES, FORM, MADE, lists_of
from livingreview.extraction.naming import ENDS
from livingreview.extraction.resolving import Entered, Entry
from livingreview.extraction.workbook import SheetError, read_table
from livingreview.surveillance.identity import Row

HEADER = ["place", "what", "column", "first", "second", "decision"]
# Said in a reader's own words: those of the reader whose numbers stand, and no decision is asked for.
OWN_WORDS = (
    *("locator", "note", "as_reported", "derivation", "definition", "label", "status_reason", "reason"),
    *("title", "where_a", "value_a", "where_b", "value_b", "explanation", "resolution"),
)
# Of what a row is that has no address by its words: an answer is to a question about a result.
OF_WHAT = {APPRAISALS: ("item_id", "result"), DISCREPANCIES: ("affects",)}
WITNESSES = (FRAGMENT, "locator", "derivation")  # in which the numbers of a row stand, and where they are
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
        Fragments that hold different numbers among them, though they may follow from what else is decided.
    figures : frozenset of str
        Columns of numbers.
    lists : frozenset of str
        Tables of lists, such as drugs: a new row stays if one that stands names it.
    pairs : dict of str to list of (Entered or None, Entered or None)
        Table -> rows of the two readings that are of the same thing.
    first, second, both, alike : int
        Rows of evidence of each reading, that both have, and that have the same values in all cells.
    """

    differences: list[Difference] = field(default_factory=list)
    figures: frozenset[str] = frozenset()
    lists: frozenset[str] = frozenset()
    pairs: dict[str, list[tuple[Entered | None, Entered | None]]] = field(default_factory=dict)
    first: int = 0
    second: int = 0
    both: int = 0
    alike: int = 0


def compare(first: Entry, second: Entry, package: Package) -> Compared:
    """The rows of two readings side by side."""
    done = Compared(figures=_figures_of(package))
    evidence = {table.name for table in package.evidence_tables}
    lists = {table.name: table.primary_key for table in lists_of(package)}
    done.lists = frozenset(lists)
    for table in dict.fromkeys([*first.rows, *second.rows]):
        one, two = first.rows.get(table, []), second.rows.get(table, [])
        done.pairs[table] = list(_pair(table, one, two, lists.get(table, "")))
        if table in evidence:
            done.first += len(one)
            done.second += len(two)
        for mine, other in done.pairs[table]:
            if table in lists and not (mine and other):
                continue  # what one reader alone enters stays if a row that stands names it
            found = list(_differ(table, mine, other, first.report_id))
            done.differences += found
            if table in evidence and mine and other:
                done.both += 1
                done.alike += all(item.column == FRAGMENT for item in found)
    for name in sorted({*first.record, *second.record}):
        mine, other = first.record.get(name, ""), second.record.get(name, "")
        if mine != other:
            done.differences.append(Difference(FORM, FORM, name, mine, other))
    if first.authors != second.authors:
        told = ("; ".join(names) for names in (first.authors, second.authors))
        done.differences.append(Difference(FORM, FORM, "author", *told))
    return done


def _figures_of(package: Package) -> frozenset[str]:
    """The columns of evidence that hold numbers, which a fragment must print."""
    kinds = ("integer", "number")
    return frozenset(
        item.name
        for table in package.evidence_tables
        for item in table.fields
        if (item.type in kinds or item.name.endswith("_pct")) and item.name != "position"
    )


def _key(table: str, row: Row, by: str) -> tuple[str, ...]:
    columns = (by,) if by else OF_WHAT.get(table) or ENDS.get(table, ((), ()))[0]
    whom = row.get("cohort_id") or row.get("regimen_id") or ""
    return (whom, *(row[name].lower() for name in columns))


def _pair(
    table: str, one: Sequence[Entered], two: Sequence[Entered], by: str
) -> Iterator[tuple[Entered | None, Entered | None]]:
    left = list(two)
    for mine in one:
        fits = [item for item in left if _key(table, item.row, by) == _key(table, mine.row, by)]
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
    what = some.row.get("row_id") or some.row.get("discrepancy_id") or f"{table}"
    what = what.removeprefix(f"{report_id}.")
    place = f"{some.place.page}, row {some.place.row}"
    if mine is None or other is None:
        told = [_tell_row(item.row) if item else NO_ROW for item in (mine, other)]
        yield Difference(place, what, "", *told)
        return
    for name in mine.row:
        is_own = name in (*MADE, *OWN_WORDS, "discrepancy_id")
        if name == FRAGMENT:
            is_own = numbers_in(mine.row[name]) == numbers_in(other.row.get(name, ""))
        if not is_own and mine.row[name] != other.row.get(name, ""):
            yield Difference(place, what, name, mine.row[name], other.row.get(name, ""))


def _tell_row(row: Row) -> str:
    told = (
        "events",
        "total",
        "percent_reported_pct",
        "estimate",
        "value",
        "n_enrolled",
        "as_reported",
        "title",
    )
    return "; ".join(f"{name} {row[name]}" for name in told if row.get(name)) or "a row"


def write_differences(
    path: Path, differences: Iterable[Difference], decided: Mapping[tuple[str, str, str, str], str]
) -> None:
    """List what is to be decided: in the last column `first`, `second` or the right value.

    A table that says the same already is left as a person saved it.
    """
    rows = [[*item, decided.get(item.key, "")] for item in differences]
    if not path.exists() or [list(map(str, cells)) for _, cells in read_table(path)] != [HEADER, *rows]:
        write_rows(path, HEADER, rows)


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
    decided, have been read twice. A fragment that must be decided because of what else was is added to the
    differences.
    """
    settling = _Settling(compared.figures, decisions, first.report_id)
    entry = replace(first, record=dict(first.record), authors=list(first.authors), rows={})
    for item in compared.differences:
        if item.what == FORM and item.key in decisions:
            value = _decided(item, decisions[item.key])
            if item.column == "author":
                entry.authors = [name.strip() for name in value.split(";") if name.strip()]
            else:
                entry.record[item.column] = value
    for table, pairs in compared.pairs.items():
        free = table in compared.lists
        rows = (
            (mine or other) if free and not (mine and other) else settling.settle(table, mine, other)
            for mine, other in pairs
        )
        entry.rows[table] = [row for row in rows if row is not None]
    compared.differences += [item for item in settling.asked if item not in compared.differences]
    followed = {item.key for item in settling.followed}
    open_ones = [item for item in compared.differences if item.key not in {*decisions, *followed}]
    return entry, open_ones


def _decided(item: Difference, decision: str) -> str:
    return {"first": item.first, "second": item.second}.get(decision.lower(), decision)


class _Settling:
    """Rows of two readings made one; which fragments follow from the numbers, and which are to be decided."""

    def __init__(
        self, figures: frozenset[str], decisions: Mapping[tuple[str, str, str, str], str], report_id: str
    ):
        self.figures, self.decisions, self.report_id = figures, decisions, report_id
        self.followed: list[Difference] = []
        self.asked: list[Difference] = []

    def settle(self, table: str, mine: Entered | None, other: Entered | None) -> Entered | None:
        """The row that stands; None where that of one reader goes."""
        some = mine or other
        assert some is not None
        row, found = dict(some.row), list(_differ(table, mine, other, self.report_id))
        for item in found:
            decision = self.decisions.get(item.key, "first")
            if not item.column:
                kept = mine if decision.lower() == "first" else other
                return Entered(kept.place, dict(kept.row), kept.proposed_by) if kept else None
            row[item.column] = _decided(item, decision)
        if mine and other:
            self._keep_words(row, mine, other, found)
            if table == APPRAISALS:
                row["second_judgement"] = other.row["judgement"]
        if "verification" in row:
            row["verification"] = "second_reading"
        return Entered(some.place, row, some.proposed_by)

    def _keep_words(self, row: Row, mine: Entered, other: Entered, found: Sequence[Difference]) -> None:
        """The words of the reader whose numbers stand throughout; else the fragment is to be decided."""
        named = {item.column: item for item in found}
        numbers = [item for item in found if item.column in self.figures]
        if any(item.key not in self.decisions for item in numbers):
            return  # once they are decided, the words follow
        witness = self._witness(row, mine, other, numbers)
        own = {name: other.row.get(name, "") for name in WITNESSES if name in row} if witness is other else {}
        fragment = named.get(FRAGMENT)
        if fragment and fragment.key in self.decisions:
            own.pop(FRAGMENT, None)
        elif fragment and witness:
            self.followed.append(fragment)
        elif witness is None and not fragment and FRAGMENT in row:
            asked = numbers[0]._replace(column=FRAGMENT, first=mine.row[FRAGMENT], second=other.row[FRAGMENT])
            if asked.key in self.decisions:
                own[FRAGMENT] = _decided(asked, self.decisions[asked.key])
            self.asked.append(asked)
        row |= own

    def _witness(
        self, row: Row, mine: Entered, other: Entered, numbers: Sequence[Difference]
    ) -> Entered | None:
        """The reading whose words hold a row's numbers; None where they are mixed and neither does."""
        if numbers and all(row[item.column] == item.first for item in numbers):
            return mine
        if numbers and all(row[item.column] == item.second for item in numbers):
            return other
        told = numbers_in(" … ".join(row[item.column] for item in numbers))
        if not numbers:
            told = numbers_in(" … ".join(text for name, text in row.items() if name in self.figures))
        held = [len(told & numbers_in(item.row.get(FRAGMENT, ""))) for item in (mine, other)]
        best = mine if held[0] >= held[1] else other
        return best if not numbers or max(held) == len(told) else None
