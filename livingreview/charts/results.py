"""Charts of results: forest, survival, transplant bridge, adverse events, pooled values over time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import pandas as pd

from livingreview.charts.render import ChartFigure
from livingreview.charts.rows import ROWS, ChartRow, draw_rows
from livingreview.charts.selection import drawable_counts, drawn_once
from livingreview.display.html import HtmlTable, Stack, join_tables
from livingreview.display.numbers import (
    exact_interval,
    format_interval,
    format_number,
    format_percent,
    is_second_hand,
    make_figure,
)
from livingreview.evidence import Evidence
from livingreview.synthesis import PooledProportion, cumulative
from livingreview.tables.common import (
    capitalise,
    full_name,
    group_by,
    in_declared_order,
    iterate_strata,
    study_name,
    whole,
    with_cohorts,
)
from livingreview.tables.outcomes import (
    ABSENT,
    adverse_event_table,
    grade_text,
    outcome_table,
    select_outcomes,
    survival_table,
)
from livingreview.tables.plan import FEW_STUDIES, LEAST_STUDIES, Plan, synthesis_plan

LANDMARKS = (
    "A line is the printed interval; no line means that none was printed. Time zero differs: see the table."
)


def count_row(evidence: Evidence, row: Mapping, label: str) -> ChartRow:
    """A chart row for an event count with its exact interval."""
    low, high = exact_interval(row["events"], row["total"])
    total = int(row["total"])
    return ChartRow(
        label,
        100 * row["events"] / total,
        100 * low,
        100 * high,
        make_figure(evidence, row),
        f"[{format_interval(low, high, total)}]",
        total,
        is_second_hand(row),
    )


def pooled_row(plan: Plan) -> ChartRow:
    """The pooled median of a plan, with its interval and, from five studies on, its prediction interval."""
    fit = plan.pooled
    label = f"Pooled median of {fit.k} studies, {fit.total} patients"
    if len(plan.entries) < FEW_STUDIES:
        return _fit_row(fit, f"{label} (few studies)")
    low, high = (100 * end for end in fit.prediction)
    return replace(_fit_row(fit, label), outer=(low, high))


def _fit_row(fit: PooledProportion, label: str) -> ChartRow:
    return ChartRow(
        label,
        100 * fit.estimate,
        100 * fit.ci[0],
        100 * fit.ci[1],
        extra=f"{format_percent(fit.estimate, fit.total)} [{format_interval(*fit.ci, fit.total)}]",
        patients=fit.total,
        kind="pooled",
    )


def draw_forest(evidence: Evidence, group: str, *, title: str, least: int = 5) -> Stack:
    """Forest plots of outcome counts with their tables, one per stratum, on the same 0-100% axis.

    Rows are grouped by outcome, since one outcome is not another. The chart shows counts of at least `least`
    patients; the table under it holds every row, with definition, denominator and time point.
    """
    parts: list = []
    plans = [plan for plan in synthesis_plan(evidence, (group,)) if plan.decision == "pooled"]
    for name, part in iterate_strata(evidence, select_outcomes(evidence, group)):
        table = outcome_table(evidence, part, f"{title}, every figure: {name}")
        drawn = drawn_once(evidence, drawable_counts(part, least=least), "outcome")
        studies = studies_in(evidence, drawn)
        rows: list[ChartRow] = []
        for outcome, block in group_by(drawn, "outcome").items():
            words = evidence.label("outcomes", "outcome", outcome)
            rows.append(ChartRow(capitalise(words)))
            rows += [
                count_row(evidence, row, _cohort_label(evidence, row, one_study=";" not in studies))
                for row in sorted(block, key=lambda row: -row["total"])
            ]
            rows += [pooled_row(plan) for plan in plans if (plan.stratum, plan.outcome) == (name, words)]
        parts.append(draw_rows(rows, title=f"{title}: {name}", table=table) if len(drawn) > 1 else table)
    return stack_parts(explain_marks(parts), title, ABSENT)


def explain_marks(parts: list, first: str = "") -> list:
    """Charts and tables; the first chart's note is `first`, then what the marks in all of them mean."""
    charts = [part for part in parts if isinstance(part, ChartFigure)]
    if not charts:
        return parts
    rows = [row for chart in charts for row in chart.datasets[ROWS]]
    words = ["Squares: printed in the report, or derived from figures printed there."]
    if any(row["hollow"] for row in rows):
        words.append("Open diamonds: restated from another publication.")
    words.append("Lines and [brackets]: exact 95% confidence intervals. Larger marks carry more patients.")
    if any(row["kind"] == "pooled" for row in rows):
        words.append(
            "A green diamond with its bar: a pooled median with its 95% interval; "
            "a dashed line, where a new study would be expected."
        )
    words.append("Of a trial reported more than once, one report is drawn; the table holds all of them.")
    return [replace(part, note=first + " ".join(words)) if part is charts[0] else part for part in parts]


def stack_parts(parts: list, title: str, empty: str) -> Stack:
    """Charts in order, then whatever could only be tabulated as one table with the strata as headings."""
    tables = [part for part in parts if isinstance(part, HtmlTable)]
    charts = [part for part in parts if not isinstance(part, HtmlTable)]
    return Stack([*charts, *([join_tables(tables, title)] if tables else [])], empty)


def studies_in(evidence: Evidence, part: Iterable[dict]) -> str:
    """Names of the studies some rows come from, for a caption."""
    return "; ".join(dict.fromkeys(study_name(evidence, row["cohort_id"]) for row in part))


def name_cohort(evidence: Evidence, row: Mapping, *, one_study: bool) -> str:
    """A cohort's label, with its study where the chart holds more than one."""
    return row["c_label"] if one_study else full_name(evidence, row)


def _cohort_label(evidence: Evidence, row: Mapping, *, one_study: bool) -> str:
    whom = f" ({row['denominator']})" if row["denominator"] not in ("treated", "subgroup") else ""
    when = "" if pd.isna(row.get("timepoint")) else f", {row['timepoint']}"
    return f"{name_cohort(evidence, row, one_study=one_study)}{whom}{when}"


def draw_survival(evidence: Evidence, *, title: str) -> Stack:
    """Survival landmarks as a strip, with every time-to-event figure in the table.

    A landmark is a point, with its interval where one is printed; never joined by a line.
    """
    parts: list = []
    figures = in_declared_order(evidence, with_cohorts(evidence, "survival"), "survival", "endpoint")
    for name, part in iterate_strata(evidence, figures):
        table = survival_table(evidence, part, f"{title}, every figure: {name}")
        landmarks = [row for row in part if row["statistic"] == "landmark" and row["unit"] == "pct"]
        drawn = drawn_once(evidence, landmarks, "endpoint", "time_months")
        studies = studies_in(evidence, drawn)
        rows: list[ChartRow] = []
        for (endpoint, months), block in group_by(drawn, "endpoint", "time_months").items():
            words = f"{evidence.label('survival', 'endpoint', endpoint)} at {format_number(months)} months"
            rows.append(ChartRow(capitalise(words)))
            rows += [_landmark_row(evidence, row, one_study=";" not in studies) for row in block]
        if len(drawn) > 1:
            note = "" if parts else LANDMARKS
            parts.append(draw_rows(rows, title=f"{title}: {name}", table=table, note=note))
        else:
            parts.append(table)
    return stack_parts(parts, title, ABSENT)


def _landmark_row(evidence: Evidence, row: Mapping, *, one_study: bool) -> ChartRow:
    low, high = (None if pd.isna(row[name]) else float(row[name]) for name in ("ci_low", "ci_high"))
    return ChartRow(
        name_cohort(evidence, row, one_study=one_study),
        float(row["estimate"]),
        low,
        high,
        make_figure(evidence, row),
        "",
        whole(row["total"]),
        is_second_hand(row),
    )


def draw_bridge(evidence: Evidence, *, title: str, least: int = 5) -> Stack:
    """From treatment to transplant: bars of responders and of transplanted, each with its own denominator."""
    groups = evidence.package.field("outcomes", "outcome").groups
    outcomes = [*select_outcomes(evidence, "response"), *select_outcomes(evidence, "transplant")]
    parts: list = []
    for name, part in iterate_strata(evidence, outcomes):
        transplants = _transplants(part, groups)
        if not transplants:
            continue
        rows: list[ChartRow] = []
        drawn = drawn_once(evidence, drawable_counts(part, least=least), "outcome", "denominator")
        counted = {row["cohort_id"] for row in _transplants(drawn, groups)}
        drawn = [row for row in drawn if row["cohort_id"] in counted]
        # The responses in the chart stand in its table too: who cannot select a bar selects a figure there.
        told = {row["row_id"] for row in (*transplants, *drawn)}
        table = outcome_table(
            evidence, [row for row in part if row["row_id"] in told], f"{title}, every figure: {name}"
        )
        for block in group_by(drawn, "cohort_id").values():
            rows.append(ChartRow(name_cohort(evidence, block[0], one_study=False)))
            rows += [_bridge_row(evidence, row) for row in block]
        if len(rows) > 2:
            axis, note = "Patients, % of the denominator named", "Each row names whom it is counted from."
            parts.append(draw_rows(rows, title=f"{title}: {name}", table=table, axis=axis, note=note))
        else:
            parts.append(table)
    return stack_parts(parts, title, "No report of this class counts transplants in a cohort.")


def _transplants(rows: Iterable[dict], groups: Mapping[str, str]) -> list[dict]:
    return [row for row in rows if groups.get(row["outcome"]) == "transplant"]


def _bridge_row(evidence: Evidence, row: Mapping) -> ChartRow:
    outcome, denominator = (
        evidence.label("outcomes", column, row[column]) for column in ("outcome", "denominator")
    )
    return ChartRow(
        f"{outcome}, of {denominator}",
        100 * row["events"] / row["total"],
        figure=make_figure(evidence, row),
        patients=int(row["total"]),
        kind="bar",
    )


def draw_adverse_events(evidence: Evidence, *, title: str, least: int = 5) -> Stack:
    """Adverse events by organ group, one chart per stratum; every event is in the table.

    One dot per term and grade band, with its exact interval.
    """
    parts: list = []
    events = in_declared_order(evidence, with_cohorts(evidence, "adverse_events"), "adverse_events", "group")
    for name, part in iterate_strata(evidence, events):
        table = adverse_event_table(evidence, part, f"{title}, every term and grade band: {name}")
        drawn = drawn_once(evidence, drawable_counts(part, least=least), "term", "grade_min", "grade_max")
        studies = studies_in(evidence, drawn)
        rows: list[ChartRow] = []
        for group, block in group_by(drawn, "group").items():
            rows.append(ChartRow(capitalise(evidence.label("adverse_events", "group", group))))
            for row in block:
                study = f"; {study_name(evidence, row['cohort_id'])}" if ";" in studies else ""
                rows.append(count_row(evidence, row, f"{row['term']}, {grade_text(row)}{study}"))
        parts.append(draw_rows(rows, title=f"{title}: {name}", table=table) if len(drawn) > 1 else table)
    explained = explain_marks(parts, "Terms and grades are never added up. ")
    return stack_parts(explained, title, "No report of this class gives adverse events.")


def draw_cumulative(evidence: Evidence, *, title: str) -> Stack:
    """The pooled median as studies became available, one after the other.

    Descriptive, not adjusted for looking again and again.
    """
    parts: list = []
    for plan in synthesis_plan(evidence):
        if plan.decision != "pooled":
            continue
        fits = cumulative(plan.events, plan.totals)[LEAST_STUDIES - 2 :]
        rows = [
            _fit_row(fit, f"With {entry.name} ({entry.available or 'date not established'})")
            for entry, fit in zip(plan.entries[LEAST_STUDIES - 1 :], fits, strict=True)
        ]
        first = ", ".join(entry.name for entry in plan.entries[:2])
        parts.append(
            draw_rows(
                rows,
                title=f"{title}: {plan.stratum}; {plan.outcome}",
                note=f"Starts with the third study; the first are {first}.",
            )
        )
    return Stack(parts, "Nothing in this chapter is pooled, so there is nothing to accumulate.")
