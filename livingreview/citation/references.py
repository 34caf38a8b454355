"""The included reports: as a list of references, and as records for a reference manager."""

from __future__ import annotations

import re

from markupsafe import Markup, escape
from pybtex.database import BibliographyData, Entry

from livingreview.citation.formats import write_entries
from livingreview.display.html import Fragment
from livingreview.evidence import Evidence
from livingreview.evidence.names import plain_text


def format_names(entry: Entry) -> str:
    """'Hogan LE, Bhatla T, Xu X, et al.'; '' where no author is established."""
    names = []
    for person in entry.persons.get("author", []):
        last = plain_text(" ".join([*person.prelast_names, *person.last_names]))
        if last.lower() == "others":
            names.append("et al")
            continue
        first = plain_text(" ".join([*person.first_names, *person.middle_names]))
        initials = "".join(part[0] for part in re.split(r"[\s-]+", first) if part)
        names.append(f"{last} {initials}".strip())
    return ", ".join(names)


def format_reference(key: str, entry: Entry) -> Markup:
    """One reference in Vancouver order.

    What is not established is left out, and said where nothing names the work.
    """
    fields = _plain_fields(entry)
    where = fields.get("journal") or fields.get("howpublished") or fields.get("booktitle") or ""
    source = ". ".join(filter(None, (where, _when(fields))))
    parts = [
        format_names(entry) or "Authors not established",
        fields.get("title", "Title not established").rstrip("."),
        source,
        fields.get("note", ""),
    ]
    text = Markup(". ").join(escape(part) for part in parts if part) + Markup(".")
    if doi := find_doi(entry):
        text += Markup(' <a href="https://doi.org/{0}">doi:{0}</a>').format(doi)
    return text


def _plain_fields(entry: Entry) -> dict[str, str]:
    return {name: plain_text(value) for name, value in entry.fields.items()}


def _when(fields: dict[str, str]) -> str:
    """'2011; 11(1):54–59'; without volume and issue '2011:54–59', as Vancouver style has it."""
    year, pages = fields.get("year", ""), fields.get("pages") or fields.get("eid", "")
    volume = fields.get("volume", "") + (f"({fields['number']})" if "number" in fields else "")
    if volume:
        return "; ".join(filter(None, (year, f"{volume}:{pages}" if pages else volume)))
    return f"{year}:{pages}" if year and pages else year or (f"p. {pages}" if pages else "")


def find_doi(entry: Entry) -> str:
    """A record's DOI as it is typed, '' where none is known: a mark that LaTeX escapes stands for itself."""
    return re.sub(r"\\([_%&#{}~])", r"\1", entry.fields.get("doi", ""))


def name_reference(evidence: Evidence, report_id: str) -> str:
    """A report's full reference as plain text; what it is called where it has no record."""
    entry = evidence.bibliography.entries.get(report_id)
    return str(format_reference(report_id, entry).striptags()) if entry else evidence.report_names[report_id]


def list_references(evidence: Evidence) -> Fragment:
    """The reports of some evidence as a list of references, each linked to its page."""
    items = [
        {
            "key": key,
            "name": evidence.report_names[key],
            "text": format_reference(key, evidence.bibliography.entries[key]),
        }
        for key in sorted(evidence.tables["reports"]["report_id"])
        if key in evidence.bibliography.entries
    ]
    return Fragment("references.html.j2", {"items": items}, f"[{len(items)} references]")


def list_included(evidence: Evidence) -> BibliographyData:
    """The bibliography of the included reports of some evidence, in order of their keys."""
    entries = evidence.bibliography.entries
    return BibliographyData({key: entries[key] for key in sorted(evidence.included) if key in entries})


def write_bibtex(bibliography: BibliographyData) -> str:
    """A bibliography as BibTeX that reads back as the same records."""
    # The writer escapes what is escaped already: it is given the plain character.
    return write_entries({key: _unescape(entry) for key, entry in bibliography.entries.items()})


def entry_to_csl(key: str, entry: Entry) -> dict:
    """A BibTeX record as CSL-JSON; what is not established is left out."""
    fields = _plain_fields(entry) | ({"doi": find_doi(entry)} if "doi" in entry.fields else {})
    item = {"id": key, "type": "article-journal" if entry.type == "article" else "document"}
    names = {
        "title": "title",
        "journal": "container-title",
        "volume": "volume",
        "number": "issue",
        "pages": "page",
        "doi": "DOI",
        "pmid": "PMID",
        "pmcid": "PMCID",
        "note": "note",
    }
    item |= {target: fields[name] for name, target in names.items() if name in fields}
    if "pages" not in fields and "eid" in fields:
        item["page"] = fields["eid"]
    if authors := [
        _csl_name(person)
        for person in entry.persons.get("author", [])
        if "".join(person.last_names).lower() != "others"
    ]:
        item["author"] = authors
    if fields.get("year", "").isdigit():
        item["issued"] = {"date-parts": [[int(fields["year"])]]}
    return item


def _csl_name(person) -> dict:
    last = " ".join([*person.prelast_names, *person.last_names])
    first = " ".join([*person.first_names, *person.middle_names])
    lineage = {"suffix": plain_text(" ".join(person.lineage_names))} if person.lineage_names else {}
    return (
        {"family": plain_text(last), "given": plain_text(first)} | lineage
        if first
        else {"literal": plain_text(last)}
    )


def _unescape(entry: Entry) -> Entry:
    fields = [(name, value.replace("\\&", "&")) for name, value in entry.fields.items()]
    if doi := find_doi(entry):
        fields = [(name, doi if name.lower() == "doi" else value) for name, value in fields]
    return Entry(entry.type, fields, entry.persons)
