"""Every box of the flow as RIS: what a box counts is what its file holds, and each reads back."""

import csv
import io

import pytest

from livingreview.evidence import load_evidence
from livingreview.exchange.flow import BOXES, export
from livingreview.surveillance.flow import count_flow
from livingreview.surveillance.prisma import compare, read_prisma
from livingreview.surveillance.readers import read_export
from livingreview.surveillance.tables import open_loop
from tests.cited import RECORD


@pytest.fixture(scope="module")
def files(worked):
    return export(load_evidence(worked), RECORD)


@pytest.mark.slow
def test_each_box_holds_the_records_that_it_counts(files, worked):
    flow = count_flow(open_loop(worked).tables, [""])
    listed = {
        (row["way"], row["box"]): (int(row["records"]), row["file"])
        for row in csv.DictReader(io.StringIO(files["boxes.csv"].decode()))
        if row["version"] == "unreleased"
    }
    for way, arm in flow.arms.items():
        for box in BOXES:
            wanted = sum(arm.excluded_for.values()) if box == "excluded_in_full" else getattr(arm, box)
            if box == "duplicates":
                continue  # a copy of one source stands in no record of its own
            count, file = listed.get((way, box), (0, ""))
            assert count == wanted, (way, box)
            if count:
                assert len(read_export(files[file], file).records) == count
    assert listed["review", "previous"][0] == flow.previous_reports


@pytest.mark.slow
def test_the_table_and_the_picture_are_those_of_the_flow(files, worked):
    flow = count_flow(open_loop(worked).tables, [""])
    assert compare(read_prisma(files["unreleased/flow.csv"].decode()), flow) == []
    assert f"Records identified: {flow.arms['databases'].identified}" in files["unreleased/flow.svg"].decode()


@pytest.mark.slow
def test_a_review_that_ran_no_strategy_hands_on_what_it_kept_before(exports, review):
    own = exports["flow"]
    assert "No stored strategy has been run yet" in own["README.md"].decode()
    screening = review.tables["screening"]
    kept = screening["decision"].eq("included") & screening["report_id"].notna()
    assert len(read_export(own["before-the-log/review-included.ris"], "x").records) == kept.sum()
