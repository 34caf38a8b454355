"""Estimates with their intervals, one under another, on one axis from 0 to 100%."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from livingreview.charts.sheet import LEADING, PERCENT, QUIET, SMALL, SMALL_LEADING, Sheet, wrap
from livingreview.display.numbers import Figure

WORDS, SHOWN = 0.36, 0.2  # desk: shares of the width that names and estimates in words take
MARK = 16  # pixels: the line of the mark on a phone


@dataclass(frozen=True)
class IntervalRow:
    """One estimate.

    Attributes
    ----------
    label, about : str
        What it is of, and in small type what goes with that.
    shown, whom : str
        The estimate in words, and in small type of how many.
    value, low, high : float or None
        Per cent; a row without a value has no mark.
    figure : Figure or None
        Where the row leads.
    shape, color : str
        Of the mark, see `livingreview.charts.sheet`.
    hollow : bool
        Whether the mark is open.
    """

    label: str
    about: str
    shown: str
    whom: str
    value: float | None
    low: float | None = None
    high: float | None = None
    figure: Figure | None = None
    shape: str = "square"
    color: str = "treated"
    hollow: bool = False


def lay_out_intervals(sheet: Sheet, items: Sequence[IntervalRow | str]) -> None:
    """Put rows and headings (given as words) on a sheet, over the axis."""
    left, right = (8, sheet.width - 18) if sheet.phone else _edges(sheet)

    def x(percent: float) -> float:
        return left + (right - left) * percent / 100

    for item in items:
        if isinstance(item, str):
            sheet.height += 12
            sheet.height += sheet.block(0, sheet.height, item, sheet.width, bold=True) - 4
        else:
            _draw_row(sheet, item, x, left, right)
    for tick in PERCENT:
        sheet.line(x(tick), sheet.height, x(tick), sheet.height + 4, color="quiet")
        sheet.text(x(tick), sheet.height + 12, f"{tick}%", align="center", **QUIET)
    sheet.height += 22


def _edges(sheet: Sheet) -> tuple[float, float]:
    return WORDS * sheet.width + 12, (1 - SHOWN) * sheet.width - 16


def _draw_row(sheet: Sheet, row: IntervalRow, x, left: float, right: float) -> None:
    beside = SHOWN * sheet.width if not sheet.phone else 118
    room = sheet.width - beside - 8 if sheet.phone else left - 20
    name, about = wrap(row.label, room), wrap(row.about, room, size=SMALL)
    shown, whom = wrap(row.shown, beside, bold=True), wrap(row.whom, beside, size=SMALL)
    tall = max(
        LEADING * len(lines) + SMALL_LEADING * len(small) for lines, small in ((name, about), (shown, whom))
    )
    height = tall + 8 + (MARK if sheet.phone and row.value is not None else 0)
    start, first = sheet.height, sheet.height + 11
    y = start + tall + 4 + MARK / 2 if sheet.phone else start + height / 2
    for tick in () if sheet.phone else PERCENT:  # row by row, so that paper may break between two
        sheet.line(x(tick), start, x(tick), start + height, color="line", width=0.6)
    with sheet.row(row.figure, start, height):
        end = sheet.block(0, first, name)
        sheet.block(0, first + end, about, leading=SMALL_LEADING, **QUIET)
        ink = {"bold": True} if row.value is not None else {"color": "quiet"}
        end = sheet.block(sheet.width, first, shown, align="right", **ink)
        sheet.block(sheet.width, first + end, whom, leading=SMALL_LEADING, align="right", **QUIET)
        if sheet.phone and row.value is not None:
            sheet.line(left, y, right, y, color="line", width=0.6)
        if row.low is not None and row.high is not None:
            sheet.interval(x(row.low), x(row.high), y, left=left, right=right, color=row.color)
        if row.value is not None:
            fill = "paper" if row.hollow else row.color
            sheet.point(x(row.value), y, shape=row.shape, size=8.5, fill=fill, stroke=row.color)
    sheet.height = start + height
