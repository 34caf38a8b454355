"""Which records are probably one, by bib-dedupe; and which pairs a person must judge.

Two relations are kept apart. *Same record*: one publication told by two sources; such records are merged
(one names the other under ``same_as``). *Same study*: a meeting abstract and its article, a trial's entry in
a register and its report; such records are linked and never merged.

Source: bib-dedupe (Wagner, doi:10.21105/joss.06318), its blocks and its conditions of a duplicate.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

import pandas as pd
from rapidfuzz import fuzz

from livingreview.surveillance.identity import Row, contradict, normal, titles_agree

# Kinds that a database may call by one another's name; of any two others none is a copy of the other.
_PUBLISHED = ("article", "review", "letter")
_TITLES = 90  # of 100: titles so alike are shown to a person
ONE_NUMBER = "one number, other words"
_COLUMNS = {"container": "journal", "issue": "number"}


class Pair(NamedTuple):
    """Two records that may be one, or of one study."""

    first: str
    second: str
    why: str


def match(rows: Mapping[str, Row], fresh: Collection[str]) -> tuple[list[tuple[str, str]], list[Pair]]:
    """Pairs that are one record, and pairs that a person must judge; each has at least one of `fresh`.

    Parameters
    ----------
    rows : mapping of str to dict
        Records by id, as `livingreview.surveillance.identity.as_row` makes them; held reports among them.
    fresh : collection of str
        Ids of those that are new. Pairs of two old ones are left: they were looked at before.
    """
    pairs = _block(rows, set(fresh))
    if pairs.empty:
        return [], []
    same: list[tuple[str, str]] = []
    doubtful: list[Pair] = []
    told = _told_as_one(pairs)
    for first, second in sorted(_ids(pairs)):
        reason = part(rows[first], rows[second])
        if (first, second) in told and not reason:
            same.append((first, second))
        elif (first, second) in told:
            doubtful.append(Pair(first, second, reason))
        elif _look_alike(rows[first], rows[second]):
            doubtful.append(Pair(first, second, reason or "titles alike, other details differ"))
    return same, doubtful


def _look_alike(row: Row, other: Row) -> bool:
    """Whether titles are alike, and what else is told does not make two works of one rubric likely.

    Many a title is a rubric ("Editorial introduction", "Report of a conference"): works of strangers under
    one title are not shown, nor those in another year and volume whose authors are not told.
    """
    first, second = normal(row["title"]), normal(other["title"])
    names = [{name for name in normal(item["authors"]).split() if len(name) > 2} for item in (row, other)]
    elsewhere = all(row[name] and other[name] and row[name] != other[name] for name in ("year", "volume"))
    strangers = not names[0] & names[1] if all(names) else elsewhere
    long_enough = min(len(first.split()), len(second.split())) > 3
    return long_enough and not strangers and fuzz.ratio(first, second) >= _TITLES


def part(row: Row, other: Row) -> str:
    """Why two records are not to be merged, however alike they read; '' where nothing parts them."""
    kinds = (row["kind"], other["kind"])
    groups = ["published" if kind in _PUBLISHED else kind for kind in kinds]
    if "other" not in kinds and groups[0] != groups[1]:
        return f"{kinds[0]} and {kinds[1]}: perhaps of one study"
    if contradict(row, other):
        return "numbers that differ"
    if not titles_agree(row, other):
        return "titles that differ"
    pages = [normal(item["pages"]).split(" ")[0] for item in (row, other)]
    if "abstract" in kinds and all(pages) and pages[0] != pages[1]:
        return "abstracts at other places: perhaps of one study"
    return ""


def _ids(pairs: pd.DataFrame) -> Iterator[tuple[str, str]]:
    for first, second in zip(pairs["ID_1"], pairs["ID_2"], strict=True):
        yield (first, second) if first < second else (second, first)


def _frame(rows: Mapping[str, Row]) -> pd.DataFrame:
    columns = ("title", "year", "container", "volume", "issue", "pages", "doi")
    made = {_COLUMNS.get(name, name): [row[name] for row in rows.values()] for name in columns}
    made["author"] = [row["authors"].replace("; ", " and ") for row in rows.values()]
    return pd.DataFrame({"ID": list(rows), "ENTRYTYPE": "article", **made, "abstract": ""})


def _block(rows: Mapping[str, Row], fresh: Collection[str]) -> pd.DataFrame:
    """Pairs worth a look, of which at least one is new."""
    if len(rows) < 2 or not fresh:
        return pd.DataFrame()
    from bib_dedupe.bib_dedupe import block, prep

    with_title = {name: row for name, row in rows.items() if row["title"] or row["pages"]}
    if len(with_title) < 2:
        return pd.DataFrame()
    pairs = block(prep(_frame(with_title), verbosity_level=0, cpu=1), verbosity_level=0, cpu=1)
    if pairs.empty:
        return pairs
    return pairs.loc[pairs["ID_1"].isin(fresh) | pairs["ID_2"].isin(fresh)].reset_index(drop=True)


def _told_as_one(pairs: pd.DataFrame) -> set[tuple[str, str]]:
    from bib_dedupe.bib_dedupe import match as find_matches

    matched = find_matches(pairs, verbosity_level=0, cpu=1)
    return set(_ids(matched.loc[matched["duplicate_label"].eq("duplicate")])) if len(matched) else set()
