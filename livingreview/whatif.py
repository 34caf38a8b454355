"""The "what if" panel: every combination of population, outcome, denominator and model that the plan allows, computed when the book is built.

The page needs no server: it holds the results, and a script shows the one chosen with ordinary form controls.
"""

from __future__ import annotations

from livingreview.charts.render import inert_json
from livingreview.evidence import Evidence
from livingreview.html import Column, Fragment, HtmlTable, Row, fold
from livingreview.numbers import exact_interval, format_count, format_interval, format_percent, make_figure
from livingreview.synthesis import pool_proportions
from livingreview.tables.plan import Plan, synthesis_plan
from livingreview.tables.synthesis import MODELS


def show_what_if(evidence: Evidence) -> Fragment:
    """The panel with its data, and all its sentences as a folded table for those without script."""
    plans = [plan for plan in synthesis_plan(evidence) if len(plan.entries) > 1]
    options = [describe_plan(evidence, plan) for plan in plans]
    rows = [Row([option["population"], option["outcome"], option["base"], name, option["models"][name]["sentence"]]) for option in options for name in option["models"]]
    table = HtmlTable("Every combination", [Column("Population"), Column("Outcome"), Column("Counted from"), Column("Model"), Column("Result")], rows)
    return Fragment("whatif.html.j2", {"data": inert_json(options), "first": options[0] if options else None, "table": fold(table)}, f"[{len(rows)} combinations]")


def describe_plan(evidence: Evidence, plan: Plan) -> dict:
    """One population, outcome and denominator with its studies and the result of each model, as plain values for the page."""
    studies = []
    for entry in plan.entries:
        low, high = exact_interval(entry.events, entry.total)
        figure = make_figure(evidence, entry.row_id)
        marks = ", of all enrolled" * entry.rebased + ", restated" * entry.second_hand
        studies.append({"name": entry.name + marks, "href": figure.href, "text": format_count(entry.events, entry.total), "value": _points(entry.events / entry.total),
                        "low": _points(low), "high": _points(high), "interval": format_interval(low, high, entry.total)})
    models = {name: _result(plan, model, name, what) for model, name, what in MODELS}
    return {"population": plan.stratum, "outcome": f"{plan.outcome}, {plan.when}", "base": plan.base, "reason": plan.reason, "studies": studies, "models": models}


def _result(plan: Plan, model: str, name: str, what: str) -> dict:
    spread = f"The {len(plan.entries)} studies range from {format_percent(min(e.events / e.total for e in plan.entries))} to {format_percent(max(e.events / e.total for e in plan.entries))}."
    if plan.decision != "pooled":
        return {"sentence": f"{spread} No pooled value: {plan.reason}."}
    fit = pool_proportions(plan.events, plan.totals, model=model)
    if fit.status != "ok":
        return {"sentence": f"{spread} This model cannot be estimated here."}
    words = f"{format_percent(fit.estimate, fit.total)} ({what}; 95% interval {format_interval(*fit.ci, fit.total)})"
    return {"value": _points(fit.estimate), "low": _points(fit.ci[0]), "high": _points(fit.ci[1]), "sentence": f"{name}: {words}, from {plan.reason}. {spread}"}


def _points(proportion: float) -> float:
    return round(100 * float(proportion), 1)
