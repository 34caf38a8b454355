"""Which rows a chart draws at all; tests/tables/test_choice.py holds which of them stand for a study."""

import pandas as pd
import pytest

from livingreview.charts.selection import drawable_counts

ROW = {
    "row_id": "x",
    "events": 4,
    "total": 10,
    "percent_reported_pct": pd.NA,
    "denominator": "treated",
    "report_id": "a-2000",
    "outcome": "cr",
    "c_arm": pd.NA,
}


@pytest.mark.parametrize(
    ("cells", "drawn"),
    [
        ({}, True),
        ({"events": 0}, True),
        ({"events": pd.NA}, False),
        ({"events": pd.NA, "percent_reported_pct": 40.0}, False),
        ({"total": pd.NA}, False),
        ({"denominator": "subgroup"}, False),
    ],
)
def test_only_counts_are_drawn(cells, drawn):
    assert bool(drawable_counts([ROW | cells])) is drawn


def test_an_arm_given_as_a_percentage_is_drawn_where_its_other_arm_is():
    arm = ROW | {"row_id": "arm", "c_arm": "experimental"}
    control = ROW | {"row_id": "control", "c_arm": "control", "events": pd.NA, "percent_reported_pct": 16.0}
    assert [row["row_id"] for row in drawable_counts([arm, control])] == ["arm", "control"]
    other = control | {"outcome": "cr-crh"}
    assert [row["row_id"] for row in drawable_counts([arm, other])] == ["arm"], "another question"
