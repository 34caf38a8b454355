"""Randomised comparisons of one population and endpoint, pooled where two trials or more make them.

The regimens that a chapter asks about count as one treatment here, alone or added to another: what is pooled
is what their trials randomised. No arm is compared with an arm of another trial.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from livingreview.display.html import Column, HtmlTable, Row, Stack
from livingreview.display.numbers import format_fixed, format_ratio, make_figure
from livingreview.evidence import Evidence
from livingreview.synthesis import (
    PooledEffect,
    hazard_ratio_from_interval,
    per_hundred,
    pool_generic,
    two_by_two,
)
from livingreview.tables.arms import Pair
from livingreview.tables.common import group_by, has_95, stratum_name, study_name, text, whole, with_cohorts
from livingreview.tables.contrasts import pair_arms
from livingreview.tables.counts import EVERYONE, base_of, own_families
from livingreview.tables.notices import warn_of
from livingreview.tables.pooled_survival import Z

NOTHING = "No randomised trial of this chapter's own regimens has a ratio that enters this table."
OF_PART = "of_part"  # an endpoint that holds the events of one cause alone
COMMON = "common effect of two randomised comparisons"
RANDOM = "random effects"


@dataclass(frozen=True)
class TrialRatio:
    """One trial's ratio with its limits, its log with the error, and the control arm's risk (0-1).

    `patients` are those of both arms for counts, of the treated arm for a hazard ratio; 0 = not reported.
    `corrected`: half an event was added to each cell, since one arm has none. `given`: what was randomised,
    as the name of the regimen's family.
    """

    row_ids: tuple[str, ...]
    study_id: str
    name: str
    log_ratio: float
    se: float
    ends: tuple[float, float, float]
    patients: int
    baseline: float | None = None
    baseline_words: str = ""
    corrected: bool = False
    given: str = ""


@dataclass(frozen=True)
class ContrastPool:
    """The ratios of one population and endpoint.

    Attributes
    ----------
    stratum, endpoint : str
        In words.
    kind : str
        ``RR`` (of counts) or ``HR`` (of an endpoint in time).
    trials : tuple of TrialRatio
        One a trial, no patient twice.
    population : tuple of str
        Disease, setting and age group in codes.
    code : str
        Of the endpoint or outcome.
    treatment : str
        What was randomised, see `treatment_of`.
    """

    stratum: str
    endpoint: str
    kind: str
    trials: tuple[TrialRatio, ...]
    population: tuple[str, ...] = ()
    code: str = ""
    treatment: str = ""

    @property
    def method(self) -> str:
        """How they are pooled, in words; '' of a single trial."""
        return "" if len(self.trials) < 2 else COMMON if len(self.trials) == 2 else RANDOM

    @cached_property
    def pooled(self) -> PooledEffect | None:
        """Two trials: common effect, since of two no spread can be told; three or more: random effects."""
        if not self.method:
            return None
        how = {"method": "EE", "test": "z"} if self.method == COMMON else {"method": "REML"}
        return pool_generic([one.log_ratio for one in self.trials], [one.se for one in self.trials], **how)


def contrast_pools(evidence: Evidence) -> list[ContrastPool]:
    """Hazard ratios and risk ratios of randomised trials, by population and endpoint."""
    if "contrast_pools" not in evidence.memo:
        evidence.memo["contrast_pools"] = [*_hazard_pools(evidence), *_risk_pools(evidence)]
    return evidence.memo["contrast_pools"]


def hazard_pools_of(
    evidence: Evidence, treatment: str, endpoint: str, population: Sequence[str]
) -> list[ContrastPool]:
    """Hazard ratios of one treatment and endpoint (code) in one population: disease, setting, age group."""
    wanted = ("HR", treatment, endpoint, tuple(population))
    return [
        pool
        for pool in contrast_pools(evidence)
        if (pool.kind, pool.treatment, pool.code, pool.population) == wanted
    ]


def treatment_of(class_id: str, part: str, family: str) -> str:
    """What was given: the class whose own regimens it is, else its family by name."""
    return class_id if part == "core" else family


def _treatment(row: Mapping) -> str:
    return treatment_of(row["c_class"], row["c_part"], row["c_family"])


def _hazard_pools(evidence: Evidence) -> Iterator[ContrastPool]:
    rows = with_cohorts(evidence, "survival")
    field = evidence.package.field("survival", "endpoint")
    told = [
        row | {"treatment": _treatment(row)}
        for row in own_families(evidence, rows)
        if row["statistic"] == "hazard_ratio" and text(row["c_arm"]) == "experimental" and has_95(row)
        if field.groups.get(row["endpoint"]) != OF_PART
    ]
    keys = ("treatment", "c_disease", "c_setting", "c_age_group", "endpoint")
    for (treatment, *place, endpoint), part in group_by(told, *keys).items():
        by_study = group_by(part, "c_study_id")
        # Several ratios of one endpoint and trial are of parts of it.
        single = [same[0] for same in by_study.values() if len(same) == 1]
        if trials := _apart(evidence, [_of_hazard(evidence, row, rows) for row in single]):
            words = evidence.label("survival", "endpoint", endpoint)
            where = _say_place(evidence, single[0], place)
            yield ContrastPool(where, words, "HR", trials, tuple(place), endpoint, treatment)


def _of_hazard(evidence: Evidence, row: dict, rows: Sequence[dict]) -> TrialRatio:
    read = hazard_ratio_from_interval(float(row["estimate"]), float(row["ci_low"]), float(row["ci_high"]))
    controls = [
        other
        for other in rows
        if (other["report_id"], other["endpoint"], other["statistic"], text(other["c_arm"]))
        == (row["report_id"], row["endpoint"], "landmark", "control")
    ]
    last = max(controls, key=lambda other: other["time_months"], default=None)
    baseline = None if last is None else 1 - float(last["estimate"]) / 100
    return TrialRatio(
        (row["row_id"],) if last is None else (row["row_id"], last["row_id"]),
        row["c_study_id"],
        study_name(evidence, row["cohort_id"]),
        read.log_hr,
        read.se,
        (float(row["estimate"]), float(row["ci_low"]), float(row["ci_high"])),
        whole(row["c_n_enrolled"] if pd.isna(row["total"]) else row["total"]) or 0,
        baseline,
        "" if last is None else f"events by {format_fixed(float(last['time_months']), 0)} months",
        given=row["c_family"],
    )


def _risk_pools(evidence: Evidence) -> Iterator[ContrastPool]:
    found = []
    for pair in pair_arms(evidence):
        row = pair.experimental
        # Responders, those assessed or transplanted are groups that the result made, not the randomisation.
        if base_of(evidence, row["denominator"]) != EVERYONE or not pair.counted:
            continue
        if (ratio := _of_counts(evidence, pair)) is not None:
            found.append(row | {"treatment": _treatment(row), "ratio": ratio})
    keys = ("treatment", "c_disease", "c_setting", "c_age_group", "outcome", "denominator", "assessed_at")
    for (treatment, *place, outcome, _, _), part in group_by(found, *keys).items():
        trials = _apart(evidence, [row["ratio"] for row in part])
        if len(trials) > 1:  # of one trial the ratio stands beside its arms
            words = evidence.label("outcomes", "outcome", outcome)
            where = _say_place(evidence, part[0], place)
            yield ContrastPool(where, words, "RR", trials, tuple(place), outcome, treatment)


def _of_counts(evidence: Evidence, pair: Pair) -> TrialRatio | None:
    """The risk ratio of two arms, half an event added to each cell where one arm has none.

    None where neither arm has an event, or every patient has one: such a trial tells of no ratio.
    """
    one, other = pair.rows
    a, n1, c, n2 = map(int, pair.cells)
    table = two_by_two(a, n1, c, n2)
    if table.status != "ok":
        return None
    low, high = np.log(table.risk_ratio_ci)
    return TrialRatio(
        (one["row_id"], other["row_id"]),
        evidence.cohort_studies[one["cohort_id"]],
        evidence.study_names[one["cohort_id"]],
        float(np.log(table.risk_ratio)),
        float((high - low) / (2 * Z)),
        (table.risk_ratio, *table.risk_ratio_ci),
        n1 + n2,
        c / n2,
        "in the control arm",
        table.corrected,
        given=one["c_family"],
    )


def _say_place(evidence: Evidence, row: dict, place: Sequence[str]) -> str:
    classes = dict(
        evidence.tables["regimen_classes"][["class_id", "short_title"]].itertuples(index=False, name=None)
    )
    treatment = classes.get(row["treatment"], row["treatment"])
    return f"{treatment}: {stratum_name(evidence, *place)}"


def _apart(evidence: Evidence, trials: Sequence[TrialRatio]) -> tuple[TrialRatio, ...]:
    """One ratio a trial, and of trials that share patients the larger: precision depends on events."""
    kept: list[TrialRatio] = []
    for trial in sorted(trials, key=lambda one: (-one.patients, one.study_id)):
        told = {one.study_id for one in kept}
        if trial.study_id not in told and not evidence.overlaps[trial.study_id] & told:
            kept.append(trial)
    return tuple(kept)


def tabulate_pooled_contrasts(evidence: Evidence, *, caption: str) -> HtmlTable | Stack:
    """Ratios of randomised trials by population and endpoint, pooled, with effects per hundred patients."""
    rows = [
        Row(
            [
                [pool.stratum, f"{pool.endpoint}, {'hazard' if pool.kind == 'HR' else 'risk'} ratio"],
                [_say_trial(pool, trial) for trial in pool.trials],
                ". ".join(
                    [
                        _say_pooled(pool),
                        *warn_of(evidence, (row_id for trial in pool.trials for row_id in trial.row_ids)),
                    ]
                ),
                [words for trial in pool.trials if (words := _say_hundred(pool, trial))] or "not known",
                [make_figure(evidence, row_id) for trial in pool.trials for row_id in trial.row_ids],
            ]
        )
        for pool in contrast_pools(evidence)
    ]
    if not rows:
        return Stack([], NOTHING)
    columns = [
        Column("Population and endpoint"),
        Column("Each trial (95% CI)"),
        Column("Pooled (95% CI)"),
        Column("Of 100 patients, at that risk"),
        Column("Rows", True),
    ]
    note = (
        "A hazard ratio is turned into events by a time on the assumption that it holds throughout. "
        "A pooled ratio is an average over the trials of the line, which may have given the regimen instead "
        "of another or with it, and to other risk groups: what a trial found for its own patients is first."
    )
    return HtmlTable(caption, columns, rows, [note])


def _say_trial(pool: ContrastPool, trial: TrialRatio) -> str:
    """What a trial gave is said where the trials of a line differ in it: with chemotherapy, or instead."""
    given = f" ({trial.given})" if len({one.given for one in pool.trials}) > 1 else ""
    added = ", with 0.5 added to each cell" if trial.corrected else ""
    return f"{trial.name}{given}: {format_ratio(*trial.ends)}{added}"


def _say_pooled(pool: ContrastPool) -> str:
    if pool.pooled is None:
        return "one trial"
    return f"{format_ratio(pool.pooled.effect, *pool.pooled.ci)}, {pool.method}"


def _say_hundred(pool: ContrastPool, trial: TrialRatio) -> str:
    """'AALL, 61 on control (by 24 months): by its own ratio 10 fewer (18 fewer to 1 more)', or ''.

    Then by the pooled ratio, where there is one: of a trial that shows no effect by itself that alone would
    say that it does.
    """
    if trial.baseline is None:
        return ""
    own = f"by its own ratio {_say_effect(pool, trial, trial.ends)}"
    control = f"{trial.name}, {format_fixed(100 * trial.baseline, 0)} on control ({trial.baseline_words})"
    if not (fit := pool.pooled):
        return f"{control}: {own}"
    pooled = _say_effect(pool, trial, (fit.effect, *fit.ci))
    return f"{control}: {own}; by the pooled ratio of {len(pool.trials)} comparisons {pooled}"


def _say_effect(pool: ContrastPool, trial: TrialRatio, ratio: tuple[float, float, float]) -> str:
    """'10 fewer (18 fewer to 1 more)'."""
    effect = per_hundred(trial.baseline, *ratio, kind=pool.kind)
    change, low, high = (_say_change(value) for value in (effect.change, effect.low, effect.high))
    return f"{change} ({low} to {high})"


def _say_change(change: float) -> str:
    number = format_fixed(abs(change), 0)
    return "none" if number == "0" else f"{number} {'fewer' if change < 0 else 'more'}"
