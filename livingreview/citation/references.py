"""The included reports: as a list of references, and as records for a reference manager."""

from __future__ import annotations

import re

from markupsafe import Markup, escape
from pybtex.database import BibliographyData, Entry

from livingreview.citation.csl import PUBLISHERS
from livingreview.display.html import Fragment
from livingreview.evidence import Evidence
from livingreview.evidence.latex import plain_fields, plain_text


def format_names(entry: Entry, role: str = "author") -> str:
    """'Hogan LE, Bhatla T, Xu X, et al.'; '' where no author is established."""
    names = []
    for person in entry.persons.get(role, []):
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
    fields = plain_fields(entry.fields)
    parts = [
        format_names(entry) or "Authors not established",
        fields.get("title", "Title not established").rstrip("."),
        *_source(entry, fields),
        fields.get("note", ""),
    ]
    text = Markup(". ").join(escape(part) for part in parts if part) + Markup(".")
    if doi := fields.get("doi"):
        text += Markup(' <a href="https://doi.org/{0}">doi:{0}</a>').format(doi)
    elif (address := fields.get("url", "")).startswith(("https://", "http://")):
        text += Markup(' <a href="{0}">{0}</a>').format(address)
    return text


def _source(entry: Entry, fields: dict[str, str]) -> list[str]:
    """Where a work stands, and when it appeared: a journal, a book, a publisher."""
    if journal := fields.get("journal"):
        return [journal, _when(fields)]
    book = fields.get("booktitle", "")
    editors = format_names(entry, "editor")
    editors += ", editor" + ("s" if "," in editors else "") if editors else ""
    issuer = next((fields[name] for name in PUBLISHERS if name in fields), "")
    place = ": ".join(filter(None, (fields.get("address", ""), issuer)))
    if not (book or place or editors or "edition" in fields):
        return [fields.get("howpublished", ""), _when(fields)]
    pages = f"p. {fields['pages']}" if fields.get("pages") else ""
    volume = f"vol. {fields['volume']}" if fields.get("volume") else ""
    around = ". ".join(filter(None, (editors, book)))
    edition = fields.get("edition", "")
    edition += " ed" if edition and not edition.lower().endswith(("ed", "ed.", "edition")) else ""
    issued = "; ".join(filter(None, (place, fields.get("year", ""))))
    around = f"In: {around}" if book else around
    return [around, edition, volume, fields.get("howpublished", ""), issued, pages]


def _when(fields: dict[str, str]) -> str:
    """'2011; 11(1):54–59'; without volume and issue '2011:54–59', as Vancouver style has it."""
    year, pages = fields.get("year", ""), fields.get("pages") or fields.get("eid", "")
    volume = fields.get("volume", "") + (f"({fields['number']})" if "number" in fields else "")
    if volume:
        return "; ".join(filter(None, (year, f"{volume}:{pages}" if pages else volume)))
    return f"{year}:{pages}" if year and pages else year or (f"p. {pages}" if pages else "")


def find_doi(entry: Entry) -> str:
    """A record's DOI, '' where none is known."""
    return entry.fields.get("doi", "")


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
