"""References as a reader reads them: of the included reports, and of this review itself."""

from __future__ import annotations

import re
from pathlib import Path

import yaml
from markupsafe import Markup, escape
from pybtex.database import BibliographyData, Entry, Person

from livingreview.evidence import Evidence
from livingreview.html import Fragment


def format_names(entry: Entry) -> str:
    """'Hogan LE, Bhatla T, Xu X, et al.'; '' where no author is established."""
    names = []
    for person in entry.persons.get("author", []):
        last = " ".join([*person.prelast_names, *person.last_names])
        if last.lower() == "others":
            names.append("et al")
            continue
        initials = "".join(part[0] for part in re.split(r"[\s-]+", " ".join([*person.first_names, *person.middle_names])) if part)
        names.append(f"{last} {initials}".strip())
    return ", ".join(_clean(name) for name in names)


def _clean(text: str) -> str:
    return re.sub(r"[{}]", "", text).replace("\\&", "&").replace("--", "–")


def format_reference(key: str, entry: Entry) -> Markup:
    """One reference in Vancouver order; what is not established is left out, and said where nothing names the work."""
    fields = {name: _clean(value) for name, value in entry.fields.items()}
    where = fields.get("journal") or fields.get("howpublished") or fields.get("booktitle") or ""
    volume = fields.get("volume", "") + (f"({fields['number']})" if "number" in fields else "") + (f":{fields['pages']}" if "pages" in fields else "")
    source = ". ".join(part for part in (where, "; ".join(part for part in (fields.get("year", ""), volume) if part)) if part)
    parts = [format_names(entry) or "Authors not established", fields.get("title", "Title not established").rstrip("."), source, fields.get("note", "")]
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


def read_citation(root: Path) -> dict:
    """The review's own bibliographic record, ``CITATION.cff``."""
    return yaml.safe_load((root / "CITATION.cff").read_text(encoding="utf-8"))


def cite_chapter(record: dict, *, title: str, slug: str) -> Fragment:
    """How to cite one chapter of this version: a formatted reference and BibTeX."""
    text = f"{_authors(record)}. {title}. In: {record['title']}. Version {record['version']}; {record['date-released']}."
    return _box(record, text, f"{slug}-{record['version']}", "incollection", [("title", title), ("booktitle", record["title"])])


def cite_whole(record: dict) -> Fragment:
    """How to cite the review as a whole: a formatted reference and BibTeX."""
    text = f"{_authors(record)}. {record['title']}. Version {record['version']}; {record['date-released']}."
    return _box(record, text, f"living-review-{record['version']}", "book", [("title", record["title"])])


def _authors(record: dict) -> str:
    return " and ".join(person.get("name") or f"{person['given-names']} {person['family-names']}" for person in record["authors"])


def _box(record: dict, text: str, key: str, kind: str, fields: list[tuple[str, str]]) -> Fragment:
    fields = [*fields, ("year", str(record["date-released"])[:4]), ("edition", f"Version {record['version']}")]
    # A corporate author keeps its words together only in double braces.
    entry = Entry(kind, fields, {"author": [Person(last=f"{{{_authors(record)}}}")]})
    bibtex = BibliographyData({key: entry}).to_string("bibtex")
    return Fragment("cite.html.j2", {"text": text, "bibtex": bibtex.strip()}, text)
