"""What was found and is not in the review yet, oldest first."""

import datetime

from livingreview.surveillance.desk import Desk
from livingreview.surveillance.tables import open_loop
from livingreview.surveillance.waiting import list_waiting, tell_waiting
from tests.surveillance.example import DAY, ids, settle_all


def test_each_record_waits_at_its_step(worked):
    steps = {item.record_id: item.step for item in list_waiting(open_loop(worked))}
    one, two, three, four, five, six, seven, eight = ids(8)
    assert {name: steps[name] for name in (one, three, six, seven, eight)} == {
        one: "enter",
        three: "enter",
        six: "read",
        seven: "screen",
        eight: "screen",
    }
    assert not {two, five} & steps.keys()
    assert steps[four] == "obtain"  # its text could not be had, and somebody may have it one day
    assert not any("80000001" in name for name in steps)  # a report that is held


def test_the_oldest_is_told_with_its_age(worked):
    words = tell_waiting(list_waiting(open_loop(worked)), datetime.date(2026, 5, 12), most=2)
    assert "The oldest was found 10 days ago." in words
    assert f"- {DAY}, " in words
    assert "more: livingreview waiting lists all" in words
    assert "more" not in tell_waiting(list_waiting(open_loop(worked)), datetime.date(2026, 5, 12))
    assert tell_waiting([], datetime.date(2026, 5, 12)).startswith("nothing waits")


def test_a_text_that_could_not_be_had_waits_until_its_readers_decide_anew(worked_copy):
    name = ids(4)[3]
    words = tell_waiting(list_waiting(open_loop(worked_copy)), datetime.date(2026, 5, 12))
    assert "1 for a text that could not be had" in words
    assert (
        "decides it anew, on the page (livingreview screen --reader NAME --stage full_text, then H)" in words
    )
    for reader in ("ab", "cd"):
        desk = Desk(open_loop(worked_copy), reader, "full_text")
        desk.reopen(name)
        desk.take(name, "exclude", "ft-old", "")
    settle_all(worked_copy)
    assert name not in {item.record_id for item in list_waiting(open_loop(worked_copy))}
