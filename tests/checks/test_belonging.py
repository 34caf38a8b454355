"""What belongs together and does not fit is told in the cell that is most likely wrong."""

from dataclasses import replace

import pandas as pd
import pytest

from livingreview.checks.belonging import BELONGING_RULES, check_ages_of_group
from livingreview.checks.tables import check_data
from tests.checks.damage import set_cell
from tests.checks.spoilt import line_of, spoil, told

pytestmark = pytest.mark.slow

TOWER = "NCT02013167"
# Table, what finds the row, column, what a slip of the hand makes of it, the rule that tells it.
SLIPS = [
    ("cohorts", {"row_id": "ramos-2025.cohort.relapse-b-lineage"}, "disease", "aml", "part-of-whole"),
    ("cohorts", {"row_id": "mitcl-pbc-2022.cohort.all"}, "disease", "t-ll", "part-of-whole"),
    ("cohorts", {"row_id": "horton-2019.cohort.b-early"}, "setting", "first_line", "part-of-whole"),
    ("cohorts", {"row_id": "graall-clofarabine-2011.cohort.vandevol"}, "age_group", "paediatric",
     "ages-of-group"),
    ("outcomes", {"row_id": "zhou-2022.outcome.all.cr"}, "denominator", "responders", "denominator-of-total"),
    ("outcomes", {"row_id": "zhou-2022.outcome.all.cr"}, "events", "81", "narrower-count"),
    ("identifiers", {"identifier_id": "zhou-2022.registry.nct03476239"}, "value", TOWER, "number-of-study"),
]  # fmt: skip


def test_everything_real_that_belongs_together_fits(checked):
    assert told(BELONGING_RULES, checked) == set()


def test_each_slip_is_told_in_its_cell(project):
    """All at once: a check of a whole project takes longer than any rule."""
    places = {
        (*set_cell(project, table, column, value, **where), rule)
        for table, where, column, value, rule in SLIPS
    }
    problems = check_data(project)[1]
    assert places <= {(problem.file, problem.row, problem.column, problem.rule) for problem in problems}


def test_the_whole_is_named_where_none_of_its_parts_fits(checked):
    line = line_of(checked, "cohorts", row_id="mitcl-pbc-2022.cohort.all")
    spoilt = spoil(checked, "cohorts", line, disease="nk-t-lymphoma")
    assert told(BELONGING_RULES, spoilt) == {("cohorts.csv", line, "disease")}


def test_a_part_may_be_told_otherwise_where_a_note_names_it(checked):
    line = line_of(checked, "cohorts", row_id="ramos-2025.cohort.relapse-b-lineage")
    place = ("cohorts.csv", line, "disease")
    assert place in told(BELONGING_RULES, spoil(checked, "cohorts", line, disease="aml"))
    noted = spoil(checked, "cohorts", line, disease="aml", note="AML after a switch of lineage.")
    assert place not in told(BELONGING_RULES, noted)


@pytest.mark.parametrize(
    ("group", "low", "high", "is_told"),
    [
        ("paediatric", 18, 77, True),
        ("paediatric", 2, 21, False),  # young adults are often counted among children
        ("adult", 15, 60, False),
        ("adult", 1, 17, True),
        ("mixed", 2, 77, False),  # nothing is declared of it but of whom there are more
        ("not_reported", 18, 77, False),
    ],
)
def test_ages_are_of_their_group(checked, group, low, high, is_told):
    line = line_of(checked, "cohorts", row_id="graall-clofarabine-2011.cohort.vandevol")
    ages = {"age_min_years": low, "age_max_years": high, "age_centre_years": pd.NA}
    spoilt = spoil(checked, "cohorts", line, age_group=group, **ages)
    assert (("cohorts.csv", line, "age_group") in told([check_ages_of_group], spoilt)) is is_told


@pytest.mark.parametrize(
    ("group", "centre", "is_told"),
    [("mixed", 49, True), ("mixed", 9, False), ("mostly_adult", 49, False), ("mostly_adult", 12, True)],
)
def test_both_ages_are_of_those_of_whom_there_are_more(checked, group, centre, is_told):
    """A series with a median age of 49 years once stood among children."""
    line = line_of(checked, "cohorts", row_id="wang-2025-aerospace.cohort.all")
    spoilt = spoil(checked, "cohorts", line, age_group=group, age_centre_years=centre)
    assert (("cohorts.csv", line, "age_group") in told([check_ages_of_group], spoilt)) is is_told


def test_a_total_of_all_is_a_size_of_the_cohort(checked):
    line = line_of(checked, "outcomes", row_id="zhou-2022.outcome.all.cr")
    place = ("outcomes.csv", line, "denominator")
    assert place in told(BELONGING_RULES, spoil(checked, "outcomes", line, total=41))
    noted = spoil(checked, "outcomes", line, total=41, note="41 were treated at the first centre.")
    assert place not in told(BELONGING_RULES, noted)


@pytest.mark.parametrize(
    ("table", "where", "cells"),
    [
        ("studies", {"study_id": "aall1331"}, {"enrolment_start": "2022-01"}),
        ("studies", {"study_id": "aall1331"}, {"enrolment_end": "2022-12"}),
        ("reports", {"report_id": "brown-2021"}, {"data_cutoff": "2022-09-30"}),
        ("reports", {"report_id": "brown-2021"}, {"first_available": "2022"}),
    ],
)
def test_no_report_is_out_before_what_it_reports(checked, table, where, cells):
    assert checked.records["brown-2021"]["year"] == "2021"
    line = line_of(checked, table, **where)
    spoilt = spoil(checked, table, line, **cells)
    assert ("references.bib", 0, "brown-2021.year") in told(BELONGING_RULES, spoilt)


def test_an_interim_report_may_come_before_the_end_of_enrolment(checked):
    """One of a study's reports is of 2016, while patients came until 2021; later ones tell of that end."""
    assert checked.records["mitcl-aacr-2016"]["year"] == "2016"
    of_study = checked.frames["reports"].set_index("report_id")["study_id"]
    kept = of_study.index[(of_study != of_study["mitcl-aacr-2016"]) | (of_study.index == "mitcl-aacr-2016")]
    alone = replace(checked, records={key: checked.records[key] for key in kept if key in checked.records})
    assert ("references.bib", 0, "mitcl-aacr-2016.year") in told(BELONGING_RULES, alone)


def test_studies_that_share_patients_share_a_number(checked):
    line = line_of(checked, "studies", study_id="aall1331-block1")
    apart = spoil(checked, "studies", line, overlaps_with="aall1331", note=None)
    for other in ("aall1331-low-risk", "aall1331"):
        at = line_of(apart, "studies", study_id=other)
        apart = spoil(apart, "studies", at, overlaps_with=None, note=None)
    assert {place[::2] for place in told(BELONGING_RULES, apart)} == {("identifiers.csv", "value")}
