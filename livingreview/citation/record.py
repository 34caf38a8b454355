"""The review's own bibliographic record, ``CITATION.cff``, and what is cited: a version, or a chapter of it.

A cited thing is a CSL-JSON item; every other form (reference, BibTeX, RIS, head tags) is made from it.
"""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import yaml

from livingreview.evidence.upkeep import read_upkeep
from livingreview.files import RELEASES

RECORD = "CITATION.cff"
LANGUAGE = "en"
WHOLE = "review"  # name of the files that cite the review as a whole
KEPT = "v"  # folder of the site that keeps each version for good


def read_citation(root: Path) -> dict:
    """The review's own record, with what else its pages say of it.

    ``draft``: whether the version, not frozen, may change. ``problems``: where a reader reports one, by
    ``review.yml`` or else, seen from a report's page, the page on contributing; '' where there is neither.
    """
    try:
        # Asked for even where there is none: a page that cites the review depends on it.
        frozen = os.listdir(root / RELEASES)
    except OSError:
        frozen = []
    record = yaml.safe_load((root / RECORD).read_text(encoding="utf-8"))
    return record | {"draft": str(record["version"]) not in frozen, "problems": _problems_address(root)}


def _problems_address(root: Path) -> str:
    upkeep = read_upkeep(root)
    if upkeep and upkeep.contact:
        return upkeep.contact if upkeep.contact.startswith("https://") else f"mailto:{upkeep.contact}"
    return "../contribute.html" if (root / "chapters" / "contribute.md").is_file() else ""


def book_item(record: dict) -> dict:
    """The review as a whole, as CSL-JSON."""
    item = {
        "id": f"living-review-{record['version']}",
        "type": "book",
        "title": record["title"],
        **_common(record),
    }
    if "doi" in record:
        item["DOI"] = record["doi"]
    return _with_address(item, version_address(record, ""))


def chapter_item(record: dict, *, title: str, page: str) -> dict:
    """One chapter (`page` is its file name without ending) as CSL-JSON."""
    item = {
        "id": f"{page}-{record['version']}",
        "type": "chapter",
        "title": title,
        "container-title": record["title"],
        **_common(record),
    }
    return _with_address(item, version_address(record, f"chapters/{page}.html"))


def site_address(record: dict, path: str = "") -> str:
    """Address of a page in the latest version; '' while the book has none."""
    return f"{record['url'].rstrip('/')}/{path}" if record.get("url") else ""


def version_address(record: dict, path: str) -> str:
    """Address of a page that stays as it is in this version; of a draft, which is not kept, the latest.

    '' while the book has none.
    """
    return site_address(record, path if record.get("draft") else f"{KEPT}/{record['version']}/{path}")


def author_names(record: dict) -> list[str]:
    """The authors as they are read, given name first."""
    parts = ("given", "non-dropping-particle", "family", "suffix")
    names = map(_name, record["authors"])
    return [name.get("literal") or " ".join(filter(None, map(name.get, parts))) for name in names]


def last_name_first(name: dict) -> str:
    """A CSL name of a person as 'van der Roe, Ann'."""
    family = " ".join(filter(None, (name.get("non-dropping-particle"), name["family"], name.get("suffix"))))
    return ", ".join(filter(None, (family, name.get("given"))))


def licences(record: dict) -> list[str]:
    """SPDX identifiers of the licences, any of which may be chosen."""
    return [record["license"]] if isinstance(record["license"], str) else list(record["license"])


def _common(record: dict) -> dict:
    day = date.fromisoformat(str(record["date-released"]))
    return {
        "author": [_name(person) for person in record["authors"]],
        "edition": f"Version {record['version']}{', draft' if record.get('draft') else ''}",
        "issued": {"date-parts": [[day.year, day.month, day.day]]},
        "language": LANGUAGE,
    }


def _name(person: dict) -> dict:
    """A person or body of the format as a CSL name; one known by a single name is called by that alone."""
    if "name" in person:
        return {"literal": person["name"]}
    parts = {
        "family": person.get("family-names"),
        "given": person.get("given-names"),
        "non-dropping-particle": person.get("name-particle"),
        "suffix": person.get("name-suffix"),
    }
    if not parts["family"]:
        return {"literal": person.get("given-names") or person["alias"]}
    return {key: part for key, part in parts.items() if part}


def _with_address(item: dict, address: str) -> dict:
    return item | {"URL": address} if address else item
