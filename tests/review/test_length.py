"""A chapter is read in minutes: how long and how heavy its page may be, and where what has moved is found."""

import pytest

from tests.drawn import CLASSES
from tests.visit import Visit

pytestmark = [pytest.mark.book, pytest.mark.browser]
# Width and height of a window, and how many screens a chapter may fill in it with its folds closed.
WINDOWS = ((1280, 900, 14), (390, 844, 30))
ELEMENTS = 6000  # of the largest chapter
MOVED = {
    "which-reports-is-this-based-on": "-evidence",
    "what-can-be-pooled": "-evidence",
    "references": "-evidence",
    "which-other-regimens-give-context": "-comparators",
}


# Of each option: where its answer begins, where its certainty ends, what stands between rate and certainty.
TOGETHER = """[...document.querySelectorAll('.lr-sof tbody tr:not(.lr-group, .lr-below)')].map(row => {
    const [rate, depth, certainty] = [2, 3, 7].map(cell => row.cells[cell].getBoundingClientRect());
    const answer = rate.height ? rate : depth;
    return answer.height && [answer.top, certainty.bottom, rate.height && certainty.top - rate.bottom];
}).filter(Boolean)"""
# Of each option without a remission rate: how far below the end of its first number its certainty begins.
BEHIND = """[...document.querySelectorAll('.lr-sof tbody tr:not(.lr-group, .lr-below)')].map(row => {
    const [rate, depth, survival, death, , certainty] = [2, 3, 4, 5, 6, 7].map(
        cell => row.cells[cell].getBoundingClientRect());
    const first = [depth, survival, death].find(cell => cell.height);
    return !rate.height && first && certainty.top - first.bottom;
}).filter(gap => gap !== false && gap !== undefined)"""
SETTINGS = (
    "adult-relapse",
    "ph-positive",
    "mrd-positive",
    "child-first-relapse",
    "child-later-relapse",
    "aml",
)
# Chapters, and what stands beside them: long lists are folded away, and open on paper.
PAGES = [f"{class_id}{end}" for class_id in CLASSES for end in ("", "-evidence")]


@pytest.mark.parametrize("name", PAGES)
def test_a_chapter_keeps_its_length(site, chromium, name):
    with Visit(chromium, site, f"chapters/{name}.html") as visit:
        for width, height, most in WINDOWS:
            visit.page.set_viewport_size({"width": width, "height": height})
            tall = visit.page.evaluate("document.documentElement.scrollHeight")
            assert tall <= most * height, f"{tall / height:.1f} screens of {width} by {height}"
        if name in CLASSES:
            assert visit.page.evaluate("document.querySelectorAll('*').length") <= ELEMENTS


def test_what_is_folded_for_length_opens_on_paper(site, chromium):
    """References, reports and certainty are printed whole, as are no tables of hundreds of rows."""
    with Visit(chromium, site, "chapters/blinatumomab-evidence.html") as visit:
        page = visit.page
        assert page.locator(".lr-references li:visible").count() == 0
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        page.emulate_media(media="print")
        assert page.locator(".lr-references li:visible").count() > 20
        assert page.locator(".lr-printed > details:not([open])").count() == 0
        assert page.locator("details.lr-fold[open]").count() == 0


def test_the_answer_stands_on_the_first_screen(site, chromium):
    """On a desk half of the summary of findings, on a phone its first option with the remission rate."""
    seen = """selector => [...document.querySelectorAll(selector)]
        .filter(row => row.getBoundingClientRect().bottom < innerHeight).length"""
    with Visit(chromium, site, "chapters/index.html") as visit:
        options = visit.page.locator(".lr-sof tbody tr:not(.lr-group, .lr-below)").count()
        assert visit.page.evaluate(seen, ".lr-sof tbody tr:not(.lr-group, .lr-below)") >= options / 4
        visit.page.set_viewport_size({"width": 390, "height": 844})
        assert visit.page.evaluate(seen, ".lr-sof tbody td:nth-child(3)") >= 1


@pytest.mark.parametrize("name", SETTINGS)
def test_a_rate_and_its_certainty_are_seen_together_on_a_phone(site, chromium, name):
    """Certainty once stood a screen below the remission rate that it is about."""
    with Visit(chromium, site, f"chapters/{name}.html", width=390) as visit:
        visit.page.set_viewport_size({"width": 390, "height": 844})
        places = visit.page.evaluate(TOGETHER)
        assert places[0][1] < 844, "the first option's certainty is on the first screen"
        assert all(bottom - top < 844 / 2 for top, bottom, _ in places)
        assert all(0 <= gap < 4 for *_, gap in places), "nothing stands between rate and certainty"
        behind = visit.page.evaluate(BEHIND)
        assert all(gap >= 0 for gap in behind), "certainty once came before the MRD or survival it is of"
        assert behind or name not in ("mrd-positive", "child-first-relapse")


@pytest.mark.parametrize(("anchor", "end"), MOVED.items())
def test_a_section_that_moved_is_reached_by_its_old_address(site, chromium, anchor, end):
    with Visit(chromium, site, f"chapters/bortezomib.html#{anchor}") as visit:
        visit.page.wait_for_url(f"**/bortezomib{end}.html#{anchor}")
        assert visit.page.locator(f"[id='{anchor}']").first.is_visible()
