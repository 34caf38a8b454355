"""The order of cohorts: whole ones first, each study by one report, the largest study first."""

import pandas as pd
import pytest

from livingreview.evidence import select_class, select_part
from livingreview.tables.cohorts import FIRST, OTHERS, order_cohorts
from livingreview.tables.evidence_map import cohort_size
from tests.drawn import CLASSES


@pytest.fixture(scope="module")
def cores(review):
    return {name: select_part(select_class(review, name), "core") for name in CLASSES}


def test_whole_cohorts_come_before_parts_and_a_study_by_one_report(cores):
    """Cohorts once stood by their ids: parts above their whole, a trial in ten places."""
    for core in cores.values():
        told = order_cohorts(core)
        assert list(told) == [FIRST, OTHERS][: len(told)]
        first = told[FIRST]
        assert all(pd.isna(row["parent_cohort_id"]) for row in first)
        reports: dict[str, set] = {}
        for row in first:
            reports.setdefault(row["study"], set()).add(row["report_id"])
        assert all(len(told) == 1 for told in reports.values())
        sizes = {study: sum(cohort_size(row) for row in first if row["study"] == study) for study in reports}
        assert list(sizes.values()) == sorted(sizes.values(), reverse=True)


def test_no_cohort_is_lost(cores):
    for core in cores.values():
        rows = [row["cohort_id"] for cohorts in order_cohorts(core).values() for row in cohorts]
        assert sorted(rows) == sorted(core.tables["cohorts"]["cohort_id"])
