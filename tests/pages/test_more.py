"""Sections that stand on other pages are reached by their former addresses."""

import re

import pytest

from livingreview.pages.more import lead_on, list_more


def test_a_section_that_moved_is_reached_under_its_old_address(review):
    html = str(list_more("blinatumomab", "-evidence", "-comparators", "courses").__html__())
    moved = dict(re.findall(r'<li id="([^"]+)" data-lr-moved><a href="([^"]+)">', html))
    for slug, page in {
        "which-reports-is-this-based-on": "blinatumomab-evidence",
        "what-can-be-pooled": "blinatumomab-evidence",
        "how-good-are-the-reports": "blinatumomab-evidence",
        "references": "blinatumomab-evidence",
        "which-other-regimens-give-context": "blinatumomab-comparators",
        "what-happened-to-single-patients": "courses",
    }.items():
        assert moved[slug] == f"{page}.html#{slug}"


def test_an_address_that_the_page_has_itself_is_not_taken(review):
    html = str(list_more("blinatumomab", "-evidence").__html__())
    assert 'id="how-many-responded"' not in html
    assert "cite-this" not in html


def test_a_line_leads_to_a_section_that_is_there():
    html = str(lead_on("bortezomib", "-evidence", "Which regimens were given?").__html__())
    assert 'href="bortezomib-evidence.html#which-regimens-were-given"' in html
    with pytest.raises(KeyError):
        lead_on("bortezomib", "-evidence", "Which regimens?")
