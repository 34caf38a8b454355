"""Is ``CITATION.cff``, by which the review is cited, sound?

It is held against the schema of the Citation File Format, and against what pages, references and the names
of releases need beyond it.
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from livingreview.checks.characters import has_hidden
from livingreview.checks.documents import read_document
from livingreview.checks.json_schema import Finding, check_against
from livingreview.checks.problems import Problem, quote
from livingreview.evidence.lexical import latest_day
from livingreview.files import parse_version

FILE = "CITATION.cff"
SCHEMA = Path(__file__).parent / "citation-file-format-1.2.0.json"
# What the format leaves open and every page of the book needs.
NEEDED = {
    "title": "the review's title",
    "version": "the version that readers cite",
    "date-released": "the day of this version",
    "license": "an SPDX licence identifier, for example CC-BY-4.0",
}
NAMES = ("name", "family-names", "given-names", "alias")
EARLIEST = "1990-01-01"  # no review was published in versions before
ADDRESSES = ("url", "repository-code")
FORMS = {
    "orcid": "an address like https://orcid.org/0000-0002-1825-0097",
    "doi": "a DOI that begins with 10. and is no address",
    "email": "an e-mail address",
    "cff-version": "'1.2.0'",
    "url": "an address that begins with https://",
    "website": "an address that begins with https://",
    "repository-code": "an address that begins with https://",
    "license": NEEDED["license"],
}


def check_record(root: Path) -> list[Problem]:
    """Every problem in ``<root>/CITATION.cff``."""
    expected = "the review's own bibliographic record"
    document, problems = read_document(Path(root) / FILE, FILE, expected=expected)
    if document is None:
        return problems
    told: set[tuple] = set()
    for path, *rest in (*_check_own(document.content), *_check_format(document.content)):
        if path[:1] not in told and path not in told:
            problems.append(document.problem(path, *rest))
            told.add(path)
    return problems


@cache
def _schema() -> dict:
    return json.loads(SCHEMA.read_text(encoding="utf-8"))


def _check_format(record: dict) -> Iterator[Finding]:
    """The format's own schema, to which a date is a text."""
    for finding in check_against(_schema(), _plain(record), forms=FORMS):
        path = finding[0]
        if path[:1] != ("authors",) or len(path) == 1:  # each author is held against its own kind
            yield finding


def _plain(value: object) -> object:
    """Values as JSON has them: YAML reads an unquoted date as a date, and any key as a key."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, datetime.date) else value


def _check_own(record: dict) -> Iterator[Finding]:
    for key, expected in NEEDED.items():
        if record.get(key) is None:
            yield (key,), "key-missing", "nothing", expected, f"add `{key}:`"
    yield from _check_words(record)
    yield from _check_version(record.get("version"))
    yield from _check_date(record.get("date-released"))
    authors = record.get("authors")
    if not isinstance(authors, list) or not authors:
        expected = "a list of authors, each `- name: …` or `- family-names: …`"
        yield ("authors",), "no-authors", quote(authors), expected, "name at least one"
    else:
        for number, person in enumerate(authors):
            yield from _check_author(("authors", number), person)
    for key in ADDRESSES:
        if record.get(key) is not None and not is_web_address(record[key]):
            mend = "write the whole address, or take the line out until there is one"
            yield (key,), "no-address", quote(record[key]), FORMS[key], mend


def _check_words(record: dict) -> Iterator[Finding]:
    for key, expected in (("title", "a title on one line"), ("license", NEEDED["license"])):
        value = record.get(key)
        values = value if key == "license" and isinstance(value, list) and value else [value]
        if value is not None and not all(map(_is_line, values)):
            yield (key,), "wrong-kind", quote(value), expected, "correct it"


def _is_line(value: Any) -> bool:
    is_text = isinstance(value, str) and bool(value.strip())
    return is_text and not has_hidden(value) and not re.search(r"[\n\t]", value)


def _check_version(version: object) -> Iterator[Finding]:
    """It is part of addresses and file names."""
    expected = 'a version in quotes, letters, digits, points and hyphens, for example "2026.11.0"'
    if version is None:
        return
    if not isinstance(version, str):
        mend = "put it in quotes: without, 2026.10 would be read as 2026.1"
        yield ("version",), "wrong-kind", quote(version), expected, mend
    elif not re.fullmatch(r"[0-9A-Za-z][0-9A-Za-z.+-]*", version, re.ASCII):
        yield ("version",), "form", quote(version), expected, "correct it"
    elif re.fullmatch(r"\d{3,}\.\d+\.\d+", version, re.ASCII) and parse_version(version) is None:
        expected = "a version of a year and a month with a number, for example 2026.11.0"
        yield ("version",), "form", quote(version), expected, "look for a slip"


def _check_date(value: Any) -> Iterator[Finding]:
    text = value.isoformat() if isinstance(value, datetime.date) else value
    try:
        is_day = bool(
            re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII) and datetime.date.fromisoformat(text)
        )
    except (TypeError, ValueError):
        is_day = False
    if value is not None and not is_day:
        yield ("date-released",), "no-date", quote(value), "a day like 2026-11-21", "write the day"
    elif value is not None and text < EARLIEST:
        yield ("date-released",), "long-past", quote(text), f"a day from {EARLIEST} on", "look for a slip"
    elif value is not None and text > (latest := latest_day().isoformat()):
        mend = "look for a slip; the day of a release is set when it is made"
        yield ("date-released",), "in-future", quote(text), f"a day up to {latest}", mend


def _check_author(path: tuple, person: object) -> Iterator[Finding]:
    """A person or a body by what it is called; the schema holds the rest against that kind."""
    if not isinstance(person, dict):
        yield (
            path,
            "wrong-kind",
            quote(person),
            "`name:` of a body, or `family-names:` of a person",
            "correct it",
        )
        return
    if not any(person.get(key) for key in NAMES):
        expected = "`name:` of a body, or `family-names:`, `given-names:` or `alias:` of a person"
        yield path, "no-name", quote(", ".join(map(str, person)) or "nothing"), expected, "add the name"
    for key in (*NAMES, "name-particle", "name-suffix"):
        value = person.get(key)
        if value is not None and not _is_line(value):
            yield (*path, key), "wrong-kind", quote(value), "a name, as text on one line", "correct it"
    kind = "entity" if "name" in person else "person"
    schema = {"$ref": f"#/definitions/{kind}", "definitions": _schema()["definitions"]}
    for deeper, rule, found, expected, mend in check_against(schema, _plain(person), forms=FORMS):
        yield (*path, *deeper), rule, found, expected, mend
    if isinstance(person.get("orcid"), str) and is_false_orcid(person["orcid"]):
        mend = "copy it from the author's page; a digit is wrong"
        found, expected = quote(person["orcid"]), "an ORCID iD whose last digit fits the others"
        yield (*path, "orcid"), "orcid-digit", found, expected, mend


def is_web_address(value: object) -> bool:
    """Whether a value is an address of the web, with a host and without anything that ends an attribute."""
    if not isinstance(value, str) or not re.fullmatch(r"https?://[^\s\"'<>\\^`{|}]+", value):
        return False
    try:
        return bool(urlsplit(value).hostname)
    except ValueError:
        return False


def is_false_orcid(address: str) -> bool:
    """Whether an ORCID iD of the right form has a check digit that does not fit (ISO 7064, MOD 11-2)."""
    found = re.fullmatch(r"https://orcid\.org/(\d{4})-(\d{4})-(\d{4})-(\d{3})([\dX])", address, re.ASCII)
    if not found:
        return False  # the form is told by the schema
    total = 0
    for digit in "".join(found.groups()[:-1]):
        total = (total + int(digit)) * 2
    rest = (12 - total % 11) % 11
    return found[5] != ("X" if rest == 10 else str(rest))
