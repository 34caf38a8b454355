"""What Zotero's Embedded Metadata translator makes of a page's head.

After its own rules, as far as a static book can meet them.
A ``citation_*`` tag settles the type (``citation_title`` alone only suggests a journal article);
a tag whose prefix is a known vocabulary (Dublin Core, OpenGraph, PRISM ...) brings in the RDF rules instead,
where a Dublin Core type comes before that suggestion, but OpenGraph's before both.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

VOCABULARIES = {
    "bib",
    "bibo",
    "dc",
    "dcterms",
    "prism",
    "foaf",
    "vcard",
    "link",
    "z",
    "eprint",
    "eprints",
    "og",
    "article",
    "book",
    "music",
    "video",
    "so",
    "codemeta",
    "rdf",
}
TYPES = {
    "citation_journal_title": "journalArticle",
    "citation_technical_report_institution": "report",
    "citation_conference_title": "conferencePaper",
    "citation_conference": "conferencePaper",
    "citation_book_title": "bookSection",
    "citation_dissertation_institution": "thesis",
}
FIELDS = {
    "citation_title": "title",
    "citation_publication_date": "date",
    "citation_date": "date",
    "citation_journal_title": "publicationTitle",
    "citation_book_title": "bookTitle",
    "citation_volume": "volume",
    "citation_issue": "issue",
    "citation_publisher": "publisher",
    "citation_isbn": "ISBN",
    "citation_doi": "DOI",
    "citation_public_url": "url",
    "citation_language": "language",
    "citation_abstract": "abstractNote",
}


class Head(HTMLParser):
    """The tags of a page's head that such programs read."""

    def __init__(self, text: str):
        super().__init__()
        self.metas, self.links, self.scripts, self._open = [], [], [], False
        self.feed(text[: text.index("</head>")])

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        if tag == "meta" and (values.get("name") or values.get("property")) and values.get("content"):
            self.metas.append((values.get("name") or values["property"], values["content"]))
        if tag == "link" and values.get("href"):
            self.links.append((values.get("rel"), values["href"]))
        self._open = tag == "script" and values.get("type") == "application/ld+json"

    def handle_data(self, data):
        if self._open:
            self.scripts.append(data)

    def handle_endtag(self, tag):
        self._open = False


def read_item(head: Head) -> dict:
    """The item Zotero would save: ``itemType``, fields, and ``creators`` as (last name, first name)."""
    settled = guessed = ""
    vocabulary = {}
    for names, value in head.metas:
        for name in names.split():
            prefix = re.split(r"[.:_]", name, maxsplit=1)[0].lower()
            if prefix in VOCABULARIES and prefix != name.lower():
                vocabulary[name.lower().replace(".", ":")] = value
            else:
                settled = TYPES.get(name, settled)
                guessed = guessed or (
                    "journalArticle" if name in ("citation_title", "citation_series_title") else ""
                )
    item_type = settled or guessed
    if vocabulary:
        diverted = vocabulary.get("z:itemtype") or vocabulary.get("og:type") or vocabulary.get("dc:type")
        item_type = diverted or item_type or "webpage"
    fields = {FIELDS[name]: value for name, value in head.metas if name in FIELDS}
    return {
        "itemType": item_type,
        "creators": [split_name(value) for name, value in head.metas if name == "citation_author"],
    } | fields


def split_name(text: str) -> tuple[str, str]:
    """(last name, first name): cut at the comma if there is one, else before the last word.

    Punctuation at the ends is dropped.
    """
    name = re.sub(r"^[\s.,/\[\]:]+|[\s.,/\[\]:]+$", "", text)
    if "," in text:
        last, _, first = name.partition(",")
    else:
        first, _, last = name.rpartition(" ")
    return last, first.strip()
