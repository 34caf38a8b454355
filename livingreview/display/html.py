"""Tables as HTML that a screen reader, a phone and a printer can use.

Everything that comes from data is escaped by the template engine; only this package's own `Markup` passes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from livingreview.display.marks import Figure, legend

WORDY, MOST_WORDY = 20, 5  # letters of a cell that wraps; columns of such cells beside which others find room
KEPT, ROOM = 12, 92  # letters that a column keeps; of all columns but the first, with their gaps, on a page
CSS_UNSAFE = re.compile(r"[\\'\"\n\r\f<>&]")  # written as numbers in a CSS string


@cache
def templates() -> Environment:
    """The package's templates, autoescaped."""
    return Environment(
        loader=PackageLoader("livingreview.display"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(template: str, **values) -> Markup:
    """One template of the package, filled."""
    return Markup(templates().get_template(template).render(**values))


def inert_json(value) -> Markup:
    """JSON that can stand anywhere in a page or a script: no character in it ends an element or a comment."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))


@dataclass(frozen=True)
class Column:
    """One column of a table on a page."""

    title: str
    numeric: bool = False


@dataclass(frozen=True)
class Row:
    """One row: its cells, the address it is reached by, and whether it is a heading over the rows below.

    `kind`: a class of lr.css, where a row has a look of its own. `below`: what stands under it over the whole
    width; copies and files have it in a last column, “Note” (lr-table.js).
    """

    cells: Sequence
    anchor: str = ""
    heading: bool = False
    kind: str = ""
    below: object = None


@dataclass(frozen=True)
class HtmlTable:
    """A table for a page; the first cell of each row is its header.

    A cell is text, a `Figure`, `Markup`, or a list of these (set one under the other).
    """

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    notes: Sequence[str] = field(default_factory=tuple)
    kind: str = ""  # a class of lr.css, where a table has a look of its own
    jumps: Sequence[tuple[str, str]] = ()  # name and anchor of rows to go to, where a phone shows it as cards

    @property
    def figures(self) -> list[Figure]:
        """Every figure in the table."""
        return [part for row in self.rows for cell in (*row.cells, row.below) for part in _figures_of(cell)]

    @property
    def length(self) -> str:
        """Its number of rows, in words."""
        rows = len(self._lines())
        return f"{rows} row{'' if rows == 1 else 's'}"

    @property
    def labels(self) -> str:
        """The columns' titles as CSS variables: on a phone lr.css writes them before the cells."""
        return ";".join(
            f"--c{i}:'{CSS_UNSAFE.sub(lambda found: f'{chr(92)}{ord(found[0]):x} ', column.title)}'"
            for i, column in enumerate(self.columns[1:], 2)
        )

    @property
    def classes(self) -> str:
        """Classes that name the columns of numbers and of words: said once, not in every cell, for lr.css.

        Columns of words keep a width of some twelve letters, where the page has room for all of them.
        """
        numeric = [f"lr-n{i}" for i, column in enumerate(self.columns, 1) if column.numeric]
        wordy = [
            f"lr-w{i}"
            for i, column in enumerate(self.columns[1:], 2)
            if not column.numeric and any(len(_plain(row.cells[i - 1])) > WORDY for row in self._lines())
        ]
        return " ".join([*numeric, *(wordy if len(wordy) <= MOST_WORDY else [])])

    @property
    def widths(self) -> list[int]:
        """Letters that each column keeps on a wide page, its longest entry or `KEPT`; 0 where not all fit."""
        lines = self._lines()
        longest = [
            max((_longest(row.cells[i]) for row in lines), default=0) for i in range(len(self.columns))
        ]
        kept = [0, *(min(KEPT, letters) for letters in longest[1:])]
        return kept if sum(kept) + 2 * len(kept) <= ROOM else [0] * len(kept)

    def _lines(self) -> list[Row]:
        return [row for row in self.rows if not row.heading]

    def __html__(self) -> Markup:
        return render(
            "table.html.j2", table=self, marks=legend(self.figures), notes=self.notes, cell=render_cell
        )

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        told = ([*row.cells, *([row.below] if row.below else [])] for row in self.rows)
        lines = [self.caption, *(" | ".join(map(_plain, cells)) for cells in told)]
        return {"text/html": str(self.__html__()), "text/plain": "\n".join(lines)}


@dataclass(frozen=True)
class Inline:
    """Text, markup and figures on one line of a cell."""

    parts: Sequence

    def __html__(self) -> Markup:
        return Markup("").join(map(_render_part, self.parts))


def _longest(cell) -> int:
    """Letters of the longest part of a cell: parts stand one under another; a figure may have a mark."""
    parts = cell if isinstance(cell, (list, tuple)) else [cell]
    return max((len(_plain(part)) + isinstance(part, Figure) for part in parts), default=0)


def _figures_of(cell) -> list[Figure]:
    """Every figure in a cell, those on one line with words among them."""
    if isinstance(cell, Figure):
        return [cell]
    parts = cell.parts if isinstance(cell, Inline) else cell if isinstance(cell, (list, tuple)) else ()
    return [figure for part in parts for figure in _figures_of(part)]


def join_tables(tables: Sequence[HtmlTable], caption: str) -> HtmlTable:
    """Tables of the same columns as one; each keeps its own caption as a heading row."""
    if len(tables) == 1:
        return tables[0]
    rows: list[Row] = []
    for table in tables:
        rows.append(Row([table.caption.partition(": ")[2] or table.caption], heading=True))
        rows += table.rows
    return HtmlTable(caption, tables[0].columns, rows)


@dataclass(frozen=True)
class Folded:
    """Something long, folded away under a summary; `printed` where paper shows it all the same."""

    summary: str
    content: object
    printed: bool = False

    def __html__(self) -> Markup:
        # What opens on paper is a fold without a class (lr-page.js, book/pdf.py).
        whole = '<div class="lr-printed"><details>{}</details></div>'
        form = whole if self.printed else '<details class="lr-fold">{}</details>'
        inside = Markup("<summary>{}</summary>\n{}\n").format(self.summary, self.content)
        return Markup(form).format(inside)

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        return {"text/html": str(self.__html__()), "text/plain": self.summary}


@dataclass(frozen=True)
class Stack:
    """Several tables, lists or charts shown one under the other."""

    parts: Sequence
    empty: str = ""

    def __html__(self) -> Markup:
        if not self.parts and not self.empty:
            return Markup("")
        if not self.parts:
            return Markup('<p class="lr-empty">') + escape(self.empty) + Markup("</p>")
        return Markup("\n").join(part.__html__() for part in self.parts)

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        return {
            "text/html": str(self.__html__()),
            "text/plain": self.empty if not self.parts else f"[{len(self.parts)} part(s)]",
        }


def fold(
    content: HtmlTable | Stack | Fragment, summary: str = "", *, printed: bool = False
) -> Folded | Stack:
    """Something long folded away; the summary of a table is its caption and number of rows unless given.

    A stack without parts is shown as it is: there is nothing to fold. `printed`: it opens on paper.
    """
    if isinstance(content, Stack) and not content.parts:
        return content
    if not summary and isinstance(content, HtmlTable):
        summary = f"{content.caption} ({content.length})"
    return Folded(summary, content, printed)


@dataclass(frozen=True)
class Fragment:
    """A piece of HTML made from a template of the package."""

    template: str
    values: dict
    plain: str = ""

    def __html__(self) -> Markup:
        return render(self.template, **self.values)

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        return {"text/html": str(self.__html__()), "text/plain": self.plain or self.template}


def _parts(cell) -> list:
    return list(cell) if isinstance(cell, (list, tuple)) else [cell]


def render_cell(cell) -> Markup:
    """One cell's content; several parts are set one under the other."""
    return Markup("<br>").join(_render_part(part) for part in _parts(cell))


def _render_part(part) -> Markup:
    if isinstance(part, Figure):
        return part.link()
    return part.__html__() if hasattr(part, "__html__") else escape("" if part is None else part)


def _plain(cell) -> str:
    return "; ".join(_plain_part(part) for part in _parts(cell))


def _plain_part(part) -> str:
    if isinstance(part, Inline):
        return "".join(map(_plain_part, part.parts))
    return part.striptags() if isinstance(part, Markup) else str(part)


def link(text: str, href: str) -> Markup:
    """A link; text and address escaped.

    What is not an address of the web or of a page of the book (a script, say) is left as words.
    """
    scheme = re.match(r"([a-z][a-z0-9+.-]*):", re.sub(r"[\x00-\x20]", "", href), re.IGNORECASE)
    if scheme and scheme[1].lower() not in ("http", "https"):
        return escape(text)
    return Markup('<a href="{}">{}</a>').format(href, text)
