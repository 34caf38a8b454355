"""Screening in a spreadsheet, for those who will not run a command: one row a record, out and in again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from livingreview.evidence.lexical import split_rows
from livingreview.evidence.writing import write_rows
from livingreview.surveillance.decisions import CHOICES
from livingreview.surveillance.desk import Desk, make_decision
from livingreview.surveillance.tables import LoopError

HEADER = [
    "record_id",
    "title",
    "authors",
    "container",
    "year",
    "kind",
    "abstract",
    "decision",
    "reason_id",
    "note",
]
_FORMULA = ("=", "+", "-", "@")


def write_sheet(desk: Desk, path: Path) -> int:
    """The records still to be decided, with empty cells for decision, reason and note; returns how many."""
    rows = []
    for name in desk.queue:
        row = desk.loop.index.rows[name]
        texts = [row[column] for column in HEADER[1:6]] + [desk.text(name)]
        # A spreadsheet would reckon what begins like a formula.
        rows.append(
            [name, *(f"'{text}" if text.startswith(_FORMULA) else text for text in texts), "", "", ""]
        )
    write_rows(path, HEADER, rows)
    return len(rows)


def read_sheet(desk: Desk, path: Path) -> int:
    """Take a filled sheet's decisions into the reader's file, all or none; returns how many.

    Raises
    ------
    LoopError
        Naming row, column, what was found and what was expected.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        msg = f"{path}: cannot be read ({error}); expected a table in UTF-8: save it as CSV UTF-8"
        raise LoopError(msg) from None
    sign = ";" if text.partition("\n")[0].count(";") > text.partition("\n")[0].count(",") else ","
    (_, header), *rest = [*split_rows(text, sign, strict=False)] or [(1, [])]
    if missing := [name for name in ("record_id", "decision", "reason_id", "note") if name not in header]:
        msg = f"{path}: expected the columns of the sheet that was written; there is no {', '.join(missing)}"
        raise LoopError(msg)
    taken, due = {}, set(desk.queue)
    for number, row in rest:
        cells = dict(zip(header, row, strict=False))
        decision = cells.get("decision", "").strip().lower().replace(" ", "_")
        if not decision:
            continue
        try:
            made = _take(desk, cells, decision, due)
        except LoopError as error:
            msg = f"{path}, row {number}: {error}"
            raise LoopError(msg) from None
        if made["decision_id"] in taken:
            found = f"found {made['record_id']!r} in an earlier row as well"
            msg = f"{path}, row {number}: column record_id: {found}; expected each record once"
            raise LoopError(msg)
        taken[made["decision_id"]] = made
    desk.keep(taken.values())
    return len(taken)


def _take(desk: Desk, cells: Mapping[str, str], decision: str, due: set[str]) -> dict[str, str]:
    name = cells.get("record_id", "").strip()
    if name not in due:
        msg = f"column record_id: found {name!r}; expected a record that {desk.reader} has still to decide"
        raise LoopError(msg)
    if decision not in CHOICES[desk.stage]:
        msg = f"column decision: found {decision!r}; expected one of: {', '.join(CHOICES[desk.stage])}"
        raise LoopError(msg)
    reason = cells.get("reason_id", "").strip()
    by_place = {row["position"]: row["reason_id"] for row in desk.reasons}
    return make_decision(desk, name, decision, by_place.get(reason, reason), cells.get("note", ""))
