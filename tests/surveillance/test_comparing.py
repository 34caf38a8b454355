"""Copies are found as bib-dedupe finds them, whatever runs the pieces."""

import itertools
from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pytest

from livingreview.surveillance import comparing
from livingreview.surveillance.comparing import find_copies, narrow, prepare_piece, spread_over_cores
from livingreview.surveillance.identity import as_row
from livingreview.surveillance.readers.found import make_found
from tests.surveillance import exports


def row(work, **told):
    told = {name: work[name] for name in ("title", "container", "year", "volume", "issue", "pages")} | told
    return as_row(make_found(authors=work["authors"].split("; "), **told))


def vary(works):
    """Each work as sources tell it: whole, without its place, misspelt, without authors, of another year."""
    rows = []
    for work in works:
        title = work["title"]
        rows += [
            row(work),
            row(work, pages="", volume="", issue="", title=f"{title.upper()}."),
            row(work, title=title.replace("e", "é", 1), container="J. Ex. Med."),
            row(work | {"authors": ""}, title=f"{title} (part two) in twenty patients"),
            row(work, year=str(int(work["year"]) + 1), issue="9"),
        ]
    return {f"r{place:03}": item for place, item in enumerate(rows)}


@pytest.fixture(scope="module")
def rows():
    return vary(exports.make_works(12)) | {"last": row(exports.make_works(1)[0] | {"authors": ""}, title="")}


def by_the_library(rows):
    """Pairs and those told as one, by bib-dedupe's own commands."""
    from bib_dedupe.bib_dedupe import block, match, prep

    frame = pd.DataFrame(
        {
            "ID": list(rows),
            "ENTRYTYPE": "article",
            **{name: [item[name] for item in rows.values()] for name in ("title", "year", "volume", "pages")},
            "journal": [item["container"] for item in rows.values()],
            "number": [item["issue"] for item in rows.values()],
            "author": [item["authors"].replace("; ", " and ") for item in rows.values()],
            "doi": [item["doi"] for item in rows.values()],
            "abstract": "",
        }
    )
    pairs = block(prep(frame, verbosity_level=0, cpu=1), verbosity_level=0, cpu=1)
    told = match(pairs.copy(), verbosity_level=0, cpu=1)
    same = told.loc[told["duplicate_label"].eq("duplicate")]
    return set(zip(pairs["ID_1"], pairs["ID_2"], strict=True)), set(
        zip(same["ID_1"], same["ID_2"], strict=True)
    )


@pytest.mark.slow
def test_pairs_and_copies_are_those_of_bib_dedupe(rows):
    pairs, same = find_copies(rows, set(rows))
    all_pairs, all_same = by_the_library(rows)
    assert 12 < len(all_same) < len(all_pairs)
    assert (set(pairs), same) == (all_pairs, all_same)


@pytest.mark.slow
def test_of_old_records_no_pair_is_made(rows):
    every, same = find_copies(rows, set(rows))
    fresh = set(list(rows)[::7])
    some, some_same = find_copies(rows, fresh)
    assert set(some) <= {pair for pair in every if fresh & set(pair)}
    assert some_same == {pair for pair in same if fresh & set(pair)}


def test_old_records_that_no_fresh_one_may_be_are_left_out(rows):
    new = {"title": "Children of a cohort", "year": "1999", "volume": "1", "doi": ""}
    told = {"fresh": row(exports.make_works(1)[0] | new)}
    old = {
        "words": new | {"volume": "2", "title": "Quite another study, of some cohort or other"},
        "place": new | {"title": "Nothing that is alike"},
        "without": new | {"volume": "2", "title": ""},
        "other": new | {"volume": "2", "title": "Nothing that is alike"},
    }
    told |= {name: row(exports.make_works(1)[0] | item) for name, item in old.items()}
    assert list(narrow(told, {"fresh"})) == ["fresh", "words", "place", "without"]
    assert list(narrow(told, {"without"})) == list(told)


@pytest.mark.slow
def test_pieces_run_elsewhere_come_to_the_same(rows, monkeypatch):
    whole = find_copies(rows, set(rows))
    monkeypatch.setattr(comparing, "_RECORDS", 40)
    monkeypatch.setattr(comparing, "_PAIRS", 11)
    monkeypatch.setattr(comparing, "_AT_ONCE", 2)
    with ThreadPoolExecutor(1) as pool:
        assert find_copies(rows, set(rows), pool.map) == whole


@pytest.mark.slow
def test_the_cores_of_a_machine_come_to_the_same(rows, monkeypatch):
    whole = find_copies(rows, set(rows))
    monkeypatch.setattr(comparing, "_FEW", 0)
    monkeypatch.setattr(comparing.os, "cpu_count", lambda: 2)
    with spread_over_cores(len(rows)) as spread:
        assert spread is not map
        assert find_copies(rows, set(rows), spread) == whole


def test_number_words_are_digits_and_the_library_is_left_as_it_was():
    from number_parser import parser

    before = parser.LanguageData
    (done,) = prepare_piece([row(exports.make_works(1)[0], title="Twenty-one patients, second report")])[
        "title"
    ]
    assert "21" in done
    assert parser.LanguageData is before


def test_pieces_are_not_made_before_they_are_asked_for(monkeypatch):
    monkeypatch.setattr(comparing, "_AT_ONCE", 2)
    made = []
    answers = comparing._in_pieces(map, str, (made.append(n) or n for n in itertools.count()))
    assert next(answers) == "0"
    assert made == [0, 1]
