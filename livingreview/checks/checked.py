"""The tables under check, as every rule sees them."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import compress
from typing import Any, cast

import numpy as np
import pandas as pd

from livingreview.checks.problems import Problem
from livingreview.checks.wording import numbers_in, words_of
from livingreview.evidence import records, split_ids
from livingreview.evidence.schema import Package

_WORDS = ("title", "value_a", "where_b", "value_b", "explanation", "resolution")


def _holds(words: str, figure: str) -> bool:
    if re.search(rf"(?<![\d.]){re.escape(figure)}(?![.,]?\d)", words):  # 8 does not stand in 80
        return True
    parts = {float(part) for part in re.findall(r"\d+(?:\.\d+)?", figure)}
    return parts <= numbers_in(re.sub(r"\bone\b", " ", words, flags=re.IGNORECASE))  # one is said of anything


@dataclass(frozen=True)
class Checked:
    """The tables under check.

    ``frames`` have the line of the file as index, so that a rule can name the row that a spreadsheet shows;
    ``records`` are the fields of the bibliography (None where it could not be read).
    """

    package: Package
    frames: dict[str, pd.DataFrame]
    records: Mapping[str, Mapping[str, str]] | None = None

    @cached_property
    def registered(self) -> dict[str, list[str]]:
        """Words of each registered discrepancy that names a row (key: row_id)."""
        found: dict[str, list[str]] = {}
        for _, row in self.lines("discrepancies"):
            words = words_of(row, *_WORDS)
            for row_id in split_ids(row["affects"]):
                found.setdefault(row_id, []).append(words)
        return found

    def is_excused(self, row_id: str | None, *figures: object) -> bool:
        """Whether a registered discrepancy that names a row names these figures of it too.

        A misfit that is known and shown is that of certain figures: if one of them changes, the rule is asked
        again, and a discrepancy about something else excuses nothing. Dates are looked up as they are
        written or by their year, month and day.
        """
        return any(
            all(_holds(words, str(figure)) for figure in figures)
            for words in self.registered.get(row_id or "", ())
        )

    def problem(
        self, table: str, line: Hashable, column: str, rule: str, found: object, expected: str, mend: str
    ) -> Problem:
        """A problem in one cell, with the row's key filled in."""
        spec = self.package.tables[table]
        at = cast(int, line)  # frames are indexed by the line of the file
        key: Any = self.frames[table].loc[at, spec.primary_key] if at else ""
        told = "" if pd.isna(key) else str(key)
        return Problem(spec.path, int(at), column, rule, str(found), expected, mend, told)

    def lines(self, table: str) -> list[tuple[int, dict]]:
        """(line, row) of every row of one table."""
        known = self._lines.get(table)
        if known is None:
            frame = self.frames[table]
            known = self._lines[table] = list(zip(frame.index, records(frame), strict=True))
        return known

    def rows_of(self, table: str, *columns: str) -> Iterator[tuple[int, dict]]:
        """(line, row) of one table, where none of these columns is missing or left out of the table."""
        if set(columns) <= set(self.frames[table]):
            filled = [self._is_filled(table, column) for column in columns]
            every = np.logical_and.reduce(filled) if filled else np.ones(len(self.frames[table]), bool)
            yield from compress(self.lines(table), every.tolist())

    @cached_property
    def _lines(self) -> dict[str, list[tuple[int, dict]]]:
        return {}

    @cached_property
    def _filled(self) -> dict[tuple[str, str], np.ndarray]:
        return {}

    def _is_filled(self, table: str, column: str) -> np.ndarray:
        known = self._filled.get((table, column))
        if known is None:
            known = self._filled[table, column] = self.frames[table][column].notna().to_numpy()
        return known

    def rows(self, *columns: str) -> Iterator[tuple[str, int, dict]]:
        """(table, line, row) of every table that has all these columns, where none of them is missing."""
        for name, frame in self.frames.items():
            if set(columns) <= set(frame):
                yield from ((name, line, row) for line, row in self.rows_of(name, *columns))


REGISTER = (
    "correct it, or register the contradiction in discrepancies.csv (of a sheet: its page 'Contradictions') "
    "and name this row under 'affects'"
)
