"""Exports of the real evidence, made once."""

from __future__ import annotations

import pytest

from livingreview.citation import read_citation
from livingreview.exchange.commands import FORMATS, make_export
from tests.conftest import ROOT


@pytest.fixture(scope="session")
def exports(review) -> dict[str, dict[str, bytes]]:
    """Every export of the real evidence: format -> files."""
    record = read_citation(ROOT)
    return {name: make_export(name, review, record) for name in FORMATS}
