"""Figures of the book: evidence in, displayable figures out; one way to draw, one set of colours."""

from livingreview.charts.bias import draw_bias_lights
from livingreview.charts.calendars import draw_calendars, tabulate_doses
from livingreview.charts.cumulative import draw_cumulative
from livingreview.charts.evidence_map import draw_map
from livingreview.charts.funnel import draw_funnel
from livingreview.charts.harms import draw_arms, draw_harms
from livingreview.charts.landmarks import draw_landmarks
from livingreview.charts.randomised import draw_randomised
from livingreview.charts.response import draw_response, tabulate_response
from livingreview.charts.stacked import draw_stacked_response
from livingreview.charts.swimmer import draw_swimmer

__all__ = [
    "draw_arms",
    "draw_bias_lights",
    "draw_calendars",
    "draw_cumulative",
    "draw_funnel",
    "draw_harms",
    "draw_landmarks",
    "draw_map",
    "draw_randomised",
    "draw_response",
    "draw_stacked_response",
    "draw_swimmer",
    "tabulate_doses",
    "tabulate_response",
]
