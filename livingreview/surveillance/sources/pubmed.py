"""PubMed by NLM's E-utilities: ESearch lists the numbers and keeps the result, EFetch gives the records.

Source: NLM, Entrez Programming Utilities Help (NBK25499): ESearch, EFetch, history server, 10,000 records.
"""

from __future__ import annotations

from livingreview.surveillance.asking import Request
from livingreview.surveillance.readers.markup import read_xml
from livingreview.surveillance.sources.pages import (
    Page,
    Window,
    as_list,
    parse_json,
    take,
    value_of,
    with_param,
)

NAME = "PubMed"
USUAL = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils"
FIELDS = ("crdt", "edat", "mdat", "pdat")
PAUSE = 0.4  # three requests a second without a key
KEY = "NCBI_API_KEY"
KEY_NEEDED = False
SUFFIX = ".xml"
MOST = 10_000  # what ESearch gives of one query
_SIZE = 200


def first(query: str, window: Window) -> Request:
    """ESearch, its result kept by the service (history)."""
    params = {"db": "pubmed", "term": query, "retmode": "json", "usehistory": "y", "retmax": str(MOST)}
    if not window.is_open:
        days = {"mindate": window.from_day, "maxdate": window.to_day}
        params |= {name: day.replace("-", "/") for name, day in days.items()} | {"datetype": window.field}
    return Request("esearch.fcgi", tuple(params.items()))


def read(request: Request, data: bytes) -> Page:
    """The list of numbers, or one page of records."""
    return _read_list(data) if request.path == "esearch.fcgi" else _read_records(request, data)


def secret(key: str, mail: str) -> dict[str, str]:
    """Who asks, as NLM wishes to know."""
    named = {"api_key": key, "email": mail}
    return {"tool": "livingreview"} | {name: value for name, value in named.items() if value}


def _read_list(data: bytes) -> Page:
    told = take(parse_json(data), "esearchresult")
    if said := told.get("ERROR") or told.get("error"):
        msg = f"the search failed: {said}"
        raise ValueError(msg)
    count = int(take(told, "count", kind=str))
    ids = tuple(take(told, "idlist", kind=list))
    following = None
    if ids:
        history = {"WebEnv": take(told, "webenv", kind=str), "query_key": take(told, "querykey", kind=str)}
        fetch = {"db": "pubmed", **history, "retmode": "xml", "retstart": "0", "retmax": str(_SIZE)}
        following = Request("efetch.fcgi", tuple(fetch.items()))
    return Page(
        count,
        (),
        following,
        expected=ids,
        remarks=tuple(_remarks(told)),
    )


def _remarks(told: dict) -> list[str]:
    """Words of the query that found nothing or were left out: a slip of the pen often shows here first."""
    errors, warnings = told.get("errorlist") or {}, told.get("warninglist") or {}
    kinds = (
        ("not found", as_list(errors.get("phrasesnotfound"))),
        ("no such field", as_list(errors.get("fieldsnotfound"))),
        ("left out", as_list(warnings.get("phrasesignored"))),
        ("quoted words not found", as_list(warnings.get("quotedphrasesnotfound"))),
    )
    return [f"{words}: {', '.join(map(str, phrases))}" for words, phrases in kinds if phrases]


def _read_records(request: Request, data: bytes) -> Page:
    export = read_xml(data)
    if export is None or export.dialect != "PubMed XML":
        msg = "the answer is no set of PubMed's records"
        raise ValueError(msg)
    ids = tuple(record.pmid or record.accession for record in export.records)
    start = value_of(request, "retstart")
    return Page(None, ids, with_param(request, retstart=str(int(start) + _SIZE)) if start else None)


def ask_for(ids: tuple[str, ...]) -> Request:
    """Single records by their numbers: those that a page of the kept result left out."""
    return Request("efetch.fcgi", (("db", "pubmed"), ("id", ",".join(ids[:_SIZE])), ("retmode", "xml")))
