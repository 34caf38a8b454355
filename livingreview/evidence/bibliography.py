"""``references.bib`` as records of one form, whichever program wrote them.

BibTeX and BibLaTeX have two names for most things and LaTeX has ten ways to write a letter. A record read
here has BibTeX's names, plain letters (braces kept, see `livingreview.evidence.latex`), a DOI without the
address of its resolver, and a date as ``year``, ``month``, ``day``. What is not known to the form stays as it
is, and `livingreview.checks.bibliography` tells of it.
"""

from __future__ import annotations

import re
from functools import lru_cache

from pybtex.database import BibliographyData, Entry, Person
from pybtex.database.input.bibtex import Parser

from livingreview.evidence.latex import decode_latex

# Kinds of record, and other names for them.
KINDS = (
    *("article", "book", "booklet", "dataset", "inbook", "incollection", "inproceedings", "manual"),
    *("mastersthesis", "misc", "online", "patent", "phdthesis", "proceedings", "software", "techreport"),
    "unpublished",
)
KIND_NAMES = {
    "conference": "inproceedings",
    "report": "techreport",
    "electronic": "online",
    "www": "online",
    "collection": "book",
    "mvbook": "book",
    "mvcollection": "book",
    "mvproceedings": "proceedings",
    "periodical": "misc",
    "suppperiodical": "article",
    "suppbook": "inbook",
    "bookinbook": "inbook",
    "inreference": "incollection",
}
# Fields of a record beside its authors and editors, and other names for them.
FIELDS = (
    *("title", "journal", "booktitle", "series", "edition", "volume", "number", "chapter", "pages", "eid"),
    *("year", "month", "day", "publisher", "institution", "school", "organization", "address", "type"),
    *("howpublished", "note", "abstract", "keywords", "language", "isbn", "issn", "doi", "pmid", "pmcid"),
    *("url", "urldate", "shorttitle"),
)
FIELD_NAMES = {
    "journaltitle": "journal",
    "location": "address",
    "issue": "number",
    "annotation": "note",
    "annote": "note",
    "langid": "language",
    "lastchecked": "urldate",
    "accessed": "urldate",
}
PEOPLE = ("author", "editor")
VERBATIM = ("doi", "url", "pmid", "pmcid")  # fields that managers read to the letter
_PUBMED = {"pubmed": "pmid", "pmid": "pmid", "pmc": "pmcid", "pmcid": "pmcid"}
_RESOLVER = re.compile(r"^(?:https?://(?:dx\.|www\.)?doi\.org/|doi:\s*)", re.IGNORECASE)
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@lru_cache(maxsize=2)
def parse_bibtex(text: str) -> BibliographyData:
    """Records as they are written, kept. PybtexError if it is no BibTeX."""
    return Parser().parse_string(text)


@lru_cache(maxsize=2)
def read_bibliography(text: str) -> BibliographyData:
    """Records of one form from BibTeX or BibLaTeX, kept. PybtexError if it is neither."""
    entries = parse_bibtex(text).entries
    return BibliographyData({key: unify(entry) for key, entry in entries.items()})


def unify(entry: Entry) -> Entry:
    """A record in the one form; see the module."""
    kind = entry.type.lower()
    kind = _thesis(entry) if kind == "thesis" else KIND_NAMES.get(kind, kind)
    written = {name.lower(): value for name, value in entry.fields.items()}
    fields: dict[str, str] = {}
    for name, value in written.items():
        known = FIELD_NAMES.get(name, name)
        if value.strip() and (known == name or not written.get(known, "").strip()):
            fields[known] = _verbatim(value) if known in VERBATIM else decode_latex(value)
    if "doi" in fields:
        fields["doi"] = _RESOLVER.sub("", fields["doi"])
    if (kind_of := _PUBMED.get(fields.get("eprinttype", "").lower())) and "eprint" in fields:
        fields.setdefault(kind_of, fields.pop("eprint"))
        del fields["eprinttype"]
    for part, whole in (("subtitle", "title"), ("booksubtitle", "booktitle")):
        if part in fields and whole in fields:
            fields[whole] += f": {fields.pop(part)}"
    if entry.type.lower() == "thesis" and "institution" in fields:
        fields.setdefault("school", fields.pop("institution"))
    persons = {role: [_decode_name(person) for person in people] for role, people in entry.persons.items()}
    return Entry(kind, list(_part_date(fields).items()), persons)


def _thesis(entry: Entry) -> str:
    return "mastersthesis" if "master" in entry.fields.get("type", "").lower() else "phdthesis"


def _verbatim(value: str) -> str:
    """A mark that LaTeX escapes stands for itself in an address."""
    return re.sub(r"\\([_%&#{}~$])", r"\1", value.replace(r"\textasciitilde{}", "~")).strip()


def _part_date(fields: dict[str, str]) -> dict[str, str]:
    """BibLaTeX's date as year, month and day; a month in words as its number."""
    found = re.fullmatch(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?", fields.get("date", ""), re.ASCII)
    if found and fields.get("year", found[1]) == found[1]:
        parts = zip(("year", "month", "day"), found.groups(), strict=True)
        dated = {name: part if name == "year" else str(int(part)) for name, part in parts if part}
        fields = {name: value for name, value in fields.items() if name != "date"} | dated
    month = fields.get("month", "").lower()
    if month[:3] in MONTHS:
        fields["month"] = str(MONTHS.index(month[:3]) + 1)
    elif re.fullmatch(r"0[1-9]", month, re.ASCII):
        fields["month"] = month[1]
    return fields


def _decode_name(person: Person) -> Person:
    decoded = Person()
    for part in ("first", "middle", "prelast", "last", "lineage"):
        names = [decode_latex(name) for name in getattr(person, f"{part}_names")]
        getattr(decoded, f"{part}_names").extend(names)
    return decoded
