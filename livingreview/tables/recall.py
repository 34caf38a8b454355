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
SOUGHT = "sought"  # listed before it was looked for: these alone measure the search


def tabulate_expected(review: Evidence, *, caption: str) -> Stack:
    """How many of the expected reports were found, read and are here, by class and by who names them.

    Below stands the list itself, folded. Nothing is typed: all is counted from ``expected.csv``.
    """
    expected = records(review.tables["expected"])
    if not expected:
        return Stack([], "No list of expected reports is entered.")
    titles = dict(review.tables["regimen_classes"].sort_values("position")[["class_id", "title"]].to_numpy())
    blocks = [
        ("By class", [(titles[code], _having(expected, "class_id", code)) for code in titles]),
        ("By who names them", _by_code(review, expected, "named_by")),
        ("By when they were listed", _by_code(review, expected, "listed")),
    ]
    columns = [Column("Reports"), *(Column(name, True) for name in ("Expected", "Found", "Read", "Here"))]
    rows = [_count_row("All", expected)]
    for heading, parts in blocks:
        rows.append(Row([heading], heading=True))
        rows += [_count_row(name, part) for name, part in parts if part]
    return Stack([HtmlTable(caption, columns, rows), fold(_list(review, expected))])


def say_recall(review: Evidence) -> str:
    """'79 of 120 are here, 48 of the 88 named before they were looked for, by …'; '' without a list."""
    expected = records(review.tables["expected"])
    if not expected:
        return ""
    asked = _having(expected, "listed", SOUGHT)
    told = f"{_here(expected)} of {len(expected)} are here"
    if 0 < len(asked) < len(expected):
        told += f", {_here(asked)} of the {len(asked)} named before they were looked for"
    return f"{told}, by the list on the methods page"


def _here(rows: Sequence[dict]) -> int:
    return sum(row["fate"] in HERE for row in rows)


def _by_code(review: Evidence, rows: Sequence[dict], column: str) -> list[tuple[str, list[dict]]]:
    """The rows of each code of a column, with the code in words."""
    codes = review.package.field("expected", column).constraints.get("enum", ())
    return [(review.label("expected", column, code), _having(rows, column, code)) for code in codes]


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
