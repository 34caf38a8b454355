"""Charts over time: the days of a regimen, and the course of one patient."""

from __future__ import annotations

import math
from typing import NamedTuple

import altair as alt
import pandas as pd

from livingreview.charts.render import LABEL, PALETTE, ChartFigure, narrow, room
from livingreview.charts.rows import BY_ROW, TIP, ChartRow, draw_rows, places
from livingreview.charts.words import LINE, extra_height, place_words
from livingreview.display.html import HtmlTable, Stack, fold, join_tables
from livingreview.display.numbers import make_figure, write_value
from livingreview.evidence import Evidence, expand_days, records
from livingreview.tables.common import group_by, short_name, text
from livingreview.tables.reports import (
    component_table,
    components_of,
    course_table,
    regimen_name,
    regimens_shown,
    when_text,
)

LANE = 40
LEGEND_LINE = 14  # pixels
# More shapes than colours, so that the two together tell thirty kinds apart.
SHAPES = (
    "circle",
    "square",
    "triangle-up",
    "diamond",
    "cross",
    "triangle-down",
    "wedge",
    "triangle-left",
    "arrow",
    "triangle-right",
)
UTC = alt.Scale(type="utc")  # a date is the same day wherever the book is built or read


class _Calendar(NamedTuple):
    """A regimen whose days are printed: name, dated drug courses, how many doses, table of all courses."""

    name: str
    courses: pd.DataFrame
    doses: int
    table: HtmlTable


def draw_calendars(evidence: Evidence, *, title: str, most: int = 0) -> Stack:
    """A calendar of doses per regimen, one lane per drug course and one square per day, with its table.

    With `most` only so many calendars, and no other table; 0 = all.

    A study whose reports print the same days of the same drugs is drawn once, from the report that gives the
    most doses; the other reports' doses stay in a folded table.
    """
    calendars, tables = _find_calendars(evidence)
    parts: list = []
    for same in calendars:
        best = max(same, key=lambda calendar: calendar.doses)
        parts.append(_draw_calendar(evidence, best.courses, f"{title}: {best.name}", best.table))
        tables += [calendar.table for calendar in same if calendar is not best]
    if most:
        return Stack(parts[:most], "No report of this class gives the days of its doses.")
    if tables:
        rest = "Drugs and doses of regimens without days, or with the days of a calendar above"
        parts.append(fold(join_tables(tables, rest)))
    return Stack(parts, "No report of this class gives doses.")


def _find_calendars(evidence: Evidence) -> tuple[list[list[_Calendar]], list[HtmlTable]]:
    """Calendars that can be drawn, those of one study and the same days together; tables of the others."""
    studies = evidence.tables["reports"].set_index("report_id")["study_id"]
    calendars: dict[tuple, list[_Calendar]] = {}
    tables = []
    for regimen in regimens_shown(evidence):
        courses = components_of(evidence, regimen["regimen_id"])
        if courses.empty:
            continue
        role = evidence.label("regimens", "role", regimen["role"])
        name = regimen_name(evidence, regimen, role)
        table = component_table(evidence, courses, f"Drugs and doses: {name}")
        dated = courses.dropna(subset=["days"])
        if len(dated) < 2:
            tables.append(table)
            continue
        days = zip(dated["drug_id"], dated["days"], strict=True)
        doses = int(courses["dose"].notna().sum())
        same = calendars.setdefault((studies[regimen["report_id"]], *days), [])
        same.append(_Calendar(name, dated, doses, table))
    return list(calendars.values()), tables


def _draw_calendar(evidence: Evidence, part: pd.DataFrame, title: str, table: HtmlTable) -> ChartFigure:
    drugs = evidence.tables["drugs"].set_index("drug_id")["short_name"]
    lanes, cells, warnings = [], [], []
    for lane, row in enumerate(records(part)):
        if row["row_id"] in evidence.flags and not pd.isna(row["note"]):
            warnings.append(f"{drugs[row['drug_id']]}: {row['note']}")
        block = f"{row['block']}: " if not pd.isna(row["block"]) else ""
        route = evidence.label("regimen_components", "route", row["route"])
        label = f"{block}{drugs[row['drug_id']]} {write_value(evidence, row)} {route}".strip()
        words = ", ".join(word for word in (text(row["frequency"]), text(row["condition"])) if word)
        days = text(row["days"]).replace(",", ", ")
        lanes.append(
            {
                "i": lane,
                "label": label,
                **place_words(label, f"day {days}", f"day {days}"),
                "right": f"day {days}",
                "tip": label + (f" ({words})" if words else ""),
            }
        )
        cells += [
            {"i": lane, "from": day - 0.42, "to": day + 0.42, "tip": f"{lanes[-1]['tip']}, day {day}"}
            for day in expand_days(row["days"]) or ()
        ]
    ends = (min(0.5, min(cell["from"] for cell in cells)), max(28.5, max(cell["to"] for cell in cells)))
    words = " ".join(f"{lane['tip']}, {lane['right']}." for lane in lanes)
    return ChartFigure(
        _calendar_chart(lanes, cells, ends),
        title,
        words,
        table,
        " ".join(["One square is one planned day of the drug.", *warnings]),
    )


def _calendar_chart(lanes: list[dict], cells: list[dict], domain) -> alt.LayerChart:
    x = alt.X(
        "from:Q",
        scale=alt.Scale(domain=list(domain), nice=False),
        axis=alt.Axis(title="Day of the block", values=[1, 8, 15, 22, 28, 35, 42], grid=True, format="d"),
    )
    desk, phone = (extra_height(lanes, name) for name in ("desk", "lines"))
    marks_at, words_at, _ = places(LANE, desk, phone)
    days = (
        alt.Chart(alt.Data(values=cells))
        .mark_rect(height=14, yOffset=marks_at, color=PALETTE[0])
        .encode(x=x, x2="to:Q", y=BY_ROW, tooltip=TIP)
    )
    names = (
        alt.Chart(alt.Data(values=lanes))
        .mark_text(
            align="left",
            baseline="middle",
            lineHeight=LINE,
            yOffset=words_at,
            limit=alt.ExprRef(room("7.2 * length(datum.right) - 6")),
            text=LABEL,
        )
        .encode(x=alt.XValue(0), y=BY_ROW)
    )
    when = (
        alt.Chart(alt.Data(values=lanes))
        .mark_text(align="right", baseline="middle", yOffset=words_at, fontWeight="bold")
        .encode(x=alt.XValue("width"), y=BY_ROW, text=alt.Text("right:N"))
    )
    grows = {"phone": phone - desk, "rows": len(lanes)}
    return alt.layer(days, names, when).properties(height={"step": LANE + desk}, usermeta=grows)


def full_date(cell: str, *, end: bool = False) -> str:
    """A date of any precision as a day: a month or year is its first day, or its last where it is an end."""
    stamp = pd.Timestamp(cell + "-01" * (2 - cell.count("-")))
    if end and cell.count("-") < 2:
        stamp += pd.offsets.MonthEnd(0) if cell.count("-") == 1 else pd.offsets.YearEnd(0)
    return stamp.strftime("%Y-%m-%d")


def draw_courses(evidence: Evidence, *, title: str) -> Stack:
    """One chart per patient: a lane per dated event, therapies as bars, blasts and MRD as labelled points."""
    labels = evidence.tables["cohorts"].set_index("cohort_id")["label"]
    events = evidence.tables["patient_timeline"].sort_values("position")
    charts = []
    for cohort_id, course in events.groupby("cohort_id", sort=False):
        dated = course.dropna(subset=["start"])
        if dated.empty:
            continue
        name = f"{title}: {labels[cohort_id]} – {short_name(evidence, course['report_id'].iloc[0])}"
        measured = dated.loc[dated["unit"].fillna("").str.startswith("pct") & dated["value"].notna()]
        if len(measured) > 1:
            charts.append(_draw_measures(evidence, measured, name))
        table = course_table(evidence, course, f"{name}, every event")
        charts.append(_draw_course(evidence, dated, name, table, len(course) - len(dated)))
    return Stack(charts, "No report of this class follows a single patient.")


def _draw_measures(evidence: Evidence, measured: pd.DataFrame, name: str) -> ChartFigure:
    """Percentages measured in one patient (blasts, MRD), one row each by what was counted, then by date.

    They are never joined by a line.
    """
    rows = []
    for unit, same in group_by(records(measured), "unit").items():
        rows.append(ChartRow(evidence.label("patient_timeline", "unit", unit)))
        rows += [
            ChartRow(
                f"{when_text(row)}: {row['label']}",
                float(row["value"]),
                figure=make_figure(evidence, row, f"{write_value(evidence, row).split('%')[0]}%"),
            )
            for row in sorted(same, key=lambda row: full_date(row["start"]))
        ]
    return draw_rows(
        rows,
        title=f"{name}, measured percentages",
        axis="%",
        note="Only dated values are drawn; the others are in the list of every event.",
    )


def _draw_course(
    evidence: Evidence, course: pd.DataFrame, title: str, table: HtmlTable, undated: int
) -> ChartFigure:
    drawn = []
    for lane, row in enumerate(records(course)):
        value = write_value(evidence, row)
        response = evidence.label("patient_timeline", "response", row["response"])
        therapy = row["kind"] == "therapy"
        start = full_date(row["start"])
        end = full_date(row["start"] if pd.isna(row["end"]) else row["end"], end=therapy)
        right = ", ".join(part for part in (value, response) if part) or str(row["start"])
        drawn.append(
            {
                "i": lane,
                "label": row["label"],
                **place_words(row["label"], right, right),
                "right": right,
                "kind": evidence.label("patient_timeline", "kind", row["kind"]),
                "start": start,
                "end": end,
                "bar": therapy and end != start,
                "tip": f"{when_text(row)}: {row['label']}, {right}",
            }
        )
    words = " ".join(f"{record['tip']}." for record in drawn)
    note = (
        "Bars are therapies, points are examinations and events; "
        "a date printed as a month is drawn at its start."
    )
    if undated:
        note += f" Events without a printed date ({undated}) are only in the table."
    kinds = list(evidence.package.field("patient_timeline", "kind").labels.values())
    return ChartFigure(_course_chart(drawn, kinds), title, words, table, note)


def _course_chart(drawn: list[dict], kinds: list[str]) -> alt.LayerChart:
    """The chart of one course; `kinds` are the words for every kind of event, in declared order."""
    color, shape, legend_grows = _encode_kinds(drawn, kinds)
    x_axis = alt.Axis(
        title=None, grid=True, format="%b %Y", tickCount=alt.ExprRef("width < 450 ? 4 : 8"), labelOverlap=True
    )
    x = alt.X("start:T", axis=x_axis, scale=UTC)
    days = alt.DataFormat(parse={"start": "utc:'%Y-%m-%d'", "end": "utc:'%Y-%m-%d'"})
    base = alt.Chart(alt.Data(values=drawn, format=days))
    desk, phone = (extra_height(drawn, name) for name in ("desk", "lines"))
    marks_at, words_at, _ = places(LANE, desk, phone)
    bars = (
        base.transform_filter("datum.bar")
        .mark_bar(height=10, yOffset=marks_at)
        .encode(x=x, x2="end:T", y=BY_ROW, color=color, tooltip=TIP)
    )
    points = (
        base.transform_filter("!datum.bar")
        .mark_point(filled=True, size=70, opacity=1, yOffset=marks_at)
        .encode(x=x, y=BY_ROW, color=color, shape=shape, tooltip=TIP)
    )
    names = base.mark_text(
        align="left",
        baseline="middle",
        yOffset=words_at,
        lineHeight=LINE,
        limit=alt.ExprRef(room("7.2 * length(datum.right) - 6")),
        text=LABEL,
    ).encode(x=alt.XValue(0), y=BY_ROW)
    values = base.mark_text(
        align="right",
        baseline="middle",
        yOffset=words_at,
        fontWeight="bold",
    ).encode(x=alt.XValue("width"), y=BY_ROW, text=alt.Text("right:N"))
    return alt.layer(bars, points, names, values).properties(
        height={"step": LANE + desk}, usermeta={"phone": phone - desk, "more": legend_grows}
    )


def _encode_kinds(drawn: list[dict], kinds: list[str]) -> tuple[alt.Color, alt.Shape, int]:
    """Colour and shape by kind of event, the same for a kind in every chart.

    The last of the three is by how many pixels the legend is taller on a phone.
    """
    ordered = [kind for kind in kinds if kind in {record["kind"] for record in drawn}]
    positions = [kinds.index(kind) for kind in ordered]
    on_phone, on_desk = 2, 3  # columns
    legend = alt.Legend(title=None, columns=narrow(on_phone, on_desk), columnPadding=4)
    lines = math.ceil(len(ordered) / on_phone) - math.ceil(len(ordered) / on_desk)
    colors = [PALETTE[position % len(PALETTE)] for position in positions]
    shapes = [SHAPES[position % len(SHAPES)] for position in positions]
    return (
        alt.Color("kind:N", scale=alt.Scale(domain=ordered, range=colors), legend=legend),
        alt.Shape("kind:N", scale=alt.Scale(domain=ordered, range=shapes), legend=legend),
        LEGEND_LINE * lines,
    )
