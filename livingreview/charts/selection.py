"""Which rows a chart draws: counts of some size, each study once, and no count beside its own complement."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import pandas as pd

from livingreview.display.numbers import is_second_hand
from livingreview.evidence import Evidence
from livingreview.evidence.schema import Field
from livingreview.tables.choice import Choice, choose_counts, count_size, is_whole, kinship
from livingreview.tables.common import group_by, text
from livingreview.tables.counts import BASES


def drawable_counts(rows: Sequence[dict], *, percentages: bool = False) -> list[dict]:
    """Rows with counts; ad-hoc subgroups stay in the tables.

    An arm of a randomised trial given as a percentage only may be drawn all the same where the other arm is:
    without it that one would stand alone. With `percentages` every printed percentage is: a chart of harm
    without the common events, for want of their counts, would make a treatment look safer than it is.
    """
    told_whole = [row for row in rows if row.get("denominator") != "subgroup"]
    counted = [row for row in told_whole if not pd.isna(row["events"]) and not pd.isna(row["total"])]
    percent = [
        row
        for row in told_whole
        if pd.isna(row["events"]) and not pd.isna(row["percent_reported_pct"]) and not pd.isna(row["c_arm"])
    ]
    told = {(_question(row), row["c_arm"]) for row in (*counted, *percent) if not pd.isna(row["c_arm"])}
    paired = {
        row["row_id"]
        for row in percent
        if any(question == _question(row) and arm != row["c_arm"] for question, arm in told)
    }
    kept = {row["row_id"] for row in counted} | paired
    if percentages:
        kept |= {row["row_id"] for row in rows if not pd.isna(row["percent_reported_pct"])}
    return [row for row in rows if row["row_id"] in kept]


def _question(row: dict) -> tuple:
    """What both arms of a trial are asked in one report."""
    names = (
        "report_id",
        "outcome",
        "definition",
        "timepoint",
        "denominator",
        "term",
        "grade_min",
        "grade_max",
    )
    return tuple(text(row.get(name)) for name in names)


def alike_rows(row: dict) -> tuple:
    """What rows of one study must share to be added up in a chart: outcome, time, patients, cause.

    A percentage without its count is like no other.
    """
    told = tuple(text(row.get(name)) for name in ("outcome", "assessed_at", "cause", "term"))
    uncounted = pd.isna(row.get("events", 0)) or pd.isna(row["total"])
    alone = row["row_id"] if uncounted else ""
    return (*told, text(BASES.get(row.get("denominator"), "")), alone)


def choose_drawn(
    evidence: Evidence, rows: Sequence[dict], *what: str, least: int = 1, add: bool = True
) -> list[Choice]:
    """For each stratum and each thing told, what stands for every study; see `choose_counts`.

    A family of one study shows that study's cohorts side by side, parts too: nothing is chosen among studies.

    Parameters
    ----------
    rows : sequence of dict
        Rows with their cohorts, see `with_cohorts`.
    what : str
        The columns that say what a row tells.
    least : int
        Patients below which a count stays in the tables: single patients and fragments.
    add : bool
        Whether cohorts without a patient in common are added up; else each is a choice of its own.
    """
    groups: dict[tuple, list[dict]] = {}
    studies: dict[str, set[str]] = {}
    for row in rows:
        stratum = (row["c_family"], row["c_disease"], row["c_setting"], row["c_age_group"])
        groups.setdefault((*stratum, *(text(row[name]) for name in what)), []).append(row)
        studies.setdefault(row["c_family"], set()).add(evidence.cohort_studies[row["cohort_id"]])
    found = []
    for (family, *_), same in groups.items():
        if len(studies[family]) > 1:
            chosen = choose_counts(evidence, same, alike=alike_rows, apart=False)[0]
            found += chosen if add else [one for choice in chosen for one in choice.split()]
        else:
            found += _side_by_side(evidence, same)
    return [choice for choice in found if choice.size >= least or pd.isna(choice.rows[0]["total"])]


def _side_by_side(evidence: Evidence, rows: list[dict]) -> list[Choice]:
    """All cohorts of the report that stands for the study, each on its own."""
    best = choose_counts(evidence, rows, alike=str, apart=False)[0]
    reports = {choice.rows[0]["report_id"] for choice in best}
    return [
        Choice(evidence.cohort_studies[row["cohort_id"]], (row,), count_size(row))
        for row in rows
        if row["report_id"] in reports
    ]


def main_direction(field: Field, group: str) -> str:
    """What most outcomes of a group are: good (responses) or bad (deaths)."""
    told = Counter(field.direction(code) for code in field.codes_in(group))
    return "bad" if told["bad"] > told["good"] else "good"


def without_complements(evidence: Evidence, rows: Sequence[dict], group: str) -> list[dict]:
    """Rows without those that only say the reverse of another: the same patients less those counted there.

    Of the two the one stays that the group is about: responses of responses, deaths of deaths.
    """
    field = evidence.package.field("outcomes", "outcome")
    main = main_direction(field, group)
    other = {"good": "bad", "bad": "good"}[main]
    told = {
        (row["cohort_id"], row["total"], row["events"])
        for row in rows
        if field.direction(row["outcome"]) == main and not pd.isna(row["events"])
    }

    def says_the_reverse(row: dict) -> bool:
        if field.direction(row["outcome"]) != other or pd.isna(row["events"]) or pd.isna(row["total"]):
            return False
        return (row["cohort_id"], row["total"], row["total"] - row["events"]) in told

    return [row for row in rows if not says_the_reverse(row)]


def by_block(choices: Iterable[Choice], *columns: str) -> dict:
    """Choices by what their rows tell, in order of first appearance."""
    tagged = [choice.rows[0] | {"choice": choice} for choice in choices]
    return {key: [row["choice"] for row in rows] for key, rows in group_by(tagged, *columns).items()}


def arms_together(evidence: Evidence, choices: Sequence[Choice]) -> list[Choice]:
    """The largest study first, both arms of a trial side by side, question by question."""
    kin = kinship(evidence)
    sizes: dict[str, int] = {}
    for choice in choices:
        sizes[choice.study_id] = max(choice.size, sizes.get(choice.study_id, 0))
    asked: dict[tuple, int] = {}

    def rank(choice: Choice) -> tuple:
        row = choice.rows[0]
        arm = kin.arm(row["cohort_id"])
        if not arm:
            return -choice.size, "", 0, 0, False
        question = asked.setdefault((choice.study_id, is_whole(row), _question(row)), len(asked))
        return -sizes[choice.study_id], choice.study_id, not is_whole(row), question, arm == "control"

    return sorted(choices, key=rank)


Item = TypeVar("Item")


def whole_reports(evidence: Evidence, rows: Iterable[dict]) -> list[dict]:
    """Rows of included reports, and of others where they repeat what is known of a whole cohort.

    Of regimens that belong to no family nothing is taken.
    """
    return [
        row
        for row in rows
        if row["c_part"]
        and (row["report_id"] in evidence.included or (is_second_hand(row) and is_whole(row)))
    ]


def one_of_each(
    evidence: Evidence, items: Iterable[Item], row_of: Callable[[Item], dict], told: Callable[[Item], tuple]
) -> list[Item]:
    """Of items that may share patients the first by `told`; of equals the included, the first-hand.

    Items of one study share none where they are its two arms or their cohorts are known to be apart, items of
    two studies where neither study is said to overlap with the other.

    Parameters
    ----------
    row_of : callable
        The evidence row of an item, with its cohort.
    told : callable
        What an item is ranked by, the largest first.
    """
    kin = kinship(evidence)

    def rank(item: Item) -> tuple:
        row = row_of(item)
        included = row["report_id"] in evidence.included
        return *told(item), included, not is_second_hand(row), row["row_id"]

    def shares(one: str, other: str) -> bool:
        study, beside = evidence.cohort_studies[one], evidence.cohort_studies[other]
        if study != beside:
            return beside in evidence.overlaps[study]
        arms = {kin.arm(one), kin.arm(other)}
        return ("" in arms or len(arms) == 1) and not kin.apart(one, other)

    kept: list[Item] = []
    for item in sorted(items, key=rank, reverse=True):
        cohort = row_of(item)["cohort_id"]
        if not any(shares(cohort, row_of(other)["cohort_id"]) for other in kept):
            kept.append(item)
    return kept
