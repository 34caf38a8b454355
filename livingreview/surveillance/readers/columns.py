"""Exports that are tables (CSV, tabs, semicolons), BibTeX, and ClinicalTrials.gov's JSON."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from pybtex.exceptions import PybtexError

from livingreview.evidence import read_bibliography
from livingreview.evidence.lexical import QuoteError, split_rows
from livingreview.surveillance.readers.found import (
    Export,
    Found,
    family_first,
    find_doi,
    find_pmcid,
    find_pmid,
    make_found,
)

# What a column's heading means, in the words of the databases' exports (compared without case and signs).
_HEADINGS = {
    "title": "title; article title; primary title; title primary; original title; ti; document title",
    "authors": "authors; author; author s; author names; authors primary; first authors; au; "
    "author full names",
    "container": "source title; journal; journal title; journal book; publication title; periodical full; "
    "source; publication; container title; secondary title; journal name; "
    "primary location source display name",
    "year": "year; publication year; pub year; published year; date published; publication date; date; py",
    "volume": "volume; vl; biblio volume",
    "issue": "issue; number; issue number; biblio issue",
    "pages": "pages; page start; start page; first page; art no; page range; biblio first page",
    "end": "page end; end page; other pages; last page; biblio last page",
    "abstract": "abstract; abstract note; ab; notes abstract",
    "keywords": "keywords; author keywords; manual tags; subjects; emtree drug index terms; mesh terms",
    "doi": "doi; ids doi; links; open url link; doi url",
    "pmid": "pmid; pubmed id; pubmedid; medline pmid; ids pmid; pubmed",
    "pmcid": "pmcid; pmc id; ids pmcid",
    "trials": "ctgov id; ictrp id; clinical trial numbers; clinical trial number; registry number; "
    "nct number",
    "accession": "eid; accession number; central id; lens id; ut unique wos id; key; id; internal id; "
    "record id; pui; embase accession id",
    "kinds": "publication type; document type; item type; doctype; type; reference type; type of reference",
    "address": "url; link; external url; source urls; plink; urls",
    "notes": "notes; extra; citation",
}
_FIELD_OF = {name: field for field, names in _HEADINGS.items() for name in names.split("; ")}
_SIGNS = (
    ("Scopus", {"eid", "source title", "cited by"}),
    ("PubMed", {"pmid", "citation", "nihms id"}),
    ("Cochrane CENTRAL", {"central id"}),
    ("Covidence", {"covidence"}),
    ("Rayyan", {"pubmed id", "pmc id", "key"}),
    ("Zotero", {"item type", "abstract note"}),
    ("Embase", {"author names", "emtree drug index terms"}),
    ("EBSCOhost", {"article title", "plink"}),
    ("Lens", {"lens id"}),
    ("OpenAlex", {"ids openalex"}),
    ("RefWorks", {"reference type", "authors primary"}),
)


def read_columns(text: str) -> Export | None:
    """Records of a table; None where no column holds titles."""
    rows, start = _split(text)
    if start is None:
        return _read_cards(rows)
    header = [_plain(cell) for cell in rows[start]]
    body = [row for row in rows[start + 1 :] if any(cell.strip() for cell in row)]
    dialect = next((name for name, marks in _SIGNS if marks <= set(header)), "no mark of a known source")
    unknown = Counter(
        rows[start][place].strip("\ufeff ")
        for row in body
        for place, cell in enumerate(row[: len(header)])
        if cell.strip() and header[place] not in _FIELD_OF
    )
    records = tuple(_make_row(header, row) for row in body)
    return Export(f"table, {dialect}", records, len(body), dict(unknown))


def _split(text: str) -> tuple[list[list[str]], int | None]:
    """The rows of a table by whichever sign parts its cells, and which of the first holds the headings.

    Some databases leave quotes of a cell unpaired: such a table is read as a spreadsheet would read it.
    """
    for sign in ",;\t":
        try:
            rows = [row for _, row in split_rows(text, sign)]
        except QuoteError:
            rows = [row for _, row in split_rows(text, sign, strict=False)]
        heads = (
            number for number, row in enumerate(rows[:12]) if len(row) > 1 and "title" in map(_meaning, row)
        )
        start = next(heads, None)
        if start is not None and len(rows[start]) == max(map(len, rows[: start + 1])):
            return rows, start
    return [row for _, row in split_rows(text, strict=False)], None


def _read_cards(rows: list[list[str]]) -> Export | None:
    """Embase's table of one field a line, records parted by an empty one."""
    cards: list[dict[str, list[str]]] = []
    for row in rows:
        name = _plain(row[0]) if row else ""
        if name == "title":
            cards.append({})
        if cards and name:
            cards[-1].setdefault(name, []).extend(cell for cell in row[1:] if cell.strip())
    if not cards:
        return None
    records = tuple(_make_row(list(card), ["; ".join(values) for values in card.values()]) for card in cards)
    unknown = Counter(name for card in cards for name in card if name not in _FIELD_OF)
    return Export("table, Embase by field", records, len(cards), dict(unknown))


def _plain(heading: str) -> str:
    return " ".join(re.sub(r"[^a-z0-9]+", " ", heading.lower()).split())


def _meaning(heading: str) -> str:
    return _FIELD_OF.get(_plain(heading), "")


def _make_row(header: list[str], row: list[str]) -> Found:
    told: dict[str, str] = {}
    for name, cell in zip(header, row, strict=False):
        if (field := _FIELD_OF.get(name)) and cell.strip():
            told.setdefault(field, cell.strip())
    cells = dict(zip(header, row, strict=False))
    address = " ".join(filter(None, (told.pop("address", ""), told.pop("notes", ""))))
    end, pages = told.pop("end", ""), told.get("pages", "")
    told["pages"] = f"{pages}-{end}" if pages and end and "-" not in pages and end != pages else pages
    pmid = told.get("pmid", "").removeprefix("PUBMED ").rstrip("/").rpartition("/")[2].split(".")[0]
    lists = {
        "authors": [*map(family_first, _part(told.pop("authors", "")))],
        "keywords": _part(told.pop("keywords", "")),
        "trials": [told.pop("trials", "")],
    }
    if not told.get("year"):
        told["year"] = (re.findall(r"\((?:19|20)\d\d\)", told.get("container", "")) or [""])[-1]
    found = {
        "pmid": pmid or find_pmid(address),
        "pmcid": told.get("pmcid") or find_pmcid(address),
        "doi": find_doi(told.get("doi", "")) or find_doi(cells.get("url", "")) or find_doi(address),
    }
    return make_found(**told | lists | found, texts=address)


def _part(cell: str) -> list[str]:
    """Names of a cell: parted by semicolons, bars, or `` and ``; else by commas between whole names."""
    cell = cell.strip("[]'")
    for sign in (";", "|", "', '", " and "):
        if sign in cell:
            return [part.strip(" '") for part in cell.split(sign)]
    parts = [part.strip() for part in cell.split(",")]
    # "Roe, J." is one name, "Roe J, Doe A" are two.
    return parts if len(parts) > 2 or all(" " in part for part in parts) else [cell]


def read_bibtex(text: str) -> Export:
    """Records of a BibTeX or BibLaTeX file. ValueError where it is none."""
    try:
        entries = read_bibliography(text).entries
    except PybtexError as error:
        msg = f"no BibTeX: {error}"
        raise ValueError(msg) from None
    records = tuple(_make_entry(key, entry) for key, entry in entries.items())
    begun = len(re.findall(r"^\s*@(?!comment|string|preamble)\w+\s*[{(]", text, re.MULTILINE | re.IGNORECASE))
    return Export("BibTeX", records, begun)


def _make_entry(key: str, entry: Any) -> Found:
    fields: Mapping[str, str] = entry.fields
    kinds = {"article": "journal article", "inproceedings": "meeting abstract", "unpublished": "preprint"}
    return make_found(
        title=fields.get("title", ""),
        authors=name_persons(entry),
        container=fields.get("journal") or fields.get("booktitle", ""),
        year=fields.get("year", ""),
        volume=fields.get("volume", ""),
        issue=fields.get("number", ""),
        pages=fields.get("pages", "").replace("--", "-"),
        abstract=fields.get("abstract", ""),
        keywords=re.split(r"[;,] ?", fields.get("keywords", "")),
        doi=fields.get("doi") or find_doi(fields.get("url", "")),
        pmid=fields.get("pmid") or find_pmid(fields.get("url", "")),
        pmcid=fields.get("pmcid") or fields.get("pmc", ""),
        accession=key,
        kinds=kinds.get(entry.type, entry.type),
        texts=fields.get("note", ""),
    )


def name_persons(entry: Any) -> list[str]:
    """The authors of a bibliographic record, as ``Family, Given``; whoever stands for the others is none."""
    names = [
        ", ".join(
            filter(
                None,
                (
                    " ".join([*who.prelast_names, *who.last_names]),
                    " ".join([*who.first_names, *who.middle_names]),
                ),
            )
        )
        for who in entry.persons.get("author", ())
    ]
    return [name for name in names if name != "others"]


def read_json(text: str) -> Export | None:
    """Trials of ClinicalTrials.gov (version 2); None where it is other JSON."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError) as error:
        msg = f"no whole JSON ({error}): was the file cut? Fetch it again"
        raise ValueError(msg) from None
    studies = told.get("studies", [told]) if isinstance(told, dict) else told
    if not isinstance(studies, list) or not all(
        isinstance(item, dict) and "protocolSection" in item for item in studies
    ):
        return None
    try:
        records = tuple(map(_make_trial, studies))
    except (AttributeError, TypeError):
        msg = "JSON that is not in the form of ClinicalTrials.gov's version 2: fetch it again from there"
        raise ValueError(msg) from None
    return Export("ClinicalTrials.gov JSON", records, len(studies))


def _make_trial(study: Mapping) -> Found:
    section = study["protocolSection"]
    identity, status = section.get("identificationModule", {}), section.get("statusModule", {})
    others = [item.get("id", "") for item in identity.get("secondaryIdInfos", ())]
    number = identity.get("nctId", "")
    posted = status.get("studyFirstPostDateStruct", {}).get("date", "")
    conditions = section.get("conditionsModule", {})
    return make_found(
        title=identity.get("officialTitle") or identity.get("briefTitle", ""),
        authors=[section.get("sponsorCollaboratorsModule", {}).get("leadSponsor", {}).get("name", "")],
        container="ClinicalTrials.gov",
        year=posted or status.get("startDateStruct", {}).get("date", ""),
        abstract=section.get("descriptionModule", {}).get("briefSummary", ""),
        keywords=[*conditions.get("conditions", ()), *conditions.get("keywords", ())],
        trials=[number, *others],
        accession=number,
        kind="registry",
        day=posted if re.fullmatch(r"\d{4}-\d{2}-\d{2}", posted) else "",
    )
