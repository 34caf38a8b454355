"""Rows of results as charts draw them, what they are called, and what their marks mean."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from livingreview.charts.render import ChartFigure
from livingreview.charts.rows import ROWS, ChartRow
from livingreview.display.html import HtmlTable, Stack, join_tables
from livingreview.display.numbers import (
    exact_interval,
    format_count,
    format_interval,
    format_percent,
    is_second_hand,
    make_figure,
)
from livingreview.evidence import Evidence
from livingreview.synthesis import PooledProportion
from livingreview.tables.choice import say_sum
from livingreview.tables.common import full_name, short_name, study_name, whole
from livingreview.tables.pool import FEW_STUDIES, NO_SINGLE_VALUE, Plan


def count_row(evidence: Evidence, row: Mapping, label: str) -> ChartRow:
    """A chart row for an event count with its exact interval."""
    if pd.isna(row["events"]):
        return _percent_row(evidence, row, label)
    low, high = exact_interval(row["events"], row["total"])
    total, restated = int(row["total"]), is_second_hand(row)
    return ChartRow(
        label,
        100 * row["events"] / total,
        100 * low,
        100 * high,
        make_figure(evidence, row),
        f"[{format_interval(low, high, total)}]",
        total,
        restated,
        restated=restated,
    )


def _percent_row(evidence: Evidence, row: Mapping, label: str) -> ChartRow:
    """A row for a percentage without its count: were it left out, the trial's other arm would stand alone."""
    restated = is_second_hand(row)
    return ChartRow(
        f"{label}, count not printed",
        float(row["percent_reported_pct"]),
        figure=make_figure(evidence, row),
        patients=whole(row["total"]),
        hollow=restated,
        restated=restated,
    )


def sum_row(evidence: Evidence, rows: Sequence[Mapping], what: str = "", whom: str = "") -> ChartRow:
    """A chart row for the counts of cohorts without a patient in common, added up.

    Its label states the counts, and `whom` they count where that is not all patients treated; the cohorts'
    names would take a phone's whole screen, and stand in the tables and in what is told of the mark.
    """
    counts = [(int(row["events"]), int(row["total"])) for row in rows]
    events, total = (sum(column) for column in zip(*counts, strict=True))
    low, high = exact_interval(events, total)
    first = make_figure(evidence, rows[0], format_count(events, total))
    figure = replace(
        first,
        title=f"added up here: {say_sum(counts)} ({', '.join(row['c_label'] for row in rows)})",
        origin="; ".join(make_figure(evidence, row).origin for row in rows),
        marks=tuple(dict.fromkeys(("derived", *first.marks))),
    )
    restated = any(map(is_second_hand, rows))
    terms = " + ".join(f"{part}/{of}" for part, of in counts)
    label = f"{study_name(evidence, rows[0]['cohort_id'])}, {len(rows)} cohorts{whom}: {terms}"
    return ChartRow(
        "; ".join(filter(None, (what, label))),
        100 * events / total,
        100 * low,
        100 * high,
        figure,
        f"[{format_interval(low, high, total)}]",
        total,
        restated,
        restated=restated,
        parts=tuple(make_figure(evidence, row) for row in rows),
    )


def pooled_row(plan: Plan) -> ChartRow:
    """The pooled median of a plan, with its interval and the one in which a new study would be expected."""
    fit = plan.pooled
    few = " (few studies)" if len(plan.entries) < FEW_STUDIES else ""
    wide = f": {NO_SINGLE_VALUE}" if plan.is_wide else ""
    low, high = (100 * end for end in plan.new_study)
    label = f"Pooled median of {fit.k} studies, {fit.total} patients{few}{wide}"
    return replace(fit_row(fit, label), outer=(low, high))


def fit_row(fit: PooledProportion, label: str) -> ChartRow:
    """A chart row for a fitted median with its interval."""
    return ChartRow(
        label,
        100 * fit.estimate,
        100 * fit.ci[0],
        100 * fit.ci[1],
        extra=f"{format_percent(fit.estimate, fit.total)} [{format_interval(*fit.ci, fit.total)}]",
        patients=fit.total,
        kind="pooled",
    )


SUM = re.compile(r"\d/\d+ \+ \d")  # in the label of counts added up
ONCE = "Of a trial reported more than once, one count is drawn; the table holds all of them."


def explain_marks(parts: list, first: str = "") -> list:
    """Charts and tables, each chart's note saying what those of its marks mean that no chart above it has."""
    told: set[str] = set()
    explained = []
    for part in parts:
        if isinstance(part, ChartFigure):
            words = [*_mark_words(part.datasets[ROWS]), ONCE]
            new = [sentence for sentence in words if sentence not in told]
            note = " ".join([*([first.strip()] if first and not told else []), *new])
            told |= set(words)
            part = replace(part, note=note)
        explained.append(part)
    return explained


def _mark_words(rows: Sequence[Mapping]) -> list[str]:
    """What the marks of a chart mean, a sentence each; only of marks that are there."""
    points = [row for row in rows if row["kind"] == "point" and not row["heading"]]
    pooled = [row for row in rows if row["kind"] == "pooled"]
    restated = [row for row in points if row["restated"]]
    words = []
    if len(restated) < len(points):
        words.append("Squares: printed in the report, or calculated from numbers printed there.")
    if restated:
        kind = "Diamonds" if pooled else "Open diamonds"
        words.append(f"{kind}: restated from another publication.")
    if any("low" in row for row in points):
        words.append("Lines and [brackets]: exact 95% confidence intervals. Larger marks: more patients.")
    if any("low" not in row for row in points):
        words.append("A mark without a line: a printed percentage whose count is not printed.")
    if pooled:
        words.append(
            "A green diamond with its line: "
            "the median pooled from the filled marks above it, with its 95% interval."
        )
    if any("from" in row for row in pooled):
        words.append("A dashed line: where a new study would be expected.")
    if pooled and any(row["label"].startswith("Not pooled") for row in rows):
        words.append("Open marks under such an outcome are not pooled, for the reason above them.")
    if any(SUM.search(row["label"]) for row in points):
        words.append("Counts joined by + are of cohorts without a patient in common, and are added up.")
    return words


def stack_parts(parts: list, title: str, empty: str) -> Stack:
    """Charts in order, then whatever could only be tabulated as one table with the strata as headings."""
    tables = [part for part in parts if isinstance(part, HtmlTable)]
    charts = [part for part in parts if not isinstance(part, HtmlTable)]
    return Stack([*charts, *([join_tables(tables, title)] if tables else [])], empty)


def lone_source(evidence: Evidence, rows: Iterable[Mapping]) -> str:
    """The report that tells some rows of one study, or the study where several do; '' of several studies."""
    rows = list(rows)
    studies = {study_name(evidence, row["cohort_id"]) for row in rows}
    reports = {short_name(evidence, row["report_id"]) for row in rows}
    if len(studies) != 1:
        return ""
    return reports.pop() if len(reports) == 1 else studies.pop()


def name_chart(title: str, stratum: str, source: str) -> str:
    """A chart's title: it names the source where all rows are of one and so do not name it themselves."""
    return f"{title}: {stratum}" + (f" – {source}" if source else "")


def name_cohort(evidence: Evidence, row: Mapping, *, one_study: bool) -> str:
    """A cohort's label, with its study where the chart holds more than one."""
    return row["c_label"] if one_study else full_name(evidence, row)
