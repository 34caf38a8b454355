"""The tables under check with one cell changed, for rules that are tried one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from livingreview.checks.checked import Checked
from livingreview.evidence import load_package
from tests.conftest import ROOT

Told = set[tuple[str, int, str]]


@dataclass(frozen=True)
class Spoilt(Checked):
    """A copy of tables in which some are changed."""

    whole: Checked | None = None
    changed: frozenset[str] = frozenset()


class _Watched(dict):
    """Frames that note which of them were asked for."""

    def __init__(self, frames: dict[str, pd.DataFrame]):
        super().__init__(frames)
        self.read: set[str] = set()

    def __getitem__(self, name: str) -> pd.DataFrame:
        self.read.add(name)
        return super().__getitem__(name)

    def get(self, name, default=None):
        self.read.add(name)
        return super().get(name, default)

    def items(self):
        self.read.update(self)
        return super().items()

    def values(self):
        self.read.update(self)
        return super().values()


@dataclass(frozen=True)
class _Watching(Checked):
    """Tables that note which of them a rule reads."""

    def rows(self, *columns: str) -> Iterator[tuple[str, int, dict]]:
        # Whether a table has the columns is no matter of its cells.
        for name in self.frames:
            if set(columns) <= set(dict.__getitem__(self.frames, name)):
                yield from ((name, line, row) for line, row in self.rows_of(name, *columns))


def made_of(rows: Mapping[str, list[dict]]) -> Checked:
    """Tables of this review's columns that hold these rows alone (key: table); other cells are empty."""
    package = load_package(ROOT / "data")
    frames = {
        name: pd.DataFrame(
            [dict.fromkeys(table.columns, pd.NA) | row for row in rows.get(name, [])],
            index=range(2, len(rows.get(name, [])) + 2),
            columns=table.columns,
            dtype=object,
        )
        for name, table in package.tables.items()
    }
    return Checked(package, frames)


def line_of(checked: Checked, table: str, **wanted) -> int:
    """The line of the first row that has these values (True: any value, False: none)."""
    for line, row in checked.lines(table):
        filled = {name: not pd.isna(row[name]) for name in wanted}
        if all(
            filled[name] == value if isinstance(value, bool) else filled[name] and row[name] == value
            for name, value in wanted.items()
        ):
            return line
    msg = f"no row of {table} has {wanted}"
    raise LookupError(msg)


def spoil(checked: Checked, table: str, line: int, /, **cells) -> Checked:
    """A copy in which some cells of one row hold something else; None empties one."""
    frame = checked.frames[table].copy()
    for column, value in cells.items():
        frame.loc[line, column] = pd.NA if value is None and frame[column].dtype != object else value
    whole = getattr(checked, "whole", None) or checked
    changed = getattr(checked, "changed", frozenset()) | {table}
    frames = checked.frames | {table: frame}
    copied = Spoilt(checked.package, frames, checked.records, whole, changed)
    for kept, own in ((checked._lines, copied._lines), (checked._filled, copied._filled)):
        # Only the table that changed is read anew: making rows of all tables takes longer than most rules.
        own.update({key: read for key, read in kept.items() if table not in (key, key[0])})
    return copied


def told(rules, checked: Checked) -> Told:
    """(file, line, column) of every problem that some rules tell.

    Of a copy only the rules are asked that read a changed table: the others say what they say of the whole.
    """
    whole, found = getattr(checked, "whole", None), set()
    for rule in rules:
        read, known = _ask(rule, whole) if whole else (set(), set())
        found |= _places(rule, checked) if whole is None or read & checked.changed else known
    return found


def _places(rule: Callable, checked: Checked) -> Told:
    return {(problem.file, problem.row, problem.column) for problem in rule(checked)}


_ASKED: dict[tuple[Callable, int], tuple[Checked, set[str], Told]] = {}


def _ask(rule: Callable, whole: Checked) -> tuple[set[str], Told]:
    """The tables that a rule reads, and what it tells of the whole; asked once."""
    if (rule, id(whole)) not in _ASKED:
        frames = _Watched(whole.frames)
        known = _places(rule, _Watching(whole.package, frames, whole.records))
        _ASKED[rule, id(whole)] = whole, frames.read, known  # held, so that no other takes its id
    return _ASKED[rule, id(whole)][1:]
