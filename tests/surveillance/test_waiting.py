"""What was found and is not in the review yet, oldest first."""

import datetime

from livingreview.surveillance.tables import open_loop
from livingreview.surveillance.waiting import list_waiting, tell_waiting
from tests.surveillance.example import DAY, ids


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
    assert not {two, four, five} & steps.keys()
    assert not any("80000001" in name for name in steps)  # a report that is held


def test_the_oldest_is_told_with_its_age(worked):
    words = tell_waiting(list_waiting(open_loop(worked)), datetime.date(2026, 5, 12), most=2)
    assert "The oldest was found 10 days ago." in words
    assert f"- {DAY}, " in words
    assert words.endswith("more")
    assert tell_waiting([], datetime.date(2026, 5, 12)).startswith("nothing waits")
