"""Tables of results."""

import pandas as pd

from livingreview.tables.common import with_cohorts
from livingreview.tables.outcomes import survival_table


def test_a_hazard_ratio_says_what_it_compares(review):
    rows = [row for row in with_cohorts(review, "survival") if row["statistic"] == "hazard_ratio"]
    table = survival_table(review, rows, "Hazard ratios")
    told = {row.cells[2].row_id: row.cells[1] for row in table.rows}
    assert len(told) == len(rows) > 5
    for row in rows:
        assert pd.isna(row["group"]) or row["group"] in told[row["row_id"]]
