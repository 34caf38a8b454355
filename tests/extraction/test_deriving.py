"""A count follows from a percentage only where one whole number fits, and says so in its row."""

import pytest

from livingreview.evidence import load_evidence
from livingreview.extraction.layout import explain
from livingreview.extraction.reading import Book
from livingreview.extraction.sessions import take_sheets
from livingreview.synthesis import counts_from_percent
from tests.extraction.example import ROWS, changed, read, write
from tests.extraction.test_entering import rows_of
from tests.extraction.test_taking import TODAY

ALONE = {"events": "", "percent_reported_pct": "42.5", "as_reported": "CR in 42.5% after the first cycle"}
FULL = "42.5% of 40: 17/40 = 42.50%; the only whole number that fits"


@pytest.mark.parametrize(
    ("percent", "total", "counts"),
    [
        ("38.1", 21, [8]),
        ("14.3", 21, [3]),
        ("14.4", 21, []),
        ("45", 40, [18]),
        ("50", 400, [198, 199, 200, 201, 202]),
        ("0", 21, [0]),
        ("100", 21, [21]),
        ("12.5", 200, [25]),
        ("2", 200, [3, 4, 5]),
    ],
)
def test_whole_numbers_that_a_percentage_stands_for(percent, total, counts):
    assert list(counts_from_percent(percent, total)) == counts


def entered(known, **cells):
    sheet, entry = read(known, **changed("outcomes", **cells))
    assert sheet.problems == []
    row = entry.rows["outcomes"][0].row
    return (row["events"], row["basis"], row["derivation"]), sheet.remarks


@pytest.mark.parametrize(
    "more", [{}, {"events": "17"}, {"derivation": "42.5% of 40"}, {"basis": "derived", "events": "17"}]
)
def test_a_count_that_alone_fits_is_filled_in_with_its_derivation_and_told(known, more):
    row, remarks = entered(known, **ALONE | more)
    assert row == ("17", "derived", FULL)
    assert (
        "sheet.xlsx: Outcomes, row 2: 17 of 40 is worked out from 42.5%, and marked as calculated" in remarks
    )


def test_a_percentage_counts_in_the_digits_that_are_printed(known):
    """5% of 320 may be 15, 16 or 17; 5.0%, of which a spreadsheet made 5, is 16."""
    assert len(counts_from_percent("5", 320)) == 3
    row, _ = entered(known, **ALONE | {"percent_reported_pct": "5", "total": "320", "as_reported": "in 5.0%"})
    assert row[:2] == ("16", "derived")


@pytest.mark.parametrize(
    ("cells", "row"),
    [
        ({"percent_reported_pct": "42", "as_reported": "42%"}, ("", "reported", "")),  # of 40 none
        ({"total": ""}, ("", "reported", "")),
        ({"basis": "printed in the report itself"}, ("", "reported", "")),
        ({"as_reported": "CR in most"}, ("", "reported", "")),  # a percentage that is not printed
        ({"as_reported": "cumulative incidence 42.5%"}, ("", "reported", "")),  # an estimate
        ({"events": "18"}, ("18", "reported", "")),  # which the check refuses
        ({"as_reported": "17 (42.5%)"}, ("", "reported", "")),  # a count that is printed is not left out
        ({"events": "17", "as_reported": "17 (42.5%)"}, ("17", "reported", "")),
        ({"derivation": "all but 23 of 40"}, ("", "derived", "all but 23 of 40")),
    ],
)
def test_what_is_printed_or_unsure_is_left_to_the_person(known, cells, row):
    assert entered(known, **ALONE | cells)[0] == row


def test_a_grade_is_no_printed_count(known):
    event = ROWS["adverse_events"][0] | {"term": "Hypokalaemia", "events": "", "total": "21"}
    event |= {
        "percent_reported_pct": "14.3",
        "grade_max": "4",
        "as_reported": "(grade 3/4) … hypokalemia 14.3%",
    }
    _, entry = read(known, adverse_events=[event])
    assert entry.rows["adverse_events"][0].row["events"] == "3"
    assert entry.rows["adverse_events"][0].row["derivation"].startswith("14.3% of 21: 3/21 = 14.29%")


@pytest.mark.slow
def test_a_percentage_alone_is_taken_in_one_round_and_a_refusal_says_all_at_once(project, tmp_path):
    known = Book(load_evidence(project))
    wrong = ALONE | {"events": "17", "percent_reported_pct": "42", "as_reported": "CR in 42%", "total": "40"}
    path = write(tmp_path / "wrong.xlsx", known, **changed("outcomes", **wrong))
    problems = {item.column: item for item in take_sheets(project, path, today=TODAY).problems}
    mend = problems["events"].mend
    assert "calculated from numbers the report prints (see derivation)" in mend
    assert all(word in mend for word in ("basis", "derivation", "42% of 40 = 17"))
    done = take_sheets(
        project, write(tmp_path / "s.xlsx", known, **changed("outcomes", **ALONE)), today=TODAY
    )
    assert done.problems == []
    (row,) = [row for row in rows_of(project, "outcomes") if row["report_id"] == "qwerty-2024"]
    assert (row["events"], row["basis"], row["definition"]) == ("17", "derived", "not_reported")


def test_the_notes_of_the_columns_say_how_with_an_example(known):
    def note(table, column):
        return explain(known.package.field(table, column))

    assert "38.1% of 21 is 8" in note("outcomes", "events")
    assert "14.3% of 21 = 3" in note("adverse_events", "derivation")
    assert "'for 5 days'" in note("regimen_components", "days")
    assert "4 mg/m2/day" in note("regimen_components", "dose_unit")
    assert "20 of 21" in note("cohorts", "n_evaluable")
    assert "52.4%" in note("outcomes", "denominator")
