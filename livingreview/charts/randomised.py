"""Randomised comparisons on a logarithmic axis: what is avoided, what is gained, what harm is done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import pandas as pd

from livingreview.charts.arms import count_words, counts_of_arms, survival_of_arms, survival_words
from livingreview.charts.labels import is_of_one_class, name_study, say_whom
from livingreview.charts.ratio_sheet import lay_out_ratios
from livingreview.charts.selection import instead_of_figure, main_direction
from livingreview.charts.sheet import FEWEST_MARKS, RESTATED, SheetFigure
from livingreview.display.html import Column, HtmlTable, Row, Stack
from livingreview.display.numbers import (
    Figure,
    format_fixed,
    is_second_hand,
    make_figure,
    write_limits,
    write_printed,
)
from livingreview.evidence import Evidence, records
from livingreview.synthesis import two_by_two
from livingreview.tables.arms import Arms, Pair, best_pairs, find_arms, name_treatments, pair_rows
from livingreview.tables.common import (
    capitalise,
    in_sentence,
    short_name,
    stratum_name,
    study_name,
    text,
    with_cohorts,
)
from livingreview.tables.counts import is_timed, pooled_codes
from livingreview.tables.labels import refuse_twins
from livingreview.tables.outcomes import event_words, is_severe

MOST_EVENTS = 6  # adverse events of a trial; all stand in the chart of both arms
CHOSEN = (
    f"Of a trial's severe adverse events at most {MOST_EVENTS} are drawn: any event, those that this review "
    "pools, then the commonest of both arms together."
)
REPORTED = ", ratio reported"
NOTHING = "No randomised trial of these patients alone has a ratio or counts in both arms to draw."
NOTHING_OWN = (
    "No randomised trial of this chapter's own regimens with a ratio or with counts in both arms is among "
    "its reports."
)
WAYS = {"bad": "Outcomes to avoid", "good": "Outcomes to gain"}  # where the schema has no words
PANELS = {
    "avoid": ("{bad}", "favours {drug}", "favours control"),
    "gain": ("{good}", "favours control", "favours {drug}"),
    "harm": ("Adverse events of grade 3 or more", "fewer with {drug}", "more with {drug}"),
}


@dataclass(frozen=True)
class Ratio:
    """One comparison of a trial's arms.

    Attributes
    ----------
    words, measure : str
        What is compared; ``HR`` or ``RR``.
    experimental, control : str
        What the arms show: 'n/N', a percentage, a median.
    value, low, high : float or None
        Ratio and 95% interval; None where there is none.
    shown : str
        The same as written, or in words why there is none.
    figures : tuple of Figure
        The rows behind it.
    """

    words: str
    measure: str
    experimental: str
    control: str
    value: float | None
    low: float | None
    high: float | None
    shown: str
    figures: tuple[Figure, ...]
    second_hand: bool = False


@dataclass(frozen=True)
class TrialRatios:
    """The comparisons of one trial in one panel, with its name and its two treatments and population."""

    name: str
    about: str
    ratios: tuple[Ratio, ...]


@dataclass(frozen=True)
class Panel:
    """Comparisons of which one side of 1 is good for a patient."""

    title: str
    below: str
    above: str
    trials: tuple[TrialRatios, ...]
    harm: bool = False


def draw_randomised(evidence: Evidence, *, title: str, part: str | None = None) -> Stack:
    """Ratios of randomised arms, hazard ratios as printed and risk ratios from both arms' counts.

    Parameters
    ----------
    part : str, optional
        Part of the chapter that the experimental regimen belongs to: unless given its own regimens, and of
        evidence on several classes, as in a clinical setting, all.
    """
    part = part or ("core" if is_of_one_class(evidence) else None)
    arms = find_arms(evidence, part)
    drug = _name_experimental(evidence, arms)
    found = {
        "avoid": [*_hazard_ratios(evidence, arms), *_risk_ratios(evidence, arms, "bad")],
        "gain": list(_risk_ratios(evidence, arms, "good")),
        "harm": list(_event_ratios(evidence, arms)),
    }
    field = evidence.package.field("outcomes", "outcome")
    panels = []
    for name, rows in found.items():
        words = [line.format(drug=drug, **WAYS | field.ways) for line in PANELS[name]]
        if trials := _by_trial(evidence, rows):
            panels.append(Panel(words[0], words[1], words[2], tuple(trials), name == "harm"))
    if not panels:
        return Stack([], NOTHING_OWN if part == "core" else NOTHING)
    _refuse_twins(panels, title)
    ratios = [ratio for panel in panels for trial in panel.trials for ratio in trial.ratios]
    table = _tabulate(panels, title)
    if sum(ratio.value is not None for ratio in ratios) < FEWEST_MARKS:
        return instead_of_figure(replace(table, notes=[_explain(panels, "Brackets")]))
    layout = lambda sheet: lay_out_ratios(sheet, panels, drug=drug)  # noqa: E731
    return Stack([SheetFigure(title, layout, _describe(panels), table, _explain(panels))])


def _explain(panels: Sequence[Panel], marks: str = "Lines and brackets") -> str:
    """The note of a figure or table: each mark that is in it, and none that is not."""
    ratios = [ratio for panel in panels for trial in panel.trials for ratio in trial.ratios]
    shown = [ratio for ratio in ratios if ratio.value is not None]
    words = []
    if any(ratio.measure == "HR" for ratio in shown):
        words.append("HR: hazard ratio as reported.")
    if any(ratio.measure == "RR" for ratio in shown):
        words.append("RR: risk ratio from both arms' counts, log method.")
    other = any("% CI " in ratio.shown for ratio in shown)
    words.append(f"{marks}: 95% confidence intervals{' where no other level is named' if other else ''}.")
    if len(shown) > 1:
        words.append("Many outcomes are shown: an interval that leaves out 1 is not by itself a finding.")
    if any(panel.harm and len(trial.ratios) == MOST_EVENTS for panel in panels for trial in panel.trials):
        words.append(CHOSEN)
    if any(ratio.second_hand for ratio in ratios):
        words.append(RESTATED)
    return " ".join(words)


def _name_experimental(evidence: Evidence, arms: Sequence[Arms]) -> str:
    """What the experimental arms have in common: the class's short name, else no more than that."""
    families = evidence.families["class_id"].to_dict()
    classes = {families.get(trial.experimental["regimen_id"]) for trial in arms}
    titles = {row["class_id"]: row["short_title"] for row in records(evidence.tables["regimen_classes"])}
    parts = evidence.families["part"].to_dict()
    own = {parts.get(trial.experimental["regimen_id"]) for trial in arms} == {"core"}
    name = titles.get(classes.pop(), "") if own and len(classes) == 1 else ""
    return in_sentence(name) or "the experimental arm"


def _by_trial(evidence: Evidence, rows: Sequence[tuple[Arms, Ratio]]) -> list[TrialRatios]:
    """Comparisons by trial, under the name of its own report; what another report tells names that one."""
    reports: dict[str, dict[str, int]] = {}
    for arms, _ in rows:
        counts = reports.setdefault(arms.study_id, {})
        counts[arms.report_id] = counts.get(arms.report_id, 0) + 1
    trials = []
    for study, counts in reports.items():
        best = max(
            counts,
            key=lambda report: (
                evidence.report_studies[report] == study,  # not what a review or table repeats of it
                report in evidence.included,
                counts[report],
            ),
        )
        own = [(arms, ratio) for arms, ratio in rows if arms.study_id == study]
        main = next(arms for arms, _ in own if arms.report_id == best)
        treatments = " against ".join(name_treatments(evidence, main))
        cohort = main.experimental
        about = stratum_name(evidence, cohort["disease"], cohort["setting"], cohort["age_group"])
        name = name_study(evidence, best, cohort["cohort_id"])
        told = tuple(
            ratio if arms.report_id == best else _name_source(evidence, arms.report_id, ratio)
            for arms, ratio in own
        )
        trials.append(TrialRatios(name, f"{treatments}; {about}", told))
    return trials


def _name_source(evidence: Evidence, report_id: str, ratio: Ratio) -> Ratio:
    """A comparison by another report than that which names the trial: it may be of other patients or days."""
    if REPORTED in ratio.words:
        return ratio
    row = evidence.row(ratio.figures[0].row_id)
    told = text(row.get("timepoint", pd.NA))
    # The heading names the trial, so that a report called after it goes without.
    name = short_name(evidence, report_id).removeprefix(f"{study_name(evidence, row['cohort_id'])}, ")
    how = (
        "in"
        if not is_second_hand(row)
        else "ratio as repeated in"
        if ratio.measure == "HR"
        else "as repeated in"
    )
    words = f"{ratio.words}, {how} {name}"
    return replace(ratio, words=f"{words}; {told}" if told and told not in ratio.words else words)


def _hazard_ratios(evidence: Evidence, arms: Sequence[Arms]) -> Iterator[tuple[Arms, Ratio]]:
    """Printed hazard ratios of whole trials, an end point once, with what the arms show of it."""
    rows = with_cohorts(evidence, "survival")
    by_cohort: dict[str, list[dict]] = {}
    for row in rows:
        by_cohort.setdefault(row["cohort_id"], []).append(row)
    best: dict[tuple, tuple] = {}
    for trial in arms:
        for row in by_cohort.get(trial.experimental["cohort_id"], ()):
            if row["statistic"] != "hazard_ratio" or row["endpoint"] == "duration":
                continue
            about = text(row["group"]).partition(", ")[2]
            rank = (
                not about,
                not pd.isna(row["ci_low"]),
                trial.report_id in evidence.included,
                not is_second_hand(row),
            )
            # An analysis of its own (adjusted, censored otherwise) stands only where there is no plain one.
            key = (trial.study_id, row["endpoint"])
            if key not in best or rank > best[key][0]:
                best[key] = (rank, trial, row, about)
    order = list(evidence.package.field("survival", "endpoint").labels)
    for _, trial, row, about in sorted(best.values(), key=lambda item: order.index(item[2]["endpoint"])):
        # A report that restates the ratio alone leaves the arms to the trial's other reports; those of an
        # analysis of its own, of other events or other patients, are not told.
        others = [other for other in arms if other.study_id == trial.study_id and other is not trial]
        sources = [] if about else [trial, *others]
        told = chain(
            (survival_of_arms(by_cohort, arm, row["endpoint"]) for arm in sources),
            (counts_of_arms(evidence, arm, row["endpoint"]) for arm in sources),
        )
        yield trial, _hazard_ratio(evidence, row, about, next(filter(None, told), ()))


def _hazard_ratio(evidence: Evidence, row: Mapping, about: str, arms: Sequence[Mapping]) -> Ratio:
    """A ratio as reported; where another report tells what the arms show, it says when its own came out.

    The ratio may then be of later data than the survival next to it.
    """
    value = float(row["estimate"])
    point = write_printed(row, row["estimate"])
    low, high = (None if pd.isna(row[end]) else float(row[end]) for end in ("ci_low", "ci_high"))
    limits = write_limits(evidence, row) or "CI not read"
    words = capitalise(evidence.label("survival", "endpoint", row["endpoint"]))
    elsewhere = not {row["report_id"], text(row["source_report_id"])} & {arm["report_id"] for arm in arms}
    elsewhere = elsewhere and bool(arms)
    words += f"{REPORTED} {_year(evidence, row['report_id'])}".rstrip() if elsewhere else ""
    one, other = map(survival_words, arms) if arms else ("–", "–")
    return Ratio(
        f"{words}, {about}" if about else words,
        "HR",
        one,
        other,
        value,
        low,
        high,
        f"HR {point} [{limits}]",
        tuple(make_figure(evidence, told) for told in (row, *arms)),
        any(is_second_hand(told) for told in (row, *arms)),
    )


def _year(evidence: Evidence, report_id: str) -> str:
    """The year in which a report came out, 'elsewhere' where it is not established."""
    reports = evidence.tables["reports"].set_index("report_id")
    return text(reports["first_available"][report_id])[:4] or "elsewhere"


def _risk_ratios(evidence: Evidence, arms: Sequence[Arms], way: str) -> Iterator[tuple[Arms, Ratio]]:
    """Outcomes of one direction; of those good for a patient only of groups that are about them.

    To be alive is the reverse of a death that is told already.
    """
    field = evidence.package.field("outcomes", "outcome")
    pairs = best_pairs(
        evidence, pair_rows(evidence, arms, "outcomes"), lambda pair: pair.experimental["outcome"]
    )
    order = list(field.labels)
    for pair in sorted(pairs, key=lambda pair: order.index(pair.experimental["outcome"])):
        code = pair.experimental["outcome"]
        about = main_direction(field, field.groups.get(code, ""))
        if field.direction(code) == way and way in ("bad", about):
            words = capitalise(evidence.label("outcomes", "outcome", code))
            words += say_whom(evidence, pair.experimental)
            if is_timed(evidence, code) and (when := text(pair.experimental["timepoint"])):
                words += f", {when}"
            yield pair.arms, _risk_ratio(evidence, pair, words)


def _event_ratios(evidence: Evidence, arms: Sequence[Arms]) -> Iterator[tuple[Arms, Ratio]]:
    """A trial's severe adverse events: any event, those that the review pools, then the commonest."""
    watched = pooled_codes(evidence, "adverse_events")
    pairs = [pair for pair in severe_pairs(evidence, arms) if pair.counted]
    by_study: dict[str, list[Pair]] = {}
    for pair in best_pairs(evidence, pairs, lambda pair: pair.experimental["term"]):
        by_study.setdefault(pair.arms.study_id, []).append(pair)
    for told in by_study.values():
        told.sort(
            key=lambda pair: (
                pair.experimental["group"] != "any",
                pair.experimental["term"] not in watched,
                -_share(pair),
            )
        )
        kept = told[:MOST_EVENTS]
        for pair in sorted(kept, key=lambda pair: (pair.experimental["group"] != "any", -_share(pair))):
            yield pair.arms, _risk_ratio(evidence, pair, capitalise(event_words(pair.experimental)))


def severe_pairs(evidence: Evidence, arms: Sequence[Arms]) -> Iterator[Pair]:
    """Adverse events of grade 3 or more that a report tells of both arms; not grade 3 alone."""
    for pair in pair_rows(evidence, arms, "adverse_events"):
        if is_severe(pair.experimental):
            yield pair


def _share(pair: Pair) -> float:
    """How common an event is in both arms together: what is commoner in either is drawn alike."""
    return sum(row["events"] for row in pair.rows) / sum(row["total"] for row in pair.rows)


def _risk_ratio(evidence: Evidence, pair: Pair, words: str) -> Ratio:
    one, other = pair.rows
    value = low = high = None
    if not pair.counted:
        missing = [
            name for name, row in (("experimental", one), ("control", other)) if pd.isna(row["events"])
        ]
        shown = f"no ratio: {missing[0]} count not reported" if len(missing) == 1 else "no ratio: no counts"
    elif not one["events"] or not other["events"]:
        empty = "either arm" if one["events"] == other["events"] else "one arm"
        empty = "the control arm" if one["events"] else "the experimental arm" if other["events"] else empty
        shown = f"no ratio: no event in {empty}"
    else:
        told = two_by_two(one["events"], one["total"], other["events"], other["total"])
        if told.status == "ok":
            value, (low, high) = told.risk_ratio, told.risk_ratio_ci
            shown = f"RR {format_fixed(value, 2)} [{format_fixed(low, 2)}–{format_fixed(high, 2)}]"
        else:
            shown = "no ratio: every patient in both arms"
    return Ratio(
        words,
        "RR",
        count_words(one),
        count_words(other),
        value,
        low,
        high,
        shown,
        tuple(make_figure(evidence, row) for row in (one, other)),
        is_second_hand(one) or is_second_hand(other),
    )


def _refuse_twins(panels: Sequence[Panel], title: str) -> None:
    refuse_twins(
        title,
        [
            ((panel.title, trial.name, trial.about, ratio.words, ratio.measure), ratio.figures[0].row_id)
            for panel in panels
            for trial in panel.trials
            for ratio in trial.ratios
        ],
    )


def _describe(panels: Sequence[Panel]) -> str:
    parts = []
    for panel in panels:
        parts.append(f"{panel.title}:")
        for trial in panel.trials:
            told = [f"{ratio.words}, {ratio.shown}" for ratio in trial.ratios]
            parts.append(f"{trial.name}, {trial.about}: {'; '.join(told)}.")
    return " ".join(parts)


def _tabulate(panels: Sequence[Panel], title: str) -> HtmlTable:
    columns = [
        Column("Outcome"),
        Column("Experimental arm", True),
        Column("Control arm", True),
        Column("Ratio (95% CI)", True),
        Column("Rows"),
    ]
    rows = []
    for panel in panels:
        for trial in panel.trials:
            rows.append(Row([f"{panel.title}: {trial.name}, {trial.about}"], heading=True))
            for ratio in trial.ratios:
                rows.append(
                    Row([ratio.words, ratio.experimental, ratio.control, ratio.shown, list(ratio.figures)])
                )
    return HtmlTable(f"{title}, numbers", columns, rows)
