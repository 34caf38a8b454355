"""Screening in a spreadsheet, for those who will not run a command: one row a record, out and in again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from livingreview.evidence.lexical import split_rows
from livingreview.evidence.writing import write_rows
from livingreview.surveillance.decisions import CHOICES
from livingreview.surveillance.desk import Desk, make_decision
from livingreview.surveillance.identity import Row
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
SAID = "said"  # column of what each reader said, in a sheet of what they differ on
FOLDER = "sheets"  # git leaves it out: abstracts are others'
_FORMULA = ("=", "+", "-", "@")


def usual_sheet(desk: Desk) -> Path:
    """Where a reader's sheet goes if nobody says where."""
    name = "conflicts" if desk.conflicts else desk.stage
    return desk.loop.root / FOLDER / f"{desk.reader}-{name.replace('_', '-')}.csv"


def write_sheet(desk: Desk, path: Path) -> int:
    """The records still to be decided, with empty cells for decision, reason and note; returns how many.

    Of those on which readers differ, what each of them said stands beside the abstract.

    Raises
    ------
    LoopError
        Where the sheet cannot be written, or would replace one that is filled in.
    """
    place = HEADER.index("decision")
    header = [*HEADER[:place], *([SAID] if desk.conflicts else []), *HEADER[place:]]
    rows = []
    for name in desk.queue:
        row = desk.loop.index.rows[name]
        texts = [row[column] for column in HEADER[1:6]] + [desk.text(name)]
        if desk.conflicts:
            texts.append(" | ".join(map(_say, desk.said[name])))
        # A spreadsheet would reckon what begins like a formula.
        rows.append(
            [name, *(f"'{text}" if text.startswith(_FORMULA) else text for text in texts), "", "", ""]
        )
    _make_room(desk.loop.root, path)
    try:
        write_rows(path, header, rows)
    except OSError as error:
        msg = f"--sheet {path}: cannot be written ({error.strerror}); name another file"
        raise LoopError(msg) from None
    return len(rows)


def _say(row: Row) -> str:
    more = ", ".join(filter(None, (row["reason_id"], row["note"])))
    return f"{row['reader']}: {row['decision'].replace('_', ' ')}" + (f" ({more})" if more else "")


def _make_room(root: Path, path: Path) -> None:
    """See that a sheet can stand at its place: a folder that is there, no filled sheet, no folder itself."""
    if path.parent.resolve() == (root / FOLDER).resolve():
        path.parent.mkdir(exist_ok=True)
    if not path.parent.is_dir():
        msg = f"--sheet {path}: there is no folder {path.parent}; make it, or name a file in a folder that is"
        raise LoopError(msg)
    if path.is_dir():
        msg = f"--sheet {path}: is a folder; name a file in it, for example {path / 'sheet.csv'}"
        raise LoopError(msg)
    if path.is_file() and _is_filled(path):
        msg = (
            f"--sheet {path}: is there, and holds decisions or something else; take them in with "
            "--from-sheet and delete it, or name another file"
        )
        raise LoopError(msg)


def _is_filled(path: Path) -> bool:
    try:
        header, rows = _read_rows(path)
    except LoopError:
        return True  # some other file, which is not for us to replace
    if "decision" not in header:
        return True
    return any(dict(zip(header, row, strict=False)).get("decision", "").strip() for _, row in rows)


def read_sheet(desk: Desk, path: Path) -> int:
    """Take a filled sheet's decisions into the reader's file, all or none; returns how many.

    Raises
    ------
    LoopError
        Naming row, column, what was found and what was expected.
    """
    header, rest = _read_rows(path)
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


def _read_rows(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The headings of a sheet, and its rows with their numbers. LoopError where it cannot be read."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        msg = f"{path}: there is no such file; write one with --sheet, fill it in, and name it here"
        raise LoopError(msg) from None
    except OSError as error:
        msg = f"{path}: cannot be read ({error.strerror}); name the sheet that was filled in"
        raise LoopError(msg) from None
    except UnicodeDecodeError:
        msg = f"{path}: is no text in UTF-8; save it from the spreadsheet as CSV UTF-8"
        raise LoopError(msg) from None
    sign = ";" if text.partition("\n")[0].count(";") > text.partition("\n")[0].count(",") else ","
    (_, header), *rest = [*split_rows(text, sign, strict=False)] or [(1, [])]
    return header, rest


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
