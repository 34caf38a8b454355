"""The built book in a real browser with the network cut."""

import gzip
import io
import re
from pathlib import Path

import pydata_sphinx_theme
import pytest
from axe_playwright_python.sync_playwright import Axe
from fontTools.ttLib import TTFont

from tests.visit import Visit

pytestmark = [pytest.mark.book, pytest.mark.browser]
# One page of each kind that holds what could move: tables, figures, filters, folds.
STILL = ("index", "blinatumomab", "blinatumomab-evidence", "explorer", "methods", "reports/ramos-2025")
# One page of each kind; links, ids and words of all pages are looked at without a browser.
VISITED = (
    "index",
    "adult-relapse",
    "bortezomib",
    "liposomal-mitoxantrone",
    "blinatumomab-evidence",
    "bortezomib-comparators",
    "comparison",
    "safety",
    "courses",
    "explorer",
    "discrepancies",
    "awaited",
    "what-changed",
    "methods",
    "reporting-checklist",
    "data",
    "reports/ramos-2025",
    "../search",
)
WCAG = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "preload": False,
    "resultTypes": ["violations"],
}
# All that a scheme can change.
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}, "preload": False}
# What a server packs.
PACKED = r"\.(?:html|css|js|json|svg)(?:\?|$)"
# One kind of row is looked at five times in a table, not five hundred;
# words in pictures are told beside them; what is folded has a test of its own.
SAMPLE = """() => {
  for (const many of [
    'tbody tr:nth-child(n+6)', '.lr-discrepancy:nth-of-type(n+6)', '.lr-references li:nth-child(n+6)',
    '.lr-claims li:nth-child(n+6)', 'details:not([open]) > :not(summary)',
  ]) document.querySelectorAll(many).forEach(item => item.remove());
  document.querySelectorAll('figure.lr-chart svg').forEach(picture => picture.replaceChildren());
  for (const [many, most] of [['figure.lr-chart', 4], ['table', 16]])
    [...document.querySelectorAll(many)].slice(most).forEach(item => item.remove()); }"""


@pytest.mark.parametrize("name", VISITED)
def test_a_page_works_for_everyone_without_network(site, chromium, name):
    """One visit: nothing from elsewhere, and no complaint.

    Wide and narrow it is without a fault that axe-core can find; in the dark its colours are.
    """
    with Visit(chromium, site, f"chapters/{name}.html") as visit:
        page = visit.page
        page.wait_for_load_state("networkidle")
        for width in (390, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            overflow = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert overflow <= 0, f"the page is {overflow} px wider than a window of {width} px"
        page.evaluate(SAMPLE)
        for width, scheme, rules in ((1280, "light", WCAG), (390, "light", WCAG), (390, "dark", COLOURS)):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # no colour is looked at halfway
            page.locator(f"html[data-theme={scheme}]").wait_for(state="attached")
            assert find_faults(page, rules) == [], (width, scheme)
        assert visit.offsite == []
        assert visit.failed == []
        assert visit.console == []


@pytest.mark.parametrize("name", STILL)
@pytest.mark.parametrize(("width", "height"), [(1280, 900), (390, 844)])
def test_nothing_moves_where_one_sees_it(site, chromium, name, width, height):
    """Cumulative layout shift is nothing to three decimals, while the page comes and as one goes down it."""
    with Visit(chromium, site, "", width=width, blank=True) as visit:
        page = visit.page
        page.set_viewport_size({"width": width, "height": height})
        page.goto(f"{site}/chapters/{name}.html", wait_until="networkidle")
        page.evaluate(
            """async () => {
              const frame = () => new Promise(done => requestAnimationFrame(done));
              for (let y = 0; y < document.documentElement.scrollHeight; y += 2 * innerHeight) {
                scrollTo({ top: y, behavior: 'instant' });
                await frame();
                await frame();
              }
            }"""
        )
        assert page.evaluate("globalThis.shifted") < 0.0005, page.evaluate("globalThis.moved")


def find_faults(page, rules=WCAG) -> list[str]:
    """Violations of WCAG 2.2 AA that axe-core finds on a page as it stands."""
    found = Axe().run(page, options=rules).response["violations"]
    return [f"{item['id']} x{len(item['nodes'])}: {item['nodes'][0]['html'][:200]}" for item in found]


def test_folded_parts_are_accessible_too(site, chromium):
    with Visit(chromium, site, "chapters/bortezomib.html", width=390) as visit:
        visit.page.evaluate("document.querySelectorAll('details').forEach(item => { item.open = true; })")
        visit.page.evaluate(SAMPLE)
        # Rows set as blocks still say that they are rows, a table at a time: no cell is left out.
        visit.page.wait_for_function("""() => document.querySelectorAll('.lr-table td[role=cell]').length > 50
            && !document.querySelector('.lr-table :is(table, tr, td):not([role])')""")
        assert find_faults(visit.page) == []


@pytest.mark.parametrize("disk", [False, True])
def test_the_policy_lets_the_book_work_and_nothing_else(site, book, chromium, disk):
    """From a server and from disk: cards, search and theme work; a script slipped in does not run."""
    origin = f"file://{book}" if disk else site
    with Visit(chromium, origin, "index.html") as visit:
        page = visit.page
        page.wait_for_url("**/chapters/index.html")
        page.goto(f"{origin}/chapters/bortezomib.html")
        page.locator("figure.lr-chart .lr-wide svg a").first.click()
        page.get_by_role("dialog").wait_for()
        page.keyboard.press("Escape")
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
    its text, its figures' specifications, MathJax and RequireJS.
    """
    import vl_convert

    with Visit(chromium, site, f"chapters/{name}.html") as visit:
        visit.page.wait_for_load_state("networkidle")
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


MOST_TRAVELS = 250_000  # bytes of a first view, of every resource that it asks for


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", ["index", "blinatumomab", "adult-relapse"])
def test_the_first_view_of_a_page_is_light(site, chromium, name, width):
    """Page, sheets, scripts, fonts and pictures, as they travel: text packed, fonts as they are."""
    with Visit(chromium, site, f"chapters/{name}.html", width=width) as visit:
        visit.page.wait_for_load_state("networkidle")
        bodies = {address: response.body() for address, response in list(visit.loaded.items())}
        weights = {
            address.split("/")[-1]: weigh(body) if re.search(PACKED, address) else len(body)
            for address, body in bodies.items()
            if address.startswith("http")
        }
        assert any(".woff" in address for address in weights), "the icons are there"
        assert sum(weights.values()) <= MOST_TRAVELS, weights


def test_every_icon_is_in_the_font_that_is_left(site, chromium):
    """An icon that the font lacks would be drawn from another, or as a box."""
    with Visit(chromium, site, "chapters/bortezomib.html") as visit:
        visit.page.wait_for_load_state("networkidle")
        fonts = [body for body in (r.body() for u, r in list(visit.loaded.items()) if ".woff" in u) if body]
        held = set().union(*(TTFont(io.BytesIO(font)).getBestCmap() for font in fonts))
        drawn = visit.page.evaluate(
            """() => [...document.querySelectorAll('.fas, .fa-solid, .fa-regular, .far')]
              .map(icon => getComputedStyle(icon, '::before').content.replaceAll('"', ''))
              .filter(text => text !== 'none')"""
        )
        assert len(drawn) > 5
        assert {ord(letter) for text in drawn for letter in text} <= held


def weigh(body: bytes) -> int:
    return len(gzip.compress(body, mtime=0))


def test_figures_stand_without_script(site, chromium):
    with Visit(chromium, site, "chapters/bortezomib.html", script=False) as visit:
        figures = visit.page.locator("figure.lr-chart")
        assert figures.count() == figures.filter(has=visit.page.locator("svg:visible")).count() > 2
        assert visit.page.locator("figure.lr-chart button:visible").count() == 0, "what only a script can do"
        mark = visit.page.locator("figure.lr-chart .lr-wide svg a").first
        href = mark.get_attribute("href")
        mark.click()
        visit.page.wait_for_url(f"**/{href}")


KINDS = ("wide", "phone")
# What of the figures does not fit: one of the two pictures is shown, inside its column, with all its words.
FITS = """() => [...document.querySelectorAll('figure.lr-chart')].flatMap(figure => {
  const box = figure.parentElement.getBoundingClientRect();
  const inside = (part, whole) => part.left >= whole.left - 1 && part.right <= whole.right + 1;
  const shown = [...figure.querySelectorAll('svg')].filter(svg => svg.checkVisibility());
  const kinds = new Set(shown.map(svg => svg.parentElement.className));
  const cut = shown.flatMap(svg => [...svg.querySelectorAll('text')].filter(word => {
    const at = word.getBoundingClientRect(), whole = svg.getBoundingClientRect();
    return !inside(at, whole) || at.top < whole.top - 1 || at.bottom > whole.bottom + 4;
  })).map(word => word.textContent);
  const fits = kinds.size === 1 && !cut.length
    && shown.every(svg => inside(svg.getBoundingClientRect(), box));
  return fits ? [] : [`${figure.querySelector('figcaption').textContent}: ${[...kinds]}; ${cut}`];
})"""


@pytest.mark.parametrize(
    "name", ["index", "adult-relapse", "bortezomib", "blinatumomab-evidence", "safety", "courses"]
)
def test_figures_fit_their_column(site, chromium, name):
    """No word is cut at any width, and both pictures are used."""
    with Visit(chromium, site, f"chapters/{name}.html") as visit:
        visit.page.evaluate("document.querySelectorAll('details').forEach(item => { item.open = true; })")
        kinds = set()
        for width in (320, 390, 700, 1280):
            visit.page.set_viewport_size({"width": width, "height": 900})
            assert visit.page.evaluate(FITS) == [], width
            kinds |= {
                kind for kind in ("wide", "phone") if visit.page.locator(f".lr-{kind} svg:visible").count()
            }
        assert kinds == set(KINDS)


def test_a_figure_is_taken_as_a_file(site, chromium):
    """As a picture by itself, whose links lead to the book, as pixels, and as its table."""
    with Visit(chromium, site, "chapters/bortezomib.html") as visit:
        figure = visit.page.locator("figure.lr-chart").first
        taken = {}
        for kind in ("svg", "png", "csv"):
            with visit.page.expect_download() as download:
                figure.get_by_role("button", name=kind.upper()).click()
            assert download.value.suggested_filename == f"{figure.get_attribute('id')}.{kind}"
            taken[kind] = Path(download.value.path()).read_bytes()
        assert taken["svg"].startswith(b"<svg ")
        assert b'xmlns="http://www.w3.org/2000/svg"' in taken["svg"]
        assert f'href="{site}/chapters/reports/'.encode() in taken["svg"]
        assert taken["png"].startswith(b"\x89PNG")
        assert taken["csv"].decode("utf-8-sig").startswith("Group,")
        assert taken["csv"].count(b"\n") > 3
        assert visit.console == []


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


def test_the_contents_close_over_the_heading_that_was_chosen(site, chromium):
    """On a phone they once stayed open over the section."""
    with Visit(chromium, site, "chapters/bortezomib.html", width=390, touch=True) as visit:
        page = visit.page
        page.locator(".secondary-toggle").first.tap()
        contents = page.locator("#pst-secondary-sidebar-modal")
        contents.get_by_role("link", name="How many responded").tap()
        contents.wait_for(state="hidden")
        assert page.url.endswith("#how-many-responded-complete-remission")
        heading = page.get_by_role("heading", name="How many responded?")
        assert 0 <= heading.bounding_box()["y"] < 200
        assert visit.console == []


def test_the_key_to_a_table_comes_above_it_on_a_phone_when_asked(site, chromium):
    """What the marks mean stands under a table there, screens after the first mark."""
    with Visit(chromium, site, "chapters/index.html", width=390) as visit:
        key = visit.page.get_by_role("button", name="Key to this table").first
        marks = visit.page.locator(".lr-table > .lr-legend").first
        notes = visit.page.locator(".lr-table > .lr-note:not(.lr-legend)").first
        table = visit.page.locator(".lr-table > table").first
        top = [key.bounding_box(), marks.bounding_box()["y"]]
        assert marks.bounding_box()["y"] > table.bounding_box()["y"]
        key.click()
        ys = [part.bounding_box()["y"] for part in (key, marks, notes, table)]
        assert ys == sorted(ys)
        assert key.bounding_box() == top[0], "the button stays under the thumb"
        assert key.get_attribute("aria-expanded") == "true"
        assert key.evaluate("key => key === document.activeElement")
        key.click()
        assert [key.bounding_box(), marks.bounding_box()["y"]] == top
    with Visit(chromium, site, "chapters/index.html", width=1280) as visit:
        assert not visit.page.get_by_role("button", name="Key to this table").first.is_visible()


def test_a_far_place_is_reached_at_once(site, chromium):
    """Opened at a place far down, a page once scrolled through blanks for seconds."""
    with Visit(chromium, site, "chapters/adult-relapse.html#how-many-of-a-hundred", width=390) as visit:
        assert visit.page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
        heading = visit.page.get_by_role("heading", name="How many of a hundred?")
        assert 0 <= heading.bounding_box()["y"] < 200


def test_on_a_phone_numbers_come_first_and_the_next_page_has_a_line_of_its_own(site, chromium):
    with Visit(chromium, site, "chapters/bortezomib.html", width=390) as visit:
        page = visit.page
        places = page.evaluate(
            """[...document.querySelectorAll('.lr-table')].map(table =>
                ['.lr-legend', 'table', '.lr-note:not(.lr-legend)'].map(part =>
                    table.querySelector(`:scope > ${part}`)?.getBoundingClientRect().top))"""
        )
        legends = [(table, mark, note) for mark, table, note in places if mark]
        assert len(legends) > 2
        assert all(table < mark and (note is None or mark < note) for table, mark, note in legends)
        before, after = (
            page.locator(f".prev-next-area .{side}").bounding_box() for side in ("left-prev", "right-next")
        )
        assert before["y"] + before["height"] <= after["y"]
        assert before["height"] < 100


def test_no_control_stands_apart_from_its_v(site, chromium):
    """A “v” was once left at the end of a line."""
    with Visit(chromium, site, "chapters/index.html") as visit:
        for width in (390, 1280):
            visit.page.set_viewport_size({"width": width, "height": 900})
            tall = visit.page.evaluate(
                """[...document.querySelectorAll('.lr-sof .lr-nowrap')]
                    .filter(part => part.textContent.startsWith('v '))
                    .map(part => part.getBoundingClientRect().height)"""
            )
            assert len(tall) > 5
            assert max(tall) < 30


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
