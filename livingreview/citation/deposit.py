"""``.zenodo.json``, by which an archive takes in a release.

Made from ``CITATION.cff`` and the package's own description, never written by hand.
"""

from __future__ import annotations

import json
from pathlib import Path

from livingreview.citation.record import book_item, last_name_first, licences, read_citation
from livingreview.evidence import load_package

DEPOSIT = ".zenodo.json"
ISO_639_2 = "eng"


def describe_deposit(record: dict, description: str) -> dict:
    """The record of a deposit in the archive's own words; only what ``CITATION.cff`` states."""
    named = zip(record["authors"], book_item(record)["author"], strict=True)
    creators = [_creator(person, name) for person, name in named]
    return {
        "title": record["title"],
        "upload_type": record.get("type", "dataset"),
        "description": description,
        "creators": creators,
        "version": record["version"],
        "publication_date": str(record["date-released"]),
        "access_right": "open",
        "license": licences(record)[0].lower(),
        "language": ISO_639_2,
        "keywords": record.get("keywords", []),
    }


def write_deposit(root: Path) -> Path:
    """Write ``.zenodo.json`` anew; returns its path."""
    content = describe_deposit(read_citation(root), load_package(root / "data").description)
    path = root / DEPOSIT
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def _creator(person: dict, name: dict) -> dict:
    creator = {"name": name.get("literal") or last_name_first(name)}
    return creator | ({"orcid": person["orcid"].rsplit("/", 1)[-1]} if person.get("orcid") else {})
