"""From an Altair chart to a figure that needs no network and no script.

A figure holds the chart drawn twice (for a wide and a narrow page) as static SVG, what it shows in words, its numbers as a table,
and the compiled Vega specification as inert JSON, which the page's loader turns into a live chart when it comes into view.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from dataclasses import dataclass
from functools import cached_property

import altair as alt
from altair.utils import schemapi
from markupsafe import Markup

from livingreview.html import HtmlTable, fold, render

WIDE, NARROW = 700, 340
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
                "labelColor": ink, "titleColor": ink, "tickColor": ink, "domainColor": ink, "gridColor": ink, "gridOpacity": 0.15,
                "labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal", "labelLimit": 200, "domain": False,
            },
            "legend": {"labelColor": ink, "titleColor": ink, "orient": "bottom", "labelFontSize": 12, "titleFontSize": 12, "labelLimit": 300},
            "text": {"color": ink, "fontSize": 12},
            "rule": {"color": ink},
            "range": {"category": list(PALETTE)},
            "mark": {"color": PALETTE[0], "aria": False},
        }
    }


alt.theme.register("livingreview", enable=True)(theme)
# Altair checks every part of a chart as it is made, which takes as long as making it; a test validates every chart whole.
schemapi.disable_debug_mode()


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
    """

    chart: alt.LayerChart
    title: str
    description: str
    table: HtmlTable
    note: str = ""

    @cached_property
    def spec(self) -> dict:
        """The Vega-Lite specification, as wide as its container."""
        # Altair's own validation takes most of the time and says less than the compiler does later; a test validates every chart.
        return self.chart.properties(width="container").to_dict(validate=False)

    def __html__(self) -> Markup:
        spec = inert_json(self.spec)
        key = hashlib.sha256(f"{VEGALITE}{spec}".encode()).hexdigest()[:12]
        deferred = bool(os.environ.get("LIVINGREVIEW_DEFER_CHARTS"))
        picture = Markup(f"<!--chart {key} {spec}-->") if deferred else Markup(draw_deferred(key, spec))
        return render("chart.html.j2", chart=self, key=key, folded=fold(self.table), picture=picture)

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        return {"text/html": str(self.__html__()), "text/plain": f"[chart] {self.title}. {self.description}"}


# A chart that is still to be drawn, as it stands in a chapter's output.
DEFERRED = re.compile(r"<!--chart (?P<key>[0-9a-f]{12}) (?P<spec>\{.*?\})-->", re.S)


def draw_deferred(key: str, spec: str) -> str:
    """The pictures of one chart and its live specification, from its Vega-Lite specification as JSON."""
    live = json.loads(spec)
    wide, narrow = (static_svg(live | {"width": width}, f"{name}{key}") for name, width in (("w", WIDE), ("n", NARROW)))
    return str(render("picture.html.j2", wide=wide, narrow=narrow, live=inert_json(compile_vega(live))))


def static_svg(spec: dict, prefix: str) -> Markup:
    """A Vega-Lite specification as SVG; ids get a prefix so that several pictures can share a page."""
    import vl_convert  # not at the top: its engine must not be running when a process forks

    svg = vl_convert.vegalite_to_svg(spec, vl_version=VEGALITE)
    svg = re.sub(r'\b(id="|url\(#|href="#)', rf"\1{prefix}-", svg)
    return Markup(svg.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1))


def compile_vega(spec: dict) -> dict:
    """A Vega-Lite specification compiled to Vega, so that the page needs only Vega's runtime."""
    import vl_convert

    return vl_convert.vegalite_to_vega(spec, vl_version=VEGALITE)


def inert_json(value) -> Markup:
    """JSON that can stand in a ``<script type="application/json">``: no character in it ends the element."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))
