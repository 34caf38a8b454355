"""The "what if" panel: every combination of population, outcome, denominator, rule and model, made at build.

The page needs no server: it holds the results, and a script shows the one chosen with ordinary form controls.
So it does of each pool without one of its studies, by the review's own model.
Where the rules allow no pooled value the combination is there all the same, with the reason.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from livingreview.display.html import Column, Fragment, HtmlTable, Row, fold, inert_json
from livingreview.display.numbers import (
    exact_interval,
    format_count,
    format_interval,
    format_percent,
    format_share,
    make_figure,
)
from livingreview.evidence import Evidence
from livingreview.synthesis import PooledProportion
from livingreview.tables.common import text, whole
from livingreview.tables.plan import synthesis_plan
from livingreview.tables.pool import KINDS, PRIMARY, Entry, Plan
from livingreview.tables.synthesis import DECISIONS, MODELS, predicts, say_rule, say_without

NO_MODEL = "none: nothing is pooled here"
# What a reader chooses before the model, and what it is called.
CHOICES = {"population": "Population", "outcome": "Outcome", "base": "Counted from", "rule": "Rule"}
SMALLEST, LARGEST = 6, 12  # sides of the squares, in pixels


def show_what_if(evidence: Evidence) -> Fragment:
    """The panel with its data, and all its sentences as a folded table for those without script."""
    plans = synthesis_plan(evidence, kinds=tuple(KINDS))
    plans.sort(key=lambda plan: (list(DECISIONS).index(plan.decision), list(KINDS).index(plan.kind)))
    options = [describe_plan(evidence, plan) for plan in plans]
    rows = [
        Row([*(option[name] for name in CHOICES), result["name"], result["sentence"]])
        for option in options
        for result in option["models"]
    ]
    table = HtmlTable(
        "Every combination",
        [Column(name) for name in (*CHOICES.values(), "Model", "Result")],
        rows,
    )
    return Fragment(
        "whatif.html.j2",
        {"data": inert_json(options), "first": options[0] if options else None, "table": fold(table)},
        f"[{len(rows)} combinations]",
    )


def describe_plan(evidence: Evidence, plan: Plan) -> dict:
    """One population, outcome, denominator and rule with studies and each model's result, as plain values."""
    if plan.decision == "pooled":
        models = [_fit(plan, *model) for model in MODELS]
    else:
        models = [{"name": NO_MODEL, "sentence": f"{_range(plan)}No pooled value: {plan.reason}."}]
    return {
        "population": plan.stratum,
        "outcome": plan.outcome,
        "base": plan.base,
        "rule": f"{KINDS[plan.kind]}, {plan.when}" if plan.kind == PRIMARY else say_rule(evidence, plan),
        "key": plan.key,
        "decision": DECISIONS[plan.decision],
        "studies": [
            _describe_study(evidence, entry, max(plan.totals)) | _without(plan, entry)
            for entry in plan.entries
        ],
        "left_out": say_without(evidence, plan),
        "models": models,
    }


def _without(plan: Plan, entry: Entry) -> dict:
    """The pool without one of its studies; nothing where nothing is pooled with it."""
    if plan.decision != "pooled":
        return {}
    rest = replace(plan, entries=tuple(other for other in plan.entries if other is not entry))
    if rest.decision == "pooled":
        result = _fit(rest, *MODELS[0])
    else:
        result = {"name": NO_MODEL, "sentence": f"{_range(rest)}No pooled value: {rest.reason}."}
    return {"without": result | {"sentence": f"Without {entry.name.split(':')[0]}: {result['sentence']}"}}


def _fit(plan: Plan, model: str, name: str, what: str) -> dict:
    fit = plan.fit(model)
    if model == plan.pooled.model:  # the review's own: with its interval for a new study
        return _result(plan, plan.pooled, plan.new_study, name, what)
    return _result(plan, fit, fit.prediction if predicts(fit) else None, name, what)


def _describe_study(evidence: Evidence, entry: Entry, largest: int) -> dict:
    low, high = exact_interval(entry.events, entry.total)
    name = entry.name
    if entry.rebased:
        name += ", of all enrolled"
    if entry.second_hand and "restated" not in entry.name:
        name += ", restated"
    return {
        "row": entry.row_id,
        "name": name,
        "figures": _figures(evidence, entry),
        "value": _points(entry.events / entry.total),
        "low": _points(low),
        "high": _points(high),
        "interval": format_interval(low, high, entry.total),
        "size": round(SMALLEST + (LARGEST - SMALLEST) * (entry.total / largest) ** 0.5),
    }


def _figures(evidence: Evidence, entry: Entry) -> list[dict]:
    """A study's count with its link; of a sum every part with its own, and the sum without one."""
    if not entry.arithmetic:
        return [{"href": make_figure(evidence, entry.row_id).href, "text": _count(evidence, entry)}]
    parts = [
        {"href": make_figure(evidence, part.row_id).href, "text": f"{part.events}/{part.total}"}
        for part in entry.parts
    ]
    return [*parts, {"text": _count(evidence, entry)}]


def _count(evidence: Evidence, entry: Entry) -> str:
    """A study's count, in the digits of its report where the report prints that very count."""
    row = evidence.row(entry.row_id)
    same = (whole(row["events"]), whole(row["total"])) == (entry.events, entry.total)
    return format_count(entry.events, entry.total, text(row["percent_reported_pct"]) if same else "")


def _range(plan: Plan) -> str:
    if len(plan.entries) < 2:
        return ""
    ends = (pick(plan.entries, key=lambda entry: Fraction(entry.events, entry.total)) for pick in (min, max))
    least, most = (format_share(entry.events, entry.total) for entry in ends)
    return f"The {len(plan.entries)} studies range from {least} to {most}. "


def _result(
    plan: Plan, fit: PooledProportion, new_study: tuple[float, float] | None, name: str, what: str
) -> dict:
    if fit.status != "ok":
        return {"name": name, "sentence": f"{_range(plan)}This model cannot be estimated here."}
    estimate, interval = format_percent(fit.estimate, fit.total), format_interval(*fit.ci, fit.total)
    result = {
        "name": name,
        "value": _points(fit.estimate),
        "low": _points(fit.ci[0]),
        "high": _points(fit.ci[1]),
        "text": f"{estimate} [{interval}]",
    }
    words = f"{name}: {estimate} ({what}; 95% interval {interval}), from {plan.reason}. "
    if new_study:
        result["new_study"] = [_points(end) for end in new_study]
        ends = format_interval(*new_study, fit.total).replace(" to ", " and ")
        words += f"A new study would be expected between {ends}. "
    return result | {"sentence": words + _range(plan).strip()}


def _points(proportion: float) -> float:
    return round(100 * float(proportion), 1)
