"""Every kind of chart of a class, to be drawn by a test."""

from livingreview import charts

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
