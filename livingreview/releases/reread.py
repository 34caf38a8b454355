"""Recording that someone has read a conclusion against its rows as they stand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from livingreview.checks import record_rows, write_rows
from livingreview.evidence import load_evidence, records
from livingreview.evidence.readings import digest_claim, reading_state


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
        row["claim_id"]: [row["claim_id"], row["digest"], row["read_on"]]
        for row in records(evidence.tables["readings"])
        if row["claim_id"] in known
    }
    fresh = [
        claim_id
        for claim_id in claim_ids
        if digest_claim(evidence, claim_id) and reading_state(evidence, claim_id) != "read"
    ]
    kept |= {claim_id: [claim_id, digest_claim(evidence, claim_id), day] for claim_id in fresh}
    write_rows(
        root / "data" / "readings.csv",
        ["claim_id", "digest", "read_on"],
        [kept[claim_id] for claim_id in sorted(kept)],
    )
    record_rows(root)
    return fresh


def list_unread(root: Path) -> list[tuple[str, str]]:
    """(claim_id, state) of every conclusion that is not read as it stands."""
    evidence = load_evidence(root)
    claim_ids = evidence.tables["claims"]["claim_id"]
    states = {claim_id: reading_state(evidence, claim_id) for claim_id in claim_ids}
    return [(claim_id, state) for claim_id, state in states.items() if state != "read"]
