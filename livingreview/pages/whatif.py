"""The "what if" panel: every combination of population, outcome, denominator and model of the plan, computed when the book is built.

The page needs no server: it holds the results, and a script shows the one chosen with ordinary form controls.
Where the rules allow no pooled value the combination is there all the same, with the reason.
"""

from __future__ import annotations

from livingreview.charts.render import inert_json
from livingreview.display.html import Column, Fragment, HtmlTable, Row, fold
from livingreview.display.numbers import (
    exact_interval,
    format_count,
    format_interval,
    format_percent,
    make_figure,
)
from livingreview.evidence import Evidence
from livingreview.synthesis import PooledProportion, pool_proportions
from livingreview.tables.plan import Plan, synthesis_plan
from livingreview.tables.synthesis import DECISIONS, MODELS, predicts, say_left_out

NO_MODEL = "none: nothing is pooled here"
SMALLEST, LARGEST = 6, 12  # sides of the squares, in pixels


def show_what_if(evidence: Evidence) -> Fragment:
    """The panel with its data, and all its sentences as a folded table for those without script."""
    plans = sorted(synthesis_plan(evidence), key=lambda plan: list(DECISIONS).index(plan.decision))
    options = [describe_plan(evidence, plan) for plan in plans]
    rows = [
        Row([option["population"], option["outcome"], option["base"], result["name"], result["sentence"]])
        for option in options
        for result in option["models"]
    ]
    table = HtmlTable(
        "Every combination",
        [Column("Population"), Column("Outcome"), Column("Counted from"), Column("Model"), Column("Result")],
        rows,
    )
    return Fragment(
        "whatif.html.j2",
        {"data": inert_json(options), "first": options[0] if options else None, "table": fold(table)},
        f"[{len(rows)} combinations]",
    )


def describe_plan(evidence: Evidence, plan: Plan) -> dict:
    """One population, outcome and denominator with its studies and the result of each model, as plain values for the page."""
    studies = []
    for entry in plan.entries:
        low, high = exact_interval(entry.events, entry.total)
        figure = make_figure(evidence, entry.row_id)
        marks = ", of all enrolled" * entry.rebased + ", restated" * (
            entry.second_hand and "restated" not in entry.name
        )
        size = SMALLEST + (LARGEST - SMALLEST) * (entry.total / max(plan.totals)) ** 0.5
        studies.append(
            {
                "name": entry.name + marks,
                "href": figure.href,
                "text": format_count(entry.events, entry.total),
                "value": _points(entry.events / entry.total),
                "low": _points(low),
                "high": _points(high),
                "interval": format_interval(low, high, entry.total),
                "size": round(size),
            }
        )
    if plan.decision == "pooled":
        models = [
            _result(plan, pool_proportions(plan.events, plan.totals, model=model), name, what)
            for model, name, what in MODELS
        ]
    else:
        models = [{"name": NO_MODEL, "sentence": f"{_range(plan)}No pooled value: {plan.reason}."}]
    return {
        "population": plan.stratum,
        "outcome": f"{plan.outcome}, {plan.when}",
        "base": plan.base,
        "decision": DECISIONS[plan.decision],
        "studies": studies,
        "left_out": say_left_out(plan),
        "models": models,
    }


def _range(plan: Plan) -> str:
    shares = [entry.events / entry.total for entry in plan.entries]
    if len(shares) < 2:
        return ""
    return f"The {len(shares)} studies range from {format_percent(min(shares))} to {format_percent(max(shares))}. "


def _result(plan: Plan, fit: PooledProportion, name: str, what: str) -> dict:
    if fit.status != "ok":
        return {"name": name, "sentence": f"{_range(plan)}This model cannot be estimated here."}
    text = f"{format_percent(fit.estimate, fit.total)} [{format_interval(*fit.ci, fit.total)}]"
    result = {
        "name": name,
        "value": _points(fit.estimate),
        "low": _points(fit.ci[0]),
        "high": _points(fit.ci[1]),
        "text": text,
    }
    words = f"{name}: {format_percent(fit.estimate, fit.total)} ({what}; 95% interval {format_interval(*fit.ci, fit.total)}), from {plan.reason}. "
    if predicts(fit):
        result["new_study"] = [_points(end) for end in fit.prediction]
        words += f"A new study would be expected between {format_interval(*fit.prediction, fit.total).replace(' to ', ' and ')}. "
    return result | {"sentence": words + _range(plan).strip()}


def _points(proportion: float) -> float:
    return round(100 * float(proportion), 1)
