"""Of the reports that a reader would expect, how many were found and read: the review's measured recall."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from livingreview.display.html import Column, HtmlTable, Row, Stack, fold
from livingreview.display.numbers import format_share
from livingreview.evidence import Evidence, records
from livingreview.tables.common import report_link, text

# What became of a report that was found at all; of one whose results could be read; of one that is here.
FOUND = ("included", "context", "excluded", "not_readable")
READ = FOUND[:3]
HERE = READ[:2]


def tabulate_expected(review: Evidence, *, caption: str) -> Stack:
    """How many of the expected reports were found, read and are here, by class and by who names them.

    Below stands the list itself, folded. Nothing is typed: all is counted from ``expected.csv``.
    """
    expected = records(review.tables["expected"])
    if not expected:
        return Stack([], "No list of expected reports is entered.")
    titles = dict(review.tables["regimen_classes"].sort_values("position")[["class_id", "title"]].to_numpy())
    names = review.package.field("expected", "named_by").constraints.get("enum", ())
    blocks = [
        ("By class", [(titles[code], _having(expected, "class_id", code)) for code in titles]),
        (
            "By who names them",
            [
                (review.label("expected", "named_by", code), _having(expected, "named_by", code))
                for code in names
            ],
        ),
    ]
    columns = [Column("Reports"), *(Column(name, True) for name in ("Expected", "Found", "Read", "Here"))]
    rows = [_count_row("All", expected)]
    for heading, parts in blocks:
        rows.append(Row([heading], heading=True))
        rows += [_count_row(name, part) for name, part in parts if part]
    return Stack([HtmlTable(caption, columns, rows), fold(_list(review, expected))])


def say_recall(review: Evidence) -> str:
    """'78 of 119 are here, by the list on the methods page'; '' where no list is kept."""
    expected = records(review.tables["expected"])
    here = sum(row["fate"] in HERE for row in expected)
    return f"{here} of {len(expected)} are here, by the list on the methods page" if expected else ""


def _having(rows: Sequence[dict], column: str, code: str) -> list[dict]:
    return [row for row in rows if row[column] == code]


def _count_row(name: str, rows: Sequence[dict]) -> Row:
    counts = [sum(row["fate"] in fates for row in rows) for fates in (FOUND, READ, HERE)]
    return Row([name, str(len(rows)), *(f"{count} ({format_share(count, len(rows))})" for count in counts)])


def _list(review: Evidence, expected: Sequence[dict]) -> HtmlTable:
    rows = [
        Row(
            [
                row["report"],
                row["why"],
                [review.label("expected", "named_by", row["named_by"]), review.in_words(row["named_in"])]
                if text(row["named_in"])
                else review.label("expected", "named_by", row["named_by"]),
                review.label("expected", "fate", row["fate"]),
                review.in_words(row["tried"])
                if pd.isna(row["report_id"])
                else report_link(review, row["report_id"]),
            ]
        )
        for row in sorted(expected, key=lambda row: (row["class_id"], row["report"]))
    ]
    columns = ["Report", "Why it is expected", "Named by", "What became of it", "Here as, or what was tried"]
    return HtmlTable("Expected reports", [Column(name) for name in columns], rows)
