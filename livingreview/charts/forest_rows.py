"""What the compact forest shows, row by row, in words and as a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, zip_longest

import pandas as pd

from livingreview.charts.labels import short_outcome
from livingreview.display.html import Column, HtmlTable, Row
from livingreview.display.numbers import Figure, exact_interval, format_count, format_percent, short_interval
from livingreview.evidence import Evidence
from livingreview.tables.choice import kinship
from livingreview.tables.common import say_studies, text, whole
from livingreview.tables.counts import pooled_codes

CONTEXT = "For context"
NO_COUNT = "–"  # where neither events nor patients are told
TOLD = 15  # most rows that a description tells one by one


@dataclass(frozen=True)
class Line:
    """One row of the forest.

    Attributes
    ----------
    study : str
        Id of the study: arms of one trial are rows of one study.
    label, who, outcome, whom : str
        Study; who its patients are, beyond what the headings say; what was counted; of whom, where that is
        not all patients treated.
    count, share, interval : str
        'n/N', the percentage and its limits, as written.
    value, low, high, wider : float or None
        Per cent: the share, its exact 95% interval, and the share by the widest definition of the report.
    patients : int or None
        N, which sizes the mark.
    size : int
        Patients of the group, also where the report gives a percentage without N; 0 where that is not told.
    figures : tuple of Figure
        The rows behind it; the first is where the row leads.
    reason : str
        Why it is in no pool; '' where it is in one.
    second_hand : bool
        Whether another publication restates it.
    control : bool
        Whether it is a control arm, which stands under the regimen it was compared with.
    population : tuple of str
        Disease, setting and age group, in codes.
    arm : str
        What parts it from other rows of its report, '' where its label says nothing more.
    """

    study: str
    label: str
    who: str
    outcome: str
    whom: str
    count: str
    share: str
    interval: str
    value: float
    low: float | None
    high: float | None
    wider: float | None
    wider_words: str
    patients: int | None
    size: int
    figures: tuple[Figure, ...]
    reason: str
    second_hand: bool
    control: bool
    population: tuple[str, str, str]
    arm: str

    @property
    def name(self) -> str:
        """The study's name without that of its arm."""
        return self.label.removesuffix(f": {self.arm}")

    @property
    def pooled(self) -> bool:
        """Whether the row is in the pool it stands over."""
        return not self.reason


@dataclass(frozen=True)
class Pool:
    """A pooled median, its interval and where a new study is expected, per cent, with what is pooled."""

    label: str
    outcome: str
    patients: int
    value: float
    low: float
    high: float
    outer: tuple[float, float]
    share: str
    interval: str
    note: str


@dataclass(frozen=True)
class Block:
    """What stands under one bold heading: rows and pooled values in reading order, under lesser headings.

    The heading is a population and the lesser ones families of regimens, or the other way round. `context`:
    its regimens are not under review and stand to read others against.
    """

    title: str
    items: tuple[Line | Pool | str, ...]
    context: bool = False

    @property
    def lines(self) -> list[Line]:
        """The rows of studies."""
        return [item for item in self.items if isinstance(item, Line)]

    @property
    def heads(self) -> dict[int, str]:
        """The lesser heading of each row, by `id`; '' for one that needs none, or of a control arm."""
        found, head = {}, ""
        for item in self.items:
            head = item if isinstance(item, str) else head
            found[id(item)] = "" if isinstance(item, Line) and item.control else head
        return found

    @property
    def pools(self) -> list[Pool]:
        """The pooled values."""
        return [item for item in self.items if isinstance(item, Pool)]


NEW_STUDY = (
    "Dashed line, a new study: where the rate of one more study of such patients, elsewhere, would be "
    "expected to lie (95% prediction interval). Tables say “of the next 100”: that study's first 100 "
    "patients, among whom chance moves the count a little further."
)
ONE_OF_SHARED = "Of studies that may share patients one is drawn; tables of all the evidence hold all."
UNPOOLED = (
    "None of these counts enters a primary pool, which takes one outcome at one time; the table of its "
    "numbers says why of each. Pools of any time or of the widest definition, from which the rates of a "
    "hundred patients may come, can hold them."
)


def say_times(row: Mapping, told: Iterable[dict]) -> str:
    """When it was counted, and the shares at other times, where the same patients were assessed again."""
    shares = {
        text(other["timepoint"]): format_percent(share_of(other) / 100)
        for other in told
        if all(other[name] == row[name] for name in ("cohort_id", "outcome", "base"))
        and other["definition"] == row["definition"]
        and text(other["timepoint"])
    }
    when = text(row["timepoint"])
    others = [f"{share} {time}" for time, share in shares.items() if time != when]
    return ", ".join([when, *others]) if when and others else ""


def share_of(row: Mapping) -> float:
    """Per cent: of a count, else as reported."""
    counted = not pd.isna(row["events"]) and not pd.isna(row["total"])
    return 100 * row["events"] / row["total"] if counted else float(row["percent_reported_pct"])


def write_share(row: Mapping, events: int | None, total: int | None) -> dict:
    """The count, share and interval of a line, as written and in per cent; without a count no interval."""
    if events is None or total is None:
        return {
            "count": NO_COUNT if pd.isna(row["total"]) else f"{NO_COUNT}/{int(row['total'])}",
            "share": str(row["percent_reported_pct"]),
            "interval": "",
            "value": float(row["percent_reported_pct"]),
            "low": None,
            "high": None,
        }
    low, high = exact_interval(events, total)
    return {
        "count": f"{events}/{total}",
        "share": format_percent(events / total).removesuffix("%"),
        "interval": short_interval(low, high),
        "value": 100 * events / total,
        "low": 100 * low,
        "high": 100 * high,
    }


def find_wider(evidence: Evidence, row: Mapping, told: Iterable[dict]) -> dict | None:
    """The result of the same patients by the widest definition that is told of them, where it is wider.

    Another report of the study may tell it: as many patients of one study and arm are the same. A percentage
    without a count is compared with another such of its cohort.
    """
    nested = pooled_codes(evidence, "outcomes")
    if row["outcome"] not in nested:
        return None
    place = nested.index(row["outcome"])
    printed = "percent_reported_pct" if pd.isna(row["events"]) else "events"
    wider = [
        other
        for other in told
        if _same_patients(evidence, other, row)
        and whole(other["total"]) == whole(row["total"])
        and (other["base"], other["assessed_at"]) == (row["base"], row["assessed_at"])
        and other["outcome"] in nested[:place]
        and pd.isna(other["events"]) == pd.isna(row["events"])
        and not pd.isna(other[printed])
        and float(other[printed]) > float(row[printed])
    ]
    return max(wider, key=lambda other: float(other[printed]), default=None)


def _same_patients(evidence: Evidence, one: Mapping, other: Mapping) -> bool:
    """Whether two rows of one size are of the same patients: a cohort's, or those of a study's arm."""
    if one["cohort_id"] == other["cohort_id"]:
        return True
    kin = kinship(evidence)
    alike = one["c_study_id"] == other["c_study_id"]
    return alike and not pd.isna(one["total"]) and kin.arm(one["cohort_id"]) == kin.arm(other["cohort_id"])


def say_wider(evidence: Evidence, row: Mapping) -> str:
    """'CR or CRp 16/22 (73%)', or the percentage alone where no count is reported."""
    words = short_outcome(evidence.label("outcomes", "outcome", row["outcome"]))
    if pd.isna(row["events"]):
        return f"{words} {row['percent_reported_pct']}%"
    return f"{words} {format_count(int(row['events']), int(row['total']))}"


def titles(blocks: Sequence[Block]) -> list[str]:
    """The headings, saying which are of context where others are not."""
    parted = len({block.context for block in blocks}) > 1
    return [f"{CONTEXT}: {block.title}" if parted and block.context else block.title for block in blocks]


def say_marks(blocks: Sequence[Block], main: str) -> str:
    """What one must know to read the picture; `main` is the family of rows under no regimen's name."""
    words = ["One row a study, or an arm of one. Lines and brackets: exact 95% confidence intervals."]
    if any(block.context for block in blocks):
        words.append("Grey: not under review, kept for context.")
    if any(block.pools for block in blocks):
        words.append("Diamond: the median pooled from the filled rows, with its 95% interval.")
    if any(line.low is None for block in blocks for line in block.lines):
        words.append("A mark without a line: a percentage whose count is not reported.")
    if main:
        words.append(f"Where no regimen is named: {main}.")
    return " ".join(words)


def explain(evidence: Evidence, blocks: Sequence[Block]) -> str:
    """What the numbers mean, and what does not stand in the picture."""
    lines = [line for block in blocks for line in block.lines]
    words = [NEW_STUDY if any(block.pools for block in blocks) else UNPOOLED]
    if again := _in_several(evidence, lines):
        words.append(f"One study in several populations, whose patients may stand twice: {'; '.join(again)}.")
    if any(evidence.overlaps[line.study] for line in lines):
        words.append(ONE_OF_SHARED)
    return " ".join(words)


def _in_several(evidence: Evidence, lines: Sequence[Line]) -> list[str]:
    """Each study in several populations by its reports, 'Roe 2018b and Roe 2023a', or by its only one.

    But for studies whose cohorts in them are declared to share no patient.
    """
    kin = kinship(evidence)
    told: dict[str, list[tuple[str, tuple, str]]] = {}
    for line in lines:
        cohort = evidence.row(line.figures[0].row_id)["cohort_id"]
        told.setdefault(line.study, []).append((line.name, line.population, cohort))
    return [
        " and ".join(sorted({name for name, _, _ in places}))
        for places in told.values()
        if any(
            place != other_place and not kin.apart(cohort, other)
            for (_, place, cohort), (_, other_place, other) in combinations(places, 2)
        )
    ]


def leave_smallest(blocks: Sequence[Block], most: int) -> tuple[list[Block], str]:
    """Blocks of at most `most` studies, the largest and all that are pooled; which are left out, in words.

    A percentage without N has the size of its group: the largest series were once left out as the smallest.
    """
    lines = [line for block in blocks for line in block.lines]
    free = sorted((line.size for line in lines if not line.pooled), reverse=True)
    room = most - (len(lines) - len(free))
    if room >= len(free):
        return list(blocks), ""
    least = free[max(room, 0)] + 1
    kept = []
    for block in blocks:
        items = [
            item for item in block.items if not isinstance(item, Line) or item.pooled or item.size >= least
        ]
        # A family's heading stays only where something is left under it.
        items = [
            item
            for item, after in zip_longest(items, items[1:], fillvalue="")
            if not isinstance(item, str) or not isinstance(after, str)
        ]
        if items:
            kept.append(replace(block, items=tuple(items)))
    told = [f"studies of fewer than {least} patients that are in no primary pool"] if least > 1 else []
    told += ["percentages of groups whose size is not reported"] if not free[-1] else []
    return kept, f" In the table alone: {', and '.join(told)}."


def describe(blocks: Sequence[Block]) -> str:
    """The figure in words: every row where they are few, else the ends of each population and the pools."""
    many = sum(len(block.items) for block in blocks) > TOLD
    parts = []
    for title, block in zip(titles(blocks), blocks, strict=True):
        lines, heads = block.lines, block.heads
        told = [f"{pool.label}, {pool.outcome}: {pool.share}%, {pool.interval}." for pool in block.pools]
        if many and len(lines) > 2:
            ends = (choose(lines, key=lambda line: line.value) for choose in (min, max))
            words = " to ".join(_say_line(line, heads[id(line)]) for line in ends)
            told.append(f"{_count_studies(lines)}, from {words}.")
        else:
            told += [f"{_say_line(line, heads[id(line)])}." for line in lines]
        parts.append(f"{title}: {' '.join(told)}")
    return " ".join([*parts, *(["Each row is in the table that follows."] if many else [])])


def _count_studies(lines: Sequence[Line]) -> str:
    studies = len({line.study for line in lines})
    told = say_studies(studies)
    return told if studies == len(lines) else f"{len(lines)} rows of {told}"


def say_counted(line: Line) -> str:
    """What was counted, and of whom or by which limit, in one phrase."""
    between = " " if line.whom.startswith("of ") else ", "
    return f"{line.outcome}{between}{line.whom}" if line.whom else line.outcome


def _say_line(line: Line, head: str) -> str:
    count = f" ({line.count})" if line.low is not None else ""
    who = f" ({'; '.join(filter(None, (line.who, head)))})" if line.who or head else ""
    return f"{line.label}{who}, {say_counted(line)} {line.share}%{count}"


def tabulate(blocks: Sequence[Block], title: str) -> HtmlTable:
    """Every row with its figures, and why it is not pooled."""
    columns = [
        Column("Study"),
        Column("Outcome"),
        Column("Events/total (%)", True),
        Column("95% CI, exact", True),
        Column("Widest definition", True),
        Column("Pooled, or why not"),
    ]
    rows = []
    for name, block in zip(titles(blocks), blocks, strict=True):
        if not isinstance(block.items[0], str):  # a lesser heading is told with the one it stands under
            rows.append(Row([name], heading=True))
        for item in block.items:
            if isinstance(item, str):
                rows.append(Row([f"{name}; {item}"], heading=True))
            elif isinstance(item, Pool):
                count = f"{item.share}% of {item.patients}"
                rows.append(Row([item.label, item.outcome, count, item.interval, "", item.note]))
            else:
                study = [item.label, *([item.who] if item.who else [])]
                outcome = [item.outcome, *([item.whom] if item.whom else [])]
                shown = [
                    *([f"{item.count} ({item.share}%), the sum of"] if len(item.figures) > 1 else []),
                    *item.figures,
                ]
                rows.append(
                    Row([study, outcome, shown, item.interval, item.wider_words, item.reason or "pooled"])
                )
    return HtmlTable(f"{title}, numbers", columns, rows)
