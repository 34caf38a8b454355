"""Tables of results."""

import pandas as pd
import pytest

from livingreview.tables.common import with_cohorts
from livingreview.tables.outcomes import (
    adverse_event_table,
    outcome_table,
    says_the_same,
    survival_table,
    tabulate_results,
)


def test_a_hazard_ratio_says_what_it_compares(review):
    rows = [row for row in with_cohorts(review, "survival") if row["statistic"] == "hazard_ratio"]
    table = survival_table(review, rows, "Hazard ratios")
    told = {row.cells[2].row_id: row.cells[1] for row in table.rows}
    assert len(told) == len(rows) > 5
    for row in rows:
        assert pd.isna(row["group"]) or row["group"] in told[row["row_id"]]


def test_events_counted_over_a_part_of_the_treatment_say_which_part(review):
    """A trial's first cycle is neither its second nor its whole treatment."""
    events = review.tables["adverse_events"]
    part = events.loc[events["period"].notna()]
    assert len(part) > 40
    table = adverse_event_table(
        review,
        [row for row in with_cohorts(review, "adverse_events") if row["row_id"] in set(part["row_id"])],
        "Events",
    )
    told = {row.cells[3].row_id: row.cells[0] for row in table.rows if not row.heading}
    for row_id, term, period in part[["row_id", "term", "period"]].itertuples(index=False):
        assert told[row_id] in (f"{term} in {period}", f"{term} {period}")
        assert " in after" not in told[row_id]


@pytest.mark.parametrize(
    ("label", "definition", "same"),
    [
        ("complete remission (CR)", "complete remission", True),
        ("CR or CRh", "CR or CRh", True),
        ("death, any cause", "death from any cause", True),
        ("MRD negative", "MRD negative", True),
        ("MRD negative", "MRD below 0.01%", False),
        ("death, any cause", "death without earlier relapse", False),
    ],
)
def test_a_definition_that_only_repeats_the_outcome_is_not_shown(label, definition, same):
    assert says_the_same(label, definition) is same


@pytest.mark.slow
def test_no_outcome_is_told_twice_in_one_cell(review):
    rows = with_cohorts(review, "outcomes")
    for row in outcome_table(review, rows, "All").rows:
        words = row.cells[1] if not row.heading else []
        assert len(words) < 2 or not says_the_same(*words), words


@pytest.mark.slow
def test_a_page_on_harm_tells_of_harm_alone(review):
    shown = tabulate_results(review, title="Other", harm_only=True).parts
    told = ("Relapses, treatment failures and deaths", "Adverse events")
    assert [part.content.caption for part in shown] == [f"Other: {name}" for name in told]
    assert all("results)" in part.summary for part in shown)
