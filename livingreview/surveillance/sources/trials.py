"""ClinicalTrials.gov, version 2 of its interface: the register's entries without their results.

Source: ClinicalTrials.gov API 2.0.5, GET /studies (query.*, filter.advanced, countTotal, pageToken).
"""

from __future__ import annotations

from livingreview.surveillance.asking import Request
from livingreview.surveillance.sources.pages import (
    Page,
    Window,
    parse_json,
    split_query,
    take,
    with_param,
)

NAME = "ClinicalTrials.gov"
USUAL = "https://clinicaltrials.gov/api/v2"
FIELDS = ("LastUpdatePostDate", "StudyFirstPostDate", "ResultsFirstPostDate")
PAUSE = 1.0  # no limit is documented; its robots.txt asks for a second
KEY = ""
KEY_NEEDED = False
SUFFIX = ".json"
_SIZE = 100


def first(query: str, window: Window) -> Request:
    """The strategy's own parameters, the window as an advanced filter."""
    params = dict(split_query(query))
    if not window.is_open:
        days = f"AREA[{window.field}]RANGE[{window.from_day},{window.to_day or 'MAX'}]"
        own = params.get("filter.advanced", "")
        params["filter.advanced"] = f"({own}) AND {days}" if own else days
    paging = {"fields": "ProtocolSection,HasResults", "countTotal": "true", "pageSize": str(_SIZE)}
    return Request("studies", tuple((params | {"format": "json"} | paging).items()))


def read(request: Request, data: bytes) -> Page:
    """One page; the count stands on the first alone."""
    told = parse_json(data)
    studies = take(told, "studies", kind=list)
    ids = tuple(
        take(study, "protocolSection", "identificationModule", "nctId", kind=str) for study in studies
    )
    token = told.get("nextPageToken", "")
    return Page(told.get("totalCount"), ids, with_param(request, pageToken=token) if token else None)


def secret(key: str, mail: str) -> dict[str, str]:
    """Nothing: the register asks for no key and refuses parameters that it does not know."""
    return {}
