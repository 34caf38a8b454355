"""How wide words are, and where they break."""

import pytest

from livingreview.charts.words import (
    DESK,
    LINE,
    SLIM,
    break_lines,
    extra_height,
    measure,
    place_heading,
    place_words,
)

LONG = "a label of many words " * 9


def test_words_break_where_they_must():
    assert break_lines("one two", 1000, 1000) == ["one two"]
    assert break_lines("one two", 5, 1000) == ["", "one two"]
    assert "".join(break_lines("x" * 200, 100, 100)) == "x" * 200
    assert place_words("short", "1/2") == {}
    assert place_words("a label of many words " * 9)["lines"][0].startswith("a label")


@pytest.mark.parametrize(("wide", "narrow"), [("mmm", "iii"), ("WWW", "www"), ("漢字", "nn"), ("a b", "ab")])
def test_wide_letters_take_more_than_narrow_ones(wide, narrow):
    assert measure(wide) > measure(narrow)
    assert measure(wide, bold=True) > measure(wide)
    assert measure(wide, 24) == pytest.approx(2 * measure(wide, 12))


@pytest.mark.parametrize("first", [0, 40, 120, 300])
def test_no_word_is_lost_and_no_line_is_too_long(first):
    lines = break_lines(LONG, first, 300)
    assert " ".join(filter(None, lines)).split() == LONG.split()
    assert measure(lines[0]) <= first
    assert all(measure(line) <= 300 for line in lines)


def test_what_stands_at_the_right_takes_room_from_the_first_line_only():
    alone, beside = place_words(LONG)["desk"], place_words(LONG, "10/23 (43%) [23 to 66%]")["desk"]
    assert len(beside[0]) < len(alone[0])
    assert measure(beside[1]) > measure(beside[0])


def test_a_heading_has_the_whole_width_in_bold():
    lines = place_heading(LONG)
    assert max(measure(line, 13, bold=True) for line in lines["lines"]) <= SLIM
    assert max(measure(line, 13, bold=True) for line in lines["desk"]) <= DESK
    assert place_heading("Short") == {}


def test_a_chart_is_as_much_taller_as_its_longest_label_needs():
    records = [{"lines": ["a", "b", "c"]}, {"label": "x"}, {"heading": True, "lines": ["a", "b", "c"]}]
    assert extra_height(records, "lines") == 2 * LINE
    assert extra_height(records[1:], "lines") == LINE, "a heading has the place of its row's marks too"
    assert extra_height(records, "desk") == extra_height([], "desk") == 0
