"""From readers' decisions to the settled screening: agreement, conflicts, and the table that follows.

The same decisions give the same table, whoever's file is read first, and whether or not a reader is still
there: nothing but the files is asked.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from livingreview.surveillance.decisions import DECISIONS, STAGES, find_faults, goes_on, on_standing
from livingreview.surveillance.identity import Row
from livingreview.surveillance.standing import first_searches, recognise
from livingreview.surveillance.tables import UNLOGGED, Loop, LoopError

KEPT = ("included", "context")
_WORDS = {
    "include": "included",
    "context": "context",
    "exclude": "excluded",
    "not_retrieved": "not_retrieved",
}
_SAID = {
    "included": "Every criterion is met",
    "sought": "Passed title and abstract",
    "not_retrieved": "The report could not be had",
    "context": "Kept as context",
}


class Settled(NamedTuple):
    """What was settled of one record at one stage."""

    decision: str
    reason_id: str
    basis: str


class Agreement(NamedTuple):
    """How two readers agree on whether a record goes on, at one stage.

    Attributes
    ----------
    both, alike : int
        Records that both decided; that they decided alike.
    kappa : float
        Cohen's kappa; NaN where both gave one answer throughout.
    positive : float
        Agreement on those that go on: twice those of both, over those of either (Cicchetti & Feinstein 1990,
        doi:10.1016/0895-4356(90)90159-M); NaN where no record goes on.
    """

    stage: str
    first: str
    second: str
    both: int
    alike: int
    kappa: float
    positive: float


@dataclass
class Outcome:
    """What decisions come to.

    Attributes
    ----------
    rows : dict of str to Settled by stage
        record_id -> {stage: Settled}.
    conflicts : list of (record_id, stage, decisions)
        Readers differ, and nobody settled it yet.
    waiting : list of (record_id, stage, number of decisions)
        Too few readers decided.
    """

    rows: dict[str, dict[str, Settled]] = field(default_factory=dict)
    conflicts: list[tuple[str, str, tuple[Row, ...]]] = field(default_factory=list)
    waiting: list[tuple[str, str, int]] = field(default_factory=list)


def compare_readers(decisions: Iterable[Row]) -> list[Agreement]:
    """Agreement of each two readers, stage by stage, on what they decided on their own."""
    said: dict[tuple[str, str], dict[str, bool]] = defaultdict(dict)
    for row in decisions:
        if row["role"] == "reader":
            said[row["stage"], row["reader"]][row["record_id"]] = goes_on(row["decision"])
    found = []
    for stage in STAGES:
        readers = sorted(reader for place, reader in said if place == stage)
        for first, second in itertools.combinations(readers, 2):
            one, two = said[stage, first], said[stage, second]
            if both := sorted(one.keys() & two.keys()):
                found.append(measure(stage, first, second, [(one[name], two[name]) for name in both]))
    return found


def measure(stage: str, first: str, second: str, answers: Sequence[tuple[bool, bool]]) -> Agreement:
    """Agreement of two readers on yes or no; see `Agreement`."""
    n = len(answers)
    yes = sum(one and two for one, two in answers)
    ones, twos = sum(one for one, _ in answers), sum(two for _, two in answers)
    alike = sum(one == two for one, two in answers)
    chance = (ones * twos + (n - ones) * (n - twos)) / n**2
    kappa = (alike / n - chance) / (1 - chance) if chance < 1 else math.nan
    positive = 2 * yes / (ones + twos) if ones + twos else math.nan
    return Agreement(stage, first, second, n, alike, kappa, positive)


def decide(decisions: Iterable[Row], reasons: Mapping[str, Row], *, readers: int) -> Outcome:
    """What was settled of each record.

    Parameters
    ----------
    decisions : iterable of dict
        Rows of all readers, as `livingreview.surveillance.decisions.on_standing` gives them.
    reasons : mapping of str to dict
        Rows of ``reasons.csv`` by id.
    readers : int
        How many must decide each record at each stage.
    """
    by_place: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in sorted(decisions, key=lambda row: row["decision_id"]):
        by_place[row["record_id"], row["stage"]].append(row)
    outcome = Outcome()
    for record_id in sorted({name for name, _ in by_place}):
        for stage in STAGES:
            before = outcome.rows.get(record_id, {}).get("title_abstract")
            if stage == "full_text" and (before is None or before.decision != "sought"):
                continue
            rows = by_place.get((record_id, stage), [])
            settled = _settle(stage, rows, reasons, readers)
            if settled is not None:
                outcome.rows.setdefault(record_id, {})[stage] = settled
            elif len([row for row in rows if row["role"] == "reader"]) < readers:
                outcome.waiting.append((record_id, stage, len(rows)))
            else:
                outcome.conflicts.append((record_id, stage, tuple(rows)))
    return outcome


def _settle(stage: str, rows: Sequence[Row], reasons: Mapping[str, Row], readers: int) -> Settled | None:
    judged = sorted(
        (row for row in rows if row["role"] == "adjudicator"),
        key=lambda row: (row["day"], row["decision_id"]),
    )
    if judged:
        rows, basis = judged[-1:], "adjudicated"
    else:
        rows = [row for row in rows if row["role"] == "reader"]
        if len(rows) < readers:
            return None
        basis = "agreed" if len(rows) > 1 else "single"
    answers = {row["decision"] for row in rows}
    if stage == "title_abstract":
        if len({goes_on(answer) for answer in answers}) > 1:
            return None
        decision = "sought" if goes_on(rows[0]["decision"]) else "excluded"
    elif len(answers) > 1 or answers == {"unclear"}:
        return None
    else:
        decision = _WORDS[rows[0]["decision"]]
    chosen = [row["reason_id"] for row in rows if row["reason_id"] in reasons]
    # The first criterion that fails is the reason: of two readers' the earlier in the order.
    first = min(chosen, key=lambda name: (int(reasons[name]["position"]), name), default="")
    return Settled(decision, first if decision in ("excluded", "context") else "", basis)


def decide_all(loop: Loop, decisions: Iterable[Row], *, readers: int) -> Outcome:
    """What the decisions of all readers come to.

    Raises
    ------
    LoopError
        If one of them says what no reader can say. Those on records that are not there are passed over.
    """
    decisions = list(decisions)
    reasons = {row["reason_id"]: row for row in loop.tables["reasons"]}
    for row in decisions:
        for column, expected, mend in find_faults(row, loop.index.rows, reasons):
            if column not in ("record_id", "day"):
                msg = (
                    f"{DECISIONS}/{row['reader']}.csv, decision {row['decision_id']}, column {column}: found "
                    f"{row[column]!r}; expected {expected}; to mend: {mend}"
                )
                raise LoopError(msg)
    return decide(on_standing(decisions, loop.index.rows), reasons, readers=readers)


def find_undone(loop: Loop, settled: Iterable[Row], outcome: Outcome) -> dict[str, list[str]]:
    """Records that were settled and would not be any more, by why that is.

    One that was read in full and is only to be read again is among them; one that is settled in another way
    is not, nor is a copy whose decision goes over to the record that stands for it.

    Parameters
    ----------
    settled : iterable of dict
        Rows of ``screening.csv`` as they would be.
    """
    now = {row["record_id"]: row for row in settled}
    differ = {name for name, _, _ in outcome.conflicts}
    short = {name for name, _, _ in outcome.waiting}
    undone: dict[str, list[str]] = defaultdict(list)
    for row in loop.tables["screening"]:
        name = loop.canonical(row["record_id"])
        is_again = name in now and row["stage"] == "full_text" and now[name]["decision"] == "sought"
        if row["basis"] in UNLOGGED or (name in now and not is_again):
            continue
        few = "decided by too few readers" if name in short else "without a decision"
        undone["on which readers differ by now" if name in differ else few].append(name)
    return dict(undone)


def settle(loop: Loop, decisions: Iterable[Row], *, readers: int) -> tuple[Outcome, list[Row]]:
    """What the decisions come to, and ``screening.csv`` as it then is: the rows before the log, and these.

    A record that is a report of the review by now says so.
    """
    labels = {row["reason_id"]: row["label"] for row in loop.tables["reasons"]}
    rows = loop.index.rows
    recognise(loop)
    outcome = decide_all(loop, decisions, readers=readers)
    before = [row for row in loop.tables["screening"] if row["basis"] in UNLOGGED]
    found_by = first_searches(loop)
    settled = []
    for record_id, stages in outcome.rows.items():
        stage = max(stages, key=STAGES.index)
        decision, reason_id, basis = stages[stage]
        row = {
            "record_id": record_id,
            "search_id": found_by[record_id],
            "report_id": rows[record_id]["report_id"] if decision in KEPT else "",
            "stage": stage,
            "decision": decision,
            "reason": labels[reason_id] if reason_id else _SAID.get(decision, "Left out"),
            "reason_id": reason_id,
            "basis": basis,
        }
        settled.append(row)
    return outcome, sorted([*before, *settled], key=lambda row: row["record_id"])
