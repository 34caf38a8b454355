"""Forest plots of outcome counts: what is pooled is what is drawn, and no success is mixed with a failure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from livingreview.charts.marks import (
    count_row,
    explain_marks,
    lone_source,
    name_chart,
    name_cohort,
    pooled_row,
    stack_parts,
    sum_row,
)
from livingreview.charts.render import ChartFigure
from livingreview.charts.rows import ChartRow, draw_rows
from livingreview.charts.selection import (
    arms_together,
    by_block,
    choose_drawn,
    drawable_counts,
    main_direction,
    without_complements,
)
from livingreview.display.html import HtmlTable, Stack
from livingreview.evidence import Evidence
from livingreview.tables.choice import Choice
from livingreview.tables.common import capitalise, iterate_strata, text
from livingreview.tables.counts import BASE_NAMES, BASES
from livingreview.tables.labels import distinguish, row_details
from livingreview.tables.outcomes import ABSENT, UNFAVOURABLE, outcome_table, select_outcomes
from livingreview.tables.plan import ARM, synthesis_plan
from livingreview.tables.pool import Entry, Plan


@dataclass(frozen=True)
class _Line:
    """One row to be drawn, before it has its label: rows of one study, and its entry where it is pooled."""

    rows: tuple[dict, ...]
    entry: Entry | None = None
    hollow: bool = False


def draw_forest(
    evidence: Evidence,
    group: str,
    *,
    title: str = "",
    unfavourable: str = UNFAVOURABLE,
    least: int = 5,
    harm_only: bool = False,
) -> Stack:
    """Forest plots of outcome counts with their tables, one per stratum, on the same 0-100% axis.

    Rows are grouped by outcome, since one outcome is not another. The chart shows counts of at least `least`
    patients; the table under it holds every row, with definition, denominator and time point.
    Outcomes that are bad for a patient stand in charts and tables of their own, titled `unfavourable`; with
    `harm_only` they alone are shown.
    """
    field = evidence.package.field("outcomes", "outcome")
    outcomes = select_outcomes(evidence, group)
    kept = {row["row_id"] for row in without_complements(evidence, outcomes, group)}
    titles = {False: title, True: unfavourable}
    main = main_direction(field, group) == "bad"
    found: dict[bool, list] = {False: [], True: []}
    for name, part in iterate_strata(evidence, outcomes):
        drawable = [row for row in drawable_counts(part) if row["row_id"] in kept]
        chosen = choose_drawn(evidence, drawable, "outcome", least=least)
        for bad, words in titles.items():
            rows = [row for row in part if (field.direction(row["outcome"]) == "bad") == bad]
            own = [c for c in chosen if (field.direction(c.rows[0]["outcome"]) == "bad") == bad]
            # One count is drawn where it is what the display is about and more is told of these patients.
            enough = len(own) > 1 or (own and bad == main and len(chosen) > 1)
            if rows and (bad or not harm_only):
                found[bad].append(_draw_stratum(evidence, group, name, rows, own if enough else [], words))
    explained = iter(explain_marks([part for parts in found.values() for part in parts]))
    stacks = [
        stack_parts([next(explained) for _ in parts], titles[bad], ABSENT) for bad, parts in found.items()
    ]
    return Stack([part for stack in stacks for part in stack.parts], ABSENT)


def _draw_stratum(
    evidence: Evidence, group: str, name: str, rows: list[dict], chosen: Sequence[Choice], title: str
) -> ChartFigure | HtmlTable:
    """A chart of what was chosen, with the table of every row; the table alone where nothing was."""
    sums = [choice for choice in chosen if choice.is_sum]
    table = outcome_table(evidence, rows, f"{title}, every result: {name}", sums)
    if not chosen:
        return table
    plans = [plan for plan in synthesis_plan(evidence, (group,)) if plan.decision == "pooled"]
    source = lone_source(evidence, [row for choice in chosen for row in choice.rows])
    drawn: list[ChartRow] = []
    for outcome, block in by_block(chosen, "outcome").items():
        words = evidence.label("outcomes", "outcome", outcome)
        drawn.append(ChartRow(capitalise(words)))
        here = [plan for plan in plans if (plan.stratum, plan.outcome) == (name, words)]
        # A pool may hold a control arm, which is shown beside the arm it is compared with.
        told = {row["row_id"]: row for row in select_outcomes(evidence, group) if row["outcome"] == outcome}
        drawn += _draw_block(evidence, block, here, told, bool(source))
    return draw_rows(drawn, title=name_chart(title, name, source), table=table)


def _draw_block(
    evidence: Evidence,
    block: Sequence[Choice],
    plans: Sequence[Plan],
    told: Mapping[str, dict],
    one_study: bool,
) -> list[ChartRow]:
    """The rows of one outcome: under a pooled value exactly what went into it, then what did not, and why."""
    ordered = arms_together(evidence, block)
    if not plans:
        return _label_lines(evidence, [_Line(choice.rows) for choice in ordered], one_study)
    drawn, pooled = [], set()
    for plan in plans:
        entries = sorted(plan.entries, key=lambda entry: -entry.total)
        lines = [_Line(tuple(told[row_id] for row_id in entry.row_ids), entry) for entry in entries]
        drawn += [*_label_lines(evidence, lines, one_study), pooled_row(plan)]
        pooled |= {entry.study_id for entry in entries}
    rest = [choice for choice in ordered if choice.study_id not in pooled]
    reasons: dict[str, list[_Line]] = {}
    for choice in rest:
        reasons.setdefault(_why_not(choice, plans), []).append(_Line(choice.rows, hollow=True))
    for reason, lines in reasons.items():
        drawn.append(ChartRow(f"Not pooled: {reason}"))
        drawn += _label_lines(evidence, lines, one_study)
    return drawn


def _why_not(choice: Choice, plans: Sequence[Plan]) -> str:
    """Why a study's count is not among those pooled, in few words."""
    first = choice.rows[0]
    if text(first["c_arm_at"]) == "control":
        return ARM
    for plan in plans:
        for row_id, _, reason in plan.left_out:
            if row_id == first["row_id"]:
                return reason.split(":")[0].split(";")[0]
    return f"counted from {BASE_NAMES[BASES[first['denominator']]]}"


def _label_lines(evidence: Evidence, lines: Sequence[_Line], one_study: bool) -> list[ChartRow]:
    def base(row: Mapping) -> str:
        name = name_cohort(evidence, row, one_study=one_study)
        when = f", {row['timepoint']}" if text(row.get("timepoint")) else ""
        limit = mrd_limit(row) if groups.get(row["outcome"]) == "mrd" else ""
        return f"{name}{'' if row['rebased'] else _whom(row)}{when}{limit}"

    groups = evidence.package.field("outcomes", "outcome").groups

    first = [line.rows[0] | {"rebased": bool(line.entry and line.entry.rebased)} for line in lines]
    labels = distinguish(first, base, row_details(evidence, "outcomes"))
    return [_draw_line(evidence, line, label) for line, label in zip(lines, labels, strict=True)]


def mrd_limit(row: Mapping) -> str:
    """', limit 0.01%': below what MRD counts as negative, where it is told; limits differ tenfold."""
    definition = text(row["definition"])
    if found := re.search(r"(?<![\d.])0?\.\d+ ?%", definition):
        return f", limit {found[0]}"
    return ", limit 0.01%" if re.search(r"10\^?[-−–]4|1 in 10[ ,]?000", definition) else ""


def _whom(row: Mapping) -> str:
    """' (responders)': whom a count is of, where that is not all patients treated."""
    if row["denominator"] == "not_reported":
        return " (of whom is not printed)"
    return "" if row["denominator"] in ("treated", "subgroup") else f" ({row['denominator']})"


def _draw_line(evidence: Evidence, line: _Line, label: str) -> ChartRow:
    if len(line.rows) > 1:
        rebased = bool(line.entry and line.entry.rebased)
        drawn = sum_row(evidence, line.rows, whom="" if rebased else _whom(line.rows[0]))
    elif line.entry and line.entry.rebased:
        again = line.rows[0] | {"total": line.entry.total}
        drawn = count_row(evidence, again, f"{label}, counted again from all enrolled")
    else:
        drawn = count_row(evidence, line.rows[0], label)
    # Where something is pooled, filled means pooled; elsewhere what is restated is hollow.
    return replace(drawn, hollow=line.hollow) if line.hollow or line.entry else drawn
