"""Another name for what `livingreview.charts.labels` holds."""

from livingreview.charts.labels import mrd_limit

__all__ = ["mrd_limit"]
