"""Crossref: what publishers deposit, meeting abstracts of supplements among it.

Source: Crossref REST API, GET /works (filter, cursor, rows); the cursor of a next page is always given.
"""

from __future__ import annotations

from livingreview.surveillance.asking import Request
from livingreview.surveillance.sources.pages import (
    Page,
    Window,
    in_filter,
    parse_json,
    take,
    with_param,
)

NAME = "Crossref"
USUAL = "https://api.crossref.org"
FIELDS = ("created-date", "index-date", "deposit-date", "pub-date")
PAUSE = 1.0
KEY = ""
KEY_NEEDED = False
SUFFIX = ".json"
_SIZE = 200


def first(query: str, window: Window) -> Request:
    """The strategy's own parameters, the window among its filters."""
    params = in_filter(query, window, f"from-{window.field}", f"until-{window.field}")
    return Request("works", (*params.items(), ("rows", str(_SIZE)), ("cursor", "*")))


def read(request: Request, data: bytes) -> Page:
    """One page."""
    told = parse_json(data)
    if not isinstance(told, dict) or told.get("status") != "ok":
        msg = "the answer does not say that it is in order (status: ok)"
        raise ValueError(msg)
    items = take(told, "message", "items", kind=list)
    cursor = told["message"].get("next-cursor", "")
    return Page(
        take(told, "message", "total-results", kind=int),
        tuple(str(item.get("DOI", "")).lower() for item in items),
        with_param(request, cursor=cursor) if items and cursor else None,
    )


def secret(key: str, mail: str) -> dict[str, str]:
    """An address, for which the service answers faster; a person's, so it is not kept."""
    return {"mailto": mail} if mail else {}
