"""Tables of what randomised trials compare: both arms of one trial."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from fractions import Fraction

import pandas as pd

from livingreview.display.html import Column, HtmlTable, Row, Stack
from livingreview.display.numbers import format_difference, format_ratio, make_figure
from livingreview.evidence import UNSAID, Evidence
from livingreview.synthesis import two_by_two
from livingreview.tables.arms import Pair, find_arms, pair_rows, say_treatments
from livingreview.tables.common import stratum_name, text, with_cohorts

NO_CONTRAST = (
    "No randomised comparison with counts in both arms is among the reports that this page draws on."
)
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
    pairs = pair_arms(evidence)
    if not pairs:
        return Stack([], NO_CONTRAST)
    of_parts = _told_of_parts(pairs)
    rows = [_contrast_row(evidence, pair, of_parts) for pair in pairs]
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
        "a confidence interval that excludes the null value is not by itself evidence."
    )
    return HtmlTable(caption, columns, rows, [note])


def pair_arms(evidence: Evidence) -> list[Pair]:
    """Outcome rows of both arms of a trial that one report tells side by side, in the order of the table.

    Without those that have no counts, where rows of the same outcome of both arms have them.
    """
    rows = with_cohorts(evidence, "outcomes")
    place = {row["row_id"]: number for number, row in enumerate(rows)}
    counted = {_what(row) for row in rows if not pd.isna(row["events"]) and not pd.isna(row["total"])}
    pairs = [
        pair
        for pair in pair_rows(evidence, find_arms(evidence, None), "outcomes")
        if not all(pd.isna(row["events"]) and _what(row) in counted for row in pair.rows)
    ]
    return sorted(pairs, key=lambda pair: min(place[row["row_id"]] for row in pair.rows))


def _what(row: dict) -> tuple[str, str, str]:
    return text(row["c_study_id"]), text(row["c_arm"]), row["outcome"]


def _population(row: dict) -> tuple[str, str, str]:
    return row["c_disease"], row["c_setting"], row["c_age_group"]


def _told_of_parts(pairs: Sequence[Pair]) -> set[str]:
    """Trials whose pairs are of several populations, as where a later report tells of a part of both arms."""
    told = {(pair.arms.study_id, _population(pair.experimental)) for pair in pairs}
    return {study for study, count in Counter(study for study, _ in told).items() if count > 1}


def _contrast_row(evidence: Evidence, pair: Pair, of_parts: Collection[str]) -> Row:
    """`of_parts`: trials of whose rows each says in which patients."""
    one, other = pair.rows
    name = [
        evidence.study_names[one["cohort_id"]],
        stratum_name(evidence, *_population(one)) if pair.arms.study_id in of_parts else "",
        evidence.label("outcomes", "outcome", one["outcome"]),
        "" if one["definition"] == UNSAID else one["definition"],
        say_treatments(evidence, pair.arms),  # a trial of another regimen may stand in a chapter
    ]
    return Row(
        [
            [part for part in name if part],
            make_figure(evidence, one),
            make_figure(evidence, other),
            *_contrast_words(pair),
            evidence.label("outcomes", "denominator", one["denominator"]),
            "not reported" if pd.isna(one["timepoint"]) else one["timepoint"],
        ]
    )


def _contrast_words(pair: Pair) -> tuple[str, str]:
    if not pair.counted:
        return (NO_COUNTS,) * 2
    a, n1, c, n2 = map(int, pair.cells)
    table = two_by_two(a, n1, c, n2)
    ratio = RATIO_REFUSED.get(table.reason) or format_ratio(table.risk_ratio, *table.risk_ratio_ci)
    if table.status == "ok" and table.corrected:
        ratio += ", with 0.5 added to each cell"
    return ratio, format_difference(Fraction(a, n1) - Fraction(c, n2), *table.risk_difference_ci)
