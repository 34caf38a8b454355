"""A chapter is read in minutes: how long and how heavy its page may be, and where what has moved is found."""

import pytest

from tests.drawn import CLASSES
from tests.visit import Visit

pytestmark = [pytest.mark.book, pytest.mark.browser]
# Width and height of a window, and how many screens a chapter may fill in it with its folds closed.
WINDOWS = ((1280, 900, 14), (390, 844, 30))
ELEMENTS = 6100  # of the largest chapter
MOVED = {
    "which-reports-is-this-based-on": "-evidence",
    "what-can-be-pooled": "-evidence",
    "references": "-evidence",
    "which-other-regimens-give-context": "-comparators",
}


@pytest.mark.parametrize("class_id", CLASSES)
def test_a_chapter_keeps_its_length(site, chromium, class_id):
    with Visit(chromium, site, f"chapters/{class_id}.html") as visit:
        for width, height, most in WINDOWS:
            visit.page.set_viewport_size({"width": width, "height": height})
            tall = visit.page.evaluate("document.documentElement.scrollHeight")
            assert tall <= most * height, f"{tall / height:.1f} screens of {width} by {height}"
        assert visit.page.evaluate("document.querySelectorAll('*').length") <= ELEMENTS


def test_the_answer_stands_on_the_first_screen(site, chromium):
    """On a desk half of the summary of findings, on a phone its first option with the remission rate."""
    seen = """selector => [...document.querySelectorAll(selector)]
        .filter(row => row.getBoundingClientRect().bottom < innerHeight).length"""
    with Visit(chromium, site, "chapters/index.html") as visit:
        options = visit.page.locator(".lr-sof tbody tr:not(.lr-group)").count()
        assert visit.page.evaluate(seen, ".lr-sof tbody tr:not(.lr-group)") >= options / 4
        visit.page.set_viewport_size({"width": 390, "height": 844})
        assert visit.page.evaluate(seen, ".lr-sof tbody td:nth-child(3)") >= 1


@pytest.mark.parametrize(("anchor", "end"), MOVED.items())
def test_a_section_that_moved_is_reached_by_its_old_address(site, chromium, anchor, end):
    with Visit(chromium, site, f"chapters/bortezomib.html#{anchor}") as visit:
        visit.page.wait_for_url(f"**/bortezomib{end}.html#{anchor}")
        assert visit.page.locator(f"[id='{anchor}']").first.is_visible()
