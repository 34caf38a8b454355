"""What an address says of its row is a second witness of codes and ids: a slip in one of them is told."""

import pytest

from livingreview.checks.addresses import ADDRESS_RULES
from tests.checks.spoilt import line_of, spoil, told

TOWER = "kantarjian-2017.outcome.blinatumomab.cr"
CR = "advani-2010.outcome.all.cr-cri"
MEDIAN = "kantarjian-2017.survival.blinatumomab.os-median"
# What: table, row, cells to change, the column told.
CASES = {
    "cohort of the other arm": (
        "outcomes", {"row_id": TOWER}, {"cohort_id": "kantarjian-2017.chemotherapy"}, "cohort_id"
    ),
    "cohort under another's address": (
        "cohorts", {"cohort_id": "kantarjian-2017.blinatumomab"},
        {"cohort_id": "kantarjian-2017.other"}, "cohort_id",
    ),
    "regimen under another's address": (
        "regimens", {"regimen_id": "advani-2010-clo-arac"}, {"regimen_id": "advani-2010-mec"}, "regimen_id"
    ),
    "another drug": (
        "regimen_components", {"row_id": "advani-2010.component.clo-arac.clofarabine"},
        {"drug_id": "azacitidine"}, "drug_id",
    ),
    "failure for a remission": (
        "outcomes", {"row_id": CR}, {"outcome": "induction_failure"}, "outcome"
    ),
    "another endpoint": ("survival", {"row_id": MEDIAN}, {"endpoint": "EFS", "note": None}, "endpoint"),
    "another statistic": ("survival", {"row_id": MEDIAN}, {"statistic": "mean"}, "statistic"),
    "another item": (
        "appraisals", {"row_id": "linder-2016.appraisal.4"}, {"item_id": "jbi-case-report.5"}, "item_id"
    ),
    "another time": (
        "survival", {"row_id": "badar-2020.survival.mrd.rfs-2y"}, {"time_months": 42}, "time_months"
    ),
    "another grade": (
        "adverse_events", {"row_id": "attar-2008.ae.all.bilirubin-g3"}, {"grade_min": 4}, "grade_min"
    ),
    "another grade in full": (
        "adverse_events", {"row_id": "hochberg-2026.ae.enrolled.infection-grade-4-5"},
        {"grade_max": 4}, "grade_max",
    ),
    "no grade": (
        "adverse_events", {"row_id": "attar-2008.ae.all.bilirubin-g3"}, {"grade_min": None}, "grade_min"
    ),
}  # fmt: skip


def test_the_real_rows_fit_their_addresses(checked):
    assert told(ADDRESS_RULES, checked) == set()


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_a_slip_is_told(checked, name):
    table, where, cells, column = CASES[name]
    line = line_of(checked, table, **where)
    assert (f"{table}.csv", line, column) in told(ADDRESS_RULES, spoil(checked, table, line, **cells))


def test_a_part_of_the_cohort_may_stand_under_its_address(checked):
    line = line_of(checked, "outcomes", row_id=TOWER)
    part = line_of(checked, "cohorts", cohort_id="kantarjian-2017.chemotherapy")
    spoilt = spoil(checked, "cohorts", part, parent_cohort_id="kantarjian-2017.blinatumomab")
    spoilt = spoil(spoilt, "outcomes", line, cohort_id="kantarjian-2017.chemotherapy")
    assert told(ADDRESS_RULES, spoilt) == set()
