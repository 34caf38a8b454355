"""What goes into every pool of the review, and what it comes to: who stands on a row, what a change moves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from livingreview.display.numbers import format_fixed, format_ratio
from livingreview.evidence import Evidence
from livingreview.tables.plan import synthesis_plan
from livingreview.tables.pool import KINDS, Plan
from livingreview.tables.pooled_contrasts import contrast_pools
from livingreview.tables.pooled_survival import SurvivalPool, all_survival_pools
from livingreview.tables.synthesis import estimate_words, interval_words, say_rule


class Input(NamedTuple):
    """One study in a pool: its evidence rows, its name, its count or value as it is pooled."""

    row_ids: tuple[str, ...]
    name: str
    value: str


@dataclass(frozen=True)
class PoolInputs:
    """One pool.

    Attributes
    ----------
    key : str
        The same from one state of the data to the next.
    title : str
        Whose patients, what is counted, by which rule.
    inputs : tuple of Input
    left_out : dict of str to str
        Evidence row of the same question -> why it is not in the pool.
    say : callable
        What the pool comes to, in words; worked out when asked for.
    """

    key: str
    title: str
    inputs: tuple[Input, ...]
    left_out: dict[str, str] = field(default_factory=dict, compare=False)
    say: Callable[[], str] = field(default=lambda: "", compare=False)


def list_pools(evidence: Evidence) -> dict[str, PoolInputs]:
    """Every pool of the whole review by its key: of counts, of randomised ratios, of printed survival."""
    survival = (_read_survival(pool, endpoint) for endpoint, pool in all_survival_pools(evidence))
    found = (*_of_counts(evidence), *_of_ratios(evidence), *survival)
    return {pool.key: pool for pool in found}


def _of_counts(evidence: Evidence) -> Iterator[PoolInputs]:
    for plan in synthesis_plan(evidence, kinds=tuple(KINDS)):
        inputs = tuple(
            Input(tuple(entry.row_ids), entry.name, f"{entry.events}/{entry.total}") for entry in plan.entries
        )
        left_out = {row_id: reason for row_id, _, reason in plan.left_out}
        title = f"{plan.stratum}: {plan.outcome}, {say_rule(evidence, plan)}, of {plan.base}"
        yield PoolInputs(plan.key, title, inputs, left_out, lambda plan=plan: _say_counts(plan))


def _say_counts(plan: Plan) -> str:
    if plan.decision != "pooled":
        return plan.reason
    fit = plan.pooled
    assert fit is not None
    return f"{estimate_words(fit)} ({interval_words(fit.ci, fit.total)}), {fit.k} studies"


def _of_ratios(evidence: Evidence) -> Iterator[PoolInputs]:
    seen: Counter[str] = Counter()
    for pool in contrast_pools(evidence):
        inputs = tuple(Input(trial.row_ids, trial.name, format_ratio(*trial.ends)) for trial in pool.trials)
        key = ".".join(("ratio", pool.kind, pool.stratum, pool.code))
        seen[key] += 1  # of one outcome there may be several, by denominator and time
        key += f".{seen[key]}" if seen[key] > 1 else ""
        kind = "hazard ratios" if pool.kind == "HR" else "risk ratios"
        fit = pool.pooled
        said = format_ratio(fit.effect, *fit.ci) if fit else "one trial"
        yield PoolInputs(key, f"{pool.stratum}: {pool.endpoint}, {kind}", inputs, say=lambda said=said: said)


def _read_survival(pool: SurvivalPool, endpoint: str) -> PoolInputs:
    is_median = pool.statistic == "median"
    scale, unit = (1, " months") if is_median else (100, "%")
    when = "median" if is_median else f"at {format_fixed(pool.time_months or 0, 0)} months"

    def say(value: float, low: float, high: float) -> str:
        low, high, value = (format_fixed(scale * number, 1) for number in (low, high, value))
        return f"{value}{unit} ({low} to {high})"

    inputs = tuple(
        Input((entry.row_id,), entry.name, say(entry.value, entry.low, entry.high)) for entry in pool.told
    )
    left_out = {entry.row_id: "no interval reported" for entry in pool.entries if not entry.has_interval}
    key = ".".join(map(str, ("survival", *pool.place, endpoint, pool.statistic, pool.time_months)))
    fit = pool.pooled
    assert fit is not None
    said = f"{say(fit.effect, *fit.ci)}, {fit.k} studies"
    return PoolInputs(key, f"{pool.stratum}: {pool.endpoint}, {when}", inputs, left_out, lambda: said)
