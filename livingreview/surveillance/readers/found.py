"""What a database tells of one record, and what a reader of a file found in it as a whole."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import unescape

KINDS = ("article", "abstract", "letter", "review", "registry", "preprint", "notice", "other")
# What is known of a record beside what it says: what a notice that its source links to makes of it.
FLAGS = ("retracted", "expression of concern", "corrected", "updated", "update of another", "no_abstract")
# The old numbers of one publisher hold an angle bracket on either side of the page.
_DOI = re.compile(
    r"10\.\d{4,9}/[^\s\"<>{}|\\^`]+(?:<\d+::aid-[a-z0-9]+>[0-9.]+co;2-[a-z0-9#]+)?", re.IGNORECASE
)
_PMID = re.compile(
    r"(?:pubmed(?:\.ncbi\.nlm\.nih\.gov)?(?:/| )|PMID:? ?)([1-9]\d{0,8})(?!\d)",
    re.IGNORECASE | re.ASCII,
)
_PMCID = re.compile(r"\bPMC[1-9]\d*", re.IGNORECASE | re.ASCII)
# Numbers of trial registers, as the registers of the WHO's platform write them.
_TRIAL = re.compile(
    r"(?<![A-Z0-9])(?:NCT ?(?P<nct>\d{8})|ISRCTN ?(?P<isrctn>\d{8})|(?:EUCTR|EudraCT[:, ]*|EUCT[:, ]*)?"
    r"(?P<eu>20[0-4]\d-\d{6}-\d{2}(?:-\d{2})?)|(?P<own>ChiCTR(?:-[A-Z]{3,4}-)?\d{8,10}|jRCT[a-z0-9]{10}"
    r"|UMIN\d{9}|JapicCTI-\d{6}|ACTRN\d{14}|CTRI/\d{4}/\d{2,3}/\d{6}|DRKS\d{8}|IRCT\d{8,}N\d+|KCT\d{7}"
    r"|TCTR\d{11}|PACTR\d{15,16}|RBR-[a-z0-9]{6,7}|NL-?OMON\d+))(?![0-9])",
    re.IGNORECASE | re.ASCII,
)
# What databases and publishers leave in titles and abstracts, and comments.
_MARKUP = re.compile(
    r"</?(?:i|b|u|s|a|p|q|em|strong|sup|sub|inf|small|big|tt|br|hr|div|span|font|sc|scp|h\d|li|ul|ol|dl|dt|dd|"
    r"title|abstract|section|sec|label|table|tbody|thead|tr|td|th|jats:\w+|mml:\w+)(?:\s[^<>]*)?/?>"
    r"|</?(?:script|style|iframe|object|embed|svg|img|form|input|link|meta|base)\b[^<>]*>?"
    r"|<!--.*?(?:-->|$)|<!doctype[^<>]*>?|<\?xml[^<>]*>?|<!\[cdata\[?|\]\]>",
    re.IGNORECASE,
)
_SPELLING = {"chictr": "ChiCTR", "jrct": "jRCT", "japiccti": "JapicCTI"}
_NOTICE = re.compile(
    r"^\W*(?:author |publisher )?(erratum|correction|corrigendum|retraction(?! of a)|withdrawn"
    r"|expression of concern)\b",
    re.IGNORECASE,
)
_PARTICLES = (
    "van",
    "von",
    "der",
    "den",
    "de",
    "del",
    "della",
    "di",
    "da",
    "dos",
    "du",
    "la",
    "le",
    "ter",
    "ten",
)
# What stands in the names of groups and offices, which have no family name.
_GROUP = re.compile(
    r"\b(?:groups?|gruppo|gruppe|groupe|stud(?:y|ies)|trials?|investigators?|consorti(?:um|a)|committee|society"
    r"|association|collaborat\w+|organi[sz]ation|network|institutes?|university|hospital|centers?|centres?"
    r"|foundation|agency|department|ministry|inc|ltd|gmbh|the|of|for|and|on|in)\b|\d",
    re.IGNORECASE,
)
_PREPRINT = re.compile(r"\b(?:bio|med|chem)rxiv|\barxiv|research square|preprints?\b|\bssrn\b", re.IGNORECASE)
_WORDS = (
    ("registry", r"trial registry|registry record|clinical trial register"),
    (
        "abstract",
        r"(?:conference|meeting|congress) (?:abstract|paper|proceeding)|meeting abstract|^abstract$",
    ),
    ("notice", r"erratum|corrigendum|retraction notice|retraction of publication|expression of concern"),
    ("preprint", r"preprint"),
    ("letter", r"^(?:letter|comment|editorial|note)\b"),
    ("review", r"^(?:review|systematic review|meta-analysis)"),
    ("article", r"article|journal"),
)


@dataclass(frozen=True)
class Found:
    """One record as a file tells it; what it does not tell is ''.

    Attributes
    ----------
    doi, pmid, pmcid : str
        In their normal form.
    trials : tuple of str
        Numbers of trials in registers.
    accession : str
        The record's number in the database that it comes from.
    kind : str
        One of `KINDS`.
    flags : tuple of str
        Of `FLAGS`, in their order.
    day : str
        The day on which the database took it in, where the file says so.
    published : str
        The month or day of publication, where the file says more than the year.
    address : str
        A web address of it.
    """

    title: str = ""
    authors: tuple[str, ...] = ()
    container: str = ""
    year: str = ""
    volume: str = ""
    issue: str = ""
    pages: str = ""
    abstract: str = field(default="", repr=False)
    keywords: tuple[str, ...] = field(default=(), repr=False)
    doi: str = ""
    pmid: str = ""
    pmcid: str = ""
    trials: tuple[str, ...] = ()
    accession: str = ""
    kind: str = "other"
    flags: tuple[str, ...] = ()
    day: str = ""
    published: str = ""
    address: str = ""


@dataclass(frozen=True)
class Export:
    """What was found in one file.

    Attributes
    ----------
    dialect : str
        Whose format it is.
    records : tuple of Found
    begun : int
        Records that the file begins, by its own marks: more than `records` if some could not be read.
    not_understood : dict of str to int
        Tags or columns that were not used, with the number of times they hold something.
    """

    dialect: str
    records: tuple[Found, ...]
    begun: int
    not_understood: dict[str, int] = field(default_factory=dict)


def make_found(*, kinds: str = "", texts: str = "", notices: Iterable[str] = (), **told) -> Found:
    """A record from what a file says, every value brought into one form.

    Parameters
    ----------
    kinds : str
        The kind of publication in the file's own words, several parted by ``;``.
    texts : str
        More text in which numbers of trials may stand, beside title and abstract.
    notices : iterable of str
        Of `FLAGS`: what the source's links to notices make of the record.
    **told
        Attributes of `Found`; identifiers may be addresses, or stand among other words.
    """
    clean = {name: tidy(value) if isinstance(value, str) else value for name, value in told.items()}
    title, abstract = clean.get("title", ""), clean.get("abstract", "")
    trials = find_trials(" ".join((*told.get("trials", ()), title, abstract, texts)))
    kind = clean.get("kind") or guess_kind(kinds, title, clean.get("container", ""), clean.get("issue", ""))
    retracted = re.search(r"\bretracted\b", kinds, re.IGNORECASE) or re.match(
        r"\W*retracted\b", title, re.IGNORECASE
    )
    flags = {*notices, *(["retracted"] if retracted else ()), *(() if abstract else ("no_abstract",))}
    return Found(
        **clean
        | {
            "title": title.strip("[] ") if title.startswith("[") else title,
            "authors": tuple(filter(None, map(tidy, told.get("authors", ())))),
            "keywords": tuple(filter(None, map(tidy, told.get("keywords", ())))),
            "year": (re.search(r"(?:1[89]|20)[0-9]{2}", clean.get("year", "")) or [""])[0],
            "doi": find_doi(clean.get("doi", "")),
            "pmid": number if re.fullmatch(r"[1-9][0-9]{0,8}", number := clean.get("pmid", "")) else "",
            "pmcid": find_pmcid(clean.get("pmcid", "")),
            "trials": trials,
            "kind": kind,
            "flags": tuple(flag for flag in FLAGS if flag in flags),
        }
    )


def tidy(text: str) -> str:
    """Text on one line, without mark-up, entities, invisible characters and doubled blanks."""
    for _ in range(4):  # mark-up may be written in entities, and entities in entities
        told = unicodedata.normalize("NFC", " ".join(unescape(text).split()))
        if not told.isprintable():
            told = "".join(sign for sign in told if sign.isprintable())
        told = _MARKUP.sub("", told)
        if told == text:
            break
        text = told
    return text


def family_first(name: str) -> str:
    """A name as ``Family, Given``; a name that has its comma, initials last or is of a group stays as it is.

    ``Walchack R`` has its family name first, ``Robert Walchack`` last.
    """
    words = name.split()
    if "," in name or not 1 < len(words) <= 5 or _GROUP.search(name):
        return name
    begin = len(words) - (2 if len(words) > 2 and words[-1].rstrip(".").lower() in ("jr", "sr") else 1)
    # In a name all in capitals a short last word is a family name as easily: "SEDA KAYA", "KIM JH".
    most = 2 if name.isupper() else 4
    if re.fullmatch(rf"(?:[A-Z]\.?-?){{1,{most}}}", words[-1]):
        return name
    while begin and words[begin - 1].lower() in _PARTICLES:
        begin -= 1
    if not begin:
        return name  # "von Stackelberg": no given name is told
    return f"{' '.join(words[begin:])}, {' '.join(words[:begin])}"


def find_doi(text: str) -> str:
    """The first DOI of a text in lower case; '' where there is none."""
    found = _DOI.search(text.replace("%2F", "/").replace("%2f", "/"))
    if not found:
        return ""
    doi = found[0].rstrip(".,;:'")
    if doi.endswith(")") and doi.count("(") < doi.count(")"):
        doi = doi[:-1]
    return doi.lower()


def find_pmid(text: str) -> str:
    """A PubMed number that a text or address calls one; '' where there is none."""
    found = _PMID.search(text)
    return found[1] if found else ""


def find_pmcid(text: str) -> str:
    """A PubMed Central number in a text; '' where there is none."""
    return (_PMCID.search(text) or [""])[0].upper()


def find_trials(text: str) -> tuple[str, ...]:
    """Numbers of trials in a text, in the registers' own form, each once, in order."""
    seen: dict[str, None] = {}
    for found in _TRIAL.finditer(text):
        if found["nct"]:
            number = f"NCT{found['nct']}"
        elif found["isrctn"]:
            number = f"ISRCTN{found['isrctn']}"
        elif found["eu"]:
            number = found["eu"]
        else:
            head = re.match(r"[A-Za-z]+", found["own"])[0]
            number = _SPELLING.get(head.lower(), head.upper()) + found["own"][len(head) :]
        seen.setdefault(number)
    return tuple(seen)


def guess_kind(words: str, title: str, container: str, issue: str) -> str:
    """The kind of a record by a database's words, its title and where it appeared."""
    if _NOTICE.match(title):
        return "notice"
    parts = [part.strip() for part in re.split(r"[;|]", words.lower()) if part.strip()]
    for kind, pattern in _WORDS[:-1]:
        if any(re.search(pattern, part) for part in parts):
            return kind
    if _PREPRINT.search(container):
        return "preprint"
    if re.search(r"suppl", issue, re.IGNORECASE) and not re.search(r"journal article", words, re.IGNORECASE):
        return "abstract"
    return "article" if any(re.search(_WORDS[-1][1], part) for part in parts) else "other"
