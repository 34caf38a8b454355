"""Two versions are told apart cell by cell; a conclusion whose rows moved is flagged."""

import datetime
import json

import pytest

from livingreview.checks import check_project
from livingreview.extraction.renaming import rename
from livingreview.releases import compare, load_snapshot
from livingreview.releases.reread import record_readings
from livingreview.releases.tell import tell_difference
from tests.checks.damage import find, read, write
from tests.released import CLAIM, FIRST, REPORT, ROW, correct_a_row, remove_report_rows


@pytest.mark.slow
def test_a_correction_is_told_cell_by_cell_and_flags_its_conclusion(copy):
    assert record_readings(copy, [CLAIM], day="2026-01-02") == [CLAIM]
    assert check_project(copy) == []
    before = correct_a_row(copy)
    difference = compare(load_snapshot(copy, FIRST), load_snapshot(copy, "now"))
    (change,) = difference.evidence_rows("correction")
    assert (change.key, change.report_id) == (ROW, REPORT)
    assert ("events", str(before), str(before - 1)) in [
        (cell.column, cell.before, cell.after) for cell in change.cells
    ]
    assert difference.reports["corrected"] == [REPORT]
    assert not difference.reports["added"]
    assert not difference.evidence_rows("new_evidence")
    (move,) = difference.estimates
    assert (move.key, move.cause, move.before.events, move.after.events) == (
        ROW,
        "correction",
        before,
        before - 1,
    )
    assert move.before.low != move.after.low
    (claim,) = [item for item in difference.conclusions if item.claim_id == CLAIM]
    assert claim.rows == (ROW,)
    assert claim.state == "changed"
    assert claim.to_read_again
    told = tell_difference(difference)
    assert f"events: '{before}' -> '{before - 1}'" in told
    assert "TO BE READ AGAIN" in told


@pytest.mark.slow
def test_a_new_report_is_new_evidence_and_a_removed_one_a_removal(copy):
    """The two directions between a version without a report and one with it."""
    gone = "linder-2016"
    for name in ("outcomes", "patient_timeline", "definitions", "figures", "adverse_events"):
        remove_report_rows(copy, name, lambda row: row["report_id"] != gone)
    remove_report_rows(copy, "reports", lambda row: row["report_id"] != gone)
    smaller, whole = load_snapshot(copy, "now"), load_snapshot(copy, FIRST)
    forth, back = compare(whole, smaller), compare(smaller, whole)
    assert forth.reports["removed"] == [gone]
    assert back.reports["added"] == [gone]
    assert (
        {change.report_id for change in back.evidence_rows("new_evidence")}
        == {gone}
        == {change.report_id for change in forth.evidence_rows("removal")}
    )
    assert not back.evidence_rows("correction")
    assert not forth.evidence_rows("correction")
    assert "blinatumomab.claim.case" in {item.claim_id for item in forth.conclusions}


@pytest.mark.slow
def test_a_row_added_to_a_known_report_is_no_new_evidence(copy):
    rows = read(copy, "outcomes")
    extra = list(rows[find(rows, row_id=ROW)])
    extra[0], extra[rows[0].index("timepoint")] = ROW + "-again", "later"
    write(copy, "outcomes", [rows[0], *sorted([*rows[1:], extra])])
    difference = compare(load_snapshot(copy, FIRST), load_snapshot(copy, "now"))
    assert [change.key for change in difference.evidence_rows("addition")] == [ROW + "-again"]
    assert not difference.evidence_rows("new_evidence")
    assert [move.cause for move in difference.estimates] == ["addition"]


@pytest.mark.slow
def test_a_new_column_is_told_once(copy):
    path = copy / "data" / "datapackage.json"
    descriptor = json.loads(path.read_text(encoding="utf-8"))
    next(item for item in descriptor["resources"] if item["name"] == "outcomes")["schema"]["fields"].append(
        {"name": "remark", "type": "string"}
    )
    path.write_text(json.dumps(descriptor), encoding="utf-8")
    rows = read(copy, "outcomes")
    write(copy, "outcomes", [[*rows[0], "remark"], *[[*row, "x"] for row in rows[1:]]])
    difference = compare(load_snapshot(copy, FIRST), load_snapshot(copy, "now"))
    assert difference.rows == ()
    assert difference.columns["added"] == {"outcomes": ["remark"]}


@pytest.mark.slow
def test_a_report_that_was_renamed_is_compared_with_itself(copy):
    new = "roe-2025"
    assert rename(copy, REPORT, new, reason="Why", day=datetime.date(2031, 1, 2)).problems == []
    difference = compare(load_snapshot(copy, FIRST), load_snapshot(copy, "now"))
    assert [(change.table, change.key) for change in difference.rows] == [("former_ids", REPORT)]
    assert not difference.estimates
    assert not difference.conclusions
    before = correct_a_row(copy, ROW.replace(REPORT, new))
    difference = compare(load_snapshot(copy, FIRST), load_snapshot(copy, "now"))
    (change,) = difference.evidence_rows("correction")
    assert (change.key, change.report_id) == (ROW.replace(REPORT, new), new)
    (move,) = difference.estimates
    assert (move.before.events, move.after.events) == (before, before - 1)
