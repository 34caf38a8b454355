"""Recording that a conclusion was read."""

import csv

import pytest

from livingreview.checks import check_project, record_rows
from livingreview.releases import compare, load_snapshot
from livingreview.releases.reread import record_readings
from livingreview.tables.readings import reading_state
from tests.checks.damage import set_cell
from tests.released import CLAIM, FIRST, correct_a_row


@pytest.mark.slow
def test_a_conclusion_read_again_is_flagged_no_more(copy):
    record_readings(copy, [CLAIM], day="2026-01-02")
    correct_a_row(copy)
    record_readings(copy, [CLAIM], day="2026-01-03")
    difference = compare(load_snapshot(copy, FIRST), load_snapshot(copy, "now"))
    (claim,) = [item for item in difference.conclusions if item.claim_id == CLAIM]
    assert claim.state == "read"
    assert not claim.to_read_again
    assert reading_state(load_snapshot(copy, "now").evidence, "blinatumomab.claim.case") == "unread"


@pytest.mark.slow
def test_readings_are_checked(copy):
    record_readings(copy, [CLAIM], day="2026-01-02")
    set_cell(copy, "readings", "digest", "yesterday")
    assert [(problem.file, problem.column) for problem in check_project(copy)] == [("readings.csv", "digest")]
    with open(copy / "data" / "readings.csv", "w", newline="", encoding="utf-8") as handle:
        csv.writer(handle, lineterminator="\n").writerows(
            [
                ["claim_id", "read_on", "digest", "slice_digest", "slice_reports"],
                ["no.such.claim", "2026-01-02", "0" * 12, "0" * 12, ""],
            ]
        )
    record_rows(copy)
    assert {problem.column for problem in check_project(copy)} == {"claim_id"}
