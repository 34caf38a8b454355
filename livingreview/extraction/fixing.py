"""A desk for corrections: what a row says and who depends on it; a correction checked, applied, told."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from livingreview.checks.problems import Problem
from livingreview.evidence import Evidence, load_evidence, read_cells
from livingreview.evidence.schema import Field
from livingreview.evidence.writing import save_tables
from livingreview.extraction.finding import Held, find_row, key_columns
from livingreview.extraction.layout import codes_of
from livingreview.extraction.naming import name_group
from livingreview.extraction.reading import Book, Place, Sheet, read_cell, resolve_code, resolve_name
from livingreview.extraction.trying import try_change
from livingreview.extraction.workbook import SheetError
from livingreview.files import CHANGES, UNRELEASED
from livingreview.surveillance.identity import Row, normal
from livingreview.tables.inputs import PoolInputs, list_pools
from livingreview.tables.readings import reading_state, take_reading

LONGEST = 120  # characters of a cell that the changelog repeats
BY_PROGRAM, TWICE, ONCE = "source_text", "second_reading", "single_reading"  # how far a row is checked


class PoolMove(NamedTuple):
    """A pool before and after; None where it was not there, or is not any more."""

    before: PoolInputs | None
    after: PoolInputs | None


@dataclass
class Moved:
    """What a correction moved: conclusions to be read again with why, pools whose inputs changed."""

    conclusions: list[tuple[str, str]] = field(default_factory=list)
    pools: list[PoolMove] = field(default_factory=list)


@dataclass
class Fixed:
    """A correction, applied or not.

    Attributes
    ----------
    held : Held
        The row as it was.
    after : dict of str to str
        Its cells as they are to be.
    problems : list of Problem
        Why it was not applied; none where it was, or would be.
    remarks : list of str
        What was taken for what it means, and what follows from the correction.
    entry : str
        The line of the changelog.
    """

    held: Held
    after: Row
    problems: list[Problem] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    entry: str = ""
    moved: Moved = field(default_factory=Moved)

    @property
    def changes(self) -> dict[str, tuple[str, str]]:
        """Column -> (cell before, cell after), of those that differ."""
        return {
            name: (text, self.after[name])
            for name, text in self.held.cells.items()
            if text != self.after[name]
        }


def open_review(root: Path) -> Evidence:
    """The evidence. SheetError where it cannot be read, with what to do."""
    try:
        return load_evidence(root)
    except (ValueError, KeyError) as error:
        msg = f"data/ cannot be read: {error.args[0]}. First: livingreview check"
        raise SheetError(msg) from None


def fix(
    root: Path,
    row_id: str,
    corrections: Sequence[str],
    *,
    reason: str,
    table: str = "",
    sources: Path | None = None,
    dry_run: bool = False,
) -> Fixed:
    """Correct cells of one row, with a line in the changelog, unless any rule of the review is broken.

    Parameters
    ----------
    corrections : sequence of str
        ``COLUMN=VALUE``; codes and names of other rows may be given in their words, nothing empties a cell.
    reason : str
        Why: it stands in the changelog.
    sources : Path, optional
        Folder of source texts, ``<report_id>.txt``, in which printed fragments are looked up.
    dry_run : bool
        Say what would change; change nothing.

    Raises
    ------
    SheetError
        If there is no such row or column, if a column is a key, or if nothing would change.
    """
    evidence = open_review(root)
    held = find_row(root, evidence.package, row_id, table)
    fixed = Fixed(held, dict(held.cells))
    sheet, book = Sheet(), Book(evidence)
    for name, text in _parse(corrections, book, held).items():
        fixed.after[name] = _read(text, held, name, book, sheet)
    fixed.problems, fixed.remarks = sheet.problems, sheet.remarks
    if fixed.problems:
        return fixed
    if not fixed.changes:
        msg = f"{held.key}: says so already; nothing to correct"
        raise SheetError(msg)
    _keep_honest(fixed, sources)
    fixed.entry = write_entry(evidence, fixed, reason)

    def judge(trial: Path, found: list[Problem]) -> list[Problem]:
        if not found:
            fixed.moved = find_moved(evidence, load_evidence(trial))
        return found

    fixed.problems = try_change(
        root, lambda trial: _change(trial, evidence, fixed), judge=judge, sources=sources, dry_run=dry_run
    )
    return fixed


def _parse(corrections: Sequence[str], book: Book, held: Held) -> dict[str, str]:
    """Column -> text. SheetError where there is no such column, or where it is a key."""
    table, keys = held.table, key_columns(book.package, held.table)
    page = book.pages.get(table.name)
    called = {column.name: column.field.name for column in page.columns} if page else {}
    found: dict[str, str] = {}
    for text in corrections:
        name, sign, value = text.partition("=")
        column = name if name in table.columns else called.get(name, name)
        if not sign:
            msg = f"found {text!r}; expected COLUMN=VALUE, such as note='seen on page 3'; COLUMN= empties it"
            raise SheetError(msg)
        if column not in table.columns:
            near = difflib.get_close_matches(name, table.columns, 1)
            mend = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(table.columns)}"
            msg = f"{table.path} has no column {name!r}; {mend}"
            raise SheetError(msg)
        if column in keys or (column == "report_id" and table.evidence):
            raise SheetError(_refuse_key(held, column))
        if column in found:
            msg = f"column {column} is given twice; give it once"
            raise SheetError(msg)
        found[column] = value
    return found


def _refuse_key(held: Held, column: str) -> str:
    """Why an address is not changed, and how a row comes by another."""
    if held.table.name == "reports" and column == held.table.primary_key:
        return f"{column} of {held.key} is an address; to rename the report: livingreview rename {held.key}"
    again = (
        f"enter it anew under its report (livingreview add {held.cells['report_id']}, then take)"
        if held.table.evidence
        else f"add a row with the right one to data/{held.table.path}"
    )
    return (
        f"{column} of {held.key} is an address: others lead to it, so it is never changed. To mend: {again}, "
        f"correct each row that names this one (livingreview fix {held.key} lists them), then take this row "
        "out, say so in CHANGELOG.md, and run livingreview check --mend --record-rows"
    )


def _read(text: str, held: Held, name: str, book: Book, sheet: Sheet) -> str:
    """The text of a cell as the data has it; what is unsure is a problem of the sheet."""
    item, place = held.table.field(name), Place(held.table.path, held.line)
    told = read_cell(text, item, place, name, sheet)
    if told and codes_of(item):
        return resolve_code(item, told, place, name, sheet)
    target = next((key.table or held.table.name for key in held.table.foreign_keys if key.field == name), "")
    if told and target in book.known:
        short = name_group(held.cells.get("report_id", ""), target, told)
        is_own = short in book.known[target].get(normal(short), ())
        return short if is_own else resolve_name(book, target, told, place, name, sheet)
    return told


def _keep_honest(fixed: Fixed, sources: Path | None) -> None:
    """How far a row is said to be checked stays true: only a program says what a program found."""
    before, after = fixed.held.cells, fixed.after
    if not fixed.held.table.evidence:
        return
    is_there = sources is not None and (sources / f"{after['report_id']}.txt").is_file()
    if after["verification"] == BY_PROGRAM and not is_there:
        if before["verification"] != BY_PROGRAM:
            msg = (
                f"verification={BY_PROGRAM}: only a program says so; give the text with --sources DIR "
                f"(DIR/{after['report_id']}.txt)"
            )
            raise SheetError(msg)
        if before["as_reported"] != after["as_reported"]:
            after["verification"] = ONCE
            fixed.remarks.append(
                f"verification is {ONCE} now: the new fragment was not looked up (--sources DIR does)"
            )
    if before["verification"] == after["verification"] == TWICE:
        fixed.remarks.append(
            f"verification still says {TWICE}; if nobody else has read the correction: verification={ONCE}"
        )


def write_entry(evidence: Evidence, fixed: Fixed, reason: str) -> str:
    """The line of the changelog: which row of which report, what it said, what it says now, and why."""
    held = fixed.held
    report = evidence.report_names.get(held.cells.get("report_id", ""), held.table.title)
    told = "; ".join(
        f"{name} said {_say(held.table.field(name), before)}, says {_say(held.table.field(name), after)}"
        for name, (before, after) in fixed.changes.items()
    )
    return f"- Corrected, {report}, `{held.key}`: {told}. Why: {' '.join(reason.split()).rstrip('.')}."


def _say(item: Field, text: str) -> str:
    words = item.label(text) if text else ""
    cut = words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…"
    return f"“{cut}”" if cut else "nothing"


def _change(trial: Path, evidence: Evidence, fixed: Fixed) -> None:
    table, data = fixed.held.table, trial / "data"
    rows = read_cells((data / table.path).read_bytes())
    rows = [fixed.after if row[table.primary_key] == fixed.held.key else row for row in rows]
    save_tables(data, evidence.package, {table.name: rows})
    path = trial / CHANGES
    text = path.read_text(encoding="utf-8") if path.exists() else "# Changes\n"
    path.write_text(add_entry(text, fixed.entry), encoding="utf-8")


def add_entry(text: str, entry: str) -> str:
    """The changelog with a line more under what is not released yet; the heading is made where it lacks."""
    head = re.search(rf"^## {UNRELEASED}[ \t]*$", text, re.MULTILINE | re.IGNORECASE)
    if head is None:
        first = re.search(r"^## ", text, re.MULTILINE)
        at = first.start() if first else len(text)
        before = text[:at].rstrip("\n")
        return f"{before}\n\n## {UNRELEASED}\n\n{entry}\n" + (f"\n{text[at:]}" if first else "")
    following = re.search(r"^## ", text[head.end() :], re.MULTILINE)
    end = head.end() + following.start() if following else len(text)
    section = text[head.end() : end].strip("\n")
    told = f"{section}\n{entry}" if section else entry
    return f"{text[: head.end()]}\n\n{told}\n" + (f"\n{text[end:]}" if following else "")


def find_moved(before: Evidence, after: Evidence) -> Moved:
    """What parts two states of the data: conclusions to be read again, pools whose inputs changed."""
    moved = Moved()
    known = set(before.tables["claims"]["claim_id"])
    for claim_id in after.tables["claims"]["claim_id"]:
        is_same = claim_id in known and take_reading(before, claim_id) == take_reading(after, claim_id)
        state = "read" if is_same else reading_state(after, claim_id)
        if state != "read":
            moved.conclusions.append((claim_id, state))
    old, new = list_pools(before), list_pools(after)
    for key in dict.fromkeys([*old, *new]):
        pair = PoolMove(old.get(key), new.get(key))
        if pair.before != pair.after:
            moved.pools.append(pair)
    return moved
