"""XML exports: PubMed, EndNote, and the WHO's search portal of registers.

No entity is expanded, no DTD read and no address asked: a file is only what stands in it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable

from lxml import etree

from livingreview.surveillance.readers.found import Export, Found, find_doi, find_pmid, make_found

# PubMed's links to what appeared on the article afterwards, or before it.
_NOTICES = {
    **dict.fromkeys(("RetractionIn", "PartialRetractionIn", "RetractedandRepublishedIn"), "retracted"),
    "ExpressionOfConcernIn": "expression of concern",
    **dict.fromkeys(("ErratumIn", "CorrectedandRepublishedIn"), "corrected"),
    "UpdateIn": "updated",
    "UpdateOf": "update of another",
}
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]


def read_xml(data: bytes) -> Export | None:
    """Records of an XML file; None where it is none of the known kinds.

    Raises
    ------
    ValueError
        If it is no well-formed XML, or declares entities.
    """
    root = parse_xml(data)
    for tag, names, read in _ROOTS:
        if root.tag == tag:
            return read(list(root.iter(*names)))
    return None


def parse_xml(data: bytes) -> etree._Element:
    """The root of an XML file; no entity is expanded and no DTD read. ValueError where it is none."""
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, remove_comments=True
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        msg = f"no well-formed XML ({error.msg}): was the file cut? Export it again"
        raise ValueError(msg) from None
    declared = root.getroottree().docinfo.internalDTD
    if declared is not None and any(True for _ in declared.iterentities()):
        msg = "the file declares entities of its own, which no database does; it is not read"
        raise ValueError(msg)
    return root


def _text(parent: etree._Element | None, path: str = ".") -> str:
    found = None if parent is None else parent.find(path)
    return "" if found is None else " ".join("".join(found.itertext()).split())


def _texts(parent: etree._Element, path: str) -> list[str]:
    return [text for item in parent.iterfind(path) if (text := " ".join("".join(item.itertext()).split()))]


def _read_all(name: str, items: list, make: Callable, known: Iterable[str] = ()) -> Export:
    known = set(known)
    unknown = Counter(child.tag for item in items for child in item if known and child.tag not in known)
    return Export(name, tuple(make(item) for item in items), len(items), dict(unknown))


def _read_pubmed(items: list) -> Export:
    return _read_all("PubMed XML", items, _make_pubmed)


def _make_pubmed(item: etree._Element) -> Found:
    """A PubmedArticle or PubmedBookArticle. Its own numbers alone: reference lists hold those of others."""
    citation = item.find("MedlineCitation")
    citation = item.find("BookDocument") if citation is None else citation
    article = citation.find("Article") if citation.tag == "MedlineCitation" else citation
    issue = article.find("Journal/JournalIssue")
    ids = {
        node.get("IdType"): _text(node)
        for path in ("PubmedData/ArticleIdList/ArticleId", "PubmedBookData/ArticleIdList/ArticleId")
        for node in item.iterfind(path)
    }
    own = [_text(node) for node in article.iterfind("ELocationID") if node.get("EIdType") == "doi"]
    banks = [_text(node) for node in article.iterfind("DataBankList/DataBank/AccessionNumberList/*")]
    dates = {node.get("PubStatus"): node for node in item.iterfind("PubmedData/History/PubMedPubDate")}
    date = issue.find("PubDate") if issue is not None else article.find("Book/PubDate")
    return make_found(
        title=_text(article, "ArticleTitle") or _text(article, "VernacularTitle"),
        authors=[_author(node) for node in article.iterfind("AuthorList/Author")],
        container=_text(article, "Journal/Title") or _text(article, "Book/BookTitle"),
        year=_text(date, "Year") or _text(date, "MedlineDate"),
        volume=_text(issue, "Volume"),
        issue=_text(issue, "Issue"),
        pages=_text(article, "Pagination/MedlinePgn"),
        abstract=" ".join(_texts(article, "Abstract/AbstractText")),
        keywords=_texts(citation, "KeywordList/Keyword")
        + _texts(citation, "MeshHeadingList/MeshHeading/DescriptorName"),
        doi=find_doi(ids.get("doi") or next(iter(own), "")),
        pmid=_text(citation, "PMID"),
        pmcid=ids.get("pmc", ""),
        trials=banks,
        accession=_text(citation, "PMID"),
        kinds="; ".join(_texts(article, "PublicationTypeList/PublicationType")),
        notices=[
            flag
            for node in citation.iterfind("CommentsCorrectionsList/CommentsCorrections")
            if (flag := _NOTICES.get(node.get("RefType", "")))
        ],
        day=_day(dates.get("entrez")),
    )


def _author(node: etree._Element) -> str:
    given = _text(node, "ForeName") or _text(node, "Initials")
    name = ", ".join(filter(None, (_text(node, "LastName"), given)))
    return name or _text(node, "CollectiveName")


def _day(node: etree._Element | None) -> str:
    year, month, day = (_text(node, part) for part in ("Year", "Month", "Day"))
    if month[:3].lower() in _MONTHS:
        month = str(_MONTHS.index(month[:3].lower()) + 1)
    whole = year.isdecimal() and month.isdecimal() and day.isdecimal()
    return f"{year}-{int(month):02}-{int(day):02}" if whole else ""


def _read_endnote(items: list) -> Export:
    known = (
        "contributors titles periodical dates volume number pages abstract keywords urls notes accession-num "
        "electronic-resource-num ref-type database source-app rec-number foreign-keys language isbn "
        "pub-location publisher auth-address alt-periodical remote-database-name remote-database-provider "
        "work-type label custom1 custom2 custom3 custom4 custom5 custom6 custom7 research-notes edition "
        "section access-date num-vols short-title orig-pub reprint-status caption"
    )
    return _read_all("EndNote XML", items, _make_endnote, known.split())


def _make_endnote(item: etree._Element) -> Found:
    reference = item.find("ref-type")
    name = reference.get("name", "") if reference is not None else ""
    kinds = "; ".join(filter(None, (_text(item, "work-type"), name)))
    links = " ".join(_texts(item, "urls//url"))
    database = f"{_text(item, 'remote-database-provider')} {_text(item, 'remote-database-name')}"
    number = _text(item, "accession-num")
    is_pubmed = number.isdecimal() and re.search(r"medline|pubmed|nlm", database, re.IGNORECASE)
    return make_found(
        title=_text(item, "titles/title"),
        authors=_texts(item, "contributors/authors/author"),
        container=_text(item, "periodical/full-title") or _text(item, "titles/secondary-title"),
        year=_text(item, "dates/year"),
        volume=_text(item, "volume"),
        issue=_text(item, "number"),
        pages=_text(item, "pages"),
        abstract=_text(item, "abstract"),
        keywords=_texts(item, "keywords/keyword"),
        doi=_text(item, "electronic-resource-num") or find_doi(links),
        pmid=number if is_pubmed else find_pmid(links),
        pmcid=_text(item, "custom2"),
        accession=number,
        kinds=kinds,
        texts=_text(item, "notes"),
    )


def _read_ictrp(items: list) -> Export:
    return _read_all("WHO ICTRP XML", items, _make_ictrp)


def _make_ictrp(item: etree._Element) -> Found:
    """A trial of a register; fields may hold HTML, and dates in any order."""
    told = f"{_text(item, 'TrialID')} {_text(item, 'Secondary_ID')} {_text(item, 'SecondaryIDs')}"
    numbers = {"year": _text(item, "Date_registration3") or _text(item, "Date_registration")}
    parts = ("Condition", "Intervention", "Primary_outcome", "Inclusion_Criteria")
    return make_found(
        **numbers,
        title=_text(item, "Scientific_title") or _text(item, "Public_title"),
        authors=[_text(item, "Primary_sponsor")],
        container=_text(item, "Source_Register"),
        abstract=" ".join(re.sub(r"<[^<>]+>", " ", _text(item, part)) for part in parts).strip(),
        trials=[told],
        accession=_text(item, "TrialID"),
        kind="registry",
    )


_ROOTS = (
    ("PubmedArticleSet", ("PubmedArticle", "PubmedBookArticle"), _read_pubmed),
    ("xml", ("record",), _read_endnote),
    ("Trials_downloaded_from_ICTRP", ("Trial",), _read_ictrp),
)
