"""Which records are probably one, and which pairs a person must judge.

Two relations are kept apart. *Same record*: one publication told by two sources; such records are merged
(one names the other under ``same_as``). *Same study*: a meeting abstract and its article, a trial's entry in
a register and its report; such records are linked and never merged. What reads alike `comparing` finds.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import NamedTuple

from rapidfuzz import fuzz

from livingreview.surveillance.comparing import Spread, find_copies, spread_over_cores
from livingreview.surveillance.identity import Row, contradict, normal, titles_agree
from livingreview.surveillance.near import find_near

# Kinds that a database may call by one another's name; of any two others none is a copy of the other.
_PUBLISHED = ("article", "review", "letter")
_TITLES = 90  # of 100: titles so alike are shown to a person
ONE_NUMBER = "one number, other words"


class Pair(NamedTuple):
    """Two records that may be one, or of one study."""

    first: str
    second: str
    why: str


def match(
    rows: Mapping[str, Row],
    fresh: Collection[str],
    spread: Spread | None = None,
    abstracts: Mapping[str, str] = MappingProxyType({}),
) -> tuple[list[tuple[str, str]], list[Pair]]:
    """Pairs that are one record, and pairs that a person must judge; each has at least one of `fresh`.

    Parameters
    ----------
    rows : mapping of str to dict
        Records by id, as `livingreview.surveillance.identity.as_row` makes them; held reports among them.
    fresh : collection of str
        Ids of those that are new. Pairs of two old ones are left: they were looked at before.
    spread : callable, optional
        What runs the work in pieces, like `concurrent.futures.Executor.map` of a cluster; else the cores of
        this machine do.
    abstracts : mapping of str to str
        By the same ids, of those whose abstract is at hand: what has one is shown.
    """
    with_title = {name: row for name, row in rows.items() if row["title"] or row["pages"]}
    fresh = with_title.keys() & set(fresh)
    if len(with_title) < 2 or not fresh:
        return [], []
    if spread is None:
        with spread_over_cores(len(with_title)) as cores:
            pairs, told = find_copies(with_title, fresh, cores)
    else:
        pairs, told = find_copies(with_title, fresh, spread)
    same: list[tuple[str, str]] = []
    doubtful: list[Pair] = []
    for one, two in pairs:
        first, second = sorted((one, two))
        is_told = (one, two) in told
        if not is_told and not _look_alike(rows[first], rows[second]):
            continue
        reason = part(rows[first], rows[second])
        if is_told and not reason:
            same.append((first, second))
        else:
            doubtful.append(Pair(first, second, reason or "titles alike, other details differ"))
    known = {*same, *(pair[:2] for pair in doubtful)}
    for one, two, why in find_near(with_title, fresh, abstracts):
        first, second = sorted((one, two))
        if (first, second) not in known:
            known.add((first, second))
            doubtful.append(Pair(first, second, why))
    return sorted(same), sorted(doubtful)


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
    pages = [normal(item["pages"]).split(" ")[0] for item in (row, other)]
    at_one_place = all(pages) and pages[0] == pages[1]
    if "other" not in kinds and groups[0] != groups[1]:
        return f"{kinds[0]} and {kinds[1]}: perhaps of one study"
    if set(kinds) == {"other", "abstract"} and not at_one_place:
        return "an abstract, and a record that does not say what it is: perhaps of one study"
    if contradict(row, other):
        return "numbers that differ"
    if not titles_agree(row, other):
        return "titles that differ"
    if "abstract" in kinds and all(pages) and not at_one_place:
        return "abstracts at other places: perhaps of one study"
    return ""
