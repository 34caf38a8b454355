"""What names a report: each identifier in its form, of one report, and as its record has it."""

from dataclasses import replace

import pytest

from livingreview.checks.completeness import check_fates
from livingreview.checks.identifiers import IDENTIFIER_RULES
from tests.checks.spoilt import line_of, spoil, told

# What: which row, cells to change, the column told.
CASES = {
    "DOI as an address": (
        {"scheme": "doi"}, {"value": "https://doi.org/10.1002/ajh.23167"}, "value"
    ),
    "DOI with a full stop": ({"scheme": "doi"}, {"value": "10.1002/ajh.23167."}, "value"),
    "PMID in letters": ({"scheme": "pmid"}, {"value": "PMID 22431002"}, "value"),
    "PMCID without PMC": ({"scheme": "pmcid"}, {"value": "3010035"}, "value"),
    "trial number cut": ({"scheme": "registry"}, {"value": "NCT123"}, "value"),
    "trial number as a number": ({"scheme": "registry"}, {"value": "2.4E+09"}, "value"),
    "DOI called a PMID": ({"scheme": "doi"}, {"scheme": "pmid"}, "value"),
    "DOI of another report": (
        {"identifier_id": "kantarjian-2017.doi"}, {"value": "10.1001/jama.2021.0669"}, "value"
    ),
    "DOI of another report, in capitals": (
        {"identifier_id": "kantarjian-2017.doi"}, {"value": "10.1001/JAMA.2021.0669"}, "value"
    ),
    "DOI with a slip": ({"identifier_id": "brown-2021.doi"}, {"value": "10.1001/jama.2021.0696"}, "value"),
    "row moved to another report": (
        {"identifier_id": "brown-2021.doi"}, {"report_id": "advani-2010"}, "identifier_id"
    ),
    "printed as the value": (
        {"identifier_id": "brown-2021.doi"}, {"as_printed": "10.1001/jama.2021.0669"}, "as_printed"
    ),
}  # fmt: skip


def test_the_real_identifiers_are_sound(checked):
    assert told(IDENTIFIER_RULES, checked) == set()


@pytest.mark.parametrize("name", CASES)
def test_what_is_wrong_with_an_identifier_is_told(checked, name):
    wanted, cells, column = CASES[name]
    line = line_of(checked, "identifiers", **wanted)
    found = told(IDENTIFIER_RULES, spoil(checked, "identifiers", line, **cells))
    assert ("identifiers.csv", line, column) in found


def test_a_trial_may_have_many_reports_but_a_report_names_it_once(checked):
    line = line_of(checked, "identifiers", identifier_id="gmall-relapse-2012.registry.nct00198991")
    assert told(IDENTIFIER_RULES, spoil(checked, "identifiers", line, value="NCT02013167")) == set()
    found = told(IDENTIFIER_RULES, spoil(checked, "identifiers", line, value="NCT00199056"))
    assert found == {("identifiers.csv", line + 1, "value")}


def test_an_identifier_that_stands_in_a_record_alone_is_told(checked):
    records = checked.records | {"advani-2010": {"pmcid": "PMC99"}}
    problems = [problem for rule in IDENTIFIER_RULES for problem in rule(replace(checked, records=records))]
    assert [(problem.file, problem.column, problem.rule) for problem in problems] == [
        ("references.bib", "advani-2010.pmcid", "identifier-left-out")
    ]


def test_a_report_without_number_and_title_says_why(checked):
    line = line_of(checked, "reports", report_id="korea-blinatumomab-abstract")
    found = told(IDENTIFIER_RULES, spoil(checked, "reports", line, note=None))
    assert found == {("reports.csv", line, "note")}


@pytest.mark.parametrize(
    ("wanted", "cells", "column"),
    [
        ({"fate": "included"}, {"report_id": None}, "report_id"),
        ({"fate": "included"}, {"fate": "context"}, "fate"),
        ({"fate": "included"}, {"fate": "not_found"}, "report_id"),
        ({"fate": "not_found"}, {"tried": None}, "tried"),
    ],
)
def test_a_fate_that_the_tables_belie_is_told(checked, wanted, cells, column):
    line = line_of(checked, "expected", **wanted)
    assert told([check_fates], checked) == set()
    found = told([check_fates], spoil(checked, "expected", line, **cells))
    assert ("expected.csv", line, column) in found


def test_a_report_that_is_expected_twice_is_told(checked):
    first = line_of(checked, "expected", fate="included")
    report = checked.frames["expected"].loc[first, "report_id"]
    second = next(
        line
        for line, row in checked.lines("expected")
        if row["fate"] == "included" and row["report_id"] != report
    )
    found = told([check_fates], spoil(checked, "expected", second, report_id=report))
    assert ("expected.csv", second, "report_id") in found


@pytest.mark.parametrize(
    ("column", "value"),
    [("doi", "10.1200/JCO.2008.16.1441"), ("doi", "10,1200/1"), ("pmid", "18711178"), ("pmid", "32001530")],
)
def test_a_number_of_an_expected_report_that_is_another_here_is_told(checked, column, value):
    line = line_of(checked, "expected", expected_id="aall01p2")
    found = told(IDENTIFIER_RULES, spoil(checked, "expected", line, **{column: value}))
    assert ("expected.csv", line, column) in found


def test_two_expected_reports_have_two_numbers(checked):
    lines = [line for line, row in checked.lines("expected") if row["report_id"] is None and row["doi"]]
    value = checked.frames["expected"].loc[lines[0], "doi"]
    found = told(IDENTIFIER_RULES, spoil(checked, "expected", lines[1], doi=value))
    assert found == {("expected.csv", lines[1], "doi")}
