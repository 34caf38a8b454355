"""What may share a pool, and why not: the review's rules, none of which looks at which way a result points.

Rules A say which studies may stand together, B how many are needed for what, C when a pooled value is not
shown all the same. The methods page states them in words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from livingreview.display.numbers import is_second_hand
from livingreview.evidence import Evidence, records
from livingreview.synthesis import PooledProportion, pool_proportions
from livingreview.tables.choice import Choice, choose_counts, name_sum, say_sum
from livingreview.tables.common import full_name, group_by, stratum_name, text
from livingreview.tables.outcomes import select_outcomes

LEAST_PATIENTS = 5  # a smaller group was published because of what happened in it
MOST_LOST = 0.20  # share of patients not evaluable beyond which counting them as failures says nothing
LEAST_STUDIES, FEW_STUDIES = 3, 5
WIDEST_PREDICTION, LARGEST_TAU = 0.60, 1.5  # beyond either a single value describes no study
ARM = "an arm of a randomised trial"
GROUPS = ("response", "mrd", "mortality", "transplant")
TIMED = ("course_1", "courses_2", "later_course")
# All patients treated; the others keep a pool to themselves.
BASES = {
    "treated": "all",
    "enrolled": "all",
    "evaluable": "all",
    "responders": "responders",
    "assessed": "assessed",
    "transplanted": "transplanted",
    "subgroup": "subgroup",
    "not_reported": "unknown",
}
BASE_NAMES = {
    "all": "all patients treated",
    "responders": "patients in remission",
    "assessed": "patients assessed",
    "transplanted": "patients transplanted",
    "subgroup": "a subgroup",
    "unknown": "patients not named",
}
KEYS = ["c_family_position", "c_family", "c_disease", "c_setting", "c_age_group", "outcome", "base"]
# Why a fit gave no value (`Pooled.status`), in words.
STOPPED = {
    "no_events": "no study has an event",
    "all_events": "every patient has the event",
    "not_converged": "the calculation did not come to an end",
}


@dataclass(frozen=True)
class Part:
    """One evidence row of a study's count, with its events and patients as pooled."""

    row_id: str
    label: str
    events: int
    total: int


@dataclass(frozen=True)
class Entry:
    """One study's count in a pool.

    Attributes
    ----------
    row_id, study_id, name : str
        The evidence row (the largest, where several are added up), its study, and the study's short name with
        the cohort's label.
    events, total : int
        As pooled; `rebased` where the total is all patients enrolled though the report counts from those
        evaluable.
    second_hand : bool
        Whether the count is known from another publication only.
    available : str
        When the report first became public; '' where not established. Of a sum, its latest report.
    parts : tuple of Part
        The rows behind the count: one, or those of cohorts without a patient in common.
    """

    row_id: str
    study_id: str
    name: str
    events: int
    total: int
    rebased: bool = False
    second_hand: bool = False
    available: str = ""
    parts: tuple[Part, ...] = ()

    @property
    def row_ids(self) -> list[str]:
        """Every evidence row behind the count."""
        return [part.row_id for part in self.parts] or [self.row_id]

    @property
    def arithmetic(self) -> str:
        """How a sum comes about, '8/21 + 11/14 + 4/5 = 23/40'; '' where nothing is added up."""
        return say_sum([(part.events, part.total) for part in self.parts]) if len(self.parts) > 1 else ""


@dataclass(frozen=True)
class Plan:
    """What the rules make of one stratum, outcome, time point and denominator.

    Attributes
    ----------
    stratum, outcome, when, base : str
        In words.
    key : str
        Stable name of the stratum, for addresses.
    entries : tuple of Entry
        Studies that may stand together, by first availability.
    left_out : tuple of (row_id, name, reason)
        Counts of the stratum that may not, and why.
    """

    stratum: str
    outcome: str
    when: str
    base: str
    key: str
    entries: tuple[Entry, ...] = ()
    left_out: tuple[tuple[str, str, str], ...] = field(default=())

    @property
    def events(self) -> list[int]:
        """Events of each study."""
        return [entry.events for entry in self.entries]

    @property
    def totals(self) -> list[int]:
        """Patients of each study."""
        return [entry.total for entry in self.entries]

    @cached_property
    def pooled(self) -> PooledProportion | None:
        """The pooled proportion; None where there are too few studies for one."""
        return pool_proportions(self.events, self.totals) if len(self.entries) >= LEAST_STUDIES else None

    @cached_property
    def decision(self) -> str:
        """``pooled``, ``listed`` (shown, not pooled) or ``refused`` (fewer than two may stand together)."""
        if len(self.entries) < 2:
            return "refused"
        return "listed" if self.stop or self.pooled is None else "pooled"

    @cached_property
    def stop(self) -> str:
        """Why a pooled value that could be calculated is not shown; '' where it is."""
        fit = self.pooled
        if fit is None:
            return ""
        if fit.status != "ok":
            return STOPPED.get(fit.status, "the spread between studies cannot be estimated")
        if np.sqrt(fit.tau2) > LARGEST_TAU:
            return "the studies differ too much (spread on the logit scale above the limit)"
        if fit.prediction[1] - fit.prediction[0] > WIDEST_PREDICTION:
            return "the studies differ too much: a new study could lie almost anywhere"
        return ""

    @cached_property
    def reason(self) -> str:
        """The decision in one sentence."""
        k = len(self.entries)
        if k < 2:
            return "fewer than two studies may be pooled together" if k else "no study may be pooled"
        if k < LEAST_STUDIES:
            return "two studies: both shown, none pooled"
        if self.stop:
            return f"{k} studies, shown but not pooled: {self.stop}"
        few = " (few studies)" if k < FEW_STUDIES else ""
        shared = "disease, setting, age group, regimen, outcome, time point and denominator"
        return f"{k} studies that share {shared}, and no patients{few}"


def synthesis_plan(evidence: Evidence, groups: tuple[str, ...] = GROUPS) -> list[Plan]:
    """Every stratum and outcome that at least two studies report, with what the rules allow.

    Raises
    ------
    ValueError
        If a group of outcomes does not exist.
    """
    for group in groups:
        if (name := f"plan:{group}") not in evidence.memo:
            evidence.memo[name] = list(_plan_group(evidence, select_outcomes(evidence, group)))
    return [plan for group in groups for plan in evidence.memo[f"plan:{group}"]]


def _plan_group(evidence: Evidence, rows: Iterable[dict]) -> Iterator[Plan]:
    for key, part in group_by(_with_study(evidence, rows), *KEYS).items():
        if len({row["study_id"] for row in part}) < 2:
            continue
        barred = {row["row_id"]: reason for row in part if (reason := bar(row))}
        assessed = {row["assessed_at"] for row in part if row["row_id"] not in barred}
        for time in [time for time in TIMED if time in assessed] or [""]:
            yield _make_plan(evidence, key, part, time, barred)


def _with_study(evidence: Evidence, rows: Iterable[dict]) -> list[dict]:
    cohorts, studies, reports = (
        {row[key]: row for row in records(evidence.tables[table])}
        for table, key in (("cohorts", "cohort_id"), ("studies", "study_id"), ("reports", "report_id"))
    )
    directions = evidence.package.field("outcomes", "outcome")
    # A report whose date is not established came no earlier than the study's first.
    dated = evidence.tables["reports"].dropna(subset=["first_available"])
    earliest = dated.groupby("study_id")["first_available"].min().to_dict()
    found = []
    for row in rows:
        if pd.isna(row["cohort_id"]):
            continue
        cohort, report = cohorts[row["cohort_id"]], reports[row["report_id"]]
        study = studies[cohort["study_id"]]
        found.append(
            row
            | {
                "study_id": cohort["study_id"],
                "arm": cohort["arm"],
                "design": study["design"],
                "available": text(report["first_available"]) or earliest.get(cohort["study_id"], ""),
                "name": full_name(evidence, row),
                "study": study["name"],
                "direction": directions.direction(row["outcome"]),
                "base": BASES.get(row["denominator"], pd.NA),
            }
        )
    return found


def bar(row: dict) -> str:
    """Why one count may not enter any pool; '' where it may (rules A3 to A5)."""
    if pd.isna(row["events"]) or pd.isna(row["total"]):
        return "the count is not printed and cannot be recovered"
    if row["total"] < LEAST_PATIENTS:
        return f"fewer than {LEAST_PATIENTS} patients"
    if row["design"] == "case_report":
        return "single patients"
    if row["design"] == "randomised" or not pd.isna(row["arm"]):
        return f"{ARM}: it is read against its control, not pooled with uncontrolled series"
    if row["base"] == "subgroup":
        return "a subgroup picked out of a cohort"
    if row["base"] == "unknown":
        return "whom the count is of is not printed"
    if row["denominator"] == "evaluable" and pd.isna(row["c_n_enrolled"]):
        return "counted from evaluable patients; the number treated is not printed"
    if row["denominator"] == "evaluable" and row["total"] < (1 - MOST_LOST) * row["c_n_enrolled"]:
        return f"only {row['total']} of {row['c_n_enrolled']} patients could be evaluated"
    if row["assessed_at"] == "not_reported":
        return "the time point is not printed"
    if row["assessed_at"] not in TIMED:
        return "assessed at a time of its own"
    return ""


def _make_plan(
    evidence: Evidence, key: tuple, part: Sequence[dict], time: str, barred: dict[str, str]
) -> Plan:
    _, family, disease, setting, age, outcome, base = key
    left_out = [
        (row["row_id"], row["name"], barred[row["row_id"]]) for row in part if row["row_id"] in barred
    ]
    rows = [row for row in part if row["row_id"] not in barred]
    for row in rows:
        if row["assessed_at"] != time:
            when = evidence.label("outcomes", "assessed_at", row["assessed_at"])
            left_out.append((row["row_id"], row["name"], f"assessed {when}"))
    timed = [row for row in rows if row["assessed_at"] == time]
    kept, dropped = choose_counts(evidence, timed, alike=alike_counts, rivals=False)
    left_out += [(row["row_id"], row["name"], reason) for row, reason in dropped]
    address = ".".join(str(part) for part in (family, disease, setting, age, outcome, base, time))
    entries = sorted(map(make_entry, kept), key=lambda entry: (entry.available or "9999", entry.row_id))
    return Plan(
        stratum=f"{family}: {stratum_name(evidence, disease, setting, age)}",
        outcome=evidence.label("outcomes", "outcome", outcome),
        when=evidence.label("outcomes", "assessed_at", time) if time else "time point not printed",
        base=BASE_NAMES[base],
        key=address.lower().replace(" ", "-"),
        entries=tuple(entries),
        left_out=tuple(left_out),
    )


def alike_counts(row: dict) -> tuple:
    """What counts of one study must share to be added up: outcome, denominator and time."""
    return row["outcome"], str(row["base"]), row["assessed_at"]


def make_entry(choice: Choice) -> Entry:
    """A study's count as it is pooled.

    Patients who could not be evaluated are counted as failures, so only of a good outcome: to count them as
    free of a bad one would make the treatment look safer than it was seen to be.
    """
    rows = choice.rows
    again = [
        (row["denominator"], row["direction"]) == ("evaluable", "good")
        and row["c_n_enrolled"] != row["total"]
        for row in rows
    ]
    parts = tuple(
        Part(
            row["row_id"],
            row["c_label"],
            int(row["events"]),
            int(row["c_n_enrolled"] if rebased else row["total"]),
        )
        for row, rebased in zip(rows, again, strict=True)
    )
    name = rows[0]["name"]
    if choice.is_sum:
        name = name_sum(rows[0]["study"], [(part.label, part.events, part.total) for part in parts])
    return Entry(
        rows[0]["row_id"],
        choice.study_id,
        name,
        sum(part.events for part in parts),
        sum(part.total for part in parts),
        any(again),
        any(map(is_second_hand, rows)),
        max(str(row["available"]) for row in rows),
        parts,
    )
