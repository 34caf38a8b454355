"""The course of one patient in one picture: therapy, state of the disease and leukaemic cells over time."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import pandas as pd

from livingreview.charts.sheet import LEADING, QUIET, SMALL, Sheet, SheetFigure, wrap
from livingreview.charts.timeline import (
    Block,
    Event,
    State,
    find_blocks,
    find_states,
    place_events,
    scale,
    seen_on,
    stretch_time,
)
from livingreview.charts.words import measure
from livingreview.display.html import HtmlTable, Stack
from livingreview.display.numbers import format_number, make_figure, write_value
from livingreview.evidence import Evidence
from livingreview.tables.common import short_name, text
from livingreview.tables.reports import course_table, when_text

# Step of a response -> its words, its short form, its colour and how dark that is.
STATES = {
    "active": ("active disease", "active", "harm", 0.85),
    "refractory": ("refractory", "refr.", "harm", 0.4),
    "partial": ("partial remission", "PR", "treated", 0.4),
    "mrd_remains": ("remission, MRD positive", "MRD+", "pooled", 0.2),
    "remission": ("remission", "CR", "pooled", 0.45),
    "mrd_negative": ("remission, MRD negative", "MRD\N{MINUS SIGN}", "pooled", 0.85),
}
CELLS = "leukaemic_cells"  # group of the units that a measurement of them has
SHAPES = {
    "blood": ("square", "blood"),
    "mrd": ("diamond", "MRD measurement"),
}  # kind of event; others: marrow
MOST_LABELS, ROOM = 8, 170  # therapies named; pixels a name takes before it is broken
LEFT, TALL, LANE = 44, 110, 20  # pixels
ACTIVE = ("active", "refractory")  # steps of the disease that are no remission
FLOOR = 0.1  # per cent, the lowest line of the axis
NOTE = (
    "Dotted lines join measurements in their order, unless a remission lies between; nothing is known "
    "between them. Hatched or open: date not reported, drawn soon after what came before. "
)
HOW = (
    "How therapies and states are drawn",
    "A therapy is drawn to the next one, a relapse or a transplant where no end is reported, and a response "
    "told with it at its end. A state lasts to the next that is told.",
)
ASIDE = 10  # pixels by which a mark stands aside from one that it would cover
UNNAMED = "Therapies in the paler shade are named in the table alone. "
LAST = "Arrow: the last follow-up that is reported. "
STRETCHED = "The time axis changes its scale at each vertical dotted line."


@dataclass(frozen=True)
class Reading:
    """A measurement of leukaemic cells: percent, None where none were found."""

    day: float
    percent: float | None
    event: Event


@dataclass(frozen=True)
class Course:
    """What is drawn of one patient."""

    events: list[Event]
    blocks: list[Block]
    beside: list[Block]
    states: list[State]
    readings: list[Reading]
    axis: list[tuple[float, float]]
    named: dict[int, str]  # place of a block: the words it carries


def draw_swimmer(evidence: Evidence, *, title: str) -> Stack:
    """The course of each patient, a figure a patient, its every event in the folded table."""
    labels = evidence.cohort_labels
    figures: list = []
    for cohort_id, rows in evidence.tables["patient_timeline"].groupby("cohort_id", sort=False):
        name = f"{title}: {labels[cohort_id]} – {short_name(evidence, rows['report_id'].iloc[0])}"
        table = course_table(evidence, rows.sort_values("position"), f"{name}, every event")
        course = read_course(evidence, rows)
        figures.append(_draw(evidence, course, name, table) if course else table)
    return Stack(figures, "No report of this class follows a single patient.")


def read_course(evidence: Evidence, rows: pd.DataFrame) -> Course | None:
    """A patient's course as it is drawn; None where too little of it has a date."""
    events = place_events(rows)
    blocks, beside = find_blocks(events)
    if len({event.day for event in events if not event.guessed}) < 3 or not blocks:
        return None
    states = find_states(evidence, events, blocks)
    axis = stretch_time([*(event.day for event in events), *(block.until for block in blocks)])
    named = _name_blocks(evidence, blocks, states, axis)
    return Course(events, blocks, beside, states, find_readings(evidence, events, blocks), axis, named)


def _name_blocks(
    evidence: Evidence, blocks: Sequence[Block], states: Sequence[State], axis: list[tuple[float, float]]
) -> dict[int, str]:
    """The words of the blocks that are named, in their order.

    Those under study come first, then the first one and those since active disease came back, then the
    widest.
    """
    regimens = evidence.tables["regimens"].set_index("regimen_id")
    x = scale(axis, 0, 1)
    again = min((state.day for state in states[1:] if state.step == "active"), default=math.inf)

    def weight(place: int) -> tuple:
        block = blocks[place]
        regimen = text(block.events[0].row["regimen_id"])
        studied = regimen in regimens.index and regimens.loc[regimen, "role"] == "studied"
        return studied, not place or block.day >= again, x(block.until) - x(block.day)

    chosen = sorted(sorted(range(len(blocks)), key=weight, reverse=True)[:MOST_LABELS])
    names = {}
    for place in chosen:
        row = blocks[place].events[0].row
        regimen = text(row["regimen_id"])
        names[place] = regimens.loc[regimen, "name"] if regimen in regimens.index else row["label"]
    return names


def find_readings(evidence: Evidence, events: Sequence[Event], blocks: Sequence[Block]) -> list[Reading]:
    """Percentages of leukaemic cells, and findings of none, by day."""
    units = set(evidence.package.field("patient_timeline", "unit").codes_in(CELLS))
    field = evidence.package.field("patient_timeline", "response")
    found = []
    for event in events:
        row = event.row
        if text(row["unit"]) in units and not pd.isna(row["value"]):
            found.append(Reading(event.day, float(row["value"]), event))
        elif not pd.isna(row["response"]) and field.step(row["response"]) == "mrd_negative":
            found.append(Reading(seen_on(event, blocks), None, event))
    return sorted(found, key=lambda reading: reading.day)


def _draw(evidence: Evidence, course: Course, title: str, table: HtmlTable) -> SheetFigure:
    words = " ".join(_tell(evidence, event) for event in course.events)
    note = NOTE + (UNNAMED if len(course.named) < len(course.blocks) else "")
    note += LAST if course.events[-1].row["kind"] == "follow_up" else ""
    note += STRETCHED if len(course.axis) > 2 else ""
    return SheetFigure(
        title, lambda sheet: _lay_out(sheet, evidence, course), words, table, note.strip(), more=HOW
    )


def _tell(evidence: Evidence, event: Event) -> str:
    row = event.row
    response = evidence.label("patient_timeline", "response", row["response"])
    told = ", ".join(part for part in (row["label"], write_value(evidence, row), response) if part)
    return f"{when_text(row)}: {told}."


def _lay_out(sheet: Sheet, evidence: Evidence, course: Course) -> None:
    x = scale(course.axis, LEFT + 6, sheet.width - 16)
    lane = 16.0 if sheet.phone else _name_above(sheet, course, x)
    _draw_therapies(sheet, evidence, course, x, lane)
    states = lane + LANE + (16 if course.beside else 8)
    _draw_states(sheet, evidence, course, x, states)
    top = states + 58
    bottom = _draw_readings(sheet, evidence, course, x, top)
    for day, _ in course.axis[1:-1]:
        sheet.line(x(day), lane - 3, x(day), states + 20, color="quiet", dash=(1, 3))
        sheet.line(x(day), top - 8, x(day), bottom, color="quiet", dash=(1, 3))
    _draw_months(sheet, course, x, bottom)
    sheet.height = bottom + 36
    _draw_key(sheet, evidence, course)
    if sheet.phone:
        sheet.height += 4
        for number, words in enumerate(course.named.values(), 1):
            sheet.height += sheet.block(0, sheet.height, f"{number} {words}", sheet.width, size=SMALL)


def _name_above(sheet: Sheet, course: Course, x: Callable[[float], float]) -> float:
    """Names over the lane of therapies, from the right, so that no leader crosses one; returns the lane's y.

    Each stands above those it would touch: (left edge, level of its top line).
    """
    placed: list[tuple[float, int, float, list[str], float]] = []
    for place in reversed(course.named):
        lines = wrap(course.named[place], ROOM, size=SMALL)
        wide = max(measure(line, size=SMALL) for line in lines)
        at = x(course.blocks[place].day)
        left = min(at, sheet.width - wide)
        under = max((top for edge, top, *_ in placed if edge < left + wide + 8), default=0)
        placed.append((left, under + len(lines), at, lines, under))
    lane = 8 + LEADING * max(top for _, top, *_ in placed) + 8
    for left, _, at, lines, under in placed:
        last = lane - 10 - LEADING * under
        sheet.block(left, last - LEADING * (len(lines) - 1), lines, size=SMALL)
        sheet.line(at + 1, last + 7, at + 1, lane, color="treated", width=0.8)
    return lane


def _draw_therapies(
    sheet: Sheet, evidence: Evidence, course: Course, x: Callable[[float], float], lane: float
) -> None:
    sheet.text(0, lane + LANE / 2, "Drugs", **QUIET)
    numbers = {place: number for number, place in enumerate(course.named, 1)}
    free = 0.0  # where the next number over the lane may stand
    for place, block in enumerate(course.blocks):
        left, right = x(block.day), max(x(block.until), x(block.day) + 3)
        with sheet.row(
            make_figure(evidence, block.events[0].row, "course"), lane, LANE, x=left, width=right - left
        ):
            sheet.rect(
                left, lane, right - left - 1, LANE, fill="treated-tint" if place in numbers else "tint"
            )
            if block.guessed:
                sheet.hatch(left, lane, right - left - 1, LANE, color="treated")
            else:
                sheet.rect(left, lane, 2.5, LANE, fill="treated")
        if sheet.phone and place in numbers:
            free = max(left, free)
            sheet.text(free, lane - 7, numbers[place], size=SMALL, bold=True)
            free += 11
    for block in course.beside:
        left, right = x(block.day), x(block.until)
        with sheet.row(
            make_figure(evidence, block.events[0].row, "course"),
            lane + LANE + 2,
            8,
            x=left,
            width=right - left,
        ):
            sheet.rect(left, lane + LANE + 4, right - left, 3, fill="treated", opacity=0.6)


def _draw_states(
    sheet: Sheet, evidence: Evidence, course: Course, x: Callable[[float], float], y: float
) -> None:
    sheet.text(0, y + 8, "State", **QUIET)
    end = max(event.day for event in course.events)
    for state, until in zip(course.states, [*(s.day for s in course.states[1:]), end], strict=True):
        left, right = x(state.day), max(x(until), x(state.day) + 4 if until == end else 0)
        if right - left < 0.5:
            continue
        _, short, color, opacity = STATES[state.step]
        with sheet.row(make_figure(evidence, state.row, "state"), y, 16, x=left, width=right - left):
            sheet.rect(left, y, right - left, 16, fill="paper")
            _draw_state(sheet, left, y, right - left - 0.5, 16, color, opacity)
            if measure(short, size=SMALL) + 6 <= right - left:
                ink = "paper" if opacity > 0.8 else "ink"
                sheet.text((left + right) / 2, y + 8, short, size=SMALL, align="center", color=ink)
    if course.events[-1].row["kind"] == "follow_up":
        sheet.point(min(x(end) + 8, sheet.width - 4), y + 8, shape="right", size=9, fill="ink", width=0)
    for event in course.events:
        if event.row["kind"] == "transplant":
            at = x(event.day)
            words = evidence.label("patient_timeline", "kind", "transplant")
            right = at + measure(words, size=SMALL) + 4 > sheet.width
            with sheet.row(make_figure(evidence, event.row, words), y - 4, 24, x=at - 4, width=8):
                sheet.line(at, y - 4, at, y + 20, width=2)
            sheet.text(
                at + (-4 if right else 4), y + 27, words, size=SMALL, align="right" if right else "left"
            )


def _draw_state(
    sheet: Sheet, x: float, y: float, wide: float, tall: float, color: str, opacity: float
) -> None:
    """A field in the colour of a state, with an outline: the palest can hardly be told from paper."""
    sheet.rect(x, y, wide, tall, fill=color, opacity=opacity)
    sheet.rect(x + 0.5, y + 0.5, max(wide - 1, 0), tall - 1, fill=None, stroke=color)


def _draw_readings(
    sheet: Sheet, evidence: Evidence, course: Course, x: Callable[[float], float], top: float
) -> float:
    """Leukaemic cells on a logarithmic axis over a lane for findings of none; returns its bottom."""
    readings = course.readings
    negative = top + TALL + 15

    def level(percent: float | None) -> float:
        if percent is None:
            return negative
        return top + TALL * (1 - (math.log10(max(percent, FLOOR)) + 1) / 3)

    sheet.text(0, top - 18, "Leukaemic cells, % (log scale)", **QUIET)
    right = sheet.width - 12
    for percent in (0.1, 1, 10, 100):
        sheet.line(LEFT, level(percent), right, level(percent), color="line", width=0.8)
        sheet.text(LEFT - 6, level(percent), format_number(percent), **QUIET, align="right")
    sheet.text(LEFT - 6, negative, "neg.", **QUIET, align="right")
    sheet.line(LEFT, negative, right, negative, color="line", width=0.8, dash=(2, 2))
    places = _aside([(x(reading.day), level(reading.percent)) for reading in readings])
    for place, (one, other) in enumerate(pairwise(places)):
        if not _remission_between(course.states, *readings[place : place + 2]):
            sheet.line(*one, *other, color="quiet", dash=(2, 2))
    taken = [(a - 5, b - 5, a + 5, b + 5) for a, b in places]
    taken += [(x(day) - 1, top, x(day) + 1, negative) for day, _ in course.axis[1:-1]]
    for (at, y), reading in zip(places, readings, strict=True):
        row = reading.event.row
        shape = SHAPES.get(row["kind"], ("circle", ""))[0] if reading.percent is not None else "diamond"
        with sheet.row(make_figure(evidence, row, "reading"), y - 9, 18, x=at - 9, width=18):
            fill = "paper" if reading.event.guessed else "ink"
            sheet.point(at, y, shape=shape, size=8, fill=fill, stroke="ink")
            if reading.percent is not None:
                _write_reading(sheet, _say_reading(evidence, row, places, (at, y)), at, y, taken)
    return negative + 14


def _aside(places: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Places of marks of which none covers another: of two at one place the second stands aside."""
    found: list[tuple[float, float]] = []
    for at, y in places:
        while any(abs(at - a) < ASIDE and abs(y - b) < ASIDE / 2 for a, b in found):
            at += ASIDE
        found.append((at, y))
    return found


def _say_reading(
    evidence: Evidence, row: Mapping, places: Sequence[tuple[float, float]], place: tuple[float, float]
) -> list[str]:
    """What a reading is called, the longest form first: of those beside one another also what was counted."""
    value, _, whole = write_value(evidence, row).partition("%")
    beside = sum(abs(place[0] - at) <= ASIDE and abs(place[1] - y) < ASIDE / 2 for at, y in places) > 1
    return [*([f"{value}%{whole}"] if beside else []), f"{value}%"]


def _remission_between(states: Sequence[State], one: Reading, other: Reading) -> bool:
    """Whether cells were found at both and a remission is told in between: no line may hide it."""
    found = one.percent is not None and other.percent is not None
    return found and any(one.day < state.day < other.day and state.step not in ACTIVE for state in states)


def _write_reading(sheet: Sheet, forms: Sequence[str], at: float, y: float, taken: list[tuple]) -> None:
    """A value, in the first form that touches no mark and no other value somewhere; else the table has it."""
    for words in forms:
        wide = measure(words, size=SMALL, bold=True)
        over = [(at + shift - wide / 2, y - 13) for shift in (0, 8, -8)]
        under = [(at + shift - wide / 2, y + 14) for shift in (0, 8, -8)]
        beside = [(at + 8, y + 9), (at - wide - 8, y + 9)]
        along = [(at - 4, y + 14)]
        nearest = [(at + 8, y - 6), (at - wide - 8, y - 6), over[0], *beside]
        for left, middle in [*nearest, *under[:1], *along, *over, *under]:
            box = (left, middle - 6, left + wide, middle + 6)
            inside = box[0] >= LEFT and box[2] <= sheet.width
            if inside and not any(
                box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]
                for other in taken
            ):
                taken.append(box)
                sheet.text(left, middle, words, size=SMALL, bold=True)
                return


def _draw_months(sheet: Sheet, course: Course, x: Callable[[float], float], y: float) -> None:
    """First days of months under the axis, as many as there is room for."""
    first, last = (date.fromordinal(round(day)) for day in (course.axis[0][0], course.axis[-1][0]))
    months = [
        date(year, month, 1)
        for year in range(first.year, last.year + 1)
        for month in range(1, 13)
        if first <= date(year, month, 1) <= last
    ]
    free = LEFT - 20.0
    for day in months:
        words = day.strftime("%b %Y")
        half = measure(words, size=SMALL) / 2
        at = x(day.toordinal())
        if at - half < free or at + half > sheet.width:
            continue
        sheet.line(at, y, at, y + 4, color="quiet")
        sheet.text(at, y + 12, words, **QUIET, align="center")
        free = at + half + 14


def _draw_key(sheet: Sheet, evidence: Evidence, course: Course) -> None:
    def box(color: str, opacity: float):
        return lambda x, y: _draw_state(sheet, x - 6, y - 5, 12, 10, color, opacity)

    def dot(shape: str):
        return lambda x, y: sheet.point(x, y, shape=shape, size=8, fill="ink")

    used = {state.step for state in course.states}
    marks = [
        (box(color, opacity), words) for step, (words, _, color, opacity) in STATES.items() if step in used
    ]
    shapes = {
        SHAPES["mrd"] if r.percent is None else SHAPES.get(r.event.row["kind"], ("circle", "marrow"))
        for r in course.readings
    }
    marks += [(dot(shape), words) for shape, words in sorted(shapes)]
    for block in course.beside:
        words = block.events[0].row["label"]
        marks.append((lambda x, y: sheet.rect(x - 6, y - 1.5, 12, 3, fill="treated", opacity=0.6), words))
    sheet.height += sheet.key(sheet.height, marks)
