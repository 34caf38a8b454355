"""Comparisons without randomisation: what would undo them, beside the randomised answer."""

from dataclasses import replace

import pytest

from livingreview.evidence import select_class
from livingreview.synthesis import e_value
from livingreview.tables.bounds import (
    JUDGED_ALONE,
    NOTHING,
    find_benchmarks,
    say_pace,
    say_strength,
    tabulate_bounds,
    unrandomised_odds,
    unrandomised_ratios,
)
from tests.changed import change_rows, spoil

HISTORY = "gokbuget-2016.survival.trial.os-hr"


@pytest.fixture(scope="module")
def tables(review):
    return tabulate_bounds(review, caption="Bounds").parts


def test_history_stands_beside_the_trial_that_answered(tables):
    """Against history 0.536, randomised 0.71: the former is 0.75 times the latter."""
    row = next(row for row in tables[0].rows if row.cells[1].row_id == HISTORY)
    assert "2.45 to explain it all, of 1.79 to bring" in row.cells[2]
    assert "at 54% of the pace seen; at 73% chance alone may explain it" in row.cells[3]
    assert row.cells[4] == "TOWER: 0.71 (0.55 to 0.93); the other is 0.75 times that"


def test_the_one_place_with_both_answers_calibrates_the_others(review, tables):
    (benchmark,) = find_benchmarks(review)
    assert (benchmark.printed, benchmark.randomised) == (0.536, 0.71)
    assert benchmark.bias.ratio == pytest.approx(0.755, abs=0.001)
    told = tables[0].notes[1]
    assert "(overall survival): 0.536 against" in told, "0.54 against 0.71 would make 0.76"
    assert "better by the factor 0.75 (95% CI 0.50 to 1.13), a difference that chance may explain" in told
    others = [row.cells[4] for row in tables[0].rows if row.cells[1].row_id != HISTORY]
    assert others
    assert set(others) == {"none"}, "what chance may explain is not carried over"


def test_a_trial_of_one_treatment_is_no_answer_on_another(review, tables):
    """CAR-T cells against earlier trials' patients were once read beside what TOWER found of blinatumomab."""
    told = "shah-2022.survival.naive.os-hr"
    assert told in {row["row_id"] for row in unrandomised_ratios(review)}
    assert told not in {benchmark.row_id for benchmark in find_benchmarks(review)}
    (row,) = [row for row in tables[0].rows if row.cells[1].row_id == told]
    assert row.cells[4] == "none"


@pytest.mark.slow
def test_a_difference_beyond_chance_is_carried_over(review):
    """Had the trial's interval been narrow, other ratios would be read with the same factor."""
    narrow = change_rows([HISTORY], estimate=0.5, ci_low=0.49, ci_high=0.51)
    trial = change_rows(["kantarjian-2017.survival.blinatumomab.os-hr"], ci_low=0.70, ci_high=0.72)
    sharp = spoil(spoil(review, "survival", narrow), "survival", trial)
    rows = tabulate_bounds(sharp, caption="x").parts[0].rows
    others = [row.cells[4] for row in rows if row.cells[1].row_id != HISTORY]
    assert others
    assert all(words.startswith("none; off as much as where both answers exist") for words in others)


def test_a_class_without_such_a_place_is_told_of_that_of_another(review):
    """That class has a ratio without randomisation and no randomised answer to it."""
    alone, other = select_class(review, "liposomal-mitoxantrone"), select_class(review, "blinatumomab")
    without = tabulate_bounds(alone, caption="x").parts[0]
    borrowed = tabulate_bounds(alone, caption="x", beside=find_benchmarks(other)).parts[0]
    assert without.rows[0].cells[4] == "none"
    assert not any("by the factor" in note for note in without.notes)
    (told,) = [note for note in borrowed.notes if "by the factor 0.75" in note]
    assert told.startswith("Where both answers exist, for blinatumomab, of another chapter (overall")
    own = tabulate_bounds(other, caption="x", beside=find_benchmarks(other)).parts[0].notes
    assert not any("of another chapter" in note for note in own)


def test_an_odds_ratio_between_treatments_is_told_though_no_count_is_printed(review):
    """Of nine children given bortezomib the failures are not counted: the ratio is all that there is."""
    part = select_class(review, "bortezomib")
    (row,) = next(t for t in tabulate_bounds(part, caption="x").parts if t.caption == "x: odds ratios").rows
    assert row.cells[1].row_id == "goto-2024.figure.or-failure-bortezomib"
    assert row.cells[0][1] == "Reinduction failure, bortezomib-based against other regimens"
    assert row.cells[2].endswith("includes the null value already")


def test_odds_ratios_of_syntheses_arms_and_kinds_of_patients_are_no_such_comparison(review):
    every = review.tables["figures"]
    every = set(every.loc[every["unit"].eq("odds ratio") & every["interval"].eq("ci95"), "row_id"])
    told = {row["row_id"] for row in unrandomised_odds(review)}
    assert told < every
    assert not any(row_id.startswith(("cao-2022-network", "brown-2021")) for row_id in told)
    (row_id,) = [name for name in told if "bortezomib" in name]
    by_patients = spoil(review, "figures", change_rows([row_id], modifier="mrd"))
    assert row_id not in {row["row_id"] for row in unrandomised_odds(by_patients)}


def test_counts_beside_other_controls_say_where_they_tip(review, tables):
    """MITCL, 33 of 39 in remission, against the backbone of a larger trial, 531 of 661."""
    rows = {row.cells[0][-1].row_id: row.cells for row in tables[-1].rows}
    assert len(rows) == len(review.tables["external_controls"])
    mitcl = rows["mitcl-pbc-2022.outcome.all.cr"]
    assert mitcl[1][-1].row_id == "hogan-2025.outcome.all.cr"
    assert mitcl[2] == "1.05 (0.92 to 1.21)"
    assert mitcl[3].startswith(
        "a risk ratio of 1.29 to explain it all; its confidence interval includes the null value"
    )
    assert mitcl[4].startswith(
        "80.3% of the controls; had it been 85%, nothing of the difference would be left; chance alone may"
    )
    assert "chance alone may explain it; only if the controls' rate were below" in mitcl[4]
    assert mitcl[4].endswith("% would it not")
    assert "several leukaemias" in mitcl[5]
    matched = rows["yoon-2023.outcome.blinatumomab.cr"]
    assert matched[4].startswith(
        "54% of the controls; had it been 81%, nothing of the difference would be left; at"
    )
    assert matched[4].endswith("% chance alone may explain it")
    few = rows["taleghani-bortezomib-aml.outcome.with.cr"]
    assert few[4].endswith(
        "no lower rate in so many controls would put the 95% interval of the ratio, by its logarithm, "
        "clear of 1, "
        "since there are too few patients"
    )
    alone = tabulate_bounds(
        select_class(review, "mitoxantrone-clofarabine"),
        caption="x",
        beside=find_benchmarks(select_class(review, "blinatumomab")),
    )
    assert any("by the factor 0.75" in note for note in alone.parts[0].notes)


def test_only_ratios_judged_one_by_one_and_of_no_randomised_arm(review):
    rows = list(unrandomised_ratios(review))
    judged = set(review.tables["appraisals"]["result"].dropna())
    assert HISTORY in {row["row_id"] for row in rows} <= judged
    assert all(not row["c_arm_at"] for row in rows)


def test_comparisons_that_were_judged_and_do_not_fit_are_named(review, tables):
    """65 against 67% of two antibodies was judged and shown nowhere: the two shown both favoured one."""
    (told,) = [note for note in tables[0].notes if note.startswith(JUDGED_ALONE)]
    for name in ("Badar 2021b", "Rambaldi 2020", "SFGM-TC"):
        assert name in told
    assert "Yoon 2023" not in told, "another of its results is in the table of counts"


def test_without_any_comparison_it_says_so(review):
    some = select_class(review, "bortezomib")
    none = some.tables["external_controls"].iloc[:0]
    odds = some.tables["figures"].iloc[:0]
    few = replace(some, tables=some.tables | {"external_controls": none, "figures": odds})
    assert tabulate_bounds(few, caption="x").parts == []
    assert tabulate_bounds(few, caption="x").empty == NOTHING


def test_an_interval_that_includes_no_effect_needs_nothing():
    assert "already" in say_strength(e_value(0.8, 0.6, 1.1, kind="HR", common=True))
    assert say_pace(0.8, 0.6, 1.1).endswith("chance alone may explain it already")
    assert say_pace(1.6, 1.2, 2.1) == (
        "nothing is left if events in like controls came at 160% of the pace seen; at 120% chance alone may "
        "explain it"
    )
