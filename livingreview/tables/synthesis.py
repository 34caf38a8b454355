"""Tables of what is pooled: the plan with its reasons, all models, influence, randomised contrasts."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import pandas as pd

from livingreview.display.html import Column, Fragment, HtmlTable, Row, Stack
from livingreview.display.numbers import (
    Figure,
    format_count,
    format_difference,
    format_fixed,
    format_interval,
    format_percent,
    format_ratio,
    make_figure,
)
from livingreview.evidence import Evidence
from livingreview.synthesis import PooledProportion, leave_one_out, pool_proportions, two_by_two
from livingreview.tables.common import capitalise
from livingreview.tables.plan import FEW_STUDIES, Entry, Plan, synthesis_plan

NO_PAIR = (
    "No outcome of this chapter is reported by two studies of the same stratum and counted from the same "
    "kind of denominator, so there is nothing to pool."
)
NO_CONTRAST = "No randomised comparison with counts in both arms is among the reports of this chapter."
RATIO_REFUSED = {
    "no_events": "not estimable: no events in either arm",
    "all_events": "not estimable: every patient had the event",
}
NO_COUNTS = "not calculated: an arm's count is not printed"
# (model, how it is named, what its value is); always the same set (see the methods page).
MODELS = (
    ("glmm", "Binomial-normal model, maximum likelihood", "median study"),
    ("bayes", "The same, Bayesian (weak priors)", "median study"),
    ("beta-binomial", "Beta-binomial model", "mean study"),
    ("reml", "Two-step logit, REML, truncated Hartung-Knapp", "median study"),
    ("arcsine", "Two-step arcsine, REML, truncated Hartung-Knapp", "median study"),
)
DECISIONS = {"pooled": "Pooled", "listed": "Shown, not pooled", "refused": "Not pooled"}


def say_left_out(plan: Plan) -> list[str]:
    """Each reason why counts were left out, with the studies it met."""
    reasons: dict[str, list[str]] = {}
    for _, name, reason in plan.left_out:
        reasons.setdefault(reason, []).append(name.split(":")[0])
    return [f"{reason}: {', '.join(dict.fromkeys(names))}" for reason, names in reasons.items()]


def say_pooling(evidence: Evidence) -> Fragment:
    """What the rules pool of a chapter and why nothing more, written from the plan: it follows the data."""
    plans = synthesis_plan(evidence)
    pooled = [plan for plan in plans if plan.decision == "pooled"]
    items = [
        f"{capitalise(plan.outcome)}, {plan.when} ({plan.stratum}): median {estimate_words(plan.pooled)} "
        f"[95% CI {interval_words(plan.pooled.ci, plan.pooled.total)}], "
        f"{plan.pooled.k} studies, {plan.pooled.total} patients."
        for plan in pooled
    ]
    refused: dict[str, int] = {}
    for plan in plans:
        if plan.decision != "pooled":
            reason = plan.reason.partition(": ")[2] if plan.stop else plan.reason
            refused[reason] = refused.get(reason, 0) + 1
    why = "; ".join(f"{reason} ({count})" for reason, count in refused.items())
    lead = "Pooled here:" if pooled else "Nothing is pooled in this chapter."
    rest = f"Not pooled, by reason (number of outcomes and strata): {why}." if why else NO_PAIR
    values = {"lead": lead if pooled else f"{lead} {rest}", "items": [*items, rest] if pooled else []}
    return Fragment("pooling.html.j2", values, f"[{len(pooled)} pooled]")


def tabulate_plan(evidence: Evidence, *, caption: str) -> HtmlTable | Stack:
    """What the rules allow for every stratum and outcome that two or more studies report, and why."""
    rows = []
    for plan in synthesis_plan(evidence):
        counts = [part for entry in plan.entries for part in _figures(evidence, entry)]
        rows.append(
            Row(
                [
                    [plan.stratum, f"{plan.outcome}, {plan.when}, of {plan.base}"],
                    [DECISIONS[plan.decision], plan.reason],
                    counts or "none",
                    say_left_out(plan),
                ]
            )
        )
    columns = [
        Column("Stratum and outcome"),
        Column("Decision and reason"),
        Column("Studies that may be pooled together", True),
        Column("Left out, and why"),
    ]
    note = "Every outcome that two or more studies report: what the rules allow, and why a study is left out."
    return HtmlTable(caption, columns, rows, [note]) if rows else Stack([], "")


def _figures(evidence: Evidence, entry: Entry) -> list[Figure | str]:
    """The figure as the report counts it, or as it is pooled where it is counted again from all enrolled.

    Of a sum every part, then the arithmetic.
    """
    if entry.arithmetic:
        parts = [make_figure(evidence, row_id) for row_id in entry.row_ids]
        return [*parts, f"derived: {entry.arithmetic}"]
    again = f"{entry.events}/{entry.total}, counted again from all enrolled" if entry.rebased else None
    return [make_figure(evidence, entry.row_id, again)]


def pooled_plans(evidence: Evidence) -> list[Plan]:
    """The plans that end in a pooled value."""
    return [plan for plan in synthesis_plan(evidence) if plan.decision == "pooled"]


def interval_words(interval: tuple[float, float], total: int) -> str:
    """An interval in percent; 'not estimable' where the model gives none."""
    return "not estimable" if any(pd.isna(end) for end in interval) else format_interval(*interval, total)


def estimate_words(fit: PooledProportion) -> str:
    """A pooled value in percent; 'not estimable' where the model refuses or does not converge."""
    return format_percent(fit.estimate, fit.total) if fit.status == "ok" else "not estimable"


def tabulate_models(evidence: Evidence, *, caption: str) -> Stack:
    """All models side by side for each pooled stratum, with the population average and the crude total.

    Do they tell the same story?
    """
    columns = [
        Column("Model"),
        Column("What is estimated"),
        Column("Estimate", True),
        Column("95% interval", True),
        Column("95% prediction interval", True),
        Column("Spread (tau)", True),
    ]
    tables = []
    for plan in pooled_plans(evidence):
        rows = [
            _model_row(pool_proportions(plan.events, plan.totals, model=model), name, what)
            for model, name, what in MODELS
        ]
        rows += _reference_rows(plan.pooled)
        note = (
            "tau is the spread between studies on the logit scale (arcsine scale for that model). "
            "A crude total treats all patients as one study's."
        )
        tables.append(HtmlTable(f"{caption}: {plan.stratum}; {plan.outcome}", columns, rows, [note]))
    return Stack(tables, "")


def _model_row(fit: PooledProportion, name: str, what: str) -> Row:
    if fit.status != "ok" or pd.isna(fit.estimate):
        return Row([name, what, "not estimable", "", "", ""])
    if fit.model == "beta-binomial":
        new_study, spread = "not given by this model", "none on this scale"
    else:
        new_study, spread = prediction_words(fit), format_fixed(fit.tau2**0.5, 2)
    return Row(
        [
            name,
            what,
            format_percent(fit.estimate, fit.total),
            interval_words(fit.ci, fit.total),
            new_study,
            spread,
        ]
    )


def _reference_rows(fit: PooledProportion) -> list[Row]:
    """The population average of a fit, and the crude total of its patients."""
    crude = format_count(fit.events, fit.total)
    interval = interval_words((fit.crude.low, fit.crude.high), fit.total)
    average = format_percent(fit.marginal_mean, fit.total)
    return [
        Row(["Population average of the first model", "mean study", average, "", "", ""]),
        Row(["Crude total", "all patients added up", crude, interval, "", ""]),
    ]


def predicts(fit: PooledProportion) -> bool:
    """Whether the interval of a new study may be shown: of few studies only the Bayesian is wide enough."""
    return (fit.k >= FEW_STUDIES or fit.model == "bayes") and not any(pd.isna(end) for end in fit.prediction)


def prediction_words(fit: PooledProportion) -> str:
    """The interval in which a new study would be expected, or why it is not shown."""
    return interval_words(fit.prediction, fit.total) if predicts(fit) else "not shown: few studies"


def tabulate_leave_one_out(evidence: Evidence, *, caption: str) -> Stack:
    """The pooled value with each study left out in turn, where there are five studies or more."""
    tables = []
    for plan in pooled_plans(evidence):
        if len(plan.entries) < FEW_STUDIES:
            continue
        rows = [
            Row([entry.name, estimate_words(fit), interval_words(fit.ci, fit.total)])
            for entry, fit in zip(plan.entries, leave_one_out(plan.events, plan.totals), strict=True)
        ]
        tables.append(
            HtmlTable(
                f"{caption}: {plan.stratum}; {plan.outcome}",
                [Column("Without"), Column("Pooled median", True), Column("95% interval", True)],
                rows,
            )
        )
    return Stack(tables, "")


def tabulate_contrasts(evidence: Evidence, *, caption: str) -> HtmlTable | Stack:
    """Both arms of one randomised trial, with the ratio and the difference of their risks.

    Outcome, time point and denominator are the same in both. An arm given as a percentage only is shown as
    printed, and nothing is calculated from it.
    """
    rows = [_contrast_row(evidence, one, other) for one, other in _pair_arms(evidence)]
    if not rows:
        return Stack([], NO_CONTRAST)
    columns = [
        Column("Trial and outcome"),
        Column("Experimental arm", True),
        Column("Control arm", True),
        Column("Risk ratio (95% CI)", True),
        Column("Difference, points (95% CI)", True),
        Column("Counted from"),
        Column("When"),
    ]
    note = (
        "Risk ratio by the log method; difference with Newcombe's interval. "
        "Many outcomes of one trial are shown: "
        "a confidence interval that excludes no effect is not by itself evidence."
    )
    return HtmlTable(caption, columns, rows, [note])


def _pair_arms(evidence: Evidence) -> Iterator[tuple[pd.Series, pd.Series]]:
    """Outcome rows of the experimental and the control arm of a trial that one report tells side by side."""
    cohorts = evidence.tables["cohorts"].dropna(subset=["arm"])
    outcomes = evidence.tables["outcomes"].merge(cohorts[["cohort_id", "arm", "study_id"]], on="cohort_id")
    counts = outcomes.dropna(subset=["events", "total"])[["study_id", "arm", "outcome"]]
    counted = set(counts.itertuples(index=False, name=None))
    same = ["report_id", "study_id", "outcome", "definition", "timepoint", "denominator"]
    for _, part in outcomes.groupby(same, dropna=False, sort=False):
        arms = {arm: block.iloc[0] for arm, block in part.groupby("arm")}
        told_with_counts_elsewhere = all(
            (row["study_id"], arm, row["outcome"]) in counted and pd.isna(row["events"])
            for arm, row in arms.items()
        )
        if set(arms) == {"experimental", "control"} and len(part) == 2 and not told_with_counts_elsewhere:
            yield arms["experimental"], arms["control"]


def _contrast_row(evidence: Evidence, one: pd.Series, other: pd.Series) -> Row:
    name = [
        evidence.study_names[one["cohort_id"]],
        evidence.label("outcomes", "outcome", one["outcome"]),
        "" if one["definition"] == "not_reported" else one["definition"],
        _say_arms(evidence, one, other),
    ]
    return Row(
        [
            [part for part in name if part],
            make_figure(evidence, one),
            make_figure(evidence, other),
            *_contrast_words(one, other),
            evidence.label("outcomes", "denominator", one["denominator"]),
            "not printed" if pd.isna(one["timepoint"]) else one["timepoint"],
        ]
    )


def _say_arms(evidence: Evidence, one: pd.Series, other: pd.Series) -> str:
    """'One regimen against another', by their names: a trial of another regimen may stand in a chapter."""
    regimen = evidence.tables["cohorts"].set_index("cohort_id")["regimen_id"]
    names = evidence.tables["regimens"].set_index("regimen_id")["name"]
    told = [names.get(regimen[row["cohort_id"]], "") for row in (one, other)]
    return " against ".join(told) if all(told) else ""


def _contrast_words(one: pd.Series, other: pd.Series) -> tuple[str, str]:
    if pd.isna([one["events"], one["total"], other["events"], other["total"]]).any():
        return (NO_COUNTS,) * 2
    table = two_by_two(one["events"], one["total"], other["events"], other["total"])
    ratio = RATIO_REFUSED.get(table.reason) or format_ratio(table.risk_ratio, *table.risk_ratio_ci)
    if table.status == "ok" and table.corrected:
        ratio += ", with 0.5 added to each cell"
    difference = Fraction(int(one["events"]), int(one["total"])) - Fraction(
        int(other["events"]), int(other["total"])
    )
    return ratio, format_difference(difference, *table.risk_difference_ci)
