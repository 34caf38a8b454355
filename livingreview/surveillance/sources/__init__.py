"""Services that can be searched from here, one module each: what is asked, and what an answer says."""

from __future__ import annotations

from livingreview.surveillance.sources import crossref, europepmc, openalex, pubmed, trials
from livingreview.surveillance.sources.pages import Page, Source, Window

SOURCES: tuple[Source, ...] = (pubmed, europepmc, trials, crossref, openalex)

__all__ = ["SOURCES", "Page", "Source", "Window", "find_source"]


def find_source(name: str) -> Source | None:
    """A source by its name, or by the beginning of it, without case and signs; None where there is none."""
    wanted = _plain(name)
    return next((source for source in SOURCES if wanted and _plain(source.NAME).startswith(wanted)), None)


def _plain(name: str) -> str:
    return "".join(sign for sign in name.lower() if sign.isalnum())
