"""Tables of what is pooled: the plan with its reasons, all models, the influence of each study."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from livingreview.display.html import Column, Fragment, HtmlTable, Row, Stack
from livingreview.display.numbers import (
    Figure,
    format_count,
    format_fixed,
    format_interval,
    format_percent,
    format_ratio,
    make_figure,
)
from livingreview.evidence import Evidence
from livingreview.synthesis import PooledProportion, leave_one_out
from livingreview.tables.common import capitalise, say_studies
from livingreview.tables.kept_out import is_widest, say_kept_out
from livingreview.tables.notices import warn_of
from livingreview.tables.plan import synthesis_plan
from livingreview.tables.pool import (
    CARES,
    FAR_FROM_MEDIAN,
    FEW_STUDIES,
    KINDS,
    MOST_OUTSIDE,
    PRIMARY,
    Entry,
    Moderator,
    Plan,
    find_fractions,
    find_moderators,
)

NO_PAIR = (
    "No outcome of this chapter is reported by two studies of the same stratum and counted from the same "
    "kind of denominator, so there is nothing to pool."
)
# (model, how it is named, what its value is); always the same set (see the methods page).
MODELS = (
    ("glmm", "Binomial-normal model, maximum likelihood", "median study"),
    ("bayes", "The same, Bayesian (weak priors)", "median study"),
    ("beta-binomial", "Beta-binomial model", "mean study"),
    ("reml", "Two-step logit, REML, truncated Hartung-Knapp", "median study"),
    ("arcsine", "Two-step arcsine, REML, truncated Hartung-Knapp", "median study"),
)
# Kinds of pools of which all counts left out are told; of the others the name says most.
TOLD = (PRIMARY, "any_time", "widest", *CARES)
CARE_NAMES = {"trial": "trials", "routine": "routine care"}
CARES_APART = "Trials against routine care"
DECISIONS = {"pooled": "Pooled", "listed": "Shown, not pooled", "refused": "Not pooled"}


def say_left_out(plan: Plan) -> list[str]:
    """Each reason why counts were left out, with the studies it met."""
    reasons: dict[str, list[str]] = {}
    for _, name, reason in plan.left_out:
        reasons.setdefault(reason, []).append(name.split(":")[0])
    return [f"{reason}: {', '.join(dict.fromkeys(names))}" for reason, names in reasons.items()]


def say_value(plan: Plan) -> str:
    """What a pool comes to: median and interval of a new study, the latter first where it is very wide."""
    fit = plan.pooled
    median = f"median {estimate_words(fit)} [95% CI {interval_words(fit.ci, fit.total)}]"
    low, high = plan.new_study
    expected = f"between {format_interval(low, high, fit.total).replace(' to ', ' and ')}"
    size = f"{fit.k} studies, {fit.total} patients"
    if plan.is_wide:
        return f"{FAR_FROM_MEDIAN}: it would be expected {expected}; {median}; {size}"
    return f"{median}; a new study would be expected {expected}; {size}"


def say_pooling(evidence: Evidence) -> Fragment:
    """What the rules pool of a chapter and why nothing more, written from the plan: it follows the data."""
    plans = synthesis_plan(evidence, kinds=tuple(KINDS))
    primary = [plan for plan in plans if plan.kind == PRIMARY]
    pooled = [plan for plan in primary if plan.decision == "pooled"]
    items = [_say_item(evidence, plan) for plan in pooled]
    others = [plan for plan in plans if plan.kind != PRIMARY and plan.decision == "pooled"]
    items += [_say_item(evidence, plan) for plan in others]
    refused: dict[str, int] = {}
    for plan in primary:
        if plan.decision != "pooled":
            reason = plan.reason.partition(": ")[2] if plan.stop else plan.reason
            refused[reason] = refused.get(reason, 0) + 1
    why = "; ".join(f"{reason} ({count})" for reason, count in refused.items())
    rest = f"In no primary pool, by reason (number of outcomes and populations): {why}." if why else NO_PAIR
    if not items:
        return Fragment(
            "pooling.html.j2", {"lead": f"Nothing is pooled in this chapter. {rest}", "items": []}
        )
    lead = "Pooled here:" if pooled else "Nothing is in a primary pool; with one rule changed:"
    plain = f"[{len(items)} pooled]"
    return Fragment("pooling.html.j2", {"lead": lead, "items": [*items, *([rest] if why else [])]}, plain)


def _say_item(evidence: Evidence, plan: Plan) -> str:
    value = (
        f"{capitalise(plan.outcome)}, {say_rule(evidence, plan)}, of {plan.base} ({plan.stratum}): "
        f"{say_value(plan)}."
    )
    if plan.kind in CARES and (without := say_kept_out(evidence, plan, [CARES[plan.kind]])):
        value += f" Not in it: {'; '.join(without)}."
    return " ".join([value, *warn_of(evidence, plan.row_ids)])


def say_rule(evidence: Evidence, plan: Plan) -> str:
    """The time of a primary pool; of another kind the rule that is changed, with its time.

    Trials alone and routine care alone are parts of another pool, whose definition and time they have.
    """
    if plan.kind == PRIMARY:
        return plan.when
    if plan.kind in CARES:
        whole = KINDS["widest"] if is_widest(evidence, plan) else plan.when
        return f"{whole}, {KINDS[plan.kind]}"
    timed = "" if plan.when == KINDS["any_time"] else f", {plan.when}"
    return f"{KINDS[plan.kind]}{timed}"


def tabulate_plan(evidence: Evidence, *, caption: str) -> HtmlTable | Stack:
    """What the rules allow for every population and outcome that two or more studies report, and why.

    Under each question stand the pools with one rule changed.
    """
    plans = synthesis_plan(evidence, kinds=tuple(KINDS))
    rows = []
    for plan in plans:
        counts = [part for entry in plan.entries for part in _figures(evidence, entry)]
        rows.append(
            Row(
                [
                    [plan.stratum, f"{plan.outcome}, {say_rule(evidence, plan)}, of {plan.base}"],
                    [DECISIONS[plan.decision], plan.reason, *_say_parts(evidence, plan, plans)],
                    counts or "none",
                    say_without(evidence, plan) if plan.kind in TOLD else [],
                ]
            )
        )
    columns = [
        Column("Population and outcome"),
        Column("Decision and reason"),
        Column("Studies that may be pooled together", True),
        Column("Left out, and why"),
    ]
    note = "Every outcome that two or more studies report: what the rules allow, and why a study is left out."
    return HtmlTable(caption, columns, rows, [note]) if rows else Stack([], "")


def say_without(evidence: Evidence, plan: Plan) -> list[str]:
    """What a pool is without, and why; of trials or routine care alone every study that is or may be one."""
    return say_kept_out(evidence, plan, [CARES[plan.kind]]) if plan.kind in CARES else say_left_out(plan)


def _say_parts(evidence: Evidence, plan: Plan, plans: Sequence[Plan]) -> list[str]:
    """The value of a pool, its settings where it joins several, and what its studies' spread may go with."""
    if plan.decision != "pooled":
        return []
    settings = plan.part(lambda entry: entry.setting)
    told = [
        f"{evidence.label('cohorts', 'setting', code)}: {_say_range(entries)}"
        for code, entries in settings.items()
        if len(settings) > 1
    ]
    # In every pool: to look where results differ most would choose the comparisons by the results.
    explained = [say_moderator(evidence, plan, each) for each in find_moderators(plan, plans)]
    if fractions := find_fractions(plan):
        names = " and ".join(CARE_NAMES[care] for care in fractions)
        without = "; ".join(say_kept_out(evidence, plan, CARES.values()))
        explained.append(f"{CARES_APART}: not compared; {MOST_OUTSIDE} ({names}). Left out: {without}")
    warned = warn_of(evidence, plan.row_ids)
    return [capitalise(say_value(plan)), *warned, *told, *explained]


def _say_range(entries: Sequence[Entry]) -> str:
    counts = sorted(entries, key=lambda entry: entry.events / entry.total)
    ends = [f"{entry.events}/{entry.total}" for entry in dict.fromkeys((counts[0], counts[-1]))]
    return f"{say_studies(len(entries))}, {' to '.join(ends)}"


def say_moderator(evidence: Evidence, plan: Plan, moderator: Moderator) -> str:
    """A comparison of two kinds of studies in words, exploratory and with its interval."""
    fit = moderator.comparison
    column = {"disease": "disease", "age": "age_group", "setting": "setting"}.get(moderator.name)
    names = [
        evidence.label("cohorts", column, level) if column else CARE_NAMES.get(level, level)
        for level in moderator.levels
    ]
    patients = [sum(entry.total for entry in side) for side in moderator.entries]
    sides = "; ".join(
        f"{name} {format_percent(share, total)} ({len(side)} studies)"
        for name, share, total, side in zip(
            names, (fit.p_level0, fit.p_level1), patients, moderator.entries, strict=True
        )
    )
    ratio = format_ratio(fit.odds_ratio, *fit.odds_ratio_ci)
    without = say_kept_out(evidence, plan, moderator.levels) if "routine" in moderator.levels else []
    out = f"; left out: {'; '.join(without)}" if without else ""
    return f"Exploratory, {moderator.name}: {sides}; odds ratio {ratio}{out}"


def _figures(evidence: Evidence, entry: Entry) -> list[Figure | str]:
    """The figure as the report counts it, or as it is pooled where it is counted again from all enrolled.

    Of a sum every part, then the arithmetic.
    """
    if entry.arithmetic:
        parts = [make_figure(evidence, row_id) for row_id in entry.row_ids]
        return [*parts, f"derived: {entry.arithmetic}"]
    again = f"{entry.events}/{entry.total}, counted again from all enrolled" if entry.rebased else None
    return [make_figure(evidence, entry.row_id, again)]


def pooled_plans(evidence: Evidence, *kinds: str) -> list[Plan]:
    """The plans of some kinds, the primary if none is named, that end in a pooled value."""
    found = synthesis_plan(evidence, kinds=kinds or (PRIMARY,))
    return [plan for plan in found if plan.decision == "pooled"]


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
        rows = [_model_row(plan.fit(model), name, what) for model, name, what in MODELS]
        rows += _reference_rows(plan.pooled)
        note = (
            "tau is the spread between studies on the logit scale (arcsine scale for that model). "
            "A crude total treats all patients as one study's."
        )
        tables.append(
            HtmlTable(
                f"{caption}: {plan.stratum}; {plan.outcome}, {say_rule(evidence, plan)}",
                columns,
                rows,
                [note],
            )
        )
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
    for plan in pooled_plans(evidence, PRIMARY, "widest"):
        if len(plan.entries) < FEW_STUDIES:
            continue
        rows = [
            Row([entry.name, estimate_words(fit), interval_words(fit.ci, fit.total)])
            for entry, fit in zip(plan.entries, leave_one_out(plan.events, plan.totals), strict=True)
        ]
        tables.append(
            HtmlTable(
                f"{caption}: {plan.stratum}; {plan.outcome}, {say_rule(evidence, plan)}",
                [Column("Without"), Column("Pooled median", True), Column("95% interval", True)],
                rows,
            )
        )
    return Stack(tables, "")
