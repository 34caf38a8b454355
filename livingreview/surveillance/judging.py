"""Pairs that a person must judge, and what a person said of them."""

from __future__ import annotations

from livingreview.surveillance.abstracts import read_texts
from livingreview.surveillance.identity import Row
from livingreview.surveillance.matching import ONE_NUMBER, Pair, match
from livingreview.surveillance.standing import (
    HELD,
    be_report,
    compared,
    first_days,
    is_judged,
    join,
    part_again,
    share_numbers,
)
from livingreview.surveillance.tables import Loop, LoopError


def list_doubtful(loop: Loop) -> list[Pair]:
    """Pairs of records, or of a record and a report, that may be one or of one study, and are not judged."""
    pool = compared(loop)
    rows = {name: row for name, row in pool.items() if not name.startswith(HELD)}
    abstracts = {name: told["abstract"] for name, told in read_texts(loop).items()}
    same, doubtful = match(pool, set(rows), abstracts=abstracts)
    found: dict[frozenset[str], Pair] = {}
    for first, second, why in [
        *(Pair(*pair, "alike; not merged yet") for pair in same),
        *(Pair(*sorted((name, other)), ONE_NUMBER) for name in rows for other in share_numbers(loop, name)),
        *doubtful,
    ]:
        pair = Pair(first.removeprefix(HELD), second.removeprefix(HELD), why)
        is_that = any(rows.get(one, {}).get("report_id") == other for one, other in (pair[:2], pair[1::-1]))
        if not is_that and not is_judged(loop, *pair[:2]):
            found.setdefault(frozenset(pair[:2]), pair)
    return sorted(found.values())


def judge(loop: Loop, first: str, second: str, relation: str) -> None:
    """Keep what a person said of two: ``same``, ``same_study`` or ``different``.

    Raises
    ------
    LoopError
        If one of them is not known, or both are reports.
    """
    rows, held = loop.index.rows, loop.held.rows
    for name in (first, second):
        if name not in rows and name not in held:
            msg = f"{name!r} is no record of data/records.csv and no report of data/reports.csv"
            raise LoopError(msg)
    record, other = (first, second) if first in rows else (second, first)
    if record not in rows or record == other:
        msg = f"{first!r} and {second!r}: expected two records, or a record and a report"
        raise LoopError(msg)
    if relation == "same":
        _merge(loop, record, other)
        loop.tables["pairs"] = [row for row in loop.tables["pairs"] if not _is_of(loop, row, record, other)]
        loop.changed |= {"records", "pairs"}
        return
    part_again(loop, record, other)
    low, high = sorted((record, other)) if other in rows else (record, other)
    pair_id = f"{low}.{high}"
    others = [row for row in loop.tables["pairs"] if row["pair_id"] != pair_id]
    row = {"pair_id": pair_id, "record_id": low, "other_id": high, "relation": relation, "note": ""}
    loop.tables["pairs"] = [*others, row]
    loop.changed.add("pairs")
    if relation == "same_study" and other in held and not rows[record]["study_id"]:
        study = next(row["study_id"] for row in loop.tables["reports"] if row["report_id"] == other)
        rows[record] |= {"study_id": study, "study_basis": "person"}
        loop.changed.add("records")


def _is_of(loop: Loop, row: Row, record: str, other: str) -> bool:
    """Whether a judgement is of these two, which are one by now: the last answer stands."""
    ids = {loop.canonical(row["record_id"]), loop.canonical(row["other_id"])}
    return ids == {loop.canonical(record), loop.canonical(other)}


def _merge(loop: Loop, record: str, other: str) -> None:
    days = first_days(loop)
    if other in loop.held.rows:
        be_report(loop, record, other, "person", days)
        return
    first, second = loop.canonical(record), loop.canonical(other)
    if first == second:
        msg = f"{record!r} and {other!r} stand for one record already"
        raise LoopError(msg)
    join(loop, first, second, "person", days)
