"""Cells, rows and entries that are not as they were recorded: told until somebody confirms them.

No rule can know that a reason was filled down from the row above, or that an author is missing. That it is
not what stood there when the row was recorded can be known, and whoever edited it can say whether that was
meant. A book can be built and read meanwhile; `livingreview check` ends with 1, and a release is refused.
"""

from __future__ import annotations

import csv
import io
import re
import subprocess
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from pathlib import Path

from livingreview.checks.cells import check_width, read_raw
from livingreview.checks.problems import Problem, quote
from livingreview.checks.tables import check_descriptor
from livingreview.evidence import BIBLIOGRAPHY
from livingreview.evidence.recorded import (
    RECORDED,
    Cells,
    Record,
    bibliography_rows,
    by_key,
    read_record,
    sign,
    sign_rows,
)
from livingreview.evidence.writing import write_record

CONFIRM = "livingreview check --record-rows"
MOST_TOLD = 10  # cells of one column that are told one by one; more are one slip
LEAD = 20  # letters shown before the place where two texts part
SINCE = "since-recorded"  # the end of the names of these rules
NEW, GONE, CHANGED = f"new-{SINCE}", f"gone-{SINCE}", f"changed-{SINCE}"


@dataclass(frozen=True)
class Now:
    """A file as it stands: its rows, the line of each, and the column of its key ('' in a bibliography)."""

    rows: Cells
    lines: dict[str, int]
    key: str

    @cached_property
    def signs(self) -> Cells:
        """The signs of its cells."""
        return sign_rows(self.rows)


@dataclass(frozen=True)
class Change:
    """What differs from the record: a cell, or (without a column) a row that is new or gone."""

    file: str
    key: str
    column: str = ""
    is_new: bool = False


def find_unconfirmed(root: Path) -> list[Problem]:
    """Everything that is not as it was recorded; nothing where the review keeps no record."""
    data = Path(root) / "data"
    try:
        record = read_record(data)
    except ValueError as error:
        mend = f"restore it from version control, or record everything as it is: {CONFIRM}"
        return [Problem(RECORDED, 0, "", "record-unread", str(error), "the record of rows", mend)]
    if record is None:
        return []
    now = read_files(data)
    changes = list(compare(record, now))
    often = Counter((change.file, change.column) for change in changes if change.column)
    found, told = [], set()
    for change in changes:
        place = change.file, change.column
        if often[place] <= MOST_TOLD:
            found.append(_tell(change, now[change.file]))
        elif place not in told:
            told.add(place)
            what = f"{often[place]} cells that are not as recorded, the first in {change.key}"
            found.append(Problem(*place[:1], 0, change.column, CHANGED, what, *_EXPECTED[CHANGED]))
    return sorted(found)


_EXPECTED = {
    NEW: ("a row that somebody confirmed", f"if it is right: {CONFIRM}"),
    GONE: (
        "every row that was recorded",
        f"restore it from version control; if it was taken out on purpose: {CONFIRM}",
    ),
    CHANGED: (
        "what was recorded",
        f"put the old back (git diff data shows it); if it is right: {CONFIRM} "
        "(livingreview fix corrects a cell with its reason)",
    ),
}


def _tell(change: Change, now: Now) -> Problem:
    line = now.lines.get(change.key, 0)
    if change.column:
        found = quote(now.rows[change.key].get(change.column, ""))
        return Problem(change.file, line, change.column, CHANGED, found, *_EXPECTED[CHANGED], change.key)
    rule = NEW if change.is_new else GONE
    found = "a row" if change.is_new else f"no row {quote(change.key)}"
    return Problem(change.file, line, "", rule, found, *_EXPECTED[rule], change.key)


def compare(record: Record, now: dict[str, Now]) -> Iterator[Change]:
    """What differs from the record, in files that can be read. A column never recorded was empty."""
    for file, here in now.items():
        known = record.get(file, {})
        for key in sorted(known.keys() | here.signs.keys()):
            if key not in here.signs or key not in known:
                yield Change(file, key, is_new=key not in known)
                continue
            one, other = known[key], here.signs[key]
            for column in sorted(one.keys() | other.keys()):
                if one.get(column) != other.get(column):
                    yield Change(file, key, column)


def read_files(data: Path) -> dict[str, Now]:
    """Every table and the bibliography as rows of text; without those that a check cannot read either."""
    found = {}
    package, _ = check_descriptor(data)
    for table in package.tables.values() if package else ():
        raw, _ = read_raw(data / table.path, table)
        if raw is not None and table.primary_key in raw.header and not any(check_width(raw, table.path)):
            rows = [dict(zip(raw.header, row, strict=True)) for row in raw.rows]
            lines = {row[table.primary_key]: line for row, line in zip(rows, raw.lines, strict=True)}
            found[table.path] = Now(by_key(rows, table.primary_key), lines, table.primary_key)
    try:
        text = (data / BIBLIOGRAPHY).read_text(encoding="utf-8-sig")
        entries = re.finditer(r"(?m)^@\w+\{([^,\s]+)", text)
        lines = {entry[1]: text.count("\n", 0, entry.start()) + 1 for entry in entries}
        found[BIBLIOGRAPHY] = Now(bibliography_rows(text), lines, "")
    except (OSError, ValueError):
        pass
    return found


def confirm(root: Path) -> list[str]:
    """Record every row as it stands; returns what differed from the record, a line each.

    What stood there before is told where the last commit still has it. The same change of many rows is one
    line that names them all: among hundreds of lines nobody sees the one that was not meant.
    """
    data = Path(root) / "data"
    now = read_files(data)
    try:
        record = read_record(data)
    except ValueError:
        record = None
    if record is None:
        count = sum(len(here.rows) for here in now.values())
        told = [f"{count} rows"] if count else []
    else:
        old = {file: _committed(data, file, here) for file, here in now.items()}
        told = _gather(
            (change.file, change.key, *_say(change, record, now[change.file], old[change.file]))
            for change in compare(record, now)
        )
    if told or record is None:
        write_record(data, (record or {}) | {file: here.signs for file, here in now.items()})
    return told


def _gather(changes: Iterable[tuple[str, str, str, str]]) -> list[str]:
    """Changes as lines: file, row, column, what changed; of more than a few rows alike one line."""
    alike: dict[tuple[str, str, str], list[str]] = {}
    for file, key, column, what in changes:
        alike.setdefault((file, column, what), []).append(key)
    lines = []
    for (file, column, what), keys in alike.items():
        said = f"{column}: {what}" if column else what
        if len(keys) > MOST_TOLD:
            lines.append(f"{file}, {said} in {len(keys)} rows: {', '.join(keys)}")
        else:
            joint = ", " if column else ": "
            lines += [f"{file}, {key}{joint}{said}" for key in keys]
    return lines


def _say(change: Change, record: Record, now: Now, old: Cells) -> tuple[str, str]:
    """The column of a change, and what changed in it."""
    if not change.column:
        return "", "new" if change.is_new else "taken out"
    before = old.get(change.key, {}).get(change.column, "")
    after = now.rows[change.key].get(change.column, "")
    known = record[change.file][change.key].get(change.column, "")
    if (sign(before) if before else "") != known:
        return change.column, f"now {quote(after)}"
    # From a little before they part: of two long texts the beginnings may be all that is seen, and alike.
    alike = takewhile(lambda pair: pair[0] == pair[1], zip(before, after, strict=False))
    start = len(list(alike)) - LEAD
    one, other = (f"…{text[start:]}" if start > LEAD else text for text in (before, after))
    return change.column, f"{quote(one)} -> {quote(other)}"


def _committed(data: Path, file: str, now: Now) -> Cells:
    """The rows of a file in the last commit; none where there is no such commit, or no git."""
    command = ["git", "-C", str(data), "show", f"HEAD:./{file}"]
    try:
        text = subprocess.run(command, capture_output=True, check=True, encoding="utf-8").stdout
        if not now.key:
            return bibliography_rows(text)
        return by_key(csv.DictReader(io.StringIO(text)), now.key)
    except (OSError, ValueError, KeyError, subprocess.CalledProcessError):
        return {}
