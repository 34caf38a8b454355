"""One patient's course as days and blocks, and a time axis stretched where much happens."""

import pandas as pd
import pytest

from livingreview.charts.timeline import (
    find_blocks,
    find_states,
    ordinal,
    place_events,
    scale,
    seen_on,
    stretch_time,
)


def course(*cells):
    """Rows of a course: (kind, start, end, regimen, response)."""
    names = ("kind", "start", "end", "regimen_id", "response")
    rows = [dict(zip(names, row, strict=True)) | {"position": place} for place, row in enumerate(cells)]
    return pd.DataFrame(rows).astype("object").where(lambda frame: frame.notna(), pd.NA)


def therapy(start, regimen, *, end=None, response=None):
    return ("therapy", start, end, regimen, response)


def event(kind, start, response=None):
    return (kind, start, None, None, response)


@pytest.mark.parametrize(
    ("cell", "end", "day"),
    [("2020-03-04", False, "2020-03-04"), ("2020-03", False, "2020-03-01"), ("2020-02", True, "2020-02-29"),
     ("2021", False, "2021-01-01"), ("2021", True, "2021-12-31")],
)  # fmt: skip
def test_a_date_of_any_precision_is_a_day(cell, end, day):
    assert ordinal(cell, end=end) == pd.Timestamp(day).toordinal()


def test_an_undated_event_stands_after_what_comes_before_and_before_what_follows():
    events = place_events(
        course(
            event("marrow", None),
            event("diagnosis", "2020-01-01"),
            event("marrow", None),
            event("marrow", None),
            event("relapse", "2020-01-07"),
            event("marrow", None),
        )
    )
    assert [e.guessed for e in events] == [True, False, True, True, False, True]
    days = [e.day for e in events]
    assert days == sorted(days)
    assert days[1] < days[2] < days[3] < days[4]
    assert days[5] == days[4] + 7
    assert place_events(course(event("marrow", None))) == []


def test_courses_of_one_regimen_are_a_block_to_the_next_stop_or_the_reported_end():
    events = place_events(
        course(
            therapy("2020-01-01", "a"),
            therapy("2020-02-01", "a"),
            therapy("2020-03-01", "b"),
            event("relapse", "2020-04-01"),
            therapy("2020-04-10", "c", end="2020-04-20"),
            therapy("2020-06-01", None),
        )
    )
    blocks, beside = find_blocks(events)
    assert beside == []
    assert [len(block.events) for block in blocks] == [2, 1, 1, 1]
    ends = [pd.Timestamp.fromordinal(int(block.until)).strftime("%m-%d") for block in blocks]
    assert ends == ["03-01", "04-01", "04-20", "06-22"]


def test_what_goes_on_beside_other_therapies_is_no_block_among_them():
    events = place_events(
        course(
            therapy("2020-01-01", "a", end="2020-06-01"),
            therapy("2020-02-01", "b"),
            therapy("2020-03-01", "c"),
        )
    )
    blocks, beside = find_blocks(events)
    assert [block.events[0].row["regimen_id"] for block in blocks] == ["b", "c"]
    assert [block.events[0].row["regimen_id"] for block in beside] == ["a"]


def test_a_response_told_with_a_therapy_is_what_it_ended_in(review):
    events = place_events(
        course(
            event("diagnosis", "2020-01-01"),
            therapy("2020-01-05", "a", response="cr"),
            event("relapse", "2020-03-01", "relapse"),
            event("mrd", "2020-05-01", "cr"),
            event("mrd", "2020-05-01", "cr_mrd_neg"),
        )
    )
    blocks, _ = find_blocks(events)
    assert seen_on(events[1], blocks) == events[2].day
    assert seen_on(events[3], blocks) == events[3].day
    states = find_states(review, events, blocks)
    assert [(state.step, state.day) for state in states] == [
        ("active", events[0].day),
        ("mrd_negative", events[4].day),
    ], "of one day the last counts: remission at the day of relapse is none"


def test_dense_time_gets_more_room_and_the_axis_never_turns_back():
    sparse, dense = [0, 200, 400, 600, 800], list(range(810, 900, 6))
    axis = stretch_time([*sparse, *dense])
    assert axis[0] == (0, 0.0)
    assert axis[-1] == (max(dense), pytest.approx(1.0))
    assert [share for _, share in axis] == sorted(share for _, share in axis)
    x = scale(axis, 100, 500)
    assert x(0) == 100
    assert x(max(dense)) == pytest.approx(500)
    share = (x(894) - x(810)) / 400
    assert share > 84 / 894 * 3, "a tenth of the time holds most of the events"


def test_even_time_is_not_stretched():
    assert len(stretch_time(range(0, 1000, 50))) == 2
