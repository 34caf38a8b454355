"""Records of ``references.bib`` as CSL-JSON and, written out again, as BibTeX."""

from __future__ import annotations

from pybtex.database import BibliographyData, Entry, Person

from livingreview.citation.formats import write_entries
from livingreview.evidence.latex import plain_fields, plain_text

KINDS = {
    "article": "article-journal",
    "book": "book",
    "booklet": "pamphlet",
    "dataset": "dataset",
    "inbook": "chapter",
    "incollection": "chapter",
    "inproceedings": "paper-conference",
    "manual": "book",
    "mastersthesis": "thesis",
    "phdthesis": "thesis",
    "online": "webpage",
    "patent": "patent",
    "proceedings": "book",
    "software": "software",
    "techreport": "report",
    "unpublished": "manuscript",
    "misc": "document",
}
# Who brings a work out: a record has one of these.
PUBLISHERS = ("publisher", "institution", "school", "organization")
# Field of a record -> variable of CSL; what a number is depends on the kind.
FIELDS = {
    "title": "title",
    "shorttitle": "title-short",
    "journal": "container-title",
    "booktitle": "container-title",
    "series": "collection-title",
    "edition": "edition",
    "volume": "volume",
    "chapter": "chapter-number",
    **dict.fromkeys(PUBLISHERS, "publisher"),
    "address": "publisher-place",
    "type": "genre",
    "howpublished": "medium",
    "note": "note",
    "abstract": "abstract",
    "keywords": "keyword",
    "language": "language",
    "isbn": "ISBN",
    "issn": "ISSN",
    "doi": "DOI",
    "pmid": "PMID",
    "pmcid": "PMCID",
    "url": "URL",
    "pages": "page",
}
_IN_PERIODICALS = ("article", "misc")  # what a number counts there is an issue


def entry_to_csl(key: str, entry: Entry) -> dict:
    """A record as CSL-JSON; what is not established is left out."""
    fields = plain_fields(entry.fields)
    item: dict = {"id": key, "type": KINDS.get(entry.type, "document")}
    for name, target in FIELDS.items():
        if name in fields:
            item.setdefault(target, fields[name])
    if "number" in fields:
        item["issue" if entry.type in _IN_PERIODICALS else "number"] = fields["number"]
    if "eid" in fields:  # the number of an article stands for its pages, where it has none of its own
        item["number" if "page" in item else "page"] = fields["eid"]
    for role in ("author", "editor"):
        if people := _csl_names(entry, role):
            item[role] = people
    if issued := _date_parts([fields.get(name, "") for name in ("year", "month", "day")]):
        item["issued"] = {"date-parts": [issued]}
    if accessed := _date_parts(fields.get("urldate", "").split("-")):
        item["accessed"] = {"date-parts": [accessed]}
    return item


def _date_parts(parts: list[str]) -> list[int]:
    """The leading parts of a date that are numbers."""
    known = next((place for place, part in enumerate(parts) if not part.isdecimal()), len(parts))
    return [int(part) for part in parts[:known]]


def _csl_names(entry: Entry, role: str) -> list[dict]:
    people = entry.persons.get(role, [])
    return [_csl_name(person) for person in people if "".join(person.last_names).lower() != "others"]


def _csl_name(person: Person) -> dict:
    last = plain_text(" ".join([*person.prelast_names, *person.last_names]))
    first = plain_text(" ".join([*person.first_names, *person.middle_names]))
    lineage = {"suffix": plain_text(" ".join(person.lineage_names))} if person.lineage_names else {}
    return {"family": last, "given": first} | lineage if first else {"literal": last}


def write_bibtex(bibliography: BibliographyData) -> str:
    """A bibliography as BibTeX that reads back as the same records."""
    return write_entries({key: _with_date(entry) for key, entry in bibliography.entries.items()})


def _with_date(entry: Entry) -> Entry:
    """Month and day as a date too: BibTeX has no day, and macros for months."""
    parts = [entry.fields.get(name, "") for name in ("year", "month", "day")]
    known = _date_parts(parts)
    if len(known) < 2 or len(known) < len([part for part in parts if part]):
        return entry
    date = "-".join([parts[0], *(f"{part:02d}" for part in known[1:])])
    fields = [(name, value) for name, value in entry.fields.items() if name not in ("month", "day")]
    return Entry(entry.type, [*fields, ("date", date)], entry.persons)
