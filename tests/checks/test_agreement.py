"""What stands in two places agrees; a change of either place is told."""

import pytest

from livingreview.checks.agreement import AGREEMENT_RULES
from livingreview.checks.completeness import COMPLETENESS_RULES
from livingreview.checks.links import check_regimens_given
from tests.checks.spoilt import line_of, spoil, told

RULES = (*AGREEMENT_RULES, *COMPLETENESS_RULES, check_regimens_given)
# What: table, which row, cells to change; the column told where it is another.
CASES = {
    "available in the future": ("reports", {"first_available": True}, {"first_available": "2931"}, ""),
    "available in another year than its record": (
        "reports", {"report_id": "advani-2010"}, {"first_available": "2011-12"}, ""
    ),
    "cut off after it appeared": ("reports", {"data_cutoff": "2020-09-30"}, {"data_cutoff": "2022-09"}, ""),
    "searched in the future": ("searches", {"date": True}, {"date": "2931-01-01"}, ""),
    "days as a serial number": ("regimen_components", {"days": True}, {"days": "45660"}, ""),
    "days of a year": ("regimen_components", {"days": True}, {"days": "1-400"}, ""),
    "a day before treatment": (
        "regimen_components", {"days": "1-5", "note": False}, {"days": "-5"}, ""
    ),
    "often against doses": (
        "regimen_components", {"doses_per_day": 2}, {"frequency": "eight times a day"}, "doses_per_day"
    ),
    "once a day, twice": (
        "regimen_components", {"doses_per_day": 2}, {"frequency": "once daily"}, "doses_per_day"
    ),
    "derived count left out": (
        "outcomes", {"row_id": "hochberg-asco-phase1.outcome.responders.mrd-negative"}, {"events": None}, ""
    ),
    "name of another drug": ("drugs", {"drug_id": "clofarabine"}, {"synonyms": "cladribine"}, ""),
    "days with zeros": ("regimen_components", {"days": True}, {"days": "01-03"}, ""),
    "hours against doses": ("regimen_components", {"frequency": "every 12 h"}, {"doses_per_day": 1}, ""),
    "count left out": ("outcomes", {"row_id": "advani-2010.outcome.all.cr-cri"}, {"events": None}, ""),
    "percentage left out": (
        "outcomes", {"row_id": "advani-2010.outcome.all.cr-cri"}, {"percent_reported_pct": None}, ""
    ),
    "percentage in brackets left out": (
        "adverse_events", {"row_id": "stein-2018.ae.alcantara.any-adverse-event-g3"},
        {"percent_reported_pct": None}, "",
    ),
    "size left out": (
        "cohorts", {"row_id": "clo-cy-phase1-2007.cohort.all"}, {"n_enrolled": None, "n_evaluable": None},
        "n_enrolled",
    ),
    "half a grade": ("adverse_events", {"grade_min": True}, {"grade_min": None}, ""),
    "median in percent": ("survival", {"statistic": "median"}, {"unit": "pct"}, ""),
    "median in days": (
        "survival", {"row_id": "advani-2010.survival.all.os-median"}, {"unit": "days"}, ""
    ),
    "landmark in months": ("survival", {"statistic": "landmark"}, {"unit": "months"}, ""),
    "time of a median": ("survival", {"statistic": "median"}, {"time_months": 12}, ""),
    "ratio of nothing": ("survival", {"statistic": "hazard_ratio"}, {"group": None}, ""),
    "own parent": (
        "cohorts", {"cohort_id": "advani-2010.all"}, {"parent_cohort_id": "advani-2010.all"}, ""
    ),
    "parent of another report": (
        "cohorts", {"cohort_id": "advani-2010.all"}, {"parent_cohort_id": "badar-2020.all"},
        "parent_cohort_id",
    ),
    "other study": ("cohorts", {"cohort_id": "advani-2010.all"}, {"study_id": "tower"}, ""),
    "other regimen": ("cohorts", {"cohort_id": "advani-2010.all"}, {"regimen_id": "linder-clag"}, ""),
    "regimen left out": ("cohorts", {"cohort_id": "advani-2010.all"}, {"regimen_id": None}, ""),
    "term in small letters": (
        "adverse_events", {"term": "Cytokine release syndrome"}, {"term": "cytokine release syndrome"}, None
    ),
    "term abbreviated": ("adverse_events", {"term": "Cytokine release syndrome"}, {"term": "CRS"}, ""),
    "drug twice": ("drugs", {"drug_id": "azacitidine"}, {"name": "Blinatumomab"}, None),
    "page without scheme": ("reports", {"page_read": True}, {"page_read": "example.org/x"}, ""),
    "overlap with itself": ("studies", {"study_id": "tower"}, {"overlaps_with": "tower"}, ""),
    "position twice": ("claims", {"position": 2}, {"position": 1}, None),
    "position far off": ("families", {"position": 4}, {"position": 44}, ""),
    "claimed to be in the source": (
        "outcomes", {"row_id": "advani-2010.outcome.all.cr-cri"}, {"verification": "source_text"}, ""
    ),
    "claimed to be read in full": ("reports", {"report_id": "advani-2010"}, {"text_seen": "full_text"}, ""),
    "more rows in both": ("extraction_agreement", {"report_id": "linder-2016"}, {"rows_both": 125}, ""),
    "more rows than a reader can have had": (
        "extraction_agreement", {"report_id": "gao-2025"}, {"rows_first": 111}, ""
    ),
    "two versions of a tool": ("appraisal_tools", {"position": 2}, {"tool_version": "2000"}, ""),
    "claim moved to another class": ("claims", {"class_id": "bortezomib"}, {"class_id": "blinatumomab"}, ""),
    "twice a day, once": (
        "regimen_components", {"doses_per_day": 1}, {"frequency": "twice daily"}, "doses_per_day"
    ),
    "nothing counted": (
        "outcomes", {"events": True, "note": False},
        {"events": None, "total": None, "percent_reported_pct": None}, "",
    ),
    "age left out": ("cohorts", {"age_statistic": "median"}, {"age_centre_years": None}, ""),
    "searched before what it brought": (
        "searches", {"search_id": "mitcl-reports"}, {"date": "2001-11-21"}, ""
    ),
    "setting named as another": (
        "settings", {"setting_id": "child-later-relapse"}, {"title": "AML: relapsed or refractory"}, None
    ),
    "hits left out": ("searches", {"hits": True, "note": False}, {"hits": None}, ""),
}  # fmt: skip


def test_the_real_tables_agree(checked):
    assert told(RULES, checked) == set()


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_what_does_not_agree_is_told(checked, name):
    table, wanted, cells, column = CASES[name]
    line = line_of(checked, table, **wanted)
    found = told(RULES, spoil(checked, table, line, **cells))
    assert found
    if column is not None:
        assert (f"{table}.csv", line, column or next(iter(cells))) in found


@pytest.mark.slow
def test_parents_in_a_circle_are_told(checked):
    line = line_of(checked, "cohorts", parent_cohort_id=True)
    row = checked.frames["cohorts"].loc[line]
    above = line_of(checked, "cohorts", cohort_id=row["parent_cohort_id"])
    circle = spoil(checked, "cohorts", above, parent_cohort_id=row["cohort_id"])
    assert {("cohorts.csv", line, "parent_cohort_id"), ("cohorts.csv", above, "parent_cohort_id")} <= told(
        RULES, circle
    )
