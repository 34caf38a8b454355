"""Charts of rows: each row is a line of words with, under it, a point, an interval or a bar on a common axis.

The words stand above the marks, not beside them, so the same chart reads on a phone and on a desk.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import altair as alt

from livingreview.charts.render import LABEL, LINES, NARROW, PALETTE, ChartFigure, narrow, room
from livingreview.charts.words import LINE, extra_height, place_heading, place_words
from livingreview.display.html import Column, HtmlTable, Row
from livingreview.display.numbers import Figure
from livingreview.tables.labels import refuse_twins

STEP = 44  # pixels a row takes: one line of words, one of marks
# On a phone the interval is left to the line, so that the label keeps its words.
RIGHT = f"({NARROW} ? datum.short : datum.right)"
LIMIT = room(f"7.2 * length({RIGHT}) - 6")
ROWS = "rows"  # name of the chart's data
# One line a row, from the top in the order of the data.
BY_ROW = alt.Y("i:O", axis=None, scale=alt.Scale(paddingInner=0, paddingOuter=0))
TIP = alt.Tooltip("tip:N")
TOLD = 15  # most rows a description tells one by one
UNKNOWN_SIZE = 20  # patients a point is drawn for where their number is not printed


@dataclass(frozen=True)
class ChartRow:
    """One row of a chart; a row without `value` is a heading over those below it.

    Attributes
    ----------
    label : str
        Words at the left.
    value, low, high : float or None
        Point and interval on the axis, in the axis's unit.
    figure : Figure or None
        The linked figure; its text stands at the right.
    extra : str
        Added to the figure's text at the right (an interval, for example).
    patients : int or None
        Sizes the point.
    hollow : bool
        Drawn unfilled (a restated figure, or one that is not in the pool it stands under).
    kind : {"point", "bar", "pooled"}
        A pooled row is computed, so it has no figure; its interval is drawn as a diamond and `outer` as a
        line.
    outer : (float, float) or None
        Prediction interval of a pooled row.
    restated : bool
        Drawn as a diamond: another publication's figure.
    parts : tuple of Figure
        Of a sum, the figures added to the first, which `figure` leads to.
    """

    label: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    figure: Figure | None = None
    extra: str = ""
    patients: int | None = None
    hollow: bool = False
    kind: str = "point"
    outer: tuple[float, float] | None = None
    restated: bool = False
    parts: tuple[Figure, ...] = ()

    @property
    def heading(self) -> bool:
        """Whether the row is a heading."""
        return self.figure is None and self.value is None

    @property
    def right(self) -> str:
        """Words at the right."""
        return " ".join(part for part in (str(self.figure or ""), self.extra) if part)


def draw_rows(
    rows: Sequence[ChartRow],
    *,
    title: str,
    note: str = "",
    table: HtmlTable | None = None,
    axis: str = "Patients, %",
    domain=(0, 100),
) -> ChartFigure:
    """A chart of rows with its description and its table.

    Parameters
    ----------
    rows : sequence of ChartRow
        In reading order.
    title, note : str
        Caption, and how to read the chart where that is not plain.
    table : HtmlTable, optional
        Shown folded under the chart; made from the rows unless given.
    axis : str
        Title of the common axis.
    domain : (float, float)
        Ends of the axis; the same on every chart of one kind, so that panels can be read together.

    Raises
    ------
    ValueError
        If there is nothing to draw, or two rows under one heading would carry the same label.
    """
    if not any(not row.heading for row in rows):
        msg = f"no row to draw in chart {title!r}"
        raise ValueError(msg)
    refuse_twins(title, _told(rows))
    data = [_record(i, row) for i, row in enumerate(rows)]
    kind = (
        axis,
        tuple(domain),
        any(row.kind == "pooled" for row in rows),
        tuple(
            sorted({(row.restated, row.hollow) for row in rows if row.kind == "point" and not row.heading})
        ),
        extra_height(data, "desk"),
        extra_height(data, "lines"),
    )
    return ChartFigure(
        _chart(*kind),
        title,
        describe(rows),
        table or as_table(rows, title),
        note,
        {ROWS: data},
        _layout(*kind),
    )


def _told(rows: Sequence[ChartRow]) -> Iterator[tuple[tuple[str, str], str]]:
    """What each row says of itself under its heading, and its address."""
    heading = ""
    for row in rows:
        if row.heading:
            heading = row.label
        else:
            yield (heading, row.label), row.figure.row_id if row.figure else "(computed)"


def _record(position: int, row: ChartRow) -> dict:
    base = {
        "i": position,
        "label": row.label,
        "right": row.right,
        "short": str(row.figure or row.extra),
        "heading": row.heading,
        "kind": row.kind,
        "hollow": row.hollow,
        "restated": row.restated,
    } | ({"from": row.outer[0], "to": row.outer[1]} if row.outer else {})
    base |= place_heading(row.label) if row.heading else place_words(row.label, base["right"], base["short"])
    if row.figure:
        base["row"] = row.figure.href  # a click on the live chart opens the figure's card
    marks = {"value": row.value, "low": row.low, "high": row.high, "patients": row.patients or UNKNOWN_SIZE}
    source = "; ".join(filter(None, (row.figure.title, row.figure.origin))) if row.figure else ""
    tip = "" if row.heading else f"{row.label}: {row.right}" + (f" [{source}]" if source else "")
    return base | {key: value for key, value in marks.items() if value is not None} | {"tip": tip}


@cache
def _layout(*kind) -> dict:
    return _chart(*kind).to_dict(validate=False)


@cache
def _chart(
    axis: str,
    domain: tuple[float, float],
    pooled: bool,
    points: tuple[tuple[bool, bool], ...],
    desk: int,
    phone: int,
) -> alt.LayerChart:
    """The chart without its rows, the same for all charts of one axis, kinds of marks and lines of words.

    Altair takes longer to make it than everything else together.
    """
    base = alt.Chart(alt.NamedData(name=ROWS))
    values = base.transform_filter("!datum.heading && isValid(datum.value)")
    marks_at, words_at, headings_at = places(STEP, desk, phone)
    layers = [
        *_point_layers(values, axis, domain, marks_at, points),
        *(_pooled_layers(values, axis, domain, marks_at) if pooled else ()),
        *_word_layers(base, words_at, headings_at),
    ]
    return alt.layer(*layers).properties(
        height={"step": STEP + desk}, **({"usermeta": {"phone": phone - desk}} if phone != desk else {})
    )


def _on_axis(field: str, title: str, domain: tuple[float, float]) -> alt.X:
    """A field on the common axis, which has a line at its ends and at every quarter."""
    first, last = domain
    quarters = [first + (last - first) * k / 4 for k in range(5)]
    return alt.X(
        f"{field}:Q",
        scale=alt.Scale(domain=[first, last], nice=False, clamp=True),
        axis=alt.Axis(title=title, values=quarters, grid=True),
    )


def _point_layers(
    values: alt.Chart,
    axis: str,
    domain: tuple[float, float],
    at: alt.ExprRef,
    kinds: Sequence[tuple[bool, bool]],
) -> list:
    """Intervals, bars, and points: squares, diamonds for what is restated; `kinds` are (restated, hollow)."""
    points = values.transform_filter("datum.kind == 'point'")
    x = _on_axis("value", axis, domain)
    size = alt.Size("patients:Q", scale=alt.Scale(type="sqrt", domain=[1, 300], range=[30, 260]), legend=None)
    whiskers = (
        points.transform_filter("isValid(datum.low)")
        .mark_rule(yOffset=at, strokeWidth=1.6)
        .encode(x=_on_axis("low", axis, domain), x2="high:Q", y=BY_ROW, tooltip=TIP)
    )
    bars = (
        values.transform_filter("datum.kind == 'bar'")
        .mark_bar(yOffset=at, size=14, color=PALETTE[0])
        .encode(x=x, x2=alt.datum(domain[0]), y=BY_ROW, tooltip=TIP)
    )
    marks = [
        points.transform_filter(
            f"{'' if restated else '!'}datum.restated && {'' if hollow else '!'}datum.hollow"
        )
        .mark_point(
            yOffset=at,
            shape="diamond" if restated else "square",
            color=PALETTE[1 if restated else 0],
            **({"filled": False, "strokeWidth": 2} if hollow else {"filled": True, "opacity": 1}),
        )
        .encode(x=x, y=BY_ROW, size=size, tooltip=TIP)
        for restated, hollow in kinds
    ]
    return [whiskers, bars, *marks]


def _pooled_layers(values: alt.Chart, axis: str, domain: tuple[float, float], at: alt.ExprRef) -> list:
    """Pooled values: the prediction interval as a dashed line, the interval as a bar, a diamond on it."""
    pooled = values.transform_filter("datum.kind == 'pooled'")
    prediction = (
        pooled.transform_filter("isValid(datum.from)")
        .mark_rule(yOffset=at, strokeDash=[3, 3], strokeWidth=1.6)
        .encode(x=_on_axis("from", axis, domain), x2="to:Q", y=BY_ROW, tooltip=TIP)
    )
    interval = pooled.mark_bar(yOffset=at, size=3, color=PALETTE[2], cornerRadius=1).encode(
        x=_on_axis("low", axis, domain), x2="high:Q", y=BY_ROW, tooltip=TIP
    )
    centre = pooled.mark_point(
        yOffset=at, shape="diamond", filled=True, size=240, opacity=1, color=PALETTE[2]
    ).encode(x=_on_axis("value", axis, domain), y=BY_ROW, tooltip=TIP)
    return [prediction, interval, centre]


def _word_layers(base: alt.Chart, words_at: alt.ExprRef, headings_at: alt.ExprRef) -> list:
    """Labels at the left, headings, and figures at the right."""
    left = {"align": "left", "baseline": "middle", "lineHeight": LINE}
    labels = (
        base.transform_filter("!datum.heading")
        .mark_text(**left, yOffset=words_at, limit=alt.ExprRef(LIMIT), text=LABEL)
        .encode(x=alt.XValue(0), y=BY_ROW)
    )
    headings = (
        base.transform_filter("datum.heading")
        .mark_text(
            **left,
            yOffset=headings_at,
            fontWeight="bold",
            fontSize=13,
            limit=alt.ExprRef(room()),
            text=LABEL,
        )
        .encode(x=alt.XValue(0), y=BY_ROW)
    )
    figures = (
        base.transform_filter("!datum.heading")
        .mark_text(
            align="right", baseline="middle", yOffset=words_at, fontWeight="bold", text=alt.ExprRef(RIGHT)
        )
        .encode(x=alt.XValue("width"), y=BY_ROW)
    )
    return [labels, headings, figures]


def places(step: float, desk: float, phone: float) -> tuple[alt.ExprRef, alt.ExprRef, alt.ExprRef]:
    """Where, from the middle of a row, its marks, its words and a heading stand: words end right above marks.

    Parameters
    ----------
    step : float
        How tall a row of one line of words is (pixels).
    desk, phone : float
        By how much it is taller for longer labels, on a desk and on a phone.
    """
    more = f"({NARROW} ? {phone / 2:g} : {desk / 2:g})"
    above = f"{LINE} * (length({LINES}) - 1)"
    return (
        narrow(step / 4 + phone / 2, step / 4 + desk / 2),
        alt.ExprRef(f"{-step / 5} + {more} - {above}"),
        alt.ExprRef(f"{step / 6:g} + {more} - {above}"),
    )


def describe(rows: Sequence[ChartRow]) -> str:
    """The chart in words: one sentence a row.

    Where that is too much to listen to, it is one a heading, and the table under the chart tells the rest.
    """
    if sum(not row.heading for row in rows) <= TOLD:
        return " ".join(f"{row.label}:" if row.heading else f"{row.label}, {row.right}." for row in rows)
    parts, block = [], []
    for row in [*rows, ChartRow("")]:
        if row.heading:
            parts += [_describe_block(block)] if block else []
            parts += [f"{row.label}:"] if row.label else []
            block = []
        else:
            block.append(row)
    return " ".join([*parts, "Each row is in the table that follows."])


def _describe_block(block: Sequence[ChartRow]) -> str:
    if len(block) == 1:
        return f"{block[0].label}, {block[0].right}."
    least, most = min(block, key=lambda row: row.value), max(block, key=lambda row: row.value)
    return f"{len(block)} rows, from {least.label}, {least.right}, to {most.label}, {most.right}."


def as_table(rows: Sequence[ChartRow], title: str) -> HtmlTable:
    """The chart's numbers as a table."""
    body = [
        Row([row.label], heading=True) if row.heading else Row([row.label, _linked(row), row.extra])
        for row in rows
    ]
    columns = [Column("Group"), Column("Result", True), Column("Interval", True)]
    return HtmlTable(f"{title}, numbers", columns, body)


def _linked(row: ChartRow) -> Figure | list | str:
    """What a row shows, with its link; a sum is printed nowhere, so the links are those of its parts."""
    if row.parts and row.figure:
        return [f"{row.figure.text}, the sum of", *row.parts]
    return row.figure or ""
