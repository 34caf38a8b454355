"""How many studies and patients there are of an option in its setting, each counted on one line alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from livingreview.evidence import Evidence, records, setting_codes, split_ids
from livingreview.tables.choice import kinship
from livingreview.tables.evidence_map import cohort_size, count_once


def count_option(evidence: Evidence, setting: Mapping, row: Mapping) -> str:
    """'13 (1202)': studies and patients of an option's families in a setting; '' where they are not told.

    '1 comparison (55)' where its patients are known from comparisons across studies alone.
    """
    narrower = setting if pd.isna(row["age_groups"]) else {**setting, "age_groups": row["age_groups"]}
    cohorts = cohorts_in(evidence, narrower, set(split_ids(row["families"])))
    if not cohorts:
        return ""
    studies, patients, all_told = count_once(evidence, cohorts)
    if not studies:  # patients of comparisons across studies alone, as an external control
        of_each: dict[str, int] = {}
        for cohort in cohorts:
            of_each[cohort["study_id"]] = max(cohort_size(cohort), of_each.get(cohort["study_id"], 0))
        told = sum(of_each.values()) or "not reported"
        return f"{len(of_each)} comparison{'s' if len(of_each) > 1 else ''} ({told})"
    return (
        f"{studies} ({'' if all_told else 'at least '}{patients})"
        if patients
        else f"{studies} (not reported)"
    )


def counted_with(evidence: Evidence, row: Mapping, shown: Sequence[Mapping]) -> str:
    """The option of the setting whose line counts the cohorts of some results; '' for none."""
    regimens = evidence.tables["regimens"].set_index("regimen_id")["family_id"]
    cohorts = evidence.tables["cohorts"].set_index("cohort_id")["regimen_id"]
    families = {regimens.get(cohorts.get(one["cohort_id"])) for one in shown}
    return next(
        (
            other["option"]
            for other in records(evidence.tables["findings"].sort_values("position"))
            if other["setting_id"] == row["setting_id"] and families & set(split_ids(other["families"]))
        ),
        "",
    )


def cohorts_in(evidence: Evidence, setting: Mapping, families: set[str]) -> list[dict]:
    """Whole cohorts of some families of regimens in a setting; of a class's own those in included reports.

    Of a cohort whose report parts it between this setting and another its parts in this one: patients who are
    counted on another page are not counted here as well.
    """
    own = evidence.tables["regimens"]
    regimens = set(own.loc[own["family_id"].isin(families), "regimen_id"])
    core = evidence.families.index[evidence.families["part"].eq("core")]
    codes = setting_codes(setting)
    cohorts = {
        row["cohort_id"]: row
        for row in records(evidence.tables["cohorts"])
        if row["regimen_id"] in regimens
        and (row["regimen_id"] not in core or row["report_id"] in evidence.included)
        and _stands_in(row, codes)
    }
    kin = kinship(evidence)
    whole = [
        row for name, row in cohorts.items() if not any(above in cohorts for above in kin.line(name)[1:])
    ]
    elsewhere = [
        setting_codes(other)
        for other in records(evidence.tables["settings"])
        if other["setting_id"] != setting["setting_id"]
    ]
    parts = [row for row in records(evidence.tables["cohorts"]) if not pd.isna(row["parent_cohort_id"])]
    return [part for row in whole for part in _parts_here(parts, row, codes, elsewhere)]


def _parts_here(
    cohorts: Sequence[dict], whole: dict, codes: Mapping, elsewhere: Sequence[Mapping]
) -> list[dict]:
    """The parts of a cohort in a setting, where with parts of other settings they make the whole; else it."""
    parts = [row for row in cohorts if row["parent_cohort_id"] == whole["cohort_id"]]
    here = [row for row in parts if _stands_in(row, codes)]
    there = [row for row in parts if row not in here and any(_stands_in(row, other) for other in elsewhere)]
    makes_whole = sum(map(cohort_size, here + there)) == cohort_size(whole) > 0
    return here if here and there and makes_whole else [whole]


def _stands_in(cohort: Mapping, codes: Mapping[str, set[str]]) -> bool:
    return all(cohort[column] in allowed for column, allowed in codes.items())
