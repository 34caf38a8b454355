"""Whether a conclusion was read against the rows it now rests on.

A reading is recorded as a digest of the conclusion and of its rows: any change of either asks for a new one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import pandas as pd

from livingreview.evidence import Evidence, split_ids
from livingreview.evidence.schema import Table

# State of a conclusion -> what a page says of it; one that is read needs no word.
STATES = {
    "read": "",
    "changed": "The rows under this conclusion, or its own words, changed after it was last read "
    "against them; it waits to be read again.",
    "unread": "",
}


def digest_claim(evidence: Evidence, claim_id: str) -> str:
    """Twelve hexadecimal digits over a conclusion's words and certainty and the filled cells of its rows.

    Raises
    ------
    KeyError
        If there is no such conclusion.
    """
    claims = evidence.tables["claims"].set_index("claim_id", drop=False)
    if claim_id not in claims.index:
        msg = f"no conclusion {claim_id!r} in claims.csv; there are {', '.join(claims.index)}"
        raise KeyError(msg)
    claim, package = claims.loc[claim_id], evidence.package
    own = {name: claim[name] for name in ("text", "rests_on", "certainty")}
    parts = [_filled(package.tables["claims"], own)]
    for row_id in split_ids(claim["rests_on"]):
        known = row_id in evidence.row_tables
        parts.append(
            _filled(package.tables[evidence.row_tables[row_id]], evidence.row(row_id))
            if known
            else f"{row_id} is gone"
        )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def reading_state(evidence: Evidence, claim_id: str) -> str:
    """'read' (nothing changed since), 'changed' (to be read again) or 'unread' (no reading is recorded)."""
    kept = evidence.tables["readings"].set_index("claim_id")["digest"]
    if claim_id not in kept.index:
        return "unread"
    return "read" if kept[claim_id] == digest_claim(evidence, claim_id) else "changed"


def _filled(table: Table, row: Mapping) -> str:
    """Every filled cell as 'column=value'; an empty column added later changes nothing."""
    cells = []
    for item in table.fields:
        if item.name in row and not pd.isna(row[item.name]):
            value = row[item.name]
            cells.append(
                f"{item.name}={float(value)!r}"
                if item.type in ("integer", "number")
                else f"{item.name}={value}"
            )
    return "\x1f".join(sorted(cells))
