"""Results side by side: who was compared with whom, and how, is told from the data alone."""

import pandas as pd
import pytest

from livingreview.display.numbers import NOT_REPORTED
from livingreview.synthesis import proportion_interval
from livingreview.tables.labels import TwinsError
from livingreview.tables.side_by_side import (
    NO_OTHER,
    NO_RATIO,
    NOT_ALONE,
    OF_A_PART,
    RANDOMISED,
    SAME_REPORT,
    TWO_REPORTS,
    tabulate_over_enrolled,
    tabulate_pairs,
)
from tests.changed import change_rows, spoil

EFS = (
    "teachey-2022.survival.bortezomib.efs-48m; teachey-2022.survival.control.efs-48m; "
    "teachey-2022.survival.bortezomib.efs-hr"
)
PART = "teachey-2022.survival.bortezomib-lymphoma.efs-48m; teachey-2022.survival.control-lymphoma.efs-48m"
CHOSEN = "taleghani-bortezomib-aml.outcome.with.cr; taleghani-bortezomib-aml.outcome.without.cr"
ELSEWHERE = "horton-2019.outcome.b-under-21.cr; raetz-2008.outcome.early.cr"
ALONE = "horton-2014.outcome.arm-a.cr-crp"
SECOND_ALONE = "horton-2014.outcome.arm-b.cr-crp"


def pairs(evidence, *lines):
    table = tabulate_pairs(evidence, *lines, first="With", second="Without", caption="x")
    return [row.cells for row in table.rows]


@pytest.mark.parametrize(
    ("line", "how"),
    [
        (EFS, RANDOMISED),
        (PART, OF_A_PART),
        (CHOSEN, SAME_REPORT),
        (ELSEWHERE, TWO_REPORTS),
        (ALONE, NOT_ALONE),
    ],
)
def test_how_two_groups_were_compared_is_told_from_their_arms(review, line, how):
    ((*_, told),) = pairs(review, line)
    assert told == how


def test_a_line_names_both_treatments_their_sizes_and_the_ratio_as_printed(review):
    ((trial, result, first, second, ratio, _),) = pairs(review, EFS)
    assert trial[0] == "AALL1231"
    assert result == "Event-free survival at 48 months"
    assert [figure.row_id for figure in (first[0], second[0], ratio[0])] == EFS.split("; ")
    assert first[1].endswith("n\u00a0=\u00a0408")
    assert second[1].endswith("n\u00a0=\u00a0416")
    assert str(ratio[0]) == "0.833"
    assert ratio[1].endswith("no interval printed")


def test_what_is_not_there_is_said(review):
    ((_, result, first, second, ratio, _),) = pairs(review, ALONE)
    assert (second, ratio) == (NO_OTHER, "")
    assert pairs(review, CHOSEN)[0][4] == NO_RATIO
    assert pairs(review, ELSEWHERE)[0][4] == "", "of two reports there is none to read"
    assert result.endswith("number not reported")
    assert first[1].endswith("number not reported")


def test_two_reports_of_unlike_patients_say_both(review):
    ((trial, *_),) = pairs(review, ELSEWHERE)
    assert trial[0] == "COG AALL07P1 and COG AALL01P2"
    assert "B-cell precursor ALL" in trial[1]
    assert "; beside: ALL, B and T together" in trial[1]


def test_a_figure_is_told_by_its_item_and_its_p_value_by_its_name(review):
    start = "intreall-sr-2010.figure.death-in-remission-"
    ((_, result, *_, ratio, how),) = pairs(review, f"{start}r3; {start}allrez; {start}p")
    assert result.startswith("Death in remission")
    assert ratio[1] == "P value"
    assert how == RANDOMISED


def test_lines_of_one_label_are_refused_and_arms_are_told_by_their_treatment(review):
    assert len(pairs(review, ALONE, SECOND_ALONE)) == 2
    with pytest.raises(TwinsError):
        pairs(review, EFS, EFS)


def test_shares_are_set_over_all_enrolled_by_hand(review):
    """57 of 67 could be evaluated: 33 in remission are 33 of 67 at least."""
    ids = "wang-2018.outcome.all.cr", "ye-2019.outcome.all.cr", "mushtaq-2021.outcome.clag-m.cr"
    table = tabulate_over_enrolled(review, *ids, drug="cytarabine", caption="x")
    wang, ye, mushtaq = (row.cells for row in table.rows)
    low, high = proportion_interval(33, 67, method="clopper-pearson")
    assert wang[3] == f"at least 49% [{100 * low:.0f}–{100 * high:.0f}], 33/67"
    assert ye[3].startswith("58% [")
    assert ye[3].endswith("21/36")
    assert mushtaq[1] == NOT_REPORTED
    assert mushtaq[3] == "count not reported"
    assert [str(row[1]) for row in (wang, ye)] == ["2 g/m²/day", "1 g/m²/day"]
    assert table.columns[1].title == "Cytarabine"


def test_an_unknown_row_stops_the_build(review):
    with pytest.raises(KeyError):
        pairs(review, "nobody-2020.outcome.all.cr")


def test_without_a_name_a_treatment_is_called_by_its_cohort(review):
    bare = spoil(review, "cohorts", change_rows(["teachey-2022.cohort.control"], regimen_id=pd.NA))
    ((_, _, _, second, *_),) = pairs(bare, EFS)
    assert second[1] == "First line, T-ALL and T-LL, without bortezomib, n\u00a0=\u00a0416"
