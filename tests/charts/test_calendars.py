"""Calendars of doses: one square per planned day, blocks apart, each study's days once."""

import re

import pytest

from livingreview.charts import draw_calendars, tabulate_doses
from livingreview.charts.calendars import NO_DAYS
from livingreview.charts.sheet import COLOURS
from livingreview.evidence import expand_days, split_ids
from livingreview.tables.common import short_name, text
from tests.changed import spoil
from tests.drawn import CLASSES, sheets_of, words_of


@pytest.fixture(scope="module")
def drawn(cores):
    return [
        (core, figure) for core in cores.values() for figure in sheets_of(draw_calendars(core, title="D"))
    ]


def test_one_square_is_one_planned_day(drawn):
    for core, figure in drawn:
        for sheet in figure.sheets():
            rows = [core.row(link.partition("#")[2]) for link in sheet.links]
            days = sum(len(expand_days(text(row["days"])) or ()) for row in rows)
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
        told = figure.description.count(", day ") + figure.description.count(NO_DAYS)
        assert told == len(figure.sheets()[0].links)
        assert not re.search(r"\bnan\b|<NA>|None", figure.description)
        assert figure.table.rows


@pytest.mark.parametrize("name", CLASSES)
def test_the_regimen_listed_is_what_the_conclusions_name_first(cores, name):
    """A chapter once told of one regimen and gave the days of another, which came first by its name."""
    core = cores[name]
    (table,) = tabulate_doses(core, caption="Doses").parts
    assert table.caption.startswith("Doses: ")

    def report(href) -> str:
        return core.row(href.partition("#")[2])["report_id"]

    claims = core.tables["claims"].sort_values("position")["rests_on"]
    named = [row_id.partition(".")[0] for cell in claims for row_id in split_ids(cell)]
    drawn = [report(figure.sheets()[0].links[0]) for figure in sheets_of(draw_calendars(core, title="D"))]
    first = min(drawn, key=lambda one: named.index(one) if one in named else len(named))
    assert {report(figure.href) for figure in table.figures} == {first}


def test_a_drug_without_days_has_a_lane_that_says_so(drawn):
    """Once it was left out, and the days of a drug's combination had every drug but the one in question."""
    for core, figure in drawn:
        rows = [core.row(link.partition("#")[2]) for link in figure.sheets()[0].links]
        courses = core.tables["regimen_components"]
        courses = courses[courses["regimen_id"].eq(rows[0]["regimen_id"]) & courses["condition"].isna()]
        assert set(courses["drug_id"]) <= {row["drug_id"] for row in rows}, figure.title
        undated = [row for row in rows if not text(row["days"])]
        told = [word for word in words_of(figure.sheets()[0]) if word == NO_DAYS]
        assert len(told) <= len(undated)
        assert ("without squares" in figure.note) == bool(undated)


def test_without_days_the_doses_are_a_table(cores):
    undated = spoil(cores["bortezomib"], "regimen_components", lambda frame: frame.assign(days=None))
    shown = draw_calendars(undated, title="D")
    assert sheets_of(shown) == []
    assert "Drugs and doses" in str(shown.__html__())
    none = spoil(undated, "regimen_components", lambda frame: frame.iloc[:0])
    assert "No report of this class gives doses." in str(draw_calendars(none, title="D").__html__())
