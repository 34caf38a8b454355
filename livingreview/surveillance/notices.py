"""What sources say of articles after they appeared: retractions, concerns, corrections, later forms.

Two sources are asked, since neither lists all: Crossref, by DOI, which carries Retraction Watch's list too,
and PubMed, by its number. What a source does not list may still be so: nothing here says "not retracted".

Source: Crossref REST API (works: ``updated-by``, ``relation``); PubMed's DTD (CommentsCorrections/@RefType).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from livingreview.surveillance.asking import Refused, Request, SourceError
from livingreview.surveillance.readers.found import tidy
from livingreview.surveillance.readers.markup import parse_xml
from livingreview.surveillance.sources import crossref, pubmed
from livingreview.surveillance.sources.pages import as_list, parse_json, take, text_of

# What a source calls a notice -> what it is here. Others (comments, new editions) are no notice on figures.
CROSSREF_KINDS = {
    **dict.fromkeys(("retraction", "partial_retraction", "withdrawal", "removal"), "retraction"),
    "expression_of_concern": "expression_of_concern",
    **dict.fromkeys(("correction", "corrigendum", "erratum", "addendum", "clarification"), "correction"),
}
PUBMED_KINDS = {
    **dict.fromkeys(("RetractionIn", "PartialRetractionIn", "RetractedandRepublishedIn"), "retraction"),
    "ExpressionOfConcernIn": "expression_of_concern",
    **dict.fromkeys(("ErratumIn", "CorrectedandRepublishedIn"), "correction"),
    "UpdateIn": "article",
}
_BATCH = 25  # DOIs of one request: an address must not become too long
_PLAIN = re.compile(r"10\.\d{4,9}/[A-Za-z0-9./()_;-]+")  # DOIs that can stand in a filter as they are


@dataclass(frozen=True)
class Told:
    """One notice, as a source lists it.

    Attributes
    ----------
    number : str
        The number that was asked for.
    kind : str
        A value of `CROSSREF_KINDS`, or ``article``.
    notice : str
        The notice's own number, or its place in a journal.
    day : str
        ``YYYY-MM-DD``; '' where the source does not say.
    """

    number: str
    kind: str
    notice: str
    day: str = ""


@dataclass
class LookedUp:
    """What one source said of many numbers: those that it knows, and every notice."""

    known: set[str] = field(default_factory=set)
    told: list[Told] = field(default_factory=list)


Get = Callable[[Request], bytes]


def ask_crossref(dois: Sequence[str], get: Get) -> LookedUp:
    """Every notice that Crossref lists on some DOIs (in lower case).

    Raises
    ------
    SourceError
        If any answer is missing or cannot be read: half a list is none.
    """
    done = LookedUp()
    plain = [doi for doi in dois if _PLAIN.fullmatch(doi)]
    for start in range(0, len(plain), _BATCH):
        batch = plain[start : start + _BATCH]
        params = (("filter", ",".join(f"doi:{doi}" for doi in batch)), ("rows", str(_BATCH * 2)))
        items = _read(crossref.NAME, get(Request("works", params)), _crossref_items)
        done.known |= _take_works(items, set(batch), done)
    for doi in dois:
        if doi not in plain:
            try:
                answer = get(Request(f"works/{quote(doi, safe='')}"))
            except Refused as error:
                if error.status != 404:
                    raise
                continue
            done.known |= _take_works(_read(crossref.NAME, answer, _crossref_item), {doi}, done)
    return done


def _read(name: str, data: bytes, read: Callable[[bytes], list]) -> list:
    try:
        return read(data)
    except ValueError as error:
        msg = f"{name}: {error}. Nothing was written. To mend: run the command again"
        raise SourceError(msg) from None


def _crossref_items(data: bytes) -> list:
    return take(parse_json(data), "message", "items", kind=list)


def _crossref_item(data: bytes) -> list:
    return [take(parse_json(data), "message")]


def _take_works(items: Iterable[Mapping], asked: set[str], done: LookedUp) -> set[str]:
    """The DOIs among those asked for that an answer holds; its notices are added."""
    found = set()
    for item in items:
        doi = str(item.get("DOI", "")).lower()
        if doi not in asked:
            continue
        found.add(doi)
        for update in as_list(item.get("updated-by")):
            if kind := CROSSREF_KINDS.get(str(update.get("type", "")).replace("-", "_").lower()):
                notice = str(update.get("DOI", "")).lower() or text_of(update, "record-id") or "no number"
                done.told.append(Told(doi, kind, notice, _day(update.get("updated"))))
        for relation in as_list((item.get("relation") or {}).get("is-preprint-of")):
            if relation.get("id"):
                done.told.append(Told(doi, "article", str(relation["id"]).lower()))
    return found


def _day(told: Mapping | None) -> str:
    parts = ((told or {}).get("date-parts") or [[]])[0]
    whole = len(parts) == 3 and all(isinstance(part, int) for part in parts)
    return f"{parts[0]:04}-{parts[1]:02}-{parts[2]:02}" if whole else ""


def ask_pubmed(pmids: Sequence[str], get: Get) -> LookedUp:
    """Every notice that PubMed lists on some articles.

    Raises
    ------
    SourceError
        If any answer is missing or cannot be read.
    """
    done = LookedUp()
    for start in range(0, len(pmids), 200):
        request = pubmed.ask_for(tuple(pmids[start : start + 200]))
        for citation in _read(pubmed.NAME, get(request), _pubmed_citations):
            number = (citation.findtext("PMID") or "").strip()
            if number not in pmids:
                continue
            done.known.add(number)
            told = [_pubmed_notice(number, node) for node in citation.iterfind("CommentsCorrectionsList/*")]
            done.told += [item for item in told if item]
            kinds = {node.text for node in citation.iterfind("Article/PublicationTypeList/PublicationType")}
            if "Retracted Publication" in kinds and not any(
                item and item.kind == "retraction" for item in told
            ):
                done.told.append(Told(number, "retraction", "Retracted Publication"))
    return done


def _pubmed_citations(data: bytes) -> list:
    root = parse_xml(data)
    if root.tag != "PubmedArticleSet":
        msg = "the answer is no set of PubMed's records"
        raise ValueError(msg)
    return list(root.iterfind("PubmedArticle/MedlineCitation"))


def _pubmed_notice(number: str, node) -> Told | None:
    kind = PUBMED_KINDS.get(node.get("RefType", ""))
    if kind is None:
        return None
    notice = (node.findtext("PMID") or "").strip() or tidy(node.findtext("RefSource") or "")
    return Told(number, kind, notice[:200].strip() or "no number")
