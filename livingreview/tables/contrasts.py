"""Tables of what randomised trials compare: both arms of one trial."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import pandas as pd

from livingreview.display.html import Column, HtmlTable, Row, Stack
from livingreview.display.numbers import format_difference, format_ratio, make_figure
from livingreview.evidence import Evidence
from livingreview.synthesis import two_by_two

NO_CONTRAST = "No randomised comparison with counts in both arms is among the reports of these regimens."
RATIO_REFUSED = {
    "no_events": "not estimable: no events in either arm",
    "all_events": "not estimable: every patient had the event",
}
NO_COUNTS = "not calculated: an arm's count is not reported"


def tabulate_contrasts(evidence: Evidence, *, caption: str) -> HtmlTable | Stack:
    """Both arms of one randomised trial, with the ratio and the difference of their risks.

    Outcome, time point and denominator are the same in both. An arm given as a percentage only is shown as
    printed, and nothing is calculated from it.
    """
    rows = [_contrast_row(evidence, one, other) for one, other in pair_arms(evidence)]
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


def pair_arms(evidence: Evidence) -> Iterator[tuple[pd.Series, pd.Series]]:
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
            "not reported" if pd.isna(one["timepoint"]) else one["timepoint"],
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
