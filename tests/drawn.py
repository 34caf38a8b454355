"""Every kind of chart of a class, to be drawn by a test."""

from itertools import combinations

from livingreview import charts
from livingreview.charts.sheet import width_of

CLASSES = ("liposomal-mitoxantrone", "mitoxantrone-clofarabine", "bortezomib", "blinatumomab")
CHARTS = {
    "calendars": lambda part: charts.draw_calendars(part, title="Days"),
    "courses": lambda part: charts.draw_courses(part, title="Course"),
    "response": lambda part: charts.draw_forest(part, "response", title="Response"),
    "mrd": lambda part: charts.draw_forest(part, "mrd", title="MRD"),
    "survival": lambda part: charts.draw_survival(part, title="Survival"),
    "bridge": lambda part: charts.draw_bridge(part, title="Bridge"),
    "harm": lambda part: charts.draw_adverse_events(part, title="Harm"),
    "overview": lambda part: charts.draw_overview(part, title="All"),
}


def figures_of(stack) -> list:
    """The charts among what a function that draws gives."""
    return [part for part in getattr(stack, "parts", [stack]) if hasattr(part, "spec")]


VALIDATED: dict = {}


def validate(chart) -> None:
    """Altair's own validation; charts of rows share one layout, looked at once."""
    if id(chart) not in VALIDATED:
        chart.properties(width="container").to_dict()
        VALIDATED[id(chart)] = chart


def sheets_of(stack) -> list:
    """The figures laid out in pixels among what a function that draws gives."""
    return [part for part in stack.parts if hasattr(part, "sheets")]


def words_of(sheet) -> list[str]:
    """What is written on a sheet, in order."""
    return [text["t"] for text in sheet.texts]


def _boxes(sheet) -> list[tuple[str, float, float, float, float]]:
    boxes = []
    for text in sheet.texts:
        wide = width_of(text["t"], size=text["s"], bold=text["b"] == "bold") / 1.02
        left = text["x"] - {"left": 0, "center": wide / 2, "right": wide}[text["a"]]
        boxes.append((text["t"], left, text["y"] - 0.7 * text["s"], left + wide, text["y"]))
    return boxes


def assert_readable(figure) -> None:
    """No word of a figure is cut by its edge or written over another, on a desk and on a phone."""
    for sheet in figure.sheets():
        boxes = _boxes(sheet)
        for words, left, top, right, bottom in boxes:
            inside = left >= -0.5 and right <= sheet.width + 0.5 and top >= -1 and bottom <= sheet.height + 4
            assert inside, f"{words!r} is cut on {sheet.width} pixels"
        for one, other in combinations(boxes, 2):
            apart = one[3] <= other[1] or other[3] <= one[1] or one[4] <= other[2] or other[4] <= one[2]
            assert apart, f"{one[0]!r} and {other[0]!r} overlap on {sheet.width} pixels"
