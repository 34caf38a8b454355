"""One count a study: the larger before the smaller, a whole before its parts, disjoint cohorts added up."""

import dataclasses

import pandas as pd
import pytest

from livingreview.checks import Problem
from livingreview.checks.directions import check_disjoint_cohorts
from livingreview.checks.rules import Checked
from livingreview.evidence import records
from livingreview.tables.choice import (
    ANOTHER,
    by_rank,
    choose_counts,
    count_size,
    is_whole,
    kinship,
    patients_once,
    standing,
)
from livingreview.tables.common import with_cohorts
from livingreview.tables.counts import _with_study, bar, count_rows, pooled_groups
from livingreview.tables.evidence_map import tabulate_evidence_map
from livingreview.tables.outcomes import select_outcomes
from livingreview.tables.plan import alike_counts, synthesis_plan
from livingreview.tables.pool import KINDS
from livingreview.tables.synthesis import tabulate_plan

PLAN = "blinatumomab.b-all.relapsed_refractory.adult.cr_crh.all.courses_2"
JAPAN = {
    "kiyoi-2020.outcome.phase2.cr-crh": (8, 21),
    "japan-expansion-2022.outcome.adults.cr-crh": (11, 14),
    "kiyoi-2020.outcome.phase1b.cr-crh": (4, 5),
}


def spoil(review, table, change):
    return dataclasses.replace(review, tables={**review.tables, table: change(review.tables[table].copy())})


def counts_of(evidence, *row_ids):
    found = {row["row_id"]: row for row in _with_study(evidence, select_outcomes(evidence, "response"))}
    return [found[row_id] for row_id in row_ids]


def choose(evidence, *row_ids):
    chosen, dropped = choose_counts(evidence, counts_of(evidence, *row_ids), alike=alike_counts)
    ids = [[row["row_id"] for row in choice.rows] for choice in chosen]
    return ids, {row["row_id"]: reason for row, reason in dropped}


@pytest.fixture(scope="module")
def japan(review):
    plan = next(plan for plan in synthesis_plan(review, ("response",)) if plan.key == PLAN)
    return next(entry for entry in plan.entries if entry.study_id == "nct02412306")


def test_three_cohorts_of_one_trial_that_share_no_patient_are_one_count(japan):
    assert {part.row_id: (part.events, part.total) for part in japan.parts} == JAPAN
    assert (japan.events, japan.total) == (23, 40)
    assert japan.arithmetic == "8/21 + 11/14 + 4/5 = 23/40"
    assert not japan.rebased


@pytest.mark.slow
def test_a_sum_states_its_arithmetic_and_links_every_part(review):
    row = next(
        row
        for row in tabulate_plan(review, caption="Plan").rows
        if "derived: 8/21" in " ".join(map(str, row.cells[2]))
    )
    linked = [cell.row_id for cell in row.cells[2] if hasattr(cell, "row_id")]
    assert set(JAPAN) <= set(linked)
    assert "derived: 8/21 + 11/14 + 4/5 = 23/40" in row.cells[2]


@pytest.mark.slow
def test_the_pooling_decision_follows_the_right_cohorts(review):
    """With a third of the Japanese adults the median would be another."""
    plan = next(plan for plan in synthesis_plan(review, ("response",)) if plan.key == PLAN)
    assert sorted(zip(plan.events, plan.totals, strict=True)) == [
        (23, 40), (25, 36), (41, 90), (81, 189), (115, 271)
    ]  # fmt: skip
    assert plan.decision == "pooled"
    assert 100 * plan.pooled.estimate == pytest.approx(48.7, abs=0.05)
    undeclared = spoil(review, "disjoint_cohorts", lambda frame: frame.iloc[:0])
    before = next(plan for plan in synthesis_plan(undeclared, ("response",)) if plan.key == PLAN)
    assert (8, 21) in zip(before.events, before.totals, strict=True), "the larger of those not known apart"


def test_a_whole_comes_before_its_parts(review):
    """If the trial counted its 26 adults as a whole, its phases would stay out and the expansion be added."""

    def count_the_whole(frame):
        row = frame.loc[frame["row_id"].eq("kiyoi-2020.outcome.phase2.cr-crh")].assign(
            row_id="kiyoi-2020.outcome.all.cr-crh", cohort_id="kiyoi-2020.all", events=12, total=26
        )
        return pd.concat([frame, row], ignore_index=True)

    chosen, dropped = choose(
        spoil(review, "outcomes", count_the_whole), *JAPAN, "kiyoi-2020.outcome.all.cr-crh"
    )
    assert chosen == [["kiyoi-2020.outcome.all.cr-crh", "japan-expansion-2022.outcome.adults.cr-crh"]]
    assert set(dropped) == {"kiyoi-2020.outcome.phase2.cr-crh", "kiyoi-2020.outcome.phase1b.cr-crh"}


def test_cohorts_not_declared_apart_are_never_added_up(review):
    """Parts of one cohort may share patients: of those not known to be apart the larger stands alone."""
    undeclared = spoil(review, "disjoint_cohorts", lambda frame: frame.iloc[:0])
    chosen, dropped = choose(undeclared, *JAPAN)
    assert chosen == [["kiyoi-2020.outcome.phase2.cr-crh"]]
    assert all("same study" in reason for reason in dropped.values())


def test_counts_of_another_time_or_denominator_are_not_added_up(review):
    for column, value in (("assessed_at", "course_1"), ("denominator", "responders")):

        def change(frame, column=column, value=value):
            frame.loc[frame["row_id"].eq("kiyoi-2020.outcome.phase1b.cr-crh"), column] = value
            return frame

        chosen, _ = choose(spoil(review, "outcomes", change), *JAPAN)
        assert chosen == [["kiyoi-2020.outcome.phase2.cr-crh", "japan-expansion-2022.outcome.adults.cr-crh"]]


def test_no_choice_counts_a_patient_twice(review):
    """Over every outcome: the rows of a choice are apart, and no row left out holds more patients alone."""
    kin = kinship(review)
    outcomes = [row for row in with_cohorts(review, "outcomes") if not pd.isna(row["cohort_id"])]
    groups: dict = {}
    for row in outcomes:
        if not pd.isna(row["events"]) and not pd.isna(row["total"]):
            groups.setdefault((row["outcome"], row["c_disease"], row["c_age_group"]), []).append(row)
    summed = 0
    for rows in groups.values():
        chosen, dropped = choose_counts(review, rows, alike=lambda row: row["assessed_at"])
        studies = [choice.study_id for choice in chosen]
        for choice in chosen:
            assert not review.overlaps[choice.study_id] & set(studies)
            ids = [row["cohort_id"] for row in choice.rows]
            assert all(kin.apart(one, other) for one in ids for other in ids if one != other)
            assert choice.size == sum(row["total"] for row in choice.rows)
            summed += choice.is_sum
        kept = {row["row_id"] for choice in chosen for row in choice.rows}
        assert kept | {row["row_id"] for row, _ in dropped} == {row["row_id"] for row in rows}
        assert not kept & {row["row_id"] for row, _ in dropped}
    assert summed


@pytest.mark.slow
def test_no_pool_has_needed_the_order_of_identifiers(review):
    """The page of rules says so: no count was chosen before another that stands as high and differs."""
    rows = {row["row_id"]: row for group in pooled_groups(review) for row in count_rows(review, group)}
    compared = 0
    for plan in synthesis_plan(review, kinds=tuple(KINDS)):
        single = {entry.study_id: rows[entry.row_id] for entry in plan.entries if len(entry.parts) == 1}
        for row_id, _, reason in plan.left_out:
            rival, chosen = rows[row_id], single.get(rows[row_id]["study_id"])
            if reason != ANOTHER or chosen is None or chosen["events"] == rival["events"]:
                continue
            compared += 1
            places = [standing(review, row, count_size(row)) for row in (chosen, rival)]
            assert places[0] > places[1], (plan.key, chosen["row_id"], row_id)
    assert compared > 10


def test_equals_stand_in_the_order_of_their_identifiers(review):
    row = counts_of(review, "zhou-2022.outcome.all.cr-crh")[0]
    twins = [row | {"row_id": "b"}, row | {"row_id": "a"}]
    for order in (twins, twins[::-1]):
        assert [one["row_id"] for one in by_rank(review, order, count_size)] == ["a", "b"]


def test_both_arms_of_a_trial_come_from_one_report(review):
    rows = [
        row
        for row in with_cohorts(review, "adverse_events")
        if (row["term"], str(row["grade_min"])) == ("Infection", "3") and not pd.isna(row["c_arm"])
    ]
    chosen, _ = choose_counts(review, rows, alike=lambda row: row["term"], apart=False)
    by_study: dict = {}
    for choice in chosen:
        by_study.setdefault(choice.study_id, set()).update(row["report_id"] for row in choice.rows)
    assert by_study
    assert all(len(reports) == 1 for reports in by_study.values())


def test_the_map_adds_up_cohorts_that_share_no_patient(review):
    """26 adults of the two phases and 14 of the expansion: 40, where the larger alone stood."""
    shown = tabulate_evidence_map(review, title="Map")
    cells = [
        cell
        for group in shown.values["groups"]  # noqa: PD011 (no frame)
        for row in group["rows"]
        for cell in row["cells"]
        if cell
    ]
    cell = next(
        cell
        for cell in cells
        if {"kiyoi-2020.all", "japan-expansion-2022.adults"} <= {row["cohort_id"] for row in cell["cohorts"]}
    )
    sizes: dict = {}
    for row in cell["cohorts"]:
        size = row["n_evaluable"] if pd.isna(row["n_enrolled"]) else row["n_enrolled"]
        size = 0 if pd.isna(size) else size
        told = sizes.setdefault(row["study_id"], [])
        told.append(size)
    once = {study: max(told) for study, told in sizes.items()} | {
        "nct02412306": 26 + 14,
        "nct04521231": 14 + 13,
    }
    assert {"mt103-206", "mt103-211", "mt103-206-211-older"} <= once.keys()
    del once["mt103-206-211-older"]  # joins two trials that are told themselves
    kept: list = []
    for study in sorted(once, key=lambda study: -once[study]):
        if not review.overlaps[study].intersection(kept):
            kept.append(study)
    assert cell["patients"] == sum(once[study] for study in kept)


def test_a_part_stands_only_where_no_whole_may_hold_its_patients(review):
    rows = [
        row
        for row in with_cohorts(review, "outcomes")
        if row["outcome"] == "cr_crh" and not pd.isna(row["events"]) and not pd.isna(row["total"])
    ]
    by_stratum: dict = {}
    for row in rows:
        by_stratum.setdefault((row["c_setting"], row["c_age_group"]), []).append(row)
    chosen = [
        choice
        for part in by_stratum.values()
        for choice in choose_counts(review, part, alike=lambda row: row["assessed_at"])[0]
    ]
    shown = patients_once(review, chosen)
    kin = kinship(review)
    wholes = [choice for choice in shown if is_whole(choice.rows[0])]
    parts = [choice for choice in shown if not is_whole(choice.rows[0])]
    assert parts
    for part in parts:
        for whole in wholes:
            assert whole.study_id != part.study_id or all(
                kin.apart(one["cohort_id"], other["cohort_id"]) for one in part.rows for other in whole.rows
            )


@pytest.mark.slow
def test_a_subgroup_picked_out_of_a_cohort_never_stands_in_a_pool(review):
    """Such as children chosen after the fact from a trial of all ages: whoever codes it so has it barred."""
    entries = {
        row_id
        for plan in synthesis_plan(review, ("response", "mrd", "mortality", "transplant"))
        for entry in plan.entries
        for row_id in entry.row_ids
    }
    denominators = review.tables["outcomes"].set_index("row_id")["denominator"]
    assert entries
    assert not any(denominators[row_id] == "subgroup" for row_id in entries)

    def pick_out(frame):
        frame.loc[frame["row_id"].isin(entries), "denominator"] = "subgroup"
        return frame

    plans = synthesis_plan(spoil(review, "outcomes", pick_out))
    assert not entries & {row_id for plan in plans for entry in plan.entries for row_id in entry.row_ids}
    row = counts_of(review, next(iter(JAPAN)))[0]
    assert "subgroup" in bar(row | {"denominator": "subgroup", "base": "subgroup"})


def checked(review, disjoint):
    frames = {name: frame.copy() for name, frame in review.tables.items()} | {"disjoint_cohorts": disjoint}
    return Checked(review.package, frames)


def test_the_declaration_is_checked(review):
    frame = review.tables["disjoint_cohorts"]
    assert list(check_disjoint_cohorts(checked(review, frame))) == []
    nested = pd.concat(
        [frame, frame.iloc[:1].assign(cohort_id="kiyoi-2020.phase1b-responders", set_id="kiyoi-2020-phases")]
    )
    two = pd.concat([frame, frame.iloc[:1].assign(cohort_id="zhou-2022.all", set_id="kiyoi-2020-phases")])
    for spoiled, words in ((nested, "is part of"), (two, "two studies")):
        found = list(check_disjoint_cohorts(checked(review, spoiled.reset_index(drop=True))))
        assert [isinstance(problem, Problem) for problem in found] == [True]
        assert words in found[0].found


def test_cohorts_declared_apart_belong_to_studies_as_the_data_say(review):
    studies = review.cohort_studies
    sets: dict = {}
    for row in records(review.tables["disjoint_cohorts"]):
        sets.setdefault(row["set_id"], set()).add(row["cohort_id"])
    for members in sets.values():
        assert len(members) > 1
        assert len({studies[cohort] for cohort in members}) == 1
