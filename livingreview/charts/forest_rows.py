"""What the compact forest shows, row by row, in words and as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from livingreview.charts.sheet import RESTATED
from livingreview.display.html import Column, HtmlTable, Row
from livingreview.display.numbers import Figure

TOLD = 15  # most rows that a description tells one by one


@dataclass(frozen=True)
class Line:
    """One row of the forest.

    Attributes
    ----------
    label, outcome, whom : str
        Study; what was counted; of whom, where that is not all patients treated.
    count, share, interval : str
        'n/N', the percentage and its limits, as written.
    value, low, high, wider : float or None
        Per cent: the share, its exact 95% interval, and the share by the widest definition of the report.
    patients : int or None
        N, which sizes the mark.
    figures : tuple of Figure
        The rows behind it; the first is where the row leads.
    reason : str
        Why it is in no pool; '' where it is in one.
    second_hand : bool
        Whether another publication restates it.
    """

    label: str
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
    figures: tuple[Figure, ...]
    reason: str
    second_hand: bool

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
    outer: tuple[float, float] | None
    share: str
    interval: str
    note: str


@dataclass(frozen=True)
class Block:
    """One population: its rows and pooled values in reading order, families of regimens by their names."""

    title: str
    items: tuple[Line | Pool | str, ...]

    @property
    def lines(self) -> list[Line]:
        """The rows of studies."""
        return [item for item in self.items if isinstance(item, Line)]

    @property
    def pools(self) -> list[Pool]:
        """The pooled values."""
        return [item for item in self.items if isinstance(item, Pool)]


NEW_STUDY = (
    "Dashed line, a new study: where the rate of one more study of such patients, elsewhere, would be "
    "expected to lie (for 95 of 100 such studies). Tables say “of the next 100”: that study's first 100 "
    "patients, among whom chance moves the count a little further."
)


def explain(blocks: Sequence[Block], main: str) -> str:
    """What the marks mean that the picture's own key does not say."""
    lines = [line for block in blocks for line in block.lines]
    words = ["One row a study. Lines and brackets: exact 95% confidence intervals."]
    if any(block.pools for block in blocks):
        words.append("Diamond: the median pooled from the filled rows, with its 95% interval.")
        if any(pool.outer for block in blocks for pool in block.pools):
            words.append(NEW_STUDY)
    else:
        words.append("No studies may be pooled; the table says why.")
    if any(line.low is None for line in lines):
        words.append("A mark without a line: a percentage whose count is not reported.")
    if any(line.second_hand for line in lines):
        words.append(RESTATED)
    if main:
        words.append(f"Where no regimen is named: {main}.")
    return " ".join(words)


def describe(blocks: Sequence[Block]) -> str:
    """The figure in words: every row where they are few, else the ends of each population and the pools."""
    many = sum(len(block.items) for block in blocks) > TOLD
    parts = []
    for block in blocks:
        lines = block.lines
        told = [f"{pool.label}, {pool.outcome}: {pool.share}%, {pool.interval}." for pool in block.pools]
        if many and len(lines) > 2:
            ends = min(lines, key=lambda line: line.value), max(lines, key=lambda line: line.value)
            told.append(f"{len(lines)} studies, from {' to '.join(map(_say_line, ends))}.")
        else:
            told += [f"{_say_line(line)}." for line in lines]
        parts.append(f"{block.title}: {' '.join(told)}")
    return " ".join([*parts, *(["Each row is in the table that follows."] if many else [])])


def _say_line(line: Line) -> str:
    count = f" ({line.count})" if line.low is not None else ""
    return f"{line.label}, {line.outcome}{' ' if line.whom else ''}{line.whom} {line.share}%{count}"


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
    for block in blocks:
        if not isinstance(block.items[0], str):  # the heading of a family names the population as well
            rows.append(Row([block.title], heading=True))
        for item in block.items:
            if isinstance(item, str):
                rows.append(Row([f"{block.title}: {item}"], heading=True))
            elif isinstance(item, Pool):
                count = f"{item.share}% of {item.patients}"
                rows.append(Row([item.label, item.outcome, count, item.interval, "", item.note]))
            else:
                outcome = [item.outcome, *([item.whom] if item.whom else [])]
                shown = [
                    *([f"{item.count} ({item.share}%), the sum of"] if len(item.figures) > 1 else []),
                    *item.figures,
                ]
                rows.append(
                    Row(
                        [item.label, outcome, shown, item.interval, item.wider_words, item.reason or "pooled"]
                    )
                )
    return HtmlTable(f"{title}, numbers", columns, rows)
