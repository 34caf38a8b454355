"""Any legal code makes true statements: pools and headings of a review with other groups, times and bases."""

import pytest

from livingreview.pages.explorer_rows import list_rows
from livingreview.tables.counts import base_name, pooled_groups
from livingreview.tables.outcomes import select_outcomes, tabulate_results
from livingreview.tables.plan import synthesis_plan
from livingreview.tables.synthesis import say_pooling
from tests.changed import change_rows, spoil
from tests.starting.conftest import begin, enter

STUDIES = ("roe-2001", "roe-2002", "roe-2003")


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    """Three studies of another field: counts of all randomised, at twelve weeks, and once."""
    root = begin(tmp_path_factory.mktemp("declared") / "review")
    return enter(
        root,
        [
            (study, outcome, events + number, 50, "randomised", time)
            for outcome, events, time in (("seroconversion", 30, "week_12"), ("infection", 4, "not_reported"))
            for number, study in enumerate(STUDIES)
        ],
    )


def plan_of(evidence, outcome):
    return next(plan for plan in synthesis_plan(evidence) if plan.place.what == outcome)


@pytest.mark.slow
def test_counts_of_all_randomised_at_a_declared_time_are_pooled(other):
    plan = plan_of(other, "seroconversion")
    assert (plan.decision, plan.when, plan.base) == ("pooled", "at twelve weeks", "all patients")
    assert sorted(zip(plan.events, plan.totals, strict=True)) == [(30, 50), (31, 50), (32, 50)]
    assert "Seroconversion (SC), at twelve weeks" in say_pooling(other).__html__()


def test_what_happens_once_is_pooled_whatever_the_time(other):
    plan = plan_of(other, "infection")
    assert (plan.decision, plan.when) == ("pooled", "whatever the time")


def test_a_count_at_another_declared_time_stays_out_and_says_when(other):
    row_id = "roe-2001.outcome.all.seroconversion-week-12"
    earlier = spoil(other, "outcomes", change_rows([row_id], assessed_at="week_4"))
    left = {
        plan.when: [reason for _, _, reason in plan.left_out]
        for plan in synthesis_plan(earlier)
        if plan.place.what == "seroconversion"
    }
    assert left == {
        "at four weeks": ["assessed at twelve weeks"] * 2,
        "at twelve weeks": ["assessed at four weeks"],
    }


def test_every_group_has_its_section_and_its_filter(other):
    titles = [str(part.summary) for part in tabulate_results(other, title="All").parts]
    assert [title.partition(" (")[0] for title in titles] == ["All: Immune response", "All: Infections"]
    assert {row["outcome_group"][1] for row in list_rows(other) if row["kind"][0] == "outcomes"} == {
        "Any of: Immune response",
        "Any of: Infections",
    }
    assert pooled_groups(other) == ("immune_response", "infections", "harm")
    assert base_name(other, "assessed") == "patients assessed"


def test_a_group_that_is_not_declared_is_named_with_those_that_are(other):
    with pytest.raises(ValueError, match="'mrd'; groups are immune_response, infections"):
        select_outcomes(other, "mrd")
