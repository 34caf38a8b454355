"""Every kind of figure of a class, to be drawn by a test."""

from livingreview import charts

CLASSES = ("liposomal-mitoxantrone", "mitoxantrone-clofarabine", "bortezomib", "blinatumomab")
# Kind of figure -> draws it from the evidence of a class and from its core part.
FIGURES = {
    "response": lambda chapter, core: charts.draw_response(core, "response", title="Response"),
    "mrd": lambda chapter, core: charts.draw_response(core, "mrd", title="MRD"),
    "randomised": lambda chapter, core: charts.draw_randomised(chapter, title="Randomised"),
    "randomised, beside": lambda chapter, core: charts.draw_randomised(chapter, title="R", part="beside"),
    "landmarks": lambda chapter, core: charts.draw_landmarks(chapter, title="Survival"),
    "harms": lambda chapter, core: charts.draw_harms(core, title="Harm"),
    "arms": lambda chapter, core: charts.draw_arms(chapter, title="Both arms"),
    "funnel": lambda chapter, core: charts.draw_funnel(core, title="From treatment to survival"),
    "course": lambda chapter, core: charts.draw_swimmer(core, title="Course"),
    "stacked": lambda chapter, core: charts.draw_stacked_response(core, title="Parted"),
    "map": lambda chapter, core: charts.draw_map(chapter, title="Evidence"),
    "bias": lambda chapter, core: charts.draw_bias_lights(chapter, title="Risk of bias"),
    "calendars": lambda chapter, core: charts.draw_calendars(core, title="Days"),
    "cumulative": lambda chapter, core: charts.draw_cumulative(core, title="As they came"),
}


def sheets_of(stack) -> list:
    """The figures laid out in pixels among what a function that draws gives."""
    return [part for part in stack.parts if hasattr(part, "sheets")]


def words_of(sheet) -> list[str]:
    """What is written on a sheet, in order."""
    return [text["t"] for text in sheet.texts]
