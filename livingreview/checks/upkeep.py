"""Is ``review.yml`` sound, and does it agree with the searches on record?"""

from __future__ import annotations

import datetime
import difflib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, cast

import pandas as pd

from livingreview.checks.documents import read_document
from livingreview.checks.problems import Problem, quote
from livingreview.evidence.lexical import latest_day
from livingreview.evidence.upkeep import (
    BY_HAND,
    DATES,
    FILE,
    KEYS,
    MODES,
    STATED,
    Upkeep,
    add_months,
    read_upkeep,
)

LONGEST = 120  # months between two searches: what is looked at once in ten years is not kept up
CONTACT = re.compile(r"https://[^\s<>\"]+|[^\s@<>\":/?&]+@[^\s@<>\":/?&]+\.[^\s@<>\":/?&.]+")

ENDPOINT = re.compile(r"(?:https://[^\s/?#@]+|http://127\.0\.0\.1(?::\d+)?)(?:/[^\s?#]*)?")


def check_upkeep(root: Path, searches: pd.DataFrame | None) -> list[Problem]:
    """Every problem in ``<root>/review.yml``; none where there is no such file: pages then say so.

    Parameters
    ----------
    searches : DataFrame or None
        ``searches.csv``: a source's last search must be the latest on record there. None where there is no
        record to compare with.
    """
    path = Path(root) / FILE
    if not path.exists():
        return []
    document, problems = read_document(path, FILE, expected="how the review is kept up")
    if document is None:
        return problems
    values = document.content

    def tell(found: Iterable[tuple]) -> list[Problem]:
        return [document.problem((key,), *rest) for key, *rest in found]

    told = tell((*_check_shape(values), *_check_sources(values)))
    if not told:  # what follows reads the values as dates
        record = [] if searches is None else _check_record(values, searches)
        told = tell((*_check_state(root, values), *record))
    return [*problems, *told]


def _check_words(values: dict) -> Iterator[tuple]:
    """An address for problems, and what is stated of money and interests."""
    contact = values.get("contact")
    if contact is not None and not (isinstance(contact, str) and CONTACT.fullmatch(contact)):
        yield (
            "contact",
            "no-contact",
            quote(contact),
            "an address that begins with https://, an e-mail address, or nothing",
            "write where problems are to be reported, such as https://host/owner/review/issues/new",
        )
    for key in STATED:
        if values.get(key) is not None and not isinstance(values[key], str):
            yield key, "no-text", quote(values[key]), "words, or nothing", "write it as text, in quotes"


def _check_endpoints(values: dict) -> Iterator[tuple]:
    """Addresses at which services are asked: encrypted, or on this machine."""
    endpoints = values.get("endpoints")
    mend = "write each as `  Name: https://…`, as its documentation says"
    if endpoints is not None and not isinstance(endpoints, dict):
        yield "endpoints", "no-mapping", quote(endpoints), "a line `Name: address` for each service", mend
        return
    for name, address in (endpoints or {}).items():
        if not isinstance(address, str) or not ENDPOINT.fullmatch(address):
            found = f"{name}: {address}"
            yield (
                "endpoints",
                "no-address",
                found,
                "an address that begins with https:// and has no query",
                mend,
            )


def _check_shape(values: dict) -> Iterator[tuple]:
    for key in values.keys() - set(KEYS):
        near = difflib.get_close_matches(str(key), KEYS, 1)
        yield (
            str(key),
            "unknown-key",
            quote(key),
            f"one of: {', '.join(KEYS)}",
            f"did you mean {near[0]!r}?" if near else "delete the line",
        )
    if values.get("mode") not in MODES:
        yield (
            "mode",
            "mode",
            quote(values.get("mode")),
            f"one of: {', '.join(MODES)}",
            "say how the review is kept up",
        )
    for key in DATES:
        if values.get(key) is not None and type(values[key]) is not datetime.date:
            yield (
                key,
                "no-date",
                quote(values[key]),
                "a date like 2026-11-21, or nothing",
                "write the date; leave it empty if it is not known",
            )
    yield from _check_words(values)
    yield from _check_endpoints(values)
    months = values.get("search_every_months")
    if months is not None and (type(months) is not int or not 1 <= months <= LONGEST):
        yield (
            "search_every_months",
            "no-number",
            quote(months),
            f"a whole number of months up to {LONGEST}, or nothing",
            "write the number; leave it empty if no schedule has been set",
        )
    readers = values.get("readers")
    if readers is not None and (type(readers) is not int or not 1 <= readers <= 9):
        yield (
            "readers",
            "no-number",
            quote(readers),
            "how many readers decide each record, from 1 to 9, or nothing",
            "write the number; left empty it is two",
        )


def _check_sources(values: dict) -> Iterator[tuple]:
    sources = values.get("sources")
    if sources is not None and not isinstance(sources, list):
        yield (
            "sources",
            "no-list",
            quote(sources),
            "a list of `- name: …` with `last_searched: …`",
            "begin each source with a hyphen",
        )
        return
    for item in sources or ():
        if not isinstance(item, dict) or not item.get("name") or item.keys() - {"name", "last_searched"}:
            yield "sources", "source", quote(item), "`name:` and `last_searched:`", "correct the entry"
        elif item.get("last_searched") is not None and type(item["last_searched"]) is not datetime.date:
            yield (
                "sources",
                "no-date",
                quote(item["last_searched"]),
                f"the date {item['name']} was last searched, or nothing",
                "write it like 2026-11-21",
            )


def _check_state(root: Path, values: dict) -> Iterator[tuple]:
    upkeep = cast(Upkeep, read_upkeep(root))  # the file is there: its shape was checked
    if upkeep.data_as_of and upkeep.data_as_of > latest_day():
        found, mend = quote(upkeep.data_as_of), "look for a slip in the year"
        yield "data_as_of", "in-future", found, "a day that has been", mend
    if upkeep.mode != "living":
        for key in ("since", "reason"):
            if not values.get(key):
                yield (
                    key,
                    "not-said",
                    "nothing",
                    f"`{key}:` of a review that is {upkeep.mode}",
                    "readers must know since when and why; fill it",
                )
    if upkeep.mode == "retired" and upkeep.stated_due:
        yield (
            "next_due",
            "retired-due",
            quote(upkeep.stated_due),
            "nothing: a retired review is not searched again",
            "empty it, or change the mode",
        )
    latest = max((day for _, day in upkeep.sources if day), default=None)
    if upkeep.stated_due and latest and upkeep.stated_due <= latest:
        yield (
            "next_due",
            "due-before-search",
            quote(upkeep.stated_due),
            f"a day after the last search ({latest})",
            "set the next day due",
        )
    if upkeep.stated_due and latest and upkeep.stated_due > add_months(latest, LONGEST):
        yield (
            "next_due",
            "due-never",
            quote(upkeep.stated_due),
            f"a day within {LONGEST} months of the last search ({latest})",
            "look for a slip; a review that is closed is `mode: retired`",
        )


def _latest(dates: pd.Series) -> Any:
    return max(dates.dropna(), default=None)


def _check_record(values: dict, searches: pd.DataFrame) -> Iterator[tuple]:
    stated = {item["name"]: item.get("last_searched") for item in values.get("sources") or ()}
    searches = searches.loc[searches["source"].ne(BY_HAND)]
    latest = searches.dropna(subset=["source"]).groupby("source")["date"].agg(_latest)
    for name, day in stated.items():
        if name not in latest.index:
            yield (
                "sources",
                "unknown-source",
                quote(name),
                f"a source of searches.csv: {', '.join(latest.index)}",
                "correct the name, or record the search in searches.csv",
            )
        elif (latest[name] or None) != (None if day is None else day.isoformat()):
            yield (
                "sources",
                "search-date",
                f"{name}: {day or 'nothing'}",
                f"the latest search on record, {latest[name] or 'nothing'}",
                "correct the one that is wrong: here, or in searches.csv",
            )
    for name in sorted(
        set(latest.dropna().index) - set(stated)
    ):  # a source without a dated search has no clock
        yield (
            "sources",
            "source-missing",
            "nothing",
            f"an entry for {name!r}, which searches.csv names",
            "add it with its last_searched",
        )
