"""The included reports: as a list of references, and as records for a reference manager."""

from __future__ import annotations

import codecs
import re
from functools import cache

import latexcodec  # noqa: F401  registers the codec
from markupsafe import Markup, escape
from pybtex.database import BibliographyData, Entry
from pybtex.database.output.bibtex import Writer

from livingreview.display.html import Fragment
from livingreview.evidence import Evidence


def format_names(entry: Entry) -> str:
    """'Hogan LE, Bhatla T, Xu X, et al.'; '' where no author is established."""
    names = []
    for person in entry.persons.get("author", []):
        last = _clean(" ".join([*person.prelast_names, *person.last_names]))
        if last.lower() == "others":
            names.append("et al")
            continue
        first = _clean(" ".join([*person.first_names, *person.middle_names]))
        initials = "".join(part[0] for part in re.split(r"[\s-]+", first) if part)
        names.append(f"{last} {initials}".strip())
    return ", ".join(names)


@cache
def _clean(text: str) -> str:
    """LaTeX as plain text: accents, ampersands and dashes as characters, no braces."""
    return re.sub(r"[{}]", "", codecs.decode(text, "ulatex")) if re.search(r"[{}\\]|--", text) else text


def format_reference(key: str, entry: Entry) -> Markup:
    """One reference in Vancouver order.

    What is not established is left out, and said where nothing names the work.
    """
    fields = {name: _clean(value) for name, value in entry.fields.items()}
    where = fields.get("journal") or fields.get("howpublished") or fields.get("booktitle") or ""
    volume = fields.get("volume", "")
    volume += f"({fields['number']})" if "number" in fields else ""
    volume += f":{fields['pages']}" if "pages" in fields else ""
    when = "; ".join(filter(None, (fields.get("year", ""), volume)))
    source = ". ".join(filter(None, (where, when)))
    parts = [
        format_names(entry) or "Authors not established",
        fields.get("title", "Title not established").rstrip("."),
        source,
        fields.get("note", ""),
    ]
    text = Markup(". ").join(escape(part) for part in parts if part) + Markup(".")
    if "doi" in fields:
        text += Markup(' <a href="https://doi.org/{0}">doi:{0}</a>').format(fields["doi"])
    return text


def list_references(evidence: Evidence) -> Fragment:
    """The reports of some evidence as a list of references, each linked to its page."""
    items = [
        {"key": key, "text": format_reference(key, evidence.bibliography.entries[key])}
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
    entries = {key: _unescape(entry) for key, entry in bibliography.entries.items()}
    # Named, not looked up by its format: that takes longer, among all installed packages, than writing does.
    return Writer().to_string(BibliographyData(entries))


def entry_to_csl(key: str, entry: Entry) -> dict:
    """A BibTeX record as CSL-JSON; what is not established is left out."""
    fields = {name: _clean(value) for name, value in entry.fields.items()}
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
    lineage = {"suffix": _clean(" ".join(person.lineage_names))} if person.lineage_names else {}
    return {"family": _clean(last), "given": _clean(first)} | lineage if first else {"literal": _clean(last)}


def _unescape(entry: Entry) -> Entry:
    fields = [(name, value.replace("\\&", "&")) for name, value in entry.fields.items()]
    return Entry(entry.type, fields, entry.persons)
