"""What was confirmed, cell by cell, as a file: read as written, changed only by what a command did."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livingreview.evidence.recorded import (
    RECORDED,
    bibliography_rows,
    carry_over,
    format_record,
    read_record,
    sign,
    sign_rows,
)
from livingreview.evidence.writing import format_rows, write_record

BEFORE = {"a": {"events": "3", "note": ""}, "b": {"events": "4", "note": "seen"}}


def kept(rows):
    return {"outcomes.csv": sign_rows(rows)}


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), max_size=6)
NAMES = st.text("abc_", min_size=1, max_size=4)


@pytest.mark.slow
@given(st.dictionaries(TEXT, st.dictionaries(NAMES, TEXT, max_size=4), max_size=4))
def test_a_record_is_read_as_it_was_written(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("data")
    record = kept({key: row for key, row in rows.items() if key})
    write_record(folder, record)
    assert read_record(folder) == record


def test_every_row_has_a_line_in_the_order_of_keys():
    lines = format_rows(format_record(kept(BEFORE))).splitlines()
    assert [row[0] for row in csv.reader(io.StringIO("\n".join(lines)))] == ["", "a", "b"]


def test_without_a_file_nothing_was_recorded(tmp_path):
    assert read_record(tmp_path) is None


@pytest.mark.parametrize("spoil", ["<<<<<<< HEAD\n", "c,abc\n", "c,abcabcabcabc\n", "a,b,c\n"])
def test_what_is_no_record_is_refused(tmp_path, spoil):
    write_record(tmp_path, kept(BEFORE))
    with open(tmp_path / RECORDED, "a", encoding="utf-8") as handle:
        handle.write(spoil)
    with pytest.raises(ValueError, match="line 4"):
        read_record(tmp_path)


def test_what_a_command_writes_is_recorded_and_what_differed_before_still_does():
    record = kept(BEFORE)
    by_hand = {"a": {"events": "9", "note": ""}, "b": {"events": "4", "note": "seen"}}
    after = {"a": {"events": "9", "note": "read again"}, "c": {"events": "5", "note": ""}}
    carry_over(record, "outcomes.csv", by_hand, after)
    assert record["outcomes.csv"] == {
        "a": {"events": sign("3"), "note": sign("read again")},
        "c": {"events": sign("5")},
    }


def test_a_command_confirms_no_row_that_came_by_hand():
    record = kept({})
    carry_over(record, "outcomes.csv", {"a": {"events": "3"}}, {"a": {"events": "4"}})
    assert record["outcomes.csv"] == {}


def test_an_entry_is_a_row_with_its_authors_as_they_are_named():
    text = "@article{x, author = {Example, A and Other, B}, title = {T}, year = {2020}}"
    assert bibliography_rows(text) == {
        "x": {"entry": "article", "author": "Example, A and Other, B", "title": "T", "year": "2020"}
    }
    with pytest.raises(ValueError, match=r"\S"):
        bibliography_rows("@article{x, author = {")
