"""Recording that a conclusion was read."""

import csv

import pytest

from livingreview.checks import check_project, record_rows
from livingreview.cli import main
from livingreview.evidence import load_evidence, records
from livingreview.releases import compare, load_snapshot
from livingreview.releases.reread import list_ratings, list_untold, record_readings
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
def test_a_rating_is_to_be_read_again_with_the_conclusions_on_its_question(copy, capsys):
    """ "Four trials agree" stayed as it was when a count under it had doubled, and nothing named it."""
    evidence = load_evidence(copy)
    record_readings(copy, evidence.tables["claims"]["claim_id"], day="2026-01-02")
    assert list_ratings(copy, []) == []
    told = " ".join(evidence.tables["claims"]["rests_on"])
    rating, row_id = next(
        (row["certainty_id"], row_id)
        for row in records(evidence.tables["certainty"])
        for row_id in row["rests_on"].split("; ")
        if ".outcome." in row_id and row_id in told
    )
    set_cell(copy, "outcomes", "locator", "Page 1", row_id=row_id)
    main(["--root", str(copy), "reread"])
    assert f"{rating}: its reason is to be read again" in capsys.readouterr().out


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


@pytest.mark.slow
def test_a_larger_study_that_no_conclusion_rests_on_is_listed_and_a_small_one_is_not(copy, capsys):
    evidence = load_evidence(copy)
    study = evidence.report_studies["kantarjian-2017"]
    own = {report for report, other in evidence.report_studies.items() if other == study}
    before = set(list_untold(copy))
    path = copy / "data" / "claims.csv"
    with open(path, newline="", encoding="utf-8") as handle:
        header, *rows = csv.reader(handle)
    at = header.index("rests_on")
    for row in rows:
        row[at] = "; ".join(item for item in row[at].split("; ") if item.partition(".")[0] not in own)
    with open(path, "w", newline="", encoding="utf-8") as handle:
        csv.writer(handle, lineterminator="\n").writerows([header, *rows])
    assert set(list_untold(copy)) - before == {("blinatumomab", "TOWER")}
    main(["--root", str(copy), "reread"])
    assert "TOWER: ten patients or more, and in no conclusion of blinatumomab" in capsys.readouterr().out
