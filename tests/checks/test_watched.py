"""What a slip of the hand does to notices and trials is told in its place; a correction excludes nothing."""

import pandas as pd
import pytest

from livingreview.checks.checked import Checked
from livingreview.checks.links import check_lists_of_ids, check_row_id_prefix
from livingreview.checks.watched import WATCHED_RULES
from tests.checks.spoilt import made_of, spoil, told

RULES = (check_row_id_prefix, check_lists_of_ids, *WATCHED_RULES)
ROWS = {
    "reports": [
        {"report_id": "roe-2019", "status": "included"},
        {"report_id": "doe-2020", "status": "excluded"},
    ],
    "claims": [{"claim_id": "one.claim.first"}],
    "notices": [
        {"notice_id": "roe-2019.crossref.correction.x", "report_id": "roe-2019", "kind": "correction"}
        | {"seen_on": "2026-05-01", "read_on": "2026-05-02", "effect": "corrected", "note": "One count."},
        {"notice_id": "doe-2020.pubmed.retraction.1", "report_id": "doe-2020", "kind": "retraction"}
        | {
            "seen_on": "2026-05-01",
            "read_on": "2026-05-02",
            "effect": "excluded",
            "note": "No data.",
        },
        {"notice_id": "roe-2019.pubmed.retraction.2", "report_id": "roe-2019", "kind": "retraction"}
        | {"seen_on": "2026-05-01"},
    ],
    "departures": [{"report_id": "doe-2020", "day": "2026-05-02", "reason": "Retracted"}],
    "watches": [{"watch_id": "roe-2019.crossref", "report_id": "roe-2019"}],
    "trials": [
        {
            "trial_id": "nct01234567",
            "number": "NCT01234567",
            "awaited": "yes",
            "overturns": "one.claim.first",
        },
        {"trial_id": "ctri-2020-01-000001", "number": "CTRI/2020/01/000001", "awaited": "no"},
    ],
}
SLIPS = {
    "half read": ("notices", 2, {"effect": None}, "effect"),
    "an effect that nobody read": ("notices", 2, {"read_on": None}, "read_on"),
    "read before it was seen": ("notices", 2, {"read_on": "2026-04-01"}, "read_on"),
    "a correction that excludes": ("notices", 2, {"effect": "excluded"}, "effect"),
    "an exclusion that was not made": ("notices", 3, {"report_id": "roe-2019"}, "effect"),
    "no reason": ("notices", 3, {"note": None}, "note"),
    "a notice of another report": ("notices", 4, {"report_id": "doe-2020"}, "notice_id"),
    "a watch of another report": ("watches", 2, {"report_id": "doe-2020"}, "watch_id"),
    "a report that left and is included": ("departures", 2, {"report_id": "roe-2019"}, "report_id"),
    "another trial's number": ("trials", 2, {"number": "NCT07654321"}, "trial_id"),
    "a conclusion that is not there": ("trials", 2, {"overturns": "one.claim.frist"}, "overturns"),
    "conclusions of a trial that is not awaited": ("trials", 2, {"awaited": "no"}, "overturns"),
}


@pytest.fixture(scope="module")
def checked() -> Checked:
    return made_of(ROWS)


def test_what_is_sound_is_not_told_nor_what_nobody_has_read_yet(checked):
    assert told(RULES, checked) == set()


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_is_told_in_its_place(checked, slip):
    table, line, cells, column = SLIPS[slip]
    cells = {name: pd.NA if value is None else value for name, value in cells.items()}
    assert (f"{table}.csv", line, column) in told(RULES, spoil(checked, table, line, **cells))
