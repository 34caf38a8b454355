"""A cited chapter in every form says the same, and reference managers read it back."""

import re

import pytest
import rispy
from pybtex.database import parse_string

from livingreview.citation import book_item, chapter_item, format_item, item_to_bibtex, items_to_ris
from tests.cited import CHAPTER, PUBLISHED, RECORD


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
    assert format_item(CHAPTER) == (
        f"The living review contributors. Bortezomib combinations. In: {RECORD['title']}. "
        f"Version {RECORD['version']}; {RECORD['date-released']}."
    )
    published = format_item(chapter_item(PUBLISHED, title="A < B", page="bortezomib"))
    assert published.startswith("Müller & Sons AB, The <Group>. A < B. In: ")
    assert published.endswith(f". https://example.org/review/v/{RECORD['version']}/chapters/bortezomib.html")


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
