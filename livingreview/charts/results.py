"""Charts of results: forest, survival, transplant bridge, adverse events, all classes at a glance."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from livingreview.charts.render import ChartFigure
from livingreview.charts.rows import ChartRow, draw_rows
from livingreview.evidence import Evidence, records
from livingreview.html import HtmlTable, Stack, join_tables
from livingreview.numbers import exact_interval, format_interval, is_second_hand, make_figure
from livingreview.tables.common import capitalise, in_declared_order, iterate_strata, study_name, with_cohorts
from livingreview.tables.outcomes import ABSENT, adverse_event_table, grade_text, outcome_table, select_outcomes, survival_table

READING = "Squares: printed in the report, or derived from figures printed there. Open diamonds: restated from another publication. Lines and [brackets]: exact 95% confidence intervals. Larger marks carry more patients."


def count_row(evidence: Evidence, row: Mapping, label: str) -> ChartRow:
    """A chart row for an event count with its exact interval."""
    low, high = exact_interval(row["events"], row["total"])
    total = int(row["total"])
    return ChartRow(
        label, 100 * row["events"] / total, 100 * low, 100 * high, make_figure(evidence, row), f"[{format_interval(low, high, total)}]",
        total, is_second_hand(row),
    )


def drawable_counts(frame: pd.DataFrame, *, least: int = 2) -> pd.DataFrame:
    """Rows with counts of at least `least` patients of a whole cohort: single patients, fragments and ad-hoc subgroups stay in the tables."""
    counted = frame["events"].notna() & frame["total"].ge(least).fillna(False)
    if "denominator" in frame:
        counted &= frame["denominator"].ne("subgroup")
    return frame.loc[counted]


def draw_forest(evidence: Evidence, group: str, *, title: str, least: int = 5) -> Stack:
    """Forest plots of outcome counts with their tables, one per stratum (disease, setting, age group), on the same 0-100% axis.

    Rows are grouped by outcome, since one outcome is not another. The chart shows counts of at least `least` patients;
    the table under it holds every row, with definition, denominator and time point.
    """
    parts: list = []
    for name, part in iterate_strata(evidence, select_outcomes(evidence, group)):
        table = outcome_table(evidence, part, f"{title}, every figure: {name}")
        drawn = drawable_counts(part, least=least)
        studies = studies_in(evidence, drawn)
        rows: list[ChartRow] = []
        for outcome, block in drawn.groupby("outcome", sort=False):
            rows.append(ChartRow(capitalise(evidence.label("outcomes", "outcome", outcome))))
            rows += [count_row(evidence, row, _cohort_label(evidence, row, one_study=";" not in studies)) for row in records(block.sort_values("total", ascending=False, kind="stable"))]
        parts.append(draw_rows(rows, title=f"{title}: {name} ({studies})", note=READING, table=table) if rows else table)
    return stack_parts(parts, title, ABSENT)


def stack_parts(parts: list, title: str, empty: str) -> Stack:
    """Charts in order, then whatever could only be tabulated as one table with the strata as headings."""
    tables = [part for part in parts if isinstance(part, HtmlTable)]
    charts = [part for part in parts if not isinstance(part, HtmlTable)]
    return Stack([*charts, *([join_tables(tables, title)] if tables else [])], empty)


def studies_in(evidence: Evidence, part: pd.DataFrame) -> str:
    """Names of the studies some rows come from, for a caption."""
    return "; ".join(dict.fromkeys(study_name(evidence, cohort_id) for cohort_id in part["cohort_id"]))


def name_cohort(evidence: Evidence, row: Mapping, *, one_study: bool) -> str:
    """A cohort's label, with its study where the chart holds more than one."""
    return row["c_label"] if one_study else f"{study_name(evidence, row['cohort_id'])}: {row['c_label']}"


def _cohort_label(evidence: Evidence, row: Mapping, *, one_study: bool) -> str:
    whom = f" ({row['denominator']})" if row["denominator"] not in ("treated", "subgroup") else ""
    when = "" if pd.isna(row.get("timepoint")) else f", {row['timepoint']}"
    return f"{name_cohort(evidence, row, one_study=one_study)}{whom}{when}"


def draw_survival(evidence: Evidence, *, title: str) -> Stack:
    """Survival landmarks as a strip with every time-to-event figure in the table: a point, and its interval where printed; never joined by a line."""
    parts: list = []
    for name, part in iterate_strata(evidence, in_declared_order(evidence, with_cohorts(evidence, "survival"), "survival", "endpoint")):
        table = survival_table(evidence, part, f"{title}, every figure: {name}")
        rows: list[ChartRow] = []
        landmarks = part.loc[part["statistic"].eq("landmark") & part["unit"].eq("pct")]
        studies = studies_in(evidence, landmarks)
        for (endpoint, months), block in landmarks.groupby(["endpoint", "time_months"], sort=False):
            rows.append(ChartRow(capitalise(f"{evidence.label('survival', 'endpoint', endpoint)} at {months:g} months")))
            rows += [_landmark_row(evidence, row, one_study=";" not in studies) for row in records(block)]
        parts.append(draw_rows(rows, title=f"{title}: {name} ({studies})", table=table, note="A line is the printed interval; no line means that none was printed. Time zero differs: see the table.") if rows else table)
    return stack_parts(parts, title, ABSENT)


def _landmark_row(evidence: Evidence, row: Mapping, *, one_study: bool) -> ChartRow:
    low, high = (None if pd.isna(row[name]) else float(row[name]) for name in ("ci_low", "ci_high"))
    patients = None if pd.isna(row["total"]) else int(row["total"])
    label = name_cohort(evidence, row, one_study=one_study)
    return ChartRow(label, float(row["estimate"]), low, high, make_figure(evidence, row), "", patients, is_second_hand(row))


def draw_bridge(evidence: Evidence, *, title: str, least: int = 5) -> Stack:
    """From treatment to transplant: bars of patients responding and transplanted, each with its own denominator spelled out."""
    frame = pd.concat([select_outcomes(evidence, "response"), select_outcomes(evidence, "transplant")])
    groups = evidence.package.tables["outcomes"].field("outcome").groups
    parts: list = []
    for name, part in iterate_strata(evidence, frame):
        transplants = part.loc[part["outcome"].map(groups).eq("transplant")]
        if transplants.empty:
            continue
        table = outcome_table(evidence, transplants, f"{title}, every figure: {name}")
        rows: list[ChartRow] = []
        for cohort_id, block in drawable_counts(part, least=least).groupby("cohort_id", sort=False):
            rows.append(ChartRow(name_cohort(evidence, block.iloc[0], one_study=False)))
            rows += [_bridge_row(evidence, row) for row in records(block)]
        parts.append(draw_rows(rows, title=f"{title}: {name}", table=table, axis="Patients, % of the denominator named", note="Each row names whom it is counted from.") if rows else table)
    return stack_parts(parts, title, "No report of this class counts transplants in a cohort.")


def _bridge_row(evidence: Evidence, row: Mapping) -> ChartRow:
    label = f"{evidence.label('outcomes', 'outcome', row['outcome'])}, of {evidence.label('outcomes', 'denominator', row['denominator'])}"
    return ChartRow(label, 100 * row["events"] / row["total"], figure=make_figure(evidence, row), patients=int(row["total"]), kind="bar")


def draw_adverse_events(evidence: Evidence, *, title: str, least: int = 5) -> Stack:
    """Adverse events by organ group, one chart per stratum: one dot per term and grade band with its exact interval; every event is in the table."""
    frame = in_declared_order(evidence, with_cohorts(evidence, "adverse_events"), "adverse_events", "group")
    parts: list = []
    for name, part in iterate_strata(evidence, frame):
        table = adverse_event_table(evidence, part, f"{title}, every term and grade band: {name}")
        drawn = drawable_counts(part, least=least)
        studies = studies_in(evidence, drawn)
        rows: list[ChartRow] = []
        for group, block in drawn.groupby("group", sort=False):
            rows.append(ChartRow(capitalise(evidence.label("adverse_events", "group", group))))
            rows += [count_row(evidence, row, f"{row['term']}, {grade_text(row)}" + ("" if ";" not in studies else f"; {study_name(evidence, row['cohort_id'])}")) for row in records(block)]
        parts.append(draw_rows(rows, title=f"{title}: {name} ({studies})", table=table, note="Terms and grades are never added up. " + READING) if rows else table)
    return stack_parts(parts, title, "No report of this class gives adverse events.")


def draw_overview(evidence: Evidence, *, group: str = "response", title: str, least: int = 5) -> ChartFigure | Stack:
    """Every class's figures on one axis, under headings that name disease and setting. Not a comparison.

    Shows, per cohort of at least `least` patients, the first outcome of the group in declared order (for example CR before
    overall response), counted from all patients treated, enrolled or evaluable.
    """
    frame = drawable_counts(select_outcomes(evidence, group), least=least)
    frame = frame.loc[frame["denominator"].isin(["treated", "enrolled", "evaluable"])].drop_duplicates("cohort_id")
    regimens = evidence.families["class_id"]
    classes = evidence.tables["regimen_classes"].set_index("class_id")["short_title"]
    rows: list[ChartRow] = []
    for name, part in iterate_strata(evidence, frame):
        rows.append(ChartRow(capitalise(name)))
        for row in records(part):
            klass = classes.get(regimens.get(row["c_regimen_id"]), "no regimen of this review")
            outcome = evidence.label("outcomes", "outcome", row["outcome"])
            rows.append(count_row(evidence, row, f"{klass}: {row['c_label']}; {outcome}"))
    if not rows:
        return Stack([], ABSENT)
    return draw_rows(rows, title=f"{title}. Not a comparison", note="Patients, lines of therapy and definitions differ from row to row; headings part what must not be read together. Rows of one trial may be the same patients counted again in a smaller group. " + READING)
