"""A drawn chart without what a page does not need, the picture unchanged: about a third of the characters.

The renderer repeats fonts and colours on every mark, gives coordinates with fifteen digits, draws every line
of a kind on its own, and names its groups for screen readers, which the figure hides from them because it is
told in words as a whole.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree

SVG = "http://www.w3.org/2000/svg"
# Attributes without effect on a picture that is hidden from screen readers and takes no clicks.
IDLE = ("version", "class", "role", "aria-hidden", "aria-label", "aria-roledescription", "pointer-events")
# Attributes that say what holds anyway.
DEFAULTS = {
    "opacity": "1",
    "stroke-opacity": "1",
    "fill-opacity": "1",
    "transform": "translate(0,0)",
    "font-weight": "normal",
    "font-style": "normal",
    "stroke-width": "1",
    "text-anchor": "start",
}
# Attributes that a mark takes from the group it stands in (SVG 1.1, appendix M): said once for the group
# where all its marks agree.
INHERITED = (
    "font-family",
    "font-size",
    "font-weight",
    "font-style",
    "fill",
    "fill-opacity",
    "stroke",
    "stroke-opacity",
    "stroke-width",
    "text-anchor",
)
FONT = ("font-family", "font-size")  # means something to words only, so the picture as a whole may say it
MOVED = re.compile(r"translate\((-?[\d.]+),(-?[\d.]+)\)")
# A path that is drawn from one place on by relative steps.
STEPS = re.compile(r"M(-?[\d.]+),(-?[\d.]+)((?:[hvl]-?[\d.]+(?:,-?[\d.]+)?)+Z?)")
# A rectangle as the renderer writes it, from its corner on.
BOX = re.compile(r"M0,0L(-?[\d.]+),0L\1,(-?[\d.]+)L0,\2Z")
GROUPS = (f"{{{SVG}}}g", f"{{{SVG}}}a")
LONG = re.compile(r"-?\d+\.\d{3,}")
ElementTree.register_namespace("", SVG)
ElementTree.register_namespace("xlink", "http://www.w3.org/1999/xlink")


def slim_svg(svg: str) -> str:
    """The same picture in fewer characters; coordinates keep one decimal (pixels)."""
    root = ElementTree.fromstring(svg)
    _tidy(root)
    _gather(root)
    _gather(root)  # groups that the first time left with nothing to say
    for name in FONT:
        _say_once(root, name)
    whole = ElementTree.tostring(root, encoding="unicode")
    return whole.replace(f' xmlns="{SVG}"', "", 1)  # a page in HTML knows the element


def _tidy(element: ElementTree.Element) -> None:
    """Drop idle attributes, defaults, empty paths and long fractions, from the leaves up."""
    for name in IDLE:
        element.attrib.pop(name, None)
    for name, value in DEFAULTS.items():
        if element.get(name) == value:
            del element.attrib[name]
    for name, value in element.attrib.items():
        if name not in ("font-family", "href"):
            element.set(name, LONG.sub(lambda match: f"{round(float(match[0]), 1):g}", value))
    for child in list(element):
        _tidy(child)
        unseen = (
            child.get("display") == "none"
            or child.get("opacity") == "0"
            or (child.tag == f"{{{SVG}}}path" and not {"fill", "stroke"} & set(child.keys()))
        )
        if element.tag in (f"{{{SVG}}}svg", f"{{{SVG}}}g") and (
            unseen or (child.tag == f"{{{SVG}}}g" and not len(child))
        ):
            element.remove(child)
    _place(element)


def _place(element: ElementTree.Element) -> None:
    """Say where words stand by their coordinates, and draw lines as paths, which can be joined."""
    moved = MOVED.fullmatch(element.get("transform", "translate(0,0)"))
    if box := BOX.fullmatch(element.get("d", "")):
        element.set("d", f"M0,0h{box[1]}v{box[2]}h{-float(box[1]):g}Z")
    if moved and element.tag == f"{{{SVG}}}text" and "x" not in element.attrib:
        element.attrib.pop("transform", None)
        element.attrib.update(x=moved[1], y=moved[2])
    elif moved and element.tag == f"{{{SVG}}}line" and not {"x1", "y1"} & set(element.keys()):
        x, y = element.attrib.pop("x2", "0"), element.attrib.pop("y2", "0")
        element.tag = f"{{{SVG}}}path"
        element.set("d", steps(x, y))


def steps(x: str, y: str) -> str:
    """A straight line as a path by a relative step."""
    return f"M0,0h{x}" if y == "0" else f"M0,0v{y}" if x == "0" else f"M0,0l{x},{y}"


def _join(element: ElementTree.Element) -> None:
    """Draw neighbours of one style, each drawn by relative steps, in one go."""
    last = None
    for child in list(element):
        moved = MOVED.fullmatch(child.get("transform", "translate(0,0)"))
        found = STEPS.fullmatch(child.get("d", ""))
        if not (moved and found and child.tag == f"{{{SVG}}}path"):
            last = None
            continue
        child.attrib.pop("transform", None)
        x, y = (round(float(moved[i]) + float(found[i]), 2) for i in (1, 2))
        child.set("d", f"M{x:g},{y:g}{found[3]}")
        alike = last is not None and {**last.attrib, "d": ""} == {**child.attrib, "d": ""}
        if alike and "opacity" not in child.attrib:
            last.set("d", last.get("d") + child.get("d"))
            element.remove(child)
        else:
            last = child


def _say_once(root: ElementTree.Element, name: str) -> None:
    """Say the commonest value of an attribute of words once for the whole picture."""
    values = [element.get(name) for element in root.iter() if element.get(name)]
    if values:
        common = max(sorted(set(values)), key=values.count)
        _unsay(root, name, common, common)
        root.set(name, common)


def _unsay(element: ElementTree.Element, name: str, common: str, inherited: str) -> None:
    own = element.get(name, inherited)
    if own == inherited == common:
        element.attrib.pop(name, None)
    for child in element:
        _unsay(child, name, common, own)


def _gather(element: ElementTree.Element) -> None:
    """Move attributes that all children share up to their group; open groups that say nothing themselves."""
    for child in element:
        _gather(child)
    if element.tag not in GROUPS:
        return
    for place, child in reversed(list(enumerate(element))):
        if child.tag == f"{{{SVG}}}g" and not child.attrib:
            element[place : place + 1] = list(child)
    _join(element)
    for name in INHERITED:
        values = {child.get(name) for child in element}
        if len(values) == 1 and None not in values:
            for child in element:
                del child.attrib[name]
            element.set(name, values.pop())
