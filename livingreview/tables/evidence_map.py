"""Where there is evidence at all: a table of classes and strata, its cells shaded by the patients in them."""

from __future__ import annotations

import pandas as pd

from livingreview.evidence import Evidence, records, split_ids
from livingreview.html import Column, Fragment, HtmlTable, Row, fold
from livingreview.numbers import make_figure
from livingreview.tables.common import capitalise, group_by, in_declared_order, stratum_name

NOTE = "Patients in included reports on the class's own regimens; a study reported several times counts once, with its largest number, and of studies that share patients within one place the largest. Evaluable patients where the number enrolled is not printed. An empty place means that no report has been entered, not that none exists; a question mark, that the number of patients is not printed."
STRATUM = ("disease", "setting", "age_group")
DARKEST = 40  # percent of the accent's colour behind the largest number: words on it keep their contrast


def tabulate_evidence_map(evidence: Evidence, *, title: str) -> Fragment:
    """Patients and studies per class and stratum (disease, setting, age group), with the cohorts they come from in a folded table.

    Counts whole cohorts of included reports on the classes' own regimens; an empty place is a gap, not a zero.
    """
    classes = evidence.tables["regimen_classes"].sort_values("position").set_index("class_id")["short_title"].to_dict()
    cohorts = _own_cohorts(evidence)
    for column in reversed(STRATUM):
        cohorts = in_declared_order(evidence, cohorts, "cohorts", column)
    groups = []
    for disease, of_disease in group_by(cohorts, "disease").items():
        rows = []
        for (setting, age_group), part in group_by(of_disease, "setting", "age_group").items():
            places = {class_id: [row for row in part if evidence.families["class_id"][row["regimen_id"]] == class_id] for class_id in classes}
            rows.append({"stratum": stratum_name(evidence, disease, setting, age_group), "short": _short(evidence, setting, age_group), "places": places})
        groups.append({"disease": capitalise(evidence.label("cohorts", "disease", disease)), "rows": rows})
    filled = [(f"{classes[class_id]}; {row['stratum']}", place) for group in groups for row in group["rows"] for class_id, place in row["places"].items() if place]
    most = max((count_patients(place) for _, place in filled), default=0) or 1
    for group in groups:
        for row in group["rows"]:
            row["cells"] = [_cell(place, most) if place else None for place in row["places"].values()]
    body = [Row([name, [make_figure(evidence, row) for row in place], _words(place)]) for name, place in filled]
    table = HtmlTable(f"{title}: the cohorts", [Column("Class and stratum"), Column("Patients of each cohort", True), Column("In all")], body)
    return Fragment("evidence_map.html.j2", {"title": title, "classes": list(classes.values()), "groups": groups, "note": NOTE, "table": fold(table)}, f"[{title}: {len(filled)} places with evidence]")


def _short(evidence: Evidence, setting: str, age_group: str) -> str:
    words = evidence.label("cohorts", "setting", setting)
    return capitalise(words if age_group == "not_reported" else f"{words}, {evidence.label('cohorts', 'age_group', age_group)}")


def _cell(place: list[dict], most: int) -> dict:
    patients = count_patients(place)
    return {"patients": patients or "?", "what": _words(place), "shade": round(DARKEST * (patients / most) ** 0.5)}


def _own_cohorts(evidence: Evidence) -> list[dict]:
    reports = evidence.tables["reports"]
    included = set(reports.loc[reports["status"].eq("included"), "report_id"])
    core = set(evidence.families.index[evidence.families["part"].eq("core")])
    cohorts = evidence.tables["cohorts"]
    overlaps = dict(zip(evidence.tables["studies"]["study_id"], evidence.tables["studies"]["overlaps_with"]))
    return [row | {"overlaps": split_ids(overlaps[row["study_id"]])} for row in records(cohorts.loc[cohorts["parent_cohort_id"].isna()]) if row["regimen_id"] in core and row["report_id"] in included]


def count_patients(cohorts: list[dict]) -> int:
    """Patients of some whole cohorts; where the number enrolled is not printed, those evaluable.

    A study reported several times counts once, with its largest number, and of studies that share patients the largest alone.
    """
    sizes = {study: max((int(size) for row in same if not pd.isna(size := row["n_evaluable"] if pd.isna(row["n_enrolled"]) else row["n_enrolled"])), default=0)
             for study, same in group_by(cohorts, "study_id").items()}
    overlaps = {row["study_id"]: set(row["overlaps"]) for row in cohorts}
    kept: list[str] = []
    for study in sorted(sizes, key=lambda study: -sizes[study]):
        if not any(study in overlaps[other] or other in overlaps[study] for other in kept):
            kept.append(study)
    return sum(sizes[study] for study in kept)


def _words(place: list[dict]) -> str:
    patients, studies = count_patients(place), len(group_by(place, "study_id"))
    number = f"{patients} patient{'s' if patients != 1 else ''}" if patients else "number of patients not printed"
    return f"{number}, {studies} stud{'ies' if studies != 1 else 'y'}"
