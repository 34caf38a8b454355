"""Looking after what is held: notices on reports, the course of trials, later forms of abstracts."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rapidfuzz import fuzz

from livingreview.evidence import read_cells
from livingreview.evidence.schema import Package
from livingreview.evidence.upkeep import read_upkeep
from livingreview.evidence.writing import save_tables
from livingreview.surveillance.asking import Client, SourceError
from livingreview.surveillance.identity import Row, normal, slug
from livingreview.surveillance.notices import Get, LookedUp, ask_crossref, ask_pubmed
from livingreview.surveillance.registers import OURS, ask_register, compare_entry
from livingreview.surveillance.searching import way_to
from livingreview.surveillance.sources import Source, crossref, pubmed, trials
from livingreview.surveillance.tables import Loop, LoopError

TABLES = ("notices", "watches", "trials", "trial_events")
NUMBERS = {crossref.NAME: "doi", pubmed.NAME: "pmid"}  # by what a source of notices is asked
_ALIKE = 85  # of 100: words of two titles from which an abstract's article is proposed


@dataclass
class Watched:
    """What a watch found.

    Attributes
    ----------
    asked : dict of str to int
        How many reports or trials each source was asked about.
    unknown : dict of str to list of str
        Reports, or trials, whose number a source does not know.
    notices, events : list of dict
        New rows of ``notices.csv`` and ``trial_events.csv``.
    without : list of str
        Reports that no source can be asked about.
    failures : list of str
    """

    asked: dict[str, int] = field(default_factory=dict)
    unknown: dict[str, list[str]] = field(default_factory=dict)
    notices: list[Row] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)
    without: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


def read_watched(root: Path, package: Package) -> dict[str, list[Row]]:
    """The tables of the watch.

    Raises
    ------
    LoopError
        If the project lacks one of them.
    """
    if missing := [name for name in TABLES if name not in package.tables]:
        msg = f"data/datapackage.json declares no table {', '.join(missing)}; this command needs it"
        raise LoopError(msg)
    return {name: read_cells((root / "data" / package.tables[name].path).read_bytes()) for name in TABLES}


def watch(
    loop: Loop,
    *,
    client: Client,
    environment: Mapping[str, str],
    today: datetime.date,
    tell: Callable[[str], None] = lambda text: None,
) -> Watched:
    """Ask Crossref and PubMed about every report with a number, the register about every trial of its own.

    Each source is taken as a whole or not at all; one that fails leaves the others' answers.
    """
    tables, day = read_watched(loop.root, loop.package), today.isoformat()
    done, upkeep = Watched(), read_upkeep(loop.root)
    done.without = [key for key, row in loop.held.rows.items() if not row["doi"] and not row["pmid"]]

    def getter(source: Source) -> Get:
        base, secret = way_to(source, upkeep, environment)
        return lambda request: client.get(source.NAME, base, request, secret=secret, pause=source.PAUSE)

    steps: tuple[tuple[Source, Callable[[Get], set[str]]], ...] = (
        (crossref, lambda get: _take_notices(loop, tables, done, ask_crossref, crossref.NAME, get, day)),
        (pubmed, lambda get: _take_notices(loop, tables, done, ask_pubmed, pubmed.NAME, get, day)),
        (trials, lambda get: _take_trials(loop, tables, done, get, day)),
    )
    # An address that is missing is told before any service is asked.
    getters = [getter(source) for source, _ in steps]
    changed: set[str] = set()
    for (source, step), get in zip(steps, getters, strict=True):
        tell(f"asking {source.NAME}")
        try:
            changed |= step(get)
        except SourceError as error:
            done.failures.append(str(error))
    if changed:
        save_tables(loop.root / "data", loop.package, {name: tables[name] for name in sorted(changed)})
    return done


def _take_notices(
    loop: Loop,
    tables: dict[str, list[Row]],
    done: Watched,
    ask: Callable[[list[str], Get], LookedUp],
    source: str,
    get: Get,
    day: str,
) -> set[str]:
    """One source's notices into the tables; a row that is there already is a person's and stays."""
    reports: dict[str, list[str]] = {}
    for report_id, row in loop.held.rows.items():
        if number := row[NUMBERS[source]].lower():
            reports.setdefault(number, []).append(report_id)
    found = ask(sorted(reports), get)
    done.asked[source] = sum(map(len, reports.values()))
    done.unknown[source] = [
        report for number, held in reports.items() if number not in found.known for report in held
    ]
    known = {row["notice_id"] for row in tables["notices"]}
    for told in found.told:
        for report_id in reports[told.number]:
            name = f"{report_id}.{slug(source)}.{slug(told.kind)}.{slug(told.notice)[:80] or 'unnamed'}"
            if name not in known:
                known.add(name)
                row = {"notice_id": name, "report_id": report_id, "kind": told.kind, "source": source}
                row |= {"notice": told.notice, "day": told.day, "seen_on": day}
                row |= dict.fromkeys(("read_on", "effect", "note"), "")
                done.notices.append(row)
    tables["notices"] += [row for row in done.notices if row["source"] == source]
    others = [row for row in tables["watches"] if row["source"] != source]
    tables["watches"] = others + [
        {"watch_id": f"{report_id}.{slug(source)}", "report_id": report_id, "source": source}
        | {"number": number, "day": day, "answer": "there" if number in found.known else "not_there"}
        for number, held in reports.items()
        for report_id in held
    ]
    return {"notices", "watches"}


def _take_trials(loop: Loop, tables: dict[str, list[Row]], done: Watched, get: Get, day: str) -> set[str]:
    """The register's entries into the tables: trials of held studies, and those that a person entered."""
    rows = {row["number"]: row for row in tables["trials"]}
    columns = loop.package.tables["trials"].columns
    of_reports = {row["value"] for row in loop.tables["identifiers"] if row["scheme"] == "registry"}
    for number in sorted(of_reports):
        if OURS.fullmatch(number) and number not in rows:
            row = dict.fromkeys(columns, "") | {"trial_id": number.lower(), "number": number, "awaited": "no"}
            rows[number] = row | {"study_id": loop.studies_of_trials.get(number.lower(), "")}
    numbers = sorted(number for number in rows if OURS.fullmatch(number))
    found = ask_register(numbers, get)
    done.asked[trials.NAME] = len(numbers)
    done.unknown[trials.NAME] = [number for number in numbers if number not in found]
    for number, entry in found.items():
        rows[number], events = compare_entry(rows[number], entry, day)
        done.events += events
    tables["trials"] = list(rows.values())
    tables["trial_events"] += done.events
    return {"trials", "trial_events"}


def propose_articles(loop: Loop) -> list[tuple[str, str, str]]:
    """Records that may be the article of a held meeting abstract: report, record, and why; for a person.

    No source links the two. Proposed are articles that are not held and are of the abstract's study by its
    trial's number, or have its first author and a title of nearly the same words.
    """
    study_of = {row["report_id"]: row["study_id"] for row in loop.tables["reports"]}
    judged = {frozenset((row["record_id"], row["other_id"])) for row in loop.tables["pairs"]}
    abstracts = [(key, row) for key, row in loop.held.rows.items() if row["kind"] == "abstract"]
    found = []
    for name, record in loop.index.rows.items():
        if record["kind"] not in ("article", "other") or record["report_id"] or record["same_as"]:
            continue
        for report_id, held in abstracts:
            if frozenset((name, report_id)) in judged:
                continue
            if record["study_id"] and record["study_id"] == study_of.get(report_id):
                found.append((report_id, name, "the same trial's number"))
            elif _first(record) and _first(record) == _first(held) and _titles_alike(record, held):
                found.append((report_id, name, "the same first author, nearly the same title"))
    return sorted(found)


def _first(row: Mapping[str, str]) -> str:
    return normal(row["authors"].split("; ")[0].split(",")[0])


def _titles_alike(row: Mapping[str, str], other: Mapping[str, str]) -> bool:
    titles = [normal(item["title"]) for item in (row, other)]
    return all(titles) and fuzz.token_set_ratio(*titles) >= _ALIKE
