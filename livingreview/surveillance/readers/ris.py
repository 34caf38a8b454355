"""RIS as it is exported: the dialects of databases, screening tools and managers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from rispy.config import LIST_TYPE_TAGS, TAG_KEY_MAPPING
from rispy.parser import RisParser

from livingreview.surveillance.readers.found import (
    Export,
    Found,
    family_first,
    find_doi,
    find_pmcid,
    find_pmid,
    make_found,
)

Record = Mapping[str, list[str]]
# In this order: the first that fits. A file that went through a screening tool or a manager is told as that.
_SIGNS: tuple[tuple[str, str], ...] = (
    ("Rayyan", r"^AN  - rayyan-|RAYYAN-INCLUSION"),
    ("EPPI-Reviewer", r"^KW  - eppi-reviewer"),
    ("Covidence", r"(?s)^PD  -[^\n]*\n.*^NS  -"),
    ("Cochrane CENTRAL", r"^Record #\d+ of \d+|^AN  - +CN-\d"),
    ("Citavi", r"^M4  - Citavi"),
    ("RefWorks", r"^ID  - RefID:"),
    ("Scopus", r"^DB  - Scopus"),
    ("Web of Science", r"^AN  - WOS:|^UT  - WOS:"),
    ("EBSCOhost", r"^DP  - EBSCOhost"),
    ("ProQuest", r"^(?:UR|DP)  - .*proquest"),
    ("Ovid", r"^\d+\. *\r?\nTY  -|ovidsp\.ovid\.com|^DO  - https?://dx\.doi\.org.*\n(?:.*\n)*?^PT  -"),
    ("EndNote", r"(?s)^ST  - .*^ID  - \d+ *$"),
    ("Embase.com", r"^U2  - L\d+"),
    ("Zotero", r"^DA  - \d{4}/[^/\n]*/[^/\n]*/|^L[14]  - "),
)
_PLACES = {
    "title": ("TI", "T1", "CT", "BT", "TT", "ST"),
    "container": ("JF", "T2", "JO", "JA", "J2", "JI", "J9", "BT"),
    "year": ("PY", "Y1", "YR", "DA"),
    "volume": ("VL",),
    "issue": ("IS",),
}
# Read, or of no use here: they are not told as unknown.
_USED = {
    *("TY", "ER", "AU", "A1", "AB", "N2", "SP", "EP", "PG", "C7", "DO", "L2", "L3", "UR", "LK", "C2", "C3"),
    *("C5", "AN", "U2", "UT", "ID", "U1", "DB", "DP", "M3", "PT", "KW", "N1", "PM", "C1", "M1", "SN"),
    *(tag for places in _PLACES.values() for tag in places),
}
_IDLE = {
    *("A2", "A3", "A4", "AD", "CA", "CC", "CN", "CY", "ED", "ET", "LA", "LB", "L1", "L4", "NV", "OP", "PB"),
    *("PD", "NS", "PU", "PI", "PA", "RN", "RP", "SE", "TA", "T3", "Y2", "C4", "C6", "C8", "FU", "FX", "WE"),
    *("M2", "M4", "TS", "U3", "U4", "AI", "RI", "J1", "LP", "EDN", "OI", "NL"),
}
_TAG = re.compile(r"^[A-Z][A-Z0-9]  -(?: |$)")


class _Parser(RisParser):
    """rispy's, each tag under its own name and every value kept."""

    DEFAULT_MAPPING = {tag: tag for tag in TAG_KEY_MAPPING}  # noqa: RUF012 (rispy's own name)

    def _add_single_value(self, record: dict, name: str, value: str, is_multi: bool = False) -> None:
        """A line without a tag goes on from the last value of its tag, of which rispy expects just one."""
        if is_multi and isinstance(record.get(name), list):
            record[name][-1] += f" {value}"
        elif not is_multi or name in record:
            super()._add_single_value(record, name, value, is_multi)


def read_ris(text: str) -> Export:
    """Records of a RIS file of any dialect."""
    cleaned = _close_records(text)
    parser = _Parser(
        list_tags=sorted({*LIST_TYPE_TAGS, *_USED} - {"TY", "AB", "N2", "TI", "T1"}),
        delimiter_tags_mapping={},
        enforce_list_tags=False,
    )
    parsed = [_as_lists(record) for record in parser.parse(cleaned)]
    dialect = tell_dialect(text)
    unknown = Counter(
        tag
        for record in parsed
        for tag, values in record.items()
        if tag not in _USED and tag not in _IDLE and any(values)
    )
    begun = len(re.findall(r"^TY  ?-", cleaned, re.MULTILINE))
    return Export(f"RIS, {dialect}", tuple(map(_make, parsed)), begun, dict(unknown))


def tell_dialect(text: str) -> str:
    """Whose RIS it is, by the marks it leaves; ``no mark of a known source`` where there is none."""
    for name, sign in _SIGNS:
        if re.search(sign, text, re.MULTILINE):
            return name
    return "no mark of a known source"


def _close_records(text: str) -> str:
    """Lines as the parser takes them: glued tags parted, every record ended, nothing between records."""
    lines: list[str] = []
    is_open = is_begun = False
    for line in text.split("\n"):
        # Two tags on one line, and one or two blanks more than the format has.
        for part in re.split(r" {3,}(?=[A-Z][A-Z0-9]  - )", line) if _TAG.match(line) else [line]:
            told = re.sub(r"^([A-Z][A-Z0-9]) {1,2}-\s*", r"\1  - ", part)
            if told.startswith("TY  -"):
                if is_open:
                    lines.append("ER  - ")
                is_open, is_begun = True, False
            elif _TAG.match(told):
                is_begun = True
            if is_open and (is_begun or _TAG.match(told)):  # else the parser takes it for the record before
                lines.append(told.rstrip())
            if told.startswith("ER  -"):
                is_open = False
    return "\n".join([*lines, "ER  - "] if is_open else lines)


def _as_lists(record: Mapping) -> dict[str, list[str]]:
    tags = {**record, **record.get("UK", {})}
    tags.pop("UK", None)
    tags.pop(None, None)  # text before the first tag
    return {tag: value if isinstance(value, list) else [value] for tag, value in tags.items()}


def _make(record: Record) -> Found:
    def first(*tags: str, fits: Callable[[str], object] = bool) -> str:
        return next((value for tag in tags for value in record.get(tag, ()) if fits(value)), "")

    told = {name: first(*tags) for name, tags in _PLACES.items()}
    sources = " ".join([*record.get("DB", ()), *record.get("DP", ())])
    numbers = first("PM", "C5", "C2", fits=str.isdecimal)
    if not numbers and re.search(r"medline|pubmed|\bnlm\b", sources, re.IGNORECASE):
        numbers = first("AN", "ID", fits=lambda value: value.isdecimal() and len(value) > 5)
    addresses = " ".join(value for tag in ("C3", "UR", "L2", "LK", "AN") for value in record.get(tag, ()))
    places = ("DO", "L3", "L2", "UR", "LK", "M3")
    kinds = "; ".join(value for tag in ("M3", "PT") for value in record.get(tag, ()))
    reference = first("TY")
    if reference in ("ABST", "CONF", "CPAPER"):
        kinds += "; meeting abstract"
    elif reference in ("JOUR", "EJOUR", "JFULL"):
        kinds += "; journal article" if not kinds else ""
    notes = [value for tag in ("N1", "M1", "C1") for value in record.get(tag, ()) if len(value) < 300]
    # A note that is nothing but a number, as managers (and this review) write what RIS has no tag for.
    named = " ".join(note for note in notes if re.fullmatch(r"PMC?ID: ?(?:PMC)?\d+", note.strip()))
    return make_found(
        **told,
        authors=map(family_first, [*record.get("AU", ()), *record.get("A1", ())]),
        pages=_pages(first("SP", "PG", "C7"), first("EP")),
        abstract=_abstract([*record.get("AB", ()), *record.get("N2", ())]),
        keywords=record.get("KW", ()),
        doi=next((doi for tag in places for value in record.get(tag, ()) if (doi := find_doi(value))), ""),
        pmid=numbers or find_pmid(addresses) or find_pmid(named),
        pmcid=find_pmcid(
            " ".join([*(value for tag in ("C2", "UR", "L2") for value in record.get(tag, ())), named])
        ),
        accession=first("U2", "UT", "AN", "ID", "U1"),
        kinds=kinds,
        published=_published(record.get("DA", ()), told["year"]),
        address=first("UR", "LK", fits=lambda value: value.startswith("http")),
        texts=" ".join([*notes, *record.get("AN", ()), *record.get("UR", ())]),
    )


def _published(dates: Iterable[str], year: str) -> str:
    """The day or month that a record gives as the format has it, 2023/08/18; '' where its year is another."""
    for text in dates:
        parts = re.match(r"(\d{4})/(0[1-9]|1[0-2])(?:/(0[1-9]|[12]\d|3[01]))?(?:/|$)", text)
        if parts and parts[1] in year:
            return "-".join(filter(None, parts.groups()))
    return ""


def _abstract(texts: list[str]) -> str:
    """The longest of what stands for an abstract, notices of copyright left aside."""
    own = [text for text in texts if not re.match(r"Copyright\b|©", text)]
    return max(own, key=len, default="")


def _pages(begin: str, end: str) -> str:
    begin, end = begin.strip(), end.strip()
    if begin == "No" and end == "Specified":  # a database's way to say nothing
        return ""
    return begin if not end or "-" in begin or end == begin else f"{begin}-{end}"
