"""Comparisons without randomisation, with how wrong their controls would have to be for nothing to be left.

Beside each hazard ratio stands what randomised trials found of the same population and endpoint, where there
are any. How far the two lie apart says what such a comparison is worth and, where chance cannot explain it,
what would be left of the others had they been off as much.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from livingreview.display.html import Column, HtmlTable, Row, Stack
from livingreview.display.numbers import (
    format_fixed,
    format_percent,
    format_ratio,
    make_figure,
    write_printed,
)
from livingreview.evidence import Evidence, records
from livingreview.synthesis import (
    EValue,
    Overstatement,
    TippingRate,
    TwoByTwo,
    e_value,
    overstatement,
    tipping_rate,
    two_by_two,
)
from livingreview.tables.common import capitalise, full_name, has_95, in_sentence, text, with_cohorts
from livingreview.tables.counts import SECONDARY, study_cares
from livingreview.tables.pooled_contrasts import hazard_pools_of, treatment_of

NOTHING = (
    "No comparison without randomisation in this chapter prints a hazard or odds ratio with its interval, or "
    "counts that are set beside those of other controls."
)
NEEDS = "What an unmeasured difference would need (E-value)"
ODDS_RATIO = "odds ratio"  # as `figures.unit` has it
TOOL = "ROBINS-I"  # for comparisons without randomisation
JUDGED_ALONE = (
    f"Judged with {TOOL} too, but not in these tables, since what was judged has no hazard ratio with its "
    "interval and no counts in both groups"
)
E_VALUE = (
    "E-value (VanderWeele and Ding): had an unmeasured factor made the treatment so many times as likely, "
    "and the outcome so many times as likely, it could by itself have made the result. A value near 1 is "
    "soon reached; it says nothing of other faults."
)


@dataclass(frozen=True)
class Benchmark:
    """A question that was answered without randomisation and with it: how far the first lay off."""

    row_id: str
    name: str
    trials: str
    endpoint: str
    printed: float
    shown: str  # the same in the digits of its report
    answer: tuple[float, float, float]
    bias: Overstatement
    treatment: str = ""  # the short title of the class whose chapter shows it

    @property
    def randomised(self) -> float:
        """The ratio of the randomised answer."""
        return self.answer[0]


def unrandomised_ratios(evidence: Evidence) -> Iterator[dict]:
    """Hazard ratios with an interval, judged one by one, of cohorts that are no randomised arm."""
    judged = set(evidence.tables["appraisals"]["result"].dropna())
    for row in with_cohorts(evidence, "survival"):
        told = row["row_id"] in judged and row["statistic"] == "hazard_ratio"
        if told and not row["c_arm_at"] and has_95(row):
            yield row


def unrandomised_odds(evidence: Evidence) -> Iterator[dict]:
    """Odds ratios between treatments, with an interval, of cohorts that are no randomised arm.

    Those of syntheses and indirect comparisons are left out: they are shown as such. Not judged one by one: a
    report that prints a ratio and no count is told of whatever part it plays.
    """
    cares = study_cares(evidence)
    for row in with_cohorts(evidence, "figures"):
        told = text(row.get("unit")) == ODDS_RATIO and text(row.get("interval")) == "ci95"
        between = not text(row.get("modifier")) and not text(row.get("c_arm_at"))
        if told and between and cares.get(text(row["c_study_id"]), SECONDARY) != SECONDARY:
            yield row


def _ends(row: dict) -> tuple[float, float, float]:
    return float(row["estimate"]), float(row["ci_low"]), float(row["ci_high"])


def find_benchmarks(evidence: Evidence) -> list[Benchmark]:
    """The questions with both answers: same population, treatment and endpoint, no patient in common."""
    titles = evidence.tables["regimen_classes"].set_index("class_id")["short_title"].to_dict()
    found = []
    for row in unrandomised_ratios(evidence):
        population = (row["c_disease"], row["c_setting"], row["c_age_group"])
        treatment = treatment_of(row["c_class"], row["c_part"], row["c_family"])
        for pool in hazard_pools_of(evidence, treatment, row["endpoint"], population):
            answer = (pool.pooled.effect, *pool.pooled.ci) if pool.pooled else pool.trials[0].ends
            found.append(
                Benchmark(
                    row["row_id"],
                    full_name(evidence, row),
                    ", ".join(trial.name for trial in pool.trials),
                    evidence.label("survival", "endpoint", row["endpoint"]),
                    float(row["estimate"]),
                    write_printed(row, row["estimate"]),
                    answer,
                    overstatement(_ends(row), answer),
                    titles.get(row["c_class"], ""),
                )
            )
    return found


def tabulate_bounds(evidence: Evidence, *, caption: str, beside: Sequence[Benchmark] = ()) -> Stack:
    """Comparisons without randomisation: hazard ratios, odds ratios and counts, each with what would undo it.

    Parameters
    ----------
    beside : sequence of Benchmark, optional
        Questions of another class with both answers, if this evidence has none.
    """
    own = find_benchmarks(evidence)
    benchmarks = own or list(beside)
    tables = [
        _tabulate_ratios(evidence, benchmarks, caption),
        _tabulate_odds(evidence, caption),
        _tabulate_counts(evidence, caption),
    ]
    told = [table for table in tables if table.rows]
    said = [E_VALUE, *(_say_benchmark(one, borrowed=not own) for one in benchmarks), *_say_judged(evidence)]
    return Stack([replace(table, notes=[*said, *table.notes]) for table in told[:1]] + told[1:], NOTHING)


def _say_judged(evidence: Evidence) -> list[str]:
    """The comparisons that were judged and have no line: none of their reports' results fits a table here."""
    tools = evidence.tables["appraisal_tools"]
    items = set(tools.loc[tools["tool"] == TOOL, "item_id"])
    appraisals = evidence.tables["appraisals"]
    judged = set(appraisals.loc[appraisals["item_id"].isin(items), "result"].dropna())
    pairs = evidence.tables["external_controls"]
    drawn = {row["row_id"] for row in unrandomised_ratios(evidence)} | set(pairs["treated_row_id"])
    shown = {evidence.row(row_id)["report_id"] for row_id in drawn if row_id in evidence.row_tables}
    left = {
        f"{full_name(evidence, row)}, {in_sentence(evidence.label(table, column, row[column]))}"
        for table, column in (("outcomes", "outcome"), ("survival", "endpoint"))
        for row in with_cohorts(evidence, table)
        if row["row_id"] in judged and row["report_id"] not in shown
    }
    return [f"{JUDGED_ALONE}: {'; '.join(sorted(left))}."] if left else []


def _tabulate_ratios(evidence: Evidence, benchmarks: list[Benchmark], caption: str) -> HtmlTable:
    rows = []
    for row in unrandomised_ratios(evidence):
        ratio = _ends(row)
        rows.append(
            Row(
                [
                    [full_name(evidence, row), evidence.label("survival", "endpoint", row["endpoint"])],
                    make_figure(evidence, row),
                    say_strength(e_value(*ratio, kind="HR", common=True)),
                    say_pace(*ratio),
                    _say_randomised(row, benchmarks),
                ]
            )
        )
    columns = [
        Column("Comparison and endpoint"),
        Column("Hazard ratio as printed", True),
        Column(NEEDS),
        Column("Tipping point: the pace of events in the controls"),
        Column("Randomised, same population and endpoint"),
    ]
    return HtmlTable(f"{caption}: hazard ratios", columns, rows)


def _tabulate_odds(evidence: Evidence, caption: str) -> HtmlTable:
    rows = []
    for row in unrandomised_odds(evidence):
        ratio = tuple(float(row[name]) for name in ("value", "value_low", "value_high"))
        of = text(row.get("item")).removeprefix("Odds ratio of ")
        rows.append(
            Row(
                [
                    [full_name(evidence, row), capitalise(of)],
                    make_figure(evidence, row),
                    say_strength(e_value(*ratio, kind="OR", common=True)),
                ]
            )
        )
    columns = [Column("Comparison and outcome"), Column("Odds ratio as printed", True), Column(NEEDS)]
    return HtmlTable(f"{caption}: odds ratios", columns, rows)


def _say_benchmark(benchmark: Benchmark, *, borrowed: bool) -> str:
    """What the one place with both answers teaches, in a sentence; `borrowed` of another chapter says so."""
    bias = benchmark.bias
    of = f", for {in_sentence(benchmark.treatment)}, of another chapter" if borrowed else ""
    ratio = format_fixed(bias.ratio, 2)
    way = "better" if bias.ratio < 1 else "worse"
    chance = "a difference that chance may explain" if bias.low <= 1 <= bias.high else "more than chance"
    return (
        f"Where both answers exist{of} ({benchmark.endpoint}): {benchmark.shown} against "
        f"controls that were not randomised ({benchmark.name}), {format_fixed(benchmark.randomised, 2)} in "
        f"the randomised trial ({benchmark.trials}). Without randomisation the treatment looked {way} by "
        f"the factor {ratio} (95% CI {format_fixed(bias.low, 2)} to {format_fixed(bias.high, 2)}), {chance}. "
        "One endpoint of one question, in patients who were not the same; another comparison may be off by "
        "more, by less or the other way."
    )


def say_strength(value: EValue) -> str:
    """'2.45 to explain it all, 1.79 to bring its limit to the null value', in words of what is needed."""
    whole = f"a risk ratio of {format_fixed(value.estimate, 2)} to explain it all"
    if value.limit == 1:
        return f"{whole}; its confidence interval includes the null value already"
    return f"{whole}, of {format_fixed(value.limit, 2)} to bring its confidence interval to the null value"


def say_pace(ratio: float, low: float, high: float) -> str:
    """At which share of their pace events in the controls would have left nothing of a hazard ratio."""
    limit = high if ratio < 1 else low
    none = (
        f"nothing is left if events in like controls came at {format_fixed(100 * ratio, 0)}% of the pace seen"
    )
    if low <= 1 <= high:
        return f"{none}; chance alone may explain it already"
    return f"{none}; at {format_fixed(100 * limit, 0)}% chance alone may explain it"


def _say_randomised(row: dict, benchmarks: Sequence[Benchmark]) -> str:
    for own in (one for one in benchmarks if one.row_id == row["row_id"]):
        apart = format_fixed(own.printed / own.randomised, 2)
        return f"{own.trials}: {format_ratio(*own.answer)}; the other is {apart} times that"
    biases = [one.bias for one in benchmarks if not one.bias.low <= 1 <= one.bias.high]
    if not biases:  # what chance may explain is not carried over to other questions
        return "none"
    corrected = format_ratio(*biases[0].correct(*_ends(row)))
    return f"none; off as much as where both answers exist, it would be {corrected}"


def _tabulate_counts(evidence: Evidence, caption: str) -> HtmlTable:
    rows = []
    outcomes = {row["row_id"]: row for row in with_cohorts(evidence, "outcomes")}
    for pair in records(evidence.tables["external_controls"]):
        treated, control = (outcomes.get(pair[f"{side}_row_id"]) for side in ("treated", "control"))
        if treated is not None and control is not None:
            rows.append(_count_row(evidence, treated, control, pair["unlike"]))
    columns = [
        Column("Treated"),
        Column("Controls"),
        Column("Risk ratio (95% CI)", True),
        Column(NEEDS),
        Column("Tipping point: the rate in the controls"),
        Column("Known to be unlike, or not known"),
    ]
    note = (
        "Tipping point: the rate in as many controls like those treated at which the difference would be "
        "gone, or at which chance alone could have made it."
    )
    return HtmlTable(f"{caption}: counts", columns, rows, [note])


def _count_row(evidence: Evidence, treated: dict, control: dict, unlike: str) -> Row:
    a, n1, c, n2 = (int(row[name]) for row in (treated, control) for name in ("events", "total"))
    table = two_by_two(a, n1, c, n2)
    known = table.status == "ok" and table.risk_ratio > 0
    ratio = (table.risk_ratio, *table.risk_ratio_ci)
    return Row(
        [
            [*_say_group(evidence, treated), make_figure(evidence, treated)],
            [*_say_group(evidence, control), make_figure(evidence, control)],
            format_ratio(*ratio) if known else "not estimable",
            say_strength(e_value(*ratio)) if known else "",
            say_tipping(tipping_rate(a, n1, c, n2), table, (a, n1, c, n2)),
            unlike,
        ]
    )


def _say_group(evidence: Evidence, row: dict) -> list[str]:
    return [full_name(evidence, row), evidence.label("outcomes", "outcome", row["outcome"])]


def say_tipping(tipping: TippingRate, table: TwoByTwo, cells: tuple[int, int, int, int]) -> str:
    """At which rate in like controls nothing is left, and at which chance alone may explain it."""
    a, n1, c, n2 = cells
    seen, none = format_percent(c / n2, n2), format_percent(tipping.none, n1)
    words = f"{seen} of the controls; had it been {none}, nothing of the difference would be left"
    if pd.isna(tipping.chance):
        few = "no one treated had the event" if a == 0 else "there are too few patients"
        side = "lower" if a / n1 > c / n2 else "higher"
        limits = "the 95% interval of the ratio, by its logarithm, clear of 1"
        return f"{words}; no {side} rate in so many controls would put {limits}, since {few}"
    low, high = table.risk_ratio_ci
    limit = format_percent(tipping.chance, n2)
    if low <= 1 <= high:
        side = "below" if tipping.chance < tipping.none else "above"
        beyond = f"only if the controls' rate were {side} {limit} would it not"
        return f"{words}; chance alone may explain it; {beyond}"
    return f"{words}; at {limit} chance alone may explain it"
