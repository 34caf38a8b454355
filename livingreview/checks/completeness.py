"""Rules about the review as a whole: what is owed to every report and item is there, once, and adds up."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator

import pandas as pd

from livingreview.checks.checked import REGISTER, Checked
from livingreview.checks.problems import Problem, quote
from livingreview.evidence.contract import PROVENANCE
from livingreview.evidence.lexical import is_plain
from livingreview.surveillance.tables import UNLOGGED

FROM_SEARCHES = ("screening", "records", "hits", "pairs")
PROVENANCE_COLUMNS = {name.rstrip("!") for name in PROVENANCE.split()}


def check_bibliography(checked: Checked) -> Iterator[Problem]:
    """Every report has a bibliographic record, every record a report."""
    if checked.records is None:
        return  # the file could not be read, which is told elsewhere
    reports, keys = checked.frames["reports"], set(checked.records)
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


def check_years(checked: Checked) -> Iterator[Problem]:
    """A record's year is that in which its report first appeared, or the next, that of its issue."""
    for line, row in checked.rows_of("reports", "report_id", "first_available"):
        year = (checked.records or {}).get(row["report_id"], {}).get("year", "")
        if not is_plain("integer", year) or year in (row["note"] or ""):
            continue
        if not 0 <= int(year) - int(row["first_available"][:4]) <= 1:
            place = ("reports", line, "first_available", "year-differs")
            expected = f"{year}, the year in references.bib, or the year before"
            mend = "correct one of the two, or name the year of the issue in the note"
            yield checked.problem(*place, quote(row["first_available"]), expected, mend)


def check_sorted(checked: Checked) -> Iterator[Problem]:
    """Rows stand in order of their primary key, so that two people's edits merge."""
    for name, spec in checked.package.tables.items():
        keys = checked.frames[name][spec.primary_key].dropna()
        for (_, before), (line, key) in itertools.pairwise(keys.items()):
            if str(key) < str(before):
                yield checked.problem(
                    name,
                    line,
                    spec.primary_key,
                    "not-sorted",
                    f"{key!r} after {before!r}",
                    "rows sorted by " + spec.primary_key,
                    "run: livingreview check --mend",
                )
                break


def check_appraisals(checked: Checked) -> Iterator[Problem]:
    """Every item of a tool is answered, once for a report or a result; what was read in full is appraised.

    An abstract does not carry a checklist: a report known by its abstract alone may be appraised,
    and need not be.
    """
    tools = checked.frames["appraisal_tools"].dropna(subset=["item_id"]).drop_duplicates("item_id")
    items = tools.set_index("item_id")["tool"]
    answers = checked.frames["appraisals"].dropna(subset=["item_id", "report_id"])
    judged = ["report_id", answers["item_id"].map(items), answers["result"].fillna("")]
    for (report, tool, _), part in answers.groupby(judged):
        missing = sorted(set(items.index[items == tool]) - set(part["item_id"]))
        for line in part.index[part["item_id"].duplicated()]:
            yield checked.problem(
                "appraisals",
                line,
                "item_id",
                "answered-twice",
                part.loc[line, "item_id"],
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
    if "appraisals" not in checked.package.tables or not len(tools):
        return  # a review may do without, and one that has no questions yet cannot answer any
    for line, row in reports.loc[owed.fillna(False)].iterrows():
        if row["report_id"] not in set(answers["report_id"]):
            yield checked.problem(
                "reports",
                line,
                "status",
                "not-appraised",
                "an included report, read in full, without appraisal",
                "answers in appraisals.csv",
                "answer the questions of one tool, on the page Appraisals of its sheet",
            )


def check_chapters_of_reports(checked: Checked) -> Iterator[Problem]:
    """What is studied has a family, an included report a regimen of one: by it a chapter finds its rows."""
    held = set()
    for line, row in checked.lines("regimens"):
        if not pd.isna(row["family_id"]):
            held.add(row["report_id"])
        elif row["role"] == "studied":
            mend = (
                "name the family, or the part that the regimen plays; a new family: data/families.csv first"
            )
            expected = "the family of a regimen that is studied: without it no chapter shows the rows"
            place = ("regimens", line, "family_id", "family-missing")
            yield checked.problem(*place, "nothing", expected, mend)
    for line, row in checked.rows_of("reports", "report_id", "status"):
        if row["status"] == "included" and row["report_id"] not in held:
            found, expected = "'included', on no chapter", "a regimen of the report with a family"
            mend = "enter the regimen that its patients received and its family, or correct the status"
            yield checked.problem("reports", line, "status", "no-chapter", found, expected, mend)


STEPS = ("risk_of_bias", "inconsistency", "indirectness", "imprecision", "publication_bias")
LEVELS = {4: "high", 3: "moderate", 2: "low", 1: "very_low"}


def check_certainty(checked: Checked) -> Iterator[Problem]:
    """A rating is where it starts less the steps taken down (GRADE)."""
    frame = checked.frames["certainty"].dropna(subset=["start", "certainty", *STEPS])
    for line, row in frame.iterrows():
        steps = int(sum(row[step] for step in STEPS))
        level = LEVELS[min(4, max(1, {"high": 4, "low": 2}.get(row["start"], 2) + steps))]
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
        ("adverse_events", ["cohort_id", "term", "period", "grade_min", "grade_max", "attribution"]),
        ("characteristics", ["cohort_id", "characteristic", "category"]),
        ("survival", ["cohort_id", "endpoint", "statistic", "time_months", "group"]),
        ("regimen_components", ["regimen_id", "block", "drug_id", "days", "dose", "route", "condition"]),
    ):
        frame = checked.frames[table]
        for line in frame.index[frame.duplicated(columns, keep="first")]:
            if not checked.is_excused(frame.loc[line, "row_id"], frame.loc[line, columns[1]]):
                yield checked.problem(
                    table,
                    line,
                    columns[1],
                    "fact-twice",
                    "the same fact as an earlier row",
                    "one row for one fact",
                    "delete the copy, or tell the two apart; " + REGISTER,
                )


def check_copies(checked: Checked) -> Iterator[Problem]:
    """No row is another's copy under an id of its own, with or without what it was copied from."""
    apart = {"position", "as_reported", "locator", "verification", "note"}
    for name, spec in checked.package.tables.items():
        frame, key = checked.frames[name], spec.primary_key
        if name in FROM_SEARCHES or any(link.field == key for link in spec.foreign_keys):
            # Many records are left out for one reason; or its rows say one thing of many others, such as that
            # cohorts are of one set.
            continue
        columns = [column for column in frame if column not in {*apart, key}]
        if not set(columns) - PROVENANCE_COLUMNS:
            continue  # a table may hold no column that parts its rows
        for line in frame.index[frame.duplicated(columns, keep="first")]:
            expected, mend = "a row that tells something else", "delete the copy, or say what parts the two"
            found = "every cell as in another row"
            yield checked.problem(name, line, key, "row-copied", found, expected, mend)


def check_screening(checked: Checked) -> Iterator[Problem]:
    """Every record screened has one decision, and its report plays the part that was decided."""
    reports, screening = checked.frames["reports"], checked.frames["screening"]
    status = dict(zip(reports["report_id"], reports["status"], strict=True))
    left = {row["report_id"] for _, row in checked.rows_of("departures", "report_id")}
    for line, row in screening.dropna(subset=["decision"]).iterrows():
        if pd.isna(row["report_id"]):
            if row["decision"] != "excluded" and row["basis"] in UNLOGGED:
                found, expected = f"{row['decision']!r} and no report", "the report that was kept"
                mend, place = "name the report, or correct the decision", ("screening", line, "report_id")
                yield checked.problem(*place, "screened-without-report", found, expected, mend)
        elif row["decision"] == "included" and row["report_id"] in left:
            continue  # it was included until it left
        elif status.get(row["report_id"], row["decision"]) != row["decision"]:
            expected, place = (
                f"{status[row['report_id']]!r}, as reports.csv says",
                ("screening", line, "decision"),
            )
            mend = "correct one of the two"
            if row["decision"] == "included":
                mend += f"; if {row['report_id']} left the review since, log it in departures.csv"
            yield checked.problem(*place, "screened-otherwise", row["decision"], expected, mend)
    for line in screening.index[screening["report_id"].notna() & screening["report_id"].duplicated()]:
        found, place = screening.loc[line, "report_id"], ("screening", line, "report_id")
        yield checked.problem(*place, "screened-twice", found, "one decision a report", "delete the copy")


def check_dates_of_searches(checked: Checked) -> Iterator[Problem]:
    """No search brought a report that was not there yet."""
    seen = dict(checked.frames["reports"][["report_id", "first_available"]].dropna().to_numpy())
    brought: dict[str, str] = {}
    for _, row in checked.rows_of("screening", "search_id", "report_id"):
        day = seen.get(row["report_id"], "")
        brought[row["search_id"]] = max(day, brought.get(row["search_id"], ""))
    for line, row in checked.rows_of("searches", "search_id", "date"):
        day = brought.get(row["search_id"], "")
        if row["date"][: len(day)] < day[: len(row["date"])]:
            expected, mend = (
                f"no earlier than a report that it brought ({day})",
                "look for a slip in the year",
            )
            yield checked.problem("searches", line, "date", "search-early", row["date"], expected, mend)


def check_screened(checked: Checked) -> Iterator[Problem]:
    """Every report kept was screened, in a review that keeps a record of it."""
    reports, screening = checked.frames["reports"], checked.frames["screening"]
    kept = reports["status"].isin(["included", "context"])
    owed = reports.loc[kept & ~reports["report_id"].isin(screening["report_id"])]
    for line, row in owed.iterrows() if "screening" in checked.package.tables else ():
        mend = "enter the search that found it and the decision"
        place = ("reports", line, "report_id")
        yield checked.problem(*place, "not-screened", row["report_id"], "a row in screening.csv", mend)


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


def check_sums_of_extraction(checked: Checked) -> Iterator[Problem]:
    """Rows that both readers have are no more than either has, or than stand here; alike ones are among them.

    A reader may have entered rows that were left out when the two were put together, but not as many again.
    """
    own = Counter(row["report_id"] for _, _, row in checked.rows("row_id", "report_id", "basis"))
    for line, row in checked.lines("extraction_agreement"):
        entered = own[row["report_id"]]
        for low, high in (
            ("rows_both", "rows_first"),
            ("rows_both", "rows_second"),
            ("rows_same_values", "rows_both"),
            *((("rows_both", entered),) if entered else ()),
            *((name, 2 * entered) for name in ("rows_first", "rows_second") if entered),
        ):
            most = row[high] if isinstance(high, str) else high
            if not pd.isna(row[low]) and not pd.isna(most) and row[low] > most:
                what = f"no more than {high}" if isinstance(high, str) else f"{entered} rows of evidence"
                place = ("extraction_agreement", line, low, "agreement-sum")
                mend = "correct one of the two, or restore rows that were lost"
                yield checked.problem(*place, f"{row[low]} of {most}", what, mend)


def check_one_tool(checked: Checked) -> Iterator[Problem]:
    """The items of a tool are of one version and one address."""
    for column in ("tool_version", "tool_url"):
        first: dict[str, str] = {}
        for line, row in checked.lines("appraisal_tools"):
            if row.get(column) is None or row["tool"] is None:
                continue
            same = first.setdefault(row["tool"], row[column])
            if same != row[column]:
                found, expected = quote(row[column]), f"{same}, as for its other items"
                yield checked.problem(
                    "appraisal_tools", line, column, "two-versions", found, expected, "correct one"
                )


def check_classes_of_claims(checked: Checked) -> Iterator[Problem]:
    """A conclusion's id begins with its class: one that is moved gets another address, or is not moved."""
    for table, column in (("claims", "claim_id"), ("certainty", "certainty_id")):
        for line, row in checked.rows_of(table, column, "class_id"):
            if not row[column].startswith(f"{row['class_id']}."):
                expected = f"the class at the head of {row[column]}"
                mend = "correct the class, or give the row another id and its readings too"
                place = (table, line, "class_id", "class-of-id")
                yield checked.problem(*place, quote(row["class_id"]), expected, mend)


def check_hits(checked: Checked) -> Iterator[Problem]:
    """A search says how many records it gave, or why that is not known."""
    for line, row in checked.lines("searches"):
        if pd.isna(row["hits"]) and row["note"] is None and pd.isna(row["strategy_id"]):
            expected = "the number of records, or a note why it is not known"
            yield checked.problem(
                "searches", line, "hits", "hits-missing", "nothing", expected, "fill one of them"
            )


def check_fates(checked: Checked) -> Iterator[Problem]:
    """An expected report that is here names it, and as what; one that is not says what was tried."""
    status = dict(checked.frames["reports"].dropna(subset=["report_id"])[["report_id", "status"]].to_numpy())
    seen: dict[str, str] = {}
    for line, row in checked.rows_of("expected", "expected_id", "fate"):
        report, fate = row["report_id"], row["fate"]
        place = ("expected", line)
        if fate in ("included", "context"):
            if pd.isna(report):
                expected = "the report_id under which it stands here"
                yield checked.problem(
                    *place, "report_id", "fate-without-report", "nothing", expected, "fill it"
                )
            elif status.get(report, fate) != fate:
                expected = f"{status[report]!r}, as reports.csv says of {report}"
                yield checked.problem(
                    *place, "fate", "fate-differs", quote(fate), expected, "correct one of the two"
                )
        elif not pd.isna(report):
            expected = "no report, or the fate that reports.csv says"
            mend = "correct the fate, or empty the report_id"
            yield checked.problem(*place, "report_id", "fate-with-report", quote(report), expected, mend)
        elif pd.isna(row["tried"]):
            expected, mend = "what was tried, or why it was left out", "say so"
            yield checked.problem(*place, "tried", "fate-without-reason", "nothing", expected, mend)
        if not pd.isna(report) and seen.setdefault(report, row["expected_id"]) != row["expected_id"]:
            expected = f"a report that does not stand under {seen[report]} already"
            mend = "delete one: recall counts each once"
            yield checked.problem(*place, "report_id", "expected-twice", quote(report), expected, mend)


COMPLETENESS_RULES = (
    check_bibliography,
    check_years,
    check_sorted,
    check_appraisals,
    check_chapters_of_reports,
    check_certainty,
    check_same_fact_twice,
    check_copies,
    check_screening,
    check_dates_of_searches,
    check_screened,
    check_reporting_items,
    check_sums_of_extraction,
    check_one_tool,
    check_classes_of_claims,
    check_hits,
    check_fates,
)
