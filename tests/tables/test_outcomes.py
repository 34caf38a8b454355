"""Tables of results."""

import pandas as pd

from livingreview.tables.common import with_cohorts
from livingreview.tables.outcomes import adverse_event_table, survival_table


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
        assert told[row_id] == f"{term} in {period}"
