"""Pages speak the field's English, not the project's own."""

import re

import pytest

from livingreview.evidence import records
from livingreview.manuscript import find_pages
from livingreview.manuscript.pages import mask_prose
from tests.conftest import ROOT

# Ways of saying that a reader of the field would stumble over, and what is said instead.
PRIVATE = {
    "of some size": "of thirty patients or more",
    "set beside": "compared with",
    "stands? beside": "is compared with",
    "stands? above": "exceeds",
    "touched by": "affected by",
    "brings? to transplant": "reach transplant",
    "rows? of evidence": "results",
    "has not gone away": "refractory",
    "not printed": "not reported",
    "highest grade short of death": "grade four",
}


def _find(text: str) -> list[str]:
    return [f"{words!r}: say {better!r}" for words, better in PRIVATE.items() if re.search(words, text)]


@pytest.mark.parametrize("path", find_pages(ROOT / "chapters"), ids=lambda path: path.stem)
def test_no_page_uses_private_words(path):
    assert _find(mask_prose(path.read_text(encoding="utf-8"))) == []


def test_no_conclusion_uses_private_words(review):
    for table, columns in {
        "claims": ("text", "overturned_by"),
        "findings": ("option", "who", "note"),
    }.items():
        for row in records(review.tables[table]):
            for column in columns:
                assert _find(str(row[column])) == [], row
