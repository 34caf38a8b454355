"""Every pool that the pages show, as numbers: its studies, those left out, and what it comes to.

Proportions by `livingreview.tables.plan`, ratios of randomised trials by
`livingreview.tables.pooled_contrasts`, printed survival by `livingreview.tables.pooled_survival`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd

from livingreview.evidence import Evidence, records
from livingreview.synthesis import PooledEffect
from livingreview.tables.choice import kinship
from livingreview.tables.common import text
from livingreview.tables.plan import synthesis_plan
from livingreview.tables.pool import KINDS, SPREAD, Entry, Plan
from livingreview.tables.pooled_contrasts import COMMON, ContrastPool, contrast_pools
from livingreview.tables.pooled_survival import SurvivalPool, all_survival_pools

PROPORTION, HAZARD_RATIO, RISK_RATIO = "proportion", "hazard_ratio", "risk_ratio"
MEDIAN, SHARE = "median_months", "share_alive"
RATIOS = {"HR": HAZARD_RATIO, "RR": RISK_RATIO}
GLMM = "binomial-normal model, maximum likelihood, logit; interval: t(k-1)"
BAYES = f"binomial-normal model, Bayesian: uniform median proportion, half-normal({SPREAD}) spread"
COMMON_EFFECT = "common effect, inverse variance, log; interval: normal"
RANDOM_EFFECTS = "random effects, REML, {scale}; interval: Hartung-Knapp, truncated, t(k-1)"
ONE_TRIAL, NO_INTERVAL = "one trial: shown, not pooled", "no 95% interval is printed"


@dataclass(frozen=True)
class Study:
    """One study in a pool, or beside it; numbers are None where they are not known.

    Attributes
    ----------
    name : str
        As on the pages.
    year : str
        When the study first became public; '' where not established.
    events, total : int or None
        Of proportions, as pooled.
    estimate, low, high : float or None
        Of the others, with its 95% interval: a ratio, months, or a share (0-1).
    reason : str
        Why it is not pooled; '' where it is.
    rows : tuple of str
        Ids of the evidence rows behind it.
    derivation : str
        How a count came about that stands in no row.
    """

    name: str
    study_id: str
    year: str
    rows: tuple[str, ...]
    arm: str = ""
    events: int | None = None
    total: int | None = None
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    reason: str = ""
    derivation: str = ""


@dataclass(frozen=True)
class Result:
    """What a pool comes to, on the scale of its measure: value, 95% interval, that of a new study, tau2."""

    estimate: float
    ci: tuple[float, float]
    new_study: tuple[float, float] | None
    tau2: float


@dataclass(frozen=True)
class Pool:
    """One pool: where it stands, in words; its studies, those pooled first; its result where it is pooled."""

    key: str
    measure: str
    population: str
    outcome: str
    when: str
    counted_from: str
    rule: str
    decision: str
    reason: str
    method: str
    studies: tuple[Study, ...]
    result: Result | None

    @property
    def pooled(self) -> list[Study]:
        """The studies that are pooled."""
        return [study for study in self.studies if not study.reason]


def list_pools(evidence: Evidence) -> list[Pool]:
    """Every pool that is shown, pooled or listed; of survival those that are pooled."""
    if "exchange_pools" not in evidence.memo:
        plans = synthesis_plan(evidence, kinds=tuple(KINDS))
        found = [_of_plan(evidence, plan) for plan in plans if plan.decision != "refused"]
        found += [_of_contrasts(evidence, pool) for pool in contrast_pools(evidence)]
        found += [_of_survival(evidence, pool) for _, pool in all_survival_pools(evidence)]
        evidence.memo["exchange_pools"] = found
    return evidence.memo["exchange_pools"]


def slug(words: str) -> str:
    """Words as a name of a file: lower case, letters, digits, dots and hyphens."""
    return re.sub(r"[^a-z0-9._]+", "-", words.lower()).strip("-").replace("-.", ".")


def _of_plan(evidence: Evidence, plan: Plan) -> Pool:
    pooled = plan.decision == "pooled"
    reason = "" if pooled else plan.reason
    entries = [_of_entry(evidence, entry, reason) for entry in plan.entries]
    left = [_of_left_out(evidence, *told) for told in plan.left_out]
    result, method = None, ""
    if pooled:
        fit = plan.pooled
        result = Result(fit.estimate, fit.ci, plan.new_study, fit.tau2)
        method = BAYES if fit.model == "bayes" else GLMM
    return Pool(
        slug(plan.key),
        PROPORTION,
        plan.stratum,
        plan.outcome,
        plan.when,
        plan.base,
        KINDS[plan.kind],
        plan.decision,
        plan.reason,
        method,
        (*entries, *left),
        result,
    )


def _of_entry(evidence: Evidence, entry: Entry, reason: str) -> Study:
    derivation = entry.arithmetic
    if entry.rebased:
        again = "counted again from all enrolled"
        derivation = f"{derivation}; {again}" if derivation else again
    return Study(
        entry.name,
        entry.study_id,
        entry.available[:4],
        tuple(entry.row_ids),
        entry.arm,
        entry.events,
        entry.total,
        reason=reason,
        derivation=derivation,
    )


def _of_left_out(evidence: Evidence, row_id: str, name: str, reason: str) -> Study:
    row = evidence.row(row_id)
    study_id = evidence.cohort_studies[row["cohort_id"]]
    events, total = (None if pd.isna(row[column]) else int(row[column]) for column in ("events", "total"))
    arm = kinship(evidence).arm(row["cohort_id"])
    year = first_years(evidence).get(study_id, "")
    return Study(name, study_id, year, (row_id,), arm, events, total, reason=reason)


def first_years(evidence: Evidence) -> dict[str, str]:
    """The year in which each study first became public (key: study_id)."""
    if "first_years" not in evidence.memo:
        found: dict[str, str] = {}
        for row in records(evidence.tables["reports"]):
            if (told := text(row["first_available"])) and not pd.isna(row["study_id"]):
                found[row["study_id"]] = min(told[:4], found.get(row["study_id"], told[:4]))
        evidence.memo["first_years"] = found
    return evidence.memo["first_years"]


def _of_contrasts(evidence: Evidence, pool: ContrastPool) -> Pool:
    fit, measure = pool.pooled, RATIOS[pool.kind]
    years = first_years(evidence)
    studies = tuple(
        Study(
            trial.name,
            trial.study_id,
            years.get(trial.study_id, ""),
            # The row of a control arm's risk, which stands beside a hazard ratio, is no part of the pool.
            trial.row_ids if pool.kind == "RR" else trial.row_ids[:1],
            estimate=trial.ends[0],
            low=trial.ends[1],
            high=trial.ends[2],
            reason="" if fit else ONE_TRIAL,
        )
        for trial in pool.trials
    )
    method = COMMON_EFFECT if pool.method == COMMON else RANDOM_EFFECTS.format(scale="log")
    return Pool(
        slug(f"{measure}.{pool.code}.{pool.stratum}"),
        measure,
        pool.stratum,
        pool.endpoint,
        "",
        "all patients randomised",
        "randomised trials, the experimental arm against the control arm",
        "pooled" if fit else "listed",
        pool.method or ONE_TRIAL,
        method if fit else "",
        studies,
        _of_effect(fit) if fit else None,
    )


def _of_effect(fit: PooledEffect) -> Result:
    return Result(fit.effect, fit.ci, None, fit.tau2)


def _of_survival(evidence: Evidence, pool: SurvivalPool) -> Pool:
    fit, years = pool.pooled, first_years(evidence)
    is_median = pool.statistic == "median"
    when = "" if is_median else f"at {pool.time_months:g} months"
    studies = sorted(
        (
            Study(
                entry.name,
                entry.study_id,
                years.get(entry.study_id, ""),
                (entry.row_id,),
                total=entry.patients or None,
                estimate=entry.value,
                low=entry.low,
                high=entry.high,
                reason="" if entry.has_interval else NO_INTERVAL,
            )
            for entry in pool.entries
        ),
        key=lambda study: bool(study.reason),
    )
    what = "median" if is_median else "share free of the event"
    return Pool(
        slug(".".join(filter(None, (MEDIAN if is_median else SHARE, pool.endpoint, when, *pool.place)))),
        MEDIAN if is_median else SHARE,
        pool.stratum,
        f"{pool.endpoint}, {what}",
        when,
        "whole cohorts or randomised arms",
        "as printed, one value a study",
        "pooled",
        f"{fit.k} studies with a printed 95% interval",
        RANDOM_EFFECTS.format(scale="log months" if is_median else "log(-log)"),
        tuple(studies),
        _of_effect(fit),
    )
