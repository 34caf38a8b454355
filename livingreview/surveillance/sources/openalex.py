"""OpenAlex, where the environment holds a key: it needs one since February 2026.

Source: OpenAlex documentation, GET /works (filter, cursor, per-page, api_key).
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

NAME = "OpenAlex"
USUAL = "https://api.openalex.org"
FIELDS = ("publication_date", "created_date", "updated_date")
PAUSE = 0.2
KEY = "OPENALEX_API_KEY"
KEY_NEEDED = True
SUFFIX = ".json"
_SIZE = 100


def first(query: str, window: Window) -> Request:
    """The strategy's own parameters, the window among its filters."""
    params = in_filter(query, window, f"from_{window.field}", f"to_{window.field}")
    return Request("works", (*params.items(), ("per-page", str(_SIZE)), ("cursor", "*")))


def read(request: Request, data: bytes) -> Page:
    """One page; the cursor after the last is null."""
    told = parse_json(data)
    results = take(told, "results", kind=list)
    cursor = told["meta"].get("next_cursor") if isinstance(told.get("meta"), dict) else None
    return Page(
        take(told, "meta", "count", kind=int),
        tuple(str(item.get("id", "")) for item in results),
        with_param(request, cursor=cursor) if results and cursor else None,
    )


def secret(key: str, mail: str) -> dict[str, str]:
    """The key."""
    return {"api_key": key}
