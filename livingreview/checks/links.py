"""Rules about how rows hang together: ids, and where a figure comes from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote_plus

import pandas as pd

from livingreview.checks.checked import Checked
from livingreview.checks.problems import Problem, quote
from livingreview.evidence import split_ids
from livingreview.evidence.contract import shown_columns

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def check_row_ids_unique(checked: Checked) -> Iterator[Problem]:
    """A row_id is the public address of a figure: one in the whole package."""
    first: dict[str, str] = {}
    for table, line, row in checked.rows("row_id"):
        if first.setdefault(row["row_id"], table) != table:
            yield checked.problem(
                table,
                line,
                "row_id",
                "row-id-taken",
                quote(row["row_id"]),
                f"an id not used in {first[row['row_id']]}.csv",
                "give the row an id of its own",
            )


def check_row_id_prefix(checked: Checked) -> Iterator[Problem]:
    """A row's id starts with its report, so that an address says where a figure is from."""
    for column in ("row_id", "discrepancy_id", "problem_id", "cohort_id", "watch_id", "notice_id"):
        for table, line, row in checked.rows(column, "report_id"):
            if not str(row[column]).startswith(f"{row['report_id']}."):
                yield checked.problem(
                    table,
                    line,
                    column,
                    "id-prefix",
                    quote(row[column]),
                    f"an id that starts with '{row['report_id']}.'",
                    "correct the id or the report_id",
                )


def check_lists_of_ids(checked: Checked) -> Iterator[Problem]:
    """Every id in a cell that holds several must exist."""
    row_ids = {row["row_id"] for _, _, row in checked.rows("row_id")}
    studies = set(checked.frames["studies"]["study_id"])
    families = set(checked.frames["families"]["family_id"])
    ratings = set(checked.frames["certainty"]["certainty_id"])
    claims, there = set(checked.frames["claims"]["claim_id"]), checked.package.tables
    for table, column, known, what in (
        ("discrepancies", "affects", row_ids, "row_id of the evidence"),
        ("source_problems", "affects", row_ids, "row_id of the evidence"),
        ("claims", "rests_on", row_ids, "row_id of the evidence"),
        ("certainty", "rests_on", row_ids, "row_id of the evidence"),
        ("appraisals", "result", row_ids, "row_id of the evidence"),
        *(
            ("findings", column, row_ids, "row_id of the evidence")
            for column in shown_columns(checked.package)
        ),
        ("findings", "families", families, "family_id of families.csv"),
        ("findings", "ratings", ratings, "certainty_id of certainty.csv"),
        ("studies", "overlaps_with", studies, "study_id of studies.csv"),
        *([("trials", "overturns", claims, "claim_id of claims.csv")] if "claims" in there else []),
    ):
        for line, cell in checked.frames[table][column].dropna().items():
            for item in split_ids(cell):
                if item not in known:
                    yield checked.problem(
                        table,
                        line,
                        column,
                        "unknown-id",
                        quote(item),
                        f"a {what}",
                        "correct the id; separate ids with '; '",
                    )


def check_claim_figures(checked: Checked) -> Iterator[Problem]:
    """A conclusion types no figure: each stands as {row_id}, and rests on that row.

    Nor does it type what a report is called: {report_id} stands for it, where it rests on a row of it.
    """
    names = set(checked.frames["glossary"]["term"].dropna())
    reports = {row["row_id"]: row["report_id"] for _, _, row in checked.rows("row_id", "report_id")}
    for line, row in checked.frames["claims"].dropna(subset=["text"]).iterrows():
        used = PLACEHOLDER.findall(row["text"])
        rests_on = split_ids(row["rests_on"])
        allowed = {*rests_on, *(reports.get(row_id) for row_id in rests_on)}
        for item in used:
            if item not in allowed:
                yield checked.problem(
                    "claims",
                    line,
                    "text",
                    "claim-figure",
                    f"{{{item}}}",
                    "a row_id listed under rests_on, or the report_id of one",
                    "add it there, or correct it",
                )
        left = PLACEHOLDER.sub("", row["text"])
        for name in sorted(names, key=len, reverse=True):
            left = left.replace(name, "")
        if re.search(r"\d", left):
            yield checked.problem(
                "claims",
                line,
                "text",
                "typed-number",
                quote(row["text"]),
                "no typed figure",
                "put {row_id} or {report_id} in its place, or list the name in glossary.csv",
            )


def check_overlaps_mutual(checked: Checked) -> Iterator[Problem]:
    """If one study shares patients with another, the other shares them with it."""
    frame = checked.frames["studies"]
    pairs = {
        (row["study_id"], other): line
        for line, row in frame.iterrows()
        for other in split_ids(row["overlaps_with"])
    }
    for (study, other), line in pairs.items():
        if (other, study) not in pairs and other in set(frame["study_id"]):
            yield checked.problem(
                "studies",
                line,
                "overlaps_with",
                "overlap-one-sided",
                f"{study} names {other}, not the reverse",
                "both rows to name each other",
                f"add {study} to overlaps_with of {other}",
            )


def check_cohort_links(checked: Checked) -> Iterator[Problem]:
    """A row and its cohort, and a component and its regimen, come from the same report."""
    for parent, key, tables in (
        ("cohorts", "cohort_id", None),
        ("regimens", "regimen_id", ("regimen_components",)),
    ):
        owner = checked.frames[parent].drop_duplicates(key).set_index(key)["report_id"]
        for table, line, row in checked.rows(key, "report_id"):
            if table == parent or (tables and table not in tables):
                continue
            if row[key] in owner.index and owner[row[key]] != row["report_id"]:
                yield checked.problem(
                    table,
                    line,
                    key,
                    "other-report",
                    f"{row[key]} of {owner[row[key]]}",
                    f"a {key} of {row['report_id']}",
                    "correct the id or the report_id",
                )


def check_regimens_given(checked: Checked) -> Iterator[Problem]:
    """Where a report has one regimen, its patients had it: those of several are told by their parts."""
    regimens = checked.frames["regimens"].groupby("report_id")["regimen_id"].agg(list)
    for line, row in checked.rows_of("cohorts", "report_id", "basis"):
        own = regimens.get(row["report_id"], [])
        studied = row["basis"] == "reported" and row.get("arm") != "control"
        if studied and len(own) == 1 and pd.isna(row["regimen_id"]):
            expected, place = f"{own[0]}, the report's one regimen", ("cohorts", line, "regimen_id")
            yield checked.problem(*place, "regimen-left-out", "nothing", expected, "fill it")


def check_basis(checked: Checked) -> Iterator[Problem]:
    """A derived figure says how, a restated one from where, one that is both both, a reported one neither."""
    for table, line, row in checked.rows("basis", "verification"):
        derivation, source = (
            not pd.isna(row["derivation"]),
            not (pd.isna(row["source_citation"]) and pd.isna(row["source_report_id"])),
        )
        if row["basis"] in ("derived", "restated_derived") and not derivation:
            yield checked.problem(
                table,
                line,
                "derivation",
                "derivation-missing",
                "a derived figure",
                "the arithmetic",
                "say how it follows from printed figures",
            )
        if row["basis"] in ("restated", "restated_derived") and not source:
            yield checked.problem(
                table,
                line,
                "source_citation",
                "source-missing",
                "a restated figure",
                "whose figure it is",
                "fill source_report_id or source_citation",
            )
        if row["basis"] in ("reported", "derived") and source:
            yield checked.problem(
                table,
                line,
                "basis",
                "basis-unclear",
                f"{row['basis']!r} with another source named",
                "'restated' or 'restated_derived', or no source",
                "decide whose figure it is",
            )
        if row["verification"] == "source_text" and pd.isna(row["as_reported"]):
            yield checked.problem(
                table,
                line,
                "as_reported",
                "nothing-verified",
                "'source_text' without a printed fragment",
                "the fragment found",
                "fill as_reported, or lower the verification",
            )


def check_views(checked: Checked) -> Iterator[Problem]:
    """A question's view of the explorer names codes and ids that are there: others would show nothing."""
    ids = (("class", "regimen_classes", "class_id"), ("family", "families", "family_id"))
    known = {name: set(checked.frames[table][column].dropna()) for name, table, column in ids}
    for column in ("disease", "setting", "age_group"):
        known[column] = set(checked.package.field("cohorts", column).constraints.get("enum", ()))
    for line, row in checked.rows_of("questions", "view"):
        for part in row["view"].split("&"):
            name, _, value = part.partition("=")
            if not value or (known.get(name) and unquote_plus(value) not in known[name]):
                expected = f"one of: {', '.join(sorted(known.get(name, ())))}" if value else "choice=value"
                place, mend = ("questions", line, "view", "view"), "copy the end of the explorer's address"
                yield checked.problem(*place, quote(part), expected, mend)


LINK_RULES = (
    check_views,
    check_row_ids_unique,
    check_row_id_prefix,
    check_lists_of_ids,
    check_claim_figures,
    check_overlaps_mutual,
    check_cohort_links,
    check_regimens_given,
    check_basis,
)
