"""Results that a page names, side by side: with and without a treatment; shares over all enrolled."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import pandas as pd

from livingreview.display.html import Column, HtmlTable, Row
from livingreview.display.marks import Figure
from livingreview.display.numbers import (
    NOT_REPORTED,
    exact_interval,
    format_number,
    format_percent,
    make_figure,
    short_interval,
)
from livingreview.evidence import UNSAID, Evidence, records, split_ids
from livingreview.tables.common import capitalise, cohorts_by_id, short_name, stratum_name, study_name, text
from livingreview.tables.labels import refuse_twins

NO_OTHER = "no such group"
NO_RATIO = "none read for this result"
RANDOMISED, OF_A_PART = "randomised", "randomised, of a part of the arms"
SAME_REPORT, TWO_REPORTS = "one report, not randomised", "two reports, not randomised"
NOT_ALONE = "not compared"
PAIRS = (
    "Each line is of one trial or report, or says that it is of two. Only what was randomised can tell an "
    "effect; where it was not, patients were chosen for their treatment, and where two reports stand side "
    "by side, a difference between them says nothing of it."
)
ALIGNED = (
    "Over all enrolled: whoever could not be evaluated counts as not in remission, a lower bound. The lines "
    "are of different reports and patients, chosen in different ways: their order is no ranking, and a "
    "difference between two of them is not the effect of a drug."
)


def tabulate_pairs(evidence: Evidence, *lines: str, first: str, second: str, caption: str) -> HtmlTable:
    """One result of two groups of patients in each line, and how the two were compared.

    Parameters
    ----------
    *lines : str
        Row ids separated by "; ": of the first group, of the second, and of their ratio or P value as
        printed. Where there is no second group that of the first alone.
    first, second : str
        What the columns of the two groups are called.
    """
    rows = []
    for line in lines:
        one, other, ratio = [*(evidence.row(name) for name in split_ids(line)), None, None][:3]
        rows.append(
            Row(
                [
                    _say_trial(evidence, one, other),
                    _say_result(evidence, one),
                    _say_group(evidence, one),
                    _say_group(evidence, other) if other else NO_OTHER,
                    _say_ratio(evidence, ratio) if ratio or _is_one_report(one, other) else "",
                    _say_how(evidence, one, other),
                ]
            )
        )
    told = [str([*row.cells[:2], row.cells[2][1:], row.cells[3][1:]]) for row in rows]
    refuse_twins(caption, zip(told, lines, strict=True))
    columns = [
        Column("Trial and patients"),
        Column("Result"),
        Column(first, True),
        Column(second, True),
        Column("Ratio or P value", True),
        Column("How compared"),
    ]
    return HtmlTable(caption, columns, rows, [PAIRS])


def tabulate_over_enrolled(evidence: Evidence, *row_ids: str, drug: str, caption: str) -> HtmlTable:
    """Counts of one result of several regimens, each with the dose of a drug, over the same denominator.

    Parameters
    ----------
    *row_ids : str
        Rows of ``outcomes``.
    drug : str
        Id of a drug that the regimens share: its dose stands beside the result.
    """
    found = [evidence.row(name) for name in row_ids]
    rows = [
        Row(
            [
                [_regimen(evidence, row), short_name(evidence, row["report_id"])],
                _dose(evidence, row, drug),
                [make_figure(evidence, row), _say_result(evidence, row)],
                _over_enrolled(evidence, row),
            ]
        )
        for row in found
    ]
    told = [str([row.cells[0], row.cells[2][1:]]) for row in rows]
    refuse_twins(caption, zip(told, row_ids, strict=True))
    names = dict(evidence.tables["drugs"][["drug_id", "name"]].itertuples(index=False, name=None))
    columns = [
        Column("Regimen and report"),
        Column(capitalise(names.get(drug, drug))),
        Column("As counted, or as a percentage alone", True),
        Column("Over all enrolled [95% CI, exact]", True),
    ]
    return HtmlTable(caption, columns, rows, [ALIGNED])


def _regimen(evidence: Evidence, row: Mapping) -> str:
    """What the patients of a row were given; their cohort's label where the data have no name for it."""
    cohort = cohorts_by_id(evidence)[row["cohort_id"]]
    return text(evidence.regimen_names.get(text(cohort["regimen_id"]), "")) or cohort["label"]


def _say_trial(evidence: Evidence, one: Mapping, other: Mapping | None) -> list[str]:
    """The studies, then their patients: of two that differ first those of the one, then of the other."""
    cohorts = [cohorts_by_id(evidence)[row["cohort_id"]] for row in (one, other) if row]
    studies = dict.fromkeys(study_name(evidence, cohort["cohort_id"]) for cohort in cohorts)
    patients = dict.fromkeys(
        stratum_name(evidence, cohort["disease"], cohort["setting"], cohort["age_group"])
        for cohort in cohorts
    )
    return [" and ".join(studies), "; beside: ".join(patients)]


def _say_result(evidence: Evidence, row: Mapping) -> str:
    """'Event-free survival at 48 months', 'complete remission (CR), of those evaluable', a figure's item."""
    if "endpoint" in row:
        words = evidence.label("survival", "endpoint", row["endpoint"])
        if row["statistic"] == "landmark":
            return f"{capitalise(words)} at {format_number(row['time_months'])} months"
        return f"{capitalise(words)}, {evidence.label('survival', 'statistic', row['statistic'])}"
    if "outcome" in row:
        words = evidence.label("outcomes", "outcome", row["outcome"])
        whom = "number not reported" if row["denominator"] == UNSAID else ""
        whom = whom or f"of {evidence.label('outcomes', 'denominator', row['denominator'])}"
        return f"{capitalise(words)}, {whom}"
    return text(row.get("item", pd.NA))


def _say_group(evidence: Evidence, row: Mapping) -> list[Figure | str]:
    """A group's figure, then what it was given and its size."""
    size = cohorts_by_id(evidence)[row["cohort_id"]]["n_enrolled"]
    number = "number not reported" if pd.isna(size) else f"n\u00a0=\u00a0{size}"
    return [make_figure(evidence, row), f"{_regimen(evidence, row)}, {number}"]


def _say_ratio(evidence: Evidence, row: Mapping | None) -> list[Figure | str] | str:
    if row is None:
        return NO_RATIO
    if "endpoint" not in row:  # of a figure what its item ends with, such as a P value
        named = text(row["unit"]) or text(row.get("item", pd.NA)).rpartition(": ")[2]
        return [make_figure(evidence, row), named]
    words = evidence.label("survival", "statistic", row["statistic"])
    return [make_figure(evidence, row), words + (", no interval printed" if pd.isna(row["ci_low"]) else "")]


def _say_how(evidence: Evidence, one: Mapping, other: Mapping | None) -> str:
    """Whether chance decided who was in which group."""
    if other is None:
        return NOT_ALONE
    if not _is_one_report(one, other):
        return TWO_REPORTS
    cohorts = [cohorts_by_id(evidence)[row["cohort_id"]] for row in (one, other)]
    if {text(cohort["arm"]) for cohort in cohorts} != {"experimental", "control"}:
        return SAME_REPORT
    above = [text(cohort["parent_cohort_id"]) for cohort in cohorts]
    part = any(name and text(cohorts_by_id(evidence)[name]["arm"]) for name in above)
    return OF_A_PART if part else RANDOMISED


def _is_one_report(one: Mapping, other: Mapping | None) -> bool:
    return other is not None and one["report_id"] == other["report_id"]


def _dose(evidence: Evidence, row: Mapping, drug: str) -> Figure | str:
    regimen = text(cohorts_by_id(evidence)[row["cohort_id"]]["regimen_id"])
    doses = [
        row
        for row in records(evidence.tables["regimen_components"])
        if (row["regimen_id"], row["drug_id"]) == (regimen, drug) and not pd.isna(row["dose"])
    ]
    return make_figure(evidence, doses[0]) if doses else NOT_REPORTED


def _over_enrolled(evidence: Evidence, row: Mapping) -> str:
    """'58% [41–74]'; 'at least 49% [37–62]' where patients who could not be evaluated are counted in."""
    size = cohorts_by_id(evidence)[row["cohort_id"]]["n_enrolled"]
    if pd.isna(row["events"]) or pd.isna(size):
        return "count not reported"
    events, size = int(row["events"]), int(size)
    limits = short_interval(*exact_interval(events, size))
    least = "at least " if not pd.isna(row["total"]) and row["total"] < size else ""
    return f"{least}{format_percent(Fraction(events, size))} [{limits}], {events}/{size}"
