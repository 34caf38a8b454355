"""This review's stored strategies can be run as they stand, and cover its questions."""

import re

import pytest

from livingreview.evidence import read_cells
from livingreview.surveillance.sources import find_source
from livingreview.surveillance.windows import choose_window
from tests.conftest import ROOT
from tests.surveillance.asked import LATER

STRATEGIES = read_cells((ROOT / "data" / "strategies.csv").read_bytes())


SERVED = [row for row in STRATEGIES if find_source(row["source"])]  # the others are searched by hand


@pytest.mark.parametrize("strategy", SERVED, ids=lambda row: row["strategy_id"])
def test_a_strategy_can_be_run_as_it_stands(strategy):
    source = find_source(strategy["source"])
    run = {
        "strategy_id": strategy["strategy_id"],
        "from_day": "",
        "to_day": "2026-05-02",
        "date": "2026-05-02",
    }
    window = choose_window(strategy, source, [run], LATER)
    assert (window.field, window.from_day) == (strategy["window_field"], "2026-04-25")
    asked = source.first(strategy["query"], window).address("https://service.example")
    assert len(asked) < 4000  # what servers take in an address


@pytest.mark.parametrize("strategy", STRATEGIES, ids=lambda row: row["strategy_id"])
def test_brackets_and_quotes_of_a_strategy_are_closed(strategy):
    """A slip that services mend in silence, each in its own way."""
    query = strategy["query"]
    depth = 0
    for sign in re.sub(r'"[^"]*"', "", query):
        depth += {"(": 1, ")": -1}.get(sign, 0)
        assert depth >= 0
    assert depth == 0
    assert query.count("[") == query.count("]")
    assert query.count('"') % 2 == 0
    bare = re.sub(r'"[^"]*"', "", query)
    assert not re.search(r"\b(?:and|or|not)\b", bare), "operators are written in capitals"
    if strategy["source"] == "PubMed":
        assert not re.search(r"(?:\)|\]) (?!AND|OR|NOT)", query), "two terms without an operator"


@pytest.mark.parametrize(
    ("source", "liposomal"),
    [("PubMed", "liposom-"), ("Embase", "liposom-"), ("ClinicalTrials.gov", ""), ("ICTRP", "")],
)
def test_each_class_is_searched_in_databases_and_registers_by_its_drugs(review, source, liposomal):
    queries = [row["query"].lower() for row in STRATEGIES if row["source"] == source]
    for class_id in review.tables["regimen_classes"]["class_id"]:
        drugs = class_id.replace("liposomal-", liposomal).split("-")
        assert any(all(drug in query for drug in drugs) for query in queries), class_id


def test_each_strategy_says_that_it_has_not_been_run_until_it_was():
    run = {row["strategy_id"] for row in read_cells((ROOT / "data" / "searches.csv").read_bytes())}
    for row in STRATEGIES:
        assert row["strategy_id"] in run or "Not run yet" in row["note"], row["strategy_id"]


def test_each_strategy_says_who_looked_it_over():
    for row in STRATEGIES:
        assert "second searcher" in row["note"], row["strategy_id"]


def test_what_waits_for_headings_is_run_whole_once_a_year():
    """PubMed gives headings after the day by which a run is cut off."""
    for row in STRATEGIES:
        waits = row["source"] == "PubMed"
        assert ("Once a year it is run whole" in row["note"]) == waits, row["strategy_id"]


def test_journals_are_named_by_numbers_that_can_be_theirs():
    """The last sign of an ISSN follows from the others (ISO 3297)."""
    found = {issn for row in STRATEGIES for issn in re.findall(r"issn:([^,&]+)", row["query"])}
    assert found
    for issn in found:
        assert re.fullmatch(r"\d{4}-\d{3}[\dX]", issn), issn
        *digits, last = issn.replace("-", "")
        check = -sum(weight * int(digit) for weight, digit in zip(range(8, 1, -1), digits, strict=True)) % 11
        assert last == "0123456789X"[check], issn


def test_what_is_searched_by_hand_says_so_and_by_what_its_later_runs_are_cut_off():
    by_hand = [row for row in STRATEGIES if row not in SERVED]
    assert {row["source"] for row in by_hand} == {"Embase", "CENTRAL", "ICTRP"}
    for row in by_hand:
        assert "by hand and imported as a file" in row["note"], row["strategy_id"]
        assert row["window_field"], row["strategy_id"]


def test_each_strategy_is_checked_against_every_element_of_press():
    elements = [name for name in STRATEGIES[0] if name.startswith("press_")]
    assert len(elements) == 6
    for row in STRATEGIES:
        assert all(row[name] for name in elements), row["strategy_id"]
        # What is said of limits is what the words of the query say.
        title_only = (
            ".ti." in row["query"] or ":ti" in row["query"].replace(":ti,ab", "") or "[ti]" in row["query"]
        )
        assert ("Relapse in the title" in row["press_limits"]) == title_only, row["strategy_id"]
