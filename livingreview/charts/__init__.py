"""Charts of the book: evidence in, displayable figures out. Altair only, one theme."""

from livingreview.charts.courses import draw_calendars, draw_courses
from livingreview.charts.forests import draw_forest
from livingreview.charts.overview import draw_overview
from livingreview.charts.results import (
    draw_adverse_events,
    draw_bridge,
    draw_cumulative,
    draw_survival,
)

__all__ = [
    "draw_adverse_events",
    "draw_bridge",
    "draw_calendars",
    "draw_courses",
    "draw_cumulative",
    "draw_forest",
    "draw_overview",
    "draw_survival",
]
