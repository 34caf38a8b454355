"""Rules about how rows hang together: ids, provenance, completeness."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pandas as pd

from livingreview.checks.problems import Problem, quote
from livingreview.checks.rules import REGISTER, Checked
from livingreview.evidence import split_ids

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
    for column in ("row_id", "discrepancy_id", "problem_id", "cohort_id"):
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
    for table, column, known, what in (
        ("discrepancies", "affects", row_ids, "row_id of the evidence"),
        ("source_problems", "affects", row_ids, "row_id of the evidence"),
        ("claims", "rests_on", row_ids, "row_id of the evidence"),
        ("certainty", "rests_on", row_ids, "row_id of the evidence"),
        ("studies", "overlaps_with", studies, "study_id of studies.csv"),
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
    """A conclusion types no figure: each stands as {row_id}, and rests on that row."""
    names = set(checked.frames["glossary"]["term"].dropna())
    for line, row in checked.frames["claims"].dropna(subset=["text"]).iterrows():
        used = PLACEHOLDER.findall(row["text"])
        for item in used:
            if item not in split_ids(row["rests_on"]):
                yield checked.problem(
                    "claims",
                    line,
                    "text",
                    "claim-figure",
                    f"{{{item}}}",
                    "a row_id listed under rests_on",
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
                "put {row_id} in its place, or list the name in glossary.csv",
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
        owner = checked.frames[parent].set_index(key)["report_id"]
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


def check_basis(checked: Checked) -> Iterator[Problem]:
    """A derived figure says how, a restated one from where, one derived from restated figures both, a reported one neither."""
    for table, line, row in checked.rows("basis"):
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


_UNITS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
NUMBER_WORDS = {word: i for i, word in enumerate(_UNITS)} | {
    (ten if not unit else f"{ten}-{_UNITS[unit]}"): 20 + 10 * i + unit
    for i, ten in enumerate(_TENS)
    for unit in range(10)
}


def numbers_in(text: str) -> set[float]:
    """Every number in a printed fragment, digits or English words."""
    clean = re.sub(r"(?<=\d)[,\u2009 ](?=\d{3}\b)", "", text.lower())
    found = {float(item) for item in re.findall(r"\d+(?:\.\d+)?", clean)}
    found |= {
        float(NUMBER_WORDS[word]) for word in re.findall(r"[a-z]+(?:-[a-z]+)?", clean) if word in NUMBER_WORDS
    }
    if re.search(r"\b(?:no|none|without|never|both|once|twice|an?|single)\b", clean):
        found |= {0.0, 1.0, 2.0}
    return found


def check_printed_figure(checked: Checked) -> Iterator[Problem]:
    """What a row holds as printed must stand in its own fragment: a shifted or mistyped cell shows here."""
    columns = ("percent_reported_pct", "estimate", "ci_low", "ci_high", "dose", "value")
    for table, line, row in checked.rows("as_reported", "basis"):
        if row["basis"] in ("derived", "restated_derived"):
            continue
        printed = numbers_in(str(row["as_reported"]))
        for column in columns:
            if column not in row or pd.isna(row[column]):
                continue
            value = pd.to_numeric(row[column], errors="coerce")
            # A proportion printed 0-1 is kept in percent; nothing else is converted.
            if not pd.isna(value) and not any(
                abs(value - item) < 1e-9 or abs(value - 100 * item) < 1e-9 for item in printed
            ):
                yield checked.problem(
                    table,
                    line,
                    column,
                    "not-as-reported",
                    row[column],
                    f"a figure of {quote(row['as_reported'])}",
                    "look for a shifted row or a typing slip; a converted figure is 'derived'",
                )


def check_bibliography(checked: Checked) -> Iterator[Problem]:
    """Every report has a bibliographic record, every record a report."""
    if checked.bibliography_keys is None:
        return  # the file could not be read, which is told elsewhere
    reports, keys = checked.frames["reports"], set(checked.bibliography_keys)
    for line, key in reports["report_id"].dropna().items():
        if key not in keys:
            yield checked.problem(
                "reports",
                line,
                "report_id",
                "no-bibliography",
                quote(key),
                "an entry with this key in references.bib",
                "add the entry; leave unknown fields out",
            )
    for key in sorted(keys - set(reports["report_id"])):
        yield Problem(
            "references.bib",
            0,
            "",
            "no-report",
            quote(key),
            "a report_id of reports.csv",
            "add the report, or remove the entry",
        )


def check_sorted(checked: Checked) -> Iterator[Problem]:
    """Rows stand in order of their primary key, so that two people's edits merge."""
    for name, spec in checked.package.tables.items():
        keys = checked.frames[name][spec.primary_key].dropna()
        for (_, before), (line, key) in zip(keys.items(), list(keys.items())[1:]):
            if str(key) < str(before):
                yield checked.problem(
                    name,
                    line,
                    spec.primary_key,
                    "not-sorted",
                    f"{key!r} after {before!r}",
                    "rows sorted by " + spec.primary_key,
                    "run: livingreview check --sort",
                )
                break


def check_appraisals(checked: Checked) -> Iterator[Problem]:
    """Every item of a tool that a report is appraised with is answered, once; every included report read in full is appraised.

    An abstract does not carry a checklist: a report known by its abstract alone may be appraised, and need not be.
    """
    items = checked.frames["appraisal_tools"].dropna(subset=["item_id"]).set_index("item_id")["tool"]
    answers = checked.frames["appraisals"].dropna(subset=["item_id", "report_id"])
    for (report, tool), part in answers.groupby(["report_id", answers["item_id"].map(items)]):
        missing = sorted(set(items.index[items == tool]) - set(part["item_id"]))
        for line in part.index[part["item_id"].duplicated()]:
            yield checked.problem(
                "appraisals",
                line,
                "item_id",
                "answered-twice",
                part.at[line, "item_id"],
                "one answer an item",
                "delete one",
            )
        if missing:
            yield checked.problem(
                "appraisals",
                part.index[0],
                "item_id",
                "appraisal-incomplete",
                f"{report} lacks {', '.join(missing)}",
                f"every item of {tool}",
                "answer them",
            )
    reports = checked.frames["reports"]
    owed = reports["status"].eq("included") & reports["text_seen"].eq("full_text")
    for line, row in reports.loc[owed.fillna(False)].iterrows():
        if row["report_id"] not in set(answers["report_id"]):
            yield checked.problem(
                "reports",
                line,
                "status",
                "not-appraised",
                "an included report, read in full, without appraisal",
                "answers in appraisals.csv",
                "appraise it",
            )


STEPS = ("risk_of_bias", "inconsistency", "indirectness", "imprecision", "publication_bias")
LEVELS = {4: "high", 3: "moderate", 2: "low", 1: "very_low"}


def check_certainty(checked: Checked) -> Iterator[Problem]:
    """A rating is where it starts less the steps taken down (GRADE)."""
    frame = checked.frames["certainty"].dropna(subset=["start", "certainty", *STEPS])
    for line, row in frame.iterrows():
        level = LEVELS[
            max(1, {"high": 4, "low": 2}.get(row["start"], 2) + int(sum(row[step] for step in STEPS)))
        ]
        if row["certainty"] != level:
            yield checked.problem(
                "certainty",
                line,
                "certainty",
                "certainty-sum",
                row["certainty"],
                f"{level}, as start and steps add up",
                "correct the rating or a step",
            )


def check_same_fact_twice(checked: Checked) -> Iterator[Problem]:
    """One fact, one row."""
    for table, columns in (
        ("outcomes", ["cohort_id", "outcome", "timepoint", "definition", "denominator"]),
        ("adverse_events", ["cohort_id", "term", "grade_min", "grade_max", "attribution"]),
        ("characteristics", ["cohort_id", "characteristic", "category"]),
        ("survival", ["cohort_id", "endpoint", "statistic", "time_months", "group"]),
        ("regimen_components", ["regimen_id", "block", "drug_id", "days", "dose", "route", "condition"]),
    ):
        frame = checked.frames[table]
        for line in frame.index[frame.duplicated(columns, keep="first")]:
            if frame.at[line, "row_id"] not in checked.flagged:
                yield checked.problem(
                    table,
                    line,
                    columns[1],
                    "fact-twice",
                    "the same fact as an earlier row",
                    "one row for one fact",
                    "delete the copy, or tell the two apart; " + REGISTER,
                )


def check_screening(checked: Checked) -> Iterator[Problem]:
    """Every report kept was screened once, and plays the part that was decided."""
    reports, screening = checked.frames["reports"], checked.frames["screening"]
    status = dict(zip(reports["report_id"], reports["status"]))
    for line, row in screening.dropna(subset=["decision"]).iterrows():
        if pd.isna(row["report_id"]):
            if row["decision"] != "excluded":
                yield checked.problem(
                    "screening",
                    line,
                    "report_id",
                    "screened-without-report",
                    f"{row['decision']!r} and no report",
                    "the report that was kept",
                    "name the report, or correct the decision",
                )
        elif status.get(row["report_id"], row["decision"]) != row["decision"]:
            yield checked.problem(
                "screening",
                line,
                "decision",
                "screened-otherwise",
                row["decision"],
                f"{status[row['report_id']]!r}, as reports.csv says",
                "correct one of the two",
            )
    for line in screening.index[screening["report_id"].notna() & screening["report_id"].duplicated()]:
        yield checked.problem(
            "screening",
            line,
            "report_id",
            "screened-twice",
            screening.at[line, "report_id"],
            "one decision a report",
            "delete the copy",
        )
    for line, row in reports.loc[
        reports["status"].isin(["included", "context"]) & ~reports["report_id"].isin(screening["report_id"])
    ].iterrows():
        yield checked.problem(
            "reports",
            line,
            "report_id",
            "not-screened",
            row["report_id"],
            "a row in screening.csv",
            "enter the search that found it and the decision",
        )


def check_reporting_items(checked: Checked) -> Iterator[Problem]:
    """An item that is met says where; one that is not says what is missing."""
    for line, row in checked.frames["reporting_items"].dropna(subset=["status"]).iterrows():
        if row["status"] in ("met", "partly") and pd.isna(row["where"]):
            yield checked.problem(
                "reporting_items",
                line,
                "where",
                "item-without-place",
                f"{row['status']!r} and no page",
                "the page where it is met",
                "name the page, or change the status",
            )
        if row["status"] != "met" and pd.isna(row["note"]):
            yield checked.problem(
                "reporting_items",
                line,
                "note",
                "item-without-reason",
                f"{row['status']!r} and no remark",
                "what is missing, or why it does not apply",
                "say so in the note",
            )


LINK_RULES = (
    check_row_ids_unique,
    check_row_id_prefix,
    check_lists_of_ids,
    check_claim_figures,
    check_overlaps_mutual,
    check_cohort_links,
    check_basis,
    check_printed_figure,
    check_bibliography,
    check_sorted,
    check_appraisals,
    check_certainty,
    check_same_fact_twice,
    check_screening,
    check_reporting_items,
)
