"""What a page says about citing it."""

import json

import pytest
from pybtex.database import parse_string

from livingreview.citation import cite_chapter, cite_row, format_item, item_to_bibtex, read_citation
from tests.cited import PUBLISHED, RECORD
from tests.conftest import ROOT
from tests.visit import Visit
from tests.zotero import Head, read_item

ISSUES = "https://example.org/owner/review/issues/new"
BOXED = (
    "liposomal-mitoxantrone",
    "mitoxantrone-clofarabine",
    "bortezomib",
    "blinatumomab",
    "comparison",
    "safety",
    "discrepancies",
    "protocol",
    "methods",
    "data",
)


def test_a_problem_can_be_reported_where_an_address_is_set():
    assert "problem" not in cite_row(RECORD, "ramos-2025", "Ramos 2025.").__html__()
    assert "data-address" not in cite_row(RECORD, "ramos-2025", "Ramos 2025.").__html__()
    assert "how-to-cite.html" in cite_row(RECORD, "ramos-2025", "Ramos 2025.").__html__()
    assert "how-to-cite" not in cite_row(PUBLISHED, "r", "R.", guide=False).__html__(), (
        "there is no such page"
    )
    told = cite_row(PUBLISHED | {"problems": ISSUES}, "ramos-2025", "Ramos 2025.").__html__()
    assert f'data-problems="{ISSUES}"' in told
    assert f"/v/{RECORD['version']}/chapters/reports/ramos-2025.html" in told


def test_text_in_a_box_is_escaped():
    assert "<b>" not in cite_chapter(RECORD, title="<b>bold</b>", page="x").__html__()


@pytest.mark.book
def test_box_head_and_files_of_a_chapter_say_the_same(book):
    for page in BOXED:
        text = (book / "chapters" / f"{page}.html").read_text(encoding="utf-8")
        title = read_item(Head(text))["title"]
        (item,) = json.loads((book / "cite" / f"{page}.json").read_text(encoding="utf-8"))
        assert item["title"] == title
        assert f'<p class="lr-copied">{format_item(item)}</p>' in text, (
            f"{page}: the box names another title than {title!r}"
        )
        assert item_to_bibtex(item) == (book / "cite" / f"{page}.bib").read_text(encoding="utf-8")
    for path in (book / "cite").glob("*.bib"):
        assert parse_string(path.read_text(encoding="utf-8"), "bibtex").entries


@pytest.mark.browser
def test_a_problem_with_a_row_is_reported_with_its_address(chromium, tmp_path):
    record = read_citation(ROOT) | {"problems": ISSUES}
    script = (ROOT / "livingreview" / "book" / "web" / "lr-cite.js").read_text(encoding="utf-8")
    row = (
        '<table class="lr-table"><tbody><tr id="r.outcome.cr"><th>Complete remission</th>'
        '<td data-label="Value">3/7</td></tr></tbody></table>'
    )
    for name, line in (
        ("set", cite_row(record, "r", "R.")),
        ("unset", cite_row(record | {"problems": ""}, "r", "R.")),
        ("mail", cite_row(record | {"problems": "mailto:a@example.org"}, "r", "R.")),
    ):
        (tmp_path / f"{name}.html").write_text(
            f"<!DOCTYPE html><meta charset=utf-8>{line.__html__()}{row}<script>{script}</script>",
            encoding="utf-8",
        )
    with Visit(chromium, "file://", f"{tmp_path}/set.html") as visit:
        visit.page.get_by_role("button", name="Cite r.outcome.cr").click()
        address = visit.page.locator("tr a", has_text="Report a problem").get_attribute("href")
        assert address.startswith("https://example.org/owner/review/issues/new?")
        assert "title=Row+r.outcome.cr" in address
        assert "3%2F7" in address
        assert "set.html%23r.outcome.cr" in address
    with Visit(chromium, "file://", f"{tmp_path}/mail.html") as visit:
        visit.page.get_by_role("button", name="Cite r.outcome.cr").click()
        address = visit.page.locator("tr a", has_text="Report a problem").get_attribute("href")
        assert address.startswith("mailto:a@example.org?subject=Row%20r.outcome.cr&body=")
    with Visit(chromium, "file://", f"{tmp_path}/unset.html") as visit:
        visit.page.get_by_role("button", name="Cite r.outcome.cr").click()
        assert visit.page.get_by_text("Report a problem").count() == 0
