"""The releases beside the pages: their files to download, and an Atom feed of them."""

from __future__ import annotations

import shutil
import uuid
from pathlib import Path

from livingreview.citation import author_names, read_citation
from livingreview.display.html import render
from livingreview.files import RELEASES, list_releases
from livingreview.releases.snapshot import read_record

FEED = "feed.xml"


def write_release_files(root: Path, pages: Path) -> None:
    """Every release's files and the feed, beside the built pages."""
    shutil.rmtree(pages / RELEASES, ignore_errors=True)
    for version in list_releases(root):
        shutil.copytree(root / RELEASES / version, pages / RELEASES / version)
    (pages / FEED).write_text(write_feed(root), encoding="utf-8")


def write_feed(root: Path) -> str:
    """The Atom feed of releases, newest first.

    Addresses are relative to the feed unless CITATION.cff gives the review's ``url``; ids follow from title
    and version, so they never change.
    """
    record = read_citation(root)
    records = [read_record(root, version) for version in reversed(list_releases(root))]
    entries = [
        {
            "id": _identify(record, item["version"]),
            "title": f"Version {item['version']}",
            "updated": f"{item['date']}T00:00:00Z",
            "changes": item["changes"],
            "version": item["version"],
        }
        for item in records
    ]
    updated = entries[0]["updated"] if entries else f"{record['date-released']}T00:00:00Z"
    feed = render(
        "feed.xml.j2",
        id=_identify(record, "feed"),
        title=record["title"],
        base=record.get("url", ""),
        updated=updated,
        authors=author_names(record),
        entries=entries,
    )
    return str(feed)


def _identify(record: dict, what: str) -> str:
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, record['title'] + chr(10) + what)}"
