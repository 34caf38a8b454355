"""Shared by the table and chart builders: strata, cohort names, missing cells."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from livingreview.evidence import Evidence
from livingreview.html import link

NOT_REPORTED = "not reported"


def text(value, missing: str = "") -> str:
    """A cell as text; `missing` where it is empty."""
    return missing if pd.isna(value) else str(value)


def capitalise(words: str) -> str:
    """First letter upper case, the rest as it is (so 'MRD' stays)."""
    return words[:1].upper() + words[1:]


def report_link(report_id: str):
    """Link to a report's page."""
    return link(report_id, f"reports/{report_id}.html")


def with_cohorts(evidence: Evidence, table: str) -> pd.DataFrame:
    """Rows of a table joined with their cohort's label, disease, setting and age group (``c_`` columns)."""
    columns = ["cohort_id", "label", "disease", "setting", "age_group", "n_enrolled", "regimen_id", "parent_cohort_id"]
    cohorts = evidence.tables["cohorts"][columns].rename(columns={name: f"c_{name}" for name in columns if name != "cohort_id"})
    joined = evidence.tables[table].merge(cohorts, on="cohort_id", how="left", validate="many_to_one")
    families = evidence.families[["name", "position"]]
    joined["c_family"] = joined["c_regimen_id"].map(families["name"]).fillna("Several regimens, or none entered")
    joined["c_family_position"] = joined["c_regimen_id"].map(families["position"]).fillna(99).astype(int)
    return joined


def stratum_name(evidence: Evidence, disease, setting, age_group) -> str:
    """'AML, relapsed or refractory, adults': what may stand side by side."""
    names = [evidence.label("cohorts", column, code) for column, code in (("disease", disease), ("setting", setting), ("age_group", age_group))]
    return ", ".join(names[:2] if age_group == "not_reported" else names)


def iterate_strata(evidence: Evidence, frame: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """(name, rows) per family of regimens, disease, setting and age group, largest first in each family; strata are never mixed in one table or panel."""
    if frame.empty:
        return
    groups = frame.groupby(["c_family_position", "c_family", "c_disease", "c_setting", "c_age_group"])
    order = groups["c_n_enrolled"].sum().fillna(0).reset_index(name="patients").sort_values(["c_family_position", "c_family", "patients"], ascending=[True, True, False], kind="stable")
    for _, family, *stratum in order.drop(columns="patients").itertuples(index=False):
        # By index, not by the group itself: rows keep the order they came in.
        part = groups.get_group((_, family, *stratum))
        yield f"{family}: {stratum_name(evidence, *stratum)}", frame.loc[frame.index.isin(part.index)]


def study_name(evidence: Evidence, cohort_id: str) -> str:
    """Short name of the study a cohort belongs to."""
    return str(evidence.study_names[cohort_id])


def in_declared_order(evidence: Evidence, frame: pd.DataFrame, table: str, column: str) -> pd.DataFrame:
    """Rows in the order in which the schema declares the codes of a column, otherwise as they stood."""
    order = list(evidence.package.tables[table].field(column).labels)
    rank = frame[column].map({code: i for i, code in enumerate(order)})
    return frame.iloc[rank.argsort(kind="stable")]
