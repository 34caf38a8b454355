"""Tables of what was pooled and of what randomised trials compare, against the library and by hand."""

import math

import pandas as pd
import pytest
from scipy.stats import fisher_exact

from livingreview.display.numbers import format_percent
from livingreview.evidence import select_class, select_part
from livingreview.synthesis import pool_ratios, proportion_interval, two_by_two
from livingreview.tables.plan import FEW_STUDIES, synthesis_plan
from livingreview.tables.synthesis import (
    say_pooling,
    tabulate_contrasts,
    tabulate_leave_one_out,
    tabulate_models,
    tabulate_plan,
)
from tests.changed import change_rows, spoil


def test_the_pages_tables_say_what_the_plan_says(review, plans, pooled):
    table = tabulate_plan(review, caption="Plan")
    assert len(table.rows) == len(plans)
    assert all(plan.reason in row.cells[1] for plan, row in zip(plans, table.rows, strict=True))
    models = tabulate_models(review, caption="Models")
    assert len(models.parts) == sum(plan.decision == "pooled" for plan in plans)
    assert len(models.parts[0].rows) == 7, "five models, the population average, the crude total"
    first, bayes, beta = models.parts[0].rows[:3]
    assert first.cells[2:4] == [
        f"{100 * pooled.pooled.estimate:.1f}%",
        "{:.1f} to {:.1f}%".format(*(100 * end for end in pooled.pooled.ci)),
    ]
    assert len(pooled.entries) < FEW_STUDIES
    assert first.cells[4] == "not shown: few studies", "too narrow with so few (see the methods page)"
    assert bayes.cells[4].endswith("%")
    assert "nan" not in " ".join(beta.cells)
    enough = [plan for plan in plans if plan.decision == "pooled" and len(plan.entries) >= FEW_STUDIES]
    assert len(tabulate_leave_one_out(review, caption="One out").parts) == len(enough)


def test_contrast_of_tower_by_hand(review):
    """Risk ratio and difference of the TOWER trial from its four counts and textbook formulas.

    Against the library's other ways, and the page.
    """
    table = tabulate_contrasts(review, caption="Contrasts")
    row = next(row for row in table.rows if row.cells[0][0] == "TOWER" and "/" in str(row.cells[2]))
    (a, n1), (c, n2) = (
        tuple(review.row(figure.row_id)[cell] for cell in ("events", "total")) for figure in row.cells[1:3]
    )
    assert (a, n1, c, n2) == (65, 271, 32, 134), "transplants in each arm, as printed"
    ratio, error = (a / n1) / (c / n2), math.sqrt(1 / a - 1 / n1 + 1 / c - 1 / n2)
    low, high = (ratio * math.exp(sign * 1.959964 * error) for sign in (-1, 1))
    (l1, u1), (l2, u2) = (proportion_interval(x, n, method="wilson") for x, n in ((a, n1), (c, n2)))
    p1, p2 = a / n1, c / n2
    newcombe = p1 - p2 - math.hypot(p1 - l1, u2 - p2), p1 - p2 + math.hypot(u1 - p1, p2 - l2)
    assert row.cells[3] == f"{ratio:.2f} ({low:.2f} to {high:.2f})"
    least, most = (f"{100 * end:+.0f}".replace("-", "−") for end in newcombe)
    assert abs(p1 - p2) < 0.005
    assert row.cells[4] == f"0 ({least} to {most})"
    one, both = pool_ratios([a], [n1], [c], [n2], measure="RR"), two_by_two(a, n1, c, n2)
    assert (one.effect, *one.ci) == pytest.approx((ratio, low, high), rel=1e-6)
    assert both.fisher_p == pytest.approx(fisher_exact([[a, n1 - a], [c, n2 - c]]).pvalue)


def test_contrasts_keep_to_one_trial_and_one_question(review):
    """Both arms of one study, the same outcome, denominator and time; without any event there is no ratio."""
    cohorts = review.tables["cohorts"].set_index("cohort_id")
    rows = tabulate_contrasts(review, caption="Contrasts").rows
    assert len(rows) > 10
    names = review.tables["regimens"].set_index("regimen_id")["name"]
    for row in rows:
        one, other = (review.row(figure.row_id) for figure in row.cells[1:3])
        arms = [names[cohorts["regimen_id"][side["cohort_id"]]] for side in (one, other)]
        assert row.cells[0][-1] == " against ".join(arms), "a reader sees which treatments were compared"
        assert cohorts["study_id"][one["cohort_id"]] == cohorts["study_id"][other["cohort_id"]]
        assert [cohorts["arm"][side["cohort_id"]] for side in (one, other)] == ["experimental", "control"]
        assert all(
            str(one[cell]) == str(other[cell])
            for cell in ("outcome", "denominator", "timepoint", "definition", "report_id")
        )
    place = next(place for place, row in enumerate(rows) if not str(row.cells[3]).startswith("not"))
    pair = [figure.row_id for figure in rows[place].cells[1:3]]
    empty = spoil(review, "outcomes", change_rows(pair, events=0))
    assert tabulate_contrasts(empty, caption="Contrasts").rows[place].cells[3] == (
        "not estimable: no events in either arm"
    )
    half = spoil(review, "outcomes", change_rows(pair[:1], events=0))
    assert "0.5 added" in tabulate_contrasts(half, caption="Contrasts").rows[place].cells[3]


def test_an_arm_given_as_a_percentage_only_is_shown_and_nothing_is_calculated(review):
    """Two counts fit the 16% of TOWER's control arm, so no ratio may be made of it.

    Leaving the row out would hide the trial's main outcome.
    """
    row = next(
        row
        for row in tabulate_contrasts(review, caption="Contrasts").rows
        if [figure.row_id for figure in row.cells[1:3]]
        == ["kantarjian-2017.outcome.blinatumomab.cr", "kantarjian-2017.outcome.chemotherapy.cr"]
    )
    assert [str(cell) for cell in row.cells[1:3]] == ["91/271 (33.6%)", "16%"]
    assert row.cells[3] == row.cells[4]
    assert row.cells[3].startswith("not calculated")


def test_what_one_report_counts_is_not_shown_again_as_a_percentage(review):
    """TOWER's transplants: one report counts them, another prints 24% for both arms."""
    rows = [
        row
        for row in tabulate_contrasts(review, caption="Contrasts").rows
        if row.cells[0][0] == "TOWER" and "transplant" in row.cells[0][1]
    ]
    assert [figure.row_id for row in rows for figure in row.cells[1:3]] == [
        "tower-hsct.outcome.blinatumomab.transplant",
        "tower-hsct.outcome.chemotherapy.transplant",
    ]


def test_what_is_said_of_pooling_is_the_plan(review):
    """The sentence follows the decision: no page can say that nothing is pooled above a pooled value."""
    for class_id in ("blinatumomab", "bortezomib", "liposomal-mitoxantrone", "mitoxantrone-clofarabine"):
        part = select_part(select_class(review, class_id), "core")
        plans = synthesis_plan(part)
        said = say_pooling(part)
        shown = vars(said)["values"]
        pooled = [plan for plan in plans if plan.decision == "pooled"]
        assert len(shown["items"]) == (len(pooled) + 1 if pooled else 0)
        for plan, item in zip(pooled, shown["items"], strict=False):
            assert item.startswith(plan.outcome[:1].upper())
            assert format_percent(plan.pooled.estimate, plan.pooled.total) in item
        assert ("Nothing is pooled" in str(said.__html__())) is (not pooled)
        for plan in plans:
            reason = plan.stop or plan.reason
            assert plan.decision == "pooled" or reason in str(said.__html__())


def test_a_plan_that_flips_changes_the_sentence(review):
    """With a third count barred nothing is pooled any more, and the sentence says so."""
    part = select_part(select_class(review, "blinatumomab"), "core")
    totals = spoil(part, "outcomes", lambda frame: frame.assign(total=pd.NA))
    assert "Pooled here:" in say_pooling(part).__html__()
    assert "Nothing is pooled in this chapter." in say_pooling(totals).__html__()
