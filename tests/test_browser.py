"""The built book in a real browser with the network cut."""

import pytest

from tests.test_book import PAGES

pytestmark = [pytest.mark.book, pytest.mark.browser]
SCROLL = """async () => { for (const figure of document.querySelectorAll('figure.lr-chart')) {
  figure.scrollIntoView();
  for (let waited = 0; !figure.dataset.live && waited < 10000; waited += 20) await new Promise(done => setTimeout(done, 20)); } }"""


class Visit:
    """A page opened with everything outside its origin cut, and what went wrong on it."""

    def __init__(self, chromium, origin, path, *, width=1280, scheme="light", script=True, touch=False, blank=False):
        self.context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=script, has_touch=touch)
        self.page = self.context.new_page()
        self.offsite, self.failed, self.console = [], [], []
        self.page.route("**/*", lambda route: route.continue_() if route.request.url.startswith((origin, "data:", "blob:")) else (self.offsite.append(route.request.url), route.abort()))
        self.page.on("requestfailed", lambda request: self.failed.append(request.url))
        self.page.on("response", lambda response: self.failed.append(response.url) if response.status >= 400 else None)
        self.page.on("console", lambda message: self.console.append(message.text) if message.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda error: self.console.append(str(error)))
        if not blank:
            self.page.goto(f"{origin}/{path}", wait_until="load")

    def scroll(self):
        self.page.evaluate(SCROLL)
        assert self.page.locator("figure.lr-chart:not([data-live])").count() == 0

    def __enter__(self):
        return self

    def __exit__(self, *details):
        self.context.close()


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", PAGES)
def test_page_is_whole_without_network(site, chromium, name, width):
    with Visit(chromium, site, f"chapters/{name}.html", width=width) as visit:
        charts = visit.page.locator("figure.lr-chart").count()
        visit.scroll()
        assert visit.offsite == [] and visit.failed == [] and visit.console == []
        assert visit.page.locator("figure.lr-chart[data-live=yes] .lr-live svg").count() == charts
        overflow = visit.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0, f"the page is {overflow} px wider than the window"


@pytest.mark.parametrize("name", ["bortezomib", "liposomal-mitoxantrone"])
def test_charts_stand_without_script(site, chromium, name):
    with Visit(chromium, site, f"chapters/{name}.html", script=False) as visit:
        charts = visit.page.locator("figure.lr-chart")
        shown = visit.page.locator("figure.lr-chart .lr-static .lr-wide svg:visible")
        assert charts.count() == shown.count() > 0


def test_chapter_opens_from_disk(book, chromium):
    with Visit(chromium, "file://", f"{book}/chapters/bortezomib.html") as visit:
        visit.scroll()
        assert visit.offsite == [] and visit.failed == [] and visit.console == []
        assert visit.page.locator("figure.lr-chart[data-live=yes]").count() == visit.page.locator("figure.lr-chart").count()


def test_live_charts_fit_their_column(site, chromium):
    with Visit(chromium, site, "chapters/bortezomib.html") as visit:
        visit.scroll()
        too_wide = visit.page.evaluate("[...document.querySelectorAll('.lr-live')].filter(box => box.querySelector('svg').getBoundingClientRect().width > box.clientWidth + 1).length")
        assert too_wide == 0


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


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["index", "bortezomib", "discrepancies", "reports/linder-2016"])
def test_accessibility(site, chromium, name, scheme):
    """No violation of WCAG 2.2 AA that axe-core can find."""
    from axe_playwright_python.sync_playwright import Axe

    with Visit(chromium, site, f"chapters/{name}.html", scheme=scheme) as visit:
        visit.scroll()
        found = Axe().run(visit.page, options={"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}})
        told = [f"{item['id']} x{len(item['nodes'])}: {item['nodes'][0]['html'][:200]}" for item in found.response["violations"]]
        assert told == []


def test_a_row_is_cited_from_the_keyboard(site, chromium, review):
    """The button behind a row opens a text with figure, version and address; the address leads back to the row."""
    row_id = "ramos-2025.outcome.relapse.cr"
    with Visit(chromium, site, "chapters/reports/ramos-2025.html") as visit:
        row = visit.page.locator(f"[id='{row_id}']")
        button = row.get_by_role("button", name=f"Cite {row_id}")
        button.focus()
        visit.page.keyboard.press("Enter")
        told = row.locator(".lr-rowcite p").first.inner_text()
        shown = row.locator("td[data-label='Value']").inner_text().strip()
        assert shown and shown in told and "Version " in told and told.endswith(f"ramos-2025.html#{row_id}")
        assert button.get_attribute("aria-expanded") == "true" and "Report a problem" not in row.inner_text()
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
        assert "Bortezomib combinations. In: " in box.inner_text() and box.locator("button").count() == 0
        assert box.locator("a[download]").count() == 6
