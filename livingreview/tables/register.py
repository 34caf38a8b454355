"""What does not add up: the register of discrepancies, and the faults of the copies that were read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from livingreview.display.html import Column, Fragment, HtmlTable, Row, link
from livingreview.display.marks import Figure, legend
from livingreview.display.numbers import make_figure
from livingreview.evidence import Evidence, records, split_ids
from livingreview.tables.common import report_link, short_name, text
from livingreview.tables.reports import of_report

# Columns of a discrepancy that are words.
TOLD = ("title", "where_a", "value_a", "where_b", "value_b", "explanation", "resolution")


def list_discrepancies(
    evidence: Evidence, *, of: str = "", home: str = "", reports: str = "reports/", most: int = 0
) -> Fragment:
    """Everything that does not add up, worst first, each folded under its title.

    Parameters
    ----------
    of : str
        The report they were found in; '' = all.
    home : str
        The page that holds the entries' addresses; '' = this one.
    reports : str
        Where the reports' pages stand, seen from this page.
    most : int
        Show only so many, the worst; 0 = all.
    """
    table = evidence.package.table("discrepancies")
    order = {code: i for i, code in enumerate(table.field("severity").labels)}
    frame = of_report(evidence.tables["discrepancies"], of)
    frame = frame.iloc[frame["severity"].map(order).argsort(kind="stable")]
    left = len(frame) - most if most else 0
    frame = frame.head(most) if most else frame
    items = [
        {
            "row": {name: text(row[name]) for name in table.columns}
            | {name: evidence.in_words(row[name]) for name in TOLD},
            "name": short_name(evidence, row["report_id"]),
            "kind": table.field("kind").label(row["kind"]),
            "severity": row["severity"],
            "status": table.field("status").label(row["status"]),
            "report": report_link(evidence, row["report_id"], reports),
            "affects": _affected(evidence, row, reports),
        }
        for row in records(frame)
    ]
    marks = legend(figure for item in items for figure in item["affects"]) if not home else ""
    values = {"items": items, "home": home, "marks": marks, "left": max(left, 0)}
    return Fragment("discrepancies.html.j2", values, f"[{len(items)} discrepancies]")


def _affected(evidence: Evidence, discrepancy: Mapping, reports: str) -> list[Figure]:
    """The figures a discrepancy touches, linked from a page that sees the reports' pages under `reports`."""
    figures = (
        make_figure(evidence, row_id)
        for row_id in split_ids(discrepancy["affects"])
        if row_id in evidence.row_tables
    )
    return [
        replace(figure, href=f"{reports}{figure.href.rpartition('/')[2]}", text=figure.text or "wording")
        for figure in figures
    ]


def tabulate_source_problems(evidence: Evidence, *, caption: str) -> HtmlTable:
    """Faults of the copies on which reports were read: which copy, what is wrong with it, what was done."""
    table = evidence.package.table("source_problems")
    columns = [Column("Report"), Column("Copy"), Column("What is wrong"), Column("What was done")]
    rows = [
        Row(
            [
                report_link(evidence, row["report_id"]),
                link(row["copy"], row["copy"]),
                [table.field("kind").label(row["kind"]).capitalize(), evidence.in_words(row["problem"])],
                [evidence.in_words(row["done"]), table.field("status").label(row["status"]).capitalize()],
            ],
            anchor=row["problem_id"],
        )
        for row in records(evidence.tables["source_problems"])
    ]
    return HtmlTable(caption, columns, rows)
