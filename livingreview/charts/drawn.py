"""Sheets drawn by Altair and its renderer, as SVG for a page: small, without ids, its rows links."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from xml.etree import ElementTree

import altair as alt

from livingreview.charts.slim import SVG, slim_svg, steps
from livingreview.display.html import render

VEGALITE = "6.4"
STRAIGHT = re.compile(r"M0,0L(-?[\d.]+),(-?[\d.]+)")  # slim_svg joins lines that are drawn by steps
FONT = "Arial, Helvetica, sans-serif"


def draw_sheets(sheets: Sequence[Mapping]) -> str:
    """A figure's sheets (see `Sheet.as_data`), the wide one first, as HTML of which a page shows one."""
    wide, phone = map(draw_sheet, sheets)
    ratios = [f"{sheet['width']:g} / {sum(_heights(sheet))}" for sheet in sheets]
    return str(render("sheets.html.j2", wide=wide, phone=phone, ratios=ratios))


def draw_sheet(sheet: Mapping) -> str:
    """One sheet as SVG; a tall one in parts, one under the other, between which paper may break."""
    return "".join(_draw_part(sheet, *ends) for ends in _parts(sheet))


def _parts(sheet: Mapping) -> list[tuple[float, float]]:
    """Top and bottom of each part."""
    return list(zip(sheet["parts"], [*sheet["parts"][1:], sheet["height"]], strict=True))


def _heights(sheet: Mapping) -> list[int]:
    """How tall each part is drawn, whole pixels: together they may differ from the sheet by a few."""
    return [round(bottom - top) for top, bottom in _parts(sheet)]


def _draw_part(sheet: Mapping, top: float, bottom: float) -> str:
    import vl_convert  # not at the top: its engine must not be running when a process forks

    marks, texts = (
        [mark | {"y": round(mark["y"] - top, 1)} for mark in sheet[kind] if _is_within(mark, top, bottom)]
        for kind in ("marks", "texts")
    )
    # A negative size keeps the renderer from measuring the words, which is nearly all its time.
    values = {"marks": marks, "texts": [text | {"s": -text["s"]} for text in texts]}
    chart = json.loads(_compile()) | {"width": sheet["width"], "height": round(bottom - top)}
    for part in chart["data"]:
        if part["name"] in values:
            part["values"] = values[part["name"]]
    drawn = re.sub(r'font-size="-(\d)', r'font-size="\1', vl_convert.vega_to_svg(chart))
    svg = slim_svg(_link_rows(drawn, sheet["links"]))
    return svg.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1)


def _is_within(mark: Mapping, top: float, bottom: float) -> bool:
    """Whether a mark is of a part: what stands at a break begins the part below it."""
    return (mark["y"] >= top or top == 0) and mark["y"] < bottom


@cache
def _compile() -> str:
    """The chart without its marks, compiled once for all sheets, as JSON."""
    import vl_convert

    return json.dumps(vl_convert.vegalite_to_vega(_layout(), vl_version=VEGALITE))


def _layout() -> dict:
    """The chart without its marks: paths and words where they are told to stand."""
    width, height = alt.ExprRef("width"), alt.ExprRef("height")
    x = alt.X("x:Q", scale=alt.Scale(domain=[0, width], nice=False, zero=False), axis=None)
    y = alt.Y("y:Q", scale=alt.Scale(domain=[0, height], reverse=True, nice=False, zero=False), axis=None)
    fill, row = alt.Fill("f:N", scale=None), alt.Description("n:N")
    paths = (
        alt.Chart(alt.NamedData(name="marks"))
        # A path given in pixels is drawn as it is at the size 4.
        .mark_point(aria=True, size=4, opacity=1, strokeDash=alt.ExprRef("datum.p"))
        .encode(
            x=x,
            y=y,
            shape=alt.Shape("d:N", scale=None),
            fill=fill,
            stroke=alt.Stroke("k:N", scale=None),
            strokeWidth=alt.StrokeWidth("w:Q", scale=None),
            fillOpacity=alt.FillOpacity("o:Q", scale=None),
            description=row,
        )
    )
    words = (
        alt.Chart(alt.NamedData(name="texts"))
        .mark_text(
            aria=True,
            baseline="alphabetic",
            font=FONT,
            fontSize=alt.ExprRef("datum.s"),
            fontWeight=alt.ExprRef("datum.b"),
            align=alt.ExprRef("datum.a"),
        )
        .encode(x=x, y=y, text="t:N", fill=fill, description=row)
    )
    chart = alt.layer(paths, words).properties(autosize=alt.AutoSizeParams(type="none"))
    chart = chart.configure(padding=0, aria=True, view=alt.ViewConfig(stroke=None))
    return chart.to_dict() | {"background": None, "datasets": {"marks": [], "texts": []}}


def _link_rows(svg: str, links: Sequence[str]) -> str:
    """The picture with all marks of a row in one link, over what belongs to no row."""
    root = ElementTree.fromstring(svg)
    whole = next(root.iter(f"{{{SVG}}}g"))
    rows: dict[str, list[ElementTree.Element]] = {str(place): [] for place in range(len(links))}
    for group in root.iter(f"{{{SVG}}}g"):
        for mark in list(group):
            if straight := STRAIGHT.fullmatch(mark.get("d", "")):
                mark.set("d", steps(*straight.groups()))
            if (row := mark.get("aria-label")) in rows:
                group.remove(mark)
                rows[row].append(mark)
    for place, marks in rows.items():
        if not marks:
            continue
        link = ElementTree.SubElement(whole, f"{{{SVG}}}a", {"href": links[int(place)], "tabindex": "-1"})
        link.extend(marks)
    return ElementTree.tostring(root, encoding="unicode")
