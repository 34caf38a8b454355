"""Tables of what randomised trials compare, against the library and by hand."""

import math

import pytest
from scipy.stats import fisher_exact

from livingreview.synthesis import pool_ratios, proportion_interval, two_by_two
from livingreview.tables.common import in_sentence
from livingreview.tables.contrasts import tabulate_contrasts
from tests.changed import change_rows, spoil


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


@pytest.mark.slow
def test_contrasts_keep_to_one_trial_and_one_question(review):
    """Both arms of one study, the same outcome, denominator and time; without any event there is no ratio."""
    cohorts = review.tables["cohorts"].set_index("cohort_id")
    rows = tabulate_contrasts(review, caption="Contrasts").rows
    assert len(rows) > 10
    names = review.tables["regimens"].set_index("regimen_id")["name"]
    for row in rows:
        one, other = (review.row(figure.row_id) for figure in row.cells[1:3])
        arms = [names[cohorts["regimen_id"][side["cohort_id"]]] for side in (one, other)]
        assert row.cells[0][-1] == f"{arms[0]} against {in_sentence(arms[1])}", (
            "a reader sees which treatments were compared"
        )
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
