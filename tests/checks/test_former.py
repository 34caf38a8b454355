"""A former id is gone, and what still goes by it is told in its place."""

import pandas as pd
import pytest

from livingreview.checks.checked import Checked
from livingreview.checks.former import FORMER_RULES
from livingreview.evidence import load_package
from tests.checks.spoilt import spoil, told
from tests.conftest import ROOT

ROWS = {
    "reports": [{"report_id": "roe-2019", "study_id": "alpha-trial", "note": "Read twice."}],
    "studies": [{"study_id": "alpha-trial", "overlaps_with": "alpha-trial"}],
    "outcomes": [{"row_id": "roe-2019.outcome.all.cr", "report_id": "roe-2019", "events": 3}],
    "claims": [{"claim_id": "one.claim.first", "rests_on": "roe-2019.outcome.all.cr"}],
    "former_ids": [{"former_id": "alpha-trial", "report_id": "roe-2019"}],
}
SLIPS = {
    "a report that has the former id": (
        "reports",
        2,
        {"report_id": "alpha-trial"},
        ("former_ids", "former_id"),
    ),
    "a row left under it": (
        "outcomes",
        2,
        {"row_id": "alpha-trial.outcome.all.cr"},
        ("outcomes", "row_id"),
    ),
    "a list left": ("claims", 2, {"rests_on": "b.x; alpha-trial.outcome.all.cr"}, ("claims", "rests_on")),
    "a note left": ("reports", 2, {"note": "See alpha-trial."}, ("reports", "note")),
}


@pytest.fixture(scope="module")
def checked() -> Checked:
    package = load_package(ROOT / "data")
    frames = {
        name: pd.DataFrame(
            [dict.fromkeys(table.columns, pd.NA) | row for row in ROWS.get(name, [])],
            index=range(2, len(ROWS.get(name, [])) + 2),
            columns=table.columns,
            dtype=object,
        )
        for name, table in package.tables.items()
    }
    return Checked(package, frames)


def test_a_study_may_be_called_as_a_report_was(checked):
    assert told(FORMER_RULES, checked) == set()


@pytest.mark.parametrize("slip", SLIPS)
def test_what_is_left_under_a_former_id_is_told(checked, slip):
    table, line, cells, (file, column) = SLIPS[slip]
    assert told(FORMER_RULES, spoil(checked, table, line, **cells)) == {(f"{file}.csv", 2, column)}


def test_the_remedy_is_the_cell_as_it_should_be(checked):
    spoilt = spoil(checked, "reports", 2, note="See alpha-trial.")
    (problem,) = (problem for rule in FORMER_RULES for problem in rule(spoilt))
    assert "'See roe-2019.'" in problem.mend
