"""The built book: links lead somewhere, nothing is from elsewhere, strata stand apart."""

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from livingreview.evidence import select_class
from livingreview.manuscript import find_pages
from tests.conftest import ROOT
from tests.drawn import CLASSES

pytestmark = pytest.mark.book
PAGES = [path.stem for path in find_pages(ROOT / "chapters")]


class Links(HTMLParser):
    """Ids, links and loaded resources of a page."""

    def __init__(self, text: str):
        super().__init__()
        self.ids, self.links, self.loaded = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        if "id" in values:
            self.ids.append(values["id"])
        if tag == "a" and values.get("href"):
            self.links.append(values["href"])
        if tag in ("script", "img", "iframe", "source") and values.get("src"):
            self.loaded.append(values["src"])
        if (
            tag == "link"
            and values.get("rel") in ("stylesheet", "preload", "icon", "shortcut icon")
            and values.get("href")
        ):
            self.loaded.append(values["href"])


@pytest.fixture(scope="module")
def pages(book) -> dict[Path, Links]:
    return {path: Links(path.read_text(encoding="utf-8")) for path in book.rglob("*.html")}


def test_every_page_is_there(book, review):
    for name in PAGES:
        assert (book / "chapters" / f"{name}.html").is_file()
    for report_id in review.tables["reports"]["report_id"]:
        assert (book / "chapters" / "reports" / f"{report_id}.html").is_file()
    assert "chapters/index.html" in (book / "index.html").read_text()


def test_no_link_inside_the_book_is_broken(book, pages):
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or link.startswith("//"):
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if target.is_dir():
                target /= "index.html"
            assert target.is_file(), f"{path.name}: {link}"
            if (
                parts.fragment
                and target.suffix == ".html"
                and target in pages
                and not parts.fragment.startswith(":~:")
            ):
                assert unquote(parts.fragment) in pages[target].ids, f"{path.name}: {link} has no such anchor"


def test_nothing_is_loaded_from_elsewhere(pages):
    for path, page in pages.items():
        for source in page.loaded:
            assert not urlsplit(source).netloc, f"{path.name} loads {source}"


def test_every_evidence_row_has_one_address(review, pages, book):
    for row_id in review.row_tables:
        report_id = review.row(row_id)["report_id"]
        assert pages[book / "chapters" / "reports" / f"{report_id}.html"].ids.count(row_id) == 1, row_id
    for discrepancy in review.tables["discrepancies"]["discrepancy_id"]:
        assert pages[book / "chapters" / "discrepancies.html"].ids.count(discrepancy) == 1


def test_ids_are_unique_on_a_page(pages):
    for path, page in pages.items():
        twice = {item for item in page.ids if page.ids.count(item) > 1}
        assert not twice, f"{path.name}: {sorted(twice)[:5]}"


def test_pages_show_no_machine_and_no_warning(book):
    """Absolute paths, tracebacks and warnings have no place in a published page."""
    for path in book.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"/(?:home|root|work|tmp|Users)/[a-z]", text), path.name
        for word in ("Traceback", "DeprecationWarning", "FutureWarning", " object at 0x"):
            assert word not in text, f"{path.name}: {word}"


def test_every_figure_is_a_picture_for_a_desk_and_for_a_phone_told_in_words(book):
    """Nothing draws in the page: no engine is there to do it."""
    left = [path.name for path in book.rglob("*vega*")]
    assert not left, f"{left} are of an earlier build: delete _build/.staging"
    seen = 0
    for name in PAGES:
        text = (book / "chapters" / f"{name}.html").read_text(encoding="utf-8")
        for figure in re.findall(r"<figure .*?</figure>", text, re.DOTALL):
            wide, _, phone = figure.partition('<div class="lr-phone"')
            assert "<svg " in wide, name
            assert "<svg " in phone, name
            told = re.search(r'<div class="lr-picture"[^>]* aria-label="([^"]*)"', figure)[1]
            assert len(told) > 60, f"{name}: {told}"
            assert "<table" in figure, f"{name}: {told[:60]}"
            seen += 1
    assert seen > 40


@pytest.mark.parametrize("class_id", CLASSES)
def test_every_row_of_a_class_is_shown_on_its_pages(book, review, class_id):
    """Nothing is dropped silently: what no figure draws is in a table of one of its pages."""
    part = select_class(review, class_id)
    pages = [book / "chapters" / f"{class_id}{end}.html" for end in ("", "-evidence", "-comparators")]
    shown = set(re.findall(r'#([a-z0-9.-]+)"', "".join(page.read_text(encoding="utf-8") for page in pages)))
    for name in ("outcomes", "survival", "adverse_events"):
        assert set(part.tables[name]["row_id"]) <= shown, name


def test_what_stands_side_by_side_is_not_compared(book):
    text = (book / "chapters" / "comparison.html").read_text(encoding="utf-8")
    assert "The table is not a comparison." in text


@pytest.mark.book
def test_no_page_shows_a_missing_value_as_code_does(book):
    """An age without an upper end once stood on a page as '65 to <NA>'."""
    for path in sorted((book / "chapters").glob("*.html")):
        text = re.sub(r"<(script|style).*?</\1>", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert not re.search(r"&lt;NA&gt;|>(?:nan|None|NaT)<|\bto nan\b", text), path.name
