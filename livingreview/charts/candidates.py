"""Which counts of a group of outcomes may stand for a study in a forest, and in words which may not."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from livingreview.charts.labels import population_of
from livingreview.charts.selection import main_direction
from livingreview.evidence import Evidence
from livingreview.tables.choice import kinship
from livingreview.tables.common import study_name
from livingreview.tables.counts import EVERYONE, LEAST_PATIENTS, SINGLE, base_of, study_cares
from livingreview.tables.outcomes import select_outcomes

LEAST_WORDS = {LEAST_PATIENTS: "five"}


def candidates(evidence: Evidence, group: str, least: int) -> list[dict]:
    """Rows that may stand for a study: of the group's direction, told of a cohort of some size, no case.

    No control arm of what a class asks about: it stands in the figure of randomised comparisons.
    """
    return [
        row
        for row in _eligible(evidence, group, _told(evidence, group))
        if not _is_own_control(evidence, row) and not _is_small(row, least)
    ]


def _is_own_control(evidence: Evidence, row: Mapping) -> bool:
    return kinship(evidence).arm(row["cohort_id"]) == "control" and row["c_part"] != "beside"


def _is_small(row: Mapping, least: int) -> bool:
    return not pd.isna(row["total"]) and row["total"] < least


def say_left_out(evidence: Evidence, group: str, least: int) -> str:
    """Which rows a rule keeps out of figure and table, where it keeps any out."""
    told = _told(evidence, group)
    rows = _eligible(evidence, group, told)
    words = ""
    if any(_is_own_control(evidence, row) for row in rows):
        words += " Control arms in trials of these drugs are shown in randomised comparisons alone."
    if any(_is_small(row, least) for row in rows):
        words += f" Counts of fewer than {LEAST_WORDS.get(least, least)} patients are left out."
    if parts := _studies_of_parts(evidence, told, rows):
        words += f" Told of subgroups alone, and so among all results only: {', '.join(parts)}."
    return words


def _studies_of_parts(evidence: Evidence, told: list[dict], eligible: list[dict]) -> list[str]:
    """Studies of the class's own regimens whose results, of those told, are of subgroups alone."""
    whole_told = {evidence.cohort_studies[row["cohort_id"]] for row in eligible}
    return sorted(
        {
            study_name(evidence, row["cohort_id"])
            for row in told
            if row["c_part"] == "core"
            and row["base"] == "subgroup"
            and evidence.cohort_studies[row["cohort_id"]] not in whole_told
            and not _is_own_control(evidence, row)
        }
    )


def _told(evidence: Evidence, group: str) -> list[dict]:
    """Rows of a group's direction with a value, of no single case."""
    field, cares = evidence.package.field("outcomes", "outcome"), study_cares(evidence)
    way = main_direction(field, group)
    return [
        row | {"base": base_of(evidence, row["denominator"]), "population": population_of(evidence, row)}
        for row in select_outcomes(evidence, group)
        if field.direction(row["outcome"]) == way
        and row["c_class"]
        and cares[evidence.cohort_studies[row["cohort_id"]]] != SINGLE
        and not ((pd.isna(row["events"]) or pd.isna(row["total"])) and pd.isna(row["percent_reported_pct"]))
    ]


def _eligible(evidence: Evidence, group: str, told: list[dict]) -> list[dict]:
    """Of the rows told those of no part; control arms and small groups too."""
    of_all = evidence.package.field("outcomes", "outcome").rule(group).whole
    return [
        row
        for row in told
        if row["base"] != "subgroup" and (row["base"] in (EVERYONE, "unknown") or not of_all)
    ]
