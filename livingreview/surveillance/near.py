"""Pairs that a comparison of words misses: a title cut short, one place, one abstract.

A person is shown them; none is merged. Two records whose DOIs or PubMed numbers differ are two.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping

from livingreview.surveillance.comparing import long_words, pairs_of
from livingreview.surveillance.identity import Row, contradict, normal, titles_agree

# So much of a title says which work it is, though the rest is cut off.
_LEAST_WORDS, _LEAST_SIGNS = 5, 25
_ABSTRACT = 150  # signs; shorter ones are notices that there is none
_FIRST = re.compile(r"\W*0*(\w+)")
_MINOR = ("of", "and", "the", "for", "in", "on", "der", "de", "la")


def find_near(
    rows: Mapping[str, Row], fresh: Collection[str], abstracts: Mapping[str, str]
) -> Iterator[tuple[str, str, str]]:
    """Two records and why a person should look at them; of each two at least one is of `fresh`.

    Parameters
    ----------
    rows : mapping of str to dict
        Records by id, as `livingreview.surveillance.identity.as_row` makes them.
    abstracts : mapping of str to str
        Of those records whose abstract is at hand.
    """
    names = list(rows)
    is_fresh = [name in fresh for name in names]
    texts = [normal(abstracts[name]) if name in abstracts else "" for name in names]
    pages = [first_page(row) for row in rows.values()]
    keys: list[tuple[list[tuple[str, ...]], Callable[[Row, Row], str]]] = [
        ([(text,) if len(text) >= _ABSTRACT else ("",) for text in texts], _of_one_abstract),
        ([(row["volume"], page) for row, page in zip(rows.values(), pages, strict=True)], _at_one_place),
        ([(row["year"], page) for row, page in zip(rows.values(), pages, strict=True)], _at_one_place),
    ]
    for values, tell in keys:
        for first, second in pairs_of(values, is_fresh):
            one, two = names[first], names[second]
            if not _differ(rows[one], rows[two]) and (why := tell(rows[one], rows[two])):
                yield one, two, why


def first_page(row: Row) -> str:
    """The page on which a work begins, without noughts before it; '' where none is told."""
    found = _FIRST.match(row["pages"])
    return found[1].lower() if found else ""


def _differ(row: Row, other: Row) -> bool:
    """Whether two records say of themselves that they are two."""
    parted = ("year", "volume", "issue")
    return contradict(row, other) or any(
        row[name] and other[name] and normal(row[name]).lstrip("0") != normal(other[name]).lstrip("0")
        for name in parted
    )


def _of_one_abstract(row: Row, other: Row) -> str:
    if begins_other(row, other):
        return "one abstract, and a title that begins the other's"
    return "one abstract under two titles"


def _at_one_place(row: Row, other: Row) -> str:
    if begins_other(row, other):
        return "one place, and a title that begins the other's"
    # Papers of a meeting may each begin on page 1: without volume and issue a page is no place.
    if not any(row[name] and other[name] for name in ("volume", "issue")):
        return ""
    # A supplement prints several abstracts on one page.
    if row["kind"] == other["kind"] == "abstract" and not titles_agree(row, other):
        return ""
    if are_one_journal(row["container"], other["container"]):
        return "one place in one journal"
    shared = long_words(row) & long_words(other)
    if 2 * len(shared) > min(len(long_words(row)), len(long_words(other))) > 2:
        return "one volume and page, and titles that share most words"
    return ""


def begins_other(row: Row, other: Row) -> bool:
    """Whether one of two titles is the beginning of the other, and long enough to say of which work."""
    short, long = sorted((normal(row["title"]), normal(other["title"])), key=len)
    enough = len(short) >= _LEAST_SIGNS or len(short.split()) >= _LEAST_WORDS
    return enough and long.startswith(short)


def are_one_journal(name: str, other: str) -> bool:
    """Whether two journals have one name, in full or each word cut short."""
    words, others = ([word for word in normal(text).split() if word not in _MINOR] for text in (name, other))
    return (
        bool(words)
        and len(words) == len(others)
        and all(one.startswith(two) or two.startswith(one) for one, two in zip(words, others, strict=True))
    )
