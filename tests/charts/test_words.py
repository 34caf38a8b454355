"""How wide words are, and where they break."""

import pytest

from livingreview.charts.words import break_lines, measure

LONG = "a label of many words " * 9


def test_words_break_where_they_must():
    assert break_lines("one two", 1000) == ["one two"]
    assert break_lines("one two", 22) == ["one", "two"]
    assert "".join(break_lines("x" * 200, 100)) == "x" * 200
    assert break_lines("alphabetine/cyclobetamide", 110) == ["alphabetine/", "cyclobetamide"]
    assert break_lines("xyz", 1) == ["x", "y", "z"], "no room at all: a letter a line"


@pytest.mark.parametrize("room", [70, 100, 140, 180])
def test_a_number_of_patients_stays_with_its_sign(room):
    """'n =' once ended a line, and '105' began the next."""
    lines = break_lines("against two blocks, then transplant; n = 105; r (n = 12)", room)
    assert any("n = 105" in line for line in lines)
    assert any("(n = 12)" in line for line in lines)


def test_a_long_word_begins_on_the_line_before_it():
    """“Genoa” once stood alone over “clofarabine-etoposide-cyclophosphamide”."""
    name = "Genoa clofarabine-etoposide-cyclophosphamide, 2012"
    assert break_lines(name, 200) == ["Genoa clofarabine-etoposide-", "cyclophosphamide, 2012"]
    assert break_lines("a relapse post-transplant", 100) == ["a relapse", "post-transplant"], "not so long"


@pytest.mark.parametrize(("wide", "narrow"), [("mmm", "iii"), ("WWW", "www"), ("漢字", "nn"), ("a b", "ab")])
def test_wide_letters_take_more_than_narrow_ones(wide, narrow):
    assert measure(wide) > measure(narrow)
    assert measure(wide, bold=True) > measure(wide)
    assert measure(wide, 24) == pytest.approx(2 * measure(wide, 12))


@pytest.mark.parametrize("room", [60, 120, 300])
def test_no_word_is_lost_and_no_line_is_too_long(room):
    lines = break_lines(LONG, room)
    assert " ".join(lines) == LONG.strip()
    assert all(measure(line) <= room for line in lines)
