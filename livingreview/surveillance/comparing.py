"""bib-dedupe's way of telling copies, made to hold for a hundred thousand records.

What a field looks like before it is compared, which pairs are compared at all, how alike two fields are and
when a pair is one record: all of it is bib-dedupe's. Only the walk is another. It makes a table of every pair
before most are thrown away, builds a table for each group, and loads its words for numbers anew for each
title; here pairs of two old records are never made, and what remains goes in pieces of one size through
whatever runs them: this process, the cores of this machine, or a cluster.

Source: bib-dedupe (Wagner, doi:10.21105/joss.06318), version 0.11.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import multiprocessing
import os
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import pandas as pd

from livingreview.surveillance.identity import Row, normal

# Like `concurrent.futures.Executor.map`: what runs one function over many pieces, in their order.
Spread = Callable[[Callable, Iterable], Iterable]
_COLUMNS = {"container": "journal", "issue": "number"}
_RECORDS = 1_000  # of one piece
_PAIRS = 4_000
_AT_ONCE = 32  # pieces that wait for an answer: what they hold is in memory twice
_FEW = 4_000  # records up to which starting another process costs more than it saves
# What of a prepared record is compared; abstracts are not among what is kept of it.
_FIELDS = ("author", "author_full", "title", "year", "volume", "number", "pages", "doi", "container_title")


@contextlib.contextmanager
def spread_over_cores(records: int) -> Iterator[Spread]:
    """What runs pieces: the cores of this machine where there is much to do, else this process."""
    cores = os.cpu_count() or 1
    if records <= _FEW or cores == 1:
        yield map
        return
    # Not forked: each worker would hold a copy of all records.
    with ProcessPoolExecutor(cores, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool.map


def find_copies(
    rows: Mapping[str, Row], fresh: Collection[str], spread: Spread = map
) -> tuple[list[tuple[str, str]], set[tuple[str, str]]]:
    """Pairs that were compared, and those of them that are one record; each has one of `fresh` at least.

    Parameters
    ----------
    rows : mapping of str to dict
        Records by id, as `livingreview.surveillance.identity.as_row` makes them.
    fresh : collection of str
    spread : callable
        Runs the pieces, like `map`.
    """
    rows = narrow(rows, fresh)
    names = list(rows)
    prepared = _prepare(rows, spread)
    is_fresh = [name in fresh for name in names]
    pairs = sorted(_block(prepared, is_fresh))
    same = {pairs[place] for place in _told_as_one(prepared, pairs, spread)}
    named = [(names[first], names[second]) for first, second in pairs]
    return named, {(names[first], names[second]) for first, second in same}


def narrow(rows: Mapping[str, Row], fresh: Collection[str]) -> dict[str, Row]:
    """Those of the records that a fresh one may be: a month's finds are few beside those of years.

    An old record stays if it shares with some fresh one half the long words of the shorter title, its volume
    and page, or its DOI; or if it has no such words. That is far less than makes two records one.
    """
    index: dict[str, list[str]] = {}
    lengths: dict[str, int] = {}
    known: set[tuple[str, ...]] = set()
    for name in fresh:
        words = long_words(rows[name])
        lengths[name] = len(words)
        known.update(_places(rows[name]))
        for word in words:
            index.setdefault(word, []).append(name)

    def may_be(row: Row) -> bool:
        words = long_words(row)
        if not words or not known.isdisjoint(_places(row)):
            return True
        shared = Counter(itertools.chain.from_iterable(index.get(word, ()) for word in words))
        return any(2 * count >= min(len(words), lengths[name]) for name, count in shared.items())

    if not all(lengths.values()):
        return dict(rows)
    return {name: row for name, row in rows.items() if name in lengths or may_be(row)}


def long_words(row: Row) -> set[str]:
    """The words of a title that say something of its work."""
    return {word for word in normal(row["title"]).split() if len(word) > 3}


def _places(row: Row) -> list[tuple[str, ...]]:
    """What else than a title leads from a record to its copies."""
    page = (row["volume"], normal(row["pages"]).partition(" ")[0])
    return [*([page] if all(page) else ()), *([(row["doi"],)] if row["doi"] else ())]


def _in_pieces(spread: Spread, function: Callable, pieces: Iterable) -> Iterator:
    """Answers to all pieces, of which few are made before they are asked for."""
    pieces = iter(pieces)
    while wave := list(itertools.islice(pieces, _AT_ONCE)):
        yield from spread(function, wave)


def _prepare(rows: Mapping[str, Row], spread: Spread) -> pd.DataFrame:
    """Records as they are compared, in their order."""
    told = list(rows.values())
    pieces = (told[start : start + _RECORDS] for start in range(0, len(told), _RECORDS))
    return pd.concat(_in_pieces(spread, prepare_piece, pieces), ignore_index=True)


def prepare_piece(rows: Sequence[Row]) -> pd.DataFrame:
    """Some records with their fields brought into one form."""
    from bib_dedupe.bib_dedupe import prep

    columns = ("title", "year", "container", "volume", "issue", "pages", "doi")
    # One more row with every cell filled, since it fails on a column in which nothing stands at all.
    rows = [
        *rows,
        dict.fromkeys(columns, "1") | dict.fromkeys(("title", "container", "authors"), "Any, words"),
    ]
    made: dict[str, Any] = {_COLUMNS.get(name, name): [row[name] for row in rows] for name in columns}
    made["author"] = [row["authors"].replace("; ", " and ") for row in rows]
    frame = pd.DataFrame({"ID": [str(place) for place in range(len(rows))], **made, "abstract": ""})
    with _numbers_loaded_once():
        done = prep(frame, verbosity_level=0, cpu=1).iloc[:-1].copy()
    done["author_first"] = done["author_first"].fillna("not told")  # all such count as one's, as there
    return done[[*_FIELDS, "author_first", "title_short", "container_title_short"]].fillna("")


@contextlib.contextmanager
def _numbers_loaded_once() -> Iterator[None]:
    """Keep number-parser's words, and what it found of a word, as long as titles are read.

    It loads five languages anew for each text, nine tenths of the time that a record took.
    """
    from number_parser import parser

    names = ("LanguageData", "_strip_accents", "_is_number_token")
    before = {name: getattr(parser, name) for name in names}
    try:
        for name, function in before.items():
            setattr(parser, name, functools.cache(function))
        yield
    finally:
        for name, function in before.items():
            setattr(parser, name, function)


def _block(prepared: pd.DataFrame, is_fresh: Sequence[bool]) -> set[tuple[int, int]]:
    """Places of the records of each pair worth a look, the earlier first, of which at least one is new."""
    from bib_dedupe.block import block_fields_list

    titles = prepared["title"].tolist()
    words = [frozenset(title.split()) for title in titles]
    lengths = [len(title.split()) + 1 for title in titles]

    def overlap(first: int, second: int) -> bool:
        """Whether two titles share half their words, or are such that words say nothing."""
        one, two = titles[first], titles[second]
        if one == two or " " not in one or " " not in two:
            return True
        return 2 * len(words[first] & words[second]) >= min(lengths[first], lengths[second])

    found: set[tuple[int, int]] = set()
    for fields in map(sorted, block_fields_list):
        if not set(fields) <= set(prepared.columns):
            continue  # abstracts
        # A title, pages or a DOI say enough by themselves; a journal's issue does not.
        is_enough = not {"title_short", "doi", "pages"}.isdisjoint(fields)
        for pair in pairs_of(zip(*(prepared[name].tolist() for name in fields), strict=True), is_fresh):
            if is_enough or overlap(*pair):
                found.add(pair)
    return found


def pairs_of(keys: Iterable[tuple[str, ...]], is_fresh: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Pairs that have one key, of which one at least is new."""
    groups: dict[tuple[str, ...], list[int]] = {}
    for place, key in enumerate(keys):
        if all(key):
            groups.setdefault(key, []).append(place)
    for places in groups.values():
        new = [place for place in places if is_fresh[place]]
        if len(new) == len(places):
            yield from itertools.combinations(places, 2)
            continue
        yield from itertools.combinations(new, 2)
        old = [place for place in places if not is_fresh[place]]
        for pair in itertools.product(new, old):
            yield min(pair), max(pair)


def _told_as_one(prepared: pd.DataFrame, pairs: Sequence[tuple[int, int]], spread: Spread) -> Iterator[int]:
    """Places of those pairs that are one record."""
    fields = prepared[list(_FIELDS)]

    def pieces() -> Iterator[tuple[pd.DataFrame, list[tuple[int, int]]]]:
        for start in range(0, len(pairs), _PAIRS):
            here = pairs[start : start + _PAIRS]
            places = sorted(set(itertools.chain.from_iterable(here)))
            number = {place: count for count, place in enumerate(places)}
            yield fields.iloc[places], [(number[first], number[second]) for first, second in here]

    for count, told in enumerate(_in_pieces(spread, match_piece, pieces())):
        yield from (count * _PAIRS + place for place in told)


def match_piece(piece: tuple[pd.DataFrame, Sequence[tuple[int, int]]]) -> list[int]:
    """Which of some pairs are one record: their places, by bib-dedupe's similarities and conditions."""
    from bib_dedupe.match_conditions import duplicate_conditions, non_duplicate_conditions
    from bib_dedupe.sim import page_ranges_adjacent, sim_author, similarity_functions

    fields, pairs = piece
    records = fields.to_dict("records")
    told: dict[str, list] = {}
    for name in (*_FIELDS, "abstract"):
        for side in (0, 1):
            told[f"{name}_{side + 1}"] = [records[pair[side]].get(name, "") for pair in pairs]
    told |= {"ENTRYTYPE_1": ["article"] * len(pairs), "ENTRYTYPE_2": ["article"] * len(pairs)}
    names = (told[name] for name in ("author_1", "author_full_1", "author_2", "author_full_2"))
    alike: dict[str, list] = {"author": list(map(sim_author, *names))}
    for name, function in similarity_functions.items():
        alike[name] = list(map(function, told[f"{name}_1"], told[f"{name}_2"]))
    alike["page_ranges_adjacent"] = [
        page_ranges_adjacent({"pages_1": one, "pages_2": two})
        for one, two in zip(told["pages_1"], told["pages_2"], strict=True)
    ]
    frame = pd.DataFrame(told | alike)
    frame = frame.query("|".join(duplicate_conditions), engine="python")
    return frame.query(f"~({' | '.join(non_duplicate_conditions)})", engine="python").index.tolist()
