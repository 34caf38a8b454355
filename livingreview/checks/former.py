"""Rules about former ids of reports: they are gone, and nothing is left under them."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from livingreview.checks.checked import Checked
from livingreview.checks.problems import Problem, quote
from livingreview.evidence.former import FORMER, may_mention, mentions, rename_in


def check_former_are_gone(checked: Checked) -> Iterator[Problem]:
    """No report has a former id, so none leads on in a circle, or away from a page that is there."""
    live = {row["report_id"] for _, row in checked.rows_of("reports", "report_id")}
    for line, row in checked.rows_of(FORMER, "former_id"):
        if row["former_id"] in live:
            place, expected = (FORMER, line, "former_id", "still-there"), "an id that no report has now"
            mend = "delete this row, or rename the report of that id: livingreview rename"
            yield checked.problem(*place, quote(row["former_id"]), expected, mend)


def check_nothing_is_left(checked: Checked) -> Iterator[Problem]:
    """No row, list or note still goes by a former id."""
    live = {row["report_id"] for _, row in checked.rows_of("reports", "report_id")}
    ids = {
        row["former_id"]: row["report_id"]
        for _, row in checked.rows_of(FORMER, "former_id", "report_id")
        if row["former_id"] not in live  # told by the rule above
    }
    if not ids:
        return
    pattern = mentions(tuple(ids))
    for table in checked.package.tables.values():
        for item in table.fields if table.name != FORMER else ():
            if item.dtype != "string" or not may_mention(checked.package, table, item.name):
                continue
            cells = checked.frames[table.name].get(item.name, pd.Series(dtype="string")).dropna()
            for line, text in cells[cells.astype("string").str.contains(pattern)].items():
                if (mended := rename_in(str(text), ids)) != text:
                    former = pattern.search(str(text))
                    place, found = (table.name, line, item.name, "former-id"), former[0] if former else ""
                    yield checked.problem(
                        *place, quote(found), f"the id of now, {ids[found]!r}", f"write {quote(mended, 300)}"
                    )


FORMER_RULES = (check_former_are_gone, check_nothing_is_left)
