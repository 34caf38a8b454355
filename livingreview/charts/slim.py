"""A drawn chart without what a page does not need, the picture unchanged: about half the characters.

The renderer repeats fonts and colours on every mark, gives coordinates with fifteen digits, and names its groups for screen readers,
which the figure hides from them because it is told in words as a whole.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree

SVG = "http://www.w3.org/2000/svg"
# Attributes without effect on a picture that is hidden from screen readers and takes no clicks.
IDLE = ("version", "class", "role", "aria-hidden", "aria-label", "aria-roledescription", "pointer-events")
# Attributes that say what holds anyway.
DEFAULTS = {"opacity": "1", "stroke-opacity": "1", "fill-opacity": "1", "transform": "translate(0,0)", "font-weight": "normal", "font-style": "normal"}
# Attributes that a mark takes from the group it stands in (SVG 1.1, appendix M): said once for the group where all its marks agree.
INHERITED = ("font-family", "font-size", "font-weight", "font-style", "fill", "fill-opacity", "stroke", "stroke-opacity", "stroke-width", "text-anchor")
LONG = re.compile(r"-?\d+\.\d{3,}")
ElementTree.register_namespace("", SVG)
ElementTree.register_namespace("xlink", "http://www.w3.org/1999/xlink")


def slim_svg(svg: str, *, decimals: int = 1) -> str:
    """The same picture in fewer characters; coordinates keep `decimals` places (pixels)."""
    root = ElementTree.fromstring(svg)
    _tidy(root, decimals)
    _gather(root)
    return ElementTree.tostring(root, encoding="unicode").replace(f' xmlns="{SVG}"', "", 1)  # a page in HTML knows the element


def _tidy(element: ElementTree.Element, decimals: int) -> None:
    """Drop idle attributes, defaults, empty paths and long fractions, from the leaves up."""
    for name in IDLE:
        element.attrib.pop(name, None)
    for name, value in DEFAULTS.items():
        if element.get(name) == value:
            del element.attrib[name]
    for name, value in element.attrib.items():
        element.set(name, LONG.sub(lambda match: f"{round(float(match[0]), decimals):g}", value) if name not in ("font-family", "href") else value)
    for child in list(element):
        _tidy(child, decimals)
        unseen = child.get("display") == "none" or (child.tag == f"{{{SVG}}}path" and not {"fill", "stroke"} & set(child.keys()))
        if element.tag in (f"{{{SVG}}}svg", f"{{{SVG}}}g") and (unseen or (child.tag == f"{{{SVG}}}g" and not len(child))):
            element.remove(child)


def _gather(element: ElementTree.Element) -> None:
    """Move attributes that all children share up to their group, and open groups that say nothing of their own."""
    for child in element:
        _gather(child)
    if element.tag != f"{{{SVG}}}g":
        return
    for place, child in reversed(list(enumerate(element))):
        if child.tag == f"{{{SVG}}}g" and not child.attrib:
            element[place:place + 1] = list(child)
    for name in INHERITED:
        values = {child.get(name) for child in element}
        if len(values) == 1 and None not in values:
            for child in element:
                del child.attrib[name]
            element.set(name, values.pop())
