"""Cards: where a figure comes from, one script per report; pages do not grow by them."""

import json
import re

import pandas as pd
import pytest

from livingreview.display.numbers import DERIVED, write_value
from livingreview.evidence import records
from livingreview.pages.cards import make_card, write_cards, write_review
from tests.visit import Visit

RECORD = {
    "title": "Review",
    "version": "2026.11.0",
    "date-released": "2026-11-21",
    "license": "CC-BY-4.0",
    "authors": [{"name": "Nobody"}],
}
PUBLISHED = RECORD | {"url": "https://example.org/r", "problems": "mailto:a@example.org"}


def read_cards(path) -> dict:
    call, _, rest = path.read_text(encoding="utf-8").partition(",")
    assert call == f'lrCards("{path.stem}"'
    return json.loads(rest.removesuffix(");\n"))


@pytest.mark.slow
def test_every_row_has_a_card_with_the_facts_of_its_row(review, tmp_path):
    (tmp_path / "gone-1999.js").write_text("old")
    write_cards(review, tmp_path)
    seen = set()
    for path in tmp_path.glob("*.js"):
        cards = read_cards(path)
        assert cards.get("doi", "") == review.bibliography.entries[path.stem].fields.get("doi", "")
        for row_id, card in cards["rows"].items():
            row = review.row(row_id)
            assert row["report_id"] == path.stem
            assert card["where"] == review.in_words(row["locator"])
            assert card.get("value", "") == write_value(review, row)
            assert card.get("printed") == (
                row["as_reported"] if isinstance(row["as_reported"], str) else None
            )
            assert tuple(card.get("flags", ())) == review.flags.get(row_id, ())
            assert all(cards["flags"][item]["explanation"] for item in card.get("flags", ()))
            assert ("derivation" in card) == (row["basis"] in DERIVED)
        seen |= cards["rows"].keys()
    assert seen == set(review.row_tables), (
        "scripts of reports that are gone are gone, and no row is without a card"
    )


def test_a_card_offers_what_the_record_holds(review, tmp_path):
    """Kept versions share the script of an unchanged report, so how to cite stands in a script of its own."""
    write_review(RECORD, review, tmp_path / "review.js")
    assert "example.org" not in (tmp_path / "review.js").read_text()
    write_review(PUBLISHED, review, tmp_path / "review.js")
    about = json.loads((tmp_path / "review.js").read_text().removeprefix("lrReview(").removesuffix(");\n"))
    assert about["rows"]["source"] == f"{{reference}} — cited in: {about['source']}"
    assert about["rows"]["problems"] == "mailto:a@example.org"
    assert about["rows"]["address"] == "https://example.org/r/v/2026.11.0/chapters/reports/{report}.html"
    assert about["address"].endswith("/v/2026.11.0/chapters/{page}.html")


def test_a_card_is_short_and_says_a_thing_once(review, cards_made):
    """Words before what is folded, with those of its labels and of the report's name."""
    visible = ("value", "interval", "what", "printed", "where", "checked", "basis", "sourceName", "citation")
    labels = ["As", "printed", "Where", "Checked", "Basis", "Taken", "from"]
    for report_id, cards in cards_made.items():
        for row_id, card in cards.items():
            told = [review.report_names[report_id], *(card.get(name, "") for name in visible)]
            words = len(labels) + sum(len(re.findall(r"\w\S*", part)) for part in told)
            assert words < 90, (row_id, words)
            parts = card["what"].split("; ")
            assert len(parts) == len(set(parts)), row_id
    rows = {row["row_id"]: row for row in records(review.tables["outcomes"])}
    both = next(
        row for row in rows.values() if row["assessed_at"] == "course_1" and isinstance(row["timepoint"], str)
    )
    what = make_card(review, both)["what"]
    assert both["timepoint"] in what
    assert review.label("outcomes", "assessed_at", "course_1") not in what


def test_a_share_has_its_interval(review):
    for row in records(review.tables["outcomes"]):
        card = make_card(review, row)
        counted = isinstance(row["events"], int) and isinstance(row["total"], int) and row["total"] > 1
        printed = isinstance(row["ci_low_reported_pct"], str | int | float) and not pd.isna(
            row["ci_low_reported_pct"]
        )
        assert ("95% CI" in card.get("interval", "")) == (counted or printed), row["row_id"]
        assert "95% CI" not in card["what"]


def test_a_figure_derived_from_what_is_restated_says_so(review, cards_made):
    rows = [review.row(row_id) for row_id in review.row_tables]
    second = next(
        row for row in rows if row["basis"] == "restated_derived" and isinstance(row["source_report_id"], str)
    )
    card = cards_made[second["report_id"]][second["row_id"]]
    assert card["basis"].startswith("calculated from a report's results")
    assert card["source"] == second["source_report_id"]


@pytest.mark.book
def test_no_page_grows_by_its_cards(book):
    """What a page holds for the sake of cards, beside the page without it: 15% are allowed."""
    for path in (book / "chapters").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        if 'http-equiv="refresh"' in text:
            continue  # the page of a former id, which holds its new address alone
        without = re.sub(
            r'<script[^>]*lr-card\.js[^>]*></script>|<(\w+)[^>]*class="lr-card[^>]*>.*?</\1>',
            "",
            text,
            flags=re.DOTALL,
        )
        assert len(without) < len(text) <= 1.15 * len(without), path.name
        assert "lrCards(" not in text


@pytest.mark.book
@pytest.mark.browser
def test_a_figure_opens_its_card_by_key_mouse_and_touch(site, chromium):
    with Visit(chromium, site, "chapters/bortezomib.html") as visit:
        page = visit.page
        figure = page.locator(".bd-article p a.lr-figure:has(.lr-flag):visible").first
        report, row_id = re.search(r"reports/(.+)\.html#(.+)", figure.get_attribute("href")).groups()
        cards = read_cards_of(page, report)
        figure.focus()
        page.keyboard.press("Enter")
        card = page.get_by_role("dialog")
        card.wait_for()
        told = card.inner_text()
        for fact in ("printed", "where", "basis", "checked"):
            assert cards["rows"][row_id][fact] in told
        order = [told.index(cards[name]) for name in ("name",)]
        order += [
            told.index(cards["rows"][row_id][fact]) for fact in ("value", "printed", "where", "checked")
        ]
        assert order == sorted(order)
        assert (
            card.get_by_role("link", name="Report a problem")
            .get_attribute("href")
            .endswith("contribute.html")
        )
        assert page.evaluate("document.activeElement.className") == "lr-card"
        card.get_by_text("registered").click()
        told = card.inner_text()
        for item in cards["rows"][row_id]["flags"]:
            assert cards["flags"][item]["title"] in told
            assert cards["flags"][item]["explanation"] in told
        card.get_by_text("Cite this", exact=True).click()
        assert card.locator(".lr-rowcite p").first.inner_text().endswith(f"{report}.html#{row_id}")
        page.keyboard.press("Escape")
        assert card.count() == 0
        assert page.evaluate("document.activeElement.href").endswith(row_id)
        page.keyboard.press("Enter")
        card.wait_for()
        for _ in range(30):  # on through the card, out of it, and on behind the figure
            page.keyboard.press("Tab")
            if not card.count():
                break
        assert card.count() == 0
        assert page.evaluate(
            "a => a.compareDocumentPosition(document.activeElement) & Node.DOCUMENT_POSITION_FOLLOWING",
            figure.element_handle(),
        )
        figure.click()
        card.wait_for()
        page.mouse.click(5, 300)
        assert card.count() == 0
        figure.click(modifiers=["ControlOrMeta"])  # a new tab, as of any link
        assert card.count() == 0
        assert visit.failed == []
        assert visit.console == []
    with Visit(chromium, site, "chapters/bortezomib.html", width=390, touch=True) as visit:
        figure = visit.page.locator(".bd-article p a.lr-figure:visible").first
        figure.tap()
        card = visit.page.get_by_role("dialog")
        card.wait_for()
        box = card.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
        card.get_by_role("button", name="Close").tap()
        assert card.count() == 0
        visit.page.locator("figure.lr-chart .lr-phone svg a").first.tap()
        card.wait_for()


def read_cards_of(page, report: str) -> dict:
    text = page.request.get(page.url.rsplit("/chapters/", 1)[0] + f"/_static/cards/{report}.js").text()
    return json.loads(text.partition(",")[2].removesuffix(");\n"))


@pytest.mark.book
@pytest.mark.browser
def test_without_its_card_a_figure_leads_to_its_row(site, chromium):
    with Visit(chromium, site, "chapters/bortezomib.html") as visit:
        visit.page.route("**/cards/*.js", lambda route: route.abort())
        figure = visit.page.locator(".bd-article p a.lr-figure:visible").first
        href = figure.get_attribute("href")
        figure.click()
        visit.page.wait_for_url(f"**/{href}")


@pytest.mark.book
def test_the_rows_of_a_picture_are_links_in_its_table(book):
    """Who cannot click a mark reaches the same card from the table under the picture."""
    seen = 0
    for path in (book / "chapters").glob("*.html"):
        for figure in re.findall(r"<figure .*?</figure>", path.read_text(encoding="utf-8"), re.DOTALL):
            drawn = set(re.findall(r'<a href="([^"]+)"', "".join(re.findall(r"<svg.*?</svg>", figure))))
            linked = set(re.findall(r'<a class="lr-figure" href="([^"]+)"', figure))
            assert drawn <= linked, f"{path.name}: {sorted(drawn - linked)[:3]}"
            seen += len(drawn)
    assert seen > 500
