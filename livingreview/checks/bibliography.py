"""Is every record of ``references.bib`` one that a reference, a link and a reference manager can be made of?

What a record leaves out is not established and is not asked for; what it says must be what its field is for.
"""

from __future__ import annotations

import datetime
import difflib
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path

from pybtex.database import BibliographyData, Entry
from pybtex.exceptions import PybtexError

from livingreview.checks.cells import MOJIBAKE
from livingreview.checks.characters import has_markup
from livingreview.checks.documents import read_text
from livingreview.checks.problems import Problem, quote
from livingreview.checks.record import is_web_address
from livingreview.evidence import BIBLIOGRAPHY
from livingreview.evidence.bibliography import (
    FIELD_NAMES,
    FIELDS,
    KIND_NAMES,
    KINDS,
    PEOPLE,
    parse_bibtex,
    read_bibliography,
)
from livingreview.evidence.latex import plain_text
from livingreview.evidence.lexical import is_plain

EARLIEST = 1800
# (field, rule, found, expected, how to mend it)
Finding = tuple[str, str, str, str, str]
_PAGE = r"[A-Za-z]{0,4}[-.]?\d+[A-Za-z]{0,3}"
_PAGES = rf"{_PAGE}(?:–{_PAGE})?"
_ISSN = r"\d{4}-\d{3}[\dXx]"
# Field -> its form and what that is in words.
_FORMS = {
    "doi": (
        r"10\.\d{4,9}/[^\s\"{}|\\^`\u2010-\u2015\u2212]*[^\s\"{}|\\^`\u2010-\u2015\u2212.,;]",
        "a DOI, which begins with 10., has no blank and no dash, and does not end with a stop",
    ),
    "pages": (rf"{_PAGES}(?:, {_PAGES})*", "pages like 54--59, e123 or 4"),
    "eid": (r"[A-Za-z]{0,6}[-.]?\d[\w.-]*", "the number of an article"),
    "pmid": (r"[1-9]\d{0,8}", "a number of PubMed, digits only"),
    "pmcid": (r"PMC[1-9]\d*", "PMC and digits"),
    "issn": (rf"{_ISSN}(?:, {_ISSN})*", "an ISSN like 0006-4971"),
    "isbn": (r"(?:97[89][- ]?)?(?:\d[- ]?){9}[\dXx]", "an ISBN of 10 or 13 digits"),
    "month": (r"[1-9]|1[0-2]", "a month"),
    "day": (r"[1-9]|[12]\d|3[01]", "a day of the month"),
    "urldate": (r"\d{4}-\d{2}-\d{2}", "the day it was looked at, like 2026-11-21"),
    "volume": (r"(?!0)[\w.–/ -]{1,20}", "a volume, at most a few signs, not zero"),
}
_NAMED_BY = ("title", "note", "journal", "doi", "pmid", "pmcid", "url")
_REMOVE = "correct it, or take the field out: what is not established is left out"


def check_bibliography(data: Path) -> tuple[dict[str, dict[str, str]] | None, list[Problem]]:
    """The fields of each record (None where ``references.bib`` cannot be read), and every problem in them."""
    text, problems = read_text(data / BIBLIOGRAPHY, BIBLIOGRAPHY, expected="the reports' records as BibTeX")
    if text is None:
        return None, problems
    try:
        written, read = parse_bibtex(text), read_bibliography(text)
    except (PybtexError, ValueError, LookupError, RecursionError) as error:
        line, expected = getattr(error, "lineno", 0) or _find_words(text, error), "valid BibTeX in UTF-8"
        mend = "mend the entry; each key once"
        told = Problem(BIBLIOGRAPHY, line, "", "bibliography", quote(error, 160), expected, mend)
        return None, [*problems, told]
    fields = {key: dict(entry.fields) for key, entry in read.entries.items()}
    return fields, [*problems, *_check_records(text, written, read), *_check_volumes(text, fields)]


def _check_volumes(text: str, fields: Mapping[str, dict[str, str]]) -> Iterator[Problem]:
    """The volumes of a journal rise with the years."""
    known: dict[str, list[tuple[int, int, str]]] = {}
    for key, record in fields.items():
        year, volume = record.get("year", ""), record.get("volume", "")
        if record.get("journal") and is_plain("integer", year) and is_plain("integer", volume):
            known.setdefault(record["journal"].casefold(), []).append((int(year), int(volume), key))
    lines = text.split("\n")
    for journal in known.values():
        journal.sort()
        clash = [(one, other) for one, other in pairwise(journal) if one[0] < other[0] and one[1] > other[1]]
        for one, other in clash:
            line = _find_line(lines, _find_entries(lines).get(other[2], 0), "volume")
            found = f"volume {other[1]} of {other[0]}; {one[2]} has {one[1]} of {one[0]}"
            place = (BIBLIOGRAPHY, line, f"{other[2]}.volume", "volume-order")
            expected, mend = "volumes of a journal that rise with the years", "correct a year or a volume"
            yield Problem(*place, found, expected, mend)


def _find_words(text: str, error: Exception) -> int:
    """The line of the text that an error quotes: a name that cannot be read is told without its place."""
    quoted = re.search(r"'([^']{3,})'", str(error))
    return text[: text.index(quoted[1])].count("\n") + 1 if quoted and quoted[1] in text else 0


def _check_records(text: str, written: BibliographyData, read: BibliographyData) -> Iterator[Problem]:
    places: dict[str, int] | None = None
    lines = text.split("\n")
    for key, entry in read.entries.items():
        for field, *rest in check_record(written.entries[key], entry):
            if places is None:
                places = _find_entries(lines)
            line = _find_line(lines, places.get(key, 0), field)
            yield Problem(BIBLIOGRAPHY, line, f"{key}.{field}" if field else key, *rest)


def check_record(written: Entry, entry: Entry) -> Iterator[Finding]:
    """Every problem of one record, as it is written and as it is read."""
    if entry.type not in KINDS:
        known = sorted({*KINDS, *KIND_NAMES})
        yield _unknown("", "record-kind", f"@{written.type}", entry.type, known)
    if not set(_NAMED_BY) & set(entry.fields) and not entry.persons:
        found = ", ".join(map(str.lower, written.fields)) or "nothing"
        expected, mend = "a title, names, or a note that says what it is", "add it, or delete the entry"
        yield "", "record-empty", found, expected, mend
    if "eid" in entry.fields and entry.type not in ("article", "misc"):
        yield "eid", "field-unfit", "an eid", "pages, or the number of a series", "take it out"
    for name, value in written.fields.items():
        if not value.strip():
            yield name.lower(), "field-empty", "nothing", "a value, or no such field", "delete the field"
    for name, value in entry.fields.items():
        yield from _check_field(name, value)
    yield from _check_dates(entry.fields)
    for role, persons in entry.persons.items():
        names = list(map(str, persons))
        if role not in PEOPLE:
            yield _unknown(role, "field-unknown", quote(role), role, PEOPLE)
        for place, name in enumerate(names):
            yield from _check_name(role, name, is_last=place == len(names) - 1, alone=len(names) == 1)


def _check_field(name: str, value: str) -> Iterator[Finding]:
    plain = plain_text(value)
    if name == "date":
        yield name, "date", quote(value), "a day, month or year like 2021-05-03", _REMOVE
    elif name not in FIELDS:
        yield _unknown(name, "field-unknown", quote(name), name, sorted({*FIELDS, *FIELD_NAMES, "date"}))
    elif name == "url" and not is_web_address(value):
        yield name, "no-address", quote(value), "an address that begins with https://", _REMOVE
    elif name in _FORMS and not re.fullmatch(_FORMS[name][0], plain, re.ASCII):
        yield name, "form", quote(plain), _FORMS[name][1], _REMOVE
    elif name == "pages" and (turned := next(filter(_is_turned, plain.split(", ")), None)):
        yield name, "pages-order", turned, "the first page before the last", "write both in full"
    for is_wrong, rule, expected, mend in _TEXTS if name != "url" and name != "doi" else ():
        if is_wrong(plain):
            yield name, rule, quote(plain), expected, mend
            break


_TEXTS: tuple[tuple[Callable[[str], object], str, str, str], ...] = (
    (has_markup, "html", "plain text", "write the character itself, take tags out"),
    (re.compile(r"\\").search, "latex", "LaTeX that reference managers know", "write the character itself"),
    (re.compile(MOJIBAKE).search, "mojibake", "UTF-8 text", "retype the text"),
)


def _check_dates(fields: dict[str, str]) -> Iterator[Finding]:
    year, latest = fields.get("year"), datetime.date.today().year + 1
    if year is None:
        return
    if not re.fullmatch(r"\d{4}", year, re.ASCII):
        yield "year", "year", quote(year), "a year of four digits", _REMOVE
    elif not EARLIEST <= int(year) <= latest:
        yield "year", "year", year, f"a year from {EARLIEST} to {latest}", _REMOVE
    elif all(re.fullmatch(_FORMS[name][0], fields.get(name, "1")) for name in ("month", "day")):
        try:
            datetime.date(int(year), int(fields.get("month", 1)), int(fields.get("day", 1)))
        except ValueError:
            found = "-".join((year, fields.get("month", ""), fields["day"]))
            yield "day", "no-such-date", found, "a day that exists", _REMOVE


def _is_turned(pages: str) -> bool:
    first, _, last = pages.partition("–")
    same = re.sub(r"\d", "", first) == re.sub(r"\d", "", last)
    numbers = [int(found[0]) for part in (first, last) if (found := re.search(r"\d+", part))]
    return same and len(numbers) == 2 and numbers[1] < numbers[0]


def _check_name(role: str, name: str, *, is_last: bool, alone: bool) -> Iterator[Finding]:
    plain = plain_text(name)
    expected = "names like `Roe, Ann and Doe, John`, `and others` last, a body in braces"
    if plain.lower() == "others":
        if alone or not is_last:
            yield role, "names", quote(plain), expected, "name who comes before, or correct the place"
    elif re.search(r"\bet\.? al\b", plain, re.IGNORECASE):
        yield role, "names", quote(plain), expected, "write `and others` as the last name"
    elif ";" in plain or plain.count(",") > (1 if not re.search(r", (?:Jr|Sr|I+V?)\.?,", plain) else 2):
        yield role, "names", quote(plain), expected, "part the names by ` and `"
    elif (re.search(r"\d|@|https?:", plain) and "{" not in name) or not re.search(r"[^\W\d_]", plain):
        yield role, "names", quote(plain), expected, _REMOVE
    elif has_markup(plain) or "\\" in plain or re.search(MOJIBAKE, plain):
        yield role, "names", quote(plain), "plain letters", "write the character itself"


def _unknown(field: str, rule: str, found: str, name: str, known: list | tuple) -> Finding:
    near = difflib.get_close_matches(name, known, 1)
    mend = f"did you mean {near[0]!r}?" if near else "take it out: nothing reads it"
    return field, rule, found, f"one of: {', '.join(known)}", mend


def _find_entries(lines: list[str]) -> dict[str, int]:
    """The line, from 1, on which each record begins (key: its key)."""
    found = ((number, re.match(r"\s*@\w+\s*[{(]\s*([^\s,]+)", line)) for number, line in enumerate(lines, 1))
    return {begin[1]: number for number, begin in found if begin}


def _find_line(lines: list[str], start: int, field: str) -> int:
    """The line of a field of the record that begins on `start`, or else that line."""
    names = {field, *(name for name, known in FIELD_NAMES.items() if known == field)}
    names |= {"date"} if field in ("year", "month", "day") else set()
    pattern = re.compile(rf"(?:^|[,{{])\s*(?:{'|'.join(map(re.escape, sorted(names)))})\s*=", re.IGNORECASE)
    for number in range(start, len(lines) + 1) if start and field else ():
        if number > start and re.match(r"\s*@\w+\s*[{(]", lines[number - 1]):
            break
        if pattern.search(lines[number - 1]):
            return number
    return start
