"""One version of the evidence: found by its number, read as its own engine froze it."""

import json

import pytest

from livingreview.releases import load_snapshot
from livingreview.releases.snapshot import NOW, Snapshot, digest, read_package_files
from tests.released import FIRST, ROW, correct_a_row


@pytest.mark.slow
def test_a_release_is_read_as_it_was_frozen(copy):
    before = load_snapshot(copy, FIRST)
    events = before.evidence.row(ROW)["events"]
    correct_a_row(copy)
    after = load_snapshot(copy, FIRST)
    assert after.files == before.files
    assert after.estimates == before.estimates
    assert after.evidence.row(ROW)["events"] == after.estimates[ROW].events == events
    assert load_snapshot(copy, NOW).evidence.row(ROW)["events"] == events - 1
    assert after.record["version"] == FIRST
    assert load_snapshot(copy, NOW).record == {}


@pytest.mark.slow
def test_frozen_estimates_are_taken_and_not_worked_out_anew(copy):
    """The engine may have changed since; what a version said stays."""
    path = copy / "releases" / FIRST / "estimates.json"
    frozen = json.loads(path.read_text(encoding="utf-8"))
    item = next(item for item in frozen["estimates"] if item["key"] == ROW)
    item["value"] = 0.123
    path.write_text(json.dumps(frozen), encoding="utf-8")
    assert load_snapshot(copy, FIRST).estimates[ROW].value == 0.123
    assert Snapshot(NOW, read_package_files(copy), {}).estimates[ROW].value != 0.123


@pytest.mark.slow
def test_a_version_that_is_not_there_names_those_there_are(copy):
    with pytest.raises(ValueError, match=f"no release '2031.9.9'; there are: {FIRST}, now"):
        load_snapshot(copy, "2031.9.9")


@pytest.mark.slow
def test_the_package_is_its_declared_files_and_no_others(copy):
    (copy / "data" / "notes.txt").write_text("mine", encoding="utf-8")
    files = read_package_files(copy)
    assert "notes.txt" not in files
    assert {"datapackage.json", "references.bib", "outcomes.csv"} <= files.keys()
    assert list(files) == sorted(files)
    assert digest(files["outcomes.csv"]) != digest(files["cohorts.csv"])
