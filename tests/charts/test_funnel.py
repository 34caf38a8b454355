"""From treatment to survival: every number of all patients treated, each patient once."""

from dataclasses import replace
from itertools import combinations

import pandas as pd
import pytest

from livingreview.charts.funnel import LEAST, STEPS, _flow, draw_funnel, trace_flows
from livingreview.evidence import select_class, select_part
from livingreview.tables.choice import kinship
from livingreview.tables.common import with_cohorts
from tests.drawn import CLASSES, sheets_of, words_of

TOWER = "kantarjian-2017.outcome.blinatumomab.crc"


@pytest.fixture(scope="module", params=CLASSES)
def part(request, review):
    return select_part(select_class(review, request.param), "core")


@pytest.fixture(scope="module")
def blinatumomab(review):
    return select_part(select_class(review, "blinatumomab"), "core")


def test_every_count_is_of_all_treated_and_no_patient_counts_twice(part):
    flows = trace_flows(part)
    kin = kinship(part)
    for flow in flows:
        assert flow.treated >= LEAST
        for step, row in flow.counts.items():
            assert row["events"] <= flow.treated
            responders = row["denominator"] == "responders"
            assert row["total"] == (flow.counts["remission"]["events"] if responders else flow.treated), step
    for one, other in combinations(flows, 2):
        assert other.study_id not in part.overlaps[one.study_id]
        if one.study_id == other.study_id and one.arm == other.arm:
            assert kin.apart(one.base["cohort_id"], other.base["cohort_id"])


def test_what_is_written_is_readable_and_told(part):
    for figure in sheets_of(draw_funnel(part, title="From treatment to survival")):
        assert "nan" not in figure.description
        assert "<NA>" not in figure.description
        assert figure.table.rows


def test_a_step_known_of_other_patients_is_not_reported(blinatumomab):
    flow = next(flow for flow in trace_flows(blinatumomab) if flow.base["row_id"] == TOWER)
    assert (flow.treated, int(flow.counts["remission"]["events"])) == (271, 119)
    assert set(flow.counts) == {"remission", "transplant"}, "its MRD is told of those assessed only"
    sheet = sheets_of(draw_funnel(blinatumomab, title="F"))[0].sheets()[0]
    assert "119 (44%)" in words_of(sheet)


def test_both_arms_of_a_trial_stand_one_under_the_other(blinatumomab):
    arms = [flow for flow in trace_flows(blinatumomab) if flow.study_id == "aall1331"]
    assert {flow.arm for flow in arms} == {"experimental", "control"}
    words = words_of(sheets_of(draw_funnel(blinatumomab, title="F"))[0].sheets()[1])
    treated = [
        words.index(str(flow.treated)) for flow in sorted(arms, key=lambda flow: flow.arm == "control")
    ]
    assert treated == sorted(treated)


def test_a_blank_cell_says_what_the_hatched_bar_says(blinatumomab):
    """The table once said "not reported" of steps that are told as a share or of some patients."""
    table = sheets_of(draw_funnel(blinatumomab, title="F"))[0].table
    cells = [cell for row in table.rows if not row.heading for cell in row.cells]
    assert "no count of all" in cells
    assert "not reported" not in cells


def test_an_estimate_is_written_with_a_tilde_and_its_month(blinatumomab):
    yoon = next(flow for flow in trace_flows(blinatumomab) if flow.study_id == "yoon-catholic")
    assert "alive" not in yoon.counts
    assert (yoon.alive.share, yoon.alive.months) == (pytest.approx(0.332), 36)
    figure = sheets_of(draw_funnel(blinatumomab, title="F"))[0]
    desk, phone = map(words_of, figure.sheets())
    assert "~33% at 36 mo." in desk
    assert "~33% 36m" in phone


def test_no_survivors_are_told_without_their_time(review):
    """Alive at 6, 12, 24 and 36 months once stood in one column, none with its time."""
    for name in CLASSES:
        part = select_part(select_class(review, name), "core")
        stack = draw_funnel(part, title="F")
        flows = {flow.base["row_id"]: flow for flow in trace_flows(part)}
        told = 0
        for table in [sheet.table for sheet in sheets_of(stack)] or stack.parts:
            for row in (row for row in table.rows if not row.heading):
                flow = flows[row.cells[1].row_id]
                if flow.alive:
                    assert row.cells[-1][1] == f"at {flow.alive.months:g} months"
                elif "alive" in flow.counts:
                    when = flow.counts["alive"]["timepoint"]
                    assert row.cells[-1][1] == ("time not reported" if pd.isna(when) else when)
                told += bool(flow.alive or "alive" in flow.counts)
        assert told or name == "bortezomib", name


def rows(*cells):
    """Rows of one cohort: (step, events, total, denominator)."""
    base = {
        "cohort_id": "a",
        "report_id": "roe-2020",
        "c_n_enrolled": 20,
        "c_setting": "x",
        "c_age_group": "y",
    }
    return [
        base
        | {"row_id": f"r{place}", "step": step, "events": events, "total": total, "denominator": of}
        | {"outcome": "cr" if step == "remission" else "mrd_negative", "assessed_at": "not_reported"}
        for place, (step, events, total, of) in enumerate(cells)
    ]


@pytest.mark.parametrize(
    ("of", "total", "counts"),
    [
        ("treated", 20, True),
        ("treated", 18, False),
        ("responders", 12, True),
        ("responders", 11, False),
        ("assessed", 20, False),
        ("evaluable", 20, True),
    ],
)
def test_a_count_of_responders_or_of_all_evaluable_counts_of_all_treated(blinatumomab, of, total, counts):
    told = rows(("remission", 12, 20, "treated"), ("mrd_negative", 6, total, of))
    empty = replace(
        blinatumomab, tables=blinatumomab.tables | {"survival": blinatumomab.tables["survival"][:0]}
    )
    flow = _flow(empty, "s", "", told[:1], told)
    assert ("mrd_negative" in flow.counts) == counts


def test_of_several_counts_that_of_the_most_patients_then_the_widest_then_the_latest_stands(blinatumomab):
    """The highest once stood: which count is drawn must not be chosen by its result."""
    base, *counts = rows(
        ("remission", 12, 20, "treated"),
        ("mrd_negative", 9, 12, "responders"),
        ("mrd_negative", 6, 20, "treated"),
        ("mrd_negative", 5, 20, "treated"),
    )
    counts[2]["assessed_at"] = "courses_2"
    flow = _flow(blinatumomab, "s", "", [base], [base, *counts])
    assert flow.counts["mrd_negative"]["events"] == 5


def test_the_schema_says_what_every_step_is(review):
    field = review.package.field("outcomes", "outcome")
    told = {field.step(row["outcome"]) for row in with_cohorts(review, "outcomes")}
    assert all(set(steps) & told for steps in STEPS.values())


def test_without_counts_there_is_a_sentence(blinatumomab):
    tables = blinatumomab.tables | {"outcomes": blinatumomab.tables["outcomes"].iloc[:0]}
    shown = draw_funnel(replace(blinatumomab, tables=tables), title="F")
    assert shown.parts == []
    assert shown.empty.startswith("No report")
