"""Tables of what is pooled: the plan with its reasons, all models side by side, influence, randomised contrasts."""

from __future__ import annotations

import pandas as pd

from livingreview.display.html import Column, HtmlTable, Row, Stack
from livingreview.display.numbers import Figure, format_interval, format_percent, make_figure
from livingreview.evidence import Evidence
from livingreview.synthesis import PooledProportion, leave_one_out, pool_proportions, two_by_two
from livingreview.tables.plan import FEW_STUDIES, Entry, Plan, synthesis_plan

NOTHING = "Nothing in this chapter may be pooled: no set of counts meets the rules of the methods page."
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


def tabulate_plan(evidence: Evidence, *, caption: str) -> HtmlTable | Stack:
    """Every stratum and outcome that two or more studies report: what the rules allow, and why the others are left out."""
    rows = []
    for plan in synthesis_plan(evidence):
        counts = [_figure(evidence, entry) for entry in plan.entries]
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
        Column("Studies that may stand together", True),
        Column("Left out, and why"),
    ]
    return (
        HtmlTable(caption, columns, rows)
        if rows
        else Stack(
            [],
            "No outcome of this chapter is reported by two studies of the same stratum, so there is nothing to pool.",
        )
    )


def _figure(evidence: Evidence, entry: Entry) -> Figure:
    """The figure as the report counts it, or as it is pooled where it is counted again from all enrolled."""
    return make_figure(
        evidence,
        entry.row_id,
        f"{entry.events}/{entry.total}, counted again from all enrolled" if entry.rebased else None,
    )


def pooled_plans(evidence: Evidence) -> list[Plan]:
    """The plans that end in a pooled value."""
    return [plan for plan in synthesis_plan(evidence) if plan.decision == "pooled"]


def interval_words(interval: tuple[float, float], total: int) -> str:
    """An interval in percent; 'not estimable' where the model gives none."""
    return "not estimable" if any(pd.isna(end) for end in interval) else format_interval(*interval, total)


def tabulate_models(evidence: Evidence, *, caption: str) -> Stack:
    """All models side by side for each pooled stratum, with the population average and the crude total: do they tell the same story?"""
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
        fit = plan.pooled
        rows.append(
            Row(
                [
                    "Population average of the first model",
                    "mean patient",
                    format_percent(fit.marginal_mean, fit.total),
                    "",
                    "",
                    "",
                ]
            )
        )
        rows.append(
            Row(
                [
                    "Crude total",
                    "all patients added up",
                    f"{fit.events}/{fit.total} ({format_percent(fit.crude.proportion, fit.total)})",
                    interval_words((fit.crude.low, fit.crude.high), fit.total),
                    "",
                    "",
                ]
            )
        )
        notes = [
            "tau is the spread between studies on the logit scale (arcsine scale for that model). A crude total treats all patients as one study's."
        ]
        tables.append(HtmlTable(f"{caption}: {plan.stratum}; {plan.outcome}", columns, rows, notes))
    return Stack(tables, NOTHING)


def _model_row(fit: PooledProportion, name: str, what: str) -> Row:
    if fit.status != "ok" or pd.isna(fit.estimate):
        return Row([name, what, "not estimable", "", "", ""])
    if fit.model == "beta-binomial":
        new_study, spread = "not given by this model", "none on this scale"
    else:
        new_study, spread = prediction_words(fit), f"{fit.tau2**0.5:.2f}"
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


NO_COUNTS = "not calculated: an arm's count is not printed"


def predicts(fit: PooledProportion) -> bool:
    """Whether the interval of a new study may be shown: with few studies only that of the Bayesian model is wide enough."""
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
            Row([entry.name, format_percent(fit.estimate, fit.total), interval_words(fit.ci, fit.total)])
            for entry, fit in zip(plan.entries, leave_one_out(plan.events, plan.totals))
        ]
        tables.append(
            HtmlTable(
                f"{caption}: {plan.stratum}; {plan.outcome}",
                [Column("Without"), Column("Pooled median", True), Column("95% interval", True)],
                rows,
            )
        )
    return Stack(
        tables, "No pool of this chapter has the five studies from which leaving one out can be read."
    )


def tabulate_contrasts(evidence: Evidence, *, caption: str) -> HtmlTable | Stack:
    """Randomised comparisons: both arms of one trial, the same outcome, time point and denominator, with ratio and difference of risks.

    An arm given as a percentage only is shown as printed, and nothing is calculated from it.
    """
    cohorts = evidence.tables["cohorts"].dropna(subset=["arm"])
    outcomes = evidence.tables["outcomes"].merge(cohorts[["cohort_id", "arm", "study_id"]], on="cohort_id")
    counted = set(
        outcomes.dropna(subset=["events", "total"])[["study_id", "arm", "outcome"]].itertuples(
            index=False, name=None
        )
    )
    rows = []
    for _, part in outcomes.groupby(
        ["report_id", "study_id", "outcome", "definition", "timepoint", "denominator"],
        dropna=False,
        sort=False,
    ):
        arms = {arm: block.iloc[0] for arm, block in part.groupby("arm")}
        said_better = all(
            (row["study_id"], arm, row["outcome"]) in counted and pd.isna(row["events"])
            for arm, row in arms.items()
        )  # with counts, by another report
        if set(arms) == {"experimental", "control"} and len(part) == 2 and not said_better:
            rows.append(_contrast_row(evidence, arms["experimental"], arms["control"]))
    columns = [
        Column("Trial and outcome"),
        Column("Experimental arm", True),
        Column("Control arm", True),
        Column("Risk ratio (95% CI)", True),
        Column("Difference, points (95% CI)", True),
        Column("Counted from"),
        Column("When"),
    ]
    notes = [
        "Risk ratio by the log method; difference with Newcombe's interval. Many outcomes of one trial are shown: an interval that leaves out no effect is not by itself a finding."
    ]
    return (
        HtmlTable(caption, columns, rows, notes)
        if rows
        else Stack(
            [], "No randomised comparison with counts in both arms is among the reports of this chapter."
        )
    )


def _contrast_row(evidence: Evidence, one: pd.Series, other: pd.Series) -> Row:
    name = [
        evidence.study_names[one["cohort_id"]],
        evidence.label("outcomes", "outcome", one["outcome"]),
        "" if one["definition"] == "not_reported" else one["definition"],
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


def _contrast_words(one: pd.Series, other: pd.Series) -> tuple[str, str]:
    if pd.isna([one["events"], one["total"], other["events"], other["total"]]).any():
        return (NO_COUNTS,) * 2
    table = two_by_two(one["events"], one["total"], other["events"], other["total"])
    events, total = one["events"] + other["events"], one["total"] + other["total"]
    ratio = (
        "not estimable"
        if events in (0, total)
        else f"{table.risk_ratio:.2f} ({table.risk_ratio_ci[0]:.2f} to {table.risk_ratio_ci[1]:.2f})"
    )
    if table.corrected and events not in (0, total):
        ratio += ", with 0.5 added to each cell"
    difference = f"{100 * table.risk_difference:+.0f} ({100 * table.risk_difference_ci[0]:+.0f} to {100 * table.risk_difference_ci[1]:+.0f})"
    return ratio, difference
