"""Of a hundred patients: how many reach each result, by population and family of regimens.

From a primary pool where there is one of three studies or more, from both of two studies, else from the
single largest study that the rules of pooling admit, which is said. Nothing here compares one treatment with
another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil, floor, inf, log

import pandas as pd

from livingreview.display.html import Column, HtmlTable, Row, Stack
from livingreview.display.numbers import (
    Figure,
    exact_interval,
    format_interval,
    format_percent,
    make_figure,
)
from livingreview.evidence import UNSAID, Evidence, records, split_ids
from livingreview.synthesis import GroupPrediction, effect_from_interval, predict_alive
from livingreview.tables.common import capitalise, text
from livingreview.tables.counts import EVERYONE, HARM, PooledResult, is_timed, pooled_results
from livingreview.tables.disputes import disputes
from livingreview.tables.kept_out import larger_kept_out
from livingreview.tables.notices import warn_of
from livingreview.tables.plan import synthesis_plan, widest_pools
from livingreview.tables.pool import FAR_FROM_MEDIAN, PRIMARY, Entry, Plan, foretell
from livingreview.tables.pooled_survival import SurvivalEntry, SurvivalPool, survival_pools
from livingreview.tables.reports import grade

SIZE = 100  # patients of whom results are told
POOL, STUDY = "pool", "study"
ONE_STUDY = "largest study that the rules admit, alone"
NOTHING = "No result of this kind is counted in any population of this chapter."


@dataclass(frozen=True)
class Cell:
    """One result in one population: of a hundred patients, how many.

    Attributes
    ----------
    result_id, name : str
        Of ``pooled_results.csv``.
    source : str
        ``pool`` (a primary pool of three studies or more) or ``study`` (the single largest study).
    said : str
        What is counted, in the words of the outcome, and when; or which study it is.
    value : float
        Median of the pool, or proportion of the study (0-1).
    interval : (float, float) or None
        Of that median or proportion (0-1), None where a study prints none.
    group : GroupPrediction or None
        How many of a new group of a hundred, never told more narrowly than the rate itself; None where it
        cannot be known (survival without an interval).
    studies : int
    patients : int
    row_ids : tuple of str
        Every evidence row behind it.
    is_wide : bool
        Whether a new study could lie far from the median of the pool.
    beside : Cell or None
        Of two studies, which are not pooled, the smaller; the cell itself is the larger.
    is_primary : bool
        Of a pool whether it is the primary one; else it has the widest definition, and stands in where there
        is no primary one.
    of_two : bool
        Whether it is one of two such studies.
    expected : (float, float) or None
        Of a pool the proportions (0-1) between which that of a new study would be expected.
    again : tuple of str
        Of a pool the counts that are taken again from all enrolled, '5/13': its rows name fewer patients.
    """

    result_id: str
    name: str
    source: str
    said: str
    value: float
    interval: tuple[float, float] | None
    group: GroupPrediction | None
    studies: int
    patients: int
    row_ids: tuple[str, ...]
    is_wide: bool = False
    beside: Cell | None = None
    is_primary: bool = True
    of_two: bool = False
    expected: tuple[float, float] | None = None
    again: tuple[str, ...] = ()

    @property
    def lines(self) -> tuple[Cell, ...]:
        """The cell, and the other of two studies where there is one."""
        return (self, self.beside) if self.beside else (self,)


@dataclass(frozen=True)
class Decision:
    """What is known of one population on one family of regimens.

    ``stratum`` in words; ``place`` is family, disease, setting and age group in codes; ``cells`` by
    result_id, in the order of ``pooled_results.csv``, with None where nothing is counted.
    """

    stratum: str
    place: tuple[str, str, str, str]
    cells: dict[str, Cell | None]

    @property
    def patients(self) -> int:
        """The most patients that any of its results is counted from."""
        return max((cell.patients for cell in self.cells.values() if cell), default=0)


def decision_data(evidence: Evidence) -> list[Decision]:
    """Every population of which some result is counted from all patients, the largest first."""
    if "decisions" not in evidence.memo:
        found: dict[tuple, dict[str, Cell | None]] = {}
        strata: dict[tuple, str] = {}
        results = pooled_results(evidence)
        for result in results:
            for place, stratum, cell in _cells(evidence, result):
                strata.setdefault(place, stratum)
                found.setdefault(place, {one.result_id: None for one in results})[result.result_id] = cell
        decisions = [Decision(strata[place], place, cells) for place, cells in found.items()]
        evidence.memo["decisions"] = sorted(decisions, key=lambda one: (-one.patients, one.stratum))
    return evidence.memo["decisions"]


def _cells(evidence: Evidence, result: PooledResult) -> list[tuple[tuple, str, Cell]]:
    if result.table == "survival":
        return [
            (pool.place, pool.stratum, _survival_cell(evidence, result, pool))
            for code in result.codes
            for pool in survival_pools(evidence, code, "landmark", result.time_months)
        ]
    primary = pooled_cells(evidence, result)
    found = []
    for place, widest in widest_pools(evidence, result).items():
        if cell := primary.get(place):
            found.append((place, widest.stratum, cell))
        elif widest.decision == "pooled":
            found.append((place, widest.stratum, _pool_cell(result, widest)))
        elif widest.entries:
            largest, *others = sorted(widest.entries, key=lambda entry: -entry.total)
            if not larger_kept_out(evidence, result, widest, place, largest):
                cells = [_study_cell(evidence, result, entry) for entry in (largest, *others)]
                found.append((place, widest.stratum, _both(cells)))
    return found


def _both(cells: Sequence[Cell]) -> Cell:
    """The first of some studies, the largest first: with the other where there are two."""
    if len(cells) != 2:
        return cells[0]
    return replace(cells[0], beside=replace(cells[1], of_two=True), of_two=True)


def _foretell(entries: Sequence[Entry], interval: tuple[float, float]) -> GroupPrediction:
    """How many of the next hundred: chance in the new group adds to what is not known of the rate."""
    return _no_narrower(foretell(entries, SIZE), interval)


def _foretell_alive(
    estimate: float, se: float, interval: tuple[float, float], df: float = inf
) -> GroupPrediction:
    """How many of the next hundred are alive at a time, from the share on its scale log(-log)."""
    return _no_narrower(predict_alive(estimate, se, df=df, size=SIZE), interval)


def _no_narrower(group: GroupPrediction, interval: tuple[float, float]) -> GroupPrediction:
    low, high = floor(SIZE * interval[0]), ceil(SIZE * interval[1])
    return replace(group, low=min(group.low, low), high=max(group.high, high))


def pooled_cells(evidence: Evidence, result: PooledResult) -> dict[tuple, Cell]:
    """The primary pools of one result alone, by family, disease, setting and age group in codes."""
    if (name := f"pooled cells:{result.result_id}") not in evidence.memo:
        evidence.memo[name] = {
            place: _pool_cell(result, plan) for place, plan in _primary_pools(evidence, result).items()
        }
    return evidence.memo[name]


def _primary_pools(evidence: Evidence, result: PooledResult) -> dict[tuple, Plan]:
    """Of each population the primary pool of all patients by the widest code that has one."""
    groups = evidence.package.field("outcomes", "outcome").groups
    wanted = {groups.get(code, HARM) if result.table == "outcomes" else HARM for code in result.codes}
    order = {code: place for place, code in enumerate(result.codes)} | {result.result_id: 0}
    found: dict[tuple, Plan] = {}
    plans = [
        plan
        for plan in synthesis_plan(evidence, tuple(sorted(wanted)))
        if plan.decision == "pooled" and plan.place.base == EVERYONE and plan.place.what in order
    ]
    plans.sort(key=lambda plan: (order[plan.place.what], -sum(plan.totals)))
    for plan in plans:
        place = plan.place
        found.setdefault((place.family, place.disease, place.setting, place.age), plan)
    return found


def _pool_cell(result: PooledResult, plan: Plan) -> Cell:
    return Cell(
        result.result_id,
        result.name,
        POOL,
        plan.outcome if result.table == "adverse_events" else f"{plan.outcome}, {_when(plan)}",
        plan.pooled.estimate,
        plan.pooled.ci,
        _foretell(plan.entries, plan.pooled.ci),
        plan.pooled.k,
        plan.pooled.total,
        tuple(plan.row_ids),
        plan.is_wide,
        is_primary=plan.kind == PRIMARY,
        expected=plan.new_study,
        again=tuple(f"{entry.events}/{entry.total}" for entry in plan.entries if entry.rebased),
    )


def _when(plan: Plan) -> str:
    return plan.when if plan.kind == PRIMARY else f"widest definition at {plan.when}"


def _study_cell(evidence: Evidence, result: PooledResult, entry: Entry) -> Cell:
    what = "" if result.table == "adverse_events" else f"; {_say_count(evidence, entry)}"
    interval = exact_interval(entry.events, entry.total)
    return Cell(
        result.result_id,
        result.name,
        STUDY,
        entry.name
        + what
        + (f", {entry.events}/{entry.total} counted again from all enrolled" if entry.rebased else ""),
        entry.events / entry.total,
        interval,
        _foretell([entry], interval),
        1,
        entry.total,
        tuple(entry.row_ids),
    )


def _say_count(evidence: Evidence, entry: Entry) -> str:
    """What a study counted, and when where the result is one of a time: as printed, else by the code."""
    told = []
    for row_id in entry.row_ids:
        row = evidence.row(row_id)
        words = evidence.label("outcomes", "outcome", row["outcome"])
        when = text(row["timepoint"]) or evidence.label("outcomes", "assessed_at", row["assessed_at"])
        told.append(f"{words}, {when}" if is_timed(evidence, row["outcome"]) else words)
    return "; ".join(dict.fromkeys(told))


def _survival_cell(evidence: Evidence, result: PooledResult, pool: SurvivalPool) -> Cell:
    if fit := pool.pooled:
        total = sum(entry.patients for entry in pool.told)
        rows = tuple(entry.row_id for entry in pool.told)
        group = _foretell_alive(fit.estimate, (fit.se**2 + fit.tau2) ** 0.5, fit.ci, fit.k - 1)
        return Cell(
            result.result_id, result.name, POOL, pool.endpoint, fit.effect, fit.ci, group, fit.k, total, rows
        )
    entries = sorted(pool.entries, key=lambda entry: -entry.patients)
    return _both([_survival_study(evidence, result, entry) for entry in entries])


def _survival_study(evidence: Evidence, result: PooledResult, entry: SurvivalEntry) -> Cell:
    interval = (entry.low, entry.high) if entry.has_interval else None
    group = None
    if interval and 0 < entry.low < entry.value < entry.high < 1:
        read = effect_from_interval(entry.value, *interval, scale="cloglog")
        # No interval of so many patients is narrower than had all been followed; some are printed so.
        chance = ((1 - entry.value) / (entry.value * entry.patients)) ** 0.5 / -log(entry.value)
        group = _foretell_alive(read.estimate, max(read.se, chance), interval)
    return Cell(
        result.result_id,
        result.name,
        STUDY,
        entry.name + _say_whose_survival(evidence.row(entry.row_id)),
        entry.value,
        interval,
        group,
        1,
        entry.patients,
        (entry.row_id,),
    )


def _say_whose_survival(row: Mapping) -> str:
    """From when survival is counted, and that its patients are taken as the cohort's: as far as not plain."""
    told = "" if row["origin"] == UNSAID else f"; counted from: {row['origin']}"
    return told + ("; of how many is not printed, taken as the whole cohort" if pd.isna(row["total"]) else "")


def tabulate_decision(evidence: Evidence, *, caption: str, least: int = 2) -> Stack:
    """Of a hundred patients, how many reach each result: a table for each population of `least` results."""
    columns = [
        Column("Result"),
        Column("Of 100 patients", True),
        Column("95% CI of that", True),
        Column("Of the next 100, 95%", True),
        Column("From"),
        Column("Certainty"),
        Column("Rows", True),
    ]
    meaning = (
        "The next 100: were 100 more such patients treated elsewhere, so many of them would be expected, in "
        "95 of 100 such groups. Where studies are pooled that holds what lies between studies; of a single "
        "study it does not, so that it is too narrow, though never narrower than what is known of the rate. "
        "Of two studies both stand here, and nothing is pooled. A chart's “new study” is the same without "
        "the chance of 100 patients. Where the rules keep out a larger study, no smaller one stands "
        "for it; the tables of what the rules of pooling allow say why. Certainty is that of the rate, "
        "where a rating of this review rests on its count, or on at least half of the counts of a pool."
    )
    meant = [f"{result.name}: {result.note}" for result in pooled_results(evidence) if result.note]
    names = {result.result_id: result.name for result in pooled_results(evidence)}
    tables = []
    for decision in decision_data(evidence):
        told = [cell for cell in decision.cells.values() if cell]
        if len(told) < least:
            continue
        absent = [names[result_id] for result_id, cell in decision.cells.items() if not cell]
        notes = [f"No count that the rules of this table admit: {'; '.join(absent)}."] if absent else []
        if not tables:  # said once
            notes += [meaning, *meant]
        tables.append(HtmlTable(f"{caption}: {decision.stratum}", columns, _rows(evidence, told), notes))
    return Stack(tables, NOTHING)


def _rows(evidence: Evidence, cells: Sequence[Cell]) -> list[Row]:
    rows = []
    for cell in (line for one in cells for line in one.lines):
        group = f"{cell.group.low} to {cell.group.high}" if cell.group else "not known"
        interval = format_interval(*cell.interval).removesuffix("%") if cell.interval else "not reported"
        value = [format_percent(cell.value).removesuffix("%")] + [FAR_FROM_MEDIAN] * cell.is_wide
        source = [*say_source(cell), *warn_of(evidence, cell.row_ids), *disputes(evidence, cell.row_ids)]
        certainty = grade(evidence, rating_of(evidence, cell))
        rows.append(Row([cell.name, value, interval, group, source, certainty, _figures(evidence, cell)]))
    return rows


def rating_of(evidence: Evidence, cell: Cell) -> str | None:
    """The rating of a rate (certainty_id) that rests on what a cell rests on; None where none does.

    Of several the one whose counts are most nearly the cell's: of one count alike, that of the count alone
    before that of several studies. A pool is not rated by a rating that leaves out most of its counts.
    A rating of what a treatment does is none of how often a result happens.
    """
    own = set(cell.row_ids)
    near: dict[str, tuple[float, int]] = {}
    for row in records(evidence.tables["certainty"]):
        counts = set(split_ids(row["rests_on"]))
        shared = len(own & counts)
        if row["question"] == "absolute" and shared and (cell.source != POOL or 2 * shared >= len(own)):
            near[row["certainty_id"]] = (shared / len(own | counts), -len(counts))
    return max(near, key=lambda rating: (near[rating], rating), default=None)


def say_source(cell: Cell) -> list[str]:
    """Where a cell is from: the pool with its studies and patients, or the single study."""
    patients = f"{cell.patients} patients"
    if cell.source == POOL:
        counted = f"{len(cell.again)} of its counts again from all enrolled: {', '.join(cell.again)}"
        return [
            capitalise(cell.said),
            f"pool of {cell.studies} studies, {patients}",
            *([counted] if cell.again else []),
        ]
    alone = "one of two studies, which are not pooled" if cell.of_two else ONE_STUDY
    return [cell.said, f"{alone}, {patients}"]


def _figures(evidence: Evidence, cell: Cell) -> list[Figure]:
    return [make_figure(evidence, row_id) for row_id in cell.row_ids]
