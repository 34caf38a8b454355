"""A number of a row is told as soon as its own words do not hold it; the real rows hold theirs."""

import pytest

from livingreview.checks.agreement import AGREEMENT_RULES
from livingreview.checks.printed import PRINTED_RULES
from livingreview.checks.rules import RULES
from tests.checks.spoilt import line_of, spoil, told

# Table, key, cells to change: what a slip of the hand makes of a figure that is printed.
SLIPS = [
    ("outcomes", "xie-2023.outcome.all.cr", {"events": 2}),
    ("outcomes", "flag-ida-australia-2006.outcome.all.cr", {"total": 23}),
    ("outcomes", "advani-2010.outcome.all.cr-cri", {"events": 5}),
    ("outcomes", "advani-2010.outcome.all.cr-cri", {"percent_reported_pct": "71"}),
    ("outcomes", "advani-2010.outcome.all.cr-cri", {"as_reported": "0.17"}),
    ("outcomes", "advani-2017-news.outcome.all.cr", {"total": 31}),
    ("cohorts", "advani-2010.cohort.all", {"n_enrolled": 73}),
    ("cohorts", "advani-2010.cohort.all", {"age_centre_years": 14}),
    ("cohorts", "hochberg-2025.cohort.all", {"n_enrolled": 0}),
    ("cohorts", "gokbuget-2020.cohort.survival", {"follow_up_median_months": 95.8}),
    ("cohorts", "kantarjian-2010-second-remission.cohort.all", {"n_enrolled": 17}),
    ("survival", "advani-2010.survival.all.os-median", {"estimate": 300}),
    ("survival", "bertaina-2017.survival.all.os-24m", {"time_months": 42}),
    ("survival", "brown-2021.survival.blinatumomab.dfs-hr", {"ci_low": 0.74}),
    ("survival", "brown-2021.survival.blinatumomab.dfs-hr", {"ci_level": 0.59}),
    ("survival", "badar-2020.survival.mrd.os-median", {"total": 21}),
    ("survival", "mt103-206-biocentury-2012.survival.all.os-median", {"total": 9}),
    ("regimens", "japan-children-2020.regimen.blinatumomab", {"cycle_length_days": 24}),
    ("regimens", "lipomit-clag-2025.regimen.lipomit-clag", {"max_cycles": 22}),
    ("regimen_components", "kantarjian-1990.component.mito-hidac.mitoxantrone", {"dose": 55}),
    ("regimen_components", "kantarjian-1990.component.mito-hidac.mitoxantrone", {"doses_per_day": 11}),
    ("adverse_events", "attar-2008.ae.all.bilirubin-g3", {"grade_min": 1}),
    ("adverse_events", "attar-2008.ae.all.bilirubin-g3", {"events": 44}),
    ("figures", "goto-2024.figure.or-failure-bortezomib", {"value_high": 78}),
]


def test_every_real_figure_has_its_witness(checked):
    assert told(PRINTED_RULES, checked) == set()


@pytest.mark.slow
@pytest.mark.parametrize(("table", "key", "cells"), SLIPS, ids=lambda part: str(part)[:40])
def test_a_slip_is_told_in_its_cell(checked, table, key, cells):
    line = line_of(checked, table, row_id=key)
    columns = {column for file, row, column in told(PRINTED_RULES, spoil(checked, table, line, **cells))}
    assert columns & ({*cells} if "as_reported" not in cells else {"events", "total", "percent_reported_pct"})


@pytest.mark.slow
@pytest.mark.parametrize(
    ("table", "key", "cells"),
    [
        ("outcomes", "xie-2023.outcome.all.cr", {"as_reported": None}),
        ("outcomes", "xie-2023.outcome.all.cr", {"as_reported": "78.8% ... (26/33)"}),
        ("regimen_components", "lipomit-clag-2025.component.lipomit-clag.g-csf", {"days": "1-5"}),
        ("regimen_components", "lipomit-clag-2025.component.lipomit-clag.g-csf", {"days": "0-55"}),
        ("regimen_components", "advani-2017-news.component.mec.cytarabine", {"days": "0"}),
        ("regimen_components", "advani-2017-news.component.mec.cytarabine", {"days": "1-60"}),
    ],
)
def test_a_fragment_is_there_in_its_form_and_holds_the_days_it_numbers(checked, table, key, cells):
    line = line_of(checked, table, row_id=key)
    (column,) = cells
    assert (f"{table}.csv", line, column) in told(PRINTED_RULES, spoil(checked, table, line, **cells))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("key", "cells"),
    [
        ("august-2020.outcome.all.cr-cri", {"percent_reported_pct": "8"}),  # 8 of 10 (80%) is registered
        ("suo-2013.outcome.second.cr", {"events": 1}),  # 11 (85%), and "one of the thirteen"
    ],
)
def test_a_figure_is_not_excused_by_a_longer_one_or_a_word(checked, key, cells):
    line = line_of(checked, "outcomes", row_id=key)
    place = ("outcomes.csv", line, "percent_reported_pct")
    assert place in told(RULES, spoil(checked, "outcomes", line, **cells))


@pytest.mark.slow
def test_a_limit_that_is_its_estimate_is_told(checked):
    line = line_of(checked, "survival", row_id="kantarjian-2019.survival.inotuzumab.os-hr")
    same = spoil(checked, "survival", line, ci_low=0.75)
    assert ("survival.csv", line, "ci_low") in told(RULES, same)
    printed = spoil(same, "survival", line, as_reported="0.75 (0.75 to 0.99)")
    assert ("survival.csv", line, "ci_low") not in told(RULES, printed)


def test_times_a_hundred_is_a_slip_but_for_a_fraction_in_percent(checked):
    line = line_of(checked, "survival", statistic="median", unit="months", basis="reported")
    value = checked.frames["survival"].loc[line, "estimate"]
    assert told(PRINTED_RULES, spoil(checked, "survival", line, estimate=100 * value))
    line = line_of(checked, "survival", row_id="hochberg-2026.survival.transplanted.survival-36m")
    assert checked.frames["survival"].loc[line, "ci_low"] == 54  # printed 0.54


@pytest.mark.slow
def test_a_discrepancy_excuses_the_figures_it_names_and_no_others(checked):
    key = "badar-2021-hct.outcome.rr.transplant"  # 106 of 223 and 47%, which is registered
    line = line_of(checked, "outcomes", row_id=key)
    assert checked.is_excused(key, "47", 106)
    assert not checked.is_excused(key, "47", 160)
    assert told(RULES, checked) == set()
    place = ("outcomes.csv", line, "percent_reported_pct")
    assert place in told(RULES, spoil(checked, "outcomes", line, events=16))
    assert place in told(RULES, spoil(checked, "outcomes", line, percent_reported_pct="74"))
    without = checked.frames["discrepancies"].assign(affects=None)
    assert place in told(
        RULES,
        spoil(checked, "outcomes", line, events=106).__class__(
            checked.package, checked.frames | {"discrepancies": without}, checked.records
        ),
    )


GRADED = "adverse events (grade 3/4) … hypokalemia (14.4%)"


@pytest.mark.slow
def test_a_grade_that_is_printed_is_neither_a_count_left_out_nor_a_witness_of_one(checked):
    """Of 21 patients 14.4% is no whole number of them; three, which grade 3/4 seems to say, is near."""
    line = line_of(checked, "adverse_events", row_id="attar-2008.ae.all.bilirubin-g3")
    cells = {"as_reported": GRADED, "grade_min": 3, "grade_max": 4, "total": 21, "term": "Hypokalaemia"}
    without = spoil(checked, "adverse_events", line, events=None, percent_reported_pct="14.4", **cells)
    assert ("adverse_events.csv", line, "events") not in told([*AGREEMENT_RULES, *PRINTED_RULES], without)
    wrong = spoil(checked, "adverse_events", line, events=3, percent_reported_pct="14.4", **cells)
    assert ("adverse_events.csv", line, "events") in told(PRINTED_RULES, wrong)
    of_four = cells | {"as_reported": "grade 3/4 hypokalemia in 3/21", "events": 3, "total": 4}
    assert ("adverse_events.csv", line, "total") in told(
        PRINTED_RULES, spoil(checked, "adverse_events", line, **of_four)
    )


def test_a_count_beside_a_grade_is_told_where_it_is_left_out(checked):
    line = line_of(checked, "adverse_events", row_id="attar-2008.ae.all.bilirubin-g3")
    words = "grade 3/4 hypokalemia in 3 (14.3%)"
    left = spoil(
        checked, "adverse_events", line, events=None, total=21, percent_reported_pct="14.3", as_reported=words
    )
    assert ("adverse_events.csv", line, "events") in told(AGREEMENT_RULES, left)
