"""From a chart to a figure: drawn once, the live one apart from the page, one theme."""

import json
import re

import altair as alt

from livingreview.charts.render import DEFERRED, LIVE, draw_deferred
from livingreview.evidence import select_class
from tests.drawn import CHARTS, figures_of


def test_a_chart_is_drawn_once_and_live(review):
    figure = next(
        figure
        for figure in figures_of(CHARTS["response"](select_class(review, "bortezomib")))
        if "10/23" in figure.description
    )
    match = DEFERRED.search(str(figure.__html__()))
    picture, script = draw_deferred(match["key"], match["spec"])
    assert picture.count("<svg ") == 1
    assert "10/23 (43.5%)" in picture
    assert LIVE.search(picture)["key"] == match["key"]
    assert len(picture) < len(script), "the live specification is not in the page"
    call, _, rest = script.partition(",")
    assert call == f'lrChart("{match["key"]}"'
    assert json.loads(rest.removesuffix(");\n"))["$schema"].endswith("vega/v6.json")
    height = re.search(r'<svg [^>]*height="(\d+)"', picture)[1]
    assert f"--h:{height}px" in picture, "what the live chart will take is reserved"
    ids = re.findall(r'\bid="([^"]+)"', picture)
    assert len(ids) == len(set(ids))
    assert all(match["key"] in item for item in ids)


def test_the_theme_names_one_font_that_can_be_measured():
    assert alt.theme.active == "livingreview"
    assert "system-ui" not in json.dumps(alt.theme.get()())
