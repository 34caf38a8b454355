"""Counts that may be pooled: rows of outcomes and adverse events with their study, and what bars one.

What bars a count is said in words, and looks at no result: see the protocol page.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from livingreview.display.numbers import is_second_hand
from livingreview.evidence import Evidence, records, split_ids
from livingreview.tables.choice import is_whole, kinship
from livingreview.tables.common import full_name, text, whole, with_cohorts
from livingreview.tables.outcomes import select_outcomes
from livingreview.tables.pool import PRIMARY

LEAST_PATIENTS = 5  # a smaller group was published because of what happened in it
MOST_LOST = 0.20  # share of patients not evaluable beyond which counting them as failures says nothing
SECONDARY = "secondary"  # designs that treat no patient of their own
HARM = "harm"  # adverse events, by the names of `pooled_results`
BY_COURSE = ("response", "mrd")  # groups of outcomes that mean something only with their time
TIMED = ("course_1", "courses_2", "later_course")
ONCE = "once"  # counted over the treatment and what follows it
# A population, see `own_families`.
WHERE = ("p_position", "p_family", "c_disease", "c_setting", "c_age_group")
# All patients treated; the others keep a pool to themselves.
BASES = {
    "treated": "all",
    "enrolled": "all",
    "evaluable": "all",
    "responders": "responders",
    "assessed": "assessed",
    "transplanted": "transplanted",
    "subgroup": "subgroup",
    "not_reported": "unknown",
}
BASE_NAMES = {
    "all": "all patients treated",
    "responders": "patients in remission",
    "assessed": "patients assessed",
    "transplanted": "patients transplanted",
    "subgroup": "a subgroup",
    "unknown": "a number not reported",
}


@dataclass(frozen=True)
class PooledResult:
    """One row of ``pooled_results.csv``: a result by all the codes or terms that count it, widest first.

    ``levels`` are those of its codes that lie within each other, the strictest first, each by all its codes.
    """

    result_id: str
    name: str
    table: str
    codes: tuple[str, ...]
    grade_min: int | None
    time_months: float | None
    levels: tuple[tuple[str, ...], ...] = ()


def pooled_results(evidence: Evidence) -> list[PooledResult]:
    """What is pooled under one name, in the order in which it is told."""
    if "pooled_results" not in evidence.memo:
        evidence.memo["pooled_results"] = [
            PooledResult(
                row["result_id"],
                row["name"],
                row["table"],
                tuple(split_ids(row["codes"])),
                whole(row["grade_min"]),
                None if pd.isna(row["time_months"]) else float(row["time_months"]),
                split_levels(text(row["levels"])),
            )
            for row in records(evidence.tables["pooled_results"].sort_values("position"))
        ]
    return evidence.memo["pooled_results"]


def split_levels(cell: str) -> tuple[tuple[str, ...], ...]:
    """The levels of a cell 'a < b = c', each with its codes; none of an empty one."""
    return tuple(tuple(level.split(" = ")) for level in cell.split(" < ")) if cell else ()


def pooled_codes(evidence: Evidence, table: str) -> list[str]:
    """Codes or terms of a table that are counted under one name, of each name the widest first."""
    return [code for result in pooled_results(evidence) if result.table == table for code in result.codes]


def count_rows(evidence: Evidence, group: str) -> list[dict]:
    """Rows of one group of outcomes, or of ``harm``, with their study and all that the rules ask for.

    Each under the family of its own regimen, see `own_families`.
    """
    if (name := f"counts:{group}") not in evidence.memo:
        rows = _harm_rows(evidence) if group == HARM else select_outcomes(evidence, group)
        evidence.memo[name] = own_families(evidence, _with_study(evidence, rows))
    return evidence.memo[name]


def _harm_rows(evidence: Evidence) -> list[dict]:
    """Adverse events under the name they are pooled by, in the shape of outcomes."""
    names = {
        term: result
        for result in pooled_results(evidence)
        if result.table == "adverse_events"
        for term in result.codes
    }
    found = []
    for row in with_cohorts(evidence, "adverse_events"):
        if result := names.get(row["term"]):
            shape = {"outcome": result.result_id, "denominator": "treated", "assessed_at": ONCE}
            found.append(row | shape | {"words": result.name, "least_grade": result.grade_min})
    # A count of one grade alone stands for that grade or more only where no higher one is counted.
    higher = {
        (row["c_study_id"], row["outcome"], text(row["c_arm"]))
        for row in found
        if row["least_grade"] and not pd.isna(row["grade_min"]) and row["grade_min"] > row["least_grade"]
    }
    return [
        row | {"higher_told": (row["c_study_id"], row["outcome"], text(row["c_arm"])) in higher}
        for row in found
    ]


def _with_study(evidence: Evidence, rows: Iterable[dict]) -> list[dict]:
    studies, reports = (
        {row[key]: row for row in records(evidence.tables[table])}
        for table, key in (("studies", "study_id"), ("reports", "report_id"))
    )
    outcomes = evidence.package.field("outcomes", "outcome")
    cares = study_cares(evidence)
    once = {code for result in pooled_results(evidence) for code in result.codes}
    # A report whose date is not established came no earlier than the study's first.
    dated = evidence.tables["reports"].dropna(subset=["first_available"])
    earliest = dated.groupby("study_id")["first_available"].min().to_dict()
    kin = kinship(evidence)
    found = []
    for row in rows:
        if pd.isna(row["cohort_id"]):
            continue
        study = studies[row["c_study_id"]]
        code = row["outcome"]
        timing = "course" if outcomes.groups.get(code) in BY_COURSE else "follow_up"
        if (code in once and timing != "course") or "least_grade" in row:
            timing = ONCE
        available = text(reports[row["report_id"]]["first_available"])
        found.append(
            row
            | {
                "study_id": study["study_id"],
                "arm": kin.arm(row["cohort_id"]),
                "design": study["design"],
                "care": cares[study["study_id"]],
                "available": available or earliest.get(study["study_id"], ""),
                "name": full_name(evidence, row),
                "study": study["name"],
                "direction": "bad" if "least_grade" in row else outcomes.direction(code),
                "base": BASES.get(row["denominator"], pd.NA),
                "timing": timing,
                "words": row.get("words") or evidence.label("outcomes", "outcome", code),
            }
        )
    return found


def study_cares(evidence: Evidence) -> dict[str, str]:
    """Whether each study is a trial, routine care or secondary, by its design (key: study_id); '' unknown."""
    groups = evidence.package.field("studies", "design").groups
    return {row["study_id"]: groups.get(row["design"], "") for row in records(evidence.tables["studies"])}


def bar(row: dict, kind: str = PRIMARY) -> str:
    """Why one count may not enter a pool of a kind; '' where it may."""
    return _bar_always(row) or _bar_time(row, kind) or _bar_kind(row, kind)


def _bar_always(row: dict) -> str:
    if pd.isna(row["events"]) or pd.isna(row["total"]):
        return "the count is not reported and cannot be recovered"
    if row["total"] < LEAST_PATIENTS:
        return f"fewer than {LEAST_PATIENTS} patients"
    if row["design"] == "case_report":
        return "single patients"
    if row["care"] == SECONDARY:
        return "a comparison or review of other studies"
    if row["base"] == "subgroup":
        return "a subgroup picked out of a cohort"
    if row["base"] == "unknown":
        return "whom the count is of is not reported"
    if row["denominator"] == "evaluable" and pd.isna(row["c_n_enrolled"]):
        return "counted from evaluable patients; the number treated is not reported"
    if row["denominator"] == "evaluable" and row["total"] < (1 - MOST_LOST) * row["c_n_enrolled"]:
        return f"only {row['total']} of {row['c_n_enrolled']} patients could be evaluated"
    if is_second_hand(row) and not is_whole(row):
        return "restated of a part of a cohort"
    return _bar_event(row) if "least_grade" in row else ""


def _bar_event(row: dict) -> str:
    """Why a count of adverse events may not enter."""
    least, low, high = row["least_grade"], row["grade_min"], row["grade_max"]
    if least and (pd.isna(low) or low != least):
        return "the grade is not reported" if pd.isna(low) else "of other grades"
    if least and not pd.isna(high) and high == low and row["higher_told"]:
        return "of one grade alone; higher grades are counted as well"
    if not pd.isna(row["period"]):
        return "counted over a part of the treatment"
    if row["attribution"] == "treatment_related":
        return "only events put down to the treatment"
    return ""


def _bar_time(row: dict, kind: str) -> str:
    if row["timing"] == "follow_up":
        return "depends on how long patients were followed"
    if row["timing"] == ONCE or kind in ("any_time", "widest", "trials", "routine"):
        return ""
    if row["assessed_at"] == "not_reported":
        return "the time point is not reported"
    return "" if row["assessed_at"] in TIMED else "assessed at a time of its own"


def _bar_kind(row: dict, kind: str) -> str:
    if kind == "no_arms" and row["arm"]:
        return "an arm of a randomised trial"
    if kind == "first_hand" and is_second_hand(row):
        return "known from another publication only"
    if kind == "trials" and row["care"] != "trial":
        return "not a trial"
    if kind == "routine" and row["care"] != "routine":
        return "not routine care"
    return ""


def own_families(evidence: Evidence, rows: list[dict]) -> list[dict]:
    """Rows with the family of their own regimen, which of a control arm is not that of its heading.

    Left out are those of families that are not among the evidence: a slice may hold one arm of them alone.
    """
    families = evidence.families.to_dict("index")
    shown = {row["c_family"] for row in rows if row["c_arm_at"] != "control"}
    found = []
    for row in rows:
        own = families.get(row["c_regimen_id"])
        name, position = (
            (own["name"], int(own["position"])) if own else (row["c_family"], row["c_family_position"])
        )
        if row["c_arm_at"] != "control" or (own and name in shown):
            found.append(row | {"p_family": name, "p_position": position})
    return found
