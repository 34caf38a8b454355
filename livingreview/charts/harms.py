"""Harm: severe events and deaths of all studies as one table of shades, and both arms of trials."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from livingreview.charts.harm_notes import (
    Event,
    say_certainty,
    say_left_out,
)
from livingreview.charts.harm_sheet import lay_out_arms, lay_out_harms
from livingreview.charts.labels import name_study
from livingreview.charts.selection import instead_of_figure
from livingreview.charts.sheet import FEWEST_MARKS, RESTATED, SheetFigure
from livingreview.display.html import Column, HtmlTable, Row, Stack
from livingreview.display.numbers import (
    Figure,
    exact_interval,
    format_percent,
    is_second_hand,
    make_figure,
    short_interval,
)
from livingreview.evidence import UNSAID, Evidence, records
from livingreview.tables.arms import Arms, Pair, best_pairs, find_arms, name_arms, pair_rows
from livingreview.tables.choice import choose_counts, count_size, is_whole, kinship
from livingreview.tables.common import capitalise, group_by, text, with_cohorts
from livingreview.tables.contrasts import NO_CONTRAST
from livingreview.tables.counts import (
    EVERYONE,
    base_of,
    own_families,
    part_of,
    pooled_results,
    result_of_event,
)
from livingreview.tables.labels import name_apart, refuse_twins, row_details
from livingreview.tables.outcomes import ABSENT, FATAL, SEVERE, event_words, grade_text, is_severe

MOST_COLUMNS = 8  # for so many there is room on a desk
LEAST_PATIENTS = 10  # of a study in the table of shades
RESTATED_HERE = "r"  # the remark of a cell that repeats the report its row is named after
LEAST_EVENTS = 3  # of a trial, to draw its arms
MOST_EVENTS = 16


@dataclass(frozen=True)
class Cell:
    """A share of patients: as a number, as written, and where it leads; `share` in per cent."""

    share: float
    shown: str
    count: str
    remark: str
    figure: Figure


@dataclass(frozen=True)
class HarmRow:
    """One study: its name, who its patients are, and a cell or None for each event."""

    name: str
    about: str
    cells: tuple[Cell | None, ...]

    @property
    def has_restated(self) -> bool:
        """Whether a cell is another publication's, though the row is not."""
        return any(cell is not None and RESTATED_HERE in cell.remark.split(", ") for cell in self.cells)


@dataclass(frozen=True)
class HarmBlock:
    """Studies under a heading ('' for none)."""

    title: str
    rows: tuple[HarmRow, ...]


@dataclass(frozen=True)
class ArmsRow:
    """One adverse event in both arms: shares and exact limits in per cent, first the experimental arm's."""

    words: str
    grade: str
    shares: tuple[float, float]
    limits: tuple[tuple[float, float], tuple[float, float]]
    counts: tuple[str, str]
    shown: tuple[str, str]
    figures: tuple[Figure, Figure]
    second_hand: bool = False
    result_id: str = ""
    period: str = ""  # how its words end, where the report counts over a part of the treatment: ' in cycle 1'


def draw_harms(evidence: Evidence, *, title: str, part: str = "core") -> Stack:
    """Severe adverse events and deaths, study by event; a blank cell is not reported.

    The events are those that ``pooled_results`` counts: adverse events with their grade, and outcomes that
    are bad for a patient. Of them the most often reported are shown. Control arms are not.
    """
    events = _choose_events(evidence, part)
    blocks = _make_blocks(evidence, events)
    rows = [row for block in blocks for row in block.rows]
    if not rows:
        return Stack([], ABSENT)
    names = [event.name for event in events]
    table = _tabulate(blocks, names, title)
    if sum(cell is not None for row in rows for cell in row.cells) < FEWEST_MARKS:
        return instead_of_figure(table)
    refuse_twins(title, [((b.title, row.name, row.about), row.name) for b in blocks for row in b.rows])
    note = (
        f"Adverse events of grade {SEVERE} or more where no other grade is named; n/N [exact 95% confidence "
        "interval]. A dot, or no cell: not reported at this grade and under this term (a count of a higher "
        "grade alone is among all results), or not in the part read, which is not the same as none. "
        "The stronger the shade, the larger the share of patients; an outline without shade: none."
    )
    if any(row.about.endswith("; r") or row.has_restated for row in rows):
        note += f" {RESTATED}"
    layout = lambda sheet: lay_out_harms(sheet, blocks, names)  # noqa: E731
    more = say_left_out(evidence, events, part)
    return Stack([SheetFigure(title, layout, _describe(blocks, names), table, note, more=more)])


def _choose_events(evidence: Evidence, part: str) -> list[Event]:
    """The columns, each with the row that stands for each study; those told most often."""
    directions = evidence.package.field("outcomes", "outcome")
    events = []
    for result in pooled_results(evidence):
        harm = result.table == "adverse_events" or (
            result.table == "outcomes" and all(directions.direction(code) == "bad" for code in result.codes)
        )
        if harm and not result.attribution:  # what is put down to the treatment alone is in the tables
            name = result.name.partition(", grade")[0]
            events.append(Event(name, result.table, result.codes, result.grade_min, result.result_id))
    for event in events:
        event.chosen = _choose_rows(evidence, event, part)
    told = sorted((event for event in events if event.chosen), key=lambda event: -len(event.chosen))
    kept = {event.name for event in told[:MOST_COLUMNS]}
    return [event for event in events if event.name in kept]


def _choose_rows(evidence: Evidence, event: Event, part: str) -> dict[str, dict]:
    """For each study the row of most patients, of those with the fewest remarks (see `_remarks`).

    A subgroup of less than half of a study's patients stands for it here as little as in a pool; beside the
    other part of the patients it has a row of its own.
    """
    kin = kinship(evidence)
    column = "term" if event.table == "adverse_events" else "outcome"
    rows = [
        row
        for row in own_families(evidence, with_cohorts(evidence, event.table))
        if row[column] in event.codes
        and (event.table != "adverse_events" or result_of_event(evidence, row).result_id == event.result_id)
        and row["c_part"] == part
        and kin.arm(row["cohort_id"]) != "control"
        and _of_grade(evidence, row, event)
        and not (pd.isna(row["events"]) and pd.isna(row["percent_reported_pct"]))
        and (pd.isna(row["total"]) or row["total"] >= LEAST_PATIENTS)
    ]
    small = [row for row in rows if part_of(evidence, row)]
    rows = [row for row in rows if not part_of(evidence, row)]
    least: dict[str, int] = {}
    for row in rows:
        study = evidence.cohort_studies[row["cohort_id"]]
        least[study] = min(len(_remarks(row)), least.get(study, 9))
    rows = [row for row in rows if len(_remarks(row)) == least[evidence.cohort_studies[row["cohort_id"]]]]
    choices, _ = choose_counts(evidence, rows, alike=lambda row: row["row_id"])
    chosen = {choice.study_id: choice.rows[0] for choice in reversed(choices)}
    beside = {
        f"{study}: {other['cohort_id']}": other
        for study, row in chosen.items()
        if not is_whole(row)
        for other in small
        if other["report_id"] == row["report_id"] and kin.apart(row["cohort_id"], other["cohort_id"])
    }
    return chosen | beside


def _of_grade(evidence: Evidence, row: Mapping, event: Event) -> bool:
    if event.table != "adverse_events":
        return base_of(evidence, row["denominator"]) == EVERYONE
    return event.grade is None or (not pd.isna(row["grade_min"]) and row["grade_min"] == event.grade)


def _remarks(row: Mapping) -> list[str]:
    """How a count holds less than others: one grade, a part of the treatment, events put down to it alone."""
    low, high, period = (row.get(name, pd.NA) for name in ("grade_min", "grade_max", "period"))
    alone = not pd.isna(low) and not pd.isna(high) and low == high < FATAL
    related = text(row.get("attribution", pd.NA)) == "treatment_related"
    return [
        *([f"grade {low}"] if alone else []),
        *([] if pd.isna(period) else [str(period)]),
        *(["from treatment"] if related else []),
    ]


def _make_blocks(evidence: Evidence, events: Sequence[Event]) -> list[HarmBlock]:
    firsts = [
        max(rows, key=lambda row: (not is_second_hand(row), count_size(row)))
        | {"told": {row["row_id"] for row in rows}}
        for rows in _told_together(events)
    ]
    firsts.sort(key=lambda row: (row["c_family_position"], -_patients(row)))
    by = "c_class" if len({row["c_class"] for row in firsts}) > 1 else "c_family"
    titles = {row["class_id"]: row["short_title"] for row in records(evidence.tables["regimen_classes"])}
    groups = group_by(firsts, by)
    blocks = []
    for key, rows in groups.items():
        names = [name_study(evidence, row["report_id"], row["cohort_id"]) for row in rows]
        abouts = [_about(evidence, row) for row in rows]
        details = row_details(evidence, "adverse_events") if "term" in rows[0] else ()
        names = name_apart("harm by study", rows, names, abouts, details)
        made = [
            HarmRow(name, about, tuple(_make_cell(evidence, event, row) for event in events))
            for row, name, about in zip(rows, names, abouts, strict=True)
        ]
        blocks.append(HarmBlock(titles.get(key, key) if len(groups) > 1 else "", tuple(made)))
    return blocks


def _patients(row: Mapping) -> int:
    return count_size(row) or (0 if pd.isna(row["c_n_enrolled"]) else int(row["c_n_enrolled"]))


def _about(evidence: Evidence, row: Mapping) -> str:
    """Who a row's patients are: a part of a cohort by its own name, a whole one by age."""
    age = "" if row["c_age_group"] == UNSAID else row["c_age_group"]
    words = evidence.label("cohorts", "age_group", age) if age else "age not reported"
    if not is_whole(row):
        words = row["c_label"]
    return f"{words}; r" if is_second_hand(row) else words


def _told_together(events: Sequence[Event]) -> list[list[dict]]:
    """The rows of each study as one report tells them, with those in which others repeat that report.

    What a review tells of a pool of trials is not the report that another pool of them is known by.
    """
    told: dict[tuple[str, str], list[dict]] = {}
    for event in events:
        for study, row in event.chosen.items():
            told.setdefault((study, row["report_id"]), []).append(row)
    for (study, report), rows in list(told.items()):
        sources = {text(row["source_report_id"]) for row in rows}
        if len(sources) == 1 and (own := (study, sources.pop())) in told and own[1] != report:
            told[own] += told.pop((study, report))
    return list(told.values())


def _make_cell(evidence: Evidence, event: Event, first: Mapping) -> Cell | None:
    """The cell of an event in the row of `first`, which names it; None where it tells of none."""
    row = next((row for row in event.chosen.values() if row["row_id"] in first["told"]), None)
    if row is None:
        return None
    counted = not pd.isna(row["events"]) and not pd.isna(row["total"])
    if counted:
        events, total = int(row["events"]), int(row["total"])
        share, shown = 100 * events / total, format_percent(events / total)
        count = f"{events}/{total} [{short_interval(*exact_interval(events, total))}]"
    else:
        share = float(row["percent_reported_pct"])
        shown, count = f"{row['percent_reported_pct']}%", "no count"
    fatal = not pd.isna(low := row.get("grade_min", pd.NA)) and low == FATAL
    whose = [] if is_whole(first) else ["all patients"]
    whose = whose if is_whole(row) else ["part of patients"]
    remarks = _remarks(row) + (whose if row["cohort_id"] != first["cohort_id"] else [])
    if event.grade is None and event.table == "adverse_events" and not _remarks(row) and not fatal:
        remarks.insert(0, grade_text(row, "any grade"))
    remarks += [RESTATED_HERE] if is_second_hand(row) and not is_second_hand(first) else []
    return Cell(share, shown, count, ", ".join(remarks), make_figure(evidence, row))


def _describe(blocks: Sequence[HarmBlock], names: Sequence[str]) -> str:
    rows = [row for block in blocks for row in block.rows]
    often = Counter(row.name for row in rows)
    called = {row: row.name if often[row.name] == 1 else f"{row.name}, {row.about}" for row in rows}
    parts = []
    for place, name in enumerate(names):
        told = [(row.cells[place], called[row]) for row in called if row.cells[place]]
        if told:
            least, most = (choose(told, key=lambda item: item[0].share) for choose in (min, max))
            words = f"{len(told)} cohorts, from {_say_cell(*least)} to {_say_cell(*most)}"
            if least[0].shown == most[0].shown:
                one = f"1 cohort, {_say_cell(*least)}"
                words = one if len(told) == 1 else f"{len(told)} cohorts, {least[0].shown} in each"
            parts.append(f"{name}, {words}.")
    return " ".join([*parts, "Each cohort is in the table that follows."])


def _say_cell(cell: Cell, name: str) -> str:
    return f"{cell.shown} ({', '.join(filter(None, (name, cell.remark)))})"


def _tabulate(blocks: Sequence[HarmBlock], names: Sequence[str], title: str) -> HtmlTable:
    columns = [Column("Study"), Column("Patients"), *(Column(name, True) for name in names)]
    rows = []
    for block in blocks:
        rows += [Row([block.title], heading=True)] if block.title else []
        for row in block.rows:
            cells = [
                "" if cell is None else [part for part in (cell.figure, cell.remark) if part]
                for cell in row.cells
            ]
            rows.append(Row([row.name, row.about, *cells]))
    return HtmlTable(f"{title}, numbers", columns, rows)


def draw_arms(evidence: Evidence, *, title: str, part: str = "core") -> Stack:
    """Adverse events in both arms of each randomised trial: those that are pooled first, in their order.

    The others are sorted by their difference, the benefit first. Of each event the count of grade 3 or more
    stands where there is one, else that of any grade.
    """
    order = {result.result_id: place for place, result in enumerate(pooled_results(evidence))}
    figures = []
    for arms, rows in _events_of_trials(evidence, find_arms(evidence, part)):
        drawn = [_arms_row(evidence, pair) for pair in rows]
        drawn.sort(key=lambda row: (order.get(row.result_id, len(order)), row.shares[0] - row.shares[1]))
        name = f"{title}: {name_study(evidence, arms.report_id, arms.experimental['cohort_id'])}"
        refuse_twins(name, [((row.words, row.grade), row.figures[0].row_id) for row in drawn])
        treatments = name_arms(evidence, arms, rows)
        told = say_certainty(evidence, [figure.row_id for row in drawn for figure in row.figures])
        note = f"Lines: exact 95% confidence intervals of each arm, not of the difference. {told}"
        figures.append(
            SheetFigure(
                name,
                lambda sheet, drawn=drawn, treatments=treatments: lay_out_arms(sheet, drawn, treatments),
                _describe_arms(drawn, treatments),
                _tabulate_arms(drawn, treatments, name),
                f"{note} {RESTATED}" if drawn[0].second_hand else note,
            )
        )
    return Stack(figures, NO_CONTRAST)


def _events_of_trials(evidence: Evidence, arms: Sequence[Arms]) -> Iterable[tuple[Arms, list[Pair]]]:
    """For each trial the report that counts the most events in both arms, and its commonest events."""
    by_report: dict[str, dict[str, list[Pair]]] = {}
    for pair in pair_rows(evidence, arms, "adverse_events"):
        if pair.counted:
            told = by_report.setdefault(pair.arms.study_id, {})
            told.setdefault(pair.arms.report_id, []).append(pair)
    for reports in by_report.values():
        pairs = max(
            reports.values(), key=lambda told: (told[0].arms.report_id in evidence.included, len(told))
        )
        one_each = best_pairs(
            evidence,
            sorted(pairs, key=lambda pair: _severity(pair.experimental), reverse=True),
            lambda pair: (pair.experimental["term"], text(pair.experimental["period"])),
        )
        if len(one_each) >= LEAST_EVENTS:
            one_each.sort(key=lambda pair: -max(_shares(pair)))
            yield pairs[0].arms, one_each[:MOST_EVENTS]


def _severity(row: Mapping) -> int:
    """Counts of grade 3 and above first, then of any grade, then of one grade or of death alone."""
    if is_severe(row):
        return 2
    return 0 if not pd.isna(row["grade_min"]) and row["grade_min"] > 1 else 1


def _shares(pair: Pair) -> tuple[float, float]:
    one, other = (100 * row["events"] / row["total"] for row in pair.rows)
    return float(one), float(other)


def _arms_row(evidence: Evidence, pair: Pair) -> ArmsRow:
    rows = pair.rows
    limits = [exact_interval(int(row["events"]), int(row["total"])) for row in rows]
    grade = grade_text(pair.experimental, "any grade")
    words, result = event_words(pair.experimental), result_of_event(evidence, pair.experimental)
    period = words.removeprefix(pair.experimental["term"])
    if result:  # a clinician's name, by which it is pooled, before the report's term
        words = words.replace(pair.experimental["term"], result.name.partition(", grade")[0])
    return ArmsRow(
        capitalise(words),
        grade,
        _shares(pair),
        tuple((100 * low, 100 * high) for low, high in limits),
        tuple(f"{row['events']}/{row['total']}" for row in rows),
        tuple(format_percent(int(row["events"]) / int(row["total"])) for row in rows),
        tuple(make_figure(evidence, row) for row in rows),
        any(map(is_second_hand, rows)),
        result.result_id if result else "",
        period,
    )


def _describe_arms(rows: Sequence[ArmsRow], treatments: Sequence[str]) -> str:
    told = "; ".join(f"{row.words}, {row.grade}, {row.shown[0]} against {row.shown[1]}" for row in rows)
    return f"{treatments[0]} against {treatments[1]}: {told}."


def _tabulate_arms(rows: Sequence[ArmsRow], treatments: Sequence[str], title: str) -> HtmlTable:
    short = [re.sub(r", .*(, n = )", r"\1", name) for name in treatments]  # a phone repeats it in each row
    columns = [Column("Adverse event"), Column("Grade"), *(Column(name, True) for name in short)]
    return HtmlTable(
        f"{title}, numbers", columns, [Row([row.words, row.grade, *row.figures]) for row in rows]
    )
