"""What may stand for a study in a forest: whole cohorts; what is kept out is said."""

import pytest

from livingreview.charts.candidates import candidates, say_left_out
from livingreview.charts.response import draw_response
from livingreview.evidence import select_class, select_setting
from livingreview.tables.counts import LEAST_PATIENTS
from tests.drawn import sheets_of


@pytest.mark.slow
def test_what_a_rule_keeps_out_is_said_where_it_keeps_any_out(review):
    """The control arm of TOWER was neither drawn nor named; that of a trial of no class stands with both."""
    controls = "Control arms in trials of these drugs are shown in randomised comparisons alone."
    small = "Counts of fewer than five patients are left out."
    bortezomib = select_class(review, "bortezomib")
    adults = select_setting(review, "adult-relapse")
    (figure,) = sheets_of(draw_response(adults, "response", title="R", most=30))
    assert f" {controls} {small}" in figure.more[1]
    (chapter,) = sheets_of(draw_response(bortezomib, "response", title="R"))
    assert controls not in chapter.more[1]
    assert small in chapter.more[1]
    assert say_left_out(select_setting(review, "ph-positive"), "response", LEAST_PATIENTS) == ""
    drawn = {row["row_id"] for row in candidates(adults, "response", LEAST_PATIENTS)}
    assert "kantarjian-2017.outcome.chemotherapy.cr" not in drawn
    assert "kantarjian-2019.outcome.chemotherapy.cr-cri" in drawn


@pytest.mark.slow
def test_a_study_told_of_subgroups_alone_is_named(review):
    """The largest series of first relapse once was neither drawn nor named among what is left out."""
    said = say_left_out(select_class(review, "bortezomib"), "response", LEAST_PATIENTS)
    assert said.endswith("Told of subgroups alone, and so among all results only: COG AALL07P1.")
    assert "subgroups" not in say_left_out(select_class(review, "bortezomib"), "mrd", LEAST_PATIENTS)
