"""Tables of results: outcomes by their groups, survival, adverse events."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

import pandas as pd

from livingreview.display.html import Column, Folded, HtmlTable, Row, Stack, fold, join_tables
from livingreview.display.numbers import exact_interval, format_interval, format_number, make_figure
from livingreview.evidence import UNSAID, Evidence
from livingreview.tables.choice import Choice, say_sum
from livingreview.tables.common import (
    capitalise,
    full_name,
    group_by,
    in_declared_order,
    iterate_strata,
    study_name,
    text,
    with_cohorts,
)
from livingreview.tables.labels import name_apart, row_details

SEVERE = 3  # grade from which an adverse event is called severe
FATAL = 5  # the grade of deaths, which are results of their own
# Groups of the schema: what survival is counted from that comes after the start of treatment; endpoints of
# those in remission.
LATER, OF_REMISSION = "later", "of_remission"
ABSENT = "No report here gives such a result."

ADVERSE = "Adverse events"


def select_outcomes(evidence: Evidence, group: str) -> list[dict]:
    """Outcome rows of one group, with their cohort, in the order in which the outcomes are declared.

    The schema's field ``outcomes.outcome`` says which groups there are, and which code belongs to which.

    Raises
    ------
    ValueError
        If there is no such group of outcomes.
    """
    field = evidence.package.field("outcomes", "outcome")
    codes = field.codes_in(group)
    if "outcomes" not in evidence.package.tables:
        return []
    if group not in field.rules:
        msg = f"no group of outcomes is called {group!r}; groups are {', '.join(field.rules)}"
        raise ValueError(msg)
    rows = [row for row in with_cohorts(evidence, "outcomes") if row["outcome"] in codes]
    return in_declared_order(evidence, rows, "outcomes", "outcome")


def interval_text(row: Mapping) -> str:
    """Exact 95% interval of a count; '' where there are no counts, or one patient only."""
    if pd.isna(row["events"]) or pd.isna(row["total"]) or row["total"] < 2:
        return ""
    return format_interval(*exact_interval(row["events"], row["total"]), row["total"])


def outcome_table(
    evidence: Evidence, part: Iterable[dict], caption: str, sums: Iterable[Choice] = ()
) -> HtmlTable:
    """Outcome counts with the report's own definition, exact interval, denominator and time point.

    `sums` are counts added up over cohorts of a study: they stand last, each with the rows it comes from.
    """
    columns = [
        Column("Cohort"),
        Column("Outcome, as defined"),
        Column("Events/total (%)", True),
        Column("95% CI, exact", True),
        Column("Counted from"),
        Column("When"),
    ]
    return HtmlTable(caption, columns, [*_outcome_rows(evidence, part, caption), *_sum_rows(evidence, sums)])


def _sum_rows(evidence: Evidence, sums: Iterable[Choice]) -> list[Row]:
    rows = []
    for choice in sums:
        first = choice.rows[0]
        counts = [(int(row["events"]), int(row["total"])) for row in choice.rows]
        events, total = (sum(column) for column in zip(*counts, strict=True))
        interval = format_interval(*exact_interval(events, total), total)
        labels = ", ".join(row["c_label"] for row in choice.rows)
        rows.append(
            Row(
                [
                    f"{study_name(evidence, first['cohort_id'])}: no patient in common, added up: {labels}",
                    evidence.label("outcomes", "outcome", first["outcome"]),
                    [*(make_figure(evidence, row) for row in choice.rows), f"derived: {say_sum(counts)}"],
                    interval,
                    evidence.label("outcomes", "denominator", first["denominator"]),
                    text(first["timepoint"]),
                ]
            )
        )
    return rows


def _outcome_rows(evidence: Evidence, part: Iterable[dict], caption: str) -> list[Row]:
    rows = [row for block in group_by(part, "cohort_id").values() for row in block]
    cells = [
        (
            _outcome_parts(evidence, row),
            evidence.label("outcomes", "denominator", row["denominator"]),
            text(row["timepoint"]),
        )
        for row in rows
    ]
    names = [full_name(evidence, row) for row in rows]
    names = name_apart(caption, rows, names, cells, row_details(evidence, "outcomes"))
    return [
        Row([name, outcome, make_figure(evidence, row), interval_text(row), whom, when])
        for row, name, (outcome, whom, when) in zip(rows, names, cells, strict=True)
    ]


def _outcome_parts(evidence: Evidence, row: Mapping) -> list[str]:
    outcome = [evidence.label("outcomes", "outcome", row["outcome"])]
    if text(row["definition"]) not in ("", UNSAID):
        # Shortened, so without quotation marks.
        outcome += [] if says_the_same(outcome[0], row["definition"]) else [row["definition"]]
    return outcome


def says_the_same(label: str, definition: str) -> bool:
    """Whether a definition only repeats what the outcome is called: 'death from any cause' of any death."""
    short = re.findall(r"\(([^)]*)\)", label)
    names = (label, re.sub(r"\([^)]*\)", "", label), *short)
    return _content(definition) in map(_content, names)


def _content(words: str) -> frozenset[str]:
    return frozenset(re.findall(r"[^\W_]+", words.lower())) - {"a", "an", "the", "of", "from", "with", "or"}


def survival_table(evidence: Evidence, part: Iterable[dict], caption: str) -> HtmlTable:
    """Time-to-event figures as printed, with time zero and patients."""
    columns = [
        Column("Cohort"),
        Column("Endpoint"),
        Column("Figure"),
        Column("At"),
        Column("Time zero"),
        Column("Patients", True),
    ]
    ordered = sorted(part, key=lambda row: row["cohort_id"])
    cells = [
        (
            _endpoint_parts(evidence, row),
            "" if pd.isna(row["time_months"]) else f"{format_number(row['time_months'])} months",
            text(row["origin"]).replace(UNSAID, "not reported"),
        )
        for row in ordered
    ]
    names = [full_name(evidence, row) for row in ordered]
    names = name_apart(caption, ordered, names, cells, row_details(evidence, "survival"))
    rows = [
        Row([name, endpoint, make_figure(evidence, row), when, origin, text(row["total"])])
        for row, name, (endpoint, when, origin) in zip(ordered, names, cells, strict=True)
    ]
    return HtmlTable(caption, columns, rows)


def _endpoint_parts(evidence: Evidence, row: Mapping) -> list[str]:
    endpoint, statistic = (
        evidence.label("survival", column, row[column]) for column in ("endpoint", "statistic")
    )
    parts = [endpoint, statistic, text(row["group"])]
    if row["statistic"] == "hazard_ratio":  # a ratio across trials is none of randomised arms
        parts.append(evidence.label("studies", "design", evidence.study_designs[row["c_study_id"]]))
    return [part for part in parts if part]


def tabulate_results(evidence: Evidence, *, title: str, harm_only: bool = False) -> Stack:
    """Every result, as folded tables by kind with the strata as headings.

    With `harm_only` adverse events alone, and what groups of outcomes tell apart as bad: deaths, say.
    """
    groups, harm = _outcomes_by_kind(evidence)
    kinds = [
        *((name, rows, outcome_table) for name, rows in groups.items()),
        ("Survival", with_cohorts(evidence, "survival"), survival_table),
        (ADVERSE, with_cohorts(evidence, "adverse_events"), adverse_event_table),
    ]
    parts = [
        part
        for name, rows, make_table in kinds
        if not harm_only or name in harm
        for part in _folded(evidence, rows, f"{title}: {name}", make_table)
    ]
    return Stack(parts, ABSENT)


def _outcomes_by_kind(evidence: Evidence) -> tuple[dict[str, list[dict]], set[str]]:
    """Outcomes under the heading of their group, and those headings that are harm.

    Where a group has a heading for what is bad, that comes first and the others stand under their own.
    """
    field = evidence.package.field("outcomes", "outcome")
    found: dict[str, list[dict]] = {}
    for group, rule in field.rules.items():
        for row in select_outcomes(evidence, group):
            apart = rule.bad and field.direction(row["outcome"]) == "bad"
            found.setdefault(rule.bad if apart else rule.title, []).append(row)
    order = [name for rule in field.rules.values() for name in (rule.bad, rule.title)]
    return {name: found[name] for name in order if name in found}, {
        ADVERSE,
        *(rule.bad for rule in field.rules.values()),
    }


def _folded(
    evidence: Evidence, rows: Iterable[dict], caption: str, make_table: Callable[..., HtmlTable]
) -> list[Folded]:
    """One folded table of all strata; none where there is no row."""
    strata = iterate_strata(evidence, rows)
    tables = [make_table(evidence, part, f"{caption}: {name}") for name, part in strata]
    if not tables:
        return []
    figures = sum(len(table.figures) for table in tables)
    return [fold(join_tables(tables, caption), f"{caption} ({figures} result{'s' if figures != 1 else ''})")]


def grade_text(row: Mapping, without: str = "grade not given") -> str:
    """'grade 3 to 4', 'grade 4', and what is said of a row without a grade."""
    low, high = row["grade_min"], row["grade_max"]
    if pd.isna(low) and pd.isna(high):
        return without
    if pd.isna(high):
        return f"grade {low} or more"
    if pd.isna(low):
        return f"grade {high} or less"
    return f"grade {low}" if low == high else f"grade {low} to {high}"


def is_severe(row: Mapping) -> bool:
    """Whether adverse events are counted from grade 3 on; not of grade 3 alone."""
    low, high = row["grade_min"], row["grade_max"]
    return not pd.isna(low) and low == SEVERE and (pd.isna(high) or high > SEVERE)


def event_words(row: Mapping) -> str:
    """'Infection', or 'Infection in cycle 1' where the report counts over a part of the treatment only."""
    if pd.isna(row["period"]):
        return row["term"]
    named = row["period"].split()[0] in ("after", "before", "by", "during", "until", "within")
    return f"{row['term']} {row['period']}" if named else f"{row['term']} in {row['period']}"


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
        cells = [
            (
                event_words(row),
                grade_text(row),
                evidence.label("adverse_events", "attribution", row["attribution"]),
            )
            for row in block
        ]
        names = [full_name(evidence, row) for row in block]
        names = name_apart(caption, block, names, cells, row_details(evidence, "adverse_events"))
        rows += [
            Row([term, grade, name, make_figure(evidence, row), interval_text(row), cause])
            for row, name, (term, grade, cause) in zip(block, names, cells, strict=True)
        ]
    return HtmlTable(caption, columns, rows)


def is_from_later(evidence: Evidence, row: Mapping) -> bool:
    """Whether survival is counted from remission, transplant or failure: of those who came so far alone."""
    survival = evidence.package.table("survival")
    late = survival.field("origin").group(row["origin"]) == LATER
    return late and survival.field("endpoint").group(row["endpoint"]) != OF_REMISSION
