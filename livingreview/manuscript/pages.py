"""What stands in a page of MyST Markdown, and on which line: front matter, headings, code cells.

Only what a look over a page needs is told apart, by the rules of CommonMark; the page itself is read by MyST.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

CELL = "{code-cell}"
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,}|:{3,})(.*)")
_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*?))??(?:[ \t]+#+)?[ \t]*")
_UNDERLINE = re.compile(r" {0,3}=+[ \t]*")
_PARAGRAPH = re.compile(r" {0,3}(?![-*+>%|=#]|\d+[.)])\S")


# What is no prose: front matter, fences, comments, roles, code, targets of links.
_NO_PROSE = (
    re.compile(r"\A---\n.*?\n---[ \t]*$", re.DOTALL | re.MULTILINE),
    re.compile(r"^ {0,3}(`{3,}|~{3,})[^\n]*\n.*?^ {0,3}\1[`~]*[ \t]*$", re.DOTALL | re.MULTILINE),
    re.compile(r"^%.*$", re.MULTILINE),
    re.compile(r"<!--.*?-->", re.DOTALL),
    re.compile(r"\{[a-z:]+\}`[^`]*`"),
    re.compile(r"`[^`]*`"),
    re.compile(r"(?<=\])\([^)]*\)"),
)


def mask_prose(text: str) -> str:
    """A page's own words on the lines and columns where they stand; all else is blanks."""
    for pattern in _NO_PROSE:
        text = pattern.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
    return text


class Heading(NamedTuple):
    """A heading: its level (1 is a page's title), its words, its line."""

    level: int
    text: str
    line: int


class Cell(NamedTuple):
    """A code cell: its code, its options as YAML text, and the lines on which it and each of these begin."""

    code: str
    line: int
    start: int
    options: str = ""
    options_line: int = 0


@dataclass(frozen=True)
class Page:
    """A page taken apart; lines are counted from 1.

    Attributes
    ----------
    front : str or None
        The front matter between its two lines of dashes; None where there is none.
    headings : list of Heading
        Those outside fences and comments.
    cells : list of Cell
        The code cells, in order.
    unclosed : int
        Line of a fence, or of a front matter, that never ends; 0 where all do.
    """

    front: str | None = None
    headings: list[Heading] = field(default_factory=list)
    cells: list[Cell] = field(default_factory=list)
    unclosed: int = 0


def parse_page(text: str) -> Page:
    """A page taken apart."""
    lines = text.split("\n")
    front, start = _take_front(lines)
    if start < 0:
        return Page(unclosed=1)
    headings: list[Heading] = []
    cells: list[Cell] = []
    place, comment = start, False
    while place < len(lines):
        line = lines[place]
        if comment or line.lstrip().startswith("<!--"):
            comment = "-->" not in line
        elif fence := _opens(line):
            end = _find_end(lines, place, fence[0])
            if end == len(lines):
                return Page(front, headings, cells, place + 1)
            if fence[1].strip().startswith(CELL):
                cells.append(_take_cell(lines[place + 1 : end], place + 2))
            place = end
        elif found := _HEADING.fullmatch(line):
            headings.append(Heading(len(found[1]), (found[2] or "").strip(), place + 1))
        elif place > start and _UNDERLINE.fullmatch(line) and _PARAGRAPH.match(lines[place - 1]):
            headings.append(Heading(1, lines[place - 1].strip(), place))
        place += 1
    return Page(front, headings, cells)


def _take_front(lines: list[str]) -> tuple[str | None, int]:
    """The front matter and the number of the line after it; -1 where it does not end."""
    if not re.fullmatch(r"-{3,}\s*", lines[0]):
        return None, 0
    for place, line in enumerate(lines[1:], 1):
        if re.fullmatch(r"-{3,}\s*|\.{3}\s*", line):
            return "\n".join(lines[1:place]), place + 1
    return None, -1


def _opens(line: str) -> tuple[str, str] | None:
    found = _FENCE.fullmatch(line)
    if not found or (found[1][0] == "`" and "`" in found[2]):
        return None
    return found[1], found[2]


def _find_end(lines: list[str], start: int, fence: str) -> int:
    """Number of the line that closes a fence; the number of lines where none does."""
    closing = re.compile(rf" {{0,3}}{re.escape(fence[0])}{{{len(fence)},}}[ \t]*")
    for place in range(start + 1, len(lines)):
        if closing.fullmatch(lines[place]):
            return place
    return len(lines)


def _take_cell(lines: list[str], first: int) -> Cell:
    """A cell from the lines in its fence, of which the first is line `first` of the file."""
    body, options = 0, []
    if lines and lines[0].startswith("---"):
        body = next((place for place, line in enumerate(lines[1:], 1) if line.startswith("---")), len(lines))
        options, body = lines[1:body], body + 1
        start = first + 1
    else:
        while body < len(lines) and lines[body].lstrip().startswith(":"):
            options.append(lines[body].lstrip()[1:])
            body += 1
        start = first
    if body < len(lines) and not lines[body].strip():
        body += 1
    code = "\n".join(lines[body:])
    return Cell(code, first + body, first - 1, "\n".join(options), start if options else 0)
