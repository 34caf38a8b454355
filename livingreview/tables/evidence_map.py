"""Where there is evidence at all: a table of classes and strata, its cells shaded by the patients in them."""

from __future__ import annotations

import pandas as pd

from livingreview.display.html import Column, Fragment, HtmlTable, Row, fold
from livingreview.display.marks import Figure
from livingreview.display.numbers import make_figure
from livingreview.evidence import UNSAID, Evidence, records
from livingreview.tables.choice import choose_counts, kinship
from livingreview.tables.common import capitalise, group_by, in_declared_order, say_studies, stratum_name
from livingreview.tables.counts import SECONDARY

OTHER_COUNT = (
    "The summary of findings counts option by option and setting by setting, so its numbers of patients "
    "differ from these. "
)
NOTE = (
    "Patients in included reports on the class's own regimens; "
    "within a cell a study reported several times counts once, "
    "with its largest number or the sum of cohorts that share no patient, "
    "and of studies that share patients in one place the largest: the others are not counted as studies. "
    "Randomisations of one trial count as studies of their own. "
    "A study may stand in several rows, so rows are not to be added up. "
    "Evaluable patients where the number enrolled is not reported. "
    f"{OTHER_COUNT}"
    "A blank means that no such report was included, not that none exists."
)
UNKNOWN = " A question mark: the number of patients is not reported."
STRATUM = ("disease", "setting", "age_group")
DARKEST = 40  # percent of the accent's colour behind the largest number: words on it keep their contrast


def tabulate_evidence_map(evidence: Evidence, *, title: str) -> Fragment:
    """Patients and studies per class and stratum, with the cohorts they come from in a folded table.

    Counts whole cohorts of included reports on the classes' own regimens, and arms of their trials. An empty
    place is a gap, no zero.
    """
    frame = evidence.tables["regimen_classes"].sort_values("position")
    classes = frame.set_index("class_id")["short_title"].to_dict()
    groups = _count_by_stratum(evidence, classes)
    filled = [cell for group in groups for row in group["rows"] for cell in row["cells"] if cell]
    most = max((cell["count"] for cell in filled), default=0) or 1
    for cell in filled:
        cell["shade"] = round(DARKEST * (cell["count"] / most) ** 0.5)
    values = {
        "title": title,
        "classes": list(classes.values()),
        "groups": groups,
        "note": NOTE if all(cell["count"] for cell in filled) else NOTE + UNKNOWN,
        "table": fold(cohort_table(evidence, filled, f"{title}: the cohorts")),
    }
    return Fragment("evidence_map.html.j2", values, f"[{title}: {len(filled)} places with evidence]")


def _count_by_stratum(evidence: Evidence, classes: dict[str, str]) -> list[dict]:
    """The map's rows under their diseases, each with one cell a class, None where there is no cohort."""
    cohorts = own_cohorts(evidence)
    for column in reversed(STRATUM):
        cohorts = in_declared_order(evidence, cohorts, "cohorts", column)
    groups = []
    for disease, of_disease in group_by(cohorts, "disease").items():
        rows = []
        for (setting, age_group), part in group_by(of_disease, "setting", "age_group").items():
            stratum = stratum_name(evidence, disease, setting, age_group)
            by_class = group_by(part, "class_id")
            cells = [
                _cell(evidence, f"{words}; {stratum}", by_class[class_id]) if class_id in by_class else None
                for class_id, words in classes.items()
            ]
            rows.append({"stratum": _short(evidence, setting, age_group), "cells": cells})
        groups.append({"disease": capitalise(evidence.label("cohorts", "disease", disease)), "rows": rows})
    return groups


def own_cohorts(evidence: Evidence) -> list[dict]:
    """Cohorts of included reports on the classes' own regimens, with their class, each once in its place.

    A part counts where no cohort around it has a regimen of the class: an arm of a randomised trial, one of
    the regimens of a report on several.
    """
    own = evidence.families.loc[evidence.families["part"].eq("core"), "class_id"].to_dict()
    cohorts = {
        row["cohort_id"]: row | {"class_id": own[row["regimen_id"]]}
        for row in records(evidence.tables["cohorts"])
        if row["regimen_id"] in own and row["report_id"] in evidence.included
    }
    kin = kinship(evidence)
    return [row for name, row in cohorts.items() if not any(above in cohorts for above in kin.line(name)[1:])]


def _short(evidence: Evidence, setting: str, age_group: str) -> str:
    columns = {"setting": setting} | ({} if age_group == UNSAID else {"age_group": age_group})
    return capitalise(", ".join(evidence.label("cohorts", column, code) for column, code in columns.items()))


def _cell(evidence: Evidence, name: str, cohorts: list[dict]) -> dict:
    studies, patients, _ = count_once(evidence, cohorts)
    number = (
        f"{patients} patient{'s' if patients != 1 else ''}" if patients else "number of patients not reported"
    )
    return {
        "name": name,
        "cohorts": cohorts,
        "count": patients,
        "patients": patients or "?",
        "what": f"{number}, {say_studies(studies)}",
    }


def count_once(evidence: Evidence, cohorts: list[dict]) -> tuple[int, int, bool]:
    """Studies and patients of whole cohorts, each patient once, and whether every number is known.

    Those evaluable where no more is printed.

    A study reported several times counts once, with its largest number or with those of cohorts that share
    no patient (of a randomised trial its arms, or a cohort across them). Of studies that share patients those
    count that are the most, two trials rather than an analysis that joins them, else the largest. Reviews and
    comparisons across trials treat no patient of their own and are no studies here.
    """
    cares = evidence.package.field("studies", "design").groups
    own = [row for row in cohorts if cares.get(evidence.study_designs[row["study_id"]]) != SECONDARY]
    chosen, _ = choose_counts(evidence, own, alike=_everyone, size=cohort_size)
    kin = kinship(evidence)
    studies: dict[str, dict[bool, int]] = {}
    for choice in chosen:
        of_arms = bool(kin.arm(choice.rows[0]["cohort_id"]))
        told = studies.setdefault(choice.study_id, {})
        told[of_arms] = told.get(of_arms, 0) + choice.size
    sizes = [max(told.values()) for told in studies.values()]
    # A report may tell how many had one of its regimens, and not how many had another.
    told = {(row["report_id"], row["regimen_id"]) for choice in chosen for row in choice.rows}
    reports = {report for report, _ in told}
    unsized = [
        row
        for row in own
        if not cohort_size(row)
        and row["report_id"] in reports
        and (row["report_id"], row["regimen_id"]) not in told
    ]
    return len(sizes), sum(sizes), all(sizes) and not unsized


def _everyone(_cohort: dict) -> bool:
    """Patients are patients: cohorts without one in common are added up whatever was done with them."""
    return True


def cohort_size(cohort: dict) -> int:
    """Patients of one cohort; 0 where their number is not printed."""
    size = cohort["n_evaluable"] if pd.isna(cohort["n_enrolled"]) else cohort["n_enrolled"]
    return 0 if pd.isna(size) else int(size)


def cohort_table(evidence: Evidence, cells: list[dict], caption: str) -> HtmlTable:
    """Cells of a map (`name`, `cohorts`, `what`) as rows, each with the patients of its cohorts.

    Of a cohort whose number enrolled is not printed those evaluable, called so.
    """

    def write(row: dict) -> Figure:
        size = cohort_size(row)
        return make_figure(
            evidence, row, f"{size} evaluable" if size and pd.isna(row["n_enrolled"]) else None
        )

    columns = [Column("Class and stratum"), Column("Patients of each cohort", True), Column("In all")]
    rows = [Row([cell["name"], [write(row) for row in cell["cohorts"]], cell["what"]]) for cell in cells]
    return HtmlTable(caption, columns, rows)
