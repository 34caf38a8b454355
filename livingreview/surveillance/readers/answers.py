"""JSON as Europe PMC, Crossref and OpenAlex answer a search.

Source: Europe PMC RESTful Web Service (resultType=core); Crossref REST API (works); OpenAlex (works).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from livingreview.surveillance.readers.found import Export, Found, make_found

# Crossref's and OpenAlex's types -> words by which the kind of a record is told.
_TYPES = {
    "journal-article": "journal article",
    "article": "journal article",
    "posted-content": "preprint",
    "preprint": "preprint",
    "proceedings-article": "conference paper",
    "review": "review",
    "letter": "letter",
    "editorial": "editorial",
    "erratum": "erratum",
    "retraction": "retraction notice",
}


def read_answer(text: str) -> Export | None:
    """Records of one answer; None where it is other JSON."""
    told = json.loads(text)
    if not isinstance(told, dict):
        return None
    for name, path, sign, make in _SHAPES:
        rows: Any = told
        for key in path:
            rows = rows.get(key) if isinstance(rows, dict) else None
        if isinstance(rows, list) and all(isinstance(row, dict) and sign in row for row in rows):
            return Export(name, tuple(make(row) for row in rows), len(rows))
    return None


def _many(told: Any) -> list:
    """A list, also where one thing stands for a list of one."""
    if told is None:
        return []
    return told if isinstance(told, list) else [told]


def _get(told: Any, *path: str) -> str:
    for key in path:
        told = told.get(key) if isinstance(told, Mapping) else None
    return "" if told is None else str(told)


def _make_europepmc(row: Mapping) -> Found:
    authors = _many((row.get("authorList") or {}).get("author"))
    names = [_europepmc_name(author) for author in authors if isinstance(author, dict)]
    kinds = [str(kind) for kind in _many((row.get("pubTypeList") or {}).get("pubType"))]
    is_preprint = row.get("source") == "PPR"
    return make_found(
        title=_get(row, "title").rstrip("."),
        authors=names or [name for name in _get(row, "authorString").rstrip(".").split(", ") if name],
        container=_get(row, "journalInfo", "journal", "title")
        or _get(row, "journalTitle")  # of a shorter answer (resultType=lite), exported by hand
        or _get(row, "bookOrReportDetails", "publisher"),
        year=_get(row, "pubYear"),
        volume=_get(row, "journalInfo", "volume") or _get(row, "journalVolume"),
        issue=_get(row, "journalInfo", "issue") or _get(row, "issue"),
        pages=_get(row, "pageInfo"),
        abstract=re.sub(r"<[^<>]+>", " ", _get(row, "abstractText")),
        keywords=[str(word) for word in _many((row.get("keywordList") or {}).get("keyword"))],
        doi=_get(row, "doi"),
        pmid=_get(row, "pmid"),
        pmcid=_get(row, "pmcid"),
        accession=f"{_get(row, 'source')}:{_get(row, 'id')}",
        kinds="preprint" if is_preprint else "; ".join(kinds) or _get(row, "pubType"),
        day=_get(row, "firstIndexDate"),
    )


def _europepmc_name(author: Mapping) -> str:
    given = _get(author, "firstName") or _get(author, "initials")
    name = ", ".join(filter(None, (_get(author, "lastName"), given)))
    return name or _get(author, "collectiveName") or _get(author, "fullName")


def _make_crossref(row: Mapping) -> Found:
    updates = [item.get("type", "") for item in _many(row.get("update-to")) if isinstance(item, dict)]
    given = [item.get("type", "") for item in _many(row.get("updated-by")) if isinstance(item, dict)]
    kinds = [_TYPES.get(_get(row, "type"), _get(row, "type")), _get(row, "subtype")]
    issue = _get(row, "journal-issue", "issue") or _get(row, "issue")
    if re.search(r"suppl", issue, re.IGNORECASE) and not row.get("reference-count"):
        kinds = []  # a supplement's abstract is deposited as an article: the place tells what it is
    kinds += ["erratum"] * bool(updates) + ["retracted"] * ("retraction" in given)
    title = next(iter(_many(row.get("title"))), "")
    return make_found(
        title=": ".join(filter(None, (title, next(iter(_many(row.get("subtitle"))), "")))),
        authors=[_crossref_name(author) for author in _many(row.get("author")) if isinstance(author, dict)],
        container=next(iter(_many(row.get("container-title"))), "") or _get(row, "publisher"),
        year=_crossref_year(row),
        volume=_get(row, "volume"),
        issue=issue,
        pages=_get(row, "page") or _get(row, "article-number"),
        abstract=re.sub(r"<[^<>]+>", " ", _get(row, "abstract")),
        doi=_get(row, "DOI"),
        accession=_get(row, "DOI"),
        trials=[_get(item, "clinical-trial-number") for item in _many(row.get("clinical-trial-number"))],
        kinds="; ".join(filter(None, kinds)),
        day=_get(row, "created", "date-time")[:10],
    )


def _crossref_name(author: Mapping) -> str:
    name = ", ".join(filter(None, (_get(author, "family"), _get(author, "given"))))
    return name or _get(author, "name")


def _crossref_year(row: Mapping) -> str:
    for name in ("published-print", "published-online", "published", "issued", "posted"):
        parts = (row.get(name) or {}).get("date-parts") or [[]]
        if parts[0] and parts[0][0]:
            return str(parts[0][0])
    return ""


def _make_openalex(row: Mapping) -> Found:
    biblio = row.get("biblio") or {}
    begin, end = _get(biblio, "first_page"), _get(biblio, "last_page")
    return make_found(
        title=_get(row, "title") or _get(row, "display_name"),
        authors=[_get(item, "author", "display_name") for item in _many(row.get("authorships"))],
        container=_get(row, "primary_location", "source", "display_name"),
        year=_get(row, "publication_year"),
        volume=_get(biblio, "volume"),
        issue=_get(biblio, "issue"),
        pages=f"{begin}-{end}" if end and end != begin else begin,
        abstract=_openalex_abstract(row.get("abstract_inverted_index")),
        doi=_get(row, "doi"),
        pmid=_get(row, "ids", "pmid").rstrip("/").rpartition("/")[2],
        pmcid=_openalex_pmcid(_get(row, "ids", "pmcid")),
        accession=_get(row, "id").rpartition("/")[2],
        kinds="; ".join(
            filter(
                None,
                (
                    _TYPES.get(_get(row, "type"), _get(row, "type")),
                    "retracted" * bool(row.get("is_retracted")),
                ),
            )
        ),
        day=_get(row, "created_date")[:10],
    )


def _openalex_pmcid(address: str) -> str:
    number = address.rstrip("/").rpartition("/")[2]
    return f"PMC{number}" if number.isdecimal() else number


def _openalex_abstract(index: Any) -> str:
    """The words of an abstract in their order, from the places of each word."""
    if not isinstance(index, dict):
        return ""
    placed = sorted((place, word) for word, places in index.items() for place in places)
    return " ".join(word for _, word in placed)


_SHAPES = (
    ("Europe PMC JSON", ("resultList", "result"), "source", _make_europepmc),
    ("Crossref JSON", ("message", "items"), "DOI", _make_crossref),
    ("OpenAlex JSON", ("results",), "authorships", _make_openalex),
)
