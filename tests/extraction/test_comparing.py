"""Two readings of one report: paired by what their rows are of, counted before anything is decided."""

import csv

import pytest

from livingreview.extraction.comparing import HEADER, compare, read_decisions, settle, write_differences
from livingreview.extraction.workbook import SheetError
from tests.extraction.example import ROWS, changed, read

TWICE = [
    ROWS["outcomes"][0],
    ROWS["outcomes"][0] | {"events": "20", "timepoint": "after cycle 2", "as_reported": "20/40"},
]


def both(known, form=None, **rows):
    return read(known)[1], read(known, form, **rows)[1]


def told(compared):
    return [(item.what, item.column, item.first, item.second) for item in compared.differences]


def test_one_reading_twice_has_no_difference(known):
    compared = compare(*both(known), known.package)
    assert compared.differences == []
    assert (compared.first, compared.second, compared.both, compared.alike) == (5, 5, 5, 5)


def test_values_that_differ_are_listed_cell_by_cell_and_counted(known):
    compared = compare(*both(known, **changed("outcomes", events="19", total="41")), known.package)
    assert told(compared) == [
        ("outcome.all.cr", "events", "18", "19"),
        ("outcome.all.cr", "total", "40", "41"),
    ]
    assert (compared.both, compared.alike) == (5, 4)
    assert compared.differences[0].place == "sheet.xlsx: Outcomes, row 2"


def test_a_readers_own_words_are_no_difference(known):
    words = "18/40, that is 45.0%"
    rows = changed("outcomes", note="seen twice", locator="Abstract, line 3", as_reported=words)
    assert compare(*both(known, **rows), known.package).differences == []


def test_fragments_of_other_numbers_are_listed_and_wait_for_nobody_where_the_values_agree(known):
    """Of two fragments that of which more of the row's numbers stand is kept; the readers agreed."""
    rows = changed("outcomes", as_reported="18 of 40"), changed("outcomes", as_reported="18 (45.0%)")
    for second in rows:
        first_entry, entry = both(known, **second)
        compared = compare(first_entry, entry, known.package)
        assert [(item.column, item.second) for item in compared.differences] == [
            ("as_reported", second["outcomes"][0]["as_reported"])
        ]
        assert (compared.both, compared.alike) == (5, 5)
        for one, other in ((first_entry, entry), (entry, first_entry)):
            settled, left = settle(one, compare(one, other, known.package), {})
            assert left == []
            assert settled.rows["outcomes"][0].row["as_reported"] == "18/40 (45.0%)"


def test_rows_of_one_outcome_are_paired_by_what_they_share_whatever_their_order(known):
    first, second = read(known, outcomes=TWICE)[1], read(known, outcomes=TWICE[::-1])[1]
    assert compare(first, second, known.package).differences == []


def test_a_row_that_one_reader_has_alone_is_a_difference_of_its_own(known):
    compared = compare(*both(known, survival=[]), known.package)
    ((what, column, first, second),) = told(compared)
    assert (what, column, second) == ("survival.all.os-median", "", "(no such row)")
    assert "estimate 9.1" in first
    assert (compared.first, compared.second, compared.both) == (5, 4, 4)


def test_the_publication_is_compared_too(known):
    compared = compare(*both(known, {"year": "2025", "authors": "Qwerty, Anna", "report": ""}), known.package)
    assert ("report", "year", "2024", "2025") in told(compared)
    assert ("report", "author", "Qwerty, Anna; Asdf, Bert", "Qwerty, Anna") in told(compared)


def decide(tmp_path, compared, *answers):
    path = tmp_path / "differences.csv"
    write_differences(path, compared.differences, {})
    with open(path, newline="", encoding="utf-8") as handle:
        header, *rows = csv.reader(handle)
    assert header == HEADER
    for row, answer in zip(rows, answers, strict=True):
        row[-1] = answer
    with open(path, "w", newline="", encoding="utf-8-sig") as handle:
        csv.writer(handle, delimiter=";").writerows([header, *rows])
    return read_decisions(path)


@pytest.mark.parametrize(("answer", "events"), [("first", "18"), ("second", "19"), ("40", "40")])
def test_what_a_person_decides_stands_and_was_read_twice(tmp_path, known, answer, events):
    first, second = both(known, **changed("outcomes", events="19"))
    compared = compare(first, second, known.package)
    entry, left = settle(first, compared, decide(tmp_path, compared, answer))
    assert left == []
    (row,) = entry.rows["outcomes"]
    assert (row.row["events"], row.row["verification"]) == (events, "second_reading")


OTHER = {"events": "19", "total": "42", "percent_reported_pct": "45.2"}
WORDS = {"as_reported": "19/42 (45.2%)", "locator": "Table 2"}


def settled(tmp_path, known, *answers):
    """The row, and what is left to decide, after a decision of events, total, percentage and fragment."""
    first, second = both(known, **changed("outcomes", **OTHER, **WORDS))
    compared = compare(first, second, known.package)
    assert [item.column for item in compared.differences] == [*OTHER, "as_reported"]
    entry, left = settle(first, compared, decide(tmp_path, compared, *answers))
    return entry.rows["outcomes"][0].row, [item.column for item in left]


def test_the_words_follow_the_reader_whose_numbers_were_decided_throughout(tmp_path, known):
    row, left = settled(tmp_path, known, "second", "second", "second", "")
    assert left == []
    assert {name: row[name] for name in OTHER | WORDS} == OTHER | WORDS
    row, left = settled(tmp_path, known, "first", "first", "first", "")
    assert left == []
    assert (row["as_reported"], row["locator"]) == ("18/40 (45.0%)", "Abstract")


def test_where_numbers_of_both_readers_stand_the_words_are_decided_too(tmp_path, known):
    row, left = settled(tmp_path, known, "second", "first", "second", "")
    assert left == ["as_reported"]
    row, left = settled(tmp_path, known, "second", "first", "second", "19/40 (45.2%)")
    assert (left, row["as_reported"]) == ([], "19/40 (45.2%)")


def test_a_number_that_neither_reader_has_asks_for_its_words_though_both_print_the_same(tmp_path, known):
    first, second = both(known, **changed("outcomes", events="19"))
    compared = compare(first, second, known.package)
    _, left = settle(first, compared, decide(tmp_path, compared, "21"))
    assert [item.column for item in left] == ["as_reported"]
    entry, left = settle(first, compared, decide(tmp_path, compared, "21", "21/40"))
    assert (left, entry.rows["outcomes"][0].row["as_reported"]) == ([], "21/40")


def test_a_row_of_one_reader_stands_or_goes_as_decided_and_was_read_once(tmp_path, known):
    first, second = both(known, survival=[])
    compared = compare(first, second, known.package)
    kept, _ = settle(first, compared, decide(tmp_path, compared, "first"))
    assert [row.row["verification"] for row in kept.rows["survival"]] == ["single_reading"]
    gone, _ = settle(first, compared, decide(tmp_path, compared, "second"))
    assert gone.rows["survival"] == []


def test_what_nobody_decided_is_left_open(tmp_path, known):
    first, second = both(known, **changed("outcomes", events="19", total="41"))
    compared = compare(first, second, known.package)
    _, left = settle(first, compared, decide(tmp_path, compared, "first", ""))
    assert [item.column for item in left] == ["total"]


def test_a_table_that_is_not_the_one_written_is_told(tmp_path):
    path = tmp_path / "differences.csv"
    path.write_text("a,b\n", encoding="utf-8")
    with pytest.raises(SheetError, match="expected the columns place, what, column"):
        read_decisions(path)
    path.write_text(",".join(HEADER) + "\nx,y\n", encoding="utf-8")
    with pytest.raises(SheetError, match="row 2: found 2 cells; expected 6"):
        read_decisions(path)
