"""What readers come for, done as they would do it, in a real browser."""

import csv
import io

import pytest
import rispy

from livingreview.files import list_releases
from tests.visit import Visit, counted, open_explorer, taken

pytestmark = [pytest.mark.book, pytest.mark.browser]


def clean(visit) -> bool:
    """Nothing was asked of another site, and nothing went wrong.

    What a page still loads when it is left is broken off.
    """
    return visit.offsite == visit.console == []


def test_a_reader_finds_a_remission_rate_and_its_source(site, chromium, review):
    """From the start page to the class, to its figure, to the table under it, to the card, to the row."""
    row = review.row("ramos-2025.outcome.relapse.cr")
    with Visit(chromium, site, "index.html") as visit:
        page = visit.page
        page.wait_for_url("**/chapters/index.html")
        page.locator(".bd-article").get_by_role("link", name="Bortezomib combinations").first.click()
        chart = page.locator(
            "figure.lr-chart", has=page.locator(f"a.lr-figure[href$='#{row['row_id']}']")
        ).first
        chart.locator(f".lr-wide svg a[href$='#{row['row_id']}']").first.click()  # the mark leads there too
        assert row["locator"] in page.get_by_role("dialog").inner_text()
        page.keyboard.press("Escape")
        chart.locator("summary", has_text="The numbers as a table").click()
        figure = chart.locator(f"a.lr-figure[href$='#{row['row_id']}']")
        assert figure.inner_text().startswith(f"{row['events']}/{row['total']} (")
        figure.click()
        card = page.get_by_role("dialog")
        card.wait_for()
        assert f"“{row['as_reported']}”" in card.inner_text()
        assert row["locator"] in card.inner_text()
        card.get_by_role("link", name="Row on the page of").click()
        page.wait_for_url(f"**/reports/ramos-2025.html#{row['row_id']}")
        source = page.locator(f"[id='{row['row_id']}']")
        assert source.is_visible()
        assert f"“{row['as_reported']}”" in source.inner_text()
        assert clean(visit)


def test_a_reviewer_takes_filtered_rows_and_their_reports(site, chromium, review):
    with open_explorer(chromium, site) as visit:
        page = visit.page
        page.get_by_label("Disease").select_option("aml")
        page.get_by_label("Outcome or event").select_option("cr")
        page.get_by_text("More filters").click()
        page.get_by_label("Age group").select_option("adult")
        page.get_by_label("Reported or derived").select_option("reported")
        found, drawn = counted(page)
        rows = list(csv.DictReader(io.StringIO(taken(page, "csv"))))
        assert len(rows) == found >= drawn > 0
        for row in rows:
            source = review.row(row["row_id"])
            assert source["outcome"] == "cr"
            assert source["basis"] == "reported"
            assert row["locator"] == source["locator"]
            assert row["events"] == ("" if not isinstance(source["events"], int) else str(source["events"]))
        records = rispy.loads(taken(page, "ris"))
        assert {record["id"] for record in records} == {
            review.row(row["row_id"])["report_id"] for row in rows
        }
        entries = review.bibliography.entries
        assert all(("title" in record) == ("title" in entries[record["id"]].fields) for record in records)
        view = page.url
        page.goto("about:blank")
        page.goto(view)
        page.wait_for_selector(".lr-explorer[data-ready]")
        assert counted(page) == (found, drawn)
        assert page.get_by_label("Age group").is_visible()
        assert clean(visit)


def test_an_author_cites_a_chapter(site, chromium):
    with Visit(chromium, site, "chapters/bortezomib.html") as visit:
        page, box = visit.page, visit.page.locator(".lr-cite")
        visit.context.grant_permissions(["clipboard-read", "clipboard-write"])
        box.get_by_role("button", name="Copy").first.click()
        box.get_by_text("Copied").first.wait_for()
        told = page.evaluate("navigator.clipboard.readText()")
        assert told == box.locator(".lr-copied").first.inner_text().strip()
        assert "Bortezomib combinations. In: " in told
        with page.expect_download() as download:
            box.get_by_role("link", name="RIS", exact=True).click()
        (record,) = rispy.loads(download.value.path().read_text(encoding="utf-8"))
        assert record["title"] == "Bortezomib combinations"
        assert record["type_of_reference"] == "CHAP"
        assert record["edition"] in told
        with page.expect_download() as download:
            box.get_by_role("link", name="The included reports as RIS").click()
        assert len(rispy.loads(download.value.path().read_text(encoding="utf-8"))) > 1
        assert clean(visit)


def test_a_returning_reader_sees_what_changed(site, chromium, root):
    with Visit(chromium, site, "chapters/index.html") as visit:
        page, versions = visit.page, list_releases(root)
        page.get_by_role("navigation").get_by_role("link", name="What changed").first.click()
        page.wait_for_url("**/what-changed.html")
        told = page.locator(".bd-article").inner_text()
        assert all(version in told for version in versions)
        assert "first release" in told or versions
        assert clean(visit)


def test_a_saved_copy_is_read_without_network(book, chromium):
    """From disk: a chapter with its figures, a number's card, its row, and the explorer."""
    with Visit(chromium, f"file://{book}", "chapters/mitoxantrone-clofarabine.html") as visit:
        page = visit.page
        visit.context.set_offline(True)
        assert page.locator("figure.lr-chart svg:visible").count() > 0
        page.locator(".bd-article p a.lr-figure").first.click()
        card = page.get_by_role("dialog")
        card.wait_for()
        assert card.locator("dd").count() >= 4
        card.get_by_role("link", name="Row on the page of").click()
        page.wait_for_url("**/reports/*.html#*")
        assert page.locator("tr:target").is_visible()
        page.get_by_role("navigation").get_by_role("link", name="Explore the evidence").first.click()
        page.wait_for_selector(".lr-explorer[data-ready]")
        assert counted(page)[1] > 0
        assert clean(visit)


def test_a_chapter_is_read_by_keyboard_alone(site, chromium):
    with Visit(chromium, site, "chapters/bortezomib.html") as visit:
        page = visit.page
        focus = lambda what: page.evaluate(f"document.activeElement.{what}")  # noqa: E731
        page.keyboard.press("Tab")
        assert "Skip to main content" in focus("textContent")
        page.keyboard.press("Enter")
        for _ in range(40):
            page.keyboard.press("Tab")
            if focus("className") == "lr-figure":
                break
        first = focus("href")
        assert focus("className") == "lr-figure"
        assert focus("closest('.bd-article') !== null")
        page.keyboard.press("Enter")
        card = page.get_by_role("dialog")
        card.wait_for()
        page.keyboard.press("Tab")
        assert focus("getAttribute('aria-label')") == "Close"
        for _ in range(5):
            page.keyboard.press("Tab")
            if "Row on the page of" in focus("textContent"):
                break
        assert "Row on the page of" in focus("textContent")
        page.keyboard.press("Escape")
        assert card.count() == 0
        assert focus("href") == first
        page.keyboard.press("Tab")
        assert focus("href") != first
        assert focus("closest('.bd-article') !== null")
        assert clean(visit)
