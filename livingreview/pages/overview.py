"""Pieces of the pages that look over all classes: status, counts, agreement, glossary."""

from __future__ import annotations

import pandas as pd

from livingreview.display.html import Column, Folded, Fragment, HtmlTable, Row, fold
from livingreview.display.numbers import fill_figures
from livingreview.evidence import Evidence, records, select_class
from livingreview.pages.opening import review_record
from livingreview.tables.common import report_link, text


def show_status(review: Evidence) -> Fragment:
    """Version, what was searched and when, and how much the review holds."""
    reports, cohorts = review.tables["reports"], review.tables["cohorts"]
    record = review_record()
    included = reports.loc[reports["status"].eq("included")]
    whole = cohorts.loc[cohorts["parent_cohort_id"].isna() & cohorts["report_id"].isin(included["report_id"])]
    searched = review.tables["searches"][["date", "source"]].dropna()
    seen = {
        words: int(reports["text_seen"].eq(code).sum())
        for code, words in review.package.tables["reports"].field("text_seen").labels.items()
    }
    facts = [
        (
            "Version",
            f"{record['version']} of {record['date-released']}"
            + (", a draft: not released yet, so it may still change" if record["draft"] else ""),
        ),
        (
            "Searched to",
            f"{max(searched['date'])}: {', '.join(sorted(set(searched['source'])))}"
            if len(searched)
            else "no search has been run",
        ),
        ("Reports", f"{len(included)} included, {int(reports['status'].eq('context').sum())} as context"),
        ("Read of them", ", ".join(f"{count} {words.split(':')[0]}" for words, count in seen.items())),
        ("Cohorts in included reports", f"{len(whole)}, their subgroups not counted"),
        ("Rows of evidence", f"{len(review.row_tables)}, each with what was printed and where"),
        ("Registered discrepancies", f"{len(review.tables['discrepancies'])}"),
    ]
    return Fragment(
        "facts.html.j2", {"facts": facts, "note": ""}, "; ".join(f"{name}: {value}" for name, value in facts)
    )


def list_classes(review: Evidence) -> Fragment:
    """One entry per class: its question and its first conclusion, with certainty."""
    items = []
    for row in records(review.tables["regimen_classes"].sort_values("position")):
        claims = select_class(review, row["class_id"]).tables["claims"].sort_values("position")
        first = claims.iloc[0] if len(claims) else None
        items.append(
            {
                "class_id": row["class_id"],
                "title": row["title"],
                "question": row["question"],
                "text": "" if first is None else fill_figures(review, first["text"]),
                "certainty": "" if first is None else first["certainty"],
                "certainty_label": ""
                if first is None
                else review.label("claims", "certainty", first["certainty"]),
            }
        )
    return Fragment("classes.html.j2", {"items": items}, f"[{len(items)} classes]")


def tabulate_discrepancy_counts(review: Evidence, *, caption: str) -> HtmlTable:
    """Discrepancies by report and severity."""
    frame = review.tables["discrepancies"]
    severities = review.package.field("discrepancies", "severity").labels
    columns = [
        Column("Report"),
        *[Column(code.capitalize(), True) for code in severities],
        Column("All", True),
        Column("Cannot be settled", True),
    ]
    rows = [
        Row(
            [
                report_link(report),
                *[str(int(part["severity"].eq(code).sum())) for code in severities],
                str(len(part)),
                str(int(part["status"].eq("unsettled").sum())),
            ]
        )
        for report, part in frame.groupby("report_id")
    ]
    rows.append(
        Row(
            [
                "All reports",
                *[str(int(frame["severity"].eq(code).sum())) for code in severities],
                str(len(frame)),
                str(int(frame["status"].eq("unsettled").sum())),
            ]
        )
    )
    return HtmlTable(
        caption,
        columns,
        rows,
        [f"{code.capitalize()}: {words.split(': ')[-1]}." for code, words in severities.items()],
    )


def tabulate_verification(review: Evidence, *, caption: str) -> HtmlTable:
    """Evidence rows by table and how far they were checked."""
    tables = review.package.evidence_tables
    labels = tables[0].field("verification").labels
    columns = [
        Column("Table"),
        *[Column(words.capitalize(), True) for words in labels.values()],
        Column("All", True),
    ]
    rows = []
    for table in tables:
        frame = review.tables[table.name]
        rows.append(
            Row(
                [
                    table.title,
                    *[str(int(frame["verification"].eq(code).sum())) for code in labels],
                    str(len(frame)),
                ]
            )
        )
    return HtmlTable(caption, columns, rows)


def tabulate_screening(review: Evidence, decision: str, *, caption: str) -> Folded:
    """The records of one decision, the search that found each, and the reason; folded."""
    frame = review.tables["screening"]
    rows = [
        Row(
            [
                report_link(row["report_id"]) if not pd.isna(row["report_id"]) else row["record_id"],
                row["search_id"],
                review.label("screening", "stage", row["stage"]),
                row["reason"],
            ]
        )
        for row in records(frame.loc[frame["decision"].eq(decision)])
    ]
    return fold(
        HtmlTable(caption, [Column("Record"), Column("Found by"), Column("Stage"), Column("Reason")], rows)
    )


def show_flow(review: Evidence) -> Fragment:
    """The flow of records (PRISMA 2020), computed from searches and screening: found, kept and left out."""
    screening, reports = review.tables["screening"], review.tables["reports"]
    searches = review.tables["searches"].set_index("search_id")
    found = screening["search_id"].map(
        lambda name: (
            "five reports given at the start and works they restate"
            if name == "starting-set"
            else "keyword searches of archived pages"
        )
    )
    decisions = screening["decision"].value_counts()
    kept = reports.loc[reports["status"].ne("excluded")]
    studies = {
        status: reports.loc[reports["status"].eq(status), "study_id"].nunique()
        for status in ("included", "context")
    }
    seen = kept["text_seen"].value_counts()
    boxes = [
        {
            "title": "Records found",
            "count": len(screening),
            "parts": [
                *list(found.value_counts().items()),
                ("search queries logged, the reports given at the start aside", max(len(searches) - 1, 0)),
            ],
        },
        {"title": "Records assessed, on what of them could be read", "count": len(screening), "parts": []},
        {
            "title": "Left out, each with its reason below",
            "count": int(decisions.get("excluded", 0)),
            "parts": [],
        },
        {
            "title": "Reports kept",
            "count": len(kept),
            "parts": [
                (review.label("reports", "text_seen", code), int(count)) for code, count in seen.items()
            ],
        },
        {
            "title": "Included: a regimen of the four classes in relapsed, refractory or MRD-positive disease",
            "count": int(decisions.get("included", 0)),
            "parts": [("studies", studies["included"])],
        },
        {
            "title": "Context: comparators, first line, restated works",
            "count": int(decisions.get("context", 0)),
            "parts": [("studies", studies["context"])],
        },
    ]
    return Fragment(
        "flow.html.j2", {"boxes": boxes}, "; ".join(f"{box['title']}: {box['count']}" for box in boxes)
    )


def tabulate_searches(review: Evidence, *, caption: str) -> HtmlTable:
    """Every logged query with its date and what it brought."""
    rows = [
        Row(
            [
                row["search_id"],
                row["source"],
                text(row["date"], "day not kept"),
                row["query"],
                text(row["hits"]),
                text(row["note"]),
            ]
        )
        for row in records(review.tables["searches"])
    ]
    return HtmlTable(
        caption,
        [
            Column("Search"),
            Column("Source"),
            Column("Date"),
            Column("Query"),
            Column("On topic", True),
            Column("Note"),
        ],
        rows,
    )


def tabulate_agreement(review: Evidence, *, caption: str) -> HtmlTable:
    """Agreement of two independent extractions per report and table, before it was settled."""
    columns = [
        Column("Report"),
        Column("First reader's rows", True),
        Column("Second reader's rows", True),
        Column("Found by both", True),
        Column("Of these, same values", True),
    ]
    rows = [
        Row(
            [
                report_link(row["report_id"]),
                text(row["rows_first"]),
                text(row["rows_second"]),
                text(row["rows_both"]),
                text(row["rows_same_values"]),
            ]
        )
        for row in records(review.tables["extraction_agreement"])
    ]
    return HtmlTable(caption, columns, rows)


def tabulate_glossary(review: Evidence, *, caption: str) -> HtmlTable:
    """Terms and names of the book."""
    rows = [Row([row["term"], row["meaning"]]) for row in records(review.tables["glossary"])]
    return HtmlTable(caption, [Column("Term"), Column("Meaning here")], rows)


def list_reports(review: Evidence) -> HtmlTable:
    """Every report with a page, its part and its number of rows."""
    counts = pd.concat(
        [review.tables[table.name]["report_id"] for table in review.package.evidence_tables]
    ).value_counts()
    rows = [
        Row(
            [
                report_link(row["report_id"]),
                review.label("reports", "kind", row["kind"]),
                review.label("reports", "status", row["status"]),
                str(counts.get(row["report_id"], 0)),
            ]
        )
        for row in records(
            review.tables["reports"].sort_values(["status", "report_id"], ascending=[False, True])
        )
    ]
    return HtmlTable(
        "Reports",
        [Column("Report"), Column("Kind"), Column("Part in the review"), Column("Rows", True)],
        rows,
        [],
    )
