"""A sheet: marks placed in pixels, for figures whose layout is measured: no label is cut or shortened.

A figure is laid out twice, for a desk (`WIDE`) and for a phone (`PHONE`), by a function that gets the sheet:

    def lay_out(sheet: Sheet) -> None:
        with sheet.row(figure, sheet.height, 26):  # these marks are one link to the figure's card
            sheet.text(0, sheet.height + 13, "Study")
            sheet.interval(120, 180, sheet.height + 13, left=100, right=300)
            sheet.point(150, sheet.height + 13, shape="square")
        sheet.height += 26

    SheetFigure("Caption", lay_out, description, table, note)

Coordinates run from the left and from the top, in pixels; a text's `y` is its middle. Colours are names of
`COLOURS`. `sheet.height` is the writer's own cursor and, in the end, how tall the picture is. Rectangles lie
under lines and lines under points, whatever the order of the calls; rows lie over what belongs to none.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from markupsafe import Markup

from livingreview.charts.words import break_lines, measure
from livingreview.display.html import Fragment, HtmlTable, fold, inert_json, render
from livingreview.display.numbers import Figure

WIDE, PHONE = 860, 350  # what a page has room for on a desk, and a phone less its margins
LONGEST = 60  # letters of a title in an address
PAGE = 1060  # pixels of a wide sheet that a page of paper holds
SIZE, SMALL, LEADING = 12, 11, 14  # pixels: type, small type, from one line of a label to the next
SMALL_LEADING = 13  # the same of small type
QUIET = {"size": SMALL, "color": "quiet"}
PERCENT = (0, 25, 50, 75, 100)  # where an axis of shares is named
FEWEST_MARKS = 3  # of a chart; fewer are said in words
# Orders in which a reader may see the rows of a figure, each under its own heading and pool.
ORDERS = {
    "": "as drawn",
    "share": "share, highest first",
    "patients": "patients, most first",
    "year": "year, latest first",
}
RESTATED = "r: restated by another publication."
# A figure that is still to be drawn, as it stands in a chapter's output.
DEFERRED = re.compile(r"<!--chart (?P<key>[0-9a-f]{12}) (?P<sheets>\[.*?\])-->", re.DOTALL)
# On light paper; lr.css gives each its variable, by which dark, forced and printed colours follow.
# No two may be the same: a picture's colours are told apart by their value.
COLOURS = {
    "ink": "#1b1f24",
    "quiet": "#57606a",
    "line": "#c9ced6",
    "tint": "#f1f3f6",
    "paper": "#fffffe",
    "treated": "#0b5c91",
    "treated-tint": "#d4e6f3",
    "control": "#6b6f76",
    "pooled": "#00704f",
    "harm": "#b4430c",
    "harm-tint": "#f6ddcf",
}
# Shapes of points, around their middle, for a square of side 2.
SHAPES = {
    "circle": "",
    "square": "M-1,-1L1,-1L1,1L-1,1Z",
    "diamond": "M0,-1.3L1.3,0L0,1.3L-1.3,0Z",
    "left": "M-1,0L0.7,-1L0.7,1Z",
    "right": "M1,0L-0.7,-1L-0.7,1Z",
}
UNDER, BETWEEN, OVER = 0, 1, 2  # rectangles, lines, points


def wrap(words: str, room: float, *, size: float = SIZE, bold: bool = False) -> list[str]:
    """Words in lines of at most `room` pixels, none of them cut; no line of ''."""
    return break_lines(words, room, size=size, bold=bold) if words else []


class Sheet:
    """Marks at pixel positions.

    Attributes
    ----------
    width, height : float
        Pixels. The height is set by who lays out the sheet.
    marks, texts : list of dict
        What `livingreview.charts.drawn` draws; `n` is the row they belong to, a place in `links`.
    links : list of str
        Where each row leads.
    breaks : list of float
        Heights that no mark crosses: there a tall picture may go on on another page of paper.
    """

    def __init__(self, width: float) -> None:
        self.width, self.height = width, 0.0
        self.marks: list[dict] = []
        self.texts: list[dict] = []
        self.links: list[str] = []
        self.breaks: list[float] = []
        self._row = ""

    @property
    def phone(self) -> bool:
        """Whether the sheet is laid out for a phone."""
        return self.width < (WIDE + PHONE) / 2

    @contextmanager
    def row(
        self, figure: Figure | None, y: float, height: float, *, x: float = 0, width: float | None = None
    ) -> Iterator[None]:
        """Marks made inside are one link to the figure's card, with the field given; None is no link."""
        if figure is None or self._row:
            yield
            return
        self._row = str(len(self.links))
        self.links.append(figure.href)
        self.rect(x, y, self.width if width is None else width, height, fill="tint", opacity=0)
        try:
            yield
        finally:
            self._row = ""

    def text(
        self,
        x: float,
        y: float,
        words: object,
        *,
        size: float = SIZE,
        bold: bool = False,
        align: str = "left",
        color: str = "ink",
    ) -> None:
        """One line of words, none if they are ''; `align` is left, right or center."""
        if words == "":
            return
        self.texts.append(
            {
                "x": _round(x),
                "y": _round(y + 0.35 * size),
                "t": str(words),
                "s": size,
                "b": "bold" if bold else "normal",
                "a": align,
                "f": COLOURS[color],
                "n": self._row,
            }
        )

    def block(
        self,
        x: float,
        y: float,
        words: str | Sequence[str],
        room: float = 0,
        *,
        leading: float = LEADING,
        middle: bool = False,
        **style,
    ) -> float:
        """Words in lines of at most `room` pixels (or lines as given) from the first line's middle.

        With `middle` the lines stand around `y`. Returns the height they take.
        """
        size, bold = style.get("size", SIZE), style.get("bold", False)
        lines = wrap(words, room, size=size, bold=bold) if isinstance(words, str) else list(words)
        top = y - leading * (len(lines) - 1) / 2 if middle else y
        for place, line in enumerate(lines):
            self.text(x, top + place * leading, line, **style)
        return leading * len(lines)

    def line(
        self,
        x: float,
        y: float,
        x2: float,
        y2: float,
        *,
        color: str = "ink",
        width: float = 1,
        dash: Sequence[float] = (),
    ) -> None:
        """A straight line."""
        self._mark(BETWEEN, x, y, [(0, 0), (x2 - x, y2 - y)], stroke=color, width=width, dash=dash)

    def rect(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        fill: str | None = "tint",
        stroke: str | None = None,
        opacity: float = 1,
    ) -> None:
        """A rectangle; `opacity` is its fill's."""
        corners = [(0, 0), (width, 0), (width, height), (0, height)]
        self._mark(UNDER, x, y, corners, fill=fill, stroke=stroke, opacity=opacity, closed=True)

    def polygon(self, corners: Sequence[tuple[float, float]], *, fill: str, over: bool = True) -> None:
        """A filled shape of straight sides."""
        (x, y), *_ = corners
        steps = [(a - x, b - y) for a, b in corners]
        self._mark(OVER if over else UNDER, x, y, steps, fill=fill, closed=True)

    def point(
        self,
        x: float,
        y: float,
        *,
        shape: str = "circle",
        size: float = 8,
        fill: str = "treated",
        stroke: str | None = None,
        width: float = 1.5,
    ) -> None:
        """A point of `SHAPES`, `size` pixels across; hollow with the fill ``paper`` and a stroke."""
        half = size / 2
        if shape == "circle":
            d = f"M{-half:g},0A{half:g},{half:g},0,1,1,{half:g},0A{half:g},{half:g},0,1,1,{-half:g},0Z"
        else:
            d = re.sub(r"-?[\d.]+", lambda found: f"{_round(float(found[0]) * half):g}", SHAPES[shape])
        self._mark(OVER, x, y, d, fill=fill, stroke=stroke or fill, width=width)

    def hatch(
        self, x: float, y: float, width: float, height: float, *, gap: float = 5, color: str = "line"
    ) -> None:
        """Slanting lines over a field: something is not known here."""
        start = x - height
        while start < x + width:
            left, right = max(start, x), min(start + height, x + width)
            if right > left:
                self.line(left, y + height - (left - start), right, y + height - (right - start), color=color)
            start += gap

    def interval(
        self,
        low: float,
        high: float,
        y: float,
        *,
        left: float,
        right: float,
        color: str = "treated",
        width: float = 1.4,
    ) -> None:
        """A horizontal interval, with an arrow head where it goes on beyond the plot (`left` to `right`)."""
        self.line(max(low, left), y, min(high, right), y, color=color, width=width)
        if low < left - 0.5:
            self.point(left + 3, y, shape="left", size=7, fill=color, width=0)
        if high > right + 0.5:
            self.point(right - 3, y, shape="right", size=7, fill=color, width=0)

    def grid(
        self,
        ticks: Iterable[tuple[float, str]],
        top: float,
        bottom: float,
        *,
        last_right: bool = False,
    ) -> None:
        """Vertical lines at (x, words) from `top` to `bottom`, the words under them."""
        for x, words in ticks:
            self.line(x, top, x, bottom, color="line", width=0.8)
            at_edge = last_right and x > self.width - 12
            align = "left" if x < 8 else "right" if at_edge else "center"
            self.text(x, bottom + 9, words, **QUIET, align=align)

    def key(self, y: float, marks: Sequence[tuple[Callable[[float, float], None], str]]) -> float:
        """What marks mean: (draws the mark around x, y; words), wrapped; returns the height they take."""
        x, top = 6.0, y
        for draw, words in marks:
            taken = 12 + measure(words, size=SMALL)
            if x > 6 and x + taken > self.width:
                x, y = 6.0, y + 17
            draw(x, y)
            lines = wrap(words, self.width - x - 12, size=SMALL)
            y += self.block(x + 12, y, lines, **QUIET) - LEADING
            x += taken + 16
        return y - top + 17

    def may_break(self) -> None:
        """Say that no mark crosses the present height."""
        self.breaks.append(self.height)

    def _parts(self) -> list[float]:
        """Where the picture is parted: as few times as pages of paper need."""
        tops, fits = [0.0], 0.0
        for place in [*self.breaks, self.height]:
            if place - tops[-1] > PAGE and fits > tops[-1]:
                tops.append(fits)
            fits = place
        return tops

    def as_data(self) -> dict:
        """The sheet as it is handed to who draws it; ``parts`` are the tops of its pictures."""
        ordered = sorted(self.marks, key=lambda mark: mark["z"])
        marks = [{name: value for name, value in mark.items() if name != "z"} for mark in ordered]
        return {
            "width": self.width,
            "height": round(self.height),
            "marks": marks,
            "texts": self.texts,
            "links": self.links,
            "parts": self._parts(),
        }

    def _mark(
        self,
        z: int,
        x: float,
        y: float,
        steps: str | Sequence[tuple[float, float]],
        *,
        fill: str | None = None,
        stroke: str | None = None,
        width: float = 1,
        dash: Sequence[float] = (),
        opacity: float = 1,
        closed: bool = False,
    ) -> None:
        if not isinstance(steps, str):
            path = "L".join(f"{_round(a):g},{_round(b):g}" for a, b in steps)
            steps = f"M{path}{'Z' if closed else ''}"
        mark = {"x": _round(x), "y": _round(y), "d": steps, "n": self._row, "z": z}
        if fill:
            mark["f"] = COLOURS[fill]
        if stroke and width:
            mark |= {"k": COLOURS[stroke], "w": width}
        if dash:
            mark["p"] = list(dash)
        if opacity != 1:
            mark["o"] = opacity
        self.marks.append(mark)


def _round(value: float) -> float:
    return round(float(value), 1)


def anchor_of(title: str) -> str:
    """The address of a figure in its page, from its title; of a long one its beginning and a hash."""
    words = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
    if len(words) > LONGEST:
        words = f"{words[:LONGEST].strip('-')}-{hashlib.sha256(title.encode()).hexdigest()[:4]}"
    return f"figure-{words}"


@dataclass(frozen=True)
class SheetFigure:
    """A figure for a page: a picture for a desk and one for a phone, in words, and as a table.

    Attributes
    ----------
    title : str
        The caption: outcome and population.
    lay_out : callable
        Puts the marks on a sheet, see the module.
    description : str
        The figure in words, with its numbers; read out instead of the picture.
    table : HtmlTable
        The numbers behind it, linked to their rows; the download as CSV is made of it.
    note : str
        How to read it, where that is not plain.
    more : tuple of str
        What is not needed to read it, folded away: the fold's summary, and its words.
    ordered : bool
        Whether a reader may order its rows, see `ORDERS`: rows that touch one another change places, and the
        table has their share and count in the cell that leads to the row.
    """

    title: str
    lay_out: Callable[[Sheet], None] = field(repr=False)
    description: str
    table: HtmlTable
    note: str = ""
    ordered: bool = False
    more: tuple[str, str] | None = None

    def sheets(self) -> list[Sheet]:
        """The figure laid out for a desk and for a phone."""
        found = []
        for width in (WIDE, PHONE):
            sheet = Sheet(width)
            self.lay_out(sheet)
            found.append(sheet)
        return found

    def __html__(self) -> Markup:
        sheets = [sheet.as_data() for sheet in self.sheets()]
        if os.environ.get("LIVINGREVIEW_DEFER_CHARTS"):
            told = inert_json(sheets)
            picture = f"<!--chart {hashlib.sha256(told.encode()).hexdigest()[:12]} {told}-->"
        else:
            from livingreview.charts.drawn import draw_sheets  # Altair is loaded where something is drawn

            picture = draw_sheets(sheets)
        return render(
            "sheet.html.j2",
            figure=self,
            anchor=anchor_of(self.title),
            picture=Markup(picture),
            orders=ORDERS,
            more=self.more
            and fold(Fragment("note.html.j2", {"words": self.more[1]}), self.more[0], printed=True),
            folded=fold(self.table, f"The numbers as a table ({self.table.length})"),
        )

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        return {"text/html": str(self.__html__()), "text/plain": f"[figure] {self.title}. {self.description}"}
