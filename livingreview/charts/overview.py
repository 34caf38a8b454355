"""Every class's figures on one axis."""

from __future__ import annotations

from collections.abc import Iterable

from livingreview.charts.results import count_row, explain_marks
from livingreview.charts.rows import ChartRow, draw_rows
from livingreview.charts.selection import drawable_counts, drawn_once, patients_once
from livingreview.display.html import Stack
from livingreview.evidence import Evidence, records
from livingreview.tables.common import capitalise, group_by, iterate_strata, study_name
from livingreview.tables.outcomes import ABSENT, select_outcomes

PAGE_ROWS = 29  # rows and headings of a chart that fit a printed page
CAUTION = (
    "Patients, lines of therapy and definitions differ from row to row; "
    "headings part what must not be read together. "
    "Rows of one trial may be the same patients counted again in a smaller group. "
)


def draw_overview(evidence: Evidence, *, group: str = "response", title: str, least: int = 10) -> Stack:
    """Every class's figures on one axis, under headings that name disease and setting. Not a comparison.

    Shows, per cohort of at least `least` patients that is no part of another one shown, the first outcome of
    the group in declared order (for example CR before overall response), counted from all patients treated,
    enrolled or evaluable. It is one chart, or one a class where it would not fit a page.
    """
    first = _first_outcomes(evidence, group, least)
    classes = evidence.families["class_id"]
    rows = {
        row["short_title"]: _overview_rows(
            evidence, [item for item in first if classes[item["c_regimen_id"]] == row["class_id"]]
        )
        for row in records(evidence.tables["regimen_classes"].sort_values("position"))
    }
    together = [row for part in rows.values() for row in part]
    if len(together) > PAGE_ROWS:
        parts = {f": {name}": part for name, part in rows.items() if part}
    else:
        parts = {"": together} if together else {}
    charts = [draw_rows(part, title=f"{title}{name}. Not a comparison") for name, part in parts.items()]
    return Stack(explain_marks(charts, CAUTION), ABSENT)


def _first_outcomes(evidence: Evidence, group: str, least: int) -> list[dict]:
    """One row a cohort of the classes' own regimens in included reports."""
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
    return [block[0] for block in group_by(patients_once(evidence, own), "cohort_id").values()]


def _overview_rows(evidence: Evidence, first: Iterable[dict]) -> list[ChartRow]:
    rows: list[ChartRow] = []
    family = ""
    for name, part in iterate_strata(evidence, first):
        if part[0]["c_family"] != family:
            # Named once above its strata: in one line they would be too long for any screen.
            family = part[0]["c_family"]
            rows.append(ChartRow(capitalise(family)))
        rows.append(ChartRow(capitalise(name.removeprefix(f"{family}: "))))
        for row in sorted(part, key=lambda row: -row["total"]):
            outcome = evidence.label("outcomes", "outcome", row["outcome"])
            rows.append(count_row(evidence, row, f"{study_name(evidence, row['cohort_id'])}; {outcome}"))
    return rows
