"""What words alone do not tell is shown to a person: a title cut short, one place, one abstract."""

import pytest

from livingreview.surveillance.matching import match
from tests.surveillance.test_matching import ONE, TWO, row

CUT = "Blinatumomab for minimal residual disease in"
WHOLE = f"{CUT} adults with B-cell precursor acute lymphoblastic leukaemia"
PLACE = {"container": "Blood", "volume": "131", "issue": "14", "year": "2018", "pages": "1522-1531"}
NO_ISSUE = {"volume": "", "issue": ""}
SAME = "What was done and what came of it is told in these words, which two records have in common. " * 2


@pytest.mark.slow
@pytest.mark.parametrize(
    ("one", "two", "words"),
    [
        ({"title": WHOLE}, {"title": CUT, "year": "", "pages": "1522"}, "a title that begins the other's"),
        ({"title": WHOLE, "container": ""}, {"title": CUT, "issue": ""}, "a title that begins the other's"),
        # A title that lost words in the middle, and a page with a nought before it.
        ({"title": WHOLE, "pages": "1-8"}, {"title": "Residual disease", "pages": "01-08"}, "one journal"),
        (
            {"title": WHOLE, "container": "Am J Hematol"},
            {"container": "American Journal of Hematology"},
            "one journal",
        ),
        ({"title": WHOLE}, {"title": CUT, "pages": "1600"}, ""),
        ({"title": WHOLE}, {"title": CUT, "issue": "2"}, ""),
        ({"title": WHOLE}, {"title": CUT, "year": "2011"}, ""),
        ({"title": WHOLE, "doi": "10.1000/a"}, {"title": CUT, "doi": "10.1000/b"}, ""),
        ({"title": WHOLE, "container": "Cancer"}, {}, ""),
        # Two abstracts on one page.
        ({"title": WHOLE, "issue": "Suppl 1"}, {"issue": "Suppl 1"}, ""),
        # Papers of one meeting, each with pages of its own.
        (
            {"title": WHOLE, "volume": "", "issue": "", "pages": "1-9"},
            {"volume": "", "issue": "", "pages": "1-7"},
            "",
        ),
    ],
)
def test_a_title_cut_short_and_one_place_are_shown_and_not_merged(one, two, words):
    rows = {
        name: row(work | {"authors": authors} | PLACE | told, doi=told.get("doi", ""))
        for name, authors, work, told in (("a", "Able, A.", ONE, one), ("b", "", TWO, two))
    }
    same, shown = match(rows, {"b"})
    assert same == []
    assert [words in pair.why for pair in shown] == ([True] if words else [])


def test_two_records_with_one_abstract_are_shown():
    bare = {"container": "", "volume": "", "issue": "", "pages": "", "authors": ""}
    rows = {"a": row(ONE | bare | {"title": WHOLE}), "b": row(ONE | bare | {"title": CUT, "year": ""})}
    assert match(rows, {"b"}) == ([], [])
    _, ((_, _, why),) = match(rows, {"b"}, abstracts=dict.fromkeys("ab", SAME))
    assert why == "one abstract, and a title that begins the other's"
    assert match(rows, {"b"}, abstracts=dict.fromkeys("ab", "No abstract.")) == ([], [])
