"""What does not add up in a report is registered from its sheet, and names rows that have no address yet."""

import pytest

from livingreview.checks import check_project
from livingreview.evidence import load_evidence
from livingreview.extraction.comparing import compare, settle
from livingreview.extraction.reading import Book
from livingreview.extraction.sessions import take_sheets
from tests.extraction.example import ROWS, read
from tests.extraction.test_entering import rows_of, save_as
from tests.extraction.test_taking import TODAY

EVENT = (
    ROWS["adverse_events"][0]
    | {"term": "Hypokalaemia", "events": "3", "total": "40"}
    | {
        "group": "metabolism",
        "grade_max": "4",
        "percent_reported_pct": "7.8",
        "as_reported": "hypokalemia in 3 of 40 (grade 3/4, 7.8%)",
    }
)
MISFIT = {"kind": "percentage against count", "title": "No whole number of 40 is 7.8%"} | {
    "severity": "minor: slip without effect on a result",
    "value_a": '"hypokalemia in 3 of 40 (grade 3/4, 7.8%)"',
    "value_b": "3/40 = 7.5%",
    "explanation": "Three of forty are 7.5%, four are 10%.",
    "resolution": "The printed count is used.",
    "affects": "Adverse events, row 2",
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["ods"])
def test_a_printed_contradiction_is_taken_with_its_row_and_excuses_it(project, tmp_path, kind):
    known = Book(load_evidence(project))
    bare = save_as(kind, tmp_path / "bare", known, adverse_events=[EVENT])
    (problem,) = take_sheets(project, bare, today=TODAY).problems
    assert problem.column == "percent_reported_pct"
    assert "page 'Contradictions'" in problem.mend
    sheet = save_as(kind, tmp_path / "sheet", known, adverse_events=[EVENT], discrepancies=[MISFIT])
    assert take_sheets(project, sheet, today=TODAY).problems == []
    (row,) = [row for row in rows_of(project, "discrepancies") if row["report_id"] == "qwerty-2024"]
    assert row["discrepancy_id"] == "qwerty-2024.discrepancy.no-whole-number-of-40-is"
    (event,) = [row for row in rows_of(project, "adverse_events") if row["report_id"] == "qwerty-2024"]
    assert row["affects"] == event["row_id"]
    assert (row["kind"], row["severity"], row["status"]) == ("percent_vs_count", "minor", "unsettled")
    assert (row["where_a"], row["where_b"]) == ("Abstract", "Own calculation")
    assert row["value_a"] == "\u201chypokalemia in 3 of 40 (grade 3/4, 7.8%)\u201d"
    assert check_project(project) == []


@pytest.mark.slow
def test_a_contradiction_excuses_the_figures_that_it_names_and_no_others(project, tmp_path):
    known = Book(load_evidence(project))
    other = EVENT | {"percent_reported_pct": "8.7", "as_reported": "hypokalemia in 3 of 40 (grade 3/4, 8.7%)"}
    sheet = save_as("xlsx", tmp_path / "sheet", known, adverse_events=[other], discrepancies=[MISFIT])
    assert [item.column for item in take_sheets(project, sheet, today=TODAY).problems] == [
        "percent_reported_pct"
    ]
    assert not [row for row in rows_of(project, "discrepancies") if row["report_id"] == "qwerty-2024"]


@pytest.mark.parametrize(
    "named", ["Adverse events, row 9", "row 2", "kantarjian-2017.outcome.blinatumomab.cr"]
)
def test_a_row_that_is_none_of_the_reports_is_told(known, named):
    sheet, _ = read(known, discrepancies=[MISFIT | {"affects": named}])
    assert [(item.rule, item.column) for item in sheet.problems] == [("result-unknown", "affects")]


def test_several_rows_are_named_and_a_place_that_is_told_stays(known):
    cells = {"affects": "Outcomes, row 2; adverse events 2", "where_a": "Table 2", "value_b": '"4 of 40"'}
    sheet, entry = read(known, discrepancies=[MISFIT | cells])
    assert sheet.problems == []
    row = entry.rows["discrepancies"][0].row
    assert row["affects"] == ("qwerty-2024.outcome.all.cr; qwerty-2024.ae.all.cytokine-release-syndrome-g3")
    assert (row["where_a"], row["where_b"], row["value_b"]) == ("Table 2", "Abstract", "\u201c4 of 40\u201d")


def test_two_readers_say_a_contradiction_in_their_own_words_and_differ_on_its_codes(known):
    one = read(known, discrepancies=[MISFIT])[1]
    two = read(known, discrepancies=[MISFIT | {"title": "Percentage and count", "explanation": "7.5%"}])[1]
    compared = compare(one, two, known.package)
    assert compared.differences == []
    assert len(settle(one, compared, {})[0].rows["discrepancies"]) == 1
    two = read(known, discrepancies=[MISFIT | {"severity": "major: changes a result or how it may be read"}])[
        1
    ]
    compared = compare(one, two, known.package)
    assert [(item.column, item.first, item.second) for item in compared.differences] == [
        ("severity", "minor", "major")
    ]
