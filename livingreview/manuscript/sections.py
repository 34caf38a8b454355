"""Chapters that share their sections: order, headings and cells come from one file, a chapter adds its words.

A chapter says ``% sections: _class.md`` where its sections begin. Below that line it holds, under headings
of that file, what is its own; a section without own words need not stand there. The file of sections is MyST
too: in each of its sections the line ``% own words`` marks where a chapter's words go (without one: under the
heading).
What a chapter writes after a line ``+++`` comes at the section's end, below the shared cells.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from pathlib import Path

MARK = re.compile(r"^% sections: *(\S+) *\n", re.MULTILINE)
OWN_WORDS = "% own words"
AFTER = "+++"
FENCE = re.compile(r"(`{3,}|~{3,}|:{3,})")


class SectionError(ValueError):
    """A chapter and its file of sections do not fit; names file, line and remedy.

    Attributes
    ----------
    line : int
        Line of the chapter, counted from 1.
    found, expected, mend : str
        What stands there, what should, and what to do.
    """

    def __init__(self, line: int, found: str, expected: str, mend: str):
        self.line, self.found, self.expected, self.mend = line, found, expected, mend
        super().__init__(f"line {line}: found {found}; expected {expected}; to mend: {mend}")


def find_pages(folder: Path) -> list[Path]:
    """The pages of a folder of chapters; a file whose name begins with an underscore is a part of others."""
    return sorted(path for path in folder.glob("*.md") if not path.name.startswith("_"))


def sections_of(text: str) -> str:
    """Name of the file of sections that a chapter names; '' where it stands by itself."""
    named = MARK.search(text)
    return named[1] if named else ""


def expand_chapter(path: Path) -> str:
    """A chapter as it is run and read: its own text with the sections it shares.

    Raises
    ------
    SectionError
        If the file of sections is missing, or does not have a heading that the chapter uses.
    """
    return expand_text(path.read_text(encoding="utf-8"), path.parent)


def expand_text(text: str, folder: Path) -> str:
    """The text of a chapter with its shared sections, from a file of `folder`; see `expand_chapter`."""
    named = MARK.search(text)
    if not named:
        return text
    start = text[: named.end()].count("\n")
    own = _read_own(text[named.end() :], start + 1)
    shared = {heading: body for heading, _, body in _part(_read_shared(folder, named[1], start))}
    for heading, (line, _) in own.items():
        if heading not in shared:
            near = difflib.get_close_matches(heading, shared, 1, 0.4)
            mend = (
                f"did you mean {near[0]!r}?" if near else f"add the section to {named[1]}, or move the text"
            )
            raise SectionError(line, f"the heading {heading!r}", f"a heading of {named[1]}", mend)
    parts = [
        _fill(heading, body, own[heading][1] if heading in own else "") for heading, body in shared.items()
    ]
    return text[: named.start()].rstrip("\n") + "\n\n" + "\n".join(parts)


def _read_shared(folder: Path, name: str, line: int) -> str:
    """The file of sections that a chapter names on a line."""
    expected, mend = "a file of sections beside the chapter", "correct the name"
    if name != Path(name).name:
        raise SectionError(line, f"{name!r}", expected, mend)
    try:
        return (folder / name).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise SectionError(line, f"{name!r}, which is not UTF-8", expected, "save it as UTF-8") from None
    except (OSError, ValueError):
        raise SectionError(line, f"{name!r}", expected, mend) from None


def _read_own(text: str, first: int) -> dict[str, tuple[int, str]]:
    """A chapter's own words: heading -> (line, text). What stands above the first heading has no place."""
    above = text[: match.start()] if (match := re.search(r"^## ", text, re.MULTILINE)) else text
    if above.strip():
        line = first + len(above) - len(above.lstrip("\n"))
        raise SectionError(
            line, "words above the first heading", "a heading", "move them above the line '% sections:'"
        )
    own: dict[str, tuple[int, str]] = {}
    for heading, place, body in _part(text):
        line = first + place
        if heading in own:
            raise SectionError(
                line, f"the heading {heading!r} again", "each heading once", "put its words together"
            )
        own[heading] = line, body
    return own


def _part(text: str) -> Iterator[tuple[str, int, str]]:
    """Sections of level two: heading, its line from 0, body; what stands in a fence is no heading."""
    heading, start, lines, fence = None, 0, [], ""
    for place, line in enumerate(text.split("\n")):
        mark = FENCE.match(line)
        if fence:
            fence = "" if mark and line.strip() == fence else fence
        elif mark:
            fence = mark[1]
        if line.startswith("## ") and not fence:
            if heading is not None:
                yield heading, start, "\n".join(lines)
            heading, start, lines = line[3:].strip(), place, []
        else:
            lines.append(line)
    if heading is not None:
        yield heading, start, "\n".join(lines)


def _fill(heading: str, shared: str, own: str) -> str:
    """One section: heading, own words where they belong, shared text and cells, what comes after them."""
    words, _, after = (part.strip("\n") for part in own.partition(f"\n{AFTER}\n"))
    if not re.search(rf"^{OWN_WORDS}$", shared, re.MULTILINE):
        shared = f"{OWN_WORDS}\n\n{shared.strip()}"
    body = re.sub(
        rf"^{OWN_WORDS}\n?", lambda _: f"{words}\n" if words else "", shared, count=1, flags=re.MULTILINE
    )
    blocks = [f"## {heading}", body.strip("\n"), after]
    return "\n\n".join(block for block in blocks if block) + "\n"
