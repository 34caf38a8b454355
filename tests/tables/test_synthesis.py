"""Tables of what is pooled say what the plan says, whatever that is."""

import pandas as pd
import pytest

from livingreview.display.numbers import format_percent
from livingreview.evidence import select_class, select_part
from livingreview.tables.plan import synthesis_plan
from livingreview.tables.pool import FAR_FROM_MEDIAN, FEW_STUDIES, KINDS, PRIMARY
from livingreview.tables.synthesis import (
    pooled_plans,
    say_pooling,
    say_value,
    tabulate_leave_one_out,
    tabulate_models,
    tabulate_plan,
)
from tests.changed import spoil

EVERY = tuple(KINDS)


@pytest.mark.slow
def test_the_pages_tables_say_what_the_plan_says(review):
    plans = synthesis_plan(review, kinds=EVERY)
    table = tabulate_plan(review, caption="Plan")
    assert len(table.rows) == len(plans)
    for plan, row in zip(plans, table.rows, strict=True):
        assert row.cells[1][1] == plan.reason
        assert (plan.decision == "pooled") == (len(row.cells[1]) > 2)
        assert plan.kind == PRIMARY or KINDS[plan.kind] in row.cells[0][1]
    pooled = pooled_plans(review)
    models = tabulate_models(review, caption="Models")
    assert len(models.parts) == len(pooled)
    for plan, part in zip(pooled, models.parts, strict=True):
        assert len(part.rows) == 7, "five models, the population average, the crude total"
        first, bayes, beta = part.rows[:3]
        assert first.cells[2] == format_percent(plan.pooled.estimate, plan.pooled.total)
        shown = len(plan.entries) >= FEW_STUDIES
        assert (first.cells[4] == "not shown: few studies") is not shown, (
            "the t interval of few is too narrow"
        )
        assert bayes.cells[4].endswith("%")
        assert "nan" not in " ".join(beta.cells)
    enough = [plan for plan in pooled_plans(review, PRIMARY, "widest") if len(plan.entries) >= FEW_STUDIES]
    assert len(tabulate_leave_one_out(review, caption="One out").parts) == len(enough) > 3


def test_the_interval_for_a_new_study_is_always_said_and_leads_where_it_is_wide(review):
    plans = pooled_plans(review, *EVERY)
    assert {plan.is_wide for plan in plans} == {True, False}
    for plan in plans:
        said = say_value(plan)
        low, high = (format_percent(end, plan.pooled.total).removesuffix("%") for end in plan.new_study)
        assert f"between {low} and {high}%" in said
        assert said.startswith(FAR_FROM_MEDIAN if plan.is_wide else "median ")
        assert "median " in said


@pytest.mark.slow
def test_every_pool_says_what_its_spread_may_go_with(review):
    """Also where studies lie close together: else results would choose the comparisons."""
    rows = tabulate_plan(review, caption="Plan").rows
    plans = synthesis_plan(review, kinds=EVERY)
    told = [
        (plan, line)
        for plan, row in zip(plans, rows, strict=True)
        for line in row.cells[1]
        if line.startswith("Exploratory, ")
    ]
    assert {plan.is_wide for plan, _ in told} == {True, False}
    assert any("trials against routine care: trials" in line for _, line in told)
    assert all("odds ratio" in line and "(" in line.partition("odds ratio")[2] for _, line in told)


@pytest.mark.slow
def test_what_is_said_of_pooling_is_the_plan(review):
    """The sentences follow the decisions: no page can say that nothing is pooled above a pooled value."""
    for class_id in ("blinatumomab", "bortezomib", "liposomal-mitoxantrone", "mitoxantrone-clofarabine"):
        part = select_part(select_class(review, class_id), "core")
        plans = synthesis_plan(part)
        shown = vars(say_pooling(part))["values"]
        page = str(say_pooling(part).__html__())
        pooled = pooled_plans(part, *EVERY)
        assert ("Nothing is pooled" in page) is (not pooled)
        for plan, item in zip(
            sorted(pooled, key=lambda plan: plan.kind != PRIMARY), shown["items"], strict=False
        ):
            assert item.startswith(plan.outcome[:1].upper())
            assert format_percent(plan.pooled.estimate, plan.pooled.total) in item
        for plan in plans:
            assert plan.decision == "pooled" or (plan.stop or plan.reason) in page


@pytest.mark.slow
def test_a_plan_that_flips_changes_the_sentence(review):
    part = select_part(select_class(review, "blinatumomab"), "core")
    totals = part
    for table in ("outcomes", "adverse_events"):
        totals = spoil(totals, table, lambda frame: frame.assign(total=pd.NA))
    assert "Pooled here:" in say_pooling(part).__html__()
    assert "Nothing is pooled in this chapter." in say_pooling(totals).__html__()
