"""Screening in a spreadsheet, for those who will not run a command: one row a record, out and in again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from livingreview.evidence.lexical import split_rows
from livingreview.evidence.writing import write_rows
from livingreview.surveillance.choices import CHOICES, MEANINGS
from livingreview.surveillance.decisions import name_decision, read_own
from livingreview.surveillance.desk import Desk, make_decision, note_change
from livingreview.surveillance.identity import Row
from livingreview.surveillance.readers.found import tidy
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
CHOICES_HEADER = ["decision", "number", "reason_id", "what_it_says"]
_MOST = 20  # faults that are told
_FORMULA = ("=", "+", "-", "@")


@dataclass
class Taken:
    """What a filled sheet came to.

    Attributes
    ----------
    rows : dict of str to dict
        Decisions to be kept, by their id: new ones and changed ones.
    changes : list of str
        Each row that says otherwise than before, in words.
    same, empty : int
        Rows that say what was said before; that say nothing.
    """

    rows: dict[str, Row] = field(default_factory=dict)
    changes: list[str] = field(default_factory=list)
    same: int = 0
    empty: int = 0

    @property
    def new(self) -> int:
        """Decisions on records that were not decided before."""
        return len(self.rows) - len(self.changes)


def usual_sheet(desk: Desk) -> Path:
    """Where a reader's sheet goes if nobody says where."""
    name = "conflicts" if desk.conflicts else desk.stage
    return desk.loop.root / FOLDER / f"{desk.reader}-{name.replace('_', '-')}.csv"


def write_sheet(desk: Desk, path: Path) -> int:
    """The records still to be decided, with empty cells for decision, reason and note; returns how many.

    Of those on which readers differ, what each of them said stands beside the abstract. What may be written
    into the cells stands in a file of its own beside it (`choices_of`).

    Raises
    ------
    LoopError
        Where the sheet cannot be written, or would replace one whose decisions are not in yet.
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
    _make_room(desk, path)
    try:
        write_rows(path, header, rows)
        write_rows(choices_of(path), CHOICES_HEADER, _list_choices(desk))
    except OSError as error:
        msg = f"--sheet {path}: cannot be written ({error.strerror}); name another file"
        raise LoopError(msg) from None
    return len(rows)


def choices_of(path: Path) -> Path:
    """The file beside a sheet that says what may be decided, and for which reasons."""
    return path.with_name(f"{path.stem}-choices.csv")


def _list_choices(desk: Desk) -> list[list[str]]:
    """Each decision with what it says, and under it its reasons in their order with their numbers."""
    rows = []
    for decision in CHOICES[desk.stage]:
        rows.append([decision, "", "", MEANINGS[desk.stage][decision]])
        for reason in desk.reasons:
            if reason["decision"] == decision:
                words = f"{reason['label']}. {reason['criterion']}"
                rows.append([decision, reason["position"], reason["reason_id"], words])
    return rows


def _say(row: Row) -> str:
    more = ", ".join(filter(None, (row["reason_id"], row["note"])))
    return f"{row['reader']}: {row['decision'].replace('_', ' ')}" + (f" ({more})" if more else "")


def _make_room(desk: Desk, path: Path) -> None:
    """See that a sheet can stand there: in a folder that is there, in place of nothing that waits."""
    if path.parent.resolve() == (desk.loop.root / FOLDER).resolve():
        path.parent.mkdir(exist_ok=True)
    if not path.parent.is_dir():
        msg = f"--sheet {path}: there is no folder {path.parent}; make it, or name a file in a folder that is"
        raise LoopError(msg)
    if path.is_dir():
        msg = f"--sheet {path}: is a folder; name a file in it, for example {path / 'sheet.csv'}"
        raise LoopError(msg)
    if path.is_file() and not _is_taken_in(desk, path):
        msg = (
            f"--sheet {path}: is there, and holds decisions that are not taken in, or something else; take "
            "them in with --from-sheet, or name another file"
        )
        raise LoopError(msg)
    beside = choices_of(path)
    if beside.exists() and not _is_list_of_choices(beside):
        msg = f"--sheet {path}: the choices go into {beside}, which is something else; name another file"
        raise LoopError(msg)


def _is_list_of_choices(path: Path) -> bool:
    try:
        return _read_rows(path)[0] == CHOICES_HEADER
    except LoopError:
        return False


def _is_taken_in(desk: Desk, path: Path) -> bool:
    """Whether a file is a sheet, and nothing in it would be lost: every decision is this reader's already."""
    try:
        header, rows = _read_rows(path)
    except LoopError:
        return False  # some other file, which is not for us to replace
    if not {"record_id", "decision", "reason_id", "note"} <= set(header):
        return False
    own = read_own(desk.loop.root, desk.reader)
    told = [dict(zip(header, row, strict=False)) for _, row in rows]
    return all(_says_again(desk, own, cells) for cells in told if any(_filled(cells)))


def _filled(cells: Mapping[str, str]) -> tuple[str, str, str]:
    """Decision, reason and note of a row, as they are compared."""
    decision = cells.get("decision", "").strip().lower().replace(" ", "_")
    return decision, cells.get("reason_id", "").strip(), tidy(cells.get("note", ""))[:300].strip()


def _former(desk: Desk, own: Mapping[str, Row], cells: Mapping[str, str]) -> Row | None:
    """What the reader said of a row's record before."""
    return own.get(name_decision(cells.get("record_id", "").strip(), desk.stage, desk.reader, desk.role))


def _says_again(desk: Desk, own: Mapping[str, Row], cells: Mapping[str, str]) -> bool:
    """Whether a row says what the reader said before."""
    former = _former(desk, own, cells)
    decision, reason, note = _filled(cells)
    before = re.sub(r"^Changed from [^.]*\.\s*", "", former["note"]) if former else ""
    return former is not None and (decision, _reason_id(desk, reason), note) in (
        (former["decision"], former["reason_id"], former["note"]),
        (former["decision"], former["reason_id"], before),
    )


def _reason_id(desk: Desk, reason: str) -> str:
    """A reason by its id, or by its number in the order."""
    return {row["position"]: row["reason_id"] for row in desk.reasons}.get(reason, reason)


def read_sheet(desk: Desk, path: Path, *, change: bool = False) -> Taken:
    """Take a filled sheet's decisions into the reader's file, all or none.

    Rows that say what was said before are passed over.

    Parameters
    ----------
    change : bool
        Take rows that say otherwise as changes, each with a note of what was said before and when.

    Raises
    ------
    LoopError
        Naming every slip: row, column, what was found and what was expected.
    """
    header, rest = _read_rows(path)
    if missing := [name for name in ("record_id", "decision", "reason_id", "note") if name not in header]:
        msg = f"{path}: expected the columns of the sheet that was written; there is no {', '.join(missing)}"
        raise LoopError(msg)
    taken, faults, seen = Taken(), [], set[str]()
    own = read_own(desk.loop.root, desk.reader)
    for number, row in rest:
        cells = dict(zip(header, row, strict=False))
        try:
            _take(desk, own, cells, taken, seen)
        except LoopError as error:
            faults.append(f"{path}, row {number}: {error}")
    if faults:
        more = [f"and {len(faults) - _MOST} more"] if len(faults) > _MOST else []
        raise LoopError("\n".join([*faults[:_MOST], *more, "nothing was taken in"]))
    if taken.changes and not change:
        told = "\n".join(f"  {text}" for text in taken.changes)
        msg = (
            f"{path}: {len(taken.changes)} row(s) say otherwise than before:\n{told}\nnothing was taken in; "
            "to take them as changes, which the log then says: the same with --change"
        )
        raise LoopError(msg)
    desk.keep(taken.rows.values())
    return taken


def _take(desk: Desk, own: Mapping[str, Row], cells: Mapping[str, str], taken: Taken, seen: set[str]) -> None:
    """One row of a sheet. LoopError where it cannot be what was meant."""
    name, (decision, reason, note) = cells.get("record_id", "").strip(), _filled(cells)
    if not decision and not reason:
        taken.empty += bool(name)
        return
    if name in seen:
        msg = f"column record_id: found {name!r} in an earlier row as well; expected each record once"
        raise LoopError(msg)
    seen.add(name)
    if _says_again(desk, own, cells):
        taken.same += 1
        return
    former = _former(desk, own, cells)
    _check_asked(desk, name, former)
    if decision not in CHOICES[desk.stage]:
        msg = f"column decision: found {decision!r}; expected one of: {', '.join(CHOICES[desk.stage])}"
        raise LoopError(msg)
    made = make_decision(desk, name, decision, _reason_id(desk, reason), note)
    if former:
        taken.changes.append(f"{name}: {_tell(former)}, of {former['day']}, now {_tell(made)}")
        made["note"] = note_change(former, note)
    taken.rows[made["decision_id"]] = made


def _check_asked(desk: Desk, name: str, former: Row | None) -> None:
    """See that a record is one that this reader is asked about, or decided before."""
    stands = desk.loop.canonical(name)
    if stands != name:
        msg = (
            f"column record_id: found {name!r}, by now a copy of {stands!r}; decide that, and delete the row"
        )
        raise LoopError(msg)
    if name not in desk.asked and not (former and name in desk.loop.index.rows):
        msg = f"column record_id: found {name!r}; expected a record that {desk.reader} has still to decide"
        raise LoopError(msg)


def _tell(row: Row) -> str:
    more = f" ({row['note']})" if row["note"] else ""
    return " ".join(filter(None, (row["decision"].replace("_", " "), row["reason_id"]))) + more


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
