"""Marks: never parted from their figure, told in words, flags in prose for major discrepancies only."""

import pytest

from livingreview.display.marks import Figure, explain_marks, legend
from livingreview.display.numbers import make_figure


def test_a_mark_never_leaves_its_figure():
    figure = Figure("0.71 (95% CI 0.55 to 0.93)", "a.b", "r.html#a.b", "", "", ("derived", "flagged"), True)
    html = str(figure.link())
    assert '<span class="lr-nowrap">0.93)<sup class="lr-mark">d</sup><span class="lr-flag" role="img"' in html
    assert 'aria-label="discrepancy registered"></span>' in html
    assert "!" not in html
    assert html.endswith("</span></span></a>"), "a full stop behind it stays with it"
    short = str(Figure("4/9 (44%)", "a.b", "r.html#a.b", marks=("restated",)).link())
    assert short.endswith(' data-lr-short>4/9 (44%)<sup class="lr-mark">r</sup></a>'), "kept whole as it is"


def test_prose_flags_major_discrepancies_only():
    minor = Figure("27", "a.b", "r.html#a.b", "as printed: 27", marks=("flagged",))
    assert "lr-flag" not in minor.__html__()
    assert "discrepancy" not in minor.__html__()
    assert "lr-flag" in minor.link(), "a table shows every flag"
    assert legend([minor.in_prose]) == ""
    assert "lr-flag" in legend([minor])


@pytest.mark.slow
def test_the_severity_of_a_flag_is_that_of_the_register(review):
    register = review.tables["discrepancies"].set_index("discrepancy_id")["severity"]
    for row_id, ids in review.flags.items():
        if row_id in review.row_tables:
            assert make_figure(review, row_id).major == ("major" in set(register[list(ids)])), row_id


def test_marks_are_explained_in_one_order():
    told = explain_marks({"flagged", "restated"})
    assert told.index("restated") < told.index("lr-flag")
    assert explain_marks(()) == ""
