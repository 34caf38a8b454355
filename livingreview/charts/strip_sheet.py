"""Where the marks of survival strips stand: each strip is 0 to 100% high, on one axis of months."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from livingreview.charts.sheet import LEADING, QUIET, SMALL, SMALL_LEADING, Sheet, wrap

if TYPE_CHECKING:
    from livingreview.charts.landmarks import Mark, Strip, Strips

TALL, LOW = 42, 22  # pixels: a strip with landmarks, and one with medians only
MOST_MONTHS = 60
LEFT, RIGHT, TOLD = 286, 684, 696  # desk: the plot, and where its figures stand in words


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
        self.left, self.right = (4, sheet.width - 30) if sheet.phone else (LEFT, RIGHT)

    def x(self, months: float) -> float:
        return self.left + (self.right - self.left) * min(months, self.end) / self.end

    def draw(self, strip: Strip) -> None:
        """A strip with its words: on a phone above and under it, on a desk beside it."""
        sheet, tall = self.sheet, TALL if strip.tall else LOW
        room = sheet.width if sheet.phone else LEFT - 14
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
        self._draw_field(top, tall)  # no part of the row: fields of all rows are drawn in one go
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
            both = bool(strip.control) and not strip.tall
            self._draw_marks(strip.control, "control", top, tall, 6 if both else 0, joined=strip.tall)
            self._draw_marks(strip.marks, "treated", top, tall, -6 if both else 0, joined=strip.tall)
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

    def _draw_field(self, top: float, tall: float) -> None:
        self.sheet.rect(self.left, top, self.right - self.left, tall)
        for month in range(12, int(self.end), 12):
            self.sheet.line(self.x(month), top, self.x(month), top + tall, color="paper")

    def _draw_marks(
        self, marks: Sequence[Mark], color: str, top: float, tall: float, shift: float, *, joined: bool
    ) -> None:
        sheet = self.sheet

        def y(share: float) -> float:
            return top + 5 + (tall - 10) * (1 - share / 100)

        if joined and marks:
            points = sorted((m.months, 50.0 if m.share is None else m.share) for m in marks)
            path = [(self.x(months), y(share)) for months, share in [(0.0, 100.0), *points]]
            for (a, b), (c, d) in pairwise(path):
                sheet.line(a, b, c, d, color=color, width=0.9, dash=(2, 3))
        for mark in marks:
            x = self.x(mark.months)
            if mark.share is None:
                middle = y(50) + shift
                if mark.low is not None:
                    high = mark.high if mark.high is not None else self.end * 1.1
                    scale = (self.right - self.left) / self.end
                    ends = self.left + scale * mark.low, self.left + scale * high
                    sheet.interval(*ends, middle, left=self.left, right=self.right, color=color)
                sheet.line(x, middle - 6, x, middle + 6, color=color, width=3)
            else:
                if mark.low is not None and mark.high is not None:
                    sheet.line(x, y(mark.low), x, y(mark.high), color=color, width=1.6)
                fill = "paper" if color == "control" else color
                sheet.point(x, y(mark.share), size=7.5, fill=fill, stroke=color)

    def draw_axis(self) -> None:
        sheet = self.sheet
        step = 12 if sheet.phone or self.end > 36 else 6
        for month in range(0, int(self.end) + 1, step):
            align = "center" if month or not sheet.phone else "left"
            sheet.text(self.x(month), sheet.height + 8, month or "0 months", align=align, **QUIET)
        sheet.height += 22


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
        told.append((dot("paper", "control"), "control (grey)"))
    if landmarks:
        told.append((dash, "joins reported points; no curve"))
    sheet.height += 8 + sheet.key(sheet.height + 8, told)
