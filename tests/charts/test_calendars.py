"""Calendars of doses: one square per planned day, blocks apart, each study's days once."""

import re

import pytest

from livingreview.charts import draw_calendars
from livingreview.charts.sheet import COLOURS
from livingreview.evidence import expand_days
from livingreview.tables.common import short_name
from tests.changed import spoil
from tests.drawn import sheets_of, words_of


@pytest.fixture(scope="module")
def drawn(cores):
    return [
        (core, figure) for core in cores.values() for figure in sheets_of(draw_calendars(core, title="D"))
    ]


def test_one_square_is_one_planned_day(drawn):
    for core, figure in drawn:
        for sheet in figure.sheets():
            rows = [core.row(link.partition("#")[2]) for link in sheet.links]
            days = sum(len(expand_days(row["days"])) for row in rows)
            squares = [mark for mark in sheet.marks if mark.get("f") == COLOURS["treated"]]
            assert len(squares) == days > 0, figure.title


def test_a_day_stands_at_one_place_in_every_lane(drawn):
    _, figure = next((core, figure) for core, figure in drawn if "Block B" in figure.description)
    for sheet in figure.sheets():
        ticks = {text["t"]: text["x"] for text in sheet.texts if text["t"].isdigit()}
        step = (ticks["28"] - ticks["1"]) / 27
        squares = {mark["x"] for mark in sheet.marks if mark.get("f") == COLOURS["treated"]}
        days = [1 + (x + step / 2 - ticks["1"]) / step for x in squares]
        assert all(abs(day - round(day)) < 0.1 for day in days)
        assert {1, 8, 15} <= {round(day) for day in days}
        assert [word for word in words_of(sheet) if word.startswith("Block ")] == [
            "Block A",
            "Block B",
            "Block IT",
        ]


def test_a_regimen_is_titled_with_author_and_year(drawn):
    for core, figure in drawn:
        reports = {core.row(link.partition("#")[2])["report_id"] for link in figure.sheets()[0].links}
        (report,) = reports
        name = short_name(core, report)
        assert figure.title.endswith(")") or figure.title == f"D: {name}", figure.title
        assert name in figure.title
        assert "the regimen under study" not in figure.title


def test_every_course_is_told_in_words_and_in_the_table(drawn):
    for _, figure in drawn:
        assert figure.description.count(", day ") == len(figure.sheets()[0].links)
        assert not re.search(r"\bnan\b|<NA>|None", figure.description)
        assert figure.table.rows


def test_only_the_first_are_drawn_where_so_many_are_asked_for(cores):
    core = cores["bortezomib"]
    every, first = (draw_calendars(core, title="D", most=most).parts for most in (0, 1))
    assert len(first) == 1
    assert first[0].title == every[0].title
    assert len(sheets_of(draw_calendars(core, title="D"))) > 1


def test_without_days_the_doses_are_a_table(cores):
    undated = spoil(cores["bortezomib"], "regimen_components", lambda frame: frame.assign(days=None))
    shown = draw_calendars(undated, title="D")
    assert sheets_of(shown) == []
    assert "Drugs and doses" in str(shown.__html__())
    none = spoil(undated, "regimen_components", lambda frame: frame.iloc[:0])
    assert "No report of this class gives doses." in str(draw_calendars(none, title="D").__html__())
