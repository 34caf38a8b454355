"""What both arms of a randomised trial show of an end point, next to its ratio."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from livingreview.display.numbers import format_fixed, format_number, write_printed
from livingreview.evidence import Evidence, records
from livingreview.tables.arms import Arms


def survival_of_arms(by_cohort: Mapping, trial: Arms, endpoint: str) -> tuple[Mapping, ...]:
    """An end point in both arms by one report; () where it tells of none or one."""
    found = [
        _survival_row([row for row in by_cohort.get(arm["cohort_id"], ()) if row["endpoint"] == endpoint])
        for arm in (trial.experimental, trial.control)
    ]
    return tuple(row for row in found if row is not None) if None not in found else ()


def counts_of_arms(evidence: Evidence, trial: Arms, endpoint: str) -> tuple[Mapping, ...]:
    """How many of both arms were free of an end point, where no survival is printed; () where not told."""
    if not (step := evidence.package.field("survival", "endpoint").step(endpoint)):
        return ()
    field = evidence.package.field("outcomes", "outcome")
    counted = {
        row["cohort_id"]: row
        for row in records(evidence.tables["outcomes"])
        if field.step(row["outcome"]) == step and not pd.isna(row["events"]) and not pd.isna(row["total"])
    }
    arms = [counted.get(arm["cohort_id"]) for arm in (trial.experimental, trial.control)]
    return tuple(row for row in arms if row is not None) if None not in arms else ()


def _survival_row(rows: Sequence[Mapping]) -> Mapping | None:
    """What stands for an arm's survival: the median, else the latest landmark."""
    medians = [row for row in rows if row["statistic"] == "median" and row["unit"] == "months"]
    landmarks = [row for row in rows if row["statistic"] == "landmark" and row["unit"] == "pct"]
    return next(iter(medians or sorted(landmarks, key=lambda row: -row["time_months"])), None)


def survival_words(row: Mapping) -> str:
    """An arm's survival in a few characters, or how many were free of the end point."""
    if "statistic" not in row:
        return f"{count_words(row)} free"
    if row["statistic"] == "median":
        return f"{write_printed(row, row['estimate'])} mo"
    months = float(row["time_months"])
    when = f"{format_number(months / 12)} y" if months % 12 == 0 else f"{format_number(months)} mo"
    return f"{format_fixed(row['estimate'], 0)}% at {when}"


def count_words(row: Mapping) -> str:
    """A count as reported, its percentage where there is none, a dash where neither is."""
    if pd.isna(row["events"]) or pd.isna(row["total"]):
        return "–" if pd.isna(row["percent_reported_pct"]) else f"{row['percent_reported_pct']}%"
    return f"{row['events']}/{row['total']}"
