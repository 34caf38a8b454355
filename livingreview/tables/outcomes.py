"""Tables of results: response, MRD, transplant, mortality, survival, adverse events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from livingreview.display.html import Column, HtmlTable, Row, Stack, fold, join_tables
from livingreview.display.numbers import exact_interval, format_interval, make_figure
from livingreview.evidence import Evidence
from livingreview.evidence.contract import GROUPS
from livingreview.tables.common import (
    capitalise,
    full_name,
    group_by,
    in_declared_order,
    iterate_strata,
    text,
    with_cohorts,
)

ABSENT = "No report of this class gives such a figure."


def select_outcomes(evidence: Evidence, group: str) -> list[dict]:
    """Outcome rows of one group (``response``, ``mrd``, ``transplant`` ...), with their cohort, in declared order.

    The schema's field ``outcomes.outcome`` says which code belongs to which group.

    Raises
    ------
    ValueError
        If there is no such group of outcomes.
    """
    field = evidence.package.field("outcomes", "outcome")
    codes = field.codes_in(group)
    if group not in GROUPS["outcomes", "outcome"]:
        msg = f"no outcome belongs to group {group!r}; groups are {', '.join(sorted(GROUPS['outcomes', 'outcome']))}"
        raise ValueError(msg)
    return in_declared_order(
        evidence,
        [row for row in with_cohorts(evidence, "outcomes") if row["outcome"] in codes],
        "outcomes",
        "outcome",
    )


def interval_text(row: Mapping) -> str:
    """Exact 95% interval of a count; '' where there are no counts, or one patient only."""
    if pd.isna(row["events"]) or pd.isna(row["total"]) or row["total"] < 2:
        return ""
    return format_interval(*exact_interval(row["events"], row["total"]), row["total"])


def outcome_table(evidence: Evidence, part: Iterable[dict], caption: str) -> HtmlTable:
    """Outcome counts with the report's own definition, exact interval, denominator and time point."""
    columns = [
        Column("Cohort"),
        Column("Outcome, as defined"),
        Column("Events/total (%)", True),
        Column("95% CI, exact", True),
        Column("Counted from"),
        Column("When"),
    ]
    return HtmlTable(caption, columns, _outcome_rows(evidence, part))


def _outcome_rows(evidence: Evidence, part: Iterable[dict]) -> list[Row]:
    rows = []
    for block in group_by(part, "cohort_id").values():
        label = full_name(evidence, block[0])
        for row in block:
            outcome = [evidence.label("outcomes", "outcome", row["outcome"])]
            if text(row["definition"]) not in ("", "not_reported"):
                outcome.append(row["definition"])  # shortened, so without quotation marks
            rows.append(
                Row(
                    [
                        label,
                        outcome,
                        make_figure(evidence, row),
                        interval_text(row),
                        evidence.label("outcomes", "denominator", row["denominator"]),
                        text(row["timepoint"]),
                    ]
                )
            )
    return rows


def survival_table(evidence: Evidence, part: Iterable[dict], caption: str) -> HtmlTable:
    """Time-to-event figures as printed, with time zero and patients."""
    columns = [
        Column("Cohort"),
        Column("Endpoint"),
        Column("Figure"),
        Column("At"),
        Column("Counted from"),
        Column("Patients", True),
    ]
    rows = [
        Row(
            [
                full_name(evidence, row),
                [
                    part
                    for part in (
                        evidence.label("survival", "endpoint", row["endpoint"]),
                        evidence.label("survival", "statistic", row["statistic"]),
                        text(row["group"]),
                    )
                    if part
                ],
                make_figure(evidence, row),
                "" if pd.isna(row["time_months"]) else f"{row['time_months']:g} months",
                text(row["origin"]).replace("not_reported", "not reported"),
                text(row["total"]),
            ]
        )
        for row in sorted(part, key=lambda row: row["cohort_id"])
    ]
    return HtmlTable(caption, columns, rows)


def tabulate_results(evidence: Evidence, *, title: str) -> Stack:
    """Every result of a part of the evidence but its response, as folded tables by kind with the strata as headings."""
    parts = []
    for group, name in (
        ("mrd", "Measurable residual disease"),
        ("mortality", "Relapses, failures and deaths"),
        ("transplant", "Transplant"),
    ):
        parts += _folded(evidence, select_outcomes(evidence, group), f"{title}: {name}", outcome_table)
    parts += _folded(evidence, with_cohorts(evidence, "survival"), f"{title}: Survival", survival_table)
    parts += _folded(
        evidence, with_cohorts(evidence, "adverse_events"), f"{title}: Adverse events", adverse_event_table
    )
    return Stack(parts, ABSENT)


def _folded(evidence: Evidence, rows: Iterable[dict], caption: str, make) -> list:
    tables = [make(evidence, part, f"{caption}: {name}") for name, part in iterate_strata(evidence, rows)]
    return (
        [
            fold(
                join_tables(tables, caption),
                f"{caption} ({sum(len(table.figures) for table in tables)} figures)",
            )
        ]
        if tables
        else []
    )


def grade_text(row: Mapping) -> str:
    """'grade 3-4', 'grade 4', 'grade not given'."""
    low, high = row["grade_min"], row["grade_max"]
    if pd.isna(low) and pd.isna(high):
        return "grade not given"
    if pd.isna(high):
        return f"grade {low} or more"
    if pd.isna(low):
        return f"grade {high} or less"
    return f"grade {low}" if low == high else f"grade {low} to {high}"


def adverse_event_table(evidence: Evidence, part: Iterable[dict], caption: str) -> HtmlTable:
    """Adverse events by organ group, every term and grade band; neither is ever added up."""
    columns = [
        Column("Event"),
        Column("Grade"),
        Column("Cohort"),
        Column("Events/total (%)", True),
        Column("95% CI, exact", True),
        Column("Attribution"),
    ]
    rows = []
    for group, block in group_by(part, "group").items():
        rows.append(Row([capitalise(evidence.label("adverse_events", "group", group))], heading=True))
        rows += [
            Row(
                [
                    row["term"],
                    grade_text(row),
                    full_name(evidence, row),
                    make_figure(evidence, row),
                    interval_text(row),
                    evidence.label("adverse_events", "attribution", row["attribution"]),
                ]
            )
            for row in block
        ]
    return HtmlTable(caption, columns, rows)
