"""A former id is gone, and what still goes by it is told in its place."""

import pytest

from livingreview.checks.checked import Checked
from livingreview.checks.former import FORMER_RULES
from tests.checks.spoilt import made_of, spoil, told

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
    return made_of(ROWS)


@pytest.mark.slow
def test_a_study_may_be_called_as_a_report_was(checked):
    assert told(FORMER_RULES, checked) == set()


@pytest.mark.slow
@pytest.mark.parametrize("slip", SLIPS)
def test_what_is_left_under_a_former_id_is_told(checked, slip):
    table, line, cells, (file, column) = SLIPS[slip]
    assert told(FORMER_RULES, spoil(checked, table, line, **cells)) == {(f"{file}.csv", 2, column)}


@pytest.mark.slow
def test_the_remedy_is_the_cell_as_it_should_be(checked):
    spoilt = spoil(checked, "reports", 2, note="See alpha-trial.")
    (problem,) = (problem for rule in FORMER_RULES for problem in rule(spoilt))
    assert "'See roe-2019.'" in problem.mend
