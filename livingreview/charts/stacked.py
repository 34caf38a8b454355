"""What became of all patients of a cohort: one bar, parted by the kind of response, never adding overlaps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from livingreview.charts.labels import by_population, name_lines
from livingreview.charts.selection import one_of_each, whole_reports
from livingreview.charts.sheet import FEWEST_MARKS, LEADING, PERCENT, QUIET, SMALL, Sheet, SheetFigure, wrap
from livingreview.charts.words import measure
from livingreview.display.html import Column, HtmlTable, Row, Stack
from livingreview.display.numbers import format_percent, make_figure
from livingreview.evidence import Evidence
from livingreview.tables.common import group_by, text, with_cohorts
from livingreview.tables.counts import EVERYONE, base_of

# Part of the bar -> its words and letter, its colour and how dark that is. The order is that of the bar.
PARTS = {
    "complete": ("complete remission", "C", "pooled", 0.5),
    "incomplete": ("remission with less than full recovery of counts", "I", "pooled", 0.2),
    "remission": ("remission, kinds not told apart", "R", "pooled", 0.35),
    "partial": ("partial remission", "P", "treated", 0.25),
    "response": ("other response, kind not told", "O", "treated", 0.45),
    "refractory": ("refractory or failed", "F", "harm", 0.22),
    "early_death": ("death during treatment", "D", "harm", 0.55),
}
ENDS = ("refractory", "early_death")
LEAST = 10  # patients of a cohort that is drawn
LEAST_TOLD = 3  # outcomes that a report counts from the same patients
EMPTY = "No report of this class counts three kinds of response from the same patients."
NOTE = (
    "A wider definition of response holds the narrower one: what it adds is drawn, not its whole. Failures "
    "and deaths during treatment are drawn only where the report counts them apart from responses."
)


@dataclass(frozen=True)
class Split:
    """How one cohort's patients are parted.

    Attributes
    ----------
    parts : mapping of str to int
        Patients of each part of `PARTS` that is known; they share no patient.
    rows : tuple of dict
        The evidence rows it was worked out from, all of one cohort and one total.
    """

    parts: Mapping[str, int]
    rows: tuple[dict, ...]

    @property
    def total(self) -> int:
        """Patients, the denominator of every count."""
        return int(self.rows[0]["total"])

    @property
    def rest(self) -> int:
        """Patients of whom nothing is reported."""
        return self.total - sum(self.parts.values())


def split_counts(evidence: Evidence, rows: Sequence[dict]) -> Split | None:
    """Counts of one cohort and total as parts that share no patient; None where they contradict each other.

    Of several counts of one step the largest is taken. Failures and deaths are parts only where the data
    declare them exclusive of a response (one `partition`): else who responded and died early would be counted
    twice.
    """
    field = evidence.package.field("outcomes", "outcome")
    told: dict[str, dict] = {}
    for row in rows:
        step = field.step(row["outcome"])
        if step in PARTS and (step not in told or row["events"] > told[step]["events"]):
            told[step] = row
    exclusive = {text(row["partition"]) for step, row in told.items() if step not in ENDS} - {""}
    told = {
        step: row for step, row in told.items() if step not in ENDS or text(row["partition"]) in exclusive
    }
    parts = _part({step: int(row["events"]) for step, row in told.items()})
    if not parts or min(parts.values()) < 0:
        return None
    split = Split({step: parts[step] for step in PARTS if step in parts}, tuple(told.values()))
    return split if split.rest >= 0 else None


def _part(counts: Mapping[str, int]) -> dict[str, int]:
    """Counts of steps without what one of them holds of another: a remission less the complete ones."""
    parts = dict(counts)
    if "remission" in parts:
        parts.pop("incomplete", None)
        if "complete" in parts:
            parts["incomplete"] = parts.pop("remission") - parts["complete"]
    if "response" in parts:
        held = sum(parts.get(step, 0) for step in ("complete", "incomplete", "remission", "partial"))
        parts["response"] -= held
        if held and not parts["response"]:
            del parts["response"]
    return parts


def split_cohorts(evidence: Evidence) -> list[Split]:
    """Cohorts whose report counts at least `LEAST_TOLD` kinds of response from the same patients.

    Of cohorts that may share patients the one of which most is told, of equals the largest.
    """
    rows = [
        row
        for row in whole_reports(evidence, with_cohorts(evidence, "outcomes"))
        if base_of(evidence, row["denominator"]) == EVERYONE
        and not pd.isna(row["events"])
        and not pd.isna(row["total"])
    ]
    splits = [
        split
        for same in group_by(rows, "cohort_id", "denominator", "total").values()
        if (split := split_counts(evidence, same)) is not None
        and len({row["outcome"] for row in same if _step(evidence, row) in PARTS}) >= LEAST_TOLD
        and len(split.parts) > 1
        and split.total >= LEAST
    ]
    return one_of_each(
        evidence, splits, lambda split: split.rows[0], lambda split: (len(split.parts), split.total)
    )


def _step(evidence: Evidence, row: Mapping) -> str:
    return evidence.package.field("outcomes", "outcome").step(row["outcome"])


def draw_stacked_response(evidence: Evidence, *, title: str) -> Stack:
    """One bar a cohort, parted by what became of its patients; what is not reported is hatched.

    See `split_cohorts` for which cohorts, and `split_counts` for what is never added. Of very few parts the
    table alone is shown.
    """
    splits = split_cohorts(evidence)
    if not splits:
        return Stack([], EMPTY)
    split_of = {split.rows[0]["row_id"]: split for split in splits}
    strata = []
    for name, rows in by_population(evidence, [split.rows[0] for split in splits]):
        part = sorted((split_of[row["row_id"]] for row in rows), key=lambda split: -split.total)
        labels = name_lines(evidence, title, name, [split.rows[0] for split in part])
        strata.append((name, list(zip(labels, part, strict=True))))
    words = " ".join(f"{label}: {_tell(split)}." for _, lines in strata for label, split in lines)
    table = _table(evidence, strata, title)
    if sum(len(split.parts) for split in splits) < FEWEST_MARKS:
        return Stack([table])
    return Stack([SheetFigure(title, lambda sheet: _lay_out(sheet, evidence, strata), words, table, NOTE)])


def _tell(split: Split) -> str:
    told = [f"{count} {PARTS[step][0]}" for step, count in split.parts.items()]
    rest = [f"{split.rest} not reported"] if split.rest else []
    return f"of {split.total} patients {', '.join([*told, *rest])}"


def _table(evidence: Evidence, strata: Sequence[tuple[str, list]], title: str) -> HtmlTable:
    columns = [Column("Cohort"), Column("Parted"), Column("As reported"), Column("Counted from")]
    rows = []
    for name, lines in strata:
        rows.append(Row([name], heading=True))
        for label, split in lines:
            told = [f"{count} {PARTS[step][0]}" for step, count in split.parts.items()]
            figures = [
                make_figure(
                    evidence, row, f"{evidence.label('outcomes', 'outcome', row['outcome'])}: {row['events']}"
                )
                for row in split.rows
            ]
            whom = evidence.label("outcomes", "denominator", split.rows[0]["denominator"])
            rows.append(Row([label, told, figures, f"{split.total}, {whom}"]))
    return HtmlTable(f"{title}, as reported", columns, rows)


def _lay_out(sheet: Sheet, evidence: Evidence, strata: Sequence[tuple[str, list]]) -> None:
    left = 0.0 if sheet.phone else 280.0
    for name, lines in strata:
        sheet.height += 14 if sheet.height else 8
        sheet.height += sheet.block(0, sheet.height, name, sheet.width, bold=True)
        for label, split in lines:
            _draw_split(sheet, evidence, label, split, left)
    _draw_axis(sheet, left)
    _draw_key(sheet, [split for _, lines in strata for _, split in lines])


def _draw_split(sheet: Sheet, evidence: Evidence, label: str, split: Split, left: float) -> None:
    words = wrap(f"{label}, n = {split.total}", sheet.width if sheet.phone else left - 12)
    head = LEADING * len(words) + 2 if sheet.phone else 0
    height = head + 30 if sheet.phone else max(30, LEADING * len(words) + 8)
    middle = sheet.height + (head + 12 if sheet.phone else height / 2)
    with sheet.row(make_figure(evidence, split.rows[0]), sheet.height, height, width=left or sheet.width):
        sheet.block(0, sheet.height + 7 if sheet.phone else middle, words, middle=not sheet.phone)
    room = sheet.width - left
    x = left
    for step, count in split.parts.items():
        wide = room * count / split.total
        row = next((row for row in split.rows if _step(evidence, row) == step), split.rows[0])
        with sheet.row(make_figure(evidence, row), middle - 10, 20, x=x, width=wide):
            _draw_part(sheet, step, count, split.total, x, middle, wide)
        x += wide
    if split.rest:
        sheet.hatch(x + 1, middle - 9, room - (x - left) - 1, 18)
    sheet.height += height


def _draw_part(sheet: Sheet, step: str, count: int, total: int, x: float, middle: float, wide: float) -> None:
    _, letter, color, opacity = PARTS[step]
    sheet.rect(x, middle - 9, max(wide - 1, 0.5), 18, fill=color, opacity=opacity)
    share = format_percent(Fraction(count, total))
    for words in (f"{letter} {count} ({share})", f"{letter} {count}", f"{count}", letter):
        if measure(words, size=SMALL) + 6 <= wide:
            sheet.text(x + 4, middle, words, size=SMALL)
            break


def _draw_axis(sheet: Sheet, left: float) -> None:
    room = sheet.width - left
    y = sheet.height + 4
    for share in PERCENT:
        x = left + room * share / 100
        sheet.line(x, y, x, y + 4, color="quiet")
        align = "left" if share == 0 else "right" if share == 100 else "center"
        sheet.text(x, y + 12, f"{share}%", **QUIET, align=align)
    sheet.height = y + 18


def _draw_key(sheet: Sheet, splits: Sequence[Split]) -> None:
    def box(color: str, opacity: float, letter: str):
        def draw(x: float, y: float) -> None:
            sheet.rect(x - 6, y - 7, 14, 14, fill=color, opacity=opacity)
            sheet.text(x + 1, y, letter, size=SMALL, align="center")

        return draw

    used = {step for split in splits for step, count in split.parts.items() if count}
    marks = [
        (box(color, opacity, letter), words)
        for step, (words, letter, color, opacity) in PARTS.items()
        if step in used
    ]
    if any(split.rest for split in splits):
        marks.append((lambda x, y: sheet.hatch(x - 6, y - 6, 12, 12), "not reported, or may overlap"))
    sheet.height += 14
    sheet.height += sheet.key(sheet.height, marks)
