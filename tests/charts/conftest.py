"""Fixtures of the charts."""

import pytest

from livingreview.evidence import select_class, select_part
from tests.drawn import CLASSES


@pytest.fixture(autouse=True)
def deferred(monkeypatch):
    """Charts stay specifications here: drawing them is tested once."""
    monkeypatch.setenv("LIVINGREVIEW_DEFER_CHARTS", "1")


@pytest.fixture(scope="session")
def cores(review):
    """The core of each class."""
    return {name: select_part(select_class(review, name), "core") for name in CLASSES}
