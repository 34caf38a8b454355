"""Survival on one axis of time: a strip a cohort, medians and landmarks as reported, its control beside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from livingreview.charts.forest_rows import ONE_OF_SHARED
from livingreview.charts.labels import main_family, name_population, name_study, population_of
from livingreview.charts.selection import instead_of_figure
from livingreview.charts.sheet import FEWEST_MARKS, RESTATED, SheetFigure
from livingreview.charts.strip_sheet import lay_out_strips
from livingreview.display.html import Column, HtmlTable, Row, Stack
from livingreview.display.numbers import (
    Figure,
    format_fixed,
    format_number,
    is_second_hand,
    make_figure,
    write_limits,
    write_printed,
)
from livingreview.evidence import UNSAID, Evidence, records
from livingreview.tables.choice import choose_counts, is_whole, kinship
from livingreview.tables.common import capitalise, group_by, in_sentence, stratum_name, text, with_cohorts
from livingreview.tables.labels import distinguish, refuse_twins, row_details
from livingreview.tables.outcomes import ABSENT, is_from_later

DAYS = 30.4375  # in a month, to place a median printed in days
LEAST_PATIENTS = 5
# Patients below which a cohort stands in the table alone, where larger ones are drawn; where there are many.
LEAST_DRAWN, LEAST_OF_MANY = 20, 50
MANY = 20  # strips
COHORT_OF = "cohort of"  # before a number that the value itself may not be of
FEW_STRIPS = 4  # so few are drawn whatever their size
FIRST = "OS"  # the end point of every study; others stand where it is not told, or of randomised arms
# Over strips each of a population or end point of its own: beside blocks of several, and without any.
OTHERS, EACH = "Other outcomes and populations", "One strip for each population and outcome"
NO_TIME = ("duration",)  # counted from a response, not from treatment


@dataclass(frozen=True)
class Mark:
    """A median (`share` is None) or a landmark of an arm.

    months : float
        The median, or the time of the landmark.
    share : float or None
        Per cent alive, or free of the event.
    low, high : float or None
        Limits of the printed interval, months or per cent; high is None where it is not reached.
    """

    months: float
    share: float | None
    low: float | None
    high: float | None
    words: str
    figure: Figure


@dataclass(frozen=True)
class Strip:
    """One cohort, with the arm or cohort it is read against."""

    name: str
    about: str
    marks: tuple[Mark, ...]
    control: tuple[Mark, ...] = ()
    second_hand: bool = False
    patients: int = 0
    of: str = ""  # population and end point, where the heading names none

    @property
    def tall(self) -> bool:
        """Whether it holds landmarks, which need height."""
        return any(mark.share is not None for mark in (*self.marks, *self.control))


@dataclass(frozen=True)
class Strips:
    """The strips of one population and end point.

    `anyone` is the title without the age group, which is `age`.
    """

    title: str
    strips: tuple[Strip, ...]
    anyone: str = ""
    age: str = ""


def draw_landmarks(evidence: Evidence, *, title: str, part: str = "core") -> Stack:
    """Medians and landmarks of survival, a strip a study, on one axis of months.

    A control that the same report tells of stands in the same strip and says whether it was randomised. The
    evidence may be a whole chapter: strips are those of the regimens of its `part`.
    """
    rows = [row for row in with_cohorts(evidence, "survival") if _is_drawn(evidence, row)]
    blocks = list(_make_blocks(evidence, rows, part))
    if not blocks:
        return Stack([], ABSENT)
    told = [
        ((block.title, strip.name, strip.about), strip.marks[0].figure.row_id)
        for block in blocks
        for strip in block.strips
    ]
    refuse_twins(title, told)
    table = _tabulate(blocks, title)
    if len(told) < FEWEST_MARKS:
        return instead_of_figure(table)
    least = LEAST_OF_MANY if len(told) > MANY else LEAST_DRAWN
    drawn = _of_some_size(blocks, least)
    note = _explain(drawn)
    shown = {evidence.cohort_studies[evidence.row(row_id)["cohort_id"]] for _, row_id in told}
    if any(evidence.overlaps[study] for study in shown):
        note += f" {ONE_OF_SHARED}"
    if len(told) > sum(len(block.strips) for block in drawn):
        unknown = any(not strip.patients for block in blocks for strip in block.strips)
        also = ", or of a number not reported," if unknown else ""
        note += f" Cohorts of fewer than {least} patients{also} are in the table alone."
    joined = _join_single(drawn)
    figure = SheetFigure(title, lambda sheet: lay_out_strips(sheet, joined), _describe(drawn), table, note)
    return Stack([figure])


def _join_single(blocks: Sequence[Strips]) -> list[Strips]:
    """Blocks of one strip at the end under one heading, each strip saying its own population.

    One that differs from a single larger block in the age group alone stands with it, as do the trials in
    first relapse, under a heading without ages; its strips then say theirs.
    """
    single = [block for block in blocks if len(block.strips) == 1]
    larger = [block for block in blocks if len(block.strips) > 1]
    joined, rest = [], list(single)
    for block in larger:
        alike = [other for other in blocks if other.anyone == block.anyone]
        if len(alike) > 1 and [other for other in alike if other in larger] == [block]:
            rest = [other for other in rest if other not in alike]
            strips = tuple(replace(strip, of=one.age) for one in alike for strip in one.strips)
            joined.append(Strips(block.anyone, strips))
        else:
            joined.append(block)
    if len(rest) < 2:
        return [*joined, *rest]
    others = tuple(replace(strip, of=block.title) for block in rest for strip in block.strips)
    return [*joined, Strips(OTHERS if joined else EACH, others)]


def _explain(blocks: Sequence[Strips]) -> str:
    """The figure's note: each mark that is drawn, and none that is not."""
    strips = [strip for block in blocks for strip in block.strips]
    marks = [mark for strip in strips for mark in (*strip.marks, *strip.control)]
    words = []
    if any(mark.share is not None for mark in marks):
        words.append("Dotted lines join reported points from 100% on; they are no survival curves.")
    if any(mark.low is not None for mark in marks):
        words.append("Bars and brackets: the interval as reported, none where none is.")
    words.append("Time zero differs between studies.")
    if any(f"{COHORT_OF} " in strip.about for strip in strips):
        words.append("“Cohort of”: the number behind the value itself is not reported.")
    if any(strip.second_hand for strip in strips):
        words.append(RESTATED)
    return " ".join(words)


def _of_some_size(blocks: Sequence[Strips], least: int) -> list[Strips]:
    """The strips of cohorts of `least` patients and more, or all where those would be few."""
    kept = [
        replace(block, strips=tuple(strip for strip in block.strips if strip.patients >= least))
        for block in blocks
    ]
    few = sum(len(block.strips) for block in kept) < FEW_STRIPS
    return [block for block in (blocks if few else kept) if block.strips]


def _is_drawn(evidence: Evidence, row: Mapping) -> bool:
    """Whether a row is a median time or a share at a time of a whole cohort, counted from treatment."""
    kind = (row["statistic"], row["unit"])
    timed = kind in (("median", "months"), ("median", "days")) or (
        kind == ("landmark", "pct") and not pd.isna(row["time_months"])
    )
    of_whom = pd.isna(row["group"]) and bool(text(row["cohort_id"]))
    return timed and of_whom and row["endpoint"] not in NO_TIME and not is_from_later(evidence, row)


def _make_blocks(evidence: Evidence, rows: Sequence[dict], part: str) -> Iterator[Strips]:
    own = [row | {"population": population_of(evidence, row)} for row in rows if row["c_part"] == part]
    order = list(evidence.package.field("survival", "endpoint").labels)
    told: set[tuple] = set()
    populations = group_by(own, "population")
    for population in sorted(populations, key=lambda key: -_patients(populations[key])):
        by_endpoint = group_by(populations[population], "endpoint")
        for endpoint in sorted(by_endpoint, key=lambda code: (code != FIRST, order.index(code))):
            strips, shown = [], []
            before = frozenset(told)  # of one endpoint the parts of a study stand side by side
            for cohort in _choose(evidence, by_endpoint[endpoint]):
                study = evidence.cohort_studies[cohort[0]["cohort_id"]]
                control, randomised = _find_control(evidence, rows, cohort[0])
                if (study, population) in before and not randomised:
                    continue
                told.add((study, population))
                strips.append((cohort, control, randomised))
                shown += cohort
            if strips:
                words = evidence.label("survival", "endpoint", endpoint)
                whom = name_population(evidence, population, shown)
                anyone = capitalise(stratum_name(evidence, *population[:2], UNSAID))
                age = whom.removeprefix(anyone).lstrip(", ") or evidence.label("cohorts", "age_group", UNSAID)
                made = tuple(_make_strips(evidence, strips))
                yield Strips(f"{whom}: {words}", made, f"{anyone}: {words}", age)


def _patients(rows: Iterable[Mapping]) -> int:
    sizes: dict[str, int] = {}
    for row in rows:
        sizes[row["cohort_id"]] = max(_size(row), sizes.get(row["cohort_id"], 0))
    return sum(sizes.values())


def _size(row: Mapping) -> int:
    known = [row[name] for name in ("total", "c_n_enrolled") if not pd.isna(row[name])]
    return int(known[0]) if known else 0


def _choose(evidence: Evidence, rows: Sequence[dict]) -> list[list[dict]]:
    """The rows of one cohort a study, the largest study first; of a trial the experimental arm's."""
    kin = kinship(evidence)
    cohorts = group_by(rows, "cohort_id")
    present = set(cohorts)
    first = [
        max(part, key=_size)
        for cohort, part in cohorts.items()
        if not present & set(kin.line(cohort)[1:])  # a part says nothing new of a whole that is told
    ]
    first = [row | {"total": _size(row) or pd.NA} for row in first]
    # A part whose size is not told, and of whose whole nothing is, may be any choice of patients.
    first = [
        row
        for row in first
        if _size(row) >= LEAST_PATIENTS or (not _size(row) and (is_whole(row) or kin.arm(row["cohort_id"])))
    ]
    choices, _ = choose_counts(evidence, first, alike=lambda row: row["report_id"], size=_size)
    wholes = {evidence.cohort_studies[row["cohort_id"]] for row in first if is_whole(row)}
    kept = [
        row
        for choice in choices
        for row in choice.rows
        if (is_whole(row) or choice.study_id not in wholes) and kin.arm(row["cohort_id"]) != "control"
    ]
    return [_once(cohorts[row["cohort_id"]]) for row in sorted(kept, key=lambda row: -_size(row))]


def _once(rows: Sequence[dict]) -> list[dict]:
    """One median and one share at each time of a cohort: with an interval before without."""
    best: dict[object, dict] = {}
    for row in rows:
        what = row["statistic"] if row["statistic"] == "median" else float(row["time_months"])
        if what not in best or (pd.isna(best[what]["ci_low"]) and not pd.isna(row["ci_low"])):
            best[what] = row
    return list(best.values())


def _find_control(evidence: Evidence, rows: Sequence[dict], own: Mapping) -> tuple[list[dict], bool]:
    """What the same report tells of the arm or cohort that its patients are compared with."""
    kin = kinship(evidence)
    other = [
        row
        for row in rows
        if row["report_id"] == own["report_id"]
        and row["endpoint"] == own["endpoint"]
        and row["cohort_id"] != own["cohort_id"]
    ]
    if kin.arm(own["cohort_id"]):
        controls = [row for row in other if kin.arms.get(row["cohort_id"]) == "control"]
    else:
        roles = evidence.tables["regimens"].set_index("regimen_id")["role"].to_dict()
        where = population_of(evidence, own)
        controls = [
            row
            for row in other
            if roles.get(text(row["c_regimen_id"])) == "comparator" and population_of(evidence, row) == where
        ]
    cohorts = group_by(controls, "cohort_id")
    if not cohorts:
        return [], False
    largest = max(cohorts, key=lambda cohort: _size(cohorts[cohort][0]))
    return _once(cohorts[largest]), bool(kin.arm(own["cohort_id"]))


def _make_strips(evidence: Evidence, strips: Sequence[tuple[list[dict], list[dict], bool]]) -> list[Strip]:
    names = distinguish(
        [cohort[0] for cohort, _, _ in strips],
        lambda row: name_study(evidence, row["report_id"], row["cohort_id"]),
        row_details(evidence, "survival"),
    )
    main = main_family(evidence)
    found = []
    for (cohort, control, randomised), name in zip(strips, names, strict=True):
        first = cohort[0]
        about = [] if first["c_family"] == main else [first["c_family"]]
        part = not is_whole(first) and not kinship(evidence).arm(first["cohort_id"])
        if part or first["report_id"] not in evidence.included or _is_one_of_several(evidence, first):
            # Patients chosen perhaps by what became of them; a name that tells parts apart says it already.
            about += [] if first["c_label"] in name else [first["c_label"]]
        if control:
            name_of = evidence.regimen_names.get(text(control[0]["c_regimen_id"]), "") if randomised else ""
            kind = "randomised against" if randomised else "not randomised, comparator:"
            about.append(f"{kind} {in_sentence(name_of) or control[0]['c_label']}")
        size = _size(first)
        behind = COHORT_OF if pd.isna(first["total"]) else "n ="
        about.append(f"{behind} {size}" if size else "n not reported")
        second = any(map(is_second_hand, (*cohort, *control)))
        marks, other = (_marks(evidence, rows) for rows in (cohort, control))
        found.append(Strip(name, "; ".join(about), marks, other, second, size))
    return found


def _is_one_of_several(evidence: Evidence, row: Mapping) -> bool:
    """Whether its report tells of other whole cohorts of its study, on other regimens, not randomised."""
    return not text(row["c_arm"]) and any(
        text(other["regimen_id"]) not in ("", text(row["c_regimen_id"]))
        for other in records(evidence.tables["cohorts"])
        if other["report_id"] == row["report_id"]
        and other["study_id"] == row["c_study_id"]
        and is_whole(other)
    )


def _marks(evidence: Evidence, rows: Sequence[dict]) -> tuple[Mark, ...]:
    marks = []
    for row in sorted(rows, key=lambda row: (row["statistic"] != "median", row["time_months"])):
        low, high = (None if pd.isna(row[end]) else float(row[end]) for end in ("ci_low", "ci_high"))
        days = DAYS if row["unit"] == "days" else 1
        figure = make_figure(evidence, row)
        value = float(row["estimate"])
        limits = f" [{told}]" if (told := write_limits(evidence, row)) else ""
        if row["statistic"] == "median":
            ends = [None if end is None else end / days for end in (low, high)]
            words = f"{write_printed(row, row['estimate'])} {'days' if days > 1 else 'mo'}{limits}"
            marks.append(Mark(value / days, None, ends[0], ends[1], words, figure))
        else:
            months = float(row["time_months"])
            words = f"{format_fixed(value, 0)}%{limits} at {format_number(months)} mo"
            marks.append(Mark(months, value, low, high, words, figure))
    return tuple(marks)


def say_marks(marks: Sequence[Mark]) -> str:
    """'median 7.7 mo', '8.5 mo, 36% [24–48] at 12 mo, 18% at 36 mo'."""
    words = ", ".join(mark.words for mark in marks)
    return f"median {words}" if marks and all(mark.share is None for mark in marks) else words


def _describe(blocks: Sequence[Strips]) -> str:
    parts = []
    for block in blocks:
        told = [
            f"{strip.name} ({strip.about}), {say_marks(strip.marks)}"
            + (f" against {say_marks(strip.control)}" if strip.control else "")
            for strip in block.strips
        ]
        parts.append(f"{block.title}: {'; '.join(told)}.")
    return " ".join(parts)


def _tabulate(blocks: Sequence[Strips], title: str) -> HtmlTable:
    columns = [Column("Study"), Column("Of whom"), Column("Median or share alive"), Column("Control")]
    rows = []
    for block in blocks:
        rows.append(Row([capitalise(block.title)], heading=True))
        for strip in block.strips:
            shown = [_linked(marks) for marks in (strip.marks, strip.control)]
            rows.append(Row([strip.name, strip.about, *shown]))
    return HtmlTable(f"{title}, numbers", columns, rows)


def _linked(marks: Sequence[Mark]) -> list:
    """Each figure, with its time where it is a share."""
    found: list = []
    for mark in marks:
        when = "" if mark.share is None else f"at {format_number(mark.months)} months:"
        found += [when, mark.figure] if when else [mark.figure]
    return found
