"""One session of taking: sheets read, two readings put together, what is decided applied, the rest tried."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from livingreview.checks.problems import Problem
from livingreview.evidence import load_evidence
from livingreview.extraction.comparing import (
    Compared,
    Difference,
    compare,
    read_decisions,
    settle,
    write_differences,
)
from livingreview.extraction.entering import keep_used
from livingreview.extraction.paging import place_rows
from livingreview.extraction.reading import Book, read_rows
from livingreview.extraction.resolving import Entry, resolve
from livingreview.extraction.sizing import tell_parts
from livingreview.extraction.taking import Taken, take
from livingreview.extraction.workbook import SheetError, read_sheet
from livingreview.files import PAUSE, Stamp, settled, stamp_files


@dataclass
class Session:
    """What became of one or two sheets.

    Attributes
    ----------
    taken : Taken or None
        None where it did not come so far.
    problems : list of Problem
    remarks : list of str
        What was taken for what it means.
    unused : int
        Offered rows that nobody filled.
    compared : Compared or None
    open_differences : list of Difference
        What a person must decide first; listed in `decisions`.
    """

    taken: Taken | None = None
    problems: list[Problem] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    unused: int = 0
    compared: Compared | None = None
    open_differences: list[Difference] = field(default_factory=list)
    decisions: Path | None = None


def take_sheets(
    root: Path,
    first: Path,
    second: Path | None = None,
    *,
    decisions: Path | None = None,
    sources: Path | None = None,
    read_by: str = "",
    dry_run: bool = False,
    today: datetime.date,
) -> Session:
    """Take one sheet, or two readings of one report, into ``data/``.

    Parameters
    ----------
    sources : Path, optional
        Folder of source texts: every printed fragment is looked up, and its page told.
    read_by : str
        The person who held each row that a machine proposed against the report.
    decisions : Path, optional
        The table of differences, its last column filled; by default beside the first sheet.

    Raises
    ------
    SheetError
        If a sheet cannot be read at all, or holds proposed rows that nobody and nothing looked up.
    """
    if second is not None and _is_one(first, second):
        msg = f"{first} and {second} are one sheet: two readings are made by two readers"
        raise SheetError(msg)
    book, session = Book(load_evidence(root)), Session()
    entries = [_read(path, book, session) for path in (first, second) if path is not None]
    if session.problems:
        return session
    entry = entries[0]
    if second is not None:
        settled = _put_together(entries, book, session, first, decisions)
        if settled is None:
            return session
        entry = settled
    session.remarks += [*keep_used(book.package, entry.rows), *tell_parts(entry, book)]
    if not any(entry.rows.values()):
        msg = f"{first}: no row is filled in; nothing to take"
        raise SheetError(msg)
    _accept(entry, sources, read_by, session, dry_run=dry_run)
    if sources is not None:
        session.remarks += place_rows(entry, sources)
    session.taken = take(
        root,
        book.package,
        entry,
        compared=session.compared,
        sources=sources,
        read_by=read_by,
        today=today,
        dry_run=dry_run,
    )
    session.problems = session.taken.problems
    return session


def watch_sheets(
    first: Path,
    second: Path | None,
    look: Callable[[], None],
    *,
    beside: Sequence[Path] = (),
    wait: Callable[[float], bool],
) -> None:
    """Look at sheets now and after each save, until waiting is to end.

    Parameters
    ----------
    look : callable
        Tells what would become of them.
    beside : sequence of Path
        What is followed too, such as the table of decisions.
    wait : callable
        Waits so many seconds; true where it is to end.
    """
    paths = [path for path in (first, second, *beside) if path is not None]
    seen: Stamp | None = None
    while True:
        if (stamp := stamp_files(paths)) != seen:
            seen = settled(lambda: stamp_files(paths), stamp, wait)
            look()
        if wait(PAUSE):
            return


def _accept(entry: Entry, sources: Path | None, read_by: str, session: Session, *, dry_run: bool) -> None:
    """Rows that a tool proposed are accepted by their source text or by a person, who says so."""
    tools = Counter(item.proposed_by for rows in entry.rows.values() for item in rows if item.proposed_by)
    if not tools or read_by.strip() or (sources and (sources / f"{entry.report_id}.txt").is_file()):
        return
    msg = (
        f"{sum(tools.values())} row(s) were proposed by {', '.join(sorted(tools))}: take them with --sources "
        f"DIR, where DIR/{entry.report_id}.txt is the report's text, or with --read-by NAME, once that "
        "person has held each against the report"
    )
    if not dry_run:
        raise SheetError(msg)
    session.remarks.append(msg)


def _is_one(first: Path, second: Path) -> bool:
    """Whether two sheets are one, or a copy of one: two readers never use the same words throughout."""
    files = [sorted(path.glob("*.csv")) if path.is_dir() else [path] for path in (first, second)]
    data = [[(file.suffix, file.read_bytes()) for file in part if file.is_file()] for part in files]
    return first.resolve() == second.resolve() or (bool(data[0]) and data[0] == data[1])


def _read(path: Path, book: Book, session: Session) -> Entry:
    sheet = read_rows(read_sheet(path, book.package), book)
    entry = resolve(sheet, book)
    session.problems += sorted(sheet.problems)
    session.remarks += sheet.remarks
    session.unused += sheet.unused
    return entry


def decisions_of(first: Path) -> Path:
    """Where differences wait for a decision, if not told otherwise: beside the first sheet."""
    return first.with_name(f"{first.stem}-differences.csv")


def _put_together(
    entries: list[Entry], book: Book, session: Session, first: Path, decisions: Path | None
) -> Entry | None:
    """The two readings as one; None where a person must decide first."""
    one, two = entries
    session.compared = compare(one, two, book.package)
    session.decisions = decisions or decisions_of(first)
    decided = read_decisions(session.decisions) if session.decisions.exists() else {}
    entry, session.open_differences = settle(one, session.compared, decided)
    if not session.open_differences:
        return entry
    write_differences(session.decisions, session.compared.differences, decided)
    return None
