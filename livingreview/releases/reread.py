"""Recording that someone has read a conclusion against its rows as they stand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from livingreview.evidence import load_evidence, records
from livingreview.evidence.writing import save_tables
from livingreview.tables.readings import (
    Reading,
    new_reports,
    ratings_on_question,
    reading_state,
    take_reading,
    untold_studies,
)

COLUMNS = ("claim_id", "read_on", *Reading._fields)


def record_readings(root: Path, claim_ids: Sequence[str], *, day: str) -> list[str]:
    """Write into ``data/readings.csv`` that these conclusions were read; returns those that were not before.

    Readings of conclusions that are gone are dropped.

    Raises
    ------
    KeyError
        If there is no such conclusion, or no table to write readings into.
    """
    evidence = load_evidence(root)
    if "readings" not in evidence.package.tables:
        msg = "no table 'readings' in data/datapackage.json: declare it, with a file, to record readings"
        raise KeyError(msg)
    known = set(evidence.tables["claims"]["claim_id"])
    kept = {
        row["claim_id"]: ["" if pd.isna(row[name]) else row[name] for name in COLUMNS]
        for row in records(evidence.tables["readings"])
        if row["claim_id"] in known
    }
    fresh = [
        claim_id
        for claim_id in claim_ids
        if take_reading(evidence, claim_id) and reading_state(evidence, claim_id) != "read"
    ]
    kept |= {claim_id: [claim_id, day, *take_reading(evidence, claim_id)] for claim_id in fresh}
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in kept.values()]
    save_tables(root / "data", evidence.package, {"readings": rows})
    return fresh


def list_unread(root: Path) -> list[tuple[str, str, list[str]]]:
    """(claim_id, state, reports it does not know of) of every conclusion that is not read as it is now."""
    evidence = load_evidence(root)
    return [
        (claim_id, state, new_reports(evidence, claim_id))
        for claim_id in evidence.tables["claims"]["claim_id"]
        if (state := reading_state(evidence, claim_id)) != "read"
    ]


def list_ratings(root: Path, claim_ids: Sequence[str]) -> list[str]:
    """Ratings of certainty that are to be read again with these conclusions (certainty_id), each once."""
    evidence = load_evidence(root)
    return sorted({name for claim_id in claim_ids for name in ratings_on_question(evidence, claim_id)})


def list_untold(root: Path) -> list[tuple[str, str]]:
    """(class_id, study's name) of every larger included study that no conclusion of its class rests on."""
    evidence = load_evidence(root)
    names = evidence.tables["studies"].set_index("study_id")["name"]
    return [
        (class_id, str(names[study_id]))
        for class_id in evidence.tables["regimen_classes"]["class_id"]
        for study_id in sorted(untold_studies(evidence, class_id))
    ]
