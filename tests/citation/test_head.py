"""What reference managers and search engines read in a page's head."""

import json

import pytest

from livingreview.citation import chapter_item, head_tags, preview_tags
from tests.cited import CHAPTER, PUBLISHED, RECORD
from tests.zotero import Head, read_item


def test_tags_and_links_appear_with_a_site_address_only():
    now = Head(f"<head>{head_tags(RECORD, CHAPTER, path='chapters/bortezomib.html')}</head>")
    assert now.links == []
    assert "url" not in read_item(now)
    item = chapter_item(PUBLISHED, title='A "quoted" </script> title', page="bortezomib")
    head = Head(f"<head>{head_tags(PUBLISHED, item, path='chapters/bortezomib.html')}</head>")
    address = f"https://example.org/review/v/{RECORD['version']}/chapters/bortezomib.html"
    assert head.links == [("cite-as", address)]
    assert read_item(head)["url"] == address
    assert read_item(head)["creators"] == [("Müller & Sons", "Ann B"), ("The <Group>", "")]
    assert read_item(head)["title"] == item["title"]
    (described,) = map(json.loads, head.scripts)
    assert described["url"] == "https://example.org/review/chapters/bortezomib.html"
    assert described["name"] == item["title"]


def test_a_link_is_shown_with_its_title_words_and_address():
    about = 'A "b" <c>'
    told = dict(Head(f"<head>{preview_tags(PUBLISHED, CHAPTER, about, path='p.html')}</head>").metas)
    assert told == {
        "description": about,
        "og:title": CHAPTER["title"],
        "og:description": about,
        "og:url": "https://example.org/review/p.html",
        "og:image": "https://example.org/review/_static/preview.png",
        "og:image:alt": f"{PUBLISHED['title']}: where there is evidence",
    }
    without = preview_tags(RECORD, CHAPTER, "x", path="p.html")
    assert "og:url" not in without
    assert "og:image" not in without, "a picture without an address of the web would be a wrong one"


def test_zotero_is_diverted_by_other_vocabularies():
    """The rules the pages are tested with do tell good tags from bad."""
    good = '<meta name="citation_title" content="A"><meta name="citation_book_title" content="B">'
    assert read_item(Head(f"{good}</head>"))["itemType"] == "bookSection"
    assert (
        read_item(Head(f'{good}<meta property="og:type" content="article"></head>'))["itemType"] == "article"
    )
    assert read_item(Head('<meta name="citation_title" content="A"></head>'))["itemType"] == "journalArticle"


@pytest.mark.book
def test_zotero_saves_every_chapter_as_a_book_section(book):
    for path in sorted((book / "chapters").rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        if 'http-equiv="refresh"' in text:
            continue  # the page of a former id, which nobody cites
        head = Head(text)
        item = read_item(head)
        names = [name for name, _ in head.metas]
        assert item["creators"] == [("The living review contributors", "")]
        assert item["date"].replace("/", "-") == RECORD["date-released"]
        assert item["language"] == "en"
        assert "citation_journal_title" not in names
        shown = [name for name in names if name.startswith(("og:", "twitter:", "article:"))]
        assert shown == ["og:title", "og:description"], "no type, which would divert Zotero"
        told = dict(head.metas)
        assert told["og:title"] == item["title"]
        assert 20 < len(told["description"]) <= 203
        assert told["description"] == told["og:description"]
        if path.name == "index.html":
            assert item["itemType"] == "book"
            assert item["title"] == RECORD["title"]
            continue
        assert item["itemType"] == "bookSection", path.name
        assert item["bookTitle"] == RECORD["title"], path.name
        assert names.count("citation_title") == 1
        assert not [rel for rel, _ in head.links if rel in ("canonical", "cite-as")]
    assert Head((book / "chapters" / "data.html").read_text(encoding="utf-8")).scripts


@pytest.mark.book
def test_pages_describe_themselves_to_search_engines(book):
    kinds = {}
    for name in ("index", "bortezomib", "data"):
        (script,) = Head((book / "chapters" / f"{name}.html").read_text(encoding="utf-8")).scripts
        kinds[name] = json.loads(script)
    assert [kinds[name]["@type"] for name in ("index", "bortezomib", "data")] == [
        "Book",
        "Chapter",
        "Dataset",
    ]
    assert kinds["bortezomib"]["isPartOf"]["@type"] == "Book"
    for download in kinds["data"]["distribution"]:
        assert (book / "chapters" / download["contentUrl"]).resolve().is_file()
