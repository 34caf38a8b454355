"""A figure as a page shows it: a link to its row, with marks that say whose it is and what is in doubt."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from markupsafe import Markup, escape

# Marks behind a figure: the letter, and what it means (the legend above a table spells out those it uses).
MARKS = {
    "restated": ("r", "restated: a report's result, as another publication repeats it"),
    "derived": ("d", "worked out from what is printed"),
    "alarming": ("R", "the report was retracted, or an expression of concern was published"),
    "flagged": ("", "something in the report, or between reports, does not add up"),  # drawn as a flag
    "major": ("", "something does not add up that changes a result or how it may be read"),  # in prose
}
FLAG = Markup('<span class="lr-flag" role="img" aria-label="discrepancy registered"></span>')
SHORT = 16  # letters that a phone has room for on one line: such a figure needs no part that keeps its marks


@dataclass(frozen=True)
class Figure:
    """One figure on a page: its text, and where it comes from.

    Attributes
    ----------
    text : str
        As written on the page.
    row_id, href : str
        Address of the row, and link to it from a page of the book.
    title : str
        As printed: shown on hover in prose.
    origin : str
        Report and place; the link leads there, so only a chart's mark shows it.
    marks : tuple of str
        Keys of `MARKS`.
    major : bool
        Whether a discrepancy that touches it is major: only such a one is flagged in prose.
    """

    text: str
    row_id: str
    href: str
    title: str = ""
    origin: str = ""
    marks: tuple[str, ...] = ()
    major: bool = False

    @property
    def in_prose(self) -> Figure:
        """The figure as a sentence shows it: without the flag of a lesser discrepancy."""
        kept = [mark for mark in self.marks if mark != "flagged"]
        if self.major and "flagged" in self.marks:
            kept.append("major")
        return replace(self, marks=tuple(kept))

    def __html__(self) -> Markup:
        shown = self.in_prose
        told = [self.title] if self.title else []
        return shown.link("; ".join(told + [MARKS[mark][1] for mark in shown.marks]))

    def link(self, told: str = "") -> Markup:
        """The figure as a link to its row, with its marks; `told` is shown on hover.

        Tables tell nothing on hover: their legend explains the marks, and a page of many figures is heavy.
        """
        title = Markup(' title="{}"').format(told) if told else ""
        whole = Markup(" data-lr-short") if self._is_glued else ""
        return Markup('<a class="lr-figure" href="{}"{}{}>{}</a>').format(
            self.href, title, whole, self._glued()
        )

    @property
    def _is_glued(self) -> bool:
        """Whether text and marks stand on one line together: a page of many figures is heavy."""
        return bool(self.marks) and len(self.text) <= SHORT

    def _glued(self) -> Markup:
        """The text; its last word and its marks never stand on two lines."""
        if not self.marks or self._is_glued:
            return escape(self.text) + draw_marks(self.marks)
        words, space, last = self.text.rpartition(" ")
        glued = Markup('<span class="lr-nowrap">{}{}</span>').format(last, draw_marks(self.marks))
        return escape(words + space) + glued

    def __str__(self) -> str:
        return self.text


def draw_marks(marks: Iterable[str]) -> Markup:
    """Marks as small letters, and a flag that a screen reader tells in words."""
    signs = "".join(MARKS[mark][0] for mark in marks)
    letters = Markup('<sup class="lr-mark">{}</sup>').format(signs) if signs else Markup("")
    return letters + FLAG if {"flagged", "major"} & set(marks) else letters


def explain_marks(marks: Collection[str]) -> Markup:
    """What some marks mean; '' for none."""
    told = [
        Markup("{} = {}").format(sign or Markup('<span class="lr-flag" aria-hidden="true"></span>'), words)
        for mark, (sign, words) in MARKS.items()
        if mark in marks
    ]
    return Markup("; ").join(told)


def legend(figures: Iterable[Figure]) -> Markup:
    """What the marks used by some figures mean; '' where none is used."""
    return explain_marks({mark for figure in figures for mark in figure.marks})
