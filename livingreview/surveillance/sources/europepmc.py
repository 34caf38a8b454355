"""Europe PMC: articles, preprints and abstracts, page by page with a mark for the next.

Source: Europe PMC RESTful Web Service (search, resultType=core, cursorMark).
"""

from __future__ import annotations

from livingreview.surveillance.asking import Request
from livingreview.surveillance.sources.pages import Page, Window, parse_json, take, value_of, with_param

NAME = "Europe PMC"
USUAL = "https://www.ebi.ac.uk/europepmc/webservices/rest"
FIELDS = ("CREATION_DATE", "FIRST_IDATE", "FIRST_PDATE", "UPDATE_DATE")
PAUSE = 0.5
KEY = ""
KEY_NEEDED = False
SUFFIX = ".json"
_SIZE = 200


def first(query: str, window: Window) -> Request:
    """The query, the window as a part of it."""
    if not window.is_open:
        query = f"({query}) AND ({window.field}:[{window.from_day} TO {window.to_day}])"
    params = {"query": query, "format": "json", "resultType": "core", "synonym": "false"}
    return Request("search", (*params.items(), ("pageSize", str(_SIZE)), ("cursorMark", "*")))


def read(request: Request, data: bytes) -> Page:
    """One page. The mark of the next stands also on the last page, where it is the one that was asked for."""
    told = parse_json(data)
    if isinstance(told, dict) and told.get("errMsg"):
        msg = f"the search failed: {told['errMsg']}"
        raise ValueError(msg)
    rows = take(told, "resultList", "result", kind=list)
    mark = told.get("nextCursorMark", "")
    further = rows and mark and mark != value_of(request, "cursorMark")
    return Page(
        take(told, "hitCount", kind=int),
        tuple(f"{row.get('source', '')}:{row.get('id', '')}" for row in rows),
        with_param(request, cursorMark=mark) if further else None,
    )


def secret(key: str, mail: str) -> dict[str, str]:
    """Nobody needs to say who asks; an address helps the service to reach a person."""
    return {"email": mail} if mail else {}
