"""From treatment to survival, study by study: each step a count of all patients treated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

import pandas as pd

from livingreview.charts.labels import by_population, name_lines
from livingreview.charts.selection import one_of_each, whole_reports
from livingreview.charts.sheet import FEWEST_MARKS, LEADING, QUIET, SMALL, Sheet, SheetFigure, wrap
from livingreview.display.html import Column, HtmlTable, Row, Stack
from livingreview.display.numbers import (
    format_number,
    format_percent,
    make_figure,
)
from livingreview.evidence import Evidence
from livingreview.tables.choice import kinship
from livingreview.tables.common import group_by, text, with_cohorts
from livingreview.tables.counts import EVERYONE, base_of, is_evaluable, pooled_codes, timed_codes

# Each step of the funnel: the steps of the schema that tell it, and what its column is called.
STEPS = {
    "remission": ("complete", "remission"),
    "mrd_negative": ("mrd_negative",),
    "transplant": ("transplant",),
    "alive": ("alive",),
}
LEAST, LEAST_OF_MANY = 10, 30  # patients of a study that is drawn; where there are many of them
MANY = 14  # lines
LEAST_STEPS = 2  # steps known beside the number treated


class Estimate(NamedTuple):
    """Survival at a time as estimated from censored times: no count. `share` is 0-1."""

    row: dict
    share: float
    months: float


@dataclass(frozen=True)
class Flow:
    """One study, or one arm of a randomised trial, on its way from treatment to survival.

    Attributes
    ----------
    study_id, arm : str
        The study, and the arm; '' where there is none.
    base : dict
        The evidence row whose total is all patients treated.
    counts : mapping of str to dict
        For each step that is counted of all treated, its evidence row.
    alive : Estimate or None
        Survival where it is estimated and not counted.
    """

    study_id: str
    arm: str
    base: dict
    counts: Mapping[str, dict]
    alive: Estimate | None = None

    @property
    def treated(self) -> int:
        """All patients treated."""
        return int(self.base["total"])

    @property
    def known(self) -> int:
        """Steps told, beside the number treated."""
        return len(self.counts) + (self.alive is not None)

    @property
    def rows(self) -> list[dict]:
        """Every evidence row behind it, the base only where it is a step itself."""
        return [*self.counts.values(), *([self.alive.row] if self.alive else [])]


def trace_flows(evidence: Evidence) -> list[Flow]:
    """One flow a study and stratum with counts of all treated; of studies that share patients one.

    Rows of included reports, and of others where they repeat what is known of a whole cohort. A count of
    responders counts of all treated where its total is the remissions drawn; one of patients assessed does
    not, as nothing is known of the rest. Of several counts of a step the largest is taken: the widest
    definition of remission, since residual disease is told of it.
    """
    field = evidence.package.field("outcomes", "outcome")
    step_of = {step: name for name, steps in STEPS.items() for step in steps}
    told = [
        row | {"step": step_of[field.step(row["outcome"])]}
        for row in whole_reports(evidence, with_cohorts(evidence, "outcomes"))
        if field.step(row["outcome"]) in step_of and not pd.isna(row["events"]) and not pd.isna(row["total"])
    ]
    kin = kinship(evidence)
    units: dict[tuple[str, str], list[dict]] = {}
    for row in told:
        units.setdefault((evidence.cohort_studies[row["cohort_id"]], kin.arm(row["cohort_id"])), []).append(
            row
        )
    flows = [
        flow
        for (study, arm), rows in units.items()
        for flow in _flows_of(evidence, study, arm, rows)
        if flow.treated >= LEAST
    ]
    kept = one_of_each(evidence, flows, lambda flow: flow.base, lambda flow: (flow.known, flow.treated))
    told = {flow.study_id for flow in kept if flow.known >= LEAST_STEPS}
    return [flow for flow in kept if flow.known >= LEAST_STEPS or (flow.arm and flow.study_id in told)]


def _flows_of(evidence: Evidence, study: str, arm: str, rows: Sequence[dict]) -> list[Flow]:
    """Every flow that the counts of one study allow: one a cohort whose patients are all counted."""
    whole = [row for row in rows if _is_of_all(evidence, row)]
    return [
        _flow(evidence, study, arm, same, rows) for same in group_by(whole, "cohort_id", "total").values()
    ]


def _is_of_all(evidence: Evidence, row: Mapping) -> bool:
    """Whether a row counts from all patients: also from evaluable ones where all enrolled were."""
    every = not pd.isna(row["c_n_enrolled"]) and row["total"] == row["c_n_enrolled"]
    return base_of(evidence, row["denominator"]) == EVERYONE and (every or not is_evaluable(evidence, row))


def _flow(evidence: Evidence, study: str, arm: str, same: Sequence[dict], rows: Sequence[dict]) -> Flow:
    base = max(same, key=lambda row: (row["step"] == "remission", _rank(evidence, row)))
    counts = {"remission": base} if base["step"] == "remission" else {}
    for step in list(STEPS)[1:]:
        like = [row for row in rows if row["step"] == step and _counts_of(evidence, base, row)]
        own = [row for row in like if row["report_id"] == base["report_id"]] or like
        if own:
            counts[step] = max(own, key=lambda row: _rank(evidence, row))
    estimate = None if "alive" in counts else _estimate(evidence, base)
    return Flow(study, arm, base, counts, estimate)


def _rank(evidence: Evidence, row: Mapping) -> tuple[int, int, int]:
    """Of several counts of a step that of the most patients, then the widest, then the latest stands."""
    wide, times = pooled_codes(evidence, "outcomes"), timed_codes(evidence)
    width = -wide.index(row["outcome"]) if row["outcome"] in wide else -len(wide)
    late = times.index(row["assessed_at"]) if row["assessed_at"] in times else -1
    return int(row["total"]), width, late


def _counts_of(evidence: Evidence, base: Mapping, row: Mapping) -> bool:
    """Whether a count is one of the same patients as the base, all of them.

    Within a report the row's cohort is the base's own or part of it. Another report of the study (rows of one
    arm only come here) tells of the same patients where both are whole and equal in number.
    """
    here = row["report_id"] == base["report_id"]
    inside = base["cohort_id"] in kinship(evidence).line(row["cohort_id"]) or (
        not here and row["c_setting"] == base["c_setting"] and row["c_age_group"] == base["c_age_group"]
    )
    if not inside:
        return False
    if _is_of_all(evidence, row):
        return row["total"] == base["total"]
    whom = evidence.package.field("outcomes", "denominator").step(row["denominator"])
    return whom == "responders" and base["step"] == "remission" and row["total"] == base["events"]


def _estimate(evidence: Evidence, base: Mapping) -> Estimate | None:
    """The latest printed survival of the same cohort, as a proportion at a time."""
    field = evidence.package.field("survival", "endpoint")
    landmarks = [
        row
        for row in with_cohorts(evidence, "survival")
        if row["cohort_id"] == base["cohort_id"]
        and field.step(row["endpoint"]) == "alive"
        and (row["statistic"], row["unit"]) == ("landmark", "pct")
        and not text(row["group"])
    ]
    if not landmarks:
        return None
    last = max(landmarks, key=lambda row: row["time_months"])
    return Estimate(last, float(last["estimate"]) / 100, float(last["time_months"]))


NAMES = {
    "treated": ("Patients", "Patients"),
    "remission": ("Remission", "Remission"),
    "mrd_negative": ("MRD negative", "MRD neg."),
    "transplant": ("Transplant", "Transplant"),
    "alive": ("Alive", "Alive"),
}  # step: on a desk, on a phone
NOTE = (
    "Every bar is a share of all patients: of an arm those randomised, else those treated or enrolled. "
    "Of several counts of a step that of the most patients stands, then that by the widest definition, then "
    "the latest. Steps are no order of events: a transplant may have come without remission."
)
NO_COUNT = "no count of all"  # the step may be told of some of them, or as a share
HALF = 8  # pixels, half a bar's height


def draw_funnel(evidence: Evidence, *, title: str) -> Stack:
    """From treatment over remission, MRD and transplant to survival, a line a study; see `trace_flows`.

    Each number is of all patients treated, or it is not drawn: a step without such a count is hatched. A
    survival that is estimated from censored times is outlined and carries a tilde.
    """
    flows = trace_flows(evidence)
    if not flows:
        return Stack([], "No report of this class counts two steps of all its patients.")
    table = _table(evidence, _lines(evidence, flows, title), title)
    if sum(flow.known for flow in flows) < FEWEST_MARKS:
        return Stack([table])
    large = [flow for flow in flows if flow.treated >= LEAST_OF_MANY]
    drawn, note = flows, NOTE
    if len(flows) > MANY and large:
        drawn = large
        note += (
            f" Studies of fewer than {LEAST_OF_MANY} patients ({len(flows) - len(large)}) are in the table."
        )
    if any("alive" in flow.counts for flow in drawn):
        note += " Those alive without a month were counted at the time that the table names."
    strata = _lines(evidence, drawn, title)
    words = " ".join(_tell(line) for _, lines in strata for line in lines)
    return Stack([SheetFigure(title, lambda sheet: _lay_out(sheet, evidence, strata), words, table, note)])


class _Line(NamedTuple):
    """A flow with its label, and whether its population counts remissions at all."""

    label: str
    flow: Flow
    remissions: bool


def _lines(evidence: Evidence, flows: Sequence[Flow], title: str) -> list[tuple[str, list[_Line]]]:
    found = []
    flow_of = {flow.base["row_id"]: flow for flow in flows}
    for name, rows in by_population(evidence, [flow.base for flow in flows]):
        part = [flow_of[row["row_id"]] for row in rows]
        sizes = {study: max(f.treated for f in same) for study, same in _by_study(part).items()}
        part.sort(key=lambda f: (-sizes[f.study_id], f.study_id, f.arm == "control", -f.treated))
        labels = name_lines(evidence, title, name, [flow.base for flow in part])
        counted = any("remission" in flow.counts for flow in part)
        found.append((name, [_Line(label, f, counted) for label, f in zip(labels, part, strict=True)]))
    return found


def _by_study(flows: Iterable[Flow]) -> dict[str, list[Flow]]:
    studies: dict[str, list[Flow]] = {}
    for flow in flows:
        studies.setdefault(flow.study_id, []).append(flow)
    return studies


def _share(flow: Flow, step: str) -> Fraction:
    return Fraction(int(flow.counts[step]["events"]), flow.treated)


def _words(flow: Flow, step: str) -> str:
    """'119 (44%)' of a count, '~33% at 36 months' of an estimate, '' of what is not reported.

    When those counted as alive were so, `_when` says.
    """
    if step == "treated":
        return str(flow.treated)
    if step in flow.counts:
        return f"{flow.counts[step]['events']} ({format_percent(_share(flow, step))})"
    if step == "alive" and flow.alive:
        share = Fraction(str(flow.alive.row["estimate"])) / 100
        return f"~{format_percent(share)} at {format_number(flow.alive.months)} months"
    return ""


def _when(flow: Flow, step: str) -> str:
    """When patients were alive, as reported: 'at 36 months', 'end of follow-up'; '' of other steps."""
    if step != "alive":
        return ""
    if flow.alive:
        return f"at {format_number(flow.alive.months)} months"
    return text(flow.counts[step]["timepoint"], "time not reported") if step in flow.counts else ""


def _tell(line: _Line) -> str:
    steps = (
        f"{NAMES[step][0].lower()} {_words(line.flow, step) or 'not reported'}"
        + (f" ({_when(line.flow, step)})" if step in line.flow.counts and _when(line.flow, step) else "")
        for step in NAMES
        if step != "remission" or line.remissions
    )
    return f"{line.label}: {', '.join(steps).replace('mrd', 'MRD')}."


def _table(evidence: Evidence, strata: Sequence[tuple[str, list[_Line]]], title: str) -> HtmlTable:
    columns = [Column("Study"), *(Column(wide, True) for wide, _ in NAMES.values())]
    rows = []
    for name, lines in strata:
        rows.append(Row([name], heading=True))
        rows += [Row([line.label, *(_cell(evidence, line.flow, step) for step in NAMES)]) for line in lines]
    return HtmlTable(f"{title}, as reported", columns, rows)


def _cell(evidence: Evidence, flow: Flow, step: str) -> object:
    row = _row_of(flow, step)
    if row is None:
        return NO_COUNT
    told: list = [make_figure(evidence, row, str(flow.treated) if step == "treated" else None)]
    if when := _when(flow, step):
        told.append(when)
    if step in flow.counts and (row["total"] is pd.NA or row["total"] != flow.treated):
        told.append(f"of all: {_words(flow, step)}")
    return told if len(told) > 1 else told[0]


def _row_of(flow: Flow, step: str) -> dict | None:
    if step == "treated":
        return flow.base
    return flow.counts.get(step) or (flow.alive.row if step == "alive" and flow.alive else None)


def _lay_out(sheet: Sheet, evidence: Evidence, strata: Sequence[tuple[str, list[_Line]]]) -> None:
    start = 0 if sheet.phone else 270
    column = (sheet.width - start) / len(NAMES)
    for place, (wide, phone) in enumerate(NAMES.values()):
        sheet.text(start + place * column, 8, phone if sheet.phone else wide, **QUIET)
    sheet.line(0, 18, sheet.width, 18)
    sheet.height = 18
    for name, lines in strata:
        sheet.height += 17
        sheet.height += sheet.block(0, sheet.height, name, sheet.width, bold=True) - 4
        for line in lines:
            _draw_line(sheet, evidence, line, start, column)
    _draw_key(sheet, [line for _, lines in strata for line in lines])


def _draw_line(sheet: Sheet, evidence: Evidence, line: _Line, start: float, column: float) -> None:
    words = wrap(line.label, sheet.width if sheet.phone else start - 10)
    head = LEADING * len(words) + 2 if sheet.phone else 0
    height = head + 24 if sheet.phone else max(26, LEADING * len(words) + 8)
    middle = sheet.height + (head + 13 if sheet.phone else height / 2)
    with sheet.row(make_figure(evidence, line.flow.base), sheet.height, height, width=start or sheet.width):
        sheet.block(0, sheet.height + 9 if sheet.phone else middle, words, middle=not sheet.phone)
    for place, step in enumerate(NAMES):
        if step == "remission" and not line.remissions:
            continue
        x, bar = start + place * column, column - (6 if sheet.phone else 10)
        row = _row_of(line.flow, step)
        figure = make_figure(evidence, row) if row else None
        with sheet.row(figure, middle - 12, 24, x=x, width=column):
            _draw_step(sheet, line.flow, step, x, middle, bar)
    sheet.height += height + (4 if sheet.phone else 0)


def _draw_step(sheet: Sheet, flow: Flow, step: str, x: float, middle: float, bar: float) -> None:
    words = _words(flow, step)
    if not words:
        sheet.hatch(x, middle - HALF, bar, 2 * HALF)
        return
    fill, edge = ("line", "control") if flow.arm == "control" else ("treated-tint", "treated")
    if step == "alive" and flow.alive:
        sheet.rect(x, middle + 4, bar, 5)
        sheet.rect(x, middle + 4, bar * flow.alive.share, 5, fill="paper", stroke=edge)
        short = words.replace(" at ", " ").replace(" months", "m")
        sheet.text(x, middle - 4, short if sheet.phone else words.replace("months", "mo."), size=SMALL)
        return
    share = 1 if step == "treated" else float(_share(flow, step))
    sheet.rect(x, middle - HALF, bar, 2 * HALF)
    sheet.rect(x, middle - HALF, bar * share, 2 * HALF, fill=fill)
    sheet.rect(x, middle - HALF, 2.5, 2 * HALF, fill=edge)
    words = words.replace(" (", " · ").rstrip(")") if sheet.phone else words
    sheet.text(x + 6, middle, words, size=SMALL)


def _draw_key(sheet: Sheet, lines: Sequence[_Line]) -> None:
    def box(fill: str, stroke: str | None = None):
        return lambda x, y: sheet.rect(x - 6, y - 5, 12, 10, fill=fill, stroke=stroke)

    flows = [line.flow for line in lines]
    marks = [(box("treated-tint"), "share of all patients")]
    if any(flow.arm == "control" for flow in flows):
        marks.append((box("line"), "the same in a control arm"))
    if any(flow.alive for flow in flows):
        marks.append((box("paper", "treated"), "~ survival estimated at that month, no count"))
    marks.append((lambda x, y: sheet.hatch(x - 6, y - 5, 12, 10), "not reported as a count of all patients"))
    if not all(line.remissions for line in lines):
        marks.append((lambda x, y: None, "empty: no report of this population counts remissions"))
    sheet.height += 16
    sheet.height += sheet.key(sheet.height, marks)
