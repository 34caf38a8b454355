"""Where the marks of randomised comparisons stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING

from livingreview.charts.sheet import LEADING, QUIET, SMALL, SMALL_LEADING, Sheet, wrap
from livingreview.charts.words import measure
from livingreview.display.numbers import format_number

if TYPE_CHECKING:
    from livingreview.charts.randomised import Panel, Ratio, TrialRatios

ROW = 24
# Ends of the axis; the narrowest that holds every ratio, and an arrow beside it, is taken for all panels.
AXES = {
    4: (0.25, 0.5, 1, 2, 4),
    10: (0.1, 0.2, 0.5, 1, 2, 5, 10),
    20: (0.05, 0.2, 1, 5, 20),
    100: (0.01, 0.1, 1, 10, 100),
}
ARROW = 1.1  # of the distance to one: the room for it
ONE, OTHER, LEFT, RIGHT = 350, 434, 456, 706  # desk: where the arms' counts end, and the plot
WORDS = 274  # desk: room for what is compared


@dataclass(frozen=True)
class _Plot:
    sheet: Sheet
    end: float

    @property
    def edges(self) -> tuple[float, float]:
        return (134, 256) if self.sheet.phone else (LEFT, RIGHT)

    def x(self, ratio: float) -> float:
        left, right = self.edges
        return left + (right - left) * (log(ratio) / log(self.end) + 1) / 2


def lay_out_ratios(sheet: Sheet, panels: Sequence[Panel], *, drug: str) -> None:
    """Put the panels under each other; `drug` names the experimental arms."""
    ratios = [ratio for panel in panels for trial in panel.trials for ratio in trial.ratios]
    farthest = max((abs(log(r.value)) for r in ratios if r.value), default=0)
    plot = _Plot(sheet, next((end for end in AXES if ARROW * farthest <= log(end)), max(AXES)))
    told: set[str] = set()  # what a trial is about stands where it is first named
    for panel in panels:
        sheet.may_break()
        _draw_head(plot, panel, drug)
        for place, trial in enumerate(panel.trials):
            if place:  # on paper a head never ends a page without what it names
                sheet.may_break()
            about = "" if trial.name + trial.about in told else trial.about
            told.add(trial.name + trial.about)
            _draw_trial(plot, trial, about, "harm" if panel.harm else "treated")
        _draw_axis(plot, panel)


def _draw_head(plot: _Plot, panel: Panel, drug: str) -> None:
    sheet = plot.sheet
    sheet.height += 20 if sheet.height else 10
    sheet.text(0, sheet.height, panel.title, size=14, bold=True)
    if not sheet.phone:
        sheet.height += 19
        room = ONE - WORDS + 20
        name = drug if measure(drug, size=SMALL) < room else "experimental"
        sheet.text(ONE, sheet.height, name, size=SMALL, color="treated", align="right")
        sheet.text(OTHER, sheet.height, "control", size=SMALL, color="control", align="right")
        sheet.text(sheet.width, sheet.height, "ratio [95% CI]", align="right", **QUIET)
    sheet.height += 10
    sheet.line(0, sheet.height, sheet.width, sheet.height)


def _draw_trial(plot: _Plot, trial: TrialRatios, about: str, color: str) -> None:
    sheet = plot.sheet
    sheet.height += 16
    beside = measure(trial.name, bold=True) + 8
    sheet.block(0, sheet.height, trial.name, sheet.width, bold=True)
    if len(wrap(about, sheet.width - beside, size=SMALL)) > 1:
        sheet.height += sheet.block(
            0, sheet.height + LEADING, about, sheet.width, leading=SMALL_LEADING, **QUIET
        )
    else:
        sheet.text(beside, sheet.height, about, **QUIET)
    sheet.height += 9
    for ratio in trial.ratios:
        _draw_ratio(plot, ratio, color)


def _draw_ratio(plot: _Plot, ratio: Ratio, color: str) -> None:
    sheet, top = plot.sheet, plot.sheet.height
    left, right = plot.edges
    lines = wrap(ratio.words, 124 if sheet.phone else WORDS)
    height = 13.0 + LEADING * (len(lines) + 1) if sheet.phone else max(ROW, LEADING * len(lines) + 8)
    y = top + (16 if sheet.phone else height / 2)
    if ratio.value is not None:
        sheet.line(plot.x(1), top, plot.x(1), top + height, color="line")
    with sheet.row(ratio.figures[0], top, height):
        if sheet.phone:
            _draw_words_on_phone(plot, ratio, lines, top)
        else:
            sheet.block(10, y, lines, middle=True)
            sheet.text(ONE, y, ratio.experimental, align="right")
            sheet.text(OTHER, y, ratio.control, align="right", color="control")
            if ratio.second_hand:
                sheet.text(OTHER + 2, y - 3, "r", size=9, color="quiet")
            if ratio.value is None:
                sheet.text((left + right) / 2, y, ratio.shown, align="center", **QUIET)
            else:
                bold = ratio.measure == "HR"
                sheet.text(sheet.width, y, ratio.shown, align="right", bold=bold)
        if ratio.low is not None and ratio.high is not None:
            low, high = plot.x(ratio.low), plot.x(ratio.high)
            sheet.interval(low, high, y, left=left, right=right, color=color)
        if ratio.value is not None:
            fill = color if ratio.low is not None else "paper"
            sheet.point(plot.x(ratio.value), y, shape="square", size=8.5, fill=fill, stroke=color)
    sheet.height = top + height


def _draw_words_on_phone(plot: _Plot, ratio: Ratio, lines: Sequence[str], top: float) -> None:
    sheet = plot.sheet
    y = top + 9 + sheet.block(0, top + 9, lines)
    mark = " r" if ratio.second_hand else ""
    shown = (
        "no rates by arm"
        if ratio.experimental == ratio.control == "–"
        else f"{ratio.experimental} v {ratio.control}"
    )
    sheet.text(0, y, f"{shown}{mark}", **QUIET)
    if ratio.value is None:
        sheet.block(
            plot.edges[0], top + 9, ratio.shown, sheet.width - plot.edges[0], leading=SMALL_LEADING, **QUIET
        )
        return
    head, _, tail = ratio.shown.rstrip("]").partition(" [")
    sheet.text(sheet.width, top + 9, head, bold=True, align="right")
    sheet.text(sheet.width, top + 23, tail, align="right", **QUIET)


def _draw_axis(plot: _Plot, panel: Panel) -> None:
    sheet, y = plot.sheet, plot.sheet.height
    for tick in AXES[plot.end]:
        sheet.line(plot.x(tick), y + 2, plot.x(tick), y + 6, color="quiet")
        if not sheet.phone or len(AXES[plot.end]) < 6 or tick not in (0.2, 5):
            sheet.text(plot.x(tick), y + 15, format_number(tick), align="center", **QUIET)
    if sheet.phone:
        sheet.text(0, y + 33, f"← {panel.below}", **QUIET)
        sheet.text(sheet.width, y + 33, f"{panel.above} →", align="right", **QUIET)
    else:
        sheet.text(plot.x(1) - 8, y + 32, f"← {panel.below}", align="right", **QUIET)
        sheet.text(plot.x(1) + 8, y + 32, f"{panel.above} →", **QUIET)
    sheet.height = y + 46
