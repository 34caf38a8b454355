"""A row's page is told from the report's text and fills an empty place; a place that differs is told."""

import pytest

from livingreview.extraction.paging import pages_named, place_rows
from tests.extraction.example import ROWS, read

FULL = {"text_seen": "full text"}
FEEDS = "\f".join(
    (
        "40 adults",
        "18/40 (45.0%) and blinatumomab",
        "median OS 9.1 months (95% CI 6.0-12.2)\n4 of 40, grade 3 or more",
        "",
    )
)
MARKS = (
    "[page 511]\n40 adults\n[page 512]\n18/40 (45.0%) and blinatumomab\n[page 513]\n4 of 40, grade 3 or more"
)


def placed(known, tmp_path, text, **locators):
    """What is told, and the places of the example's rows after it."""
    (tmp_path / "qwerty-2024.txt").write_text(text, encoding="utf-8")
    rows = {name: [row | {"locator": locators.get(name, "")} for row in rows] for name, rows in ROWS.items()}
    _, entry = read(known, FULL, **rows)
    told = place_rows(entry, tmp_path)
    return told, {name: entry.rows[name][0].row["locator"] for name in ROWS}


@pytest.mark.parametrize(("text", "pages"), [(FEEDS, (1, 2, 3)), (MARKS, (511, 512, 513))])
def test_an_empty_place_is_filled_with_the_page(known, tmp_path, text, pages):
    told, found = placed(known, tmp_path, text)
    first, second, third = (f"p. {number}" for number in pages)
    assert (found["cohorts"], found["outcomes"], found["adverse_events"]) == (first, second, third)
    place = "sheet.xlsx: Outcomes, row 2, column locator"
    assert f"{place}: {second}, where the words stand, is filled in" in told


def test_a_place_on_another_page_is_told_and_left(known, tmp_path):
    told, found = placed(
        known, tmp_path, FEEDS, outcomes="Table 2, page 3", cohorts="p. 1", survival="Figure 2"
    )
    place = "sheet.xlsx: Outcomes, row 2, column locator"
    assert f"{place}: 'Table 2, page 3', but the words stand on p. 2" in told
    assert "sheet.xlsx: Survival, row 2: the words stand on p. 3" in told
    assert (found["outcomes"], found["survival"]) == ("Table 2, page 3", "Figure 2")
    assert told[-1] == "1 row(s) stand on the page that their locator names"


def test_words_on_several_pages_or_over_the_end_of_one_fill_no_place(known, tmp_path):
    told, found = placed(known, tmp_path, "40 adults\f40 adults and 18/40\f(45.0%)")
    assert (found["cohorts"], found["outcomes"]) == ("", "")
    assert "sheet.xlsx: Cohorts, row 2: the words stand on pp. 1, 2" in told


def test_a_text_without_pages_or_no_text_is_told(known, tmp_path):
    told, found = placed(known, tmp_path, "40 adults")
    assert "marks no pages" in told[0]
    assert set(found.values()) == {""}
    (told,) = place_rows(read(known)[1], tmp_path / "elsewhere")
    assert "there is no such text" in told


@pytest.mark.parametrize(
    ("locator", "pages"),
    [
        ("p. 4", {4}),
        ("pp. 4-6", {4, 5, 6}),
        ("Results, page 12, table 2", {12}),
        ("pg 3", {3}),
        ("Abstract, sentence 4", set()),
        ("Group 4", set()),
    ],
)
def test_pages_that_a_place_names(locator, pages):
    assert pages_named(locator) == pages
