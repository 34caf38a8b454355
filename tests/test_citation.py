"""The review can be cited: its record is valid, every form says the same, reference managers read pages and files alike."""

import json
import re
from pathlib import Path

import jsonschema
import pytest
import rispy
from pybtex.database import parse_string

from livingreview.citation import (
    book_item,
    chapter_item,
    cite_chapter,
    cite_row,
    entry_to_csl,
    format_item,
    head_tags,
    item_to_bibtex,
    items_to_ris,
    list_included,
    read_citation,
    write_bibtex,
    write_citations,
)
from livingreview.evidence import select_class
from tests.zotero import Head, read_item

ROOT = Path(__file__).resolve().parent.parent
RECORD = {
    name: value for name, value in read_citation(ROOT).items() if name != "draft"
}  # as if it were released
PUBLISHED = RECORD | {
    "url": "https://example.org/review/",
    "repository-code": "https://example.org/owner/review",
    "authors": [{"family-names": "Müller & Sons", "given-names": "Ann B."}, {"name": "The <Group>"}],
}
CHAPTER = chapter_item(RECORD, title="Bortezomib combinations", page="bortezomib")
BOXED = (
    "liposomal-mitoxantrone",
    "mitoxantrone-clofarabine",
    "bortezomib",
    "blinatumomab",
    "comparison",
    "safety",
    "discrepancies",
    "methods",
    "data",
)


def test_the_record_is_valid_citation_file_format():
    schema = json.loads(
        (ROOT / "livingreview" / "checks" / "citation-file-format-1.2.0.json").read_text(encoding="utf-8")
    )
    jsonschema.Draft7Validator(schema).validate(RECORD)
    jsonschema.Draft7Validator(schema).validate(PUBLISHED)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft7Validator(schema).validate(RECORD | {"url": ""})


def test_nothing_is_claimed_that_was_not_given():
    """No DOI, no address, no person of its own."""
    whole = book_item(RECORD)
    assert "DOI" not in whole
    assert "URL" not in whole
    assert whole["author"] == [{"literal": "The living review contributors"}]
    assert not re.search(
        r"https?:|doi", format_item(CHAPTER) + item_to_bibtex(CHAPTER) + items_to_ris([CHAPTER])
    )


def test_the_reference_names_author_chapter_book_version_and_day():
    assert (
        format_item(CHAPTER)
        == f"The living review contributors. Bortezomib combinations. In: {RECORD['title']}. Version {RECORD['version']}; {RECORD['date-released']}."
    )
    published = format_item(chapter_item(PUBLISHED, title="A < B", page="bortezomib"))
    assert published.startswith("Müller & Sons AB, The <Group>. A < B. In: ")
    assert published.endswith(f". https://example.org/review/v/{RECORD['version']}/chapters/bortezomib.html")


def test_a_version_that_is_not_frozen_is_cited_as_a_draft(tmp_path):
    (tmp_path / "CITATION.cff").write_bytes((ROOT / "CITATION.cff").read_bytes())
    draft = read_citation(tmp_path)
    item = chapter_item(draft | {"url": "https://example.org/review"}, title="T", page="bortezomib")
    assert f"Version {RECORD['version']}, draft; " in format_item(item)
    assert "draft" in item_to_bibtex(item)
    assert "draft" in items_to_ris([item])
    assert item["URL"] == "https://example.org/review/chapters/bortezomib.html", (
        "a draft is not kept under its version"
    )
    (tmp_path / "releases" / RECORD["version"]).mkdir(parents=True)
    assert not read_citation(tmp_path)["draft"]


@pytest.mark.parametrize("record", [RECORD, PUBLISHED], ids=["now", "published"])
def test_bibtex_and_ris_read_back_as_the_chapter(record):
    item = chapter_item(record, title="Bortezomib & more", page="bortezomib")
    entry = parse_string(item_to_bibtex(item), "bibtex").entries[item["id"]]
    assert entry.type == "incollection"
    assert entry.fields["booktitle"] == RECORD["title"]
    assert entry.fields["title"] == r"Bortezomib \& more"
    assert len(entry.persons["author"]) == len(record["authors"])
    assert entry.fields["date"] == RECORD["date-released"]
    (ris,) = rispy.loads(items_to_ris([item]))
    assert ris["type_of_reference"] == "CHAP"
    assert ris["title"] == item["title"]
    assert ris["secondary_title"] == RECORD["title"]
    assert len(ris["authors"]) == len(record["authors"])
    assert ris["date"].replace("/", "-") == RECORD["date-released"]
    assert ris["edition"] == f"Version {RECORD['version']}"
    assert ris.get("urls", []) == ([item["URL"]] if "url" in record else [])


def test_the_bibliography_survives_bibtex(review):
    again = parse_string(write_bibtex(review.bibliography), "bibtex")
    assert list(again.entries) == list(review.bibliography.entries)
    for key, entry in review.bibliography.entries.items():
        assert again.entries[key] == entry, key


def test_the_bibliography_survives_ris(review):
    items = [entry_to_csl(key, entry) for key, entry in review.bibliography.entries.items()]
    text = items_to_ris(items)
    assert not re.search(r"^\d+\.$|[{}\\]", text, re.MULTILINE)
    read = {entry["id"]: entry for entry in rispy.loads(text)}
    assert len(read) == len(items)
    for item in items:
        entry = read[item["id"]]
        assert entry.get("title") == item.get("title")
        assert entry.get("doi") == item.get("DOI")
        assert entry.get("secondary_title") == item.get("container-title")
        assert len(entry.get("authors", [])) == len(item.get("author", []))
        assert entry.get("year") == (str(item["issued"]["date-parts"][0][0]) if "issued" in item else None)


def test_files_of_a_chapter_hold_its_included_reports_only(review, tmp_path):
    write_citations(
        RECORD, review, {"bortezomib": "Bortezomib combinations", "methods": "Methods"}, tmp_path / "cite"
    )
    names = {path.name for path in (tmp_path / "cite").iterdir()}
    assert {
        "bortezomib.bib",
        "methods.ris",
        "review.json",
        "review-reports.ris",
        "bortezomib-reports.bib",
    } <= names
    assert "methods-reports.bib" not in names
    status = review.tables["reports"].set_index("report_id")["status"]
    expected = set(list_included(select_class(review, "bortezomib")).entries)
    assert expected
    assert all(status[key] == "included" for key in expected)
    for ending, keys in (
        ("bib", lambda text: set(parse_string(text, "bibtex").entries)),
        ("ris", lambda text: {entry["id"] for entry in rispy.loads(text)}),
        ("json", lambda text: {item["id"] for item in json.loads(text)}),
    ):
        assert (
            keys((tmp_path / "cite" / f"bortezomib-reports.{ending}").read_text(encoding="utf-8")) == expected
        )


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


def test_a_problem_can_be_reported_where_there_is_a_repository_only():
    assert "issues" not in cite_row(RECORD, "ramos-2025").__html__()
    assert "data-address" not in cite_row(RECORD, "ramos-2025").__html__()
    told = cite_row(PUBLISHED, "ramos-2025").__html__()
    assert 'data-issues="https://example.org/owner/review/issues/new"' in told
    assert f"/v/{RECORD['version']}/chapters/reports/ramos-2025.html" in told


def test_text_in_a_box_is_escaped():
    assert "<b>" not in cite_chapter(RECORD, title="<b>bold</b>", page="x").__html__()


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
        head = Head(text)
        item = read_item(head)
        names = [name for name, _ in head.metas]
        assert item["creators"] == [("The living review contributors", "")]
        assert item["date"].replace("/", "-") == RECORD["date-released"]
        assert item["language"] == "en"
        assert "citation_journal_title" not in names
        assert not [name for name in names if name.startswith(("og:", "twitter:", "article:"))]
        if path.name == "index.html":
            assert item["itemType"] == "book"
            assert item["title"] == RECORD["title"]
            continue
        assert item["itemType"] == "bookSection" and item["bookTitle"] == RECORD["title"], path.name
        assert names.count("citation_title") == 1
        assert not [rel for rel, _ in head.links if rel in ("canonical", "cite-as")]
    assert Head((book / "chapters" / "data.html").read_text(encoding="utf-8")).scripts


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
