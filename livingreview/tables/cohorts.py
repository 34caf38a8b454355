"""The order in which cohorts are listed: one report a study with its whole cohorts, then all others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from livingreview.evidence import Evidence, records
from livingreview.tables.choice import is_whole
from livingreview.tables.common import group_by
from livingreview.tables.evidence_map import cohort_size

FIRST = "Whole cohorts, each study by one report"
OTHERS = "Parts of these cohorts, and cohorts of the studies' other reports"


def order_cohorts(evidence: Evidence) -> dict[str, list[dict]]:
    """Cohorts under two headings, the largest study first; of a part its report's whole cohort comes first.

    A study is listed by the included report that tells of the most patients in whole cohorts.
    """
    named = evidence.cohort_studies
    cohorts = [row | {"study": named[row["cohort_id"]]} for row in records(evidence.tables["cohorts"])]
    studies = {study: _by_report(evidence, rows) for study, rows in group_by(cohorts, "study").items()}
    first: list[dict] = []
    others: list[dict] = []
    for reports in sorted(studies.values(), key=lambda reports: -_patients(reports[0])):
        for place, rows in enumerate(reports):
            ordered = sorted(rows, key=lambda row: (not is_whole(row), -cohort_size(row)))
            first += [row for row in ordered if place == 0 and is_whole(row)]
            others += [row for row in ordered if place or not is_whole(row)]
    return {heading: rows for heading, rows in ((FIRST, first), (OTHERS, others)) if rows}


def _by_report(evidence: Evidence, rows: Sequence[dict]) -> list[list[dict]]:
    """A study's cohorts by report, the one that stands for the study first."""
    return sorted(
        group_by(rows, "report_id").values(),
        key=lambda part: (
            not any(map(is_whole, part)),
            part[0]["report_id"] not in evidence.included,
            -_patients(part),
        ),
    )


def _patients(rows: Sequence[Mapping]) -> int:
    return sum(cohort_size(row) for row in rows if is_whole(row))
