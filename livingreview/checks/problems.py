"""What a check reports: one problem, one line, with how to mend it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass

# Files whose lines are rows of a table; a page of a workbook is "book.xlsx: Outcomes".
_TABLE = re.compile(r"\.(?:csv|xlsx|xlsm|xls|ods)(?::|$)", re.IGNORECASE)
_UNWRITABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong in one place.

    Attributes
    ----------
    file : str
        File name in ``data/``, or path from the project's folder.
    row : int
        Line of the file as a spreadsheet numbers it (the header is 1); 0 where the whole file is meant.
    column : str
        Column name; '' where the whole row is meant. In a file that is no table: the key, or what is meant.
    rule : str
        Name of the rule, stable over versions.
    found, expected, mend : str
        What stands there, what should, and what to do.
    key : str
        Primary key of the row, where it has one.
    """

    file: str
    row: int
    column: str
    rule: str
    found: str
    expected: str
    mend: str
    key: str = ""

    def __post_init__(self) -> None:
        # One line that any terminal takes, whatever stood in the file.
        for name in ("file", "column", "found", "expected", "mend", "key"):
            text = getattr(self, name)
            if not text.isprintable():
                object.__setattr__(self, name, _UNWRITABLE.sub(lambda sign: repr(sign[0])[1:-1], text))

    @property
    def place(self) -> str:
        """Where it is, in words."""
        place = self.file
        row, column = ("row", "column") if _TABLE.search(self.file) else ("line", "key")
        if self.row:
            place += f", {row} {self.row}" + (f" ({self.key})" if self.key else "")
        if self.column:
            place += f", {column} {self.column}"
        return place

    def __str__(self) -> str:
        told = f"found {self.found}; expected {self.expected}; to mend: {self.mend}"
        return f"{self.place}: [{self.rule}] {told}"

    def to_dict(self) -> dict:
        """The problem as plain values, for machines."""
        return asdict(self)


def quote(value: object, length: int = 80) -> str:
    """A cell's content, quoted, control characters made visible, cut to `length`."""
    text = repr("" if value is None else str(value))
    return text if len(text) <= length else text[: length - 2] + "…" + text[-1]


def keep_first(problems: Iterable[Problem]) -> list[Problem]:
    """Problems sorted by place, the first one only for each cell: later rules often repeat an earlier one.

    In a row with too many or too few cells nothing else is told: every cell after the slip is in the
    wrong column.
    """
    problems = list(problems)
    shifted = {(problem.file, problem.row) for problem in problems if problem.rule == "shifted-row"}
    seen: set[tuple] = set()
    kept = []
    for problem in problems:
        if (problem.file, problem.row) in shifted and problem.rule != "shifted-row":
            continue
        place = (problem.file, problem.row, problem.column)
        if place in seen and problem.row:
            continue
        seen.add(place)
        kept.append(problem)
    return sorted(kept)
