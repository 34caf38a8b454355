"""Copies are told by what they say; an abstract and its article are not copies."""

import pytest

from livingreview.surveillance.identity import as_row
from livingreview.surveillance.matching import match, part
from livingreview.surveillance.readers.found import make_found
from tests.surveillance import exports


def row(work, **told):
    told = {name: work[name] for name in ("title", "container", "year", "volume", "issue", "pages")} | told
    return as_row(make_found(authors=work["authors"].split("; "), **told))


ONE, TWO = exports.make_works(2)


@pytest.mark.slow
def test_a_pair_of_two_old_records_is_not_asked_again():
    rows = {"a": row(ONE), "b": row(ONE, pages=""), "c": row(TWO)}
    assert match(rows, {"a"})[0] == [("a", "b")]
    assert match(rows, {"c"}) == ([], [])
    assert match(rows, set()) == ([], [])


@pytest.mark.slow
def test_works_of_one_rubric_are_not_shown_as_doubtful():
    rubric = {"title": "Annual report of a conference", "pages": "1"}
    rows = {
        "a": row(ONE | rubric | {"authors": "Able, A.", "volume": "1"}),
        "b": row(ONE | rubric | {"authors": "Other, B.", "volume": "3", "pages": "9"}),
        "c": row(ONE | rubric | {"authors": "", "volume": "2", "year": "2019"}),
    }
    assert match(rows, set(rows)) == ([], [])


@pytest.mark.parametrize(
    ("one", "two", "words"),
    [
        ({"kind": "article"}, {"kind": "abstract"}, "perhaps of one study"),
        ({"kind": "registry"}, {"kind": "article"}, "perhaps of one study"),
        ({"doi": "10.1000/a"}, {"doi": "10.1000/b"}, "numbers that differ"),
        ({"kind": "abstract", "pages": "S1"}, {"kind": "abstract", "pages": "S2"}, "at other places"),
        ({"kind": "article"}, {"kind": "letter"}, ""),
        ({"kind": "other", "pages": ""}, {"kind": "abstract"}, "does not say what it is"),
        ({"kind": "other"}, {"kind": "abstract"}, ""),
        ({"kind": "other"}, {"kind": "article"}, ""),
    ],
)
def test_what_parts_two_records(one, two, words):
    told = part(row(ONE, **one), row(ONE, **two))
    assert words in told
    assert bool(told) == bool(words)
