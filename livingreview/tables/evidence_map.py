"""Where there is evidence at all: a table of classes and strata, its cells shaded by the patients in them."""

from __future__ import annotations

import pandas as pd

from livingreview.display.html import Column, Fragment, HtmlTable, Row, fold
from livingreview.display.numbers import make_figure
from livingreview.evidence import Evidence, records
from livingreview.tables.common import capitalise, group_by, in_declared_order, stratum_name

NOTE = "Patients in included reports on the class's own regimens; a study reported several times counts once, with its largest number, and of studies that share patients within one place the largest. Evaluable patients where the number enrolled is not printed. An empty place means that no report has been entered, not that none exists; a question mark, that the number of patients is not printed."
STRATUM = ("disease", "setting", "age_group")
DARKEST = 40  # percent of the accent's colour behind the largest number: words on it keep their contrast


def tabulate_evidence_map(evidence: Evidence, *, title: str) -> Fragment:
    """Patients and studies per class and stratum (disease, setting, age group), with the cohorts they come from in a folded table.

    Counts whole cohorts of included reports on the classes' own regimens; an empty place is a gap, not a zero.
    """
    classes = (
        evidence.tables["regimen_classes"]
        .sort_values("position")
        .set_index("class_id")["short_title"]
        .to_dict()
    )
    cohorts = _own_cohorts(evidence)
    for column in reversed(STRATUM):
        cohorts = in_declared_order(evidence, cohorts, "cohorts", column)
    groups, filled = [], []
    for disease, of_disease in group_by(cohorts, "disease").items():
        rows = []
        for (setting, age_group), part in group_by(of_disease, "setting", "age_group").items():
            by_class = group_by(
                [row | {"class_id": evidence.families["class_id"][row["regimen_id"]]} for row in part],
                "class_id",
            )
            cells = {
                class_id: _cell(evidence, by_class[class_id]) for class_id in classes if class_id in by_class
            }
            filled += [
                (f"{classes[class_id]}; {stratum_name(evidence, disease, setting, age_group)}", cell)
                for class_id, cell in cells.items()
            ]
            rows.append(
                {
                    "stratum": _short(evidence, setting, age_group),
                    "cells": [cells.get(class_id) for class_id in classes],
                }
            )
        groups.append({"disease": capitalise(evidence.label("cohorts", "disease", disease)), "rows": rows})
    most = max((cell["count"] for _, cell in filled), default=0) or 1
    for _, cell in filled:
        cell["shade"] = round(DARKEST * (cell["count"] / most) ** 0.5)
    body = [
        Row([name, [make_figure(evidence, row) for row in cell["cohorts"]], cell["what"]])
        for name, cell in filled
    ]
    table = HtmlTable(
        f"{title}: the cohorts",
        [Column("Class and stratum"), Column("Patients of each cohort", True), Column("In all")],
        body,
    )
    return Fragment(
        "evidence_map.html.j2",
        {
            "title": title,
            "classes": list(classes.values()),
            "groups": groups,
            "note": NOTE,
            "table": fold(table),
        },
        f"[{title}: {len(filled)} places with evidence]",
    )


def _short(evidence: Evidence, setting: str, age_group: str) -> str:
    words = evidence.label("cohorts", "setting", setting)
    return capitalise(
        words
        if age_group == "not_reported"
        else f"{words}, {evidence.label('cohorts', 'age_group', age_group)}"
    )


def _cell(evidence: Evidence, cohorts: list[dict]) -> dict:
    patients, studies = count_patients(evidence, cohorts), len(group_by(cohorts, "study_id"))
    number = (
        f"{patients} patient{'s' if patients != 1 else ''}" if patients else "number of patients not printed"
    )
    return {
        "cohorts": cohorts,
        "count": patients,
        "patients": patients or "?",
        "what": f"{number}, {studies} stud{'ies' if studies != 1 else 'y'}",
    }


def _own_cohorts(evidence: Evidence) -> list[dict]:
    core = set(evidence.families.index[evidence.families["part"].eq("core")])
    cohorts = evidence.tables["cohorts"]
    return [
        row
        for row in records(cohorts.loc[cohorts["parent_cohort_id"].isna()])
        if row["regimen_id"] in core and row["report_id"] in evidence.included
    ]


def count_patients(evidence: Evidence, cohorts: list[dict]) -> int:
    """Patients of some whole cohorts; where the number enrolled is not printed, those evaluable.

    A study reported several times counts once, with its largest number, and of studies that share patients the largest alone.
    """
    sizes = {
        study: max(
            (
                int(size)
                for row in same
                if not pd.isna(
                    size := row["n_evaluable"] if pd.isna(row["n_enrolled"]) else row["n_enrolled"]
                )
            ),
            default=0,
        )
        for study, same in group_by(cohorts, "study_id").items()
    }
    kept: list[str] = []
    for study in sorted(sizes, key=lambda study: -sizes[study]):
        if not evidence.overlaps[study].intersection(kept):
            kept.append(study)
    return sum(sizes[study] for study in kept)
