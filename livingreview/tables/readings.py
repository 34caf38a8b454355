"""Whether a conclusion was read against the evidence as it is now.

A reading keeps two digests: one of the conclusion and the rows it rests on, one of all results on the same
question, whoever reported them. So a conclusion is to be read again when one of its own rows changes, and
also when a report is entered that it does not know of.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

from livingreview.evidence import Evidence, select_class, select_part, split_ids
from livingreview.evidence.schema import Table
from livingreview.tables.common import short_name, whole, with_cohorts

# State of a conclusion -> what a page says of it; one that is read needs no word.
STATES = {
    "read": "",
    "changed": "The results under this conclusion, or its own words, changed after it was last read "
    "against them; it waits to be read again.",
    "new_evidence": "Results on the same question were entered, corrected or removed after this conclusion "
    "was last read against them{reports}; it waits to be read again.",
    "unread": "",
}
# Table -> the column that says what was measured. An outcome or event counts with its whole group.
MEASURED = {"outcomes": "outcome", "survival": "endpoint", "adverse_events": "group"}


LEAST_TOLD = 10  # patients from which a study belongs into some conclusion


class Reading(NamedTuple):
    """What a conclusion rested on, and what else there was on its question, when it was read.

    digest, slice_digest : str
        Twelve hexadecimal digits each.
    slice_reports : str
        Reports with results on the question, '; ' between them.
    """

    digest: str
    slice_digest: str
    slice_reports: str


def take_reading(evidence: Evidence, claim_id: str) -> Reading:
    """The reading of a conclusion against the evidence as it is.

    Raises
    ------
    KeyError
        If there is no such conclusion.
    """
    rows = rows_on_question(evidence, claim_id)
    parts = []
    for row in sorted(rows, key=lambda row: row["row_id"]):
        table = evidence.package.tables[evidence.row_tables[row["row_id"]]]
        numbers = {item.name: row[item.name] for item in table.fields if item.type in ("integer", "number")}
        parts.append(f"{row['row_id']}\x1f{_filled(table, numbers)}")
    reports = "; ".join(sorted({row["report_id"] for row in rows}))
    return Reading(digest_claim(evidence, claim_id), _digest(parts), reports)


def digest_claim(evidence: Evidence, claim_id: str) -> str:
    """Twelve hexadecimal digits over a conclusion's words and certainty and the filled cells of its rows.

    Raises
    ------
    KeyError
        If there is no such conclusion.
    """
    claim, package = _claim(evidence, claim_id), evidence.package
    own = {name: claim[name] for name in ("text", "rests_on", "certainty")}
    parts = [_filled(package.tables["claims"], own)]
    for row_id in split_ids(claim["rests_on"]):
        known = row_id in evidence.row_tables
        parts.append(
            _filled(package.tables[evidence.row_tables[row_id]], evidence.row(row_id))
            if known
            else f"{row_id} is gone"
        )
    return _digest(parts)


def rows_on_question(evidence: Evidence, claim_id: str) -> list[dict]:
    """All results that answer the question of a conclusion, those it rests on among them.

    Of the conclusion's class, in the same disease, setting and age group as a row it rests on, and of the
    same endpoint or group of outcomes or events. The course of a single patient asks no question of others.
    """
    claim = _claim(evidence, claim_id)
    rests_on, found = set(split_ids(claim["rests_on"])), []
    for table in MEASURED:
        rows = [row for row in with_cohorts(evidence, table) if row["c_class"] == claim["class_id"]]
        asked = {
            _question(evidence, table, row)
            for row in rows
            if row["row_id"] in rests_on and whole(row["c_n_enrolled"]) != 1
        }
        found += [row for row in rows if _question(evidence, table, row) in asked]
    return found


def reading_state(evidence: Evidence, claim_id: str) -> str:
    """The state of a conclusion, a key of `STATES`.

    'read': nothing changed since; 'changed': itself or a row of it did; 'new_evidence': other results on its
    question did; 'unread': no reading is recorded.
    """
    kept = _kept(evidence, claim_id)
    if kept is None:
        return "unread"
    now = take_reading(evidence, claim_id)
    if kept.digest != now.digest:
        return "changed"
    return "read" if kept.slice_digest == now.slice_digest else "new_evidence"


def say_reading(evidence: Evidence, claim_id: str) -> str:
    """What a page says of a conclusion's reading, naming reports it does not know of; '' if it is read."""
    state = reading_state(evidence, claim_id)
    # Only one state names reports: the others are spared a second look at all results on the question.
    new = new_reports(evidence, claim_id) if state == "new_evidence" else []
    names = ", ".join(short_name(evidence, report) for report in new)
    return STATES[state].format(reports=f" ({names})" if names else "")


def new_reports(evidence: Evidence, claim_id: str) -> list[str]:
    """Reports with results on the question of a conclusion that had none when it was read."""
    kept = _kept(evidence, claim_id)
    if kept is None:
        return []
    known = split_ids(kept.slice_reports)
    return [name for name in split_ids(take_reading(evidence, claim_id).slice_reports) if name not in known]


def ratings_on_question(evidence: Evidence, claim_id: str) -> list[str]:
    """Ratings of certainty (certainty_id) that rest on a result on the question of a conclusion.

    Their reasons speak of numbers, intervals and agreement, and are to be read again with the conclusion.
    """
    asked = {row["row_id"] for row in rows_on_question(evidence, claim_id)}
    asked |= set(split_ids(_claim(evidence, claim_id)["rests_on"]))
    rated = evidence.tables["certainty"].set_index("certainty_id")["rests_on"].dropna()
    return [name for name, cell in rated.items() if not asked.isdisjoint(split_ids(cell))]


def untold_studies(evidence: Evidence, class_id: str) -> set[str]:
    """Included studies of enough patients and a regimen of the class's core that no conclusion of it names.

    What such a study found is in the tables only, and may point elsewhere than what is said to be known.
    """
    part = select_part(select_class(evidence, class_id), "core")
    told = {
        evidence.cohort_studies[evidence.row(row_id)["cohort_id"]]
        for cell in part.tables["claims"]["rests_on"].dropna()
        for row_id in split_ids(cell)
        if not pd.isna(evidence.row(row_id).get("cohort_id"))
    }
    cohorts = part.tables["cohorts"]
    size = cohorts["n_enrolled"].fillna(cohorts["n_evaluable"])
    is_whole = cohorts["parent_cohort_id"].isna() & cohorts["report_id"].isin(evidence.included)
    return set(cohorts.loc[size.ge(LEAST_TOLD) & is_whole, "study_id"]) - told


def _claim(evidence: Evidence, claim_id: str) -> pd.Series:
    claims = evidence.tables["claims"].set_index("claim_id", drop=False)
    if claim_id not in claims.index:
        msg = f"no conclusion {claim_id!r} in claims.csv; there are {', '.join(claims.index)}"
        raise KeyError(msg)
    return claims.loc[claim_id]


def _kept(evidence: Evidence, claim_id: str) -> Reading | None:
    readings = evidence.tables["readings"].set_index("claim_id")
    if claim_id not in readings.index:
        return None
    return Reading(*readings.loc[claim_id, list(Reading._fields)].fillna(""))


def _question(evidence: Evidence, table: str, row: Mapping) -> tuple:
    code = row[MEASURED[table]]
    if table == "outcomes":
        code = evidence.package.field(table, "outcome").groups.get(code, code)
    return table, row["c_disease"], row["c_setting"], row["c_age_group"], code


def _digest(parts: list[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


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
