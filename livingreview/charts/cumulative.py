"""The pooled median as studies became available, one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from livingreview.charts.intervals import IntervalRow, lay_out_intervals
from livingreview.charts.selection import instead_of_figure
from livingreview.charts.sheet import FEWEST_MARKS, SheetFigure
from livingreview.display.html import Column, HtmlTable, Row, Stack
from livingreview.display.numbers import format_count, format_percent, make_figure, short_interval
from livingreview.evidence import Evidence
from livingreview.synthesis import PooledProportion, cumulative
from livingreview.tables.labels import refuse_twins
from livingreview.tables.plan import synthesis_plan
from livingreview.tables.pool import LEAST_STUDIES, Entry, Plan

NOT_POOLED = "not pooled"
UNDATED = "date not established"
NOTE = (
    "Each row adds one study, in the order in which the studies first became public, by the reports held of "
    "them; the count may be from a later one. {}: the median pooled from all studies so far, with its 95% "
    "interval, not adjusted for repeated looks."
)


def draw_cumulative(evidence: Evidence, *, title: str) -> Stack:
    """One figure a pool: each study as it was added, and the median pooled from all studies until then.

    Of few estimates a table. Descriptive; the intervals are not adjusted for looking again and again.
    """
    plans = [plan for plan in synthesis_plan(evidence) if plan.decision == "pooled"]
    figures = [_draw(evidence, plan, title) for plan in plans]
    return Stack([part for figure in figures for part in _if_of_many(figure)], "")


def _if_of_many(figure: SheetFigure) -> Sequence[SheetFigure | HtmlTable]:
    """The figure, or its table where fewer than `FEWEST_MARKS` estimates would be drawn."""
    estimates = sum(row.cells[3] != NOT_POOLED for row in figure.table.rows)
    if estimates >= FEWEST_MARKS:
        return [figure]
    return instead_of_figure(replace(figure.table, notes=[NOTE.format("Pooled")])).parts


def _draw(evidence: Evidence, plan: Plan, title: str) -> SheetFigure:
    fits = [*[None] * (LEAST_STUDIES - 1), *cumulative(plan.events, plan.totals)[LEAST_STUDIES - 2 :]]
    rows = [_make_row(evidence, *added) for added in zip(plan.entries, fits, strict=True)]
    words = " ".join(f"{row.label}, {row.about}: {row.shown}, {row.whom}." for row in rows)
    name = f"{title}: {plan.stratum}; {plan.outcome}, {plan.when}"
    refuse_twins(name, [((entry.name,), entry.row_id) for entry in plan.entries])
    table = _tabulate(evidence, plan.entries, rows, name)
    return SheetFigure(
        name, lambda sheet: lay_out_intervals(sheet, rows), words, table, NOTE.format("Diamond and line")
    )


def _make_row(evidence: Evidence, entry: Entry, fit: PooledProportion | None) -> IntervalRow:
    known = f"first public {entry.available}" if entry.available else UNDATED
    about = f"{format_count(entry.events, entry.total)}, {known}"
    figure = make_figure(evidence, entry.row_id)
    if fit is None or fit.status != "ok":
        why = "no estimate" if fit else f"under {LEAST_STUDIES} studies"
        return IntervalRow(entry.name, about, NOT_POOLED, why, None, figure=figure)
    return IntervalRow(
        entry.name,
        about,
        f"{format_percent(fit.estimate)} [{short_interval(*fit.ci)}]",
        f"{fit.k} studies, {fit.total} patients",
        100 * fit.estimate,
        *(100 * end for end in fit.ci),
        figure=figure,
        shape="diamond",
        color="pooled",
    )


def _tabulate(evidence: Evidence, entries: list[Entry], rows: list[IntervalRow], name: str) -> HtmlTable:
    columns = [
        Column("Study added"),
        Column("First public"),
        Column("Events/total", True),
        Column("Pooled median [95% CI]", True),
        Column("Of"),
    ]
    body = [
        Row(
            [
                entry.name,
                entry.available or UNDATED,
                [make_figure(evidence, row_id) for row_id in entry.row_ids],
                row.shown,
                row.whom,
            ]
        )
        for entry, row in zip(entries, rows, strict=True)
    ]
    return HtmlTable(f"{name}, numbers", columns, body)
