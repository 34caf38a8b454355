"""Which record stands for which: whoever finds that two are one, it is noted here, and in one way.

A record that is a copy names the one that stands for it, which is never a copy itself. Hits and decisions of
a copy count for the record that stands (`Loop.canonical`); that it is a report, or of a study, goes over.
"""

from __future__ import annotations

from livingreview.surveillance.identity import SCHEMES, Row, contradict
from livingreview.surveillance.tables import Loop, LoopError

HELD = "report:"  # before the id of a report that is compared with records


def compared(loop: Loop) -> dict[str, Row]:
    """What records are compared with: those that are no copies, and the reports held, as ``report:ID``."""
    rows = {name: row for name, row in loop.index.rows.items() if not row["same_as"]}
    return rows | {HELD + name: row for name, row in loop.held.rows.items()}


def first_searches(loop: Loop) -> dict[str, str]:
    """The search that first brought each record, itself or a copy of it."""
    days = {row["search_id"]: (row["date"], row["search_id"]) for row in loop.tables["searches"]}
    found: dict[str, tuple[str, str]] = {}
    for row in loop.tables["hits"]:
        name, when = loop.canonical(row["record_id"]), days[row["search_id"]]
        found[name] = min(found.get(name, when), when)
    return {name: search for name, (_, search) in found.items()}


def first_days(loop: Loop) -> dict[str, str]:
    """The day on which each record was first found."""
    days = {row["search_id"]: row["date"] for row in loop.tables["searches"]}
    return {name: days[search] for name, search in first_searches(loop).items()}


def keep_apart(loop: Loop, first: str, second: str) -> str:
    """Why two records that stand cannot be one by what they say; '' where nothing is against it."""
    row, other = loop.index.rows[first], loop.index.rows[second]
    if row["report_id"] and other["report_id"] and row["report_id"] != other["report_id"]:
        return f"two reports of this review: {row['report_id']} and {other['report_id']}"
    if contradict(row, other):
        return "numbers that differ"
    one, two = ({name, item["report_id"]} - {""} for name, item in ((first, row), (second, other)))
    if any(is_judged(loop, name, another) for name in one for another in two):
        return "a person said that they are two"
    return ""


def is_judged(loop: Loop, record: str, other: str) -> bool:
    """Whether a person said that a record is not another, or not a report; of its copies as of itself."""
    pair = {loop.canonical(record), loop.canonical(other)}
    return any(
        {loop.canonical(row["record_id"]), loop.canonical(row["other_id"])} == pair
        for row in loop.tables["pairs"]
    )


def join(loop: Loop, first: str, second: str, basis: str, days: dict[str, str]) -> None:
    """Let one of two records that stand stand for both.

    A report of the review stands before a record that is none, then the one found first (`days`), then the
    one with more numbers: so the same records come to the same, whichever file was read first.
    """
    rows = loop.index.rows

    def rank(name: str) -> tuple:
        lacking = sum(not rows[name][scheme] for scheme in SCHEMES)
        return not rows[name]["report_id"], days[name], lacking, name

    keep, copy = sorted((first, second), key=rank)
    days[keep] = min(days[keep], days[copy])
    stand_for(loop, keep, copy, basis)


def stand_for(loop: Loop, keep: str, copy: str, basis: str) -> None:
    """Note that one record is a copy of another, and so is every copy that it had.

    Parameters
    ----------
    keep, copy : str
        Both stand so far.
    basis : str
        How it is known, a code of ``records.same_as_basis``.

    Raises
    ------
    LoopError
        If they are two reports of the review.
    """
    rows = loop.index.rows
    kept, copied = rows[keep], rows[copy]
    if kept["report_id"] and copied["report_id"] and kept["report_id"] != copied["report_id"]:
        msg = (
            f"{keep!r} is the report {kept['report_id']}, {copy!r} the report {copied['report_id']}; "
            "a record is one of them: say first which of the two reports either is not"
        )
        raise LoopError(msg)
    copies = loop.copies.pop(copy, set())
    for name in copies:
        rows[name]["same_as"] = keep
    copied |= {"same_as": keep, "same_as_basis": basis}
    loop.copies[keep] |= {copy, *copies}
    for name in ("report_id", "study_id"):
        if copied[name] and not kept[name]:
            how = name.replace("_id", "_basis")
            kept |= {name: copied[name], how: copied[how]}
    loop.changed.add("records")
