"""What a person is told after a sheet was taken, or was not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from livingreview.extraction.sessions import Session
from livingreview.extraction.taking import Taken

_MOST = 12  # differences told one by one; the file has all


def tell_taken(session: Session, *, dry_run: bool) -> str:
    """What became of the sheets, in lines."""
    return "\n".join(_lines(session, dry_run=dry_run))


def _lines(session: Session, *, dry_run: bool) -> Iterator[str]:
    yield from session.remarks
    if session.compared:
        done = session.compared
        yield (
            f"two readings: {done.first} and {done.second} rows, {done.both} of the same things, "
            f"{done.alike} of these alike in every value"
        )
    if session.open_differences:
        yield f"{len(session.open_differences)} difference(s) to decide:"
        for item in session.open_differences[:_MOST]:
            yield f"  {item.place}: {item.what} {item.column}: {item.first!r} or {item.second!r}"
        if len(session.open_differences) > _MOST:
            yield f"  and {len(session.open_differences) - _MOST} more"
        yield (
            f"nothing was changed. In {session.decisions}, write first, second or the right value into the "
            "last column, then run the same command again"
        )
        return
    yield from map(str, session.problems)
    if session.problems:
        yield f"{len(session.problems)} problem(s); nothing was changed"
        return
    if session.unused:
        yield f"{session.unused} offered row(s) left empty"
    if session.taken:
        yield from _tell_rows(session.taken, dry_run=dry_run)


def _tell_rows(taken: Taken, *, dry_run: bool) -> Iterator[str]:
    for name, rows in taken.added.items():
        yield f"{name}.csv: {len(rows)} row(s)"
        if dry_run:
            yield from (f"  + {_tell_row(row)}" for row in rows)
    if taken.record:
        yield "references.bib: 1 record"
        if dry_run:
            yield from (f"  + {line}" for line in taken.record.splitlines())
    if taken.before:
        yield f"{len(taken.before)} problem(s) stood in data/ before, such as {taken.before[0]}"
        yield "to see them all: livingreview check"
    if dry_run:
        yield "nothing was changed (--dry-run)"
    else:
        yield f"{taken.report_id} is in data/; to see it: make book; to take it back: git checkout data"


def _tell_row(row: Mapping[str, str]) -> str:
    return " | ".join(f"{name}: {text}" for name, text in row.items() if text)
