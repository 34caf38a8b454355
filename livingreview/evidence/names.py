"""What a report is called where people read: by author and year, never by its id."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from string import ascii_lowercase

import pandas as pd
from pybtex.database import BibliographyData, Entry

from livingreview.evidence.latex import plain_text

NO_YEAR = re.compile(r"(?:(?<=\()|(?<=; ))year not established\)$")  # of a report that has an author
UNKNOWN = re.compile(
    r" \((?:author|year|author and year) not established\)$"
    r"|; (?:author|year|author and year) not established(?=\)$)"
)
# A sponsor's number of a trial; four digits are a year. By itself it may read as a date: “Trial 20120215”.
SPONSOR = re.compile(r"(?:Trial )?\d{6,}")
WORD = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")  # what an id of a report looks like


def first_author(entry: Entry) -> str:
    """Family name of the first author, '' where none is established."""
    for person in entry.persons.get("author", []):
        family = plain_text(" ".join([*person.prelast_names, *person.last_names]))
        return "" if family.lower() == "others" else family
    return ""


def trial_name(study: str) -> str:
    """The acronym or number by which a study is known; '' where its name describes it.

    'TOWER (phase 3)' is known as TOWER, 'Linder case' is described.
    """
    stem = re.split(r" \(|, ", study)[0]
    if SPONSOR.fullmatch(stem):
        return stem
    known = all(re.search(r"[A-Z0-9]", word) and not re.search(r"[a-z]{2}", word) for word in stem.split())
    return stem if known and re.search(r"[A-Z]", stem) else ""


def name_reports(
    bibliography: BibliographyData, reports: pd.DataFrame, studies: pd.DataFrame
) -> dict[str, str]:
    """What each report is called (key: report_id): 'TOWER (Kantarjian 2017)', 'Yoon 2023'.

    A trial leads with the name by which it is known. No two are called the same: of reports without an
    author the journal or meeting parts them or their abridged title (``shorttitle``), which tells a reader
    what a letter does not; of others, also of two trials, a letter behind the year. Where author or year
    is not established the study's name stands in, and the name says what is missing.
    """
    named = dict(zip(studies["study_id"], studies["name"], strict=True))
    parts = {
        report_id: _name_parts(bibliography.entries.get(report_id), named.get(study_id, ""))
        for report_id, study_id in zip(reports["report_id"], reports["study_id"], strict=True)
    }
    alike: dict[tuple[str, str, str, str], list[str]] = {}
    for report_id in sorted(parts):
        alike.setdefault(parts[report_id], []).append(report_id)
    for part, same in list(alike.items()):
        journals = [_journal(bibliography, report_id) for report_id in same]
        if "author" in part[2] and all(journals) and len(set(journals)) == len(same) > 1:
            del alike[part]
            for report_id, journal in zip(same, journals, strict=True):
                alike[part[0], part[1], f"{journal}; {part[2]}", part[3]] = [report_id]
        elif "author" in part[2] and len(same) > 1:
            _part_by_title(bibliography, alike, part)
    # Letters part what readers would cite alike, 'Roe 2017', whether or not a trial's name stands before it.
    cited: dict[tuple[str, str, str], list[tuple[str, str]]] = {}
    for part, same in alike.items():
        cited.setdefault(part[:3], []).extend((report_id, part[3]) for report_id in same)
    return {
        report_id: _join(*who, trial, ascii_lowercase[place] if len(same) > 1 else "")
        for who, same in cited.items()
        for place, (report_id, trial) in enumerate(sorted(same))
    }


def _part_by_title(
    bibliography: BibliographyData, alike: dict[tuple[str, str, str, str], list[str]], part: tuple
) -> None:
    """Reports without an author that are called alike get their abridged titles, where each has its own."""
    who, year, missing, trial = part
    titles = {report_id: _field(bibliography, report_id, "shorttitle") for report_id in alike[part]}
    titles = {
        key: title for key, title in titles.items() if list(titles.values()).count(title) == 1 and title
    }
    for report_id, title in titles.items():
        name = f"{who} {year}, {title}" if year else f"{who}, {title}"
        alike[name, "", missing, trial] = [report_id]
        alike[part].remove(report_id)
    if not alike[part]:
        del alike[part]


def _journal(bibliography: BibliographyData, report_id: str) -> str:
    return _field(bibliography, report_id, "journal")


def _field(bibliography: BibliographyData, report_id: str, name: str) -> str:
    entry = bibliography.entries.get(report_id)
    return plain_text(entry.fields.get(name, "")) if entry else ""


def _name_parts(entry: Entry | None, study: str) -> tuple[str, str, str, str]:
    """Who or what a report is called by, its year, what stands in brackets, and the trial of an author."""
    author = first_author(entry) if entry else ""
    year = entry.fields.get("year", "") if entry else ""
    trial = trial_name(study)
    missing = " and ".join(word for word, known in (("author", author), ("year", year)) if not known)
    missing = f"{missing} not established" if missing else ""
    if author:
        return author, year, missing, trial
    study = trial or re.sub(rf",? {year}$" if year else "$", "", study)
    if not year and (found := re.fullmatch(r"(.*) \((.*)\)", study)):
        return found[1], "", f"{found[2]}; {missing}", ""
    return f"{study}," if year else study, year, missing, ""


def _join(who: str, year: str, brackets: str, trial: str, letter: str) -> str:
    if letter and not year:
        who, letter = f"{who}, report {letter}", ""
    name = f"{who} {year}{letter}".strip()
    if trial:
        return f"{trial} ({'; '.join(filter(None, (name, brackets)))})"
    return f"{name} ({brackets})" if brackets else name


def warn(name: str, words: str) -> str:
    """A report's name with a warning in its brackets: 'TOWER (Roe 2017; retracted)'."""
    if not words:
        return name
    missing = UNKNOWN.search(name)
    stem = name[: missing.start()] if missing else name.removesuffix(")")
    tail = f"; {missing[0].strip(' ();')}" if missing else ""
    return f"{stem}{'; ' if ' (' in stem else ' ('}{words}{tail})"


def shorten(name: str) -> str:
    """What a report is called without what is not established of it, for labels and prose.

    An author's name alone would read as a person: 'Roe (undated)'.
    """
    return UNKNOWN.sub("", NO_YEAR.sub("undated)", name))


def find_mentioned(frames: Iterable[pd.DataFrame], names: Mapping[str, str]) -> set[str]:
    """Ids of reports that stand anywhere in some tables."""
    found: set[str] = set()
    for frame in frames:
        for column in map(str, frame.select_dtypes("string").columns):
            for cell in frame[column].dropna().unique():
                found.update(WORD.findall(cell))
    return found.intersection(names)


def name_in_words(names: Mapping[str, str], words: str) -> str:
    """Words in which every report's id is replaced by what the report is called."""
    return _ids(tuple(names)).sub(lambda found: names[found[0]], words) if names else words


@cache
def _ids(report_ids: tuple[str, ...]) -> re.Pattern:
    known = "|".join(map(re.escape, sorted(report_ids, key=len, reverse=True)))
    # What goes on with a full stop and a letter is the address of a row, not the report.
    return re.compile(rf"(?<![\w./#-])(?:{known})(?![\w-]|\.\w)")
