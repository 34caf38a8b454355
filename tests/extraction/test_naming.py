"""Ids are made by the machine, are free, and bear no witness to what they were made of."""

import pytest

from livingreview.extraction.naming import name_group, name_report, name_row, name_study

FORM = {
    "authors": "Łódź, Anna; Other, B",
    "title": "Some words of a title",
    "year": "2024",
    "registry": "",
    "study": "",
}


@pytest.mark.parametrize(
    ("form", "taken", "name"),
    [
        ({}, (), "lodz-2024"),
        ({}, ("lodz-2024",), "lodz-2024-some"),
        ({"year": ""}, (), "lodz"),
        ({"authors": ""}, (), "some-words-title-2024"),
        ({"authors": "", "title": "", "registry": "NCT01234567"}, (), "nct01234567-2024"),
        ({"title": ""}, ("lodz-2024",), "lodz-2024-2"),
    ],
)
def test_a_report_is_called_by_author_and_year(form, taken, name):
    assert name_report(FORM | form, taken) == name


def test_a_study_is_called_by_its_number_in_a_register_or_by_its_name():
    assert name_study(FORM | {"registry": "NCT01234567; ISRCTN1"}, "x", ()) == "nct01234567"
    assert name_study(FORM | {"study": "Tower (trial)"}, "x", ("tower-trial",)) == "tower-trial-2"
    assert name_study(FORM, "lodz-2024", ()) == "lodz-2024"


def test_groups_and_regimens_are_named_after_their_report():
    assert name_group("lodz-2024", "cohorts", "MRD positive") == "lodz-2024.mrd-positive"
    assert name_group("lodz-2024", "regimens", "FLAG-Ida") == "lodz-2024-flag-ida"


def row(known, table, **cells):
    empty = dict.fromkeys(known.package.tables[table].columns, "")
    return empty | {"report_id": "lodz-2024", "cohort_id": "lodz-2024.all"} | cells


@pytest.mark.parametrize(
    ("table", "cells", "name"),
    [
        ("outcomes", {"outcome": "cr_cri"}, "outcome.all.cr-cri"),
        ("survival", {"endpoint": "OS", "statistic": "median"}, "survival.all.os-median"),
        (
            "survival",
            {"endpoint": "OS", "statistic": "landmark", "time_months": "12", "as_reported": "at 1 year 40%"},
            "survival.all.os-12m",
        ),
        ("adverse_events", {"term": "Febrile neutropenia"}, "ae.all.febrile-neutropenia"),
        ("definitions", {"kind": "eligibility", "cohort_id": ""}, "definition.eligibility"),
        ("cohorts", {}, "cohort.all"),
    ],
)
def test_an_address_says_of_whom_and_of_what_a_row_is(known, table, cells, name):
    found = name_row(known.package, known.package.tables[table], row(known, table, **cells), ())
    assert found == f"lodz-2024.{name}"


def test_a_time_or_grade_that_no_fragment_tells_stands_in_no_address(known):
    """Else a slip in the cell would bear itself witness."""
    table = known.package.tables["survival"]
    cells = {"endpoint": "OS", "statistic": "landmark", "time_months": "21", "as_reported": "12 months: 40%"}
    assert name_row(known.package, table, row(known, "survival", **cells), ()).endswith("os-landmark")
    table = known.package.tables["adverse_events"]
    for said, end in (("4 of grade 3", "fever-g3"), ("severe in 4", "fever-g3"), ("4 of 40", "fever")):
        cells = {"term": "Fever", "grade_min": "3", "as_reported": said}
        assert name_row(known.package, table, row(known, "adverse_events", **cells), ()).endswith(end)


def test_rows_that_would_be_alike_are_parted_by_what_differs_then_by_number(known):
    table, taken = known.package.tables["outcomes"], set()
    for cells, end in (
        ({}, "cr"),
        ({"timepoint": "after cycle 2"}, "cr-after-cycle-2"),
        ({"timepoint": "after cycle 2"}, "cr-2"),
    ):
        name = name_row(known.package, table, row(known, "outcomes", outcome="cr", **cells), taken)
        assert name == f"lodz-2024.outcome.all.{end}"
        taken.add(name)
