"""Which rows a chart draws: counts of some size, each study once, no patient in a cohort and in its part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import pandas as pd

from livingreview.display.numbers import is_second_hand
from livingreview.evidence import Evidence


def drawable_counts(rows: Iterable[dict], *, least: int = 2) -> list[dict]:
    """Rows with counts of at least `least` patients.

    Single patients, fragments and ad-hoc subgroups stay in the tables.
    """
    return [
        row
        for row in rows
        if not pd.isna(row["events"])
        and not pd.isna(row["total"])
        and row["total"] >= least
        and row.get("denominator") != "subgroup"
    ]


def drawn_once(evidence: Evidence, rows: Sequence[dict], *what: str) -> list[dict]:
    """Of the rows that tell the same thing of one study, those of one report.

    Trials are reported again and again, and reviews repeat them: the included report comes before the
    context, the first-hand before the restated, the larger before the smaller. Where whole cohorts remain
    their subgroups stay in the tables.

    Parameters
    ----------
    rows : sequence of dict
        Rows with their cohorts, see `with_cohorts`.
    what : str
        The columns that say what a row tells.
    """
    groups: dict[tuple, list[dict]] = {}
    studies: dict[str, set[str]] = {}
    for row in rows:
        family, study = row["c_family"], evidence.cohort_studies[row["cohort_id"]]
        stratum = (family, *(row[name] for name in ("c_disease", "c_setting", "c_age_group")))
        groups.setdefault((*stratum, study, *(str(row[name]) for name in what)), []).append(row)
        studies.setdefault(family, set()).add(study)
    keep: set[str] = set()
    for (family, *_), same in groups.items():
        best = max(same, key=lambda row: _rank(evidence, row))["report_id"]
        chosen = [row for row in same if row["report_id"] == best]
        wholes = [row for row in chosen if is_whole(row)]
        keep |= {row["row_id"] for row in (wholes if len(studies[family]) > 1 and wholes else chosen)}
    return [row for row in rows if row["row_id"] in keep]


def _rank(evidence: Evidence, row: dict) -> tuple:
    return (
        row["report_id"] in evidence.included,
        not is_second_hand(row),
        is_whole(row),
        0 if pd.isna(row["total"]) else row["total"],
    )


def is_whole(row: dict) -> bool:
    """Whether a row's cohort is a whole one, not a part of another."""
    return pd.isna(row["c_parent_cohort_id"])


def patients_once(evidence: Evidence, rows: Sequence[dict]) -> list[dict]:
    """Rows of whole cohorts, and of a part only where no whole cohort with its patients is among the rows.

    That is a cohort of its study, of a study that shares its patients, or around it.
    """
    studies, cohorts = evidence.cohort_studies, evidence.tables["cohorts"]
    parents = dict(zip(cohorts["cohort_id"], cohorts["parent_cohort_id"], strict=True))
    whole = {studies[row["cohort_id"]] for row in rows if is_whole(row)}
    taken = whole.union(*(evidence.overlaps[study] for study in whole))
    shown = {row["cohort_id"] for row in rows}

    def around(cohort_id: str) -> Iterator[str]:
        while not pd.isna(cohort_id := parents[cohort_id]):
            yield cohort_id

    return [
        row
        for row in rows
        if is_whole(row) or not (studies[row["cohort_id"]] in taken or shown & set(around(row["cohort_id"])))
    ]
