"""Parts of the evidence: a regimen class, its own regimens or those beside them, a clinical setting."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import replace

import pandas as pd
from pybtex.database import BibliographyData

from livingreview.evidence.names import find_mentioned
from livingreview.evidence.package import Evidence, read_package, records, split_ids

# Tables of which no chapter of a class shows anything.
OF_THE_WHOLE = (
    "glossary",
    "questions",
    "strategies",
    "searches",
    "records",
    "hits",
    "reasons",
    "pairs",
    "screening",
    "departures",
    "former_ids",
    "watches",
    "trials",
    "trial_events",
    "expected",
    "rule_changes",
    "extraction_agreement",
    "proposals",
    "reporting_items",
)
# Tables whose rows belong to a cohort.
OF_COHORTS = (
    "outcomes",
    "survival",
    "adverse_events",
    "characteristics",
    "patient_timeline",
    "figures",
    "cohorts",
)


def load_class(class_id: str, root: str | os.PathLike | None = None) -> Evidence:
    """The part of the evidence that belongs to one regimen class; see `select_class`."""
    sys.audit("livingreview.slice", f"class:{class_id}")
    return select_class(read_package(root), class_id)


def select_class(evidence: Evidence, class_id: str) -> Evidence:
    """The part of the evidence that belongs to one regimen class.

    A cohort belongs to the class of its regimen; one without a regimen where its report's regimens do.
    Rows of a cohort go with it, rows without a cohort with their report.

    Raises
    ------
    KeyError
        If no class has that id.
    """
    if (name := f"class:{class_id}") not in evidence.memo:
        evidence.memo[name] = _select_class(evidence, class_id)
    return evidence.memo[name]


def _select_class(evidence: Evidence, class_id: str) -> Evidence:
    classes = evidence.table("regimen_classes")
    if class_id not in set(classes["class_id"]):
        msg = f"no regimen class {class_id!r}; there are {', '.join(classes['class_id'])}"
        raise KeyError(msg)
    regimens, cohorts = evidence.table("regimens"), evidence.table("cohorts")
    own = regimens.loc[
        regimens["regimen_id"].isin(evidence.families.index[evidence.families["class_id"].eq(class_id)])
    ]
    reports = set(own["report_id"])
    in_class = cohorts["regimen_id"].isin(own["regimen_id"])
    adrift = cohorts["regimen_id"].isna() & cohorts["report_id"].isin(reports)
    keep = set(cohorts.loc[in_class | adrift, "cohort_id"])
    rules = {"cohort_id": keep, "report_id": reports, "class_id": {class_id}}
    tables = {name: _filter_rows(frame, rules) for name, frame in evidence.tables.items()}
    tables["regimens"] = regimens.loc[regimens["report_id"].isin(reports)]
    tables["studies"] = evidence.tables["studies"].loc[
        lambda frame: frame["study_id"].isin(
            set(tables["cohorts"]["study_id"]) | set(tables["reports"]["study_id"])
        )
    ]
    tables["drugs"] = evidence.tables["drugs"].loc[
        lambda frame: frame["drug_id"].isin(tables["regimen_components"]["drug_id"])
    ]
    # A report may have results in two classes: what judges one goes with it.
    elsewhere = _row_ids(evidence.tables) - _row_ids(tables)
    tables["appraisals"] = tables["appraisals"].loc[lambda frame: ~frame["result"].isin(elsewhere)]
    # What no chapter of a class shows may change without touching it.
    tables |= {name: evidence.tables[name].iloc[:0] for name in OF_THE_WHOLE}
    tables["readings"] = evidence.tables["readings"].loc[
        lambda frame: frame["claim_id"].isin(tables["claims"]["claim_id"])
    ]
    kept = {
        key: evidence.bibliography.entries[key]
        for key in tables["reports"]["report_id"]
        if key in evidence.bibliography.entries
    }
    mentioned = find_mentioned(tables.values(), evidence.report_names)
    named = {key: evidence.report_names[key] for key in sorted(mentioned)}
    return replace(evidence, tables=tables, bibliography=BibliographyData(kept), named=named)


def _row_ids(tables: Mapping[str, pd.DataFrame]) -> set[str]:
    """Addresses of the rows that belong to cohorts."""
    return {row_id for name in OF_COHORTS for row_id in tables[name]["row_id"]}


def select_part(evidence: Evidence, part: str) -> Evidence:
    """The cohorts of a class's ``core`` families, or of those ``beside`` them, with their rows and reports.

    A cohort without a regimen goes where the other cohorts of its report go, to the core where they go
    both ways.
    The control arm of a trial goes with the arm it was randomised against: neither is read alone.
    Claims, discrepancies and appraisals stay with the class as a whole and come with either part.

    Raises
    ------
    ValueError
        If `part` is neither.
    """
    if part not in ("core", "beside"):
        msg = f"no part {part!r}; there are 'core' and 'beside'"
        raise ValueError(msg)
    cohorts = evidence.tables["cohorts"]
    parts = cohorts["regimen_id"].map(evidence.families["part"])
    core_reports = set(cohorts.loc[parts.eq("core"), "report_id"]) or set(cohorts["report_id"])
    parts = parts.where(
        parts.notna(), cohorts["report_id"].isin(core_reports).map({True: "core", False: "beside"})
    )
    own = set(cohorts.loc[parts.eq(part), "regimen_id"].dropna())
    kept = cohorts.loc[_with_controls(cohorts, parts).eq(part)]
    tables = dict(evidence.tables)
    for name in OF_COHORTS:
        frame = tables[name]
        tables[name] = frame.loc[
            frame["cohort_id"].isin(kept["cohort_id"]) | (frame["cohort_id"].isna() & (part == "core"))
        ]
    regimens = tables["regimens"]
    other = set(evidence.families.index) - set(evidence.families.index[evidence.families["part"].eq(part)])
    tables["regimens"] = (
        regimens.loc[~regimens["regimen_id"].isin(other)]
        if part == "core"
        else regimens.loc[regimens["regimen_id"].isin(own)]
    )
    reports = set(kept["report_id"]) | set(
        tables["regimens"].loc[tables["regimens"]["regimen_id"].isin(evidence.families.index), "report_id"]
    )
    tables["reports"] = tables["reports"].loc[tables["reports"]["report_id"].isin(reports)]
    return replace(evidence, tables=tables, named=evidence.report_names)


def setting_codes(setting: Mapping) -> dict[str, set[str]]:
    """Which codes of disease, setting and age group a row of ``settings.csv`` takes in."""
    return {column: set(split_ids(setting[f"{column}s"])) for column in ("disease", "setting", "age_group")}


def select_setting(evidence: Evidence, setting_id: str) -> Evidence:
    """The cohorts of one clinical setting of ``settings.csv``, with their results and reports.

    Of patients of whom some belong to another setting, and whose report tells both parts, the part alone.

    Raises
    ------
    KeyError
        If there is no such setting, though there are others.
    """
    settings = {row["setting_id"]: row for row in records(evidence.tables["settings"])}
    if settings and setting_id not in settings:
        msg = f"no setting {setting_id!r}; there are {', '.join(settings)}"
        raise KeyError(msg)
    cohorts = evidence.tables["cohorts"]
    mask = pd.Series(bool(settings), index=cohorts.index)  # a review may do without settings: nothing then
    all_codes = {name: setting_codes(row) for name, row in settings.items()}
    own = all_codes.pop(setting_id, {})
    for column, codes in own.items():
        mask &= cohorts[column].isin(codes)
    others = (codes["setting"] for codes in all_codes.values())
    parted = _parted(cohorts, own.get("setting", set()), set().union(*others))
    kept = cohorts.loc[mask & ~cohorts["cohort_id"].isin(parted)]
    tables = dict(evidence.tables)
    for name in OF_COHORTS:
        tables[name] = tables[name].loc[lambda frame: frame["cohort_id"].isin(kept["cohort_id"])]
    tables["reports"] = tables["reports"].loc[lambda frame: frame["report_id"].isin(kept["report_id"])]
    tables["findings"] = tables["findings"].loc[lambda frame: frame["setting_id"].eq(setting_id)]
    return replace(evidence, tables=tables, named=evidence.report_names)


def _parted(cohorts: pd.DataFrame, here: set[str], elsewhere: set[str]) -> set[str]:
    """Cohorts that are made up of parts in a setting and parts in another, as of first and later relapse."""
    size = cohorts["n_enrolled"].fillna(cohorts["n_evaluable"]).astype("Float64")
    sizes = dict(zip(cohorts["cohort_id"], size, strict=True))
    found = set()
    for whole, parts in (
        cohorts.assign(size=size).dropna(subset="parent_cohort_id").groupby("parent_cohort_id")
    ):
        inside, outside = parts["setting"].isin(here), parts["setting"].isin(elsewhere - here)
        if inside.any() and outside.any() and parts.loc[inside | outside, "size"].sum() == sizes[whole]:
            found.add(str(whole))
    return found


def _with_controls(cohorts: pd.DataFrame, parts: pd.Series) -> pd.Series:
    """The part of each cohort, that of a control arm and of its parts being that of the experimental arm."""
    trial = list(zip(cohorts["report_id"], cohorts["study_id"], strict=True))
    arms = dict(zip(cohorts["cohort_id"], cohorts["arm"], strict=True))
    controls = {cohort for cohort, arm in arms.items() if not pd.isna(arm) and arm == "control"}
    against = {
        place: part
        for place, arm, part in zip(trial, cohorts["arm"], parts, strict=True)
        if not pd.isna(arm) and arm == "experimental"
    }
    return pd.Series(
        [
            against.get(place, part) if {cohort, parent} & controls else part
            for place, cohort, parent, part in zip(
                trial, cohorts["cohort_id"], cohorts["parent_cohort_id"], parts, strict=True
            )
        ],
        index=cohorts.index,
        dtype=parts.dtype,
    )


def _filter_rows(frame: pd.DataFrame, rules: dict[str, set]) -> pd.DataFrame:
    mask = pd.Series(True, index=frame.index)
    if "cohort_id" in frame:
        mask &= frame["cohort_id"].isin(rules["cohort_id"]) | frame["cohort_id"].isna()
    if "report_id" in frame:
        mask &= frame["report_id"].isin(rules["report_id"])
    elif "class_id" in frame:
        mask &= frame["class_id"].isin(rules["class_id"])
    return frame.loc[mask]
