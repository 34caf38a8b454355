"""The figures of a page: their citation, a row told in one line, the rows of a study, orders, numbers."""

import re

import pytest

from tests.visit import Visit

pytestmark = [pytest.mark.book, pytest.mark.browser]
PAGE = "chapters/bortezomib.html"
FOREST = "figure.lr-sheet:has([data-lr-order])"
# Rows of the picture that is shown, from the top: where each leads, and its share and patients by the table.
ROWS = """figure => {
  const shown = [...figure.querySelectorAll('.lr-wide, .lr-phone')].find(part => part.checkVisibility());
  return [...shown.querySelectorAll('svg a')].map(link => {
    const href = link.getAttribute('href'), box = link.firstElementChild.getBoundingClientRect();
    const cell = figure.querySelector(`.lr-table a[href="${href}"]`).closest('td').textContent;
    const number = found => (found ? Number(found[1]) : null);
    const place = y => Math.round(y - figure.getBoundingClientRect().top);
    return { href, top: place(box.top), bottom: place(box.bottom),
      share: number(/([\\d.]+)%/.exec(cell)), patients: number(/(?:\\/|% of )(\\d+)/.exec(cell)) };
  }).sort((a, b) => a.top - b.top);
}"""


def runs_of(rows: list[dict]) -> list[list[dict]]:
    """Rows that touch each other: those of one population and pool."""
    runs: list[list[dict]] = []
    for row in rows:
        if runs and abs(runs[-1][-1]["bottom"] - row["top"]) <= 1:
            runs[-1].append(row)
        else:
            runs.append([row])
    return runs


def test_figures_are_numbered_in_their_text(site, chromium):
    with Visit(chromium, site, PAGE, script=False) as visit:
        numbers = visit.page.locator("figcaption .lr-number").all_text_contents()
        assert numbers == [f"Figure {place + 1}." for place in range(len(numbers))]
        assert len(numbers) > 2


def test_a_figure_is_cited_with_number_title_page_version_and_address(site, chromium):
    with Visit(chromium, site, PAGE) as visit:
        page = visit.page
        visit.context.grant_permissions(["clipboard-read", "clipboard-write"])
        figure = page.locator("figure.lr-sheet").nth(1)
        button = figure.get_by_role("link", name="Cite this figure")
        button.focus()
        page.keyboard.press("Enter")
        figure.get_by_text("Copied this citation:").wait_for()
        assert figure.locator(".lr-get [role=status]").inner_text() == "Copied this citation:"
        told = page.evaluate("navigator.clipboard.readText()")
        assert told == figure.locator(".lr-cited").inner_text()
        caption = figure.locator("figcaption").inner_text().strip()
        assert told.startswith(f"{caption}. In: Bortezomib combinations")
        assert caption.startswith("Figure 2.")
        assert "Version " in told
        assert told.endswith(f"{PAGE}#{figure.get_attribute('id')}")
        assert page.url.endswith(PAGE), "the page stays where it is"
        assert visit.console == []


@pytest.mark.parametrize("name", ["index", "bortezomib-evidence", "safety"])
def test_without_script_the_link_leads_to_how_the_page_is_cited(site, chromium, name):
    with Visit(chromium, site, f"chapters/{name}.html", script=False) as visit:
        link = visit.page.locator("figure.lr-sheet").first.get_by_role("link", name="Cite this figure")
        visit.page.emulate_media(reduced_motion="reduce")  # it goes there at once
        link.click()
        assert visit.page.url.endswith("#cite")
        assert visit.page.locator("#cite").bounding_box()["y"] < 900
        assert visit.page.locator("[data-lr-order]:visible").count() == 0


@pytest.mark.parametrize("width", [1280, 390])
def test_a_row_is_told_in_one_line_under_pointer_and_keyboard(site, chromium, width):
    with Visit(chromium, site, PAGE, width=width) as visit:
        page = visit.page
        figure, tip = page.locator(FOREST).first, page.locator(".lr-tip")
        part = ".lr-wide" if width > 720 else ".lr-phone"
        row = figure.locator(f"{part} svg a").first
        figure.scroll_into_view_if_needed()
        row.hover()
        tip.wait_for()
        href = row.get_attribute("href")
        line = figure.locator(f".lr-table tr:has(a[href='{href}'])").first
        name = line.locator("th").evaluate("cell => lrSheet.wordsOf(cell)")
        count = line.locator(f"a[href='{href}']").first.evaluate("link => lrSheet.wordsOf(link)")
        assert name in tip.inner_text()
        assert count in tip.inner_text()
        assert re.search(r"95% CI, exact: [\d.]+", tip.inner_text())
        box = tip.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        page.keyboard.press("Escape")
        assert tip.count() == 0
        page.mouse.move(5, 5)

        figure.locator("[data-lr-order]").focus()
        page.keyboard.press("Tab")  # the picture is the next stop, and one stop
        assert page.evaluate("document.activeElement.matches('.lr-picture')")
        first = tip.inner_text()
        page.keyboard.press("ArrowDown")
        assert tip.inner_text() != first
        page.keyboard.press("Home")
        assert tip.inner_text() == first
        page.keyboard.press("ArrowDown")
        second = page.locator(".lr-now").get_attribute("href")
        page.keyboard.press("Enter")
        page.get_by_role("dialog").wait_for()
        assert tip.count() == 0
        page.keyboard.press("Escape")
        assert page.evaluate("document.activeElement.matches('.lr-picture')"), "reading goes on from the row"
        assert page.locator(".lr-now").get_attribute("href") == second
        page.keyboard.press("Tab")
        assert tip.count() == 0
        assert visit.console == []


def test_the_rows_of_one_study_are_marked_in_all_figures(site, chromium, review):
    """Also where another report of the study is drawn."""
    with Visit(chromium, site, "chapters/blinatumomab.html") as visit:
        page = visit.page
        report = "kantarjian-2017"
        link = page.locator(f".lr-wide svg a[href*='reports/{report}.html']").first
        link.scroll_into_view_if_needed()
        link.hover()
        page.wait_for_function("() => document.querySelectorAll('.lr-same').length > 1")
        marked = page.locator(".lr-same")
        reports = {
            re.search(r"reports/([a-z0-9-]+)\.html", href)[1]
            for href in marked.evaluate_all("links => links.map(link => link.getAttribute('href'))")
        }
        study = review.report_studies[report]
        assert {review.report_studies[name] for name in reports} == {study}
        figures = marked.evaluate_all("links => [...new Set(links.map(link => link.closest('figure').id))]")
        assert len(figures) > 1
        page.emulate_media(forced_colors="active")
        assert page.locator(".lr-now > :first-child").first.evaluate(
            "part => getComputedStyle(part).stroke"
        ) not in (
            "none",
            page.evaluate("getComputedStyle(document.body).backgroundColor"),
        )
        page.mouse.move(5, 5)
        page.wait_for_function("() => !document.querySelector('.lr-same, .lr-tip')")


@pytest.mark.parametrize(
    ("width", "name"), [(1280, "blinatumomab"), (390, "blinatumomab"), (1280, "adult-relapse")]
)
def test_a_forest_is_ordered_within_what_stands_together(site, chromium, width, name):
    """No row leaves its population or its pool, no row covers another, and the picture taken is ordered."""
    with Visit(chromium, site, f"chapters/{name}.html", width=width) as visit:
        figure = visit.page.locator(FOREST).first
        drawn = runs_of(figure.evaluate(ROWS))
        for key in ("share", "patients"):
            figure.locator("[data-lr-order]").select_option(key)
            ordered = runs_of(figure.evaluate(ROWS))
            assert [{row["href"] for row in run} for run in ordered] == [
                {row["href"] for row in run} for run in drawn
            ]
            for run in ordered:
                values = [row[key] for row in run if row[key] is not None]
                assert values == sorted(values, reverse=True), key
                assert all(row[key] is not None for row in run[: len(values)]), "what lacks it comes last"
        assert any(len(run) > 2 for run in drawn)
        figure.locator("[data-lr-order]").select_option("year")
        visit.page.wait_for_function("() => document.querySelector('.lr-sheet svg a[transform]')")
        with visit.page.expect_download() as download:
            figure.get_by_role("button", name="This figure as SVG").click()
        with open(download.value.path(), encoding="utf-8") as handle:
            assert 'transform="translate(0,' in re.sub(r"<path[^>]*>", "", handle.read())
        figure.locator("[data-lr-order]").select_option("")
        again = figure.evaluate(ROWS)
        assert [row["href"] for row in again] == [row["href"] for run in drawn for row in run]
        assert visit.console == []


def test_a_figure_s_numbers_paste_clean_into_a_spreadsheet(site, chromium):
    """No cell is taken for a date or a time, and marks stay."""
    with Visit(chromium, site, "chapters/blinatumomab-evidence.html") as visit:
        lines = visit.page.evaluate(
            """() => [...document.querySelectorAll('figure.lr-sheet .lr-table table')].map(
              table => lrSheet.csv(lrSheet.linesOf(table, { whole: true })))"""
        )
        cells = [cell.strip('"') for text in lines for line in text.splitlines() for cell in line.split(",")]
        assert len(lines) > 3
        assert [cell for cell in cells if re.fullmatch(r"\d{1,4}[-/]\d{1,2}(?:[-/]\d{1,4})?", cell)] == []
        assert any("[r]" in cell or "[discrepancy registered]" in cell for cell in cells)
