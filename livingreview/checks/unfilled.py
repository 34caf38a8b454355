"""What an author has still to fill in: places marked ``[to fill in: …]``, which pages show as they stand.

They are no problems: a book with them can be built and read. A release is refused until they are filled.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

MARK = re.compile(r"\[to fill in: ([^\]\n]+)\]")
FILES = (
    "CITATION.cff",
    "_config.yml",
    "review.yml",
    "README.md",
    "data/*.json",
    "data/*.csv",
    "chapters/*.md",
)


class Unfilled(NamedTuple):
    """A place that is to be filled in: its file, its line, and what is asked for."""

    file: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"to fill in: {self.file}, line {self.line}: {self.what}"


def find_unfilled(root: Path) -> list[Unfilled]:
    """Every place of the project that its author has still to fill in, in the order of files and lines."""
    found = []
    for path in sorted({path for pattern in FILES for path in root.glob(pattern)}):
        lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
        name = path.relative_to(root).as_posix()
        found += [
            Unfilled(name, number, what)
            for number, line in enumerate(lines, 1)
            for what in MARK.findall(line)
        ]
    return found
