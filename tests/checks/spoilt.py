"""The tables under check with one cell changed, for rules that are tried one by one."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from livingreview.checks.checked import Checked


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
    copied = replace(checked, frames=checked.frames | {table: frame})
    for kept, own in ((checked._lines, copied._lines), (checked._filled, copied._filled)):
        # Only the table that changed is read anew: making rows of all tables takes longer than most rules.
        own.update({key: read for key, read in kept.items() if table not in (key, key[0])})
    return copied


def told(rules, checked: Checked) -> set[tuple[str, int, str]]:
    """(file, line, column) of every problem that some rules tell."""
    found = (problem for rule in rules for problem in rule(checked))
    return {(problem.file, problem.row, problem.column) for problem in found}
