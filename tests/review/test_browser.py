"""The built book in a real browser with the network cut."""

import gzip
import re
from pathlib import Path

import pydata_sphinx_theme
import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.review.test_book import PAGES
from tests.visit import Visit

pytestmark = [pytest.mark.book, pytest.mark.browser]
WCAG = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "preload": False,
    "resultTypes": ["violations"],
}
COLOURS = WCAG | {
    "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
}  # all that a scheme can change
# One kind of row is looked at five times in a table, not five hundred;
# words in pictures are told beside them; what is folded has a test of its own.
SAMPLE = """() => {
  for (const many of [
    'tbody tr:nth-child(n+6)', '.lr-discrepancy:nth-of-type(n+6)', '.lr-references li:nth-child(n+6)',
    '.lr-claims li:nth-child(n+6)', 'details:not([open]) > :not(summary)',
  ]) document.querySelectorAll(many).forEach(item => item.remove());
  document.querySelectorAll('figure.lr-chart svg').forEach(picture => picture.replaceChildren());
  [...document.querySelectorAll('figure.lr-chart')].slice(4).forEach(item => item.remove()); }"""


@pytest.mark.parametrize("name", [*PAGES, "reports/linder-2016", "reports/ramos-2025", "../search"])
def test_a_page_works_for_everyone_without_network(site, chromium, name):
    """One visit: nothing from elsewhere, no complaint, live charts that move nothing.

    Wide and narrow, light and dark it is without a fault that axe-core can find.
    """
    with Visit(chromium, site, f"chapters/{name}.html") as visit:
        page = visit.page
        assert "vega" not in " ".join(visit.loaded) or page.locator("figure.lr-chart[data-live]").count()
        page.wait_for_load_state("networkidle")
        page.evaluate("globalThis.shifted = 0")
        visit.scroll(6)  # all charts of one chapter are looked at below
        assert page.evaluate("globalThis.shifted") == 0, "a chart that came alive moved the text"
        for width in (390, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            overflow = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert overflow <= 0, f"the page is {overflow} px wider than a window of {width} px"
        page.evaluate(SAMPLE)
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 900})
            for scheme in ("light", "dark"):
                page.emulate_media(
                    color_scheme=scheme, reduced_motion="reduce"
                )  # no colour is looked at halfway
                page.locator(f"html[data-theme={scheme}]").wait_for(state="attached")
                assert find_faults(page, COLOURS if scheme == "dark" else WCAG) == [], (width, scheme)
        assert visit.offsite == []
        assert visit.failed == []
        assert visit.console == []


def find_faults(page, rules=WCAG) -> list[str]:
    """Violations of WCAG 2.2 AA that axe-core finds on a page as it stands."""
    found = Axe().run(page, options=rules).response["violations"]
    return [f"{item['id']} x{len(item['nodes'])}: {item['nodes'][0]['html'][:200]}" for item in found]


def test_folded_parts_are_accessible_too(site, chromium):
    with Visit(chromium, site, "chapters/bortezomib.html", width=390) as visit:
        visit.page.evaluate("document.querySelectorAll('details').forEach(item => { item.open = true; })")
        visit.page.evaluate(SAMPLE)
        assert visit.page.locator(".lr-table table[role=table] td[role=cell]").count() > 50, (
            "rows set as blocks still say that they are rows"
        )
        assert find_faults(visit.page) == []


@pytest.mark.parametrize("disk", [False, True])
def test_the_policy_lets_the_book_work_and_nothing_else(site, book, chromium, disk):
    """From a server and from disk: charts, search and theme work; a script slipped in does not run."""
    origin = f"file://{book}" if disk else site
    with Visit(chromium, origin, "index.html") as visit:
        page = visit.page
        page.wait_for_url("**/chapters/index.html")
        page.goto(f"{origin}/chapters/bortezomib.html")
        page.locator("figure.lr-chart").first.scroll_into_view_if_needed()
        page.locator("figure.lr-chart[data-live=yes]").first.wait_for()
        policy = page.locator("meta[http-equiv=Content-Security-Policy]").get_attribute("content")
        assert "unsafe-eval" not in policy
        assert "http" not in policy
        assert "'unsafe-inline'" not in policy.split("script-src")[1].split(";")[0]
        button = page.locator(".theme-switch-button:visible").first
        button.click()
        first = page.evaluate("document.documentElement.dataset.mode")
        button.click()
        assert first != page.evaluate("document.documentElement.dataset.mode")
        page.goto(f"{origin}/search.html?q=bortezomib")
        page.locator("#search-results li", has_text="Bortezomib combinations").first.wait_for()
        assert visit.offsite == []
        assert visit.failed == []
        assert visit.console == []
        page.evaluate(
            "slipped => document.body.insertAdjacentHTML('beforeend', slipped)",
            '<img src="data:," onerror="globalThis.slipped = 1">',
        )
        page.evaluate(
            "slipped => document.body.append("
            "Object.assign(document.createElement('script'), { textContent: slipped }))",
            "globalThis.slipped = 2",
        )
        page.wait_for_timeout(200)
        assert page.evaluate("globalThis.slipped") is None
        assert any("Content Security Policy" in line for line in visit.console)


@pytest.mark.parametrize(
    "name", ["liposomal-mitoxantrone", "mitoxantrone-clofarabine", "bortezomib", "blinatumomab"]
)
def test_a_chapter_weighs_a_quarter_of_a_stock_one(site, chromium, book, name):
    """HTML, CSS and JavaScript of a chapter's first view, as they travel (gzip), against stock files.

    No stock book is built: counted are the theme's own files that a stock page loads,
    and once the library that Altair puts into a page.
    What would make the stock page heavier still is left out:
    its text, its charts' specifications, MathJax and RequireJS.
    """
    import vl_convert

    with Visit(chromium, site, f"chapters/{name}.html") as visit:
        visit.page.wait_for_load_state("networkidle")
        assert not any("vega" in address for address in list(visit.loaded)), (
            "the library waits until a chart comes into view"
        )
        ours = sum(
            weigh(response.body())
            for address, response in list(visit.loaded.items())
            if re.search(r"\.(?:html|css|js)(?:\?|$)", address)
        )
    theme = Path(pydata_sphinx_theme.__file__).parent / "theme" / "pydata_sphinx_theme" / "static"
    own = (
        "sphinx-book-theme.css",
        "scripts/sphinx-book-theme.js",
        "sphinx-design.min.css",
        "basic.css",
        "pygments.css",
        "doctools.js",
        "sphinx_highlight.js",
        "copybutton.js",
        "clipboard.min.js",
        "togglebutton.js",
    )
    files = [
        *(
            theme / name
            for name in (
                "styles/pydata-sphinx-theme.css",
                "scripts/bootstrap.js",
                "scripts/pydata-sphinx-theme.js",
                "scripts/fontawesome.js",
            )
        ),
        *(path for name in own for path in (book / "_static").rglob(Path(name).name)),
    ]
    stock = sum(weigh(path.read_bytes()) for path in files) + weigh(vl_convert.javascript_bundle().encode())
    assert ours <= stock / 4, f"{ours} bytes against {stock}"


def weigh(body: bytes) -> int:
    return len(gzip.compress(body, mtime=0))


@pytest.mark.parametrize("name", ["bortezomib", "liposomal-mitoxantrone"])
def test_charts_stand_without_script(site, chromium, name):
    with Visit(chromium, site, f"chapters/{name}.html", script=False) as visit:
        charts = visit.page.locator("figure.lr-chart")
        shown = visit.page.locator("figure.lr-chart .lr-static svg:visible")
        assert charts.count() == shown.count() > 0


FITS = """() => [...document.querySelectorAll('figure.lr-chart[data-live=yes]')].flatMap(figure => {
  const box = figure.querySelector('.lr-live').getBoundingClientRect();
  const words = [...figure.querySelectorAll('.lr-live svg text')]
    .filter(word => word.textContent).map(word => word.getBoundingClientRect());
  const right = Math.max(...words.map(word => word.right));
  const reserved = parseFloat(getComputedStyle(figure.querySelector('.lr-drawn')).minHeight);
  const told = `${figure.querySelector('figcaption').textContent}: words end at ${right} `
    + `in ${box.left} to ${box.right}, ${box.height} high of ${reserved}`;
  const fits = right <= box.right + 1 && right >= box.left + .9 * box.width
    && Math.abs(reserved - box.height) <= 2;
  return fits ? [] : [told];
})"""


@pytest.mark.parametrize("width", [320, 390, 700, 1280])
def test_live_charts_fit_their_column(site, chromium, width):
    """Words too wide for a chart would make it narrower, to nothing on a phone.

    And it takes the height that was kept for it.
    """
    for name in ("index", "liposomal-mitoxantrone", "bortezomib"):
        with Visit(chromium, site, f"chapters/{name}.html", width=width) as visit:
            visit.scroll()
            assert visit.page.evaluate(FITS) == []


def test_figures_in_prose_are_links(site, chromium):
    with Visit(chromium, site, "chapters/bortezomib.html") as visit:
        links = visit.page.locator(".bd-article p a.lr-figure")
        assert links.count() >= 3
        assert all("reports/" in link.get_attribute("href") for link in links.all())


def test_following_a_discrepancy_opens_it(site, chromium, review):
    first = review.tables["discrepancies"]["discrepancy_id"].iat[5]
    with Visit(chromium, site, f"chapters/discrepancies.html#{first}") as visit:
        visit.page.wait_for_timeout(300)
        assert visit.page.locator(f"[id='{first}']").is_visible()


def test_a_row_is_cited_from_the_keyboard(site, chromium, review):
    """The button behind a row opens a text with figure, version and address, which leads back to the row."""
    row_id = "ramos-2025.outcome.relapse.cr"
    with Visit(chromium, site, "chapters/reports/ramos-2025.html") as visit:
        row = visit.page.locator(f"[id='{row_id}']")
        button = row.get_by_role("button", name=f"Cite {row_id}")
        button.focus()
        visit.page.keyboard.press("Enter")
        told = row.locator(".lr-rowcite p").first.inner_text()
        shown = row.locator("td[data-label='Value']").inner_text().strip()
        assert shown
        assert shown in told
        assert "Version " in told
        assert told.endswith(f"ramos-2025.html#{row_id}")
        assert button.get_attribute("aria-expanded") == "true"
        assert "Report a problem" not in row.inner_text()
        visit.page.keyboard.press("Tab")
        assert visit.page.evaluate("document.activeElement.textContent") == "Copy"
        visit.context.grant_permissions(["clipboard-read", "clipboard-write"])
        visit.page.keyboard.press("Enter")
        row.get_by_text("Copied").wait_for()
        assert visit.page.evaluate("navigator.clipboard.readText()") == told
        assert visit.console == []


def test_a_chapter_is_cited_without_script(site, chromium):
    with Visit(chromium, site, "chapters/bortezomib.html", script=False) as visit:
        box = visit.page.locator(".lr-cite")
        assert "Bortezomib combinations. In: " in box.inner_text()
        assert box.locator("button").count() == 0
        assert box.locator("a[download]").count() == 6
