"""Where the marks of the figures of harm stand: a table of shades, and dots of two arms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import sqrt
from typing import TYPE_CHECKING

from livingreview.charts.sheet import LEADING, PERCENT, QUIET, SMALL, SMALL_LEADING, Sheet, wrap
from livingreview.charts.words import measure

if TYPE_CHECKING:
    from livingreview.charts.harms import ArmsRow, Cell, HarmBlock, HarmRow

NAMES = 250  # desk: room for studies
CELL = 32
FAINTEST, DARKEST, FULL = 0.12, 0.5, 80  # opacity of a share just above 0 and of one of `FULL` per cent
LEFT, RIGHT, SHARES = 300, 640, 750  # desk: the plot of two arms, and where their shares end


def lay_out_harms(sheet: Sheet, blocks: Sequence[HarmBlock], names: Sequence[str]) -> None:
    """Put the table of shades on a sheet; on a phone each study has its cells under its name."""
    column = sheet.width / 2 if sheet.phone else (sheet.width - NAMES) / len(names)
    if not sheet.phone:
        heads = [wrap(name, column - 10, size=SMALL) for name in names]
        tallest = max(map(len, heads))
        for place, lines in enumerate(heads):
            at = 8 + SMALL_LEADING * (tallest - len(lines))
            sheet.block(NAMES + place * column + 6, at, lines, leading=SMALL_LEADING, **QUIET)
        sheet.height = SMALL_LEADING * tallest + 5
        sheet.line(0, sheet.height, sheet.width, sheet.height)
        sheet.height += 5
    for block in blocks:
        if block.title:
            sheet.may_break()
            sheet.height += 8
            sheet.height += sheet.block(0, sheet.height + 8, block.title, sheet.width, bold=True) + 4
        for place, row in enumerate(block.rows):
            if place or not block.title:  # on paper a title never ends a page without what it names
                sheet.may_break()
            if sheet.phone:
                _draw_on_phone(sheet, row, names, column)
            else:
                _draw_on_desk(sheet, row, column)


def _height(row: HarmRow, width: float) -> float:
    """What the row's cells take: a line more where a remark or an interval has no room."""
    return CELL + SMALL_LEADING * max(len(_lines(cell, width)) - 1 for cell in row.cells if cell)


def _fits(cell: Cell, width: float) -> bool:
    beside = width - 12 - measure(cell.shown, bold=True)
    return not cell.remark or measure(cell.remark, size=SMALL) < beside


def _lines(cell: Cell, width: float) -> list[str]:
    """What stands under the share: the count with its interval, in two lines where one is too narrow."""
    count, sign, limits = cell.count.partition(" [")
    whole = measure(cell.count, size=SMALL) < width - 8
    lines = [cell.count] if whole else [count, sign.strip() + limits]
    return lines if _fits(cell, width) else [*lines, *wrap(cell.remark, width - 8, size=SMALL)]


def _shade(share: float) -> float:
    """How opaque a cell is. Small shares differ the most; words keep their contrast on the darkest."""
    return round(FAINTEST + (DARKEST - FAINTEST) * sqrt(min(share, FULL) / FULL), 2) if share else 0


def _draw_on_desk(sheet: Sheet, row: HarmRow, column: float) -> None:
    lines = wrap(row.name, NAMES - 10)
    tall = _height(row, column - 4)
    told = sheet.block(0, sheet.height + 9, lines)
    sheet.text(0, sheet.height + 9 + told, row.about, **QUIET)
    for place, cell in enumerate(row.cells):
        x = NAMES + place * column
        if cell is None:
            sheet.text(x + 8, sheet.height + CELL / 2, "·", color="quiet", size=14)
        else:
            _draw_cell(sheet, cell, x, sheet.height, column - 4, tall)
    sheet.height += max(tall + 4, told + 20)


def _draw_on_phone(sheet: Sheet, row: HarmRow, names: Sequence[str], column: float) -> None:
    lines = wrap(row.name, sheet.width - measure(row.about, size=SMALL) - 10)
    sheet.text(sheet.width, sheet.height + 9, row.about, align="right", **QUIET)
    sheet.height += sheet.block(0, sheet.height + 9, lines) + 4
    told = [(name, cell) for name, cell in zip(names, row.cells, strict=True) if cell]
    tall = _height(row, column - 6)
    for first in range(0, len(told), 2):
        pair = told[first : first + 2]
        rooms = (column - 8, column) if len(pair) > 1 else (sheet.width,)
        heads = [wrap(name, room, size=SMALL) for (name, _), room in zip(pair, rooms, strict=True)]
        tallest = max(map(len, heads))
        room = SMALL_LEADING * tallest + 2
        for place, (head, (_, cell)) in enumerate(zip(heads, pair, strict=True)):
            x = place * column
            top = sheet.height + 6 + SMALL_LEADING * (tallest - len(head))
            sheet.block(x, top, head, leading=SMALL_LEADING, **QUIET)
            _draw_cell(sheet, cell, x, sheet.height + room, column - 6, tall)
        sheet.height += tall + room + 2
    sheet.height += 8


def _draw_cell(sheet: Sheet, cell: Cell, x: float, y: float, width: float, height: float) -> None:
    shade = _shade(cell.share)
    with sheet.row(cell.figure, y, height, x=x, width=width):
        sheet.rect(x, y, width, height, fill="harm", opacity=shade, stroke=None if shade else "line")
        sheet.text(x + 6, y + 10, cell.shown, bold=True)
        sheet.block(x + 6, y + 24, _lines(cell, width), size=SMALL, leading=SMALL_LEADING)
        if _fits(cell, width):
            sheet.text(x + width - 4, y + 10, cell.remark, size=SMALL, align="right")


def lay_out_arms(sheet: Sheet, rows: Sequence[ArmsRow], treatments: Sequence[str]) -> None:
    """Put both arms of a trial on a sheet, the experimental arm filled, the control open.

    Events that are pooled come first, under a heading of their own.
    """
    rows, common = _say_once(rows)
    left, right = (4, sheet.width - 6) if sheet.phone else (LEFT, RIGHT)

    def x(share: float) -> float:
        return left + (right - left) * share / 100

    for name, (fill, color) in zip(treatments, ARMS, strict=True):
        sheet.point(6, sheet.height + 9, size=8, fill=fill, stroke=color)
        told = sheet.block(18, sheet.height + 9, name, sheet.width - 20, color=color)
        sheet.height += told + 2
    if common:
        sheet.height += sheet.block(18, sheet.height + 9, common, sheet.width - 20, **QUIET)
    sheet.height += 4
    sheet.line(0, sheet.height, sheet.width, sheet.height)
    top = sheet.height
    parted = len({bool(row.result_id) for row in rows}) > 1
    for place, row in enumerate(rows):
        if parted and (not place or (not row.result_id and rows[place - 1].result_id)):
            _draw_part(sheet, POOLED if row.result_id else OTHERS, line=place > 0)
        _draw_arms_row(sheet, row, x, left, right)
    for tick in PERCENT:
        start = sheet.height if sheet.phone else top + 4  # a phone's rows hold words: each has its own lines
        sheet.line(x(tick), start, x(tick), sheet.height + 4, color="line", width=0.7)
        at_end = sheet.phone and tick in (0, 100)
        align = "center" if not at_end else "right" if tick else "left"
        words = f"{tick}%" if tick in (0, 100) else tick
        sheet.text(x(tick), sheet.height + 13, words, align=align, **QUIET)
    sheet.height += 24


ARMS = (("treated", "treated"), ("paper", "control"))
POOLED, OTHERS = "Events that this review pools", "Other events, by the difference between arms"


def _say_once(rows: Sequence[ArmsRow]) -> tuple[list[ArmsRow], str]:
    """The rows without the grade and the part of the treatment that are those of all, and these in words."""
    grades, periods = ({getattr(row, name) for row in rows} for name in ("grade", "period"))
    grade = grades.pop() if len(grades) == 1 else ""
    period = periods.pop() if len(periods) == 1 else ""
    short = [
        replace(row, words=row.words.removesuffix(period), grade="" if grade else row.grade) for row in rows
    ]
    told = f"{grade}{period}" if grade or not period else period.strip()
    return short, f"All events: {told}" if told else ""


def _draw_part(sheet: Sheet, words: str, *, line: bool) -> None:
    """A heading of some rows, under a line where others stand above it."""
    if line:
        sheet.height += 4
        sheet.line(0, sheet.height, sheet.width, sheet.height, color="quiet", width=0.8)
    sheet.height += 4 + sheet.block(0, sheet.height + 11, wrap(words, LEFT - 14, size=SMALL), **QUIET)


def _draw_arms_row(sheet: Sheet, row: ArmsRow, x, left: float, right: float) -> None:
    top = sheet.height
    counts = f"{row.counts[0]} v {row.counts[1]}" + (" r" if row.second_hand else "")
    shares = f"{row.shown[0]} v {row.shown[1]}"
    if sheet.phone:
        room = sheet.width - max(measure(shares, bold=True), measure(counts, size=SMALL)) - 10
        lines = wrap(", ".join(filter(None, (row.words, row.grade))), room)
        words = max(LEADING * len(lines), LEADING + SMALL_LEADING)  # the counts stand under the shares
        height, y = words + 31.0, top + words + 19
        for tick in PERCENT:
            sheet.line(x(tick), y - 10, x(tick), y + 10, color="line", width=0.7)
    else:
        lines = wrap(row.words, LEFT - 14 - measure(row.grade, size=SMALL) - 8)
        height = max(28.0, LEADING * len(lines) + 10)
        y = top + height / 2
    with sheet.row(row.figures[0], top, height):
        if sheet.phone:
            sheet.block(0, top + 13, lines)
            sheet.text(sheet.width, top + 13, shares, align="right", bold=True)
            sheet.text(sheet.width, top + 13 + LEADING, counts, align="right", **QUIET)
        else:
            sheet.block(0, y, lines, middle=True)
            sheet.text(LEFT - 14, y, row.grade, align="right", **QUIET)
            sheet.text(SHARES, y, shares, align="right", bold=True)
            sheet.text(sheet.width, y, counts, align="right", **QUIET)
        marks = zip(row.shares, row.limits, ARMS, (-4, 4), strict=True)
        for share, (low, high), (fill, color), shift in marks:
            sheet.interval(x(low), x(high), y + shift, left=left, right=right, color=color, width=1.3)
            sheet.point(x(share), y + shift, size=7.5, fill=fill, stroke=color)
    sheet.height = top + height
