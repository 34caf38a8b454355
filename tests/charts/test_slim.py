"""A slim picture is the picture that was drawn."""

import re
from xml.etree import ElementTree

import altair as alt

from livingreview.charts.drawn import VEGALITE
from livingreview.charts.slim import INHERITED, slim_svg


def test_a_slim_picture_shows_the_same():
    """Every text with its place and style, and every mark with its colour, is what the renderer drew."""
    import vl_convert

    rows = [{"name": f"Study {number}", "percent": 11.7 * number} for number in range(1, 7)]
    lines = alt.Chart(alt.Data(values=rows)).mark_rule().encode(x="percent:Q", y=alt.Y("name:N", title=None))
    drawn = vl_convert.vegalite_to_svg((lines + lines.mark_text()).to_dict(), vl_version=VEGALITE)
    slim = slim_svg(drawn)
    assert len(slim) < 0.5 * len(drawn)
    assert resolved(slim) == resolved(drawn)


def resolved(svg: str) -> list:
    """The visible words and strokes of a picture, what they inherit and where they stand to half a pixel."""
    found = []

    def visit(element, style, x, y):
        style = style | {name: element.get(name) for name in INHERITED if element.get(name)}
        at = re.fullmatch(r"translate\(([-\d.]+),([-\d.]+)\)", element.get("transform", "translate(0,0)"))
        x, y = x + float(at[1]), y + float(at[2])
        kind = element.tag.rsplit("}", 1)[-1]
        ink = {name: value for name, value in style.items() if value not in ("1", "normal", "start")}
        if kind == "text" and element.get("opacity") != "0" and style.get("fill", "none") != "none":
            found.append(
                (
                    element.text,
                    ink,
                    round(2 * (x + float(element.get("x", 0)))),
                    round(2 * (y + float(element.get("y", 0)))),
                )
            )
        elif [style.get(name, "none") for name in ("fill", "stroke")] != ["none", "none"] and element.get(
            "display"
        ) != "none":
            ink = {name: value for name, value in ink.items() if not name.startswith(("font", "text"))}
            for left, top, steps in strokes(element, kind):
                found.append((steps, ink, round(2 * (x + left)), round(2 * (y + top))))
        for child in element:
            visit(child, style, x, y)

    visit(ElementTree.fromstring(svg), {}, 0.0, 0.0)
    return found


def strokes(element, kind: str):
    """Where each stroke of a line or path starts, and its kinds of steps."""
    if kind == "line":
        x, y = (float(element.get(name, 0)) for name in ("x2", "y2"))
        yield 0.0, 0.0, "h" if y == 0 else "v" if x == 0 else "l"
    elif kind == "path":
        for left, top, rest in re.findall(r"M(-?[\d.]+),(-?[\d.]+)([^M]*)", element.get("d", "")):
            yield float(left), float(top), re.sub(r"[^a-zA-Z]", "", rest)
