"""A CSL-JSON item as a formatted reference, as BibTeX and as RIS."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

import rispy
from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle, formatter
from citeproc.source.json import CiteProcJSON
from pybtex.database import BibliographyData, Entry, Person
from pybtex.database.output.bibtex import Writer

from livingreview.evidence.bibliography import VERBATIM
from livingreview.evidence.latex import escape_latex

STYLE = Path(__file__).parent / "reference.csl"
RIS_TYPES = {
    "book": "BOOK",
    "chapter": "CHAP",
    "article-journal": "JOUR",
    "document": "GEN",
    "pamphlet": "PAMP",
    "paper-conference": "CPAPER",
    "thesis": "THES",
    "webpage": "ELEC",
    "patent": "PAT",
    "report": "RPRT",
    "manuscript": "UNPB",
    "dataset": "DATA",
    "software": "COMP",
}
RIS_FIELDS = {
    "title": "title",
    "container-title": "secondary_title",
    "collection-title": "tertiary_title",
    "edition": "edition",
    "volume": "volume",
    "issue": "number",
    "DOI": "doi",
    "publisher": "publisher",
    "publisher-place": "place_published",
    "genre": "type_of_work",
    "chapter-number": "section",
    "abstract": "abstract",
    "language": "language",
}
RIS_NOTES = {"PMID": "PMID", "PMCID": "PMCID", "ISSN": "ISSN", "medium": "Published as"}
RIS_NOTES |= {"title-short": "Short title"}  # in a field of its own readers take it for the title
BIBTEX_TYPES = {"book": "book", "chapter": "incollection"}


@cache
def _style() -> CitationStylesStyle:
    return CitationStylesStyle(str(STYLE), validate=False)


def format_item(item: dict) -> str:
    """An item as a reference in the review's own style (``reference.csl``), plain text."""
    return _format(json.dumps(item))


@cache
def _format(text: str) -> str:
    """Formatted once: every report's page and every report's cards name the review."""
    item = json.loads(text)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the processor warns of fields that it does not know
        bibliography = CitationStylesBibliography(_style(), CiteProcJSON([item]), formatter.plain)
    bibliography.register(Citation([CitationItem(item["id"])]))
    return str(bibliography.bibliography()[0])


def item_to_bibtex(item: dict) -> str:
    """One of the review's own items as BibTeX."""
    year, *rest = item["issued"]["date-parts"][0]
    fields = [
        ("title", _protect(item["title"])),
        *([("booktitle", _protect(item["container-title"]))] if "container-title" in item else []),
        ("year", str(year)),
        ("date", "-".join([str(year), *(f"{part:02d}" for part in rest)])),
        ("edition", item["edition"]),
    ]
    fields += [(target, item[name]) for name, target in (("DOI", "doi"), ("URL", "url")) if name in item]
    authors = [_person(name) for name in item["author"]]
    entry = Entry(BIBTEX_TYPES[item["type"]], fields, {"author": authors})
    return write_entries({item["id"]: entry}).strip() + "\n"


def _person(name: dict) -> Person:
    """A name in braces where BibTeX would part it otherwise."""
    if "literal" in name:  # a corporate author keeps its words together only in double braces
        return Person(last=f"{{{_protect(name['literal'])}}}")
    parts = {key: _protect(text) for key, text in name.items()}
    family, given = parts["family"], parts.get("given", "")
    if re.search(r",|\band\b|(?:^|\s)[^\W\d_A-Z]", family) or (" " in family and not given):
        family = f"{{{family}}}"
    person = Person()
    person.first_names.extend(_whole(given))
    person.prelast_names.extend(_whole(parts.get("non-dropping-particle", "")))
    person.last_names.append(family)
    person.lineage_names.extend(_whole(parts.get("suffix", "")))
    return person


def _whole(part: str) -> list[str]:
    """A part of a name, in braces where a comma or an 'and' would begin another."""
    return [f"{{{part}}}" if re.search(r",|\band\b", part) else part] if part else []


def _protect(text: str) -> str:
    """Text in which braces and backslashes, which mean something to BibTeX, are spelt out."""
    return re.sub(r"[\\{}]", lambda sign: _SPELT[sign[0]], text)


_SPELT = {"\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}"}


def write_entries(entries: Mapping[str, Entry]) -> str:
    """Records as BibTeX."""
    # Named, not looked up by its format: that takes longer, among all installed packages, than writing does.
    return _BibtexWriter().to_string(BibliographyData(dict(entries)))


class _BibtexWriter(Writer):
    """Leaves addresses as they are: an escaped underscore in a DOI is a dead link."""

    def _encode(self, text: str) -> str:
        return escape_latex(text)

    def _write_field(self, stream, type, value):
        name = type.lower()
        written = value if name in VERBATIM else self._encode(value)
        written = written.replace("–", "--") if name == "pages" else written
        stream.write(f",\n    {type} = {self.quote(written)}")


def items_to_ris(items: Iterable[dict]) -> str:
    """Items as RIS."""
    return rispy.dumps([_ris(item) for item in items], implementation=_RisWriter).lstrip()


class _RisWriter(rispy.RisWriter):
    """Without the number that rispy writes over each record: RIS has none."""

    def set_header(self, count: int) -> str:
        return ""


def _ris(item: dict) -> dict:
    entry: dict = {"type_of_reference": RIS_TYPES[item["type"]], "id": item["id"]}
    for role, target in (("author", "authors"), ("editor", "secondary_authors")):
        if role in item:
            entry[target] = [_ris_name(name) for name in item[role]]
    entry |= {target: item[name] for name, target in RIS_FIELDS.items() if name in item}
    if "number" in item:
        is_article = item["type"] in ("article-journal", "document")
        entry["custom7" if is_article else "number"] = item["number"]
    # What RIS calls ISSN holds either number; an article in a book may have both.
    entry |= {"issn": item.get("ISBN") or item["ISSN"]} if item.keys() & {"ISBN", "ISSN"} else {}
    entry |= {"keywords": item["keyword"].split(", ")} if "keyword" in item else {}
    if "issued" in item:
        year, *rest = item["issued"]["date-parts"][0]
        entry["year"] = str(year)
        if rest:
            entry["date"] = "/".join([str(year), *(f"{part:02d}" for part in rest)])
    if "accessed" in item:
        entry["access_date"] = "/".join(f"{part:02d}" for part in item["accessed"]["date-parts"][0])
    if "page" in item:
        # As pages are printed, see `livingreview.evidence.latex`: not with a hyphen.
        entry["start_page"], _, last = item["page"].partition("–")
        entry |= {"end_page": last} if last else {}
    notes = [item["note"]] if "note" in item else []
    labels = {name: label for name, label in RIS_NOTES.items() if name != "ISSN" or "ISBN" in item}
    notes += [f"{label}: {item[name]}" for name, label in labels.items() if name in item]
    return entry | ({"notes": notes} if notes else {}) | ({"urls": [item["URL"]]} if "URL" in item else {})


def _ris_name(name: dict) -> str:
    if "literal" in name:
        return name["literal"]
    family = " ".join(filter(None, (name.get("non-dropping-particle"), name["family"])))
    return ", ".join([family, *(name[part] for part in ("given", "suffix") if part in name)])
