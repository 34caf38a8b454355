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
    for row in records(evidence.tables["discrepancies"]):
        if row["status"] != "unsettled" or row["severity"] == "minor":
            continue
        touched = [one for one in split_ids(row["affects"]) if one in evidence.row_tables]
        own = {_measured(evidence, one) for one in touched if one in row_ids}
        others = {_measured(evidence, one) for one in touched if one not in row_ids}
        if own & others or (own and row["kind"] == LIMITS):
            told.append(f"Not settled: {row['title']}")
    return told


def _measured(evidence: Evidence, row_id: str) -> tuple:
    """What a row tells, whoever it tells it of."""
    row = evidence.row(row_id)
    return evidence.row_tables[row_id], *(text(row.get(name)) for name in MEASURED)
