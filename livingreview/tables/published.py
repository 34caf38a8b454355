"""Published syntheses beside the pools of this review, with why they differ."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from livingreview.checks.pooling import COUNTED
from livingreview.display.html import Column, HtmlTable, Row, Stack, link
from livingreview.display.numbers import (
    format_fixed,
    format_interval,
    format_number,
    format_percent,
    format_ratio,
)
from livingreview.evidence import Evidence, records
from livingreview.tables.common import say_studies, stratum_name, text
from livingreview.tables.counts import pooled_results
from livingreview.tables.decision import POOL, decision_data
from livingreview.tables.plan import widest_pools
from livingreview.tables.pooled_contrasts import hazard_pools_of, treatment_of
from livingreview.tables.pooled_survival import survival_pools

NOTHING = "No published synthesis of a question of this chapter is entered."
UNITS = {"proportion": "%", "landmark": "%", "median": " months"}


def tabulate_published(evidence: Evidence, *, caption: str) -> HtmlTable | Stack:
    """Each pooled result of a published synthesis, what this review has beside it, and why they differ."""
    rows = [
        Row(
            [
                [_say_question(evidence, row), _say_population(evidence, row)],
                [link(row["source"], row["source_url"]), _say_published(row), *_say_size(row)],
                _say_ours(evidence, row) or "nothing pooled or counted",
                row["difference"],
            ]
        )
        for row in records(evidence.tables["published_syntheses"])
    ]
    if not rows:
        return Stack([], NOTHING)
    columns = [
        Column("Question"),
        Column("Published (95% CI)"),
        Column("This review (95% CI)"),
        Column("Why they differ"),
    ]
    note = (
        "Read in abstracts; where no last day of the search or no model stands, none was read there. They "
        "are not independent of this review, since they pool many of the same trials, and none of their "
        "figures enters a pool here."
    )
    return HtmlTable(caption, columns, rows, [note])


def _place(evidence: Evidence, row: Mapping) -> tuple[str, str, str, str]:
    return _family(evidence, row)["name"], row["disease"], row["setting"], row["age_group"]


def _family(evidence: Evidence, row: Mapping) -> Mapping:
    return evidence.tables["families"].set_index("family_id").loc[row["family_id"]]


def _say_question(evidence: Evidence, row: Mapping) -> str:
    if row["measure"] in COUNTED:
        names = {one.result_id: one.name for one in pooled_results(evidence)}
        words = names.get(row["code"], row["code"])
    else:
        words = evidence.label("survival", "endpoint", row["code"])
    if row["measure"] == "proportion":
        return words
    if row["measure"] == "landmark":
        return f"{words} at {format_number(row['time_months'])} months"
    measure = evidence.label("published_syntheses", "measure", row["measure"])
    return f"{words}, {measure}" + (f" against {row['against']}" if text(row["against"]) else "")


def _say_population(evidence: Evidence, row: Mapping) -> str:
    family, *place = _place(evidence, row)
    words = f"{family}: {stratum_name(evidence, *place)}"
    return f"{words}; {row['part']}" if text(row["part"]) else words


def _say_published(row: Mapping) -> str:
    value = f"{row['estimate']}{UNITS.get(row['measure'], '')}"
    if pd.isna(row["ci_low"]) or pd.isna(row["ci_high"]):
        return f"{value}, no interval reported"
    return f"{value} ({row['ci_low']} to {row['ci_high']})"


def _say_size(row: Mapping) -> list[str]:
    """What was pooled, how, and up to when it was searched for, a line each."""
    told = [f"{text(row[name])} {name}" for name in ("studies", "patients") if not pd.isna(row[name])]
    searched = f"searched to {text(row['search_to'])}" if text(row["search_to"]) else ""
    return [line for line in (", ".join(told), text(row["model"]), searched) if line]


def _say_ours(evidence: Evidence, row: Mapping) -> list[str]:
    """What this review has of the same question: the primary pool or the largest study, and the widest."""
    place = _place(evidence, row)
    if text(row["part"]) or row["measure"] in ("odds_ratio", "risk_ratio"):
        return []  # no pool is made of these
    if row["measure"] == "proportion":
        return _say_shares(evidence, row["code"], place)
    if row["measure"] == "landmark":
        return [
            f"{format_percent(pool.pooled.effect)} ({format_interval(*pool.pooled.ci).removesuffix('%')}), "
            f"{pool.pooled.k} studies"
            for pool in survival_pools(evidence, row["code"], "landmark", row["time_months"])
            if pool.place == place and pool.pooled
        ]
    if row["measure"] == "median":
        return [
            f"{format_fixed(pool.pooled.effect, 1)} months ({format_fixed(pool.pooled.ci[0], 1)} to "
            f"{format_fixed(pool.pooled.ci[1], 1)}), {pool.pooled.k} studies"
            for pool in survival_pools(evidence, row["code"], "median")
            if pool.place == place and pool.pooled
        ]
    family = _family(evidence, row)
    treatment = treatment_of(family["class_id"], family["part"], family["name"])
    return [
        f"{format_ratio(pool.pooled.effect, *pool.pooled.ci)}, {pool.method}"
        for pool in hazard_pools_of(evidence, treatment, row["code"], place[1:])
        if pool.pooled
    ]


def _say_shares(evidence: Evidence, code: str, place: tuple[str, str, str, str]) -> list[str]:
    result = next((one for one in pooled_results(evidence) if one.result_id == code), None)
    if result is None:
        return []
    cells = [decision.cells[code] for decision in decision_data(evidence) if decision.place == place]
    told = []
    for cell in (line for one in filter(None, cells) for line in one.lines):
        alone = "one of two studies" if cell.of_two else "largest study that the rules admit"
        pool = "primary pool" if cell.is_primary else "widest definition at any time"
        kind = pool if cell.source == POOL else alone
        told.append(
            f"{format_percent(cell.value)} ({format_interval(*cell.interval).removesuffix('%')}), {kind}, "
            f"{say_studies(cell.studies)}, {cell.patients} patients"
        )
    widest = widest_pools(evidence, result).get(place)
    shown = {row_id for cell in filter(None, cells) for line in cell.lines for row_id in line.row_ids}
    other = widest and set(widest.row_ids) != shown
    if other and widest.decision == "pooled" and len(result.codes) > 1:
        fit = widest.pooled
        told.append(
            f"{format_percent(fit.estimate)} ({format_interval(*fit.ci).removesuffix('%')}), "
            f"widest definition at any time, {fit.k} studies, {fit.total} patients"
        )
    return told
