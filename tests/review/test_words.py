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
    r"(?:in|ex)cludes? no effect": "includes the null value",
    "leaves? out no effect": "excludes the null value",
    r"(?:to|touches|crosses) no effect": "to the null value",
    r"bring[^.]{0,20} to transplant": "reach transplant",
    "nothing here can tell": "cannot be said",
    "(?:empty|blank) place": "a blank",
    r"[Ww]ords and names are used": "terms and abbreviations",
    r"take(?:\*\*)? the data": "download the data",
    "of ours": "of this review",
}
# Columns that hold lists of ids, and a database's own words.
IN_CODES = {
    "studies": ("overlaps_with",),
    "findings": ("families", "ratings"),
    "strategies": ("query",),
    "searches": ("query",),
}
# What the review's data quote or note of a report may say that it does not print a number.
NOTED = frozenset({"not printed"})


def _find(text: str, excused: frozenset[str] = frozenset()) -> list[str]:
    return [
        f"{words!r}: say {better!r}"
        for words, better in PRIVATE.items()
        if words not in excused and re.search(words, text)
    ]


@pytest.mark.parametrize("path", find_pages(ROOT / "chapters"), ids=lambda path: path.stem)
def test_no_page_uses_private_words(path):
    assert _find(mask_prose(path.read_text(encoding="utf-8"))) == []


def test_no_conclusion_uses_private_words(review):
    for table, columns in {
        "claims": ("text", "certainty_reason", "overturned_by"),
        "certainty": ("outcome", "reason"),
        "regimen_classes": ("question",),
        "questions": ("question",),
        "findings": ("option", "who", "note"),
    }.items():
        for row in records(review.tables[table]):
            for column in columns:
                assert _find(str(row[column])) == [], row


# Ids that are words of the field as well.
WORDS_OF_THE_FIELD = {"first-line", "real-world", "single-agent", "short-course", "cytokine-release"}
SLUG = re.compile(r"(?<![\w./#:@-])[a-z0-9]+(?:-[a-z0-9]+)+(?![\w-]|\.\w)")


@pytest.mark.slow
def test_no_words_name_a_search_a_record_or_a_study_by_its_id(review):
    """A reader met "lipomit-recent" and "messinger-2010"; ids of reports alone become names on a page."""
    ids = {
        value
        for table in review.package.tables.values()
        for field in table.fields
        if field.name.endswith("_id") and field.name != "report_id"
        for value in review.tables[table.name][field.name].dropna().astype(str)
    }
    ids -= {*review.report_names, *WORDS_OF_THE_FIELD}
    found = [
        (table, column, slug, words)
        for table, frame in review.tables.items()
        for column in frame.columns
        if not column.endswith("_id") and column not in IN_CODES.get(table, ())
        for words in frame[column].dropna().astype(str).unique()
        if " " in words
        for slug in SLUG.findall(words)
        if slug in ids
    ]
    assert found == []


@pytest.mark.book
def test_no_built_page_shows_private_words(book):
    """Also what the engine writes: notes of figures and tables, headings, folds, descriptions of pictures."""
    found = {}
    for path in sorted((book / "chapters").glob("*.html")):
        article = path.read_text(encoding="utf-8").split("<article", 1)[-1].split("</article>")[0]
        told = " ".join(re.findall(r'(?:aria-label|title|alt|content)="([^"]*)"', article))
        text = re.sub(r"<(script|style)\b.*?</\1>|<[^>]*>", " ", article, flags=re.DOTALL)
        if wrong := _find(re.sub(r"\s+", " ", f"{text} {told}"), NOTED):
            found[path.stem] = wrong
    assert found == {}
