"""Survival pooled from what is printed: medians with their interval, and the share alive at a time.

Of whole cohorts or randomised arms alone, one value a study, no patient twice. Nothing is read off a curve.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import pandas as pd

from livingreview.display.html import Column, HtmlTable, Inline, Row, Stack
from livingreview.display.numbers import (
    format_fixed,
    is_second_hand,
    make_figure,
    write_printed,
)
from livingreview.evidence import Evidence, records
from livingreview.synthesis import PooledEffect, effect_from_interval, median_of_medians, pool_generic
from livingreview.tables.choice import Choice, kinship, one_of_each_patient
from livingreview.tables.common import (
    full_name,
    group_by,
    has_95,
    source_name,
    stratum_name,
    study_name,
    text,
    with_cohorts,
)
from livingreview.tables.counts import (
    LEAST_PATIENTS,
    SECONDARY,
    WHERE,
    own_families,
    part_of,
    pooled_results,
    study_cares,
    whole_size,
)
from livingreview.tables.notices import warn_of
from livingreview.tables.outcomes import is_from_later
from livingreview.tables.pool import LEAST_STUDIES

MEANING = (
    "By inverse variance of the logarithms of the medians: REML with limits of the t distribution (truncated "
    "Hartung-Knapp). A new study: where its median would be expected, by the t distribution with two degrees "
    "of freedom fewer than there are studies. Beside them what published syntheses print (in months, "
    "DerSimonian-Laird): there longer medians weigh less, and the limits are too narrow where few studies "
    "differ. A median without limits, as where the upper one was not reached, cannot be pooled; what the "
    "studies say with those among them is told by the middle one of all printed medians, each weighed by its "
    "patients."
)
MONTHS = {"months": 1.0, "days": 12 / 365.25}  # a unit of time in months
Z = 1.959963984540054  # of a printed 95% interval


@dataclass(frozen=True)
class SurvivalEntry:
    """One study's printed value: a median in months, or a share (0-1) alive; None where not printed."""

    row_id: str
    study_id: str
    name: str
    value: float
    low: float | None
    high: float | None
    patients: int
    care: str = ""

    @property
    def has_interval(self) -> bool:
        """Whether both limits of 95% are printed, so that it can be pooled."""
        return self.low is not None and self.high is not None


@dataclass(frozen=True)
class SurvivalPool:
    """The printed values of one population, endpoint and statistic.

    Attributes
    ----------
    stratum, endpoint : str
        In words.
    place : tuple of str
        Family, disease, setting and age group in codes.
    statistic : str
        ``median`` [months] or ``landmark`` [share 0-1].
    time_months : float or None
        Of a landmark.
    entries : tuple of SurvivalEntry
        One a study, the largest first; of a study the value with limits.
    printed : tuple of SurvivalEntry
        One a study, whether it has limits or not.
    """

    stratum: str
    endpoint: str
    place: tuple[str, str, str, str]
    statistic: str
    time_months: float | None
    entries: tuple[SurvivalEntry, ...]
    printed: tuple[SurvivalEntry, ...] = ()

    @property
    def told(self) -> tuple[SurvivalEntry, ...]:
        """The entries that can be pooled: with both limits, none of them nought or all (of a share 1)."""
        most = float("inf") if self.statistic == "median" else 1.0
        return tuple(
            entry for entry in self.entries if entry.has_interval and 0 < entry.low <= entry.high < most
        )

    @cached_property
    def pooled(self) -> PooledEffect | None:
        """By REML, truncated Hartung-Knapp: medians on log months, shares on log(-log); None of under three.

        On the log scale a standard error does not grow with the median, so that longer ones weigh no less.
        """
        if len(self.told) < LEAST_STUDIES:
            return None
        scale = "exp" if self.statistic == "median" else "cloglog"
        read = [effect_from_interval(entry.value, entry.low, entry.high, scale=scale) for entry in self.told]
        return pool_generic([one.estimate for one in read], [one.se for one in read], scale=scale)

    @cached_property
    def as_published(self) -> PooledEffect | None:
        """The same medians as published syntheses pool them: in months, DerSimonian-Laird."""
        if self.pooled is None or self.statistic != "median":
            return None
        errors = [(entry.high - entry.low) / (2 * Z) for entry in self.told]
        return pool_generic([entry.value for entry in self.told], errors, method="DL", scale="none")

    @property
    def new_study(self) -> tuple[float, float]:
        """Where the value of a new study would be expected, by t(k-2) (Higgins and colleagues 2009).

        With t(k-1) it held in fewer than 92 of 100 simulated sets of medians (benchmarks/coverage.py).
        """
        return self.pooled.prediction_km2

    @property
    def middle(self) -> float:
        """The middle one of all printed values, weighed by patients, with limits or without."""
        values, patients = zip(*((entry.value, entry.patients) for entry in self.printed), strict=True)
        return median_of_medians(values, patients)

    def of_trials(self) -> SurvivalPool:
        """The same of trials alone."""
        entries, printed = (
            tuple(entry for entry in told if entry.care == "trial") for told in (self.entries, self.printed)
        )
        return replace(self, entries=entries, printed=printed)


def survival_pools(
    evidence: Evidence, endpoint: str, statistic: str, time_months: float | None = None
) -> list[SurvivalPool]:
    """The printed values of an endpoint in each population, one a study."""
    rows = [
        row
        for row in _with_care(evidence, with_cohorts(evidence, "survival"))
        if (row["endpoint"], row["statistic"]) == (endpoint, statistic)
        and (time_months is None or (not pd.isna(row["time_months"]) and row["time_months"] == time_months))
        and not _bar(evidence, row)
    ]
    found = []
    for (_, *place), part in group_by(rows, *WHERE).items():
        stratum = f"{place[0]}: {stratum_name(evidence, *place[1:])}"
        words = evidence.label("survival", "endpoint", endpoint)
        both = (_one_a_study(evidence, part, limits=limits) for limits in (True, False))
        found.append(SurvivalPool(stratum, words, tuple(place), statistic, time_months, *both))
    return found


def all_survival_pools(evidence: Evidence) -> Iterator[tuple[str, SurvivalPool]]:
    """Each endpoint's code with what is pooled of it: medians; shares at the times of `pooled_results`."""
    asked: list[tuple[str, str, float | None]] = [
        (code, "median", None) for code in evidence.package.field("survival", "endpoint").labels
    ]
    for result in pooled_results(evidence):
        if result.table == "survival":
            asked += [(code, "landmark", result.time_months) for code in result.codes]
    for endpoint, statistic, months in asked:
        for pool in survival_pools(evidence, endpoint, statistic, months):
            if pool.pooled:
                yield endpoint, pool


def _with_care(evidence: Evidence, rows: Sequence[dict]) -> list[dict]:
    """Rows with the family of their own regimen and the kind of their study."""
    cares = study_cares(evidence)
    return [
        row | {"care": cares.get(row["c_study_id"], "")}
        for row in own_families(evidence, rows)
        if not pd.isna(row["c_study_id"])
    ]


def _bar(evidence: Evidence, row: dict) -> str:
    """Why a value may not stand: not of a whole cohort or a randomised arm known to be of enough patients.

    Nor may survival that is counted from a later event than treatment: who did not see it is left out.
    """
    if row["care"] == SECONDARY:
        return "no own patients"  # a comparison or review of other studies
    if pd.isna(row["estimate"]):
        return "not reached, or not reported"
    whole = is_population(evidence, row["cohort_id"]) or not pd.isna(row["c_arm"])
    if not whole or part_of(evidence, row) or not pd.isna(row["group"]):
        return "part of a cohort"
    if is_from_later(evidence, row):
        return "counted from remission or transplant, so of those who came so far"
    patients = _patients(evidence, row)
    if patients < LEAST_PATIENTS:
        return f"fewer than {LEAST_PATIENTS} patients" if patients else "number of patients not reported"
    return ""


def is_population(evidence: Evidence, cohort_id: str) -> bool:
    """Whether a cohort is a whole one, or all of its patients of some disease, setting, age or regimen.

    Such a part was known before treatment: its codes are others than those of the cohort around it, or than
    those of a part that is declared to share no patient with it. Responders, say, are no population. A cohort
    around it that is not among this evidence is of another regimen or setting.
    """
    kin, codes = kinship(evidence), _population_codes(evidence)
    line = kin.line(cohort_id)
    return all(
        codes.get(part) != codes.get(around)
        or any(
            kin.sets.get(part) == taken and codes.get(beside) != codes.get(around)
            for beside, taken in kin.sets.items()
        )
        for part, around in pairwise(line)
    )


def _population_codes(evidence: Evidence) -> dict[str, tuple]:
    if "population_codes" not in evidence.memo:
        groups = evidence.package.field("cohorts", "setting").groups
        evidence.memo["population_codes"] = {
            row["cohort_id"]: (
                *(row[name] for name in ("disease", "age_group")),
                groups.get(row["setting"], row["setting"]),
                text(row["regimen_id"]),
            )
            for row in records(evidence.tables["cohorts"])
        }
    return evidence.memo["population_codes"]


def _patients(evidence: Evidence, row: dict) -> int:
    """Patients of a value; where its report prints none those of the same cohort elsewhere; 0 unknown."""
    size = row["c_n_enrolled"] if pd.isna(row["total"]) else row["total"]
    return whole_size(evidence, row) if pd.isna(size) else int(size)


def _one_a_study(evidence: Evidence, rows: Sequence[dict], *, limits: bool) -> tuple[SurvivalEntry, ...]:
    """Of each study the value of an included report, first-hand, of the most patients.

    With `limits` those that print an interval come first, of one study and of studies that share patients.
    """

    def rank(row: dict) -> tuple:
        return (
            limits and has_95(row),
            row["report_id"] in evidence.included,
            not is_second_hand(row),
            _patients(evidence, row),
        )

    best: dict[str, dict] = {}
    for row in sorted(rows, key=rank, reverse=True):
        best.setdefault(row["c_study_id"], row)
    kept: list[Choice] = []
    for told in (True, False) if limits else (None,):  # what can be pooled gives way to none that cannot
        choices = [
            Choice(study, (row,), _patients(evidence, row))
            for study, row in best.items()
            if told in (None, has_95(row))
            and not evidence.overlaps[study] & {choice.study_id for choice in kept}
        ]
        kept += one_of_each_patient(evidence, choices)[0]
    return tuple(_entry(evidence, choice.rows[0]) for choice in kept)


def _entry(evidence: Evidence, row: dict) -> SurvivalEntry:
    scale = MONTHS.get(row["unit"], 0.01)
    low, high = (float(row[end]) * scale if has_95(row) else None for end in ("ci_low", "ci_high"))
    return SurvivalEntry(
        row["row_id"],
        row["c_study_id"],
        full_name(evidence, row),
        float(row["estimate"]) * scale,
        low,
        high,
        _patients(evidence, row),
        row["care"],
    )


def left_out(evidence: Evidence, pool: SurvivalPool, endpoint: str) -> list[tuple[dict, str]]:
    """The printed medians of a pool's population that are not in it, the largest of each study, and why."""
    found: dict[str, tuple[dict, str]] = {}

    def rank(row: dict) -> tuple:
        return _patients(evidence, row), has_95(row), row["report_id"] in evidence.included

    for row in _with_care(evidence, with_cohorts(evidence, "survival")):
        study = row["c_study_id"]
        if (
            (row["endpoint"], row["statistic"]) == (endpoint, pool.statistic)
            and (row["p_family"], *(row[name] for name in WHERE[2:])) == pool.place
            and (reason := _why_left_out(evidence, pool, row))
            and (study not in found or rank(row) > rank(found[study][0]))
        ):
            found[study] = row, reason
    return sorted(found.values(), key=lambda one: -_patients(evidence, one[0]))


def _why_left_out(evidence: Evidence, pool: SurvivalPool, row: dict) -> str:
    """Why a printed median is not in a pool; empty where it is, or where one of its study says the same."""
    if any(entry.study_id == row["c_study_id"] for entry in pool.told):
        return _why_another(evidence, pool, row)
    if reason := _bar(evidence, row):
        return reason
    # Its patients may be counted already: among the pooled, or, of one without limits, the printed.
    limits = has_95(row)
    around = pool.told if limits else pool.printed
    if any(entry.study_id == row["c_study_id"] for entry in around):
        return "no interval"
    shared = [one.row_id for one in around if one.study_id in evidence.overlaps[row["c_study_id"]]]
    names = [study_name(evidence, evidence.row(row_id)["cohort_id"]) for row_id in shared]
    share = f"shares patients with {' and '.join(names) or 'a study that is counted'}"
    return share if limits else f"no interval, and {share}"


def _why_another(evidence: Evidence, pool: SurvivalPool, row: dict) -> str:
    """Of a study that is pooled by what another report repeats of it: why not by its own report's median.

    A reader who knows the trial by that number would otherwise take the pooled one for a mistake.
    """
    if pd.isna(row["estimate"]):
        return ""
    entry = next(entry for entry in pool.told if entry.study_id == row["c_study_id"])
    same = float(row["estimate"]) * MONTHS.get(row["unit"], 0.01) == entry.value
    restated = is_second_hand(evidence.row(entry.row_id))
    if same or not restated or is_second_hand(row) or has_95(row) or _bar(evidence, row):
        return ""
    return "counted by another report's value, which has limits; its own report prints none"


def tabulate_pooled_survival(evidence: Evidence, *, caption: str, endpoint: str = "OS") -> HtmlTable | Stack:
    """Medians of an endpoint in each population of three printed intervals or more, pooled."""
    pools = [pool for pool in survival_pools(evidence, endpoint, "median") if pool.pooled]
    if not pools:
        return Stack([], "")
    rows = []
    for pool in pools:
        trials = pool.of_trials()
        warned = warn_of(evidence, [entry.row_id for entry in pool.told])
        apart = [f"trials alone: {_say_months(trials.pooled)}"] if _differs(pool, trials) else []
        rows.append(
            Row(
                [
                    [pool.stratum, pool.endpoint],
                    [_say_months(pool.pooled), f"{pool.pooled.k} studies", *apart, *warned],
                    _say_beside(pool),
                    [make_figure(evidence, entry.row_id) for entry in pool.told],
                    _say_left_out(evidence, left_out(evidence, pool, endpoint)) or "none",
                ]
            )
        )
    columns = [
        Column("Population"),
        Column("Pooled median, months (95% CI)", True),
        Column("A new study; other ways", True),
        Column("Printed medians", True),
        Column("Left out, and why"),
    ]
    return HtmlTable(caption, columns, rows, [MEANING])


def _say_left_out(evidence: Evidence, rows: Sequence[tuple[dict, str]]) -> list[Inline]:
    """'part of a cohort: 12.7 months (Badar 2020), 12.2 months (NEUF, 2023)', a line for each reason."""
    lines: dict[str, list] = {}
    for row, reason in rows:
        value = None if pd.isna(row["estimate"]) else write_printed(row, row["estimate"])
        figure = make_figure(evidence, row, f"{value} {row['unit']}" if value else "no value")
        line = lines.setdefault(reason, [f"{reason}: "])
        line += [", "] if len(line) > 1 else []
        line += [figure, f" ({source_name(evidence, row)})"]
    return [Inline(line) for line in lines.values()]


def _differs(pool: SurvivalPool, trials: SurvivalPool) -> bool:
    return trials.pooled is not None and trials.pooled.k != pool.pooled.k


def _say_beside(pool: SurvivalPool) -> list[str]:
    """'a new study: 4.3 to 15.3', what published syntheses print, and the middle one of all medians."""
    outer = " to ".join(format_fixed(months, 1) for months in pool.new_study)
    values = sorted(entry.value for entry in pool.printed)
    reach = f"lowest {format_fixed(values[0], 1)}, highest {format_fixed(values[-1], 1)}"
    return [
        f"a new study: {outer}",
        f"in months, DerSimonian-Laird: {_say_months(pool.as_published)}",
        f"the middle one of {len(values)} printed medians, no patient twice: {format_fixed(pool.middle, 1)} "
        f"({reach})",
    ]


def _say_months(fit: PooledEffect) -> str:
    value, low, high = (format_fixed(months, 1) for months in (fit.effect, *fit.ci))
    return f"{value} ({low} to {high})"
