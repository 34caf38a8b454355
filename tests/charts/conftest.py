"""Fixtures of the charts."""

import pytest


@pytest.fixture(autouse=True)
def deferred(monkeypatch):
    """Charts stay specifications here: drawing them is tested once."""
    monkeypatch.setenv("LIVINGREVIEW_DEFER_CHARTS", "1")
