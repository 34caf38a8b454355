"""Source texts as they are compared: one kind of dash and blank, and the page on which a fragment stands."""

import pytest

from livingreview.checks.sources import read_source

FEEDS = "Title\n40 adults\f18/40 (45 %)\nmedian 9.1 mo-\fnths of 12\f"
MARKS = "Before\n[page 7]\nTitle 40 adults\n  [Page 8] \n18/40 (45\u00a0%)\n"


@pytest.mark.parametrize(
    ("text", "words", "pages"),
    [
        (FEEDS, "18/40 (45%)", [2]),
        (FEEDS, "40 adults … 18/40", [1]),
        (FEEDS, "nths of 12", [3]),
        (FEEDS, "9.1 months of 12", []),
        (FEEDS, "", []),
        (MARKS, "18/40 (45%)", [8]),
        (MARKS, "Before", []),
        ("no pages: 18/40", "18/40", []),
        ("18/40\fand 18/40 again", "18/40", [1, 2]),
    ],
)
def test_the_page_of_a_fragment(text, words, pages):
    assert read_source(text).pages_with(words) == pages


def test_marks_of_pages_are_no_part_of_the_text_and_a_word_may_run_over_them():
    assert read_source(FEEDS).pages.keys() == {1, 2, 3}
    assert read_source("seven months\n[page 8]\nof 12").whole == "sevenmonthsof12"
