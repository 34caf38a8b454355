"""Charts of results: forest, survival, transplant bridge, adverse events, all classes at a glance."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from livingreview.charts.render import ChartFigure
from livingreview.charts.rows import ROWS, ChartRow, draw_rows
from livingreview.display.html import HtmlTable, Stack, join_tables
from livingreview.display.numbers import (
    exact_interval,
    format_interval,
    format_percent,
    is_second_hand,
    make_figure,
)
from livingreview.evidence import Evidence, records
from livingreview.synthesis import cumulative
from livingreview.tables.common import (
    capitalise,
    full_name,
    group_by,
    in_declared_order,
    iterate_strata,
    study_name,
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
from livingreview.tables.plan import FEW_STUDIES, LEAST_STUDIES, synthesis_plan

PAGE_ROWS = 29  # rows and headings of a chart that fit a printed page


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


def drawable_counts(rows: Iterable[dict], *, least: int = 2) -> list[dict]:
    """Rows with counts of at least `least` patients: single patients, fragments and ad-hoc subgroups stay in the tables."""
    return [
        row
        for row in rows
        if not pd.isna(row["events"])
        and not pd.isna(row["total"])
        and row["total"] >= least
        and row.get("denominator") != "subgroup"
    ]


def drawn_once(evidence: Evidence, rows: Sequence[dict], *what: str) -> list[dict]:
    """Of the rows that tell the same thing of one study (`what` names the columns that say what), those of one report.

    Trials are reported again and again, and reviews repeat them: the included report comes before the context, the first-hand
    before the restated, the larger before the smaller. Where whole cohorts remain their subgroups stay in the tables.
    """

    def rank(row: dict) -> tuple:
        return (
            row["report_id"] in evidence.included,
            not is_second_hand(row),
            pd.isna(row["c_parent_cohort_id"]),
            0 if pd.isna(row["total"]) else row["total"],
        )

    groups: dict[tuple, list[dict]] = {}
    for row in rows:
        key = (
            *(row[name] for name in ("c_family", "c_disease", "c_setting", "c_age_group")),
            evidence.cohort_studies[row["cohort_id"]],
            *(str(row[name]) for name in what),
        )
        groups.setdefault(key, []).append(row)
    several = {
        family
        for family in {key[0] for key in groups}
        if len({key[4] for key in groups if key[0] == family}) > 1
    }
    keep: set[str] = set()
    for key, same in groups.items():
        best = max(same, key=rank)["report_id"]
        chosen = [row for row in same if row["report_id"] == best]
        wholes = [row for row in chosen if pd.isna(row["c_parent_cohort_id"])]
        keep |= {row["row_id"] for row in (wholes if key[0] in several and wholes else chosen)}
    return [row for row in rows if row["row_id"] in keep]


def pooled_row(plan) -> ChartRow:
    """The pooled median of a plan, with its interval and, from five studies on, its prediction interval."""
    fit = plan.pooled
    few = len(plan.entries) < FEW_STUDIES
    ends = tuple(100 * end for end in fit.prediction)
    words = f"{format_percent(fit.estimate, fit.total)} [{format_interval(*fit.ci, fit.total)}]"
    label = f"Pooled median of {fit.k} studies, {fit.total} patients" + (" (few studies)" if few else "")
    return ChartRow(
        label,
        100 * fit.estimate,
        100 * fit.ci[0],
        100 * fit.ci[1],
        extra=words,
        patients=fit.total,
        kind="pooled",
        outer=None if few else ends,
    )


def draw_forest(evidence: Evidence, group: str, *, title: str, least: int = 5) -> Stack:
    """Forest plots of outcome counts with their tables, one per stratum (disease, setting, age group), on the same 0-100% axis.

    Rows are grouped by outcome, since one outcome is not another. The chart shows counts of at least `least` patients;
    the table under it holds every row, with definition, denominator and time point.
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
    """Charts and tables, under the first chart what the marks in all of them mean; `first` stands before it."""
    charts = [part for part in parts if isinstance(part, ChartFigure)]
    if not charts:
        return parts
    rows = [row for chart in charts for row in chart.datasets[ROWS]]
    words = ["Squares: printed in the report, or derived from figures printed there."]
    words += (
        ["Open diamonds: restated from another publication."] if any(row["hollow"] for row in rows) else []
    )
    words.append("Lines and [brackets]: exact 95% confidence intervals. Larger marks carry more patients.")
    words += (
        [
            "A green diamond with its bar: a pooled median with its 95% interval; a dashed line, where a new study would be expected."
        ]
        if any(row["kind"] == "pooled" for row in rows)
        else []
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
    """Survival landmarks as a strip with every time-to-event figure in the table: a point, and its interval where printed; never joined by a line."""
    parts: list = []
    for name, part in iterate_strata(
        evidence, in_declared_order(evidence, with_cohorts(evidence, "survival"), "survival", "endpoint")
    ):
        table = survival_table(evidence, part, f"{title}, every figure: {name}")
        rows: list[ChartRow] = []
        landmarks = drawn_once(
            evidence,
            [row for row in part if row["statistic"] == "landmark" and row["unit"] == "pct"],
            "endpoint",
            "time_months",
        )
        studies = studies_in(evidence, landmarks)
        for (endpoint, months), block in group_by(landmarks, "endpoint", "time_months").items():
            rows.append(
                ChartRow(
                    capitalise(f"{evidence.label('survival', 'endpoint', endpoint)} at {months:g} months")
                )
            )
            rows += [_landmark_row(evidence, row, one_study=";" not in studies) for row in block]
        parts.append(
            draw_rows(
                rows,
                title=f"{title}: {name}",
                table=table,
                note=""
                if parts
                else "A line is the printed interval; no line means that none was printed. Time zero differs: see the table.",
            )
            if len(landmarks) > 1
            else table
        )
    return stack_parts(parts, title, ABSENT)


def _landmark_row(evidence: Evidence, row: Mapping, *, one_study: bool) -> ChartRow:
    low, high = (None if pd.isna(row[name]) else float(row[name]) for name in ("ci_low", "ci_high"))
    patients = None if pd.isna(row["total"]) else int(row["total"])
    label = name_cohort(evidence, row, one_study=one_study)
    return ChartRow(
        label,
        float(row["estimate"]),
        low,
        high,
        make_figure(evidence, row),
        "",
        patients,
        is_second_hand(row),
    )


def draw_bridge(evidence: Evidence, *, title: str, least: int = 5) -> Stack:
    """From treatment to transplant: bars of patients responding and transplanted, each with its own denominator spelled out."""
    groups = evidence.package.tables["outcomes"].field("outcome").groups
    parts: list = []
    for name, part in iterate_strata(
        evidence, [*select_outcomes(evidence, "response"), *select_outcomes(evidence, "transplant")]
    ):
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
        parts.append(
            draw_rows(
                rows,
                title=f"{title}: {name}",
                table=table,
                axis="Patients, % of the denominator named",
                note="Each row names whom it is counted from.",
            )
            if len(rows) > 2
            else table
        )
    return stack_parts(parts, title, "No report of this class counts transplants in a cohort.")


def _transplants(rows: Iterable[dict], groups: Mapping[str, str]) -> list[dict]:
    return [row for row in rows if groups.get(row["outcome"]) == "transplant"]


def _bridge_row(evidence: Evidence, row: Mapping) -> ChartRow:
    label = f"{evidence.label('outcomes', 'outcome', row['outcome'])}, of {evidence.label('outcomes', 'denominator', row['denominator'])}"
    return ChartRow(
        label,
        100 * row["events"] / row["total"],
        figure=make_figure(evidence, row),
        patients=int(row["total"]),
        kind="bar",
    )


def draw_adverse_events(evidence: Evidence, *, title: str, least: int = 5) -> Stack:
    """Adverse events by organ group, one chart per stratum: one dot per term and grade band with its exact interval; every event is in the table."""
    parts: list = []
    for name, part in iterate_strata(
        evidence,
        in_declared_order(evidence, with_cohorts(evidence, "adverse_events"), "adverse_events", "group"),
    ):
        table = adverse_event_table(evidence, part, f"{title}, every term and grade band: {name}")
        drawn = drawn_once(evidence, drawable_counts(part, least=least), "term", "grade_min", "grade_max")
        studies = studies_in(evidence, drawn)
        rows: list[ChartRow] = []
        for group, block in group_by(drawn, "group").items():
            rows.append(ChartRow(capitalise(evidence.label("adverse_events", "group", group))))
            rows += [
                count_row(
                    evidence,
                    row,
                    f"{row['term']}, {grade_text(row)}"
                    + ("" if ";" not in studies else f"; {study_name(evidence, row['cohort_id'])}"),
                )
                for row in block
            ]
        parts.append(draw_rows(rows, title=f"{title}: {name}", table=table) if len(drawn) > 1 else table)
    return stack_parts(
        explain_marks(parts, "Terms and grades are never added up. "),
        title,
        "No report of this class gives adverse events.",
    )


def draw_cumulative(evidence: Evidence, *, title: str) -> Stack:
    """The pooled median as studies became available, one after the other: descriptive, not adjusted for looking again and again."""
    parts: list = []
    for plan in synthesis_plan(evidence):
        if plan.decision != "pooled":
            continue
        fits = cumulative(plan.events, plan.totals)[LEAST_STUDIES - 2 :]
        rows = [
            ChartRow(
                f"With {entry.name} ({entry.available or 'date not established'})",
                100 * fit.estimate,
                100 * fit.ci[0],
                100 * fit.ci[1],
                extra=f"{format_percent(fit.estimate, fit.total)} [{format_interval(*fit.ci, fit.total)}]",
                patients=fit.total,
                kind="pooled",
            )
            for entry, fit in zip(plan.entries[LEAST_STUDIES - 1 :], fits)
        ]
        parts.append(
            draw_rows(
                rows,
                title=f"{title}: {plan.stratum}; {plan.outcome}",
                note=f"Starts with the third study; the first are {', '.join(entry.name for entry in plan.entries[:2])}.",
            )
        )
    return Stack(parts, "Nothing in this chapter is pooled, so there is nothing to accumulate.")


def draw_overview(evidence: Evidence, *, group: str = "response", title: str, least: int = 10) -> Stack:
    """Every class's figures on one axis, under headings that name disease and setting; one chart, or one a class where it would not fit a page. Not a comparison.

    Shows, per cohort of at least `least` patients that is no part of another one shown, the first outcome of the group in declared order (for example CR before
    overall response), counted from all patients treated, enrolled or evaluable.
    """
    counts = [
        row
        for row in drawable_counts(select_outcomes(evidence, group), least=least)
        if row["denominator"] in ("treated", "enrolled", "evaluable")
    ]
    families = evidence.families.to_dict("index")
    own = [
        row
        for row in drawn_once(evidence, counts, "outcome")
        if families.get(row["c_regimen_id"], {}).get("part") == "core"
        and row["report_id"] in evidence.included
    ]
    first = [block[0] for block in group_by(_not_twice(evidence, own), "cohort_id").values()]
    rows = {
        row["short_title"]: _overview_rows(
            evidence,
            [item for item in first if families[item["c_regimen_id"]]["class_id"] == row["class_id"]],
        )
        for row in records(evidence.tables["regimen_classes"].sort_values("position"))
    }
    together = [row for part in rows.values() for row in part]
    parts = (
        {f": {name}": part for name, part in rows.items() if part}
        if len(together) > PAGE_ROWS
        else {"": together}
        if together
        else {}
    )
    charts = [draw_rows(part, title=f"{title}{name}. Not a comparison") for name, part in parts.items()]
    return Stack(
        explain_marks(
            charts,
            "Patients, lines of therapy and definitions differ from row to row; headings part what must not be read together. Rows of one trial may be the same patients counted again in a smaller group. ",
        ),
        ABSENT,
    )


def _not_twice(evidence: Evidence, rows: Sequence[dict]) -> list[dict]:
    """Whole cohorts, and a part of one only where no whole cohort of its study, of one that shares its patients, or around it is among the rows."""
    studies, parents = (
        evidence.cohort_studies,
        dict(zip(evidence.tables["cohorts"]["cohort_id"], evidence.tables["cohorts"]["parent_cohort_id"])),
    )
    whole = {studies[row["cohort_id"]] for row in rows if pd.isna(row["c_parent_cohort_id"])}
    taken = whole.union(*(evidence.overlaps[study] for study in whole))
    shown = {row["cohort_id"] for row in rows}

    def around(cohort_id: str) -> Iterator[str]:
        while not pd.isna(cohort_id := parents[cohort_id]):
            yield cohort_id

    return [
        row
        for row in rows
        if pd.isna(row["c_parent_cohort_id"])
        or not (studies[row["cohort_id"]] in taken or shown & set(around(row["cohort_id"])))
    ]


def _overview_rows(evidence: Evidence, first: Iterable[dict]) -> list[ChartRow]:
    rows: list[ChartRow] = []
    family = ""
    for name, part in iterate_strata(evidence, first):
        if (
            part[0]["c_family"] != family
        ):  # named once above its strata: in one line they would be too long for any screen
            family = part[0]["c_family"]
            rows.append(ChartRow(capitalise(family)))
        rows.append(ChartRow(capitalise(name.removeprefix(f"{family}: "))))
        rows += [
            count_row(
                evidence,
                row,
                f"{study_name(evidence, row['cohort_id'])}; {evidence.label('outcomes', 'outcome', row['outcome'])}",
            )
            for row in sorted(part, key=lambda row: -row["total"])
        ]
    return rows
