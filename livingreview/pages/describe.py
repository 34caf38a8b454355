"""An evidence row in words: what it is, for the reports' pages and the cards."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pandas as pd

from livingreview.display.numbers import count_words, write_printed
from livingreview.evidence import UNSAID, Evidence
from livingreview.evidence.schema import Field, Table
from livingreview.tables.outcomes import grade_text, says_the_same
from livingreview.tables.reports import age_text

PROVENANCE = (
    "row_id",
    "report_id",
    "locator",
    "as_reported",
    "basis",
    "source_report_id",
    "source_citation",
    "derivation",
    "verification",
    "note",
)
# Columns that a row's description leaves out: they are told as its value, or say nothing to a reader.
HIDDEN = {
    *PROVENANCE,
    "events",
    "total",
    "percent_reported_pct",
    "ci_high_reported_pct",
    "estimate",
    "value",
    "dose",
    "dose_unit",
    "unit",
    "partition",
    "position",
    "ci_low",
    "ci_high",
    "ci_high_open",
    "ci_level",
    "value_low",
    "value_high",
    "range_low",
    "range_high",
    "plus_minus",
    "n_enrolled",
    "study_id",
    "family_id",
    "parent_cohort_id",
    "grade_max",
    "age_statistic",
    "age_max_years",
}
# How a bare number or word of these columns is said.
PHRASES = {
    "time_months": "at {} months",
    "cycle_length_days": "cycle of {} days",
    "max_cycles": "at most {} cycles",
    "doses_per_day": "{} doses a day",
    "days": "days {}",
    "block": "block {}",
    "n_evaluable": "{} evaluable",
    "follow_up_median_months": "median follow-up {} months",
    "follow_up_min_months": "shortest follow-up {} months",
    "follow_up_max_months": "longest follow-up {} months",
}


def describe_row(evidence: Evidence, table: Table, row: Mapping, *, without: Collection[str] = ()) -> str:
    """A row's own columns in words, without its value and provenance; what is not reported is left out.

    Nothing is said twice: neither the time by its kind and in words, nor an outcome by a definition that only
    repeats its name. Columns in `without` are left out, too.
    """
    parts = [
        _say(evidence, table, item, row)
        for item in table.fields
        if item.name not in HIDDEN and item.name not in without and _is_told(row[item.name])
    ]
    return "; ".join(dict.fromkeys(words for part in filter(None, parts) for words in part.split("; ")))


def _is_told(cell) -> bool:
    return not pd.isna(cell) and cell != UNSAID


def _is_repeated(evidence: Evidence, table: Table, column: str, row: Mapping) -> bool:
    """Whether another column of a row says the same in its own words."""
    if column == "assessed_at":
        return _is_told(row.get("timepoint", pd.NA))
    if column == "definition" and _is_told(row.get("outcome", pd.NA)):
        return says_the_same(evidence.label(table.name, "outcome", row["outcome"]), row["definition"])
    return False


def _say(evidence: Evidence, table: Table, item: Field, row: Mapping) -> str:
    value, name = row[item.name], item.name
    if _is_repeated(evidence, table, name, row):
        return ""
    if name == "grade_min":
        return grade_text(row)
    if name == "ci_low_reported_pct":
        return f"95% CI {value} to {row['ci_high_reported_pct']}"
    if item.labels:
        return item.label(value)
    if name.endswith("_id"):
        # The row that says what the id stands for tells it by its own name.
        return "" if table.name in ("regimens", "cohorts") else _name_of(evidence, name, value)
    if name in ("age_centre_years", "age_min_years"):
        # Told once, where the first of them is given.
        first = name == "age_centre_years" or pd.isna(row["age_centre_years"])
        return f"age {age_text(evidence, row)} years" if first else ""
    words = evidence.in_words(value) if item.type == "string" else write_printed(row, value)
    return count_words(words, PHRASES.get(name, "{}").format(words))


def _name_of(evidence: Evidence, column: str, code: str) -> str:
    """What a cohort, regimen or drug is called."""
    names = {"cohort_id": "cohort_labels", "regimen_id": "regimen_names", "drug_id": "drug_names"}
    return getattr(evidence, names[column]).get(code, "")
