"""The compact forest: one row a study, populations as headings of one figure, pooled rows first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from livingreview.charts.candidates import candidates, say_left_out
from livingreview.charts.forest_blocks import Stratum, arrange, unnamed_family
from livingreview.charts.forest_rows import (
    Block,
    Line,
    Pool,
    describe,
    explain,
    find_wider,
    leave_smallest,
    say_marks,
    say_times,
    say_wider,
    share_of,
    tabulate,
    write_share,
)
from livingreview.charts.forest_sheet import lay_out_forest
from livingreview.charts.labels import (
    mrd_limit,
    name_population,
    name_reports,
    own_parts,
    own_words,
    short_outcome,
)
from livingreview.charts.selection import group_size, instead_of_figure, larger_groups
from livingreview.charts.sheet import FEWEST_MARKS, SheetFigure
from livingreview.display.html import Stack, fold
from livingreview.display.numbers import format_percent, is_second_hand, make_figure, short_interval
from livingreview.evidence import Evidence
from livingreview.tables.choice import (
    Choice,
    choose_counts,
    is_whole,
    kinship,
    one_of_each_patient,
    patients_once,
)
from livingreview.tables.common import group_by, study_name, whole
from livingreview.tables.counts import (
    EVERYONE,
    LEAST_PATIENTS,
    SMALLEST_PART,
    pooled_codes,
    say_base,
)
from livingreview.tables.labels import distinguish, row_details
from livingreview.tables.plan import alike_counts, synthesis_plan
from livingreview.tables.pool import FAR_FROM_MEDIAN, FEW_STUDIES, KINDS, Plan

MORE = "What is counted, what is left out"  # what the rest of the note says
NO_OTHER = "no other study counts the same"
RESTATES = "restated"  # as cohorts' labels say it too
OTHER_POOLS = (
    "Pools with one rule changed: “What can be pooled?”, where all the evidence of the class stands."
)


def draw_response(
    evidence: Evidence,
    group: str,
    *,
    title: str,
    outcome: str = "",
    least: int = LEAST_PATIENTS,
    most: int = 0,
) -> Stack:
    """One forest of a group of outcomes, those that are good for a patient or, of harm, bad; one row a study.

    Parameters
    ----------
    group : str
        Group of the schema's field ``outcomes.outcome``.
    outcome : str
        What the axis counts, as ``Remission``; '' = the group's title.
    least : int
        Patients below which a count stays in the tables.
    most : int
        Rows beyond which the smallest studies that are in no primary pool are left to the tables, those of
        one size together; 0 = all are drawn.

    Notes
    -----
    The row of a study is its pooled count, else its first outcome in the order of `outcome_ranks` in its
    largest whole cohort (`livingreview.tables.choice`). Control arms are not among them, but where no arm of
    their trial was given what a class asks about: such a trial stands with both.
    """
    told = candidates(evidence, group, least)
    blocks = _make_blocks(evidence, group, told, title)
    if not blocks:
        return Stack([], f"{title}: not counted by any report here.")
    table = tabulate(blocks, title)
    blocks, left = leave_smallest(blocks, most) if most else (blocks, "")
    if sum(len(block.lines) for block in blocks) < FEWEST_MARKS:
        return instead_of_figure(table)
    more = explain(evidence, blocks)
    if not any(block.pools for block in blocks) and _is_pooled_otherwise(evidence, group, told):
        more += f" {OTHER_POOLS}"
    more += f"{say_left_out(evidence, group, least)}{left}"
    counted = outcome or evidence.package.field("outcomes", "outcome").rule(group).title
    layout = lambda sheet: lay_out_forest(sheet, blocks, f"{counted}, % of patients")  # noqa: E731
    ordered = len(blocks) < sum(len(block.lines) for block in blocks)
    note = say_marks(blocks, unnamed_family(evidence, blocks))
    return Stack(
        [SheetFigure(title, layout, describe(blocks), table, note, ordered=ordered, more=(MORE, more))]
    )


def tabulate_response(evidence: Evidence, group: str, *, caption: str, least: int = LEAST_PATIENTS) -> Stack:
    """The rows that `draw_response` would draw as a table, folded; a sentence where there are none."""
    blocks = _make_blocks(evidence, group, candidates(evidence, group, least), caption)
    if not blocks:
        return Stack([], f"{caption}: not counted by any report here.")
    return Stack([fold(replace(tabulate(blocks, caption), caption=caption))])


def _is_pooled_otherwise(evidence: Evidence, group: str, rows: Iterable[dict]) -> bool:
    """Whether studies of what a class asks about are in a pool that changes a rule; others' are not shown."""
    studies = {evidence.cohort_studies[row["cohort_id"]] for row in rows if row["c_part"] == "core"}
    return any(
        plan.decision == "pooled" and studies & {entry.study_id for entry in plan.entries}
        for plan in synthesis_plan(evidence, (group,), tuple(KINDS))
    )


def outcome_ranks(evidence: Evidence, group: str) -> dict[str, int]:
    """The outcomes of a group by preference: the narrowest definition that is pooled first, others last.

    Of the codes that ``pooled_results`` counts under one name the widest stands first there; the others are
    alike. Where nothing is pooled the order is that of the schema.
    """
    field = evidence.package.field("outcomes", "outcome")
    nested = [code for code in pooled_codes(evidence, "outcomes")[::-1] if field.groups.get(code) == group]
    if not nested:
        return {code: place for place, code in enumerate(field.codes_in(group))}
    return {code: nested.index(code) if code in nested else len(nested) for code in field.codes_in(group)}


def _make_blocks(evidence: Evidence, group: str, rows: list[dict], title: str) -> list[Block]:
    plans = synthesis_plan(evidence, (group,))
    ranks = outcome_ranks(evidence, group)
    nested = set(pooled_codes(evidence, "outcomes"))
    drawn = {
        row_id
        for plan in plans
        if plan.decision == "pooled"
        for entry in plan.entries
        for row_id in entry.row_ids
        if not nested or evidence.row(row_id)["outcome"] in nested
    }
    strata = group_by(rows, "population", "c_part", "c_class", "c_family_position", "c_family")
    chosen = {key: _choose(evidence, part, ranks, drawn) for key, part in strata.items()}
    once = {id(choice) for choice in patients_once(evidence, [c for part in chosen.values() for c in part])}
    made = []
    for key, choices in chosen.items():
        kept = [c for c in choices if id(c) in once or c.rows[0]["row_id"] in drawn]
        if kept:
            items = _make_items(evidence, kept, strata[key], plans, ranks)
            rows_drawn = tuple(row for choice in kept for row in choice.rows)
            size = sum(choice.size for choice in kept)
            made.append(Stratum(*key, tuple(items), size, tuple(strata[key]), rows_drawn))
    return arrange(evidence, made, title)


def _choose(evidence: Evidence, rows: list[dict], ranks: Mapping[str, int], drawn: set[str]) -> list[Choice]:
    """One count a study of one population."""
    told = [
        choice
        for part in group_by(rows, "outcome", "base").values()
        for choice in choose_counts(evidence, part, alike=alike_counts, apart=False)[0]
    ]
    told += [
        Choice(evidence.cohort_studies[row["cohort_id"]], (row,), whole(row["total"]) or 0)
        for row in rows
        if row["row_id"] in drawn
    ]
    told += larger_groups(told, rows)
    most: dict[str, int] = {}  # patients of each study's largest group, counted or as a share
    largest: dict[str, int] = {}
    for choice in told:
        most[choice.study_id] = max(group_size(choice.rows), most.get(choice.study_id, 0))
        if is_whole(choice.rows[0]):
            largest[choice.study_id] = max(choice.size, largest.get(choice.study_id, 0))

    def is_drawn(row: Mapping) -> bool:
        return row["row_id"] in drawn

    def rank(choice: Choice) -> tuple:
        first = choice.rows[0]
        return (
            not is_drawn(first),
            first["base"] != EVERYONE,
            not is_whole(first) and 0 < group_size(choice.rows) < SMALLEST_PART * most[choice.study_id],
            not is_whole(first) and choice.size < largest.get(choice.study_id, 0),
            ranks[first["outcome"]],
            pd.isna(first["events"]),
            -choice.size,
            -sum(0 if pd.isna(row["events"]) else row["events"] for row in choice.rows),
        )

    kin = kinship(evidence)
    units: dict[tuple[str, str, str], Choice] = {}
    for choice in sorted(told, key=rank):
        arm = kin.arm(choice.rows[0]["cohort_id"])
        units.setdefault((choice.study_id, choice.regimen, arm), choice)
    pooled = [choice for choice in units.values() if is_drawn(choice.rows[0])]
    shared = {other for choice in pooled for other in evidence.overlaps[choice.study_id]}
    rest = [choice for choice in units.values() if choice not in pooled and choice.study_id not in shared]
    return [*pooled, *one_of_each_patient(evidence, rest)[0]]


def _make_items(
    evidence: Evidence,
    choices: Sequence[Choice],
    rows: Sequence[dict],
    plans: Sequence[Plan],
    ranks: Mapping[str, int],
) -> list[Line | Pool]:
    """What one family's studies show of one population: pools with their rows, then the other rows."""
    here = {row["row_id"] for row in rows}
    pools = [
        plan
        for plan in plans
        if plan.decision == "pooled" and any(entry.row_id in here for entry in plan.entries)
    ]
    order = {row["row_id"]: ranks[row["outcome"]] for row in rows}
    pools.sort(key=lambda plan: (order.get(plan.entries[0].row_id, 99), -len(plan.entries)))
    labels = _labels(evidence, choices)
    items: list[Line | Pool] = []
    rest = sorted(choices, key=lambda choice: -choice.size)
    nested = set(pooled_codes(evidence, "outcomes"))
    for plan in pools:
        own = set(plan.row_ids)
        mine = [choice for choice in rest if choice.rows[0]["row_id"] in own]
        rest = [choice for choice in rest if choice not in mine]
        for choice in mine:
            items.append(_make_line(evidence, choice, labels[id(choice)], rows, plan, ""))
        if not mine and evidence.row(plan.entries[0].row_id)["outcome"] not in nested:
            continue  # a pool of a part of the responses, over rows that show another count
        above = {choice.study_id for choice in choices if choice not in rest and choice not in mine}
        items.append(_make_pool(plan, sum(entry.study_id in above for entry in plan.entries)))
    for choice in rest:
        reason = _why_not(evidence, choice, plans, pools)
        items.append(_make_line(evidence, choice, labels[id(choice)], rows, None, reason))
    return items


def _labels(evidence: Evidence, choices: Sequence[Choice]) -> dict[int, str]:
    """Each study's name, with what parts it from another of the same name."""
    first = [choice.rows[0] for choice in choices]
    names = {choice.rows[0]["row_id"]: name_reports(evidence, choice.rows) for choice in choices}
    words = distinguish(first, lambda row: names[row["row_id"]], row_details(evidence, "outcomes"))
    return {id(choice): label for choice, label in zip(choices, words, strict=True)}


def _make_line(
    evidence: Evidence,
    choice: Choice,
    label: str,
    told: Sequence[dict],
    plan: Plan | None,
    reason: str,
) -> Line:
    first = choice.rows[0]
    entry = next((e for e in plan.entries if first["row_id"] in e.row_ids), None) if plan else None
    counted = not pd.isna(first["events"])
    events = total = None
    if entry:
        events, total = entry.events, entry.total
        label += ", counted again from all enrolled" if entry.rebased else ""
    elif counted:
        events, total = (sum(int(row[name]) for row in choice.rows) for name in ("events", "total"))
    label += f", {len(choice.rows)} cohorts added up" if choice.is_sum else ""
    wider = None if choice.is_sum else find_wider(evidence, first, told)
    words = evidence.label("outcomes", "outcome", first["outcome"])
    return Line(
        study=choice.study_id,
        label=label,
        who="" if choice.is_sum else _say_whose(evidence, first, label),
        outcome=short_outcome(words),
        whom=", ".join(filter(None, (say_base(evidence, first), mrd_limit(first), say_times(first, told)))),
        **write_share(first, events, total),
        wider=share_of(wider) if wider else None,
        wider_words=say_wider(evidence, wider) if wider else "",
        patients=whole(first["total"]) if total is None else total,
        size=group_size(choice.rows) if total is None else total,
        figures=tuple(make_figure(evidence, row) for row in choice.rows),
        reason=reason,
        second_hand=any(map(is_second_hand, choice.rows)),
        control=kinship(evidence).arm(first["cohort_id"]) == "control",
        population=first["population"],
        arm="" if choice.is_sum else _name_arm(evidence, first),
    )


def _name_arm(evidence: Evidence, row: Mapping) -> str:
    """What a cohort's label says beyond its study and its population, which stand beside it."""
    label = row["c_label"].removeprefix(study_name(evidence, row["cohort_id"])).lstrip(" ,:")
    return own_parts(label, name_population(evidence, row["population"], [row]), "with")


def _say_whose(evidence: Evidence, row: Mapping, label: str) -> str:
    """Who the patients are beyond what label and headings say; of a count that is restated that it is."""
    told = label, name_population(evidence, row["population"], [row]), row["c_family"], RESTATES
    own = own_words(row["c_label"], *told)
    again = is_second_hand(row) and RESTATES not in f"{label} {own}"
    return "; ".join(filter(None, (own, RESTATES if again else "")))


def _why_not(evidence: Evidence, choice: Choice, plans: Sequence[Plan], pools: Sequence[Plan]) -> str:
    """Why a study is in no pool, in few words."""
    first = choice.rows[0]
    if pd.isna(first["events"]):
        return "count not reported"
    for plan in plans:
        for row_id, _, reason in plan.left_out:
            if row_id == first["row_id"]:
                return reason.split(":")[0].split(";")[0]
    for plan in plans:
        if any(first["row_id"] in entry.row_ids for entry in plan.entries):
            if plan.stop:
                return plan.stop.split(":")[0].split(" (")[0]
            return "two studies are too few" if len(plan.entries) == 2 else NO_OTHER
    words = evidence.label("outcomes", "outcome", first["outcome"])
    return "other definition" if pools and words not in {pool.outcome for pool in pools} else NO_OTHER


def _make_pool(plan: Plan, above: int) -> Pool:
    fit = plan.pooled
    studies = f"Pooled, {len(plan.entries)} studies" + (f" ({above} of them above)" if above else "")
    few = "few studies; " if len(plan.entries) < FEW_STUDIES else ""
    new = FAR_FROM_MEDIAN if plan.is_wide else f"{few}a new study"
    return Pool(
        studies,
        short_outcome(plan.outcome),
        fit.total,
        100 * fit.estimate,
        100 * fit.ci[0],
        100 * fit.ci[1],
        (100 * fit.prediction[0], 100 * fit.prediction[1]),
        format_percent(fit.estimate).removesuffix("%"),
        short_interval(*fit.ci),
        f"{new}: {short_interval(*fit.prediction)}%",
    )
