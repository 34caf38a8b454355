"""The evidence explorer: every row is in it, its numbers are the book's, and a view is an address."""

import csv
import io
import itertools
import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest

from benchmarks.explorer import write_page
from livingreview.display.numbers import exact_interval, write_value
from livingreview.pages.explorer import COLUMNS, FILTERS, TABLES, list_rows, pack_rows, show_explorer
from tests.visit import ADDRESS, Visit, counted, open_explorer, taken


def test_every_cohort_and_result_is_a_row_with_the_numbers_of_the_book(review):
    rows = {row["row_id"]: row for row in list_rows(review)}
    wanted = {
        row_id
        for name in TABLES
        for row_id, cohort in zip(
            review.tables[name]["row_id"], review.tables[name]["cohort_id"], strict=True
        )
        if isinstance(cohort, str)
    }
    assert rows.keys() == wanted
    assert all(row.keys() == set(COLUMNS) for row in rows.values())
    for row_id, row in rows.items():
        source = review.row(row_id)
        assert row["value"] == write_value(review, source)
        assert row["report"][0] == source["report_id"]
        if row["interval"][0] == "exact":
            ends = [100 * end for end in exact_interval(source["events"], source["total"])]
            assert [row["low"], row["high"]] == pytest.approx(ends, abs=0.0501)
            assert (row["low"] == 0) == (source["events"] == 0)
            assert (row["high"] == 100) == (source["events"] == source["total"])
        if row["low"] is not None:
            assert 0 <= row["low"] <= row["percent"] <= row["high"] <= 100


def test_packed_rows_unpack_to_the_same(review):
    rows = list_rows(review)[::50]
    packed = json.loads(json.dumps(pack_rows(rows)))
    for row, cells in zip(rows, packed["rows"], strict=True):
        for name, cell in zip(packed["columns"], cells, strict=True):
            known = packed["codes"].get(name)
            assert (tuple(known[cell]) if known else cell) == row[name]


def test_every_filter_is_a_column_with_a_control_and_a_label(review):
    html = str(show_explorer(review, caption="Rows").__html__())
    for name in FILTERS:
        assert name in COLUMNS
        assert (
            html.count(f'<select id="lr-{name}" name="{name}">')
            == html.count(f'<label for="lr-{name}">')
            == 1
        )


@pytest.mark.book
@pytest.mark.browser
def test_a_view_is_an_address_and_back_works(site, chromium):
    with open_explorer(chromium, site) as visit:
        page = visit.page
        total = counted(page)[0]
        page.get_by_label("Regimen class").select_option("bortezomib")
        some = counted(page)[0]
        page.get_by_label("Search words").press_sequentially("remission")
        fewer = counted(page)[0]
        assert total > some > fewer > 0
        assert parse_qs(urlsplit(page.url).fragment) == {
            "class": ["bortezomib"],
            "q": ["remission"],
        }
        page.go_back()  # the letters were one step
        assert counted(page)[0] == some
        assert page.get_by_label("Search words").input_value() == ""
        page.go_back()
        assert counted(page)[0] == total
        assert page.get_by_label("Regimen class").input_value() == ""
        page.go_forward()
        assert counted(page)[0] == some
        page.get_by_role("button", name="Next").click()
        assert "page=2" in page.url
        assert counted(page)[1] <= 50
        page.locator(".lr-explorer a.lr-figure").first.click()
        page.get_by_role("dialog").get_by_role("link", name="Row on the page of").click()
        page.wait_for_url("**/reports/*")
        page.go_back()
        page.wait_for_selector(".lr-explorer[data-ready]")
        assert "page=2" in page.url
        assert page.locator(".lr-page").inner_text().startswith("Page 2 ")
        page.get_by_label("Search words").fill("no-such-word <img src=x>")
        assert counted(page) == (0, 0)
        assert page.get_by_text("No row matches.").is_visible()
        assert page.locator("[data-take=csv]").is_disabled()
        page.get_by_role("button", name="Clear all").click()
        page.locator(".lr-count", has_text=re.compile(rf"^\s*{total} of")).wait_for()
        page.get_by_text("Cite this view").click()
        assert page.locator(".lr-explorer .lr-copied").inner_text().endswith(ADDRESS + "#")
        assert visit.console == []


@pytest.mark.book
@pytest.mark.browser
def test_rows_are_sorted_by_numbers_and_words(book, chromium):
    with open_explorer(chromium, f"file://{book}", "#sort=share&page=2") as visit:
        shares = [
            float(row["percent"])
            for row in csv.DictReader(io.StringIO(taken(visit.page, "csv")))
            if row["percent"]
        ]
        assert shares == sorted(shares, reverse=True)
        assert visit.page.locator(".lr-bar").count() == 50
        visit.page.get_by_label("Order").select_option("report")
        rows = csv.DictReader(io.StringIO(taken(visit.page, "csv")))
        reports = [row["report"].strip("“”") for row in rows]  # one may be called like a month
        alphabet = "names => names.sort(new Intl.Collator('en', { numeric: true }).compare)"
        assert list(dict.fromkeys(reports)) == visit.page.evaluate(alphabet, sorted(set(reports)))
        assert sum(name != before for name, before in itertools.pairwise(reports)) == len(set(reports)) - 1


@pytest.mark.book
@pytest.mark.browser
def test_any_outcome_of_a_group_can_be_asked_for_and_choices_say_what_they_leave(book, chromium, review):
    rows = list_rows(review)
    with open_explorer(chromium, f"file://{book}", "#outcome=group:mrd&class=bortezomib") as visit:
        page, outcome = visit.page, visit.page.get_by_label("Outcome or event")
        wanted = {
            row["row_id"]
            for row in rows
            if row["outcome_group"][0] == "mrd" and row["class"][0] == "bortezomib"
        }
        taken_rows = list(csv.DictReader(io.StringIO(taken(page, "csv"))))
        assert {row["row_id"] for row in taken_rows} == wanted
        assert len(wanted) > 1
        assert {row["outcome_group"] for row in taken_rows} == {"Any MRD result"}
        assert all(row["review_version"] for row in taken_rows)
        page.get_by_label("Regimen class").focus()
        options = {
            option.get_attribute("value"): option
            for option in page.get_by_label("Regimen class").locator("option").all()
        }
        for class_id in ("bortezomib", "blinatumomab", "liposomal-mitoxantrone"):
            left = sum(row["outcome_group"][0] == "mrd" and row["class"][0] == class_id for row in rows)
            assert options[class_id].inner_text().endswith(f" ({left})")
            assert (options[class_id].get_attribute("disabled") is not None) == (left == 0)
        outcome.focus()
        assert "(" not in options["bortezomib"].inner_text()
        assert outcome.locator("option:checked").inner_text() == f"Any MRD result ({len(wanted)})"
        page.get_by_text("Cite this view").click()
        assert "Outcome or event “Any MRD result”" in page.locator(".lr-explorer .lr-copied").inner_text()


@pytest.mark.browser
def test_ten_thousand_rows_take_no_more_of_the_page_than_fifty(review, chromium, tmp_path):
    page = chromium.new_page()
    page.goto(f"file://{write_page(tmp_path, review, 10_000)}")
    page.wait_for_selector(".lr-explorer[data-ready]")
    assert counted(page) == (10_000, 50)
    elements = page.evaluate("document.querySelectorAll('*').length")
    page.get_by_label("Search words").fill("remission")
    found, drawn = counted(page)
    assert 50 < found < 10_000
    assert drawn == 50
    page.get_by_label("Search words").fill("")
    page.get_by_label("Order").select_option("patients")
    for _ in range(3):
        page.get_by_role("button", name="Next").click()
    assert counted(page) == (10_000, 50)
    assert page.evaluate("document.querySelectorAll('*').length") < 1.5 * elements
    page.close()


@pytest.mark.book
@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_explorer_and_a_card_are_accessible(site, chromium, scheme):
    """No violation of WCAG 2.2 AA that axe-core can find, with every filter and a card open."""
    from axe_playwright_python.sync_playwright import Axe

    with open_explorer(chromium, site, "#class=bortezomib&age_group=adult", scheme=scheme) as visit:
        visit.page.locator(".lr-explorer a.lr-figure").nth(2).click()
        visit.page.get_by_role("dialog").get_by_text("Cite this figure").click()
        found = Axe().run(
            visit.page,
            options={
                "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
            },
        )
        assert [
            f"{item['id']}: {item['nodes'][0]['html'][:200]}" for item in found.response["violations"]
        ] == []


@pytest.mark.book
@pytest.mark.browser
def test_without_script_the_files_and_chapters_are_named(site, chromium, review):
    with Visit(chromium, site, ADDRESS, script=False) as visit:
        text = visit.page.locator(".bd-article")
        assert text.get_by_text("need JavaScript").is_visible()
        assert not text.locator("form").first.is_visible()
        for name in TABLES:
            assert text.get_by_role("link", name=review.package.tables[name].path).is_visible()
        for class_id in review.tables["regimen_classes"]["class_id"]:
            assert text.locator(f"a[href='{class_id}.html']").is_visible()
