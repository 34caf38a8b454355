"""From an Altair chart to a figure that needs no network and no script.

A figure holds the chart as static SVG, what it shows in words, and its numbers as a table. The compiled Vega
specification stands in a small script of its own, which the page's loader fetches, and turns into a live
chart as wide as the page, when the figure comes into view.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property

import altair as alt
from altair.utils import schemapi
from markupsafe import Markup

from livingreview.charts.drawn import draw_sheets
from livingreview.charts.slim import slim_svg
from livingreview.charts.words import DESK, SLIM
from livingreview.display.html import HtmlTable, fold, render

WIDE = 712  # pixels, the static picture; a narrower page scrolls it in its own box
NARROW = "width < 450"  # a phone, as an expression of a chart
VEGALITE = "6.4"
# Colours of Okabe & Ito (2008), told apart with any colour vision; marks differ in shape as well.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00")


def theme() -> alt.theme.ThemeConfig:
    """The one theme: ink is the page's own text colour, so light and dark need no second chart."""
    ink = "currentColor"
    return {
        "config": {
            "background": None,
            "aria": False,  # the figure names and describes the picture as a whole
            # Not system-ui: the static renderer cannot measure it and clips labels.
            "font": "Arial, Helvetica, sans-serif",
            "view": {"stroke": None},
            "padding": {"left": 2, "right": 8, "top": 4, "bottom": 2},
            "axis": {
                "labelColor": ink,
                "titleColor": ink,
                "tickColor": ink,
                "domainColor": ink,
                "gridColor": ink,
                "gridOpacity": 0.15,
                "labelFontSize": 12,
                "titleFontSize": 12,
                "titleFontWeight": "normal",
                "labelLimit": 200,
                "domain": False,
            },
            "legend": {
                "labelColor": ink,
                "titleColor": ink,
                "orient": "bottom",
                "labelFontSize": 12,
                "titleFontSize": 12,
                "labelLimit": 300,
            },
            "text": {"color": ink, "fontSize": 12},
            "rule": {"color": ink},
            "range": {"category": list(PALETTE)},
            "mark": {"color": PALETTE[0], "aria": False},
        }
    }


alt.theme.register("livingreview", enable=True)(theme)
# Altair checks every part of a chart as it is made, which takes as long as making it; a test validates every
# chart whole.
schemapi.disable_debug_mode()


# A label's lines on a phone and on a desk, where it takes more than one (see `words.place_words`).
LINES = (
    f"({NARROW} ? (isDefined(datum.lines) ? datum.lines : [datum.label]) : "
    "(isDefined(datum.desk) ? datum.desk : [datum.label]))"
)
LABEL = alt.ExprRef(LINES)


def room(right: str = "0") -> str:
    """What a label may take, as an expression: no limit (0) where its lines were broken to fit.

    To shorten words, Vega measures them again and again, and that is most of the time a chart takes. On a
    screen between a phone and a desk, and on the very smallest, words wider than the chart would make it
    narrower, and are shortened.
    """
    return f"{NARROW} ? (width < {SLIM} ? width : 0) : (width < {DESK} ? width - {right} : 0)"


def narrow(phone, desk) -> alt.ExprRef:
    """One number on a phone, another where there is room."""
    return alt.ExprRef(f"{NARROW} ? {phone} : {desk}")


@dataclass(frozen=True)
class ChartFigure:
    """A chart for a page.

    Attributes
    ----------
    chart : altair.LayerChart
        The chart, as wide as its container; nothing in it depends on a fixed width.
    title : str
        The caption: what is shown, of whom.
    description : str
        The chart in words, with its numbers; read out instead of the picture.
    table : HtmlTable
        The numbers behind it, linked to their rows.
    note : str
        How to read it, where that is not plain.
    datasets : mapping of str to list of dict
        Data that the chart names instead of holding them: Altair copies what a chart holds with every step.
    layout : dict
        The chart's specification, where many figures share it.
    """

    chart: alt.LayerChart
    title: str
    description: str
    table: HtmlTable
    note: str = ""
    datasets: Mapping[str, list[dict]] = field(default_factory=dict)
    layout: dict = field(default_factory=dict)

    @cached_property
    def spec(self) -> dict:
        """The Vega-Lite specification, as wide as its container."""
        # Altair's own validation takes most of the time and says less than the compiler does later; a test
        # validates every chart.
        spec = (self.layout or self.chart.to_dict(validate=False)) | {"width": "container"}
        return spec | {"datasets": {**spec.get("datasets", {}), **self.datasets}} if self.datasets else spec

    def __html__(self) -> Markup:
        spec = inert_json(self.spec)
        key = hashlib.sha256(f"{VEGALITE}{spec}".encode()).hexdigest()[:12]
        deferred = bool(os.environ.get("LIVINGREVIEW_DEFER_CHARTS"))
        picture = Markup(f"<!--chart {key} {spec}-->") if deferred else Markup(draw_deferred(key, spec)[0])
        return render(
            "chart.html.j2",
            chart=self,
            key=key,
            folded=fold(self.table, f"The results as a table ({self.table.length})"),
            picture=picture,
        )

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        return {"text/html": str(self.__html__()), "text/plain": f"[chart] {self.title}. {self.description}"}


# A chart that is still to be drawn, as it stands in a chapter's output.
DEFERRED = re.compile(r"<!--chart (?P<key>[0-9a-f]{12}) (?P<spec>\{.*?\})-->", re.DOTALL)


# The live charts a finished page asks for.
LIVE = re.compile(r'<div class="lr-drawn[ a-z-]*" data-chart="(?P<key>[0-9a-f]{12})"')


def draw_deferred(key: str, spec: str) -> tuple[str, str]:
    """One chart drawn from its Vega-Lite specification.

    Parameters
    ----------
    key : str
        The chart's name in the page.
    spec : str
        The specification as JSON.

    Returns
    -------
    (str, str)
        Its picture as HTML, and the script that hands its live specification to the page ('' of a sheet,
        which is a picture only).
    """
    asked = json.loads(spec)
    if "sheets" in asked:
        return draw_sheets(asked["sheets"]), ""
    live = compile_vega(asked)
    svg = static_svg(live, f"c{key}")
    height = int(re.search(r'\bheight="(\d+)', svg)[1])
    grows = live.get("usermeta", {})
    rows = grows.get("rows") or max((len(part.get("values", ())) for part in live["data"]), default=0)
    on_phone = height + grows.get("phone", 0) * rows + grows.get("more", 0)
    picture = render("picture.html.j2", key=key, svg=svg, height=height, phone=on_phone)
    return str(picture), f'lrChart("{key}",{inert_json(live)});\n'


def static_svg(live: dict, prefix: str) -> Markup:
    """A Vega specification as SVG; ids get a prefix so that several pictures can share a page."""
    import vl_convert  # not at the top: its engine must not be running when a process forks

    fixed = [
        {"name": "width", "value": WIDE} if signal["name"] == "width" else signal
        for signal in live["signals"]
    ]
    marks = [spare_measuring(mark, live) for mark in live["marks"]]
    svg = restore_sizes(vl_convert.vega_to_svg(live | {"signals": fixed, "marks": marks}))
    svg = slim_svg(re.sub(r'\b(id="|url\(#|href="#)', rf"\g<1>{prefix}-", svg))
    return Markup(svg.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1))


# Vega's share of a font size by which text of a baseline is moved down, see vega-scenegraph's text offset.
SHIFT = {"top": 0.79, "middle": 0.30, "bottom": -0.21}


def spare_measuring(mark: dict, live: dict) -> dict:
    """A mark of words with its font size negative, so that the renderer does not measure them.

    Measuring takes the renderer nearly all its time, and matters only to words that may have to be shortened:
    those with a limit keep their size.
    """
    if mark["type"] != "text":
        return mark
    update = mark["encode"]["update"]
    size = update.get("fontSize", {}).get("value") or live["config"]["style"]["text"]["fontSize"]
    limit = update.get("limit", {})
    bare = f"!({limit.get('signal', limit.get('value', 0))})"
    down = update.get("dy", {}).get("value", 0)
    shift = down + 2 * round(size * SHIFT.get(update.get("baseline", {}).get("value"), 0))
    spared = update | {
        "fontSize": {"signal": f"{bare} ? {-size} : {size}"},
        "dy": {"signal": f"{bare} ? {shift} : {down}"},
    }
    return mark | {"encode": {"update": spared}}


def restore_sizes(svg: str) -> str:
    """A picture with the font sizes as they were before `spare_measuring`."""
    return re.sub(r'font-size="-(\d)', r'font-size="\1', svg)


def compile_vega(spec: dict) -> dict:
    """A Vega-Lite specification compiled to Vega, so that the page needs only Vega's runtime."""
    datasets = spec.get("datasets", {})
    layout = spec | {"datasets": {name: [] for name in datasets}}
    live = json.loads(_compile(json.dumps(layout, sort_keys=True)))
    if more := spec.get("usermeta", {}).get("phone"):  # pixels that each row is taller on a phone
        live["signals"] = [
            {"name": "y_step", "update": f"{NARROW} ? {signal['value'] + more} : {signal['value']}"}
            if signal["name"] == "y_step"
            else signal
            for signal in live["signals"]
        ]
    for part in live["data"]:
        if part["name"] in datasets:
            part["values"] = datasets[part["name"]]
    return live


@cache
def _compile(layout: str) -> str:
    """Compiled once for all charts that differ in their named data only."""
    import vl_convert

    return json.dumps(vl_convert.vegalite_to_vega(json.loads(layout), vl_version=VEGALITE))


def inert_json(value) -> Markup:
    """JSON that can stand anywhere in a page or a script: no character in it ends an element or a comment."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))
