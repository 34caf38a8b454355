"""What a reader sees or hears: no raw code, no id of a report, no hash, on pages, in cards, in citations."""

import json
import re
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
import rispy

pytestmark = pytest.mark.book

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
SILENT = {"script", "style", "template"}
AS_TYPED = {
    "code",  # names of columns and codes on the data page, set as what they are
    "pre",  # BibTeX, whose keys are the reports' ids in references.bib
}
HEARD = ("aria-label", "alt", "title", "placeholder", "aria-description")
RAW = re.compile(r"(?<![\w./#-])[a-z]+(?:_[a-z0-9]+)+")
HASH = re.compile(r"\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{10,}\b")
ALLOWED = (
    re.compile(r"\b10\.\d{4,}/\S+"),  # a DOI is what it is
    re.compile(r"https?://\S+|\bdoi:\S+"),  # addresses are shown as they are typed
    re.compile(r"\b[a-z_-]+\.(?:csv|zip|json|bib|yml)\b"),  # names of files to download
)
DERIVED_PAGES = {"webpack-macros", "sbt-webpack-macros"}  # the theme's own templates, no pages


class Told(HTMLParser):
    """The words of a page that are seen or read aloud."""

    def __init__(self, text: str):
        super().__init__()
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.words += [values[name] for name in HEARD if values.get(name)]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag in self.open:
            while self.open.pop() != tag:
                pass

    def handle_data(self, data):
        if data.strip() and not (SILENT | AS_TYPED) & set(self.open):
            self.words.append(data)


def find_ids(review) -> re.Pattern:
    """Matches the id of a report, not as the beginning of a row's address."""
    known = sorted(review.tables["reports"]["report_id"], key=len, reverse=True)
    return re.compile(rf"(?<![\w./#-])(?:{'|'.join(map(re.escape, known))})(?![\w-]|\.\w)")


def find_raw(words: str, ids: re.Pattern) -> list[str]:
    """What no reader should meet in some words."""
    for allowed in ALLOWED:
        words = allowed.sub(" ", words)
    return [found for pattern in (ids, RAW, HASH) for found in pattern.findall(words)]


def tell(found: Iterator[tuple[str, str, str]]) -> list[str]:
    """'where: what (in which words)', once each."""
    return sorted({f"{where}: {what!r} in {words[:90]!r}" for where, what, words in found})


def strings_in(value, skip=()) -> Iterator[str]:
    """Every text in a JSON value, without those under some keys."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, part in value.items():
            if key not in skip:
                yield from strings_in(part, skip)
    elif isinstance(value, list):
        for part in value:
            yield from strings_in(part, skip)


def handed_over(path: Path):
    """What a script hands to the page: the last argument of its one call."""
    text = path.read_text(encoding="utf-8")
    return json.loads(text[text.index("{") : text.rindex("}") + 1])


@pytest.fixture(scope="module")
def ids(review):
    return find_ids(review)


def test_the_search_finds_what_it_looks_for(review):
    ids = find_ids(review)
    page = Told(
        '<p title="hochberg-2026">not_reported <code>row_id</code><svg><title>a1b2c3d4e5f6</title></svg>'
    )
    assert [raw for words in page.words for raw in find_raw(words, ids)] == [
        "hochberg-2026",
        "not_reported",
        "a1b2c3d4e5f6",
    ]
    assert find_raw("ramos-2025.outcome.all.cr, outcomes.csv, https://doi.org/10.1007/978-3_14", ids) == []


def test_no_page_shows_a_raw_code(book, ids):
    found = tell(
        (path.name, raw, words)
        for path in book.rglob("*.html")
        if path.stem not in DERIVED_PAGES
        for words in Told(path.read_text(encoding="utf-8")).words
        for raw in find_raw(words, ids)
    )
    assert found == []


def test_no_card_shows_a_raw_code(book, ids):
    """`source` is the address of a report's page, `flags` of a row are ids of entries of the register."""
    found = []
    for path in (book / "_static" / "cards").glob("*.js"):
        cards = handed_over(path)
        told = [cards["name"], cards["reference"], *strings_in(list(cards["flags"].values()))]
        told += strings_in(list(cards["rows"].values()), skip=("source", "flags"))
        found += [(path.name, raw, words) for words in told for raw in find_raw(words, ids)]
    assert tell(found) == []


def test_no_explorer_row_shows_a_raw_code(book, ids):
    """Coded columns of the explorer hold (code, words): the words are shown."""
    data = handed_over(book / "_static" / "explorer-data.js")
    told = [words for known in data["codes"].values() for _, words in known]
    plain = [i for i, name in enumerate(data["columns"]) if name not in data["codes"] and name != "row_id"]
    told += [str(row[i]) for row in data["rows"] for i in plain]
    found = [("explorer-data.js", raw, words) for words in told for raw in find_raw(words, ids)]
    assert tell(found) == []


def test_no_citation_shows_a_raw_code(book, ids):
    """Ids of records are keys: they stand where a manager keeps keys, never in a title or a note."""
    found = []
    for path in (book / "cite").glob("*.ris"):
        for entry in rispy.loads(path.read_text(encoding="utf-8")):
            told = strings_in(entry, skip=("id", "doi", "urls", "type_of_reference"))
            found += [(path.name, raw, words) for words in told for raw in find_raw(words, ids)]
    for path in (book / "cite").glob("*.json"):
        for item in json.loads(path.read_text(encoding="utf-8")):
            told = strings_in(item, skip=("id", "DOI", "URL"))
            found += [(path.name, raw, words) for words in told for raw in find_raw(words, ids)]
    assert tell(found) == []
    for path in (book / "cite").iterdir():
        assert "n.d.a" not in path.read_text(encoding="utf-8"), path.name


def test_a_report_is_titled_by_its_name(book, review):
    for report_id, name in review.report_names.items():
        text = (book / "chapters" / "reports" / f"{report_id}.html").read_text(encoding="utf-8")
        heading = unescape(re.search(r"<h1>([^<]*)", text)[1])
        assert heading.replace("’", "'") == name
