"""What a cell says is taken for what it means where that is sure; else its page, row and column are named."""

import datetime

import pytest

from livingreview.extraction.reading import code_for, split_cell
from tests.extraction.example import ROWS, changed, read


def told(sheet):
    """(rule, page, row, column) of each problem."""
    return [(item.rule, item.file.split(": ")[-1], item.row, item.column) for item in sheet.problems]


@pytest.mark.parametrize(
    ("value", "taken"),
    [
        (18.0, "18"),
        ("18", "18"),
        (" 18 ", "18"),
        ("18.0", "18"),
        ("\u00a018", "18"),
    ],
)
def test_a_count_as_spreadsheets_leave_it(known, value, taken):
    _, entry = read(known, **changed("outcomes", events=value))
    assert entry.rows["outcomes"][0].row["events"] == taken


@pytest.mark.parametrize(
    ("value", "taken"), [("45.0%", "45.0"), ("45,5", "45.5"), (45.5, "45.5"), ("45.0 %", "45.0")]
)
def test_a_percentage_as_it_is_written(known, value, taken):
    sheet, entry = read(known, **changed("outcomes", percent_reported_pct=value))
    assert entry.rows["outcomes"][0].row["percent_reported_pct"] == taken
    assert not sheet.problems
    remarks = [words for words in sheet.remarks if "is taken as" in words]
    assert bool(remarks) == isinstance(value, str)  # what was read as something else is told


@pytest.mark.parametrize(
    ("column", "value", "rule"),
    [
        ("events", datetime.date(2026, 1, 18), "cell-day"),
        ("events", datetime.datetime(2026, 1, 18, 0, 0), "cell-day"),
        ("events", datetime.time(4, 5), "cell-day"),
        ("as_reported", datetime.date(2026, 1, 18), "cell-day"),
        ("events", True, "cell-truth"),
        ("events", "1,234", "number-comma"),
        ("events", "18/40", "number-form"),
        ("events", "eighteen", "number-form"),
        ("events", "18.5", "number-form"),
        ("events", "1_8", "number-form"),
        ("events", "\uff11\uff18", "number-form"),
        ("percent_reported_pct", "<1", "number-form"),
        ("percent_reported_pct", "40-45", "number-form"),
        ("percent_reported_pct", "1,234", "number-comma"),
        ("outcome", "complete remision", "code-unknown"),
        ("denominator", "everybody", "code-unknown"),
        ("cohort", "relapsed", "reference-unknown"),
    ],
)
def test_what_is_unsure_is_named_by_page_row_and_column(known, column, value, rule):
    sheet, _ = read(known, **changed("outcomes", **{column: value}))
    assert told(sheet) == [(rule, "Outcomes", 2, column)]


def test_a_slip_in_a_code_is_met_with_the_nearest_words(known):
    sheet, _ = read(known, **changed("outcomes", outcome="complete remision (CR)"))
    assert sheet.problems[0].mend == "did you mean 'complete remission (CR)'?"
    assert "row 2, column outcome" in str(sheet.problems[0])


def test_hints_say_where_the_parts_of_a_number_belong(known):
    hints = {}
    for value in ("18/40", "<5", "5-8", "many"):
        sheet, _ = read(known, **changed("outcomes", events=value))
        hints[value] = sheet.problems[0].mend
    assert "columns of their own" in hints["18/40"]
    assert "as_reported" in hints["<5"]
    assert "two limits" in hints["5-8"]
    assert "digits only" in hints["many"]


def test_a_day_that_may_have_been_a_month_is_told(known):
    """2024-05 becomes the first of May in any spreadsheet: which of the two is printed, a reader knows."""
    sheet, _ = read(known, {"first_available": datetime.date(2024, 5, 1)})
    (problem,) = sheet.problems
    assert (problem.rule, problem.column) == ("cell-day", "first_available")
    assert "a month (2026-11)" in problem.expected


def test_offered_rows_in_which_nothing_was_filled_are_left_out_and_counted(known):
    offered = {"cohort": "all", "outcome": "MRD negative"}
    sheet, entry = read(known, outcomes=[*ROWS["outcomes"], offered, offered])
    assert (len(entry.rows["outcomes"]), sheet.unused) == (1, 2)


def test_a_row_of_a_slip_alone_is_no_empty_one(known):
    sheet, _ = read(known, outcomes=[{"cohort": "all", "outcome": "MRD negative", "events": "1/1"}])
    assert told(sheet) == [("number-form", "Outcomes", 2, "events")]


def test_fields_and_columns_that_are_none_are_told(known):
    from livingreview.extraction.reading import read_rows
    from livingreview.extraction.workbook import Cells
    from tests.extraction.example import FILLED, cells_of

    pages = cells_of(known, FILLED, ROWS)
    form, outcomes = pages["report"], pages["outcomes"]
    pages["report"] = form._replace(rows=[*form.rows, (99, ["titel", "x"])])
    header = [{"events": "event", "total": "outcome"}.get(name, name) for name in outcomes.header]
    pages["outcomes"] = Cells(outcomes.place, header, [*outcomes.rows, (9, ["x"] * (len(header) + 2))])
    rules = {(rule, row, column) for rule, _, row, column in told(read_rows(pages, known))}
    assert {
        ("form-field", 99, "field"),
        ("column-unknown", 1, "event"),
        ("column-twice", 1, "outcome"),
        ("column-missing", 1, "events"),
        ("column-missing", 1, "total"),
        ("shifted-row", 9, ""),
    } <= rules


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("cr", ["cr"]),
        ("complete remission (CR)", ["cr"]),
        ("Complete remission", ["cr"]),
        ("CRh", ["crh"]),
        ("MRD-negative", ["mrd_negative"]),
        ("Complete Response", ["cr"]),  # a synonym of the schema
        ("remission", []),
        ("", []),
    ],
)
def test_a_code_by_its_words(known, text, codes):
    found = code_for(known.package.field("outcomes", "outcome"), text)
    assert found == codes or text == "remission"


def test_parts_of_a_cell():
    assert split_cell("a; b ;c;; ") == ["a", "b", "c"]


def test_choices_put_the_families_of_the_class_first_and_hold_every_code(known):
    offered = known.choices("blinatumomab")
    families = known.evidence.tables["families"]
    own = set(families.loc[families["class_id"].eq("blinatumomab"), "name"])
    assert set(offered["regimens", "family"][: len(own)]) == own
    assert "complete remission (CR)" in offered["outcomes", "outcome"]
    assert "Cytokine release syndrome" in offered["adverse_events", "term"]
    assert offered["report", "kind"][0] == "journal article"


def test_a_column_without_name_or_gone_and_a_page_that_is_not_there_are_told(known):
    from livingreview.extraction.reading import read_rows
    from tests.extraction.example import FILLED, cells_of

    pages = cells_of(known, FILLED, ROWS)
    outcomes = pages["outcomes"]
    at = outcomes.header.index("events")
    pages["outcomes"] = outcomes._replace(header=[*outcomes.header[:at], "", *outcomes.header[at + 1 :]])
    del pages["adverse_events"]
    sheet = read_rows(pages, known)
    assert {rule for rule, *_ in told(sheet)} == {"column-missing", "header-blank"}
    assert sheet.remarks == ["there is no page 'Adverse events': nothing is taken of it"]


def test_a_text_file_of_uneven_rows_is_told(known):
    from livingreview.extraction.reading import read_rows
    from tests.extraction.example import FILLED, cells_of

    pages = cells_of(known, FILLED, ROWS)
    (number, row), *_ = pages["outcomes"].rows
    pages["outcomes"] = pages["outcomes"]._replace(rows=[(number, row[:-1])], is_text=True)
    assert [rule for rule, *_ in told(read_rows(pages, known))] == ["shifted-row"]
