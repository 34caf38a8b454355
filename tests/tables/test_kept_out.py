"""A pool of trials, or of routine care, names every study that it goes without."""

import pytest

from livingreview.evidence import records
from livingreview.tables.counts import NO_CARE
from livingreview.tables.decision import decision_data
from livingreview.tables.kept_out import count_outside, find_kept_out, say_kept_out
from livingreview.tables.plan import synthesis_plan
from livingreview.tables.pool import CARES, KINDS
from livingreview.tables.synthesis import say_pooling, say_rule, tabulate_plan
from tests.changed import change_rows, spoil

ADULTS = "blinatumomab.b-all.relapsed_refractory.adult"
ROUTINE = f"{ADULTS}.remission.all.any.routine"


@pytest.fixture(scope="module")
def every(review):
    return synthesis_plan(review, kinds=tuple(KINDS))


@pytest.fixture(scope="module")
def routine(every):
    return next(plan for plan in every if plan.key == ROUTINE)


def test_the_large_series_of_practice_are_named_where_they_are_not_pooled(review, routine):
    """A reader saw 80 percent of 94 patients and none of the series with 65, 51, 43 and 42 percent."""
    reasons = {one.name: one.reason for one in find_kept_out(review, routine, ["routine"])}
    assert "count is not reported" in reasons["Badar 2020"]
    assert "count is not reported" in reasons["NEUF, 2023"]
    assert reasons["Aldoss 2017"] == "age not reported"
    assert reasons["Korean blinatumomab series"] == reasons["Israeli blinatumomab experience"] == NO_CARE
    told = " ".join(say_kept_out(review, routine, ["routine"]))
    assert all(value in told for value in ("(65%)", "(51%)", "(33/65)", "(17/40)", "(5/12)"))


@pytest.mark.slow
def test_three_of_many_series_are_shown_and_not_pooled(review, every, routine):
    assert len(routine.entries) == 3
    assert count_outside(review, routine)["routine"] > sum(routine.totals)
    assert routine.decision == "listed"
    said = str(say_pooling(review).__html__())
    assert f"Remission, widest definition, routine care alone ({routine.stratum})" not in said
    for row, plan in zip(tabulate_plan(review, caption="Plan").rows, every, strict=True):
        if plan.key == ROUTINE:
            assert row.cells[3] == say_kept_out(review, plan, ["routine"])
        elif plan.key == f"{ADULTS}.cr.all.any.any_time":
            told = next(line for line in row.cells[1] if line.startswith("Trials against routine care"))
            assert "not compared" in told
            assert "Badar 2020" in told
            assert "odds ratio" not in told


def test_no_study_is_in_a_pool_and_outside_it_nor_of_the_other_care(review, every):
    assert {plan.kind for plan in every} >= set(CARES)
    for plan in every:
        if plan.kind in CARES:
            inside = {entry.name.split(":")[0] for entry in plan.entries}
            found = find_kept_out(review, plan, [CARES[plan.kind]])
            assert not inside & {one.name for one in found}
            assert {one.care for one in found} <= {CARES[plan.kind], ""}


def test_a_part_has_the_name_of_its_definition_and_time(review, every):
    parts = {say_rule(review, plan) for plan in every if plan.kind in CARES}
    assert "widest definition, routine care alone" in parts
    assert not parts & {KINDS[kind] for kind in CARES}


@pytest.mark.slow
def test_a_study_that_becomes_countable_comes_in(review, routine):
    """What is kept out follows from what is reported, not from a list."""
    rows = [
        row["row_id"]
        for row in records(review.tables["outcomes"])
        if row["row_id"] == "badar-2020.outcome.rr.cr-cri"
    ]
    assert rows
    changed = spoil(review, "outcomes", change_rows(rows, events=148, total=227))
    plan = next(plan for plan in synthesis_plan(changed, kinds=("routine",)) if plan.key == ROUTINE)
    assert (148, 227) in zip(plan.events, plan.totals, strict=True)
    assert "Badar 2020" not in {one.name for one in find_kept_out(changed, plan, ["routine"])}
    assert count_outside(changed, plan)["routine"] < count_outside(review, routine)["routine"]


@pytest.mark.slow
def test_a_smaller_study_does_not_stand_for_a_larger_that_counts_in_other_words(review):
    """Transplants of 9 of 20 once stood for all, where 74 of 110 of a larger trial are told in remission."""
    place = ("Blinatumomab", "b-all", "mrd_positive", "adult")
    (cells,) = [one.cells for one in decision_data(review) if one.place == place]
    assert cells["transplant"] is None
    gone = spoil(review, "outcomes", lambda frame: frame[frame["outcome"].ne("transplant_remission")])
    (cells,) = [one.cells for one in decision_data(gone) if one.place == place]
    assert cells["transplant"].patients == 20
