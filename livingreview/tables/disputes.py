"""What is unsettled about a count, in a line beside it."""

from __future__ import annotations

from collections.abc import Collection

from livingreview.evidence import Evidence, records, split_ids
from livingreview.tables.common import text

LIMITS = "summary_statistic"  # kind of a discrepancy about a mean, a range or an interval
# Columns that say which result a row of any evidence table tells.
MEASURED = ("outcome", "term", "grade_min", "attribution", "endpoint", "statistic", "time_months")


def disputes(evidence: Evidence, row_ids: Collection[str]) -> list[str]:
    """What is unsettled about some counts: another value of the same result, or limits that cannot be."""
    told = []
    for title, kind, touched in _unsettled(evidence):
        own = {what for row_id, what in touched.items() if row_id in row_ids}
        others = {what for row_id, what in touched.items() if row_id not in row_ids} if own else set()
        if own & others or (own and kind == LIMITS):
            told.append(f"Not settled: {title}")
    return told


def _unsettled(evidence: Evidence) -> list[tuple[str, str, dict[str, tuple]]]:
    """Title, kind and the rows touched of each unsettled discrepancy that is not minor; read once."""
    if "unsettled" not in evidence.memo:
        found = evidence.memo.setdefault("unsettled", [])
        for row in records(evidence.tables["discrepancies"]):
            if row["status"] == "unsettled" and row["severity"] != "minor":
                known = (one for one in split_ids(row["affects"]) if one in evidence.row_tables)
                touched = {one: _measured(evidence, one) for one in known}
                found.append((row["title"], row["kind"], touched))
    return evidence.memo["unsettled"]


def _measured(evidence: Evidence, row_id: str) -> tuple:
    """What a row tells, whoever it tells it of."""
    row = evidence.row(row_id)
    return evidence.row_tables[row_id], *(text(row.get(name)) for name in MEASURED)
