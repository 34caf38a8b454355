"""Where the marks of survival strips stand: each strip is 0 to 100% high, on one axis of months."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import hypot, sqrt
from typing import TYPE_CHECKING

from livingreview.charts.sheet import LEADING, QUIET, SMALL, SMALL_LEADING, Sheet, wrap

if TYPE_CHECKING:
    from livingreview.charts.landmarks import Mark, Strip, Strips

# Pixels: a strip with landmarks, the same with those of a control, and one with medians only.
TALL, TALLEST, LOW = 42, 60, 22
DOT, APART = 7.5, 10.5  # pixels: a landmark across, and how far the middles of two of them are apart
MOST_MONTHS = 60
LEFT, RIGHT, TOLD = 304, 682, 696  # desk: the plot, and where its figures stand in words


def lay_out_strips(sheet: Sheet, blocks: Sequence[Strips]) -> None:
    """Put the strips of all populations on a sheet."""
    marks = [m for block in blocks for strip in block.strips for m in (*strip.marks, *strip.control)]
    months = max(mark.months for mark in marks)
    end = min(MOST_MONTHS, max(12, -(-months // 12) * 12))
    plot = _Plot(sheet, end)
    for block in blocks:
        sheet.may_break()
        sheet.height += 14
        sheet.height += sheet.block(0, sheet.height, block.title, sheet.width, bold=True)
        sheet.line(0, sheet.height - 4, sheet.width, sheet.height - 4, color="line")
        for strip in block.strips:
            plot.draw(strip)
        plot.draw_axis()
    _draw_key(sheet, any(strip.control for block in blocks for strip in block.strips), marks)


class _Plot:
    """A sheet with an axis of months."""

    def __init__(self, sheet: Sheet, end: float) -> None:
        self.sheet, self.end = sheet, end
        self.left, self.right = (32, sheet.width - 14) if sheet.phone else (LEFT, RIGHT)

    def x(self, months: float) -> float:
        return self.left + (self.right - self.left) * min(months, self.end) / self.end

    def draw(self, strip: Strip) -> None:
        """A strip with its words: on a phone above and under it, on a desk beside it."""
        sheet = self.sheet
        tall = LOW if not strip.tall else TALLEST if strip.control else TALL
        room = sheet.width if sheet.phone else LEFT - 34
        name = wrap(strip.name, room, bold=True)
        words = "; ".join(filter(None, (strip.of, strip.about, "r" if strip.second_hand else "")))
        about = wrap(words, room, size=SMALL)
        words = LEADING * len(name) + 13 * len(about)
        start = sheet.height
        top = start + (words + 4 if sheet.phone else 2)
        told = self._told(strip)
        colors = [color for _, color in told]
        under = 15 * max(map(colors.count, colors)) if sheet.phone else 0
        height = words + tall + under + 10 if sheet.phone else max(tall + 6, words + 6, 15 * len(told) + 6)
        # No part of the row: fields of all rows are drawn in one go.
        self._draw_field(top, tall, scaled=strip.tall)
        with sheet.row(strip.marks[0].figure, start, height):
            at = start + 9 + sheet.block(0, start + 9, name, bold=True)
            sheet.block(0, at, about, leading=SMALL_LEADING, **QUIET)
            for place, (line, color) in enumerate(told):
                if sheet.phone:
                    own = [c for _, c in told[:place]].count(color)
                    x = 0 if color == "treated" else sheet.width / 2
                    sheet.text(x, top + tall + 10 + 15 * own, line, color=color, bold=color == "treated")
                else:
                    middle = top + tall / 2 + 15 * (place - (len(told) - 1) / 2)
                    sheet.text(TOLD, middle, line, color=color, bold=color == "treated")
            beside = self._set_beside(strip, top, tall)
            for marks, color in ((strip.control, "control"), (strip.marks, "treated")):
                self._draw_marks(marks, color, top, tall, beside, joined=strip.tall)
        sheet.height = start + height

    def _told(self, strip: Strip) -> list[tuple[str, str]]:
        """What the marks say, in lines with their colour."""
        from livingreview.charts.landmarks import say_marks

        room = self.sheet.width if self.sheet.phone else self.sheet.width - TOLD
        if self.sheet.phone and strip.control:
            room /= 2
        lines = [(line, "treated") for line in wrap(say_marks(strip.marks), room, bold=True)]
        if strip.control:
            lines += [(line, "control") for line in wrap(f"v {say_marks(strip.control)}", room)]
        return lines

    def _draw_field(self, top: float, tall: float, *, scaled: bool) -> None:
        sheet = self.sheet
        sheet.rect(self.left, top, self.right - self.left, tall)
        for month in range(12, int(self.end), 12):
            sheet.line(self.x(month), top, self.x(month), top + tall, color="paper")
        for share in (0, 100) if scaled else ():
            y = _y(share, top, tall)
            sheet.line(self.left, y, self.right, y, color="line", width=0.7)
            sheet.text(self.left - 4, y, f"{share}%", align="right", **QUIET)

    def _set_beside(self, strip: Strip, top: float, tall: float) -> dict[str, tuple[float, float]]:
        """How far marks move, by row, so that none hides one of the other arm.

        Landmarks of one month move sideways, medians of which one would lie on the other up and down.
        """
        moved: dict[str, tuple[float, float]] = {}
        for one in strip.marks:
            for other in strip.control:
                across = abs(self.x(one.months) - self.x(other.months))
                if one.share is None and other.share is None and (across < DOT or not strip.tall):
                    moved |= {one.figure.row_id: (0, -6), other.figure.row_id: (0, 6)}
                elif one.share is not None and other.share is not None:
                    down = abs(_y(one.share, top, tall) - _y(other.share, top, tall))
                    if hypot(across, down) < APART:
                        aside = (sqrt(APART**2 - down**2) - across) / 2
                        first = 1 if one.months > other.months else -1
                        moved |= {
                            one.figure.row_id: (first * aside, 0),
                            other.figure.row_id: (-first * aside, 0),
                        }
        return moved

    def _draw_marks(
        self,
        marks: Sequence[Mark],
        color: str,
        top: float,
        tall: float,
        beside: Mapping[str, tuple[float, float]],
        *,
        joined: bool,
    ) -> None:
        """The marks of an arm, with the dotted lines that lead to them."""
        sheet, placed = self.sheet, []
        for mark in marks:
            aside, down = beside.get(mark.figure.row_id, (0, 0))
            share = 50.0 if mark.share is None else mark.share
            placed.append((self.x(mark.months) + aside, _y(share, top, tall) + down, mark))
        if joined and marks:
            path = [(self.left, _y(100, top, tall)), *sorted((x, y) for x, y, _ in placed)]
            for (a, b), (c, d) in pairwise(path):
                sheet.line(a, b, c, d, color=color, width=0.9, dash=(2, 3))
        for x, y, mark in placed:
            if mark.share is None:
                self._draw_median(mark, x, y, color)
            else:
                if mark.low is not None and mark.high is not None:
                    ends = _y(mark.low, top, tall), _y(mark.high, top, tall)
                    sheet.line(x, ends[0], x, ends[1], color=color, width=1.6)
                fill = "paper" if color == "control" else color
                sheet.point(x, y, size=DOT, fill=fill, stroke=color)

    def _draw_median(self, mark: Mark, x: float, y: float, color: str) -> None:
        if mark.low is not None:
            high = mark.high if mark.high is not None else self.end * 1.1
            scale = (self.right - self.left) / self.end
            ends = self.left + scale * mark.low, self.left + scale * high
            self.sheet.interval(*ends, y, left=self.left, right=self.right, color=color)
        self.sheet.line(x, y - 6, x, y + 6, color=color, width=3)

    def draw_axis(self) -> None:
        sheet = self.sheet
        step = 12 if sheet.phone or self.end > 36 else 6
        for month in range(0, int(self.end) + 1, step):
            align = "center" if month or not sheet.phone else "left"
            sheet.text(self.x(month), sheet.height + 8, month or "0 months", align=align, **QUIET)
        sheet.height += 22


def _y(share: float, top: float, tall: float) -> float:
    """Where a share stands in a strip."""
    return top + 5 + (tall - 10) * (1 - share / 100)


def _draw_key(sheet: Sheet, controls: bool, marks: Sequence[Mark]) -> None:
    def dot(fill: str, stroke: str):
        return lambda x, y: sheet.point(x, y, size=8, fill=fill, stroke=stroke)

    def tick(x: float, y: float) -> None:
        sheet.line(x, y - 6, x, y + 6, color="treated", width=3)

    def dash(x: float, y: float) -> None:
        sheet.line(x - 6, y, x + 8, y, color="treated", dash=(2, 3))

    landmarks = any(mark.share is not None for mark in marks)
    told = []
    if any(mark.share is None for mark in marks):
        told.append((tick, "median"))
    if landmarks:
        told.append((dot("treated", "treated"), "share alive, or free of the event, at that month"))
    if controls:
        words = "control (grey); marks that would hide each other are moved aside"
        told.append((dot("paper", "control"), words))
    if landmarks:
        told.append((dash, "joins reported points; no curve"))
    sheet.height += 8 + sheet.key(sheet.height + 8, told)
