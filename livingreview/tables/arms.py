"""Randomised trials arm by arm: which cohorts stand against each other, and rows told of both."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from livingreview.display.numbers import is_second_hand
from livingreview.evidence import Evidence, records
from livingreview.tables.choice import count_size, kinship
from livingreview.tables.common import in_sentence, text, with_cohorts

# What rows of both arms must share to be told side by side.
SAME = {
    "outcomes": ("outcome", "definition", "timepoint", "denominator"),
    "adverse_events": ("term", "grade_min", "grade_max", "attribution", "period"),
}


@dataclass(frozen=True)
class Arms:
    """The two arms of a trial as one report tells them: rows of ``cohorts``."""

    study_id: str
    report_id: str
    experimental: Mapping
    control: Mapping

    @property
    def size(self) -> int:
        """Patients of both, as far as their number is printed."""
        numbers = (arm["n_enrolled"] for arm in (self.experimental, self.control))
        return sum(0 if pd.isna(number) else int(number) for number in numbers)


@dataclass(frozen=True)
class Pair:
    """One thing told of both arms: a row of evidence for each."""

    arms: Arms
    experimental: dict
    control: dict

    @property
    def counted(self) -> bool:
        """Whether both arms have a count."""
        return not any(map(pd.isna, self.cells))

    @property
    def cells(self) -> list:
        """Events and patients of the experimental arm, then of the control arm."""
        return [row[name] for row in self.rows for name in ("events", "total")]

    @property
    def rows(self) -> tuple[dict, dict]:
        """That of the experimental arm, then that of the control arm."""
        return self.experimental, self.control


def find_arms(evidence: Evidence, part: str | None = "core") -> list[Arms]:
    """Whole arms of randomised trials, for each report that tells of both; the largest trial first.

    Parameters
    ----------
    part : str or None
        Part of the chapter that the experimental regimen belongs to, see ``families.part``; None for any.
    """
    kin, parts = kinship(evidence), evidence.families["part"].to_dict()
    told: dict[tuple[str, str], dict[str, list[dict]]] = {}
    for row in records(evidence.tables["cohorts"]):
        if text(row["arm"]) and not any(kin.arms.get(above) for above in kin.line(row["cohort_id"])[1:]):
            told.setdefault((row["study_id"], row["report_id"]), {}).setdefault(row["arm"], []).append(row)
    found = [
        Arms(study, report, arms["experimental"][0], arms["control"][0])
        for (study, report), arms in told.items()
        if {arm: len(rows) for arm, rows in arms.items()} == {"experimental": 1, "control": 1}
        and part in (None, parts.get(arms["experimental"][0]["regimen_id"]))
    ]
    size: dict[str, int] = {}
    for arms in found:
        size[arms.study_id] = max(arms.size, size.get(arms.study_id, 0))
    return sorted(found, key=lambda arms: (-size[arms.study_id], arms.study_id))


def pair_rows(evidence: Evidence, arms: Iterable[Arms], table: str) -> Iterator[Pair]:
    """Rows of a table that both arms of a report tell once each, alike in the columns of `SAME`."""
    by_cohort: dict[str, dict[tuple, list[dict]]] = {}
    for row in with_cohorts(evidence, table):
        key = tuple(text(row[name]) for name in SAME[table])
        by_cohort.setdefault(row["cohort_id"], {}).setdefault(key, []).append(row)
    for trial in arms:
        own, other = (by_cohort.get(arm["cohort_id"], {}) for arm in (trial.experimental, trial.control))
        for key, rows in own.items():
            if len(rows) == len(other.get(key, ())) == 1:
                yield Pair(trial, rows[0], other[key][0])


def best_pairs(evidence: Evidence, pairs: Iterable[Pair], what: Callable[[Pair], object]) -> list[Pair]:
    """Of each study one pair for each thing told: with counts, of an included report, first-hand, larger."""

    def rank(pair: Pair) -> tuple:
        return (
            pair.counted,
            pair.arms.report_id in evidence.included,
            not is_second_hand(pair.experimental),
            count_size(pair.experimental) + count_size(pair.control),
        )

    best: dict[tuple, Pair] = {}
    for pair in pairs:
        key = (pair.arms.study_id, what(pair))
        if key not in best or rank(pair) > rank(best[key]):
            best[key] = pair
    return list(best.values())


def name_treatments(evidence: Evidence, arms: Arms) -> tuple[str, str]:
    """Names of the two regimens; '' where one is not known."""
    names = evidence.regimen_names
    return tuple(text(names.get(text(arm["regimen_id"]), "")) for arm in (arms.experimental, arms.control))


def say_treatments(evidence: Evidence, arms: Arms) -> str:
    """'New drug against standard care'; '' where a regimen has no name."""
    one, other = name_treatments(evidence, arms)
    return f"{one} against {in_sentence(other)}" if one and other else ""


def name_arms(evidence: Evidence, arms: Arms, pairs: Sequence[Pair]) -> tuple[str, str]:
    """Both treatments with the patients counted: 'New drug, n = 267', 'Standard care, n = 109'.

    A control arm whose regimen has no name in the data is called by its cohort.
    """
    cohorts = arms.experimental, arms.control
    named = []
    for place, words in enumerate(name_treatments(evidence, arms)):
        totals = sorted({int(pair.rows[place]["total"]) for pair in pairs})
        size = str(totals[0]) if len(totals) == 1 else f"{totals[0]} to {totals[-1]}, by event"
        named.append(f"{words or cohorts[place]['label']}, n = {size}")
    return named[0], named[1]
