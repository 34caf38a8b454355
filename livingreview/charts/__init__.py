"""Charts of the book: evidence in, displayable figures out. Altair only, one theme."""

from livingreview.charts.bias import draw_bias_lights
from livingreview.charts.courses import draw_calendars, draw_courses
from livingreview.charts.evidence_map import draw_map
from livingreview.charts.forests import draw_forest
from livingreview.charts.funnel import draw_funnel
from livingreview.charts.harms import draw_arms, draw_harms
from livingreview.charts.landmarks import draw_landmarks
from livingreview.charts.overview import draw_overview
from livingreview.charts.randomised import draw_randomised
from livingreview.charts.response import draw_response
from livingreview.charts.results import (
    draw_adverse_events,
    draw_bridge,
    draw_cumulative,
    draw_survival,
)
from livingreview.charts.stacked import draw_stacked_response
from livingreview.charts.swimmer import draw_swimmer

__all__ = [
    "draw_adverse_events",
    "draw_arms",
    "draw_bias_lights",
    "draw_bridge",
    "draw_calendars",
    "draw_courses",
    "draw_cumulative",
    "draw_forest",
    "draw_funnel",
    "draw_harms",
    "draw_landmarks",
    "draw_map",
    "draw_overview",
    "draw_randomised",
    "draw_response",
    "draw_stacked_response",
    "draw_survival",
    "draw_swimmer",
]
