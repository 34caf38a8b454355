"""Which studies a pool of trials, or of routine care, goes without: a part of them must not pass for all.

Three series once stood as "routine care" with four in five patients in remission, while larger ones of about
half were in no list: their age, their number or whom they counted was not reported.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

import pandas as pd

from livingreview.evidence import UNSAID, Evidence
from livingreview.tables.common import with_cohorts
from livingreview.tables.counts import (
    EVERYONE,
    NO_CARE,
    WHERE,
    PooledResult,
    bar,
    base_of,
    cohort_sizes,
    count_rows,
    own_families,
    pooled_groups,
    pooled_results,
)
from livingreview.tables.pool import CARES, PRIMARY, Entry, Plan


@dataclass(frozen=True)
class KeptOut:
    """A study that counts what a pool counts, in patients that are or may be its own, and is not in it.

    ``value`` is its count or share as reported, '' where there is none; ``patients`` are those of whom it
    tells, 0 where their number or age is not reported or where they are in the pool by another study.
    """

    name: str
    value: str
    reason: str
    care: str
    patients: int


def find_kept_out(evidence: Evidence, plan: Plan, cares: Iterable[str]) -> list[KeptOut]:
    """Every such study of the designs wanted, ``trial`` and ``routine``, or of which neither is known.

    A study counts once, by the count that comes nearest to the pool's question; the largest first.
    """
    cares = {*cares, ""}
    inside = {entry.study_id for entry in plan.entries if entry.care in cares - {""}}
    told = {row_id: reason for row_id, _, reason in plan.left_out}
    best: dict[str, dict] = {}
    for row in _rows_like(evidence, plan):
        if row["care"] in cares and row["study_id"] not in inside:
            former = best.get(row["study_id"], row)
            best[row["study_id"]] = max(former, row, key=lambda each: _nearness(evidence, plan, each))
    found = [_keep(evidence, plan, row, told.get(row["row_id"], "")) for row in best.values()]
    return sorted(found, key=lambda one: (-one.patients, one.name))


def say_kept_out(evidence: Evidence, plan: Plan, cares: Iterable[str]) -> list[str]:
    """The same in words, a line a reason: 'age not reported: Roe 2017 (33/65)'."""
    reasons: dict[str, list[str]] = {}
    for one in find_kept_out(evidence, plan, cares):
        reasons.setdefault(one.reason, []).append(f"{one.name} ({one.value})" if one.value else one.name)
    return [f"{reason}: {', '.join(names)}" for reason, names in reasons.items()]


def count_outside(evidence: Evidence, plan: Plan) -> dict[str, int]:
    """Patients of trials, and of routine care, whose studies a pool goes without (key: care)."""
    found = dict.fromkeys(CARES.values(), 0)
    for one in find_kept_out(evidence, plan, CARES.values()):
        if one.care:
            found[one.care] += one.patients
    return found


def _rows_like(evidence: Evidence, plan: Plan) -> list[dict]:
    """Counts of a pool's result in its population, in one that holds it, or in patients of unknown age."""
    place = plan.place
    near = (one.codes for one in _nested(evidence) if place.what in (one.result_id, *one.codes))
    codes = {place.what}.union(*near)
    held = evidence.package.field("cohorts", "age_group").within.get(place.age, ())
    ages = {place.age, UNSAID, *held}
    where = place.family, place.disease, place.setting
    told = _ages_told(evidence)
    return [
        row
        for group in pooled_groups(evidence)
        for row in count_rows(evidence, group)
        if row["outcome"] in codes
        and (row["p_family"], row["c_disease"], row["c_setting"]) == where
        and row["c_age_group"] in ages
        and (row["c_age_group"] != UNSAID or told.get(row["study_id"], ages) & ages)
        and row["base"] in (place.base, "unknown")
    ]


def _ages_told(evidence: Evidence) -> dict[str, set[str]]:
    """The age groups of each study that tells one: it is known then of its other cohorts. Read once."""
    if "ages told" in evidence.memo:
        return evidence.memo["ages told"]
    found: dict[str, set[str]] = evidence.memo.setdefault("ages told", {})
    for study, age in evidence.tables["cohorts"][["study_id", "age_group"]].itertuples(
        index=False, name=None
    ):
        if age != UNSAID:
            found.setdefault(study, set()).add(age)
    return found


def _nested(evidence: Evidence) -> list[PooledResult]:
    """Results of several definitions that are pooled under one name."""
    return [one for one in pooled_results(evidence) if one.table == "outcomes" and len(one.codes) > 1]


def is_widest(evidence: Evidence, plan: Plan) -> bool:
    """Whether a pool takes of each study the widest definition of its result."""
    return plan.kind != PRIMARY and plan.place.what in {one.result_id for one in _nested(evidence)}


def _is_asked(evidence: Evidence, plan: Plan, row: dict) -> bool:
    """Whether a row counts by the definition of a pool."""
    return row["outcome"] == plan.place.what or is_widest(evidence, plan)


def _nearness(evidence: Evidence, plan: Plan, row: dict) -> tuple:
    """Of a study's counts that of all its patients comes first, then that of the definition, then of most."""
    whole = row["base"] == plan.place.base and not row["part_of"]
    return (
        whole,
        _is_asked(evidence, plan, row),
        row["c_age_group"] == plan.place.age,
        _patients(row),
        row["row_id"],
    )


def _patients(row: dict) -> int:
    return max((int(row[name]) for name in ("total", "c_n_enrolled") if not pd.isna(row[name])), default=0)


def _keep(evidence: Evidence, plan: Plan, row: dict, told: str) -> KeptOut:
    reason = _reason(evidence, plan, row)
    # Without a reason of its own they are in the pool by another study.
    patients = _patients(row) if reason and row["c_age_group"] != UNSAID else 0
    words = reason or told or "patients of another study"
    return KeptOut(str(row["name"]).split(":")[0], _value(row), words, row["care"], patients)


def _reason(evidence: Evidence, plan: Plan, row: dict) -> str:
    """Why a count is not in a pool whatever else is; '' where another count came before it."""
    if not row["care"]:
        return NO_CARE
    if reason := bar(row, "widest"):
        return reason
    if row["c_age_group"] == UNSAID != plan.place.age:
        return "age not reported"
    if row["c_age_group"] != plan.place.age:
        return f"{evidence.label('cohorts', 'age_group', row['c_age_group'])} together"
    words = evidence.label("outcomes", "outcome", row["outcome"])
    return "" if _is_asked(evidence, plan, row) else f"counted as {words}"


def _value(row: dict) -> str:
    """'33/65' or '65%', whichever is reported."""
    if not pd.isna(row["events"]) and not pd.isna(row["total"]):
        return f"{row['events']}/{row['total']}"
    return "" if pd.isna(row["percent_reported_pct"]) else f"{row['percent_reported_pct']}%"


def larger_kept_out(
    evidence: Evidence, result: PooledResult, plan: Plan, place: tuple[str, ...], largest: Entry
) -> bool:
    """Whether a larger study than the largest of a plan is not in it: the smaller must not stand for all.

    The rules keep it out, or it counts the same step by a code not pooled, as transplant in remission.
    """
    by_rule = (evidence.row(row_id) for row_id, _, _ in plan.left_out)
    return any(
        evidence.cohort_studies[row["cohort_id"]] != largest.study_id
        and _tells_of(evidence, row) > largest.total
        for row in chain(by_rule, _of_another_kind(evidence, result, place))
    )


def _of_another_kind(evidence: Evidence, result: PooledResult, place: tuple[str, ...]) -> Iterator[Mapping]:
    """Counts of all patients of a population by codes of a result's steps that it does not count."""
    if result.table != "outcomes":
        return
    field = evidence.package.field("outcomes", "outcome")
    steps = {field.step(code) for code in result.codes} - {""}
    for row in own_families(evidence, with_cohorts(evidence, "outcomes")):
        if (
            field.step(row["outcome"]) in steps
            and row["outcome"] not in result.codes
            and base_of(evidence, row["denominator"]) == EVERYONE
            and tuple(row[name] for name in WHERE[1:]) == place
            and not pd.isna(row["events"])
        ):
            yield row


def _tells_of(evidence: Evidence, row: Mapping) -> int:
    """Patients a row tells of; of its whole cohort where their number is not printed with it."""
    if not pd.isna(row["total"]):
        return int(row["total"])
    return cohort_sizes(evidence).get(row["cohort_id"], 0)
