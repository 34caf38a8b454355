"""What rows are called: as short as the data allow, and never two rows of one display alike."""

import pytest

from livingreview import tables
from livingreview.display.numbers import Figure
from livingreview.evidence import select_class, select_part
from livingreview.tables.common import with_cohorts
from livingreview.tables.labels import TwinsError, distinguish, name_apart, refuse_twins, row_details
from livingreview.tables.outcomes import adverse_event_table, outcome_table, select_outcomes, survival_table


@pytest.mark.slow
def test_no_two_rows_of_a_table_carry_the_same_label(review):
    for name, make in (
        ("outcomes", outcome_table),
        ("survival", survival_table),
        ("adverse_events", adverse_event_table),
    ):
        table = make(review, with_cohorts(review, name), name)
        told, heading = set(), ""
        for row in table.rows:
            if row.heading:
                heading = str(row.cells)
                continue
            named = zip(table.columns, row.cells, strict=True)
            words = (
                heading,
                *(str(cell) for column, cell in named if not isinstance(cell, Figure) and not column.numeric),
            )
            assert words not in told, words
            told.add(words)
    assert tables.tabulate_results(select_part(select_class(review, "blinatumomab"), "core"), title="t").parts


def test_twins_in_the_data_stop_the_chart(review):
    """Two rows that differ in nothing but their number: the data cannot tell them apart, so no chart may."""
    part = select_part(select_class(review, "bortezomib"), "core")
    row = select_outcomes(part, "response")[0]
    with pytest.raises(TwinsError, match="twice"):
        outcome_table(part, [row, row | {"row_id": "twice"}], "Twice")


def test_only_what_parts_rows_is_added_to_their_labels():
    rows = [
        {"a": "x", "b": "one", "c": ""},
        {"a": "x", "b": "two", "c": ""},
        {"a": "y", "b": "two", "c": "z"},
    ]
    details = [lambda row: row["c"], lambda row: row["b"]]
    assert distinguish(rows, lambda row: row["a"], details) == ["x, one", "x, two", "y"]


def test_a_detail_is_not_said_twice_and_one_that_is_missing_says_nothing():
    rows = [{"a": "Roe 2020, control", "b": "Control"}, {"a": "Roe 2020, control", "b": "experimental"}]
    named = distinguish(rows, lambda row: row["a"], [lambda row: row["b"]])
    assert named == ["Roe 2020, control", "Roe 2020, control, experimental"]
    rows = [{"a": "x", "b": ""}, {"a": "x", "b": "late"}]
    assert distinguish(rows, lambda row: row["a"], [lambda row: row["b"]]) == ["x", "x, late"]


def test_names_of_a_table_are_parted_only_where_all_other_cells_agree():
    rows = [{"row_id": name, "when": when} for name, when in (("a", "early"), ("b", "late"), ("c", "late"))]
    details = [lambda row: row["when"]]
    assert name_apart("T", rows, ["x", "x", "x"], ["1", "1", "2"], details) == ["x, early", "x, late", "x"]
    with pytest.raises(TwinsError, match="'T': rows b and c carry the same label"):
        name_apart("T", rows, ["x", "x", "x"], ["1", "1", "1"], details)


def test_twins_are_named_with_what_stands_above_them():
    refuse_twins("T", [(("Blood", "Anaemia"), "a"), (("Heart", "Anaemia"), "b")])
    with pytest.raises(TwinsError, match=r"rows a and b carry the same label, 'Blood; Anaemia'. Say what"):
        refuse_twins("T", [(("Blood", "Anaemia"), "a"), (("Blood", "Anaemia"), "b")])


@pytest.mark.parametrize("table", ["outcomes", "survival", "adverse_events"])
def test_every_row_can_be_parted_from_every_other_of_its_report(review, table):
    """The last detail is the report; within it the ones before must do."""
    rows = with_cohorts(review, table)
    for detail in row_details(review, table):
        assert all(isinstance(detail(row), str) for row in rows[::10])
