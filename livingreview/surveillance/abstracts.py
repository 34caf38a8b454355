"""Abstracts and keywords, which no table holds, from the exported files that are on this machine."""

from __future__ import annotations

from typing import Any

from livingreview.surveillance.identity import Index, as_row
from livingreview.surveillance.readers import ReadError, read_export
from livingreview.surveillance.tables import RAW, Loop


def read_texts(loop: Loop) -> dict[str, dict[str, Any]]:
    """Abstract and keywords of each record, from the exported files that are still on this machine.

    They are not the review's to publish; a record whose file is not here is shown without.
    """
    texts: dict[str, dict[str, Any]] = {}
    index: Index = loop.index
    for search in loop.tables["searches"]:
        for digest in filter(None, search["file_sha256"].split("; ")):
            for path in (loop.root / RAW).glob(f"{digest}*"):
                try:
                    found = read_export(path.read_bytes(), path.name).records
                except (OSError, ReadError):
                    continue
                for record in found:
                    name = index.find(as_row(record))
                    name = loop.canonical(name) if name else ""
                    told = texts.setdefault(name, {"abstract": "", "keywords": []})
                    if len(record.abstract) > len(told["abstract"]):
                        told["abstract"] = record.abstract
                    told["keywords"] = told["keywords"] or list(record.keywords)[:30]
    texts.pop("", None)
    return texts
