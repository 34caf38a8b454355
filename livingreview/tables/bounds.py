"""Comparisons without randomisation, with how strong an unmeasured difference would have to be.

Beside each stands what randomised trials found of the same population and endpoint, where there are any: how
far the two lie apart says what such a comparison is worth.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from livingreview.display.html import Column, HtmlTable, Row, Stack
from livingreview.display.numbers import format_fixed, format_ratio, make_figure
from livingreview.evidence import Evidence
from livingreview.synthesis import EValue, e_value
from livingreview.tables.common import full_name, with_cohorts
from livingreview.tables.pooled_contrasts import hazard_pools_of

NOTHING = "No comparison without randomisation in this chapter prints a hazard ratio with its interval."


def unrandomised_ratios(evidence: Evidence) -> Iterator[dict]:
    """Hazard ratios with an interval, judged one by one, of cohorts that are no randomised arm."""
    judged = set(evidence.tables["appraisals"]["result"].dropna())
    for row in with_cohorts(evidence, "survival"):
        told = row["row_id"] in judged and row["statistic"] == "hazard_ratio"
        if told and not row["c_arm_at"] and not pd.isna(row["ci_low"]) and not pd.isna(row["ci_high"]):
            yield row


def tabulate_bounds(evidence: Evidence, *, caption: str) -> HtmlTable | Stack:
    """Hazard ratios without randomisation, with E-values, beside the randomised answer where there is one."""
    rows = []
    for row in unrandomised_ratios(evidence):
        ratio = tuple(float(row[name]) for name in ("estimate", "ci_low", "ci_high"))
        value = e_value(*ratio, kind="HR", common=True)
        rows.append(
            Row(
                [
                    [full_name(evidence, row), evidence.label("survival", "endpoint", row["endpoint"])],
                    make_figure(evidence, row),
                    say_strength(value),
                    _say_randomised(evidence, row, ratio[0]),
                ]
            )
        )
    if not rows:
        return Stack([], NOTHING)
    columns = [
        Column("Comparison and endpoint"),
        Column("Hazard ratio as printed", True),
        Column("What an unmeasured difference would need"),
        Column("Randomised, same population and endpoint"),
    ]
    note = (
        "E-value (VanderWeele and Ding), the outcome taken as common: the risk ratio that an unmeasured "
        "factor would need both with the treatment and with the outcome. It says nothing of other faults."
    )
    return HtmlTable(caption, columns, rows, [note])


def say_strength(value: EValue) -> str:
    """'2.45 to explain it all, 1.79 to bring its interval to no effect', in words of what is needed."""
    whole = f"a risk ratio of {format_fixed(value.estimate, 2)} to explain it all"
    if value.limit == 1:
        return f"{whole}; its interval includes no effect already"
    return f"{whole}, of {format_fixed(value.limit, 2)} to bring its interval to no effect"


def _say_randomised(evidence: Evidence, row: dict, ratio: float) -> str:
    population = (row["c_disease"], row["c_setting"], row["c_age_group"])
    for pool in hazard_pools_of(evidence, row["endpoint"], population):
        found = (pool.pooled.effect, *pool.pooled.ci) if pool.pooled else pool.trials[0].ends
        names = ", ".join(trial.name for trial in pool.trials)
        apart = format_fixed(ratio / found[0], 2)
        return f"{names}: {format_ratio(*found)}; the other is {apart} times that"
    return "none"
