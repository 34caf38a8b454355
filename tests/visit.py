"""A page of the book opened in a real browser, with everything outside the book cut."""

import re

# Shifts of what stands on the page that nobody asked for; reset once the page has come to rest.
SHIFTS = """globalThis.shifted = 0;
globalThis.moved = [];
new PerformanceObserver(list => list.getEntries().forEach(entry => {
  if (entry.hadRecentInput) return;
  globalThis.shifted += entry.value;
  globalThis.moved.push(...entry.sources.map(({ node }) => `${node?.nodeName} ${node?.textContent}`));
})).observe({ type: 'layout-shift', buffered: true });"""


class Visit:
    """A page opened with everything outside its origin cut, and what went wrong on it."""

    def __init__(
        self, chromium, origin, path, *, width=1280, scheme="light", script=True, touch=False, blank=False
    ):
        self.context = chromium.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            java_script_enabled=script,
            has_touch=touch,
        )
        self.context.add_init_script(SHIFTS)
        self.page = self.context.new_page()
        self.offsite, self.failed, self.console, self.loaded = [], [], [], {}
        self.page.route(
            "**/*",
            lambda route: (
                route.continue_()
                if route.request.url.startswith((origin, "data:", "blob:"))
                else (self.offsite.append(route.request.url), route.abort())
            ),
        )
        self.page.on("response", lambda response: self.loaded.__setitem__(response.url, response))
        # Leaving a page breaks off the fetching of its icon.
        self.page.on(
            "requestfailed",
            lambda request: None if request.url.endswith("favicon.svg") else self.failed.append(request.url),
        )
        self.page.on(
            "response", lambda response: self.failed.append(response.url) if response.status >= 400 else None
        )
        self.page.on(
            "console",
            lambda message: (
                self.console.append(message.text) if message.type in ("error", "warning") else None
            ),
        )
        self.page.on("pageerror", lambda error: self.console.append(str(error)))
        if not blank:
            self.page.goto(f"{origin}/{path}", wait_until="load")

    def __enter__(self):
        return self

    def __exit__(self, *details):
        self.context.close()


ADDRESS = "chapters/explorer.html"  # of the evidence explorer


def open_explorer(chromium, origin, view="", **options) -> Visit:
    """The page of the evidence explorer, ready, in the view that an address names."""
    visit = Visit(chromium, origin, f"{ADDRESS}{view}", **options)
    visit.page.wait_for_selector(".lr-explorer[data-ready]")
    return visit


def counted(page) -> tuple[int, int]:
    """How many rows the page says it found, and how many are drawn."""
    words = page.locator(".lr-count").inner_text().split()
    return int(words[0]) if words[0].isdigit() else 0, page.locator(".lr-explorer tbody tr").count()


def taken(page, kind: str) -> str:
    """The file that the explorer gives for the rows it found."""
    with page.expect_download() as download:
        page.locator(f"[data-take={kind}]").click()
    assert download.value.suggested_filename.endswith(f".{kind}")
    with open(download.value.path(), encoding="utf-8", newline="") as handle:
        return handle.read()


def search_for(visit, word: str) -> int:
    """How many pages a search from the open page's book finds."""
    visit.page.goto(re.sub(r"chapters/.*", f"search.html?q={word}", visit.page.url), wait_until="load")
    visit.page.wait_for_selector("#search-results .search-summary:has-text('found'), #search-results li")
    return visit.page.locator("#search-results li").count()
