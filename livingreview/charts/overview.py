"""Every class's figures on one axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from livingreview.charts.marks import count_row, explain_marks, sum_row
from livingreview.charts.rows import ChartRow, draw_rows
from livingreview.charts.selection import arms_together, drawable_counts
from livingreview.display.html import Stack
from livingreview.evidence import Evidence, records
from livingreview.tables.choice import Choice, choose_counts, is_whole, one_of_each_patient, patients_once
from livingreview.tables.common import capitalise, group_by, iterate_strata, source_name, text
from livingreview.tables.counts import BASES, TIMED
from livingreview.tables.labels import distinguish, row_details
from livingreview.tables.outcomes import ABSENT, select_outcomes
from livingreview.tables.plan import alike_counts

PAGE_ROWS = 29  # rows and headings of a chart that fit a printed page
CAUTION = (
    "Patients, lines of therapy and definitions differ from line to line; "
    "rows under different headings should not be compared. "
    "Lines of one trial may count the same patients again in a smaller group. "
)
STRATUM = ("c_family", "c_disease", "c_setting", "c_age_group")


def draw_overview(evidence: Evidence, *, group: str = "response", title: str, least: int = 10) -> Stack:
    """Every class's figures on one axis, under headings that name disease and setting. Not a comparison.

    Shows one count a study, and both arms of a randomised trial: the first outcome of the group in declared
    order (for example CR before overall response) that is good for a patient, of at least `least` patients,
    counted from all patients treated, enrolled or evaluable. It is one chart, or one a class where it would
    not fit a page.
    """
    first = _first_outcomes(evidence, group, least)
    rows = {
        row["short_title"]: _overview_rows(
            evidence, [choice for choice in first if choice.rows[0]["c_class"] == row["class_id"]]
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


def _first_outcomes(evidence: Evidence, group: str, least: int) -> list[Choice]:
    """One count a study of the classes' own regimens, and the controls of its arms.

    Of a study with an included report all its reports are looked at, as in a pool: else two displays would
    tell two counts of one trial.
    """
    field = evidence.package.field("outcomes", "outcome")
    own = [
        row | {"base": BASES.get(row["denominator"])}
        for row in drawable_counts(select_outcomes(evidence, group))
        if row["denominator"] in ("treated", "enrolled", "evaluable")
        and field.direction(row["outcome"]) == "good"
        and row["c_part"] == "core"
    ]
    studies = evidence.cohort_studies
    included = {studies[row["cohort_id"]] for row in own if row["report_id"] in evidence.included}
    own = [row for row in own if studies[row["cohort_id"]] in included]
    # Of counts of one cohort at two times the earlier, as in a pool.
    own.sort(key=lambda row: (*TIMED, row["assessed_at"]).index(row["assessed_at"]))
    order = {code: place for place, code in enumerate(field.labels)}
    chosen: list[Choice] = []
    for stratum in group_by(own, *STRATUM).values():
        by_outcome = group_by(stratum, "outcome").values()
        told = [
            choice
            for rows in by_outcome
            for choice in choose_counts(evidence, rows, alike=alike_counts, apart=False)[0]
            if choice.size >= least or pd.isna(choice.rows[0]["total"])
        ]
        # A whole before its parts; of wholes the first outcome, of parts the larger.
        told.sort(
            key=lambda choice: (
                not is_whole(choice.rows[0]),
                -choice.size if not is_whole(choice.rows[0]) and not choice.is_sum else 0,
                order[choice.rows[0]["outcome"]],
            )
        )
        units: dict[tuple[str, str, str], Choice] = {}
        for choice in told:
            units.setdefault((choice.study_id, text(choice.rows[0]["c_arm"]), choice.regimen), choice)
        chosen += one_of_each_patient(evidence, units.values())[0]
    return patients_once(evidence, chosen)


def _overview_rows(evidence: Evidence, first: Sequence[Choice]) -> list[ChartRow]:
    rows: list[ChartRow] = []
    family = ""
    of_row = {choice.rows[0]["row_id"]: choice for choice in first}
    for name, part in iterate_strata(evidence, [choice.rows[0] for choice in first]):
        if part[0]["c_family"] != family:
            # Named once above its strata: in one line they would be too long for any screen.
            family = part[0]["c_family"]
            rows.append(ChartRow(capitalise(family)))
        rows.append(ChartRow(capitalise(name.removeprefix(f"{family}: "))))
        ordered = arms_together(evidence, [of_row[row["row_id"]] for row in part])
        rows += _label_choices(evidence, ordered)
    return rows


def _label_choices(evidence: Evidence, choices: Sequence[Choice]) -> list[ChartRow]:
    def base(row: Mapping) -> str:
        return f"{source_name(evidence, row)}; {_outcome(evidence, row)}"

    labels = distinguish([choice.rows[0] for choice in choices], base, row_details(evidence, "outcomes"))
    return [
        sum_row(evidence, choice.rows, what=_outcome(evidence, choice.rows[0]))
        if choice.is_sum
        else count_row(evidence, choice.rows[0], label)
        for choice, label in zip(choices, labels, strict=True)
    ]


def _outcome(evidence: Evidence, row: Mapping) -> str:
    return evidence.label("outcomes", "outcome", row["outcome"])
