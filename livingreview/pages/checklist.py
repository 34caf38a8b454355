"""The reporting checklist: each item of each guideline, whether the review meets it, and where."""

from __future__ import annotations

import pandas as pd
from markupsafe import Markup

from livingreview.display.html import Column, HtmlTable, Row, Stack, link
from livingreview.evidence import Evidence, split_ids
from livingreview.tables.common import text


def tabulate_checklist(review: Evidence) -> Stack:
    """One table per guideline, in the guideline's own order; what is not met says so."""
    frame, spec = review.tables["reporting_items"], review.package.table("reporting_items")
    columns = [Column("Item"), Column("What it asks for"), Column("Met?"), Column("Where"), Column("Remark")]
    tables = []
    for guideline, words in spec.field("guideline").labels.items():
        part = frame.loc[frame["guideline"].eq(guideline)].sort_values("position")
        rows = [
            Row(
                [
                    f"{row['number']}. {row['topic']}",
                    row["asks"],
                    spec.field("status").label(row["status"]),
                    [_link(place) for place in split_ids(row["where"])] or "nowhere",
                    text(row["note"]),
                ],
                anchor=row["item_id"],
            )
            for row in part.to_dict("records")
        ]
        if rows:
            tables.append(HtmlTable(f"{words}: {count_statuses(review, part)}", columns, rows))
    return Stack(tables, "No guideline is entered.")


def count_statuses(review: Evidence, part: pd.DataFrame) -> str:
    """'30 met, 5 partly met, 4 not met'."""
    labels = review.package.field("reporting_items", "status").labels
    counts = part["status"].value_counts()
    return ", ".join(f"{counts[code]} {words}" for code, words in labels.items() if code in counts)


def _link(place: str) -> Markup:
    page, _, anchor = place.partition("#")
    words = page.removesuffix(".html") + (f": {anchor}" if anchor else "")
    return link(words.replace("-", " "), place)
