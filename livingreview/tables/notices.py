"""Retractions and corrections in words, for a report's page and for the pools that rest on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd
from markupsafe import Markup, escape

from livingreview.evidence import Evidence, records
from livingreview.tables.common import group_by, number_link, short_name

NEVER = "not asked of Crossref and PubMed yet"


def tell_notices(evidence: Evidence, report_id: str) -> Markup:
    """What each source lists on a report, and on which day; never that nothing happened to it."""
    notices, watches = (_of_reports(evidence, name).get(report_id, []) for name in ("notices", "watches"))
    parts = [_tell_notice(evidence, row) for row in notices]
    noticed = {row["source"] for row in notices}
    parts += [_tell_watch(row) for row in watches if row["source"] not in noticed]
    return Markup("; ").join(parts) or Markup(NEVER)


def _of_reports(evidence: Evidence, table: str) -> dict[str, list[dict]]:
    """The rows of a table by report, grouped once for all pages."""
    if (name := f"{table} by report") not in evidence.memo:
        evidence.memo[name] = group_by(records(evidence.tables[table]), "report_id")
    return evidence.memo[name]


def _tell_notice(evidence: Evidence, row: Mapping) -> Markup:
    kind = evidence.label("notices", "kind", row["kind"])
    day = "" if pd.isna(row["day"]) else f" of {row['day']}"
    read = f"not read by the makers of this review yet; first seen on {row['seen_on']}"
    if not pd.isna(row["read_on"]):
        effect = evidence.label("notices", "effect", row["effect"])
        why = "" if pd.isna(row["note"]) else f": {evidence.in_words(row['note'])}"
        read = f"read on {row['read_on']}, {effect}{why}"
    return Markup("{}{} ({}, {}); {}").format(
        kind, day, row["source"], _address(evidence, row["notice"]), read
    )


def _address(evidence: Evidence, notice: str) -> Markup:
    """A notice's number as a link, where it is one."""
    if notice.isdecimal():
        return Markup("PubMed {}").format(number_link(evidence, "pmid", notice))
    return number_link(evidence, "doi", notice) if notice.startswith("10.") else escape(notice)


def _tell_watch(row: Mapping) -> Markup:
    if row["answer"] == "not_there":
        return Markup("{}: does not know its number, asked on {}").format(row["source"], row["day"])
    return Markup("{}: not in the list of {}").format(row["source"], row["day"])


def warn_of(evidence: Evidence, row_ids: Iterable[str]) -> list[str]:
    """A sentence for each report among the origins of some rows that was retracted or is in doubt."""
    reports = dict.fromkeys(evidence.row(row_id)["report_id"] for row_id in row_ids)
    return [
        f"It rests on {short_name(evidence, report_id)}: {evidence.alarms[report_id]}."
        for report_id in reports
        if report_id in evidence.alarms
    ]
