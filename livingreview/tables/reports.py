"""Tables about the reports: what was read, who was treated, with what, and how good the report is."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

import pandas as pd
from markupsafe import Markup

from livingreview.display.html import Column, Fragment, HtmlTable, Row, Stack, fold, join_tables
from livingreview.display.marks import legend
from livingreview.display.numbers import (
    figures_in,
    fill_figures,
    is_second_hand,
    make_figure,
    write_printed,
)
from livingreview.evidence import Evidence, records, split_ids
from livingreview.tables.cohorts import order_cohorts
from livingreview.tables.common import (
    NOT_REPORTED,
    capitalise,
    identifier_links,
    report_link,
    short_name,
    stratum_name,
    text,
    with_cohorts,
)
from livingreview.tables.counts import SINGLE, study_cares
from livingreview.tables.readings import say_reading

_WHEN = {  # how a date that is not simply printed is told
    "counted": "{} (counted)",
    "approximate": "about {} (counted from a month)",
    "corrected": "{} (printed otherwise)",
}


def tabulate_reports(evidence: Evidence, *, caption: str) -> Stack:
    """The reports, what was seen of each, and the part it plays: those included, and folded the context."""
    reports = evidence.tables["reports"]
    included = reports["status"].eq("included")
    parts: list = []
    if included.any():
        parts.append(_report_table(evidence, reports.loc[included], f"{caption}: included"))
    if not included.all():
        parts.append(fold(_report_table(evidence, reports.loc[~included], f"{caption}: context")))
    return Stack(parts, "No report is entered.")


def _report_table(evidence: Evidence, reports: pd.DataFrame, caption: str) -> HtmlTable:
    columns = [
        Column("Report"),
        Column("Study"),
        Column("Design"),
        Column("Kind; text seen"),
        Column("Why here"),
        Column("Registry"),
    ]
    studies = evidence.tables["studies"].set_index("study_id")
    rows = []
    for row in records(reports):
        study = studies.loc[row["study_id"]]
        rows.append(
            Row(
                [
                    report_link(evidence, row["report_id"]),
                    study["name"],
                    evidence.label("studies", "design", study["design"]),
                    [
                        evidence.label("reports", "kind", row["kind"]),
                        evidence.label("reports", "text_seen", row["text_seen"]),
                    ],
                    evidence.in_words(row["status_reason"]),
                    identifier_links(evidence, row["report_id"], of="registry") or NOT_REPORTED,
                ]
            )
        )
    return HtmlTable(caption, columns, rows)


def tabulate_populations(evidence: Evidence, *, caption: str) -> HtmlTable:
    """The cohorts: disease, setting, age, size, follow-up; whole ones before parts, see `order_cohorts`."""
    columns = [
        Column("Cohort"),
        Column("Disease and setting"),
        Column("Age, years"),
        Column("Patients", True),
        Column("Evaluable", True),
        Column("Follow-up, months"),
    ]
    ordered = order_cohorts(evidence)
    rows: list[Row] = []
    for heading, cohorts in ordered.items():
        rows += [Row([heading], heading=True)] if len(ordered) > 1 else []
        rows += [
            Row(
                [
                    [row["label"], report_link(evidence, row["report_id"])],
                    stratum_name(evidence, row["disease"], row["setting"], row["age_group"]),
                    age_text(evidence, row),
                    make_figure(evidence, row),
                    text(row["n_evaluable"]),
                    follow_up_text(row),
                ]
            )
            for row in cohorts
        ]
    return HtmlTable(caption, columns, rows)


def age_text(evidence: Evidence, row: Mapping) -> str:
    """'median 43 (10 to 59)'."""
    if pd.isna(row["age_centre_years"]) and pd.isna(row["age_min_years"]):
        return evidence.label("cohorts", "age_group", row["age_group"])
    least, centre, most = (
        "" if pd.isna(row[name]) else write_printed(row, row[name])
        for name in ("age_min_years", "age_centre_years", "age_max_years")
    )
    spread = f" ({least} to {most})" if least and most else f" ({least} or more)" if least else ""
    if pd.isna(row["age_centre_years"]):
        return spread.strip(" ()")
    kind = {"median": "median ", "mean": "mean "}.get(text(row["age_statistic"]), "")
    return f"{kind}{centre}{spread}"


def follow_up_text(row: Mapping) -> str:
    """'median 3.3 (0.4 to 18.6)'."""
    least, median, most = (
        "" if pd.isna(row[name]) else write_printed(row, row[name])
        for name in ("follow_up_min_months", "follow_up_median_months", "follow_up_max_months")
    )
    if not median:
        return most
    return f"median {median} ({least} to {most})" if least else f"median {median}"


def tabulate_characteristics(evidence: Evidence, *, caption: str) -> Stack:
    """Baseline counts of the cohorts, folded."""
    columns = [
        Column("Characteristic"),
        Column("Category"),
        Column("Cohort"),
        Column("Events/total (%)", True),
    ]
    counts = sorted(
        with_cohorts(evidence, "characteristics"),
        key=lambda row: (row["characteristic"], str(row["cohort_id"])),
    )
    rows = [
        Row(
            [
                evidence.label("characteristics", "characteristic", row["characteristic"]),
                row["category"],
                row["c_label"],
                make_figure(evidence, row),
            ]
        )
        for row in counts
    ]
    parts = [fold(HtmlTable(caption, columns, rows))] if rows else []
    return Stack(parts, "No baseline counts have been entered.")


def tabulate_regimens(evidence: Evidence, *, caption: str) -> Stack:
    """Drugs and doses of every regimen as one folded table, the regimens as headings."""
    tables = [
        component_table(evidence, courses, f"{caption}: {regimen_name(evidence, regimen)}")
        for regimen in regimens_shown(evidence)
        if len(courses := components_of(evidence, regimen["regimen_id"]))
    ]
    parts = [fold(join_tables(tables, caption))] if tables else []
    return Stack(parts, "No report gives doses of these regimens.")


def component_table(evidence: Evidence, part: pd.DataFrame, caption: str) -> HtmlTable:
    """Drug courses of one regimen (see `components_of`), under headings of their blocks."""
    drugs = evidence.tables["drugs"].set_index("drug_id")
    columns = [
        Column("Drug"),
        Column("Dose", True),
        Column("How often"),
        Column("Route"),
        Column("Days"),
        Column("Only if"),
    ]
    blocks = part["block"].fillna("in any block" if part["block"].notna().any() else "")
    rows = []
    for block, courses in part.groupby(blocks, sort=False):
        if block:
            rows.append(Row([f"Block {block}" if block != "in any block" else "In any block"], heading=True))
        for row in records(courses):
            route = evidence.label("regimen_components", "route", row["route"])
            rows.append(
                Row(
                    [
                        drugs.loc[row["drug_id"], "name"],
                        make_figure(evidence, row),
                        text(row["frequency"]),
                        route or NOT_REPORTED,
                        text(row["days"], NOT_REPORTED).replace(",", ", "),
                        text(row["condition"]),
                    ]
                )
            )
    notes = sorted(
        {
            f"{drug['name']}: {drug['note']}"
            for drug in records(drugs.loc[list(part["drug_id"].unique())])
            if not pd.isna(drug["note"])
        }
    )
    return HtmlTable(caption, columns, rows, notes)


def regimen_name(evidence: Evidence, regimen: Mapping, role: str = "") -> str:
    """'Block A (Smith 2020; control)': a regimen, the report that gives it, and a role to be told."""
    report = short_name(evidence, regimen["report_id"])
    told = "; ".join(part for part in (report, role) if part and part != regimen["name"])
    return f"{regimen['name']} ({told})" if told else regimen["name"]


def regimens_shown(evidence: Evidence, roles=("studied", "comparator", "subsequent")) -> list[dict]:
    """The class's own regimens in these roles; earlier therapy of a patient is told in the course instead."""
    frame = evidence.tables["regimens"]
    keep = frame["role"].isin(roles) & frame["regimen_id"].isin(evidence.families.index)
    order = {role: i for i, role in enumerate(roles)}
    shown = frame.loc[keep].sort_values("role", key=lambda column: column.map(order), kind="stable")
    return list(records(shown))


def components_of(evidence: Evidence, regimen_id: str) -> pd.DataFrame:
    """Drug courses of a regimen, by block, then by first day; what stands outside the blocks comes last."""
    frame = evidence.tables["regimen_components"]
    part = frame.loc[frame["regimen_id"].eq(regimen_id)]
    keys = [
        (text(block, "~"), _first_day(text(days)))
        for block, days in zip(part["block"], part["days"], strict=True)
    ]
    return part.iloc[sorted(range(len(part)), key=keys.__getitem__)]


def _first_day(days: str) -> float:
    found = re.match(r"-?\d+", days)
    return int(found[0]) if found else math.inf


def course_table(evidence: Evidence, course: pd.DataFrame, caption: str) -> HtmlTable:
    """Every event of one patient's course, in the order the report tells it."""
    columns = [Column("When"), Column("What"), Column("Value", True), Column("Response as assessed")]
    rows = [
        Row(
            [
                when_text(row),
                f"{evidence.label('patient_timeline', 'kind', row['kind'])}: {row['label']}",
                make_figure(evidence, row, "wording" if pd.isna(row["value"]) else None),
                evidence.label("patient_timeline", "response", row["response"]),
            ]
        )
        for row in records(course)
    ]
    return HtmlTable(caption, columns, rows)


def when_text(row: Mapping) -> str:
    """'2022-07-06 to 2022-08-02', 'about 2014-02 (counted from a month)', 'no date printed'."""
    if pd.isna(row["start"]):
        return "no date printed"
    end = "" if pd.isna(row["end"]) or row["end"] == row["start"] else f" to {row['end']}"
    return _WHEN.get(row["date_basis"], "{}").format(f"{row['start']}{end}")


def of_report(frame: pd.DataFrame, report_id: str) -> pd.DataFrame:
    """The rows of one report; all where `report_id` is ''."""
    return frame.loc[frame["report_id"].eq(report_id)] if report_id else frame


def how_far_read(evidence: Evidence, row_ids: str) -> str:
    """How far the reports behind some rows were read: 'read in abstract only'.

    A mark of its own beside certainty, never a reason for it.
    """
    seen = evidence.tables["reports"].set_index("report_id")["text_seen"]
    words = {
        "full_text": "read in full",
        "abstract_tables": "read in abstract and some tables",
        "abstract": "read in abstract only",
        "restated": "restated by others",
    }
    found = {
        "restated" if is_second_hand(row) else seen[row["report_id"]]
        for row in map(evidence.row, split_ids(row_ids))
    }
    told = [words[code] for code in words if code in found]
    return told[0] if len(told) == 1 else "in part " + ", in part ".join(told)


STEPS = {
    "risk_of_bias": "risk of bias",
    "inconsistency": "inconsistency",
    "indirectness": "indirectness",
    "imprecision": "imprecision",
    "publication_bias": "publication bias",
}
RATED = (
    "How often an outcome happens and what a treatment does are different questions: "
    "a series without a comparison group starts high for the first (GRADE for prognosis) "
    "and low for the second.",
    "Certainty is about the outcome, not about how far the reports could be read.",
)


def tabulate_certainty(evidence: Evidence, *, caption: str, full: bool = False) -> HtmlTable:
    """Certainty of the evidence per outcome (GRADE): what it was lowered for, and why.

    With `full` also which question is rated, the results it rests on, and how far their reports were read.
    """
    rows = []
    for row in records(evidence.tables["certainty"].sort_values("position")):
        down = "; ".join(f"{name} {row[column]}" for column, name in STEPS.items() if row[column])
        told = [row["outcome"], grade(evidence, row["certainty_id"]), down or "none", row["reason"]]
        if full:
            told += [
                capitalise(evidence.label("certainty", "question", row["question"])),
                evidence.label("certainty", "start", row["start"]).split(":")[0],
                [make_figure(evidence, row_id) for row_id in split_ids(row["rests_on"])],
                capitalise(how_far_read(evidence, row["rests_on"])),
            ]
        rows.append(Row(told))
    columns = [Column("Outcome"), Column("Certainty"), Column("Lowered for"), Column("Why")]
    if full:
        columns += [
            Column("Question rated"),
            Column("Starts at"),
            Column("Rests on", True),
            Column("How far read"),
        ]
    return HtmlTable(caption, columns, rows, RATED if full else ())


SIGNS = {"high": "⨁⨁⨁⨁", "moderate": "⨁⨁⨁◯", "low": "⨁⨁◯◯", "very_low": "⨁◯◯◯"}


def grade(evidence: Evidence, certainty_id) -> Markup | str:
    """'⨁⨁⨁◯ moderate': certainty in signs and in its word; 'not rated' where there is no rating."""
    if pd.isna(certainty_id):
        return "not rated"
    code = evidence.tables["certainty"].set_index("certainty_id").loc[certainty_id, "certainty"]
    words = evidence.label("certainty", "certainty", code)
    return Markup('<span class="lr-grade"><span aria-hidden="true">{}</span> {}</span>').format(
        SIGNS.get(code, ""), words
    )


def list_claims(evidence: Evidence, *, most: int = 0) -> Fragment:
    """The chapter's conclusions, each with its certainty, why, and what would overturn it.

    With `most` those after so many are folded away; 0 = none are. Conclusions that rest on case reports alone
    are no answers to the chapter's question: they stand after the others, in a box of their own, which is
    shut where some of the others are folded away.
    """
    table, claims = evidence.package.table("claims"), evidence.table("claims")
    marks = legend(figure for words in claims["text"] for figure in figures_in(evidence, words))
    cares = study_cares(evidence)
    items = [
        {
            "single": all(
                cares[evidence.report_studies[under["report_id"]]] == SINGLE
                for under in map(evidence.row, split_ids(row["rests_on"]))
            ),
            "claim_id": row["claim_id"],
            "text": fill_figures(evidence, row["text"]),
            "certainty": row["certainty"],
            "certainty_label": table.field("certainty").label(row["certainty"]),
            "reason": row["certainty_reason"],
            "read": how_far_read(evidence, row["rests_on"]),
            "overturned_by": row["overturned_by"],
            "reading": say_reading(evidence, row["claim_id"]),
        }
        for row in records(claims.sort_values(["class_id", "position"]))
    ]
    single = [item for item in items if item["single"]]
    items = [item for item in items if not item["single"]]
    values = {"items": items, "single": single, "marks": marks, "most": most or len(items)}
    return Fragment("claims.html.j2", values, f"[{len(items)} conclusions]")
