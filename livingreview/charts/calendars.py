"""The days of a regimen: a calendar of doses, one lane per drug."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import NamedTuple

import pandas as pd

from livingreview.charts.sheet import LEADING, QUIET, SMALL, SMALL_LEADING, Sheet, SheetFigure, wrap
from livingreview.charts.words import measure
from livingreview.display.html import HtmlTable, Stack, fold, join_tables
from livingreview.display.numbers import Figure, make_figure, write_value
from livingreview.evidence import Evidence, expand_days, records, split_ids
from livingreview.tables.common import text
from livingreview.tables.reports import component_table, components_of, regimen_name, regimens_shown

FIRST, LAST = 1, 28  # days that every calendar shows, so that two can be compared
WORDS, MOST_WORDS = 0.42, 330  # desk: share of the width that a lane's words take, and pixels
LANE, MARK, GAP = 26, 14, 1.5  # pixels: a lane, the height of a day, between two days
TICKS = (1, 8, 15, 22, 28, 35, 42, 49, 56)
AXIS = "day of the block"
NO_DAYS = "days not reported"


class _Calendar(NamedTuple):
    """A regimen whose days are reported: report, name, drug courses, how many doses, table of all courses.

    The courses are those with days, and what is told of a drug without any that all patients were given.
    """

    report_id: str
    name: str
    courses: pd.DataFrame
    doses: int
    table: HtmlTable


@dataclass(frozen=True)
class Lane:
    """One drug course: its block, drug and dose, how and when it is given, in words and as days."""

    block: str
    label: str
    about: str
    told: str
    days: tuple[int, ...]
    figure: Figure


def tabulate_doses(evidence: Evidence, *, caption: str) -> Stack:
    """Drugs, doses and days of one regimen: of those whose days are reported that of the first conclusion."""
    places = _named_first(evidence)
    told = [calendar for same in _find_calendars(evidence)[0] for calendar in same]
    told.sort(key=lambda calendar: (places.get(calendar.report_id, len(places)), -calendar.doses))
    tables = [replace(calendar.table, caption=f"{caption}: {calendar.name}") for calendar in told[:1]]
    return Stack(tables, "No report of this class gives the days of its doses.")


def draw_calendars(evidence: Evidence, *, title: str) -> Stack:
    """A calendar of doses per regimen, one lane per drug course and one square per day, with its table.

    A study whose reports print the same days of the same drugs is drawn once, from the report that gives the
    most doses; the other reports' doses stay in a folded table.
    """
    calendars, tables = _find_calendars(evidence)
    places = _named_first(evidence)
    parts: list = []
    for same in calendars:
        best = max(same, key=lambda calendar: (calendar.doses, -places.get(calendar.report_id, len(places))))
        parts.append(_draw(evidence, best, f"{title}: {best.name}"))
        tables += [calendar.table for calendar in same if calendar is not best]
    if tables:
        rest = "Drugs and doses of regimens without days, or with the days of a calendar above"
        parts.append(fold(join_tables(tables, rest)))
    return Stack(parts, "No report of this class gives doses.")


def _named_first(evidence: Evidence) -> dict[str, int]:
    """For each report the place of the first conclusion that rests on it."""
    places: dict[str, int] = {}
    claims = evidence.tables["claims"].sort_values("position")
    for place, row in enumerate(records(claims)):
        for row_id in split_ids(row["rests_on"]):
            places.setdefault(row_id.partition(".")[0], place)  # an address begins with its report
    return places


def _find_calendars(evidence: Evidence) -> tuple[list[list[_Calendar]], list[HtmlTable]]:
    """Calendars that can be drawn, those of one study and the same days together; tables of the others."""
    if "calendars" not in evidence.memo:
        evidence.memo["calendars"] = _gather_calendars(evidence)
    calendars, tables = evidence.memo["calendars"]
    return list(calendars), list(tables)


def _gather_calendars(evidence: Evidence) -> tuple[list[list[_Calendar]], list[HtmlTable]]:
    studies = evidence.report_studies
    calendars: dict[tuple, list[_Calendar]] = {}
    tables = []
    for regimen in regimens_shown(evidence):
        courses = components_of(evidence, regimen["regimen_id"])
        if courses.empty:
            continue
        role = "" if regimen["role"] == "studied" else regimen["role"]
        name = regimen_name(evidence, regimen, evidence.label("regimens", "role", role) if role else "")
        table = component_table(evidence, courses, f"Drugs and doses: {name}")
        dated = courses.dropna(subset=["days"])
        if len(dated) < 2:
            tables.append(table)
            continue
        days = zip(dated["drug_id"], dated["days"], strict=True)
        undated = ~courses["drug_id"].isin(dated["drug_id"]) & courses["condition"].isna()
        drawn = courses.loc[courses["days"].notna() | undated]
        doses = int(courses["dose"].notna().sum())
        same = calendars.setdefault((studies[regimen["report_id"]], *days), [])
        same.append(_Calendar(regimen["report_id"], name, drawn, doses, table))
    return list(calendars.values()), tables


def _draw(evidence: Evidence, calendar: _Calendar, title: str) -> SheetFigure:
    drugs = evidence.tables["drugs"].set_index("drug_id")["short_name"]
    lanes, warnings = [], []
    for row in records(calendar.courses):
        if row["row_id"] in evidence.flags and not pd.isna(row["note"]):
            warnings.append(f"{drugs[row['drug_id']]}: {row['note']}")
        lanes.append(_make_lane(evidence, row, drugs[row["drug_id"]]))
    words = " ".join(
        f"{f'Block {lane.block}: ' if lane.block else ''}{lane.label}"
        f"{f' ({lane.about})' if lane.about else ''}, {lane.told}."
        for lane in lanes
    )
    words_of = ["One square is one planned day of the drug."]
    if any(not lane.days for lane in lanes):
        words_of.append("A lane without squares: a drug of the regimen whose days are not reported.")
    note = " ".join([*words_of, *warnings])
    return SheetFigure(title, lambda sheet: lay_out_calendar(sheet, lanes), words, calendar.table, note)


def _make_lane(evidence: Evidence, row: dict, drug: str) -> Lane:
    days = re.sub(r"(?<=\d)-", "–", text(row["days"])).replace(",", ", ")
    route = evidence.label("regimen_components", "route", row["route"])
    return Lane(
        text(row["block"]),
        f"{drug} {write_value(evidence, row)} {route}".strip(),
        ", ".join(word for word in (text(row["frequency"]), text(row["condition"])) if word),
        f"day {days}" if days else NO_DAYS,
        tuple(expand_days(text(row["days"])) or ()),
        make_figure(evidence, row),
    )


def lay_out_calendar(sheet: Sheet, lanes: list[Lane]) -> None:
    """Put a regimen's lanes on a sheet, under headings of its blocks, over an axis of days."""
    days = [day for lane in lanes for day in lane.days]
    first, last = min([FIRST, *days]), max([LAST, *days])
    left = 0.0 if sheet.phone else min(WORDS * sheet.width, MOST_WORDS)
    step = (sheet.width - left) / (last - first + 1)
    top, block = sheet.height, ""
    for lane in lanes:
        if lane.block != block:
            block = lane.block
            sheet.text(0, sheet.height + 12, f"Block {block}" if block else "In any block", bold=True)
            sheet.height += 22
        _draw_lane(sheet, lane, first, left, step)
    for tick in TICKS:
        if first <= tick <= last:
            middle = left + step * (tick - first + 0.5)
            sheet.line(middle, sheet.height, middle, sheet.height + 4, color="quiet")
            sheet.text(middle, sheet.height + 12, tick, align="center", **QUIET)
            if not sheet.phone:
                sheet.line(middle, top, middle, sheet.height, color="line", width=0.6)
    sheet.height += 20
    if sheet.phone:
        sheet.height += 12
    sheet.text(sheet.width if sheet.phone else left - 14, sheet.height - 8, AXIS, align="right", **QUIET)


def _draw_lane(sheet: Sheet, lane: Lane, first: int, left: float, step: float) -> None:
    """On a phone the words stand above the days, on a desk beside them; the days in words after the drug."""
    told, end = lane.told, sheet.width if sheet.phone else left - 14
    taken = measure(told, size=SMALL) + 10
    beside = taken < end / 2  # else the days are told under the drug
    name = wrap(lane.label, end - taken if beside else end)
    about = wrap("; ".join(filter(None, [lane.about, "" if beside else told])), end, size=SMALL)
    words = LEADING * len(name) + 13 * len(about)
    height = words + MARK + 14 if sheet.phone else max(LANE, words + 10)
    start = sheet.height
    at = round(start + (words + 6 if sheet.phone else (height - MARK) / 2))
    with sheet.row(lane.figure, start, height):
        y = start + 11 if sheet.phone else start + (height - words) / 2 + LEADING / 2
        if beside:
            sheet.text(end, y, told, align="right", **QUIET)
        y += sheet.block(0, y, name)
        sheet.block(0, y, about, leading=SMALL_LEADING, **QUIET)
        sheet.rect(left, at, sheet.width - left, MARK)
        for day in lane.days:
            sheet.rect(left + step * (day - first) + GAP / 2, at, step - GAP, MARK, fill="treated")
    sheet.height = start + height
