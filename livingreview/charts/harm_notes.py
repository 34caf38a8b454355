"""What the table of harms does not show: other terms, no grade, what is put down to treatment alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from livingreview.charts.labels import name_study
from livingreview.evidence import Evidence, records, split_ids
from livingreview.tables.common import in_sentence, say_studies, with_cohorts
from livingreview.tables.counts import own_families, result_of_event
from livingreview.tables.outcomes import FATAL, SEVERE

ELSEWHERE = "so only among all results (page of all the evidence)"


@dataclass
class Event:
    """A column: what is counted, by which codes, from which grade on (None for any)."""

    name: str
    table: str
    codes: tuple[str, ...]
    grade: int | None
    result_id: str = ""
    chosen: dict[str, dict] = field(default_factory=dict)


def say_left_out(evidence: Evidence, events: Sequence[Event], part: str) -> tuple[str, str] | None:
    """What is counted and not drawn: its kinds, and each by name; None where there is nothing."""
    kinds, words = [], []
    if others := other_terms(evidence, events, part):
        kinds.append(f"{len(others)} other term{'s' if len(others) > 1 else ''}")
        words.append(f"Told under other terms, {ELSEWHERE}: {', '.join(others)}.")
    if ungraded := without_grade(evidence, events, part):
        kinds.append("counts without a grade")
        words.append(f"Counted without a grade, {ELSEWHERE}: {'; '.join(ungraded)}.")
    if related := put_down_to_treatment(evidence, part):
        kinds.append("what is put down to treatment")
        words.append(f"{'Likewise ' if words else 'Told '}{ELSEWHERE}: {'; '.join(related)}.")
    return (f"Counted, but not in this figure: {', '.join(kinds)}", " ".join(words)) if kinds else None


def other_terms(evidence: Evidence, events: Sequence[Event], part: str) -> list[str]:
    """Terms of events, severe, fatal or ungraded, that are in no column: neuropathy, fatal infection."""
    counted = {code for event in events for code in event.codes}
    deaths = {code for event in events if event.grade is None for code in event.codes}
    terms = set()
    for row in _told(evidence, part):
        term, grade = str(row["term"]), row["grade_min"]
        name = term[:1].lower() + term[1:]
        if pd.isna(grade) or SEVERE <= grade < FATAL:
            if term not in counted and not any(_says_more(row, event) for event in events):
                terms.add(name)
        elif grade >= FATAL and term not in deaths:
            terms.add(name if "fatal" in name else f"fatal {name}")
    return sorted(terms)


def without_grade(evidence: Evidence, events: Sequence[Event], part: str) -> list[str]:
    """'infection in Roe 2017, Doe 2018': counts that have no cell, since their grade is not reported.

    Told are all studies that have no cell, with those whose term says more than the event's name, as severe
    infection.
    """
    rows = [row for row in _told(evidence, part) if pd.isna(row["grade_min"])]
    found = []
    for event in events:
        if event.grade is None:
            continue
        told = {evidence.cohort_studies[row["cohort_id"]] for row in event.chosen.values()}
        names = {
            name_study(evidence, row["report_id"], row["cohort_id"])
            for row in rows
            if evidence.cohort_studies[row["cohort_id"]] not in told
            and (row["term"] in event.codes or _says_more(row, event))
        }
        if names:
            found.append(f"{in_sentence(event.name)} in {', '.join(sorted(names))}")
    return found


def say_certainty(evidence: Evidence, row_ids: Sequence[str]) -> str:
    """'Certainty (GRADE): severe infection against chemotherapy: low; all else not rated.'"""
    own = set(row_ids)
    told = [
        f"{in_sentence(row['outcome'])}: {evidence.label('certainty', 'certainty', row['certainty'])}"
        for row in records(evidence.tables["certainty"].sort_values("position"))
        if row["question"] == "effect" and own & set(split_ids(row["rests_on"]))
    ]
    return f"Certainty (GRADE): {'; '.join([*told, 'all else not rated' if told else 'not rated'])}."


def put_down_to_treatment(evidence: Evidence, part: str) -> list[str]:
    """'fatal event put down to treatment (3 studies)': results of their own that have no column."""
    studies: dict[str, set[str]] = {}
    for row in _told(evidence, part):
        result = result_of_event(evidence, row)
        if result is not None and result.attribution:
            studies.setdefault(result.name, set()).add(evidence.cohort_studies[row["cohort_id"]])
    return [f"{in_sentence(name)} ({say_studies(len(found))})" for name, found in studies.items()]


def _says_more(row: Mapping, event: Event) -> bool:
    name, more, _ = str(row["term"]).partition(",")
    return bool(more) and name in event.codes


def _told(evidence: Evidence, part: str) -> Iterator[Mapping]:
    """Adverse events of a part of the chapter, without those of control arms."""
    for row in own_families(evidence, with_cohorts(evidence, "adverse_events")):
        if row["c_part"] == part and row["c_arm_at"] != "control":
            yield row
