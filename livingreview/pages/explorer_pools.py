"""What the explorer says of pools: what the rules allow where a view asks for one population and result.

Nothing is pooled on the page: each value is that of a primary pool of `livingreview.tables.plan`, told under
the one view whose rows it is of.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

from livingreview.display.numbers import format_interval, format_percent
from livingreview.evidence import Evidence, records
from livingreview.pages.explorer_rows import grade_code
from livingreview.tables.common import capitalise, whole
from livingreview.tables.counts import pooled_results
from livingreview.tables.plan import synthesis_plan
from livingreview.tables.pool import FAR_FROM_MEDIAN, FEW_STUDIES, Plan


def list_pools(evidence: Evidence) -> list[dict]:
    """Every primary pool and every one that the rules refuse, by the view that shows its rows.

    Returns
    -------
    list of dict
        ``view`` (address), ``title`` (whose patients, what, counted when and of whom), ``rows`` (row_ids),
        ``told``: the decision and, where there is a pool, its value in words; of a pool also ``label``,
        ``text`` and, in percent, ``value``, ``low``, ``high``, ``outer`` (where a new study is expected; None
        of few studies).
    """
    families = dict(evidence.tables["families"][["name", "family_id"]].itertuples(index=False, name=None))
    found = []
    for plan in synthesis_plan(evidence):
        if plan.place.family not in families:
            continue  # rows without a regimen of one family: no filter names them
        view = {
            "family": [families[plan.place.family]],
            **_population(evidence, plan),
            **_what(evidence, plan),
        }
        if any(evidence.row(row_id)["report_id"] not in evidence.included for row_id in plan.row_ids):
            view["context"] = ["yes"]
        found.append({"view": urlencode(view, doseq=True), **_tell(plan)})
    return found


def _population(evidence: Evidence, plan: Plan) -> dict[str, list[str]]:
    """The filters that name whom; settings that the schema groups share a pool, and are chosen together."""
    place = plan.place
    groups = evidence.package.field("cohorts", "setting").groups
    told = sorted(set(evidence.tables["cohorts"]["setting"].dropna()))
    settings = [code for code in told if groups.get(code, code) == place.setting]
    return {"disease": [place.disease], "setting": settings, "age_group": [place.age]}


def _what(evidence: Evidence, plan: Plan) -> dict[str, list[str]]:
    """The filters that name what is counted: of an adverse event its terms, and the grades that may count."""
    for result in pooled_results(evidence):
        if result.table == "adverse_events" and result.result_id == plan.place.what:
            rows = [row for row in records(evidence.tables["adverse_events"]) if row["term"] in result.codes]
            return {"outcome": sorted({row["term"] for row in rows}), **_grades(rows, result.grade_min)}
    return {"outcome": [plan.place.what]}


def _grades(rows: Iterable[Mapping], least: int | None) -> dict[str, list[str]]:
    if least is None:
        return {}
    high = {grade_code(row) for row in rows if (whole(row["grade_min"]) or 0) >= least}
    return {"grade": sorted(high)}


def _tell(plan: Plan) -> dict:
    title = f"{plan.stratum}: {plan.outcome}, of {plan.base}"
    title += f", {plan.when}" if plan.place.time not in ("once", "") else ""
    rows = plan.row_ids
    if plan.decision != "pooled":
        return {"title": title, "rows": rows, "told": f"Not pooled: {plan.reason}."}
    fit, few = plan.pooled, len(plan.entries) < FEW_STUDIES
    interval = format_interval(*fit.ci)
    new = "" if few else f"; a new study is expected at {format_interval(*fit.prediction)}"
    told = (
        f"Pooled by the rules of this review: {len(plan.entries)} studies of {fit.total} patients, "
        f"median {format_percent(fit.estimate)} (95% interval {interval}){new}."
    )
    told += f" {capitalise(FAR_FROM_MEDIAN)}." if plan.is_wide else ""
    return {
        "title": title,
        "rows": rows,
        "told": told,
        "label": f"Pooled, {len(plan.entries)} studies{', few' if few else ''}",
        "text": f"{format_percent(fit.estimate)} [{interval.removesuffix('%')}]",
        "patients": fit.total,
        "value": round(100 * fit.estimate, 2),
        "low": round(100 * fit.ci[0], 2),
        "high": round(100 * fit.ci[1], 2),
        "outer": None if few else [round(100 * end, 2) for end in fit.prediction],
    }
