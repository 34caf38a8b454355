"""The explorer's page: what a spreadsheet makes of its rows, what it finds, what moves, what is left."""

import csv
import io
import re

import pytest

from livingreview.book.search import read_synonyms
from tests.visit import Visit

pytestmark = [pytest.mark.book, pytest.mark.browser]
ADDRESS = "chapters/explorer.html"
NUMBERS = (
    *("events", "total", "patients", "year", "percent", "low", "high"),
    *("ratio", "ratio_low", "ratio_high"),
)
# What Excel and LibreOffice read as something else than text in a cell of a CSV file, in whatever country:
# https://support.microsoft.com/office/452bd2db-cc96-47d1-81e4-72cec11c4ed8 and LibreOffice's date acceptance
# patterns. A plain number stays what it is.
MONTH = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
TAKEN_FOR = {
    "a formula": r"\s*[=+@].*|-(?![\d.]+%?$).*",
    "a date": r"\d{1,4}[-/.]\d{1,2}(?:[-/.]\d{1,4})?",
    "a month and a day or year": rf"\d{{1,4}}[\s./-]*{MONTH}(?:[\s./,-]*\d{{1,4}})?"
    rf"|{MONTH}[\s./-]*\d{{1,4}}(?:[\s./,-]+\d{{1,4}})?",
    "a time": r"\d{1,4}:\d{2}(?::\d{2})?(?:\s*[ap]m?)?|\d{1,2}\s*[ap]m?",
    "a fraction": r"\d+\s+\d+/\d+",
    "a number in brackets": r"\([\d.,]+\)",
    "a large number": r"\d+(?:\.\d+)?e[+-]?\d+",
    "a truth": r"true|false",
}


def open_explorer(chromium, origin, view="", **options):
    visit = Visit(chromium, origin, f"{ADDRESS}{view}", **options)
    visit.page.wait_for_selector(".lr-explorer[data-ready]")
    return visit


def download(page, kind="csv"):
    with page.expect_download() as taken:
        page.locator(f"[data-take={kind}]").click()
    with open(taken.value.path(), "rb") as handle:
        return taken.value.suggested_filename, handle.read()


def misread(cell: str) -> list[str]:
    """What a spreadsheet would take a text for."""
    return [what for what, pattern in TAKEN_FOR.items() if re.fullmatch(pattern, cell, re.IGNORECASE)]


def count(page) -> int:
    words = page.locator(".lr-count").inner_text().split()
    return int(words[0]) if words[0].isdigit() else 0


@pytest.mark.parametrize(
    ("cell", "what"),
    [
        ("1/1", "a date"),
        ("3-4", "a date"),
        ("2019-05-01", "a date"),
        ("1.5.2020", "a date"),
        ("august-2020", "a month and a day or year"),
        ("12 May", "a month and a day or year"),
        ("10:30", "a time"),
        ("=1+1", "a formula"),
        ("-x", "a formula"),
        ("1 1/2", "a fraction"),
        ("2E5", "a large number"),
        ("TRUE", "a truth"),
    ],
)
def test_the_patterns_know_what_a_spreadsheet_does(cell, what):
    assert what in misread(cell)
    assert misread(f"“{cell}”") == []
    assert (
        misread("12/20 (60%)") == misread("7.7 months (95% CI 5.6 to 9.6)") == misread("not reported") == []
    )


def test_a_spreadsheet_reads_every_cell_as_it_is(site, chromium, review):
    with open_explorer(chromium, site) as visit:
        _, content = download(visit.page)
        version = visit.page.evaluate("lrCite.loadReview().then(review => review.version)")
    assert content.startswith(b"\xef\xbb\xbf"), "without the mark Excel reads µ and é as other letters"
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert any("µ" in cell or "é" in cell or "±" in cell for row in rows for cell in row.values())
    wrong = {
        (column, cell): misread(cell)
        for row in rows
        for column, cell in row.items()
        if column not in NUMBERS and misread(cell) and not re.fullmatch(r"-?\d+(?:\.\d+)?%?", cell)
    }
    assert wrong == {}
    kept = 0
    for row in rows:
        for column in NUMBERS:
            assert re.fullmatch(r"(?:-?\d+(?:\.\d+)?)?", row[column]), "a number is a number"
        source = review.row(row["row_id"])
        printed = "" if source["as_reported"] is None else str(source["as_reported"])
        kept += row["as_printed"] == f"“{printed}”"
        assert row["as_printed"] in (printed, f"“{printed}”", "")
        assert row["review_version"] == f"version {version}"
    assert 0 < kept < len(rows) / 10, "only what would be misread is in quotation marks"


def test_files_of_two_choices_have_two_names(site, chromium):
    names = {}
    for view in (
        "",
        "#class=bortezomib",
        "#class=bortezomib&outcome=group:mrd",
        "#q=grade+3&sort=share",
        "#q=Pe%C3%B1a",
    ):
        with open_explorer(chromium, site, view) as visit:
            if count(visit.page):
                names[view], _ = download(visit.page)
                assert re.fullmatch(r"evidence-[\w.]+-[\w-]+\.csv", names[view])
                assert download(visit.page, "ris")[0] == names[view].replace(".csv", ".ris")
    assert len(set(names.values())) == len(names) >= 4
    assert names[""].endswith("-all-rows.csv")
    assert names["#class=bortezomib&outcome=group:mrd"].endswith("-bortezomib_mrd.csv")
    assert names["#q=grade+3&sort=share"].endswith("-grade-3.csv")


@pytest.mark.parametrize(
    "names",
    [
        ("Mexico", "México", "Me\u0301xico"),
        ("pediatric", "paediatric"),
        ("leukemia", "leukaemia"),
        ("CRS", "cytokine release syndrome"),
        ("ICANS", "neurotoxicity"),
        ("VOD", "SOS", "sinusoidal obstruction syndrome"),
        ("HSCT", "SCT", "stem cell transplant"),
    ],
    ids=lambda names: names[0],
)
def test_rows_are_found_by_any_name(site, chromium, names):
    with open_explorer(chromium, site, "#every=yes&context=yes") as visit:
        found = []
        for name in names:
            visit.page.get_by_label("Search words").fill(name)
            found.append(count(visit.page))
        assert len(set(found)) == 1, dict(zip(names, found, strict=True))
        assert found[0] > 0
        visit.page.get_by_label("Search words").fill("leuka")
        assert count(visit.page) > 0, "a word that is still being typed"
        visit.page.get_by_label("Search words").fill("12/20")
        assert 0 < count(visit.page) < 20, "figures are looked for as typed"


def test_without_the_search_s_words_letters_are_compared(site, chromium):
    with Visit(chromium, site, "", blank=True) as visit:
        page = visit.page
        page.route("**/language_data.js*", lambda route: route.abort())
        page.goto(f"{site}/{ADDRESS}#q=remission")
        page.wait_for_selector(".lr-explorer[data-ready]")
        assert count(page) > 50


def test_a_review_has_names_to_find_rows_by(review):
    assert len(read_synonyms(review)) > 5


@pytest.mark.parametrize(("width", "height"), [(1280, 900), (390, 844)])
def test_nothing_in_view_moves_when_the_rows_come(site, chromium, width, height):
    """Cumulative layout shift is nothing at all."""
    with Visit(chromium, site, "", width=width, blank=True) as visit:
        page = visit.page
        page.set_viewport_size({"width": width, "height": height})
        page.goto(f"{site}/{ADDRESS}")
        page.wait_for_selector(".lr-explorer[data-ready]")
        page.wait_for_timeout(300)
        assert page.evaluate("globalThis.shifted") == 0, page.evaluate("globalThis.moved")


def test_a_place_is_kept_only_for_rows_that_come(site, chromium):
    tall = "document.querySelector('.lr-unscripted').getBoundingClientRect().height"
    with Visit(chromium, site, ADDRESS, script=False) as visit:
        assert visit.page.locator(".lr-unscripted").bounding_box()["height"] < 300
    with Visit(chromium, site, "", blank=True) as visit:
        page = visit.page
        page.route("**/explorer-data.js*", lambda route: route.abort())
        page.goto(f"{site}/{ADDRESS}", wait_until="networkidle")
        assert page.get_by_text("need JavaScript").is_visible()
        assert page.evaluate(tall) < 300


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_bars_are_there_in_forced_colours(site, chromium, scheme):
    """What is drawn with a background is drawn in the system's colours; a flag has lines, which stay."""
    with open_explorer(chromium, site, "#class=blinatumomab", scheme=scheme) as visit:
        page = visit.page
        page.emulate_media(forced_colors="active", color_scheme=scheme)
        ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
        for part in (".lr-bar-point", ".lr-bar-line"):
            shown = page.locator(part).first.evaluate("part => getComputedStyle(part).backgroundColor")
            assert shown != ground
        hollow = page.locator(".lr-hollow .lr-bar-point")
        if hollow.count():
            assert hollow.first.evaluate("part => getComputedStyle(part).borderTopColor") != ground
        flag = page.locator(".lr-flag").first
        assert flag.evaluate("flag => getComputedStyle(flag, '::before').backgroundColor") != ground


def test_a_flag_has_words_and_keeps_to_its_number(site, chromium):
    """At any width the mark of a discrepancy stands in the line in which its number ends."""
    parted = """() => [...document.querySelectorAll('a.lr-figure :is(.lr-flag, .lr-mark)')].filter(mark => {
      const words = document.createRange(), own = mark.getBoundingClientRect();
      words.setStart(mark.closest('a'), 0);
      words.setEndBefore(mark);
      const last = [...words.getClientRects()].at(-1);
      return own.width && own.top > last.bottom - 2;
    }).map(mark => mark.closest('td, li, p').textContent)"""
    for name in ("explorer.html#class=bortezomib", "bortezomib.html"):
        with Visit(chromium, site, f"chapters/{name}") as visit:
            page = visit.page
            if name.startswith("explorer"):
                page.wait_for_selector(".lr-explorer[data-ready]")
            flag = page.locator(".lr-flag:not(.lr-legend *)").first
            assert (flag.get_attribute("role"), flag.get_attribute("aria-label")) == (
                "img",
                "discrepancy registered",
            )
            page.evaluate("document.querySelectorAll('details').forEach(item => { item.open = true; })")
            for width in (320, 390, 700, 1280):
                page.set_viewport_size({"width": width, "height": 900})
                assert page.evaluate(parted) == [], width


@pytest.mark.parametrize("way", ["Tab", "Shift+Tab"])
@pytest.mark.parametrize("start", ["opened", "words clicked", "citation open"])
def test_tab_leaves_no_card_open_behind(site, chromium, way, start):
    with open_explorer(chromium, site, "#class=bortezomib") as visit:
        page = visit.page
        figure = page.locator(".lr-explorer a.lr-figure").nth(2)
        figure.focus()
        page.keyboard.press("Enter")
        card = page.locator(".lr-card")
        card.wait_for()
        if start == "words clicked":
            card.locator("dd").first.click()
        if start == "citation open":
            card.locator("summary").last.click()
            card.locator(".lr-rowcite").wait_for()
        for _ in range(12):
            page.keyboard.press(way)
            if not page.evaluate("document.querySelector('.lr-card')?.contains(document.activeElement)"):
                break
        assert card.count() == 0
        assert page.evaluate("document.activeElement.matches('.lr-explorer a')"), (
            "reading goes on from the figure"
        )


def test_a_card_closes_when_the_focus_goes_elsewhere(site, chromium):
    with open_explorer(chromium, site) as visit:
        page = visit.page
        page.locator(".lr-explorer a.lr-figure").first.click()
        page.locator(".lr-card").wait_for()
        page.get_by_label("Search words").focus()
        assert page.locator(".lr-card").count() == 0


def test_a_pool_is_told_only_where_the_view_asks_for_its_population(site, chromium):
    """With its value from the page's data; another filter more, or another population too, and it is gone."""
    with open_explorer(chromium, site) as visit:
        page = visit.page
        told, plotted = page.locator(".lr-pooled li"), page.locator(".lr-plotted")
        assert told.count() == 0
        page.get_by_text("Populations whose studies are pooled").click()
        link = page.locator(".lr-questions details a", has_text="CR or CRh, of all patients treated").first
        link.click()
        assert "Pooled by the rules of this review: " in told.inner_text()
        value = re.search(r"median (\d+%) \(95% interval (\d+ to \d+)%\)", told.inner_text())
        assert f"{value[1]} [{value[2]}]" in plotted.inner_text()
        assert plotted.locator("path[fill='#00704f']").count() == 1
        assert plotted.locator("rect[fill='#0072B2'], path[fill='#D55E00']").count() > 2
        assert plotted.locator("rect[fill='none']").count() > 0, "what is not in the pool is hollow"
        assert "Diamond: the pooled median" in page.locator(".lr-plot .lr-note").inner_text()
        assert link.get_attribute("aria-current") == "true"
        with page.expect_download() as download:
            page.get_by_role("button", name="Download the plot (SVG)").click()
        with open(download.value.path(), encoding="utf-8") as handle:
            assert f"{value[1]} [{value[2]}]" in handle.read()
        page.get_by_label("Search words").fill("study")
        assert told.count() == 0
        page.get_by_label("Search words").fill("")
        assert told.count() == 1
        page.locator(".lr-chip", has_text="Age group").click()
        assert told.count() == 0
        assert plotted.locator("path[fill='#00704f']").count() == 0
        assert "Nothing is pooled here" in page.locator(".lr-plot .lr-note").inner_text()
        assert visit.console == []
