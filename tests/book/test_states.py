"""States of a page crossed: scheme, medium, width, script and storage at once, as readers have them."""

import itertools

import pytest

from tests.review.test_browser import SAMPLE, find_faults
from tests.visit import Visit

pytestmark = [pytest.mark.book, pytest.mark.browser]
SCHEMES, MEDIA, WIDTHS = ("light", "dark"), ("screen", "print"), (320, 390, 1280)
# Scripts and storage; what is refused throws as soon as it is named, as where cookies are blocked.
READERS = ("script", "no storage", "no script")
REFUSED = """for (const name of ['localStorage', 'sessionStorage'])
  Object.defineProperty(window, name, { get() { throw new DOMException('refused', 'SecurityError'); },
    configurable: true });"""
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", ["bortezomib", "adult-relapse"])
def test_a_page_stands_in_every_state(site, chromium, name, reader):
    """No word leaves the window, nothing complains, and axe-core finds no fault, whatever comes together."""
    with Visit(chromium, site, "", script=reader != "no script", blank=True) as visit:
        page = visit.page
        if reader == "no storage":
            visit.context.add_init_script(REFUSED)
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme, media="screen", reduced_motion="reduce")
            page.goto(f"{site}/chapters/{name}.html", wait_until="load")
            for medium, width in itertools.product(MEDIA, WIDTHS):
                page.set_viewport_size({"width": width, "height": 900})
                page.emulate_media(color_scheme=scheme, media=medium, reduced_motion="reduce")
                state = (scheme, medium, width)
                if medium == "screen" or width == WIDTHS[-1]:  # paper has a width of its own
                    assert page.evaluate(OVERFLOW) <= 0, state
                assert page.locator("h1").first.is_visible(), state
            page.emulate_media(color_scheme=scheme, media="screen", forced_colors="active")
            assert page.evaluate(OVERFLOW) <= 0, (scheme, "forced colours")
            page.emulate_media(color_scheme=scheme, media="screen", forced_colors="none")
            if reader == "no script":  # axe-core is a script
                continue
            page.evaluate(SAMPLE)
            for width in WIDTHS[1:]:
                page.set_viewport_size({"width": width, "height": 900})
                assert find_faults(page) == [], (scheme, width)
        assert visit.console == []
        if reader != "no script":  # else the fetching of scripts is broken off
            assert visit.failed == []
