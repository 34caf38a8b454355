"""A mark says up to which day a strategy was searched without a gap."""

import datetime

import pytest

from livingreview.surveillance.sources import find_source
from livingreview.surveillance.tables import LoopError
from livingreview.surveillance.windows import choose_window, find_mark, is_in_use

TODAY = datetime.date(2026, 6, 1)
STRATEGY = {"strategy_id": "s", "window_field": "crdt", "valid_from": "", "valid_to": ""}


def run(from_day, to_day, date="2026-05-20", strategy="s"):
    return {"strategy_id": strategy, "from_day": from_day, "to_day": to_day, "date": date}


@pytest.mark.parametrize(
    ("searches", "mark"),
    [
        ([], ""),
        ([run("", "2026-01-10")], "2026-01-10"),
        ([run("", "", "2026-01-12")], "2026-01-12"),  # a whole export brought by hand
        ([run("2026-01-01", "2026-02-01")], ""),  # nothing says what came before
        ([run("", "2026-01-10"), run("2026-01-03", "2026-02-01")], "2026-02-01"),
        ([run("", "2026-01-10"), run("2026-01-11", "2026-02-01")], "2026-02-01"),
        ([run("", "2026-01-10"), run("2026-01-12", "2026-02-01")], "2026-01-10"),  # a day is missing
        (
            [run("", "2026-01-10"), run("2026-03-01", "2026-04-01"), run("2026-01-05", "2026-03-05")],
            "2026-04-01",
        ),
        ([run("", "2026-01-10", strategy="other")], ""),
    ],
)
def test_the_mark_is_the_last_day_without_a_gap_before_it(searches, mark):
    assert find_mark(searches, STRATEGY) == mark


def test_searches_from_before_the_strategy_had_its_words_do_not_count():
    searches = [run("", "2026-01-10", date="2026-01-10")]
    assert find_mark(searches, STRATEGY | {"valid_from": "2026-01-11"}) == ""
    assert find_mark(searches, STRATEGY | {"valid_from": "2026-01-10"}) == "2026-01-10"


def test_a_window_begins_seven_days_before_the_mark():
    window = choose_window(STRATEGY, find_source("PubMed"), [run("", "2026-05-20")], TODAY)
    assert (window.from_day, window.to_day, window.is_open) == ("2026-05-13", "2026-06-01", False)


def test_a_strategy_without_a_window_asks_for_everything():
    window = choose_window(
        STRATEGY | {"window_field": ""}, find_source("PubMed"), [run("", "2026-05-20")], TODAY
    )
    assert window.is_open


def test_a_date_that_the_service_does_not_know_is_told_with_those_that_it_does():
    with pytest.raises(LoopError, match="found 'created-date'; expected one of crdt, edat"):
        choose_window(STRATEGY | {"window_field": "created-date"}, find_source("PubMed"), [], TODAY)


def test_a_strategy_is_in_use_between_its_days():
    assert is_in_use(STRATEGY, TODAY)
    assert is_in_use(STRATEGY | {"valid_from": "2026-06-01", "valid_to": "2026-06-01"}, TODAY)
    assert not is_in_use(STRATEGY | {"valid_from": "2026-06-02"}, TODAY)
    assert not is_in_use(STRATEGY | {"valid_to": "2026-05-31"}, TODAY)
