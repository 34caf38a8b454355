"""Which record stands for which: whoever finds that two are one, it is noted here, and in one way.

A record that is a copy names the one that stands for it, which is never a copy itself. Hits and decisions of
a copy count for the record that stands (`Loop.canonical`); that it is a report, or of a study, goes over.
"""

from __future__ import annotations

from livingreview.surveillance.identity import SCHEMES, Row, basis_of, contradict
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


def share_numbers(loop: Loop, name: str) -> dict[str, bool]:
    """Other records and reports (``report:ID``) with a number of a record, and whether each surely is it."""
    row, stands = loop.index.rows[name], loop.canonical(name)
    found: dict[str, bool] = {}
    for other, is_sure in loop.index.sharing(row):
        if (other := loop.canonical(other)) != stands:
            found[other] = found.get(other, False) or is_sure
    for report, is_sure in loop.held.sharing(row):
        if loop.index.rows[stands]["report_id"] != report:
            found[HELD + report] = found.get(HELD + report, False) or is_sure
    return found


def recognise(loop: Loop) -> None:
    """Note of records that a report of the review has a number of theirs, or of a copy of theirs."""
    days = first_days(loop)
    for name in list(loop.index.rows):
        for other, is_sure in share_numbers(loop, name).items():
            if is_sure and other.startswith(HELD):
                merge(loop, name, other, days)


def merge(loop: Loop, first: str, second: str, days: dict[str, str]) -> None:
    """Let one of two stand for both, or a record be a report (``report:ID``), unless something says no."""
    if first.startswith(HELD) or second.startswith(HELD):
        report, name = sorted((first, second), key=lambda item: not item.startswith(HELD))
        report = report.removeprefix(HELD)
        if name.startswith(HELD) or is_judged(loop, name, report):
            return  # two reports, or a person knows better
        if not loop.index.rows[loop.canonical(name)]["report_id"]:
            be_report(loop, name, report, basis_of(loop.index.rows[name], loop.held.rows[report]), days)
        return
    first, second = loop.canonical(first), loop.canonical(second)
    # Each may have become a copy of a third that lacks what parts them.
    if first != second and not keep_apart(loop, first, second):
        join(loop, first, second, "matched", days)


def be_report(loop: Loop, record: str, report: str, basis: str, days: dict[str, str]) -> None:
    """Note that a record is a report of the review; two records that are one report are one record."""
    name = loop.canonical(record)
    loop.index.rows[name] |= {"report_id": report, "report_basis": basis}
    loop.changed.add("records")
    others = [
        item
        for item, row in loop.index.rows.items()
        if row["report_id"] == report and not row["same_as"] and item != name
    ]
    for other in others:
        if not keep_apart(loop, loop.canonical(name), other):
            join(loop, loop.canonical(name), other, "matched", days)


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


def link_study(loop: Loop, name: str) -> None:
    """Note of which study a record is whose trial one study alone has."""
    numbers = loop.index.rows[name]["trials"].lower().split("; ")
    studies = {loop.studies_of_trials.get(number, "") for number in numbers} - {""}
    row = loop.index.rows[loop.canonical(name)]
    if len(studies) == 1 and not row["study_id"]:
        row |= {"study_id": studies.pop(), "study_basis": "registry"}


def part_again(loop: Loop, record: str, other: str) -> None:
    """Undo that a record is a copy of another, or is a report; nothing is done where it is not.

    What the one that stood had from the copy alone is taken from it.

    Raises
    ------
    LoopError
        If both are copies of a third: one of them must be parted from that.
    """
    rows, stands = loop.index.rows, loop.canonical(record)
    loop.changed.add("records")
    if other in loop.held.rows:
        for name in (stands, *loop.copies[stands]):
            if rows[name]["report_id"] == other:
                rows[name] |= {"report_id": "", "report_basis": ""}
        return
    if stands != loop.canonical(other):
        return
    if stands not in (record, other):
        msg = f"{record!r} and {other!r} are both copies of {stands!r}: say which of them is not that record"
        raise LoopError(msg)
    copied = rows[other if stands == record else record]
    copied |= {"same_as": "", "same_as_basis": ""}
    loop.copies[stands].discard(copied["record_id"])
    for name in ("report_id", "study_id"):
        how = name.replace("_id", "_basis")
        kept = rows[stands]
        if copied[name] and (kept[name], kept[how]) == (copied[name], copied[how]):
            kept |= {name: "", how: ""}
    for name in (stands, *loop.copies[stands]):
        link_study(loop, name)
