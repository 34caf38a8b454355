"""Every estimate of the review under a key of its own."""

import json

import pytest

from livingreview.evidence import load_evidence
from tests.released import FIRST


@pytest.mark.slow
def test_every_outcome_with_counts_has_an_exact_interval(released):
    estimates = {
        item["key"]: item
        for item in json.loads(
            (released / "releases" / FIRST / "estimates.json").read_text(encoding="utf-8")
        )["estimates"]
    }
    tables = load_evidence(released).tables
    frame = tables["outcomes"].dropna(subset=["events", "total"])
    for row in frame.loc[frame["total"] > 0].itertuples():
        item = estimates[row.row_id]
        assert item["events"] == row.events
        assert item["low"] <= item["value"] <= item["high"]
        assert item["label"]
    assert set(tables["survival"].dropna(subset=["estimate"])["row_id"]) <= estimates.keys()
