"""Ratios without randomisation: what would explain them, beside the randomised answer."""

from livingreview.evidence import select_class
from livingreview.synthesis import e_value
from livingreview.tables.bounds import say_strength, tabulate_bounds, unrandomised_ratios

HISTORY = "gokbuget-2016.survival.trial.os-hr"


def test_history_stands_beside_the_trial_that_answered(review):
    """Against history 0.536, randomised 0.71: the former is 0.75 times the latter."""
    table = tabulate_bounds(review, caption="Bounds")
    row = next(row for row in table.rows if row.cells[1].row_id == HISTORY)
    assert "2.45 to explain it all, of 1.79 to bring" in row.cells[2]
    assert row.cells[3] == "TOWER: 0.71 (0.55 to 0.93); the other is 0.75 times that"


def test_only_ratios_judged_one_by_one_and_of_no_randomised_arm(review):
    rows = list(unrandomised_ratios(review))
    judged = set(review.tables["appraisals"]["result"].dropna())
    assert HISTORY in {row["row_id"] for row in rows} <= judged
    assert all(not row["c_arm_at"] for row in rows)
    assert tabulate_bounds(select_class(review, "bortezomib"), caption="x").parts == []


def test_an_interval_that_includes_no_effect_needs_nothing():
    assert "already" in say_strength(e_value(0.8, 0.6, 1.1, kind="HR", common=True))
