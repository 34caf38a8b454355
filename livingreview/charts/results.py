"""Charts of results: survival, transplant bridge, adverse events, pooled values over time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from livingreview.charts.marks import (
    count_row,
    explain_marks,
    fit_row,
    lone_source,
    name_chart,
    name_cohort,
    stack_parts,
    sum_row,
)
from livingreview.charts.rows import ChartRow, draw_rows
from livingreview.charts.selection import arms_together, by_block, choose_drawn, drawable_counts
from livingreview.display.html import Stack
from livingreview.display.numbers import format_number, is_second_hand, make_figure
from livingreview.evidence import Evidence
from livingreview.synthesis import cumulative
from livingreview.tables.choice import Choice, kinship
from livingreview.tables.common import (
    capitalise,
    group_by,
    in_declared_order,
    iterate_strata,
    source_name,
    text,
    whole,
    with_cohorts,
)
from livingreview.tables.labels import distinguish, row_details
from livingreview.tables.outcomes import (
    ABSENT,
    adverse_event_table,
    event_words,
    grade_text,
    outcome_table,
    select_outcomes,
    survival_table,
)
from livingreview.tables.plan import synthesis_plan
from livingreview.tables.pool import LEAST_STUDIES

TIME_ZERO = "Time zero differs: see the table."


def draw_survival(evidence: Evidence, *, title: str) -> Stack:
    """Survival landmarks as a strip, with every time-to-event figure in the table.

    A landmark is a point, with its interval where one is printed; never joined by a line.
    """
    parts: list = []
    told: list[str] = []
    figures = in_declared_order(evidence, with_cohorts(evidence, "survival"), "survival", "endpoint")
    for name, part in iterate_strata(evidence, figures):
        table = survival_table(evidence, part, f"{title}, every result: {name}")
        landmarks = [row for row in part if row["statistic"] == "landmark" and row["unit"] == "pct"]
        what = ("endpoint", "time_months", "group")
        chosen = choose_drawn(evidence, landmarks, *what, add=False)
        drawn = [choice.rows[0] for choice in chosen]
        source = lone_source(evidence, drawn)
        rows: list[ChartRow] = []
        for (endpoint, months), block in group_by(drawn, "endpoint", "time_months").items():
            words = f"{evidence.label('survival', 'endpoint', endpoint)} at {format_number(months)} months"
            rows.append(ChartRow(capitalise(words)))
            rows += _landmark_rows(evidence, block, one_study=bool(source))
        if len(drawn) > 1:
            new = [words for words in _landmark_words(rows) if words not in told]
            told += new
            heading = name_chart(title, name, source)
            parts.append(draw_rows(rows, title=heading, table=table, note=" ".join(new)))
        else:
            parts.append(table)
    return stack_parts(parts, title, ABSENT)


def _landmark_words(rows: Sequence[ChartRow]) -> list[str]:
    """What the marks of a chart of landmarks mean; only of marks that are there."""
    points = [row for row in rows if not row.heading]
    words = (
        ["A point without a line: no interval is printed."] if any(row.low is None for row in points) else []
    )
    if any(row.low is not None for row in points):
        words.append("A line is the printed interval.")
    if any(row.restated for row in points):
        words.append("Open diamonds: restated from another publication.")
    return [*words, TIME_ZERO]


def _landmark_rows(evidence: Evidence, block: Sequence[Mapping], *, one_study: bool) -> list[ChartRow]:
    labels = distinguish(
        block,
        lambda row: name_cohort(evidence, row, one_study=one_study),
        [lambda row: text(row["group"]), *row_details(evidence, "survival")],
    )
    return [_landmark_row(evidence, row, label) for row, label in zip(block, labels, strict=True)]


def _landmark_row(evidence: Evidence, row: Mapping, label: str) -> ChartRow:
    low, high = (None if pd.isna(row[name]) else float(row[name]) for name in ("ci_low", "ci_high"))
    restated = is_second_hand(row)
    return ChartRow(
        label,
        float(row["estimate"]),
        low,
        high,
        make_figure(evidence, row),
        "",
        whole(row["total"]),
        restated,
        restated=restated,
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
        counts = [row for row in drawable_counts(part) if not pd.isna(row["events"])]
        drawn = _bridge_counts(evidence, counts, least)
        counted = {row["cohort_id"] for row in _transplants(drawn, groups)}
        drawn = [row for row in drawn if row["cohort_id"] in counted]
        # The responses in the chart stand in its table too: who cannot select a bar selects a figure there.
        told = {row["row_id"] for row in (*transplants, *drawn)}
        table = outcome_table(
            evidence, [row for row in part if row["row_id"] in told], f"{title}, every result: {name}"
        )
        for block in group_by(drawn, "cohort_id").values():
            rows.append(ChartRow(name_cohort(evidence, block[0], one_study=False)))
            rows += _bridge_rows(evidence, block)
        if len(rows) > 2:
            axis, note = "Patients, % of the denominator named", "Each line names its denominator."
            parts.append(draw_rows(rows, title=f"{title}: {name}", table=table, axis=axis, note=note))
        else:
            parts.append(table)
    return stack_parts(parts, title, "No report of this class counts transplants in a cohort.")


def _transplants(rows: Iterable[dict], groups: Mapping[str, str]) -> list[dict]:
    return [row for row in rows if groups.get(row["outcome"]) == "transplant"]


def _bridge_counts(evidence: Evidence, counts: Sequence[dict], least: int) -> list[dict]:
    """What is drawn of responses and transplants: no failure stands among the steps towards a transplant."""
    field = evidence.package.field("outcomes", "outcome")
    steps = [row for row in counts if field.direction(row["outcome"]) != "bad"]
    chosen = choose_drawn(evidence, steps, "outcome", "denominator", least=least, add=False)
    return [choice.rows[0] for choice in chosen]


def _bridge_rows(evidence: Evidence, block: Sequence[Mapping]) -> list[ChartRow]:
    def base(row: Mapping) -> str:
        outcome, denominator = (
            evidence.label("outcomes", column, row[column]) for column in ("outcome", "denominator")
        )
        return f"{outcome}, of {denominator}"

    labels = distinguish(block, base, row_details(evidence, "outcomes"))
    return [
        ChartRow(
            label,
            100 * row["events"] / row["total"],
            figure=make_figure(evidence, row),
            patients=int(row["total"]),
            kind="bar",
        )
        for row, label in zip(block, labels, strict=True)
    ]


# What makes two counts of a study counts of one event.
ONE_EVENT = ("term", "period", "grade_min", "grade_max", "cause")


def draw_adverse_events(evidence: Evidence, *, title: str, least: int = 5) -> Stack:
    """Adverse events by organ group, one chart per stratum; every event is in the table.

    One dot per term and grade band, with its exact interval.
    """
    parts: list = []
    events = in_declared_order(evidence, with_cohorts(evidence, "adverse_events"), "adverse_events", "group")
    for name, part in iterate_strata(evidence, events):
        table = adverse_event_table(evidence, part, f"{title}, every term and grade band: {name}")
        counts = [row | {"cause": _cause(evidence, row)} for row in drawable_counts(part, percentages=True)]
        chosen = choose_drawn(evidence, counts, *ONE_EVENT, least=least)
        source = lone_source(evidence, [row for choice in chosen for row in choice.rows])
        rows: list[ChartRow] = []
        for group, block in by_block(chosen, "group").items():
            rows.append(ChartRow(capitalise(evidence.label("adverse_events", "group", group))))
            rows += _event_rows(evidence, block, one_study=bool(source))
        heading = name_chart(title, name, source)
        parts.append(draw_rows(rows, title=heading, table=table) if len(chosen) > 1 else table)
    explained = explain_marks(parts, "Terms and grades are never added up. ")
    return stack_parts(explained, title, "No report of this class gives adverse events.")


def _event_rows(evidence: Evidence, block: Sequence[Choice], *, one_study: bool) -> list[ChartRow]:
    """One organ's events: what is told of one term stands together, both arms of a trial side by side."""

    def base(row: Mapping) -> str:
        if text(row["c_arm"]) or text(row["c_parent_cohort_id"]):  # an arm or a part says which it is
            return f"{_event(row)}; {name_cohort(evidence, row, one_study=one_study)}"
        return _event(row) if one_study else f"{_event(row)}; {source_name(evidence, row)}"

    kin = kinship(evidence)
    groups: dict[tuple, list[Choice]] = {}
    for choice in block:
        row = choice.rows[0]
        trial = choice.study_id if kin.arm(row["cohort_id"]) else ""
        groups.setdefault((_event(row), trial), []).append(choice)
    ordered = [choice for same in groups.values() for choice in arms_together(evidence, same)]
    labels = distinguish(
        [choice.rows[0] for choice in ordered], base, row_details(evidence, "adverse_events")
    )
    return [
        sum_row(evidence, choice.rows, what=_event(choice.rows[0]))
        if choice.is_sum
        else count_row(evidence, choice.rows[0], label)
        for choice, label in zip(ordered, labels, strict=True)
    ]


def _cause(evidence: Evidence, row: Mapping) -> str:
    """What an event is attributed to, in words; '' for any cause, which is also meant where none is named."""
    words = evidence.label("adverse_events", "attribution", row["attribution"])
    return "" if row["attribution"] in ("any", "not_reported") else words


def _event(row: Mapping) -> str:
    cause = f", {row['cause']}" if row["cause"] and "related" not in row["term"] else ""
    return f"{event_words(row)}, {grade_text(row)}{cause}"


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
            fit_row(fit, f"With {entry.name} ({entry.available or 'date not established'})")
            for entry, fit in zip(plan.entries[LEAST_STUDIES - 1 :], fits, strict=True)
            if fit.status == "ok"
        ]
        first = ", ".join(entry.name for entry in plan.entries[:2])
        parts.append(
            draw_rows(
                rows,
                title=f"{title}: {plan.stratum}; {plan.outcome}, {plan.when}",
                note=f"Starts with the third study; the first are {first}.",
            )
        )
    return Stack(parts, "")
