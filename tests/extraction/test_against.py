"""A register's numbers beside an article's: like beside like, differences listed, nothing changed."""

import copy
import csv
import json

import pytest

from livingreview.extraction.against import KIND, compare_report, tell_beside, write_beside
from livingreview.extraction.ctgov import read_ctgov
from livingreview.extraction.proposing import propose
from livingreview.extraction.workbook import SheetError
from tests.extraction.registry import EVENTS, FLOW, REMISSION, SURVIVAL, as_bytes, study

REPORT = "kantarjian-2017"  # 165 of 267 and 49 of 109 with serious events; median survival 7.7 and 4.0 months
OTHER = "Standard of Care Chemotherapy"


def registry(serious=(50, 109, 165, 267), median=("4.0", "7.8"), remission=("35.0", "15.7")):
    """A register's results of that trial, made up: one arm is called as the report's cohort, one is not."""
    flow = copy.deepcopy(FLOW)
    began = flow["periods"][0]["milestones"][0]["achievements"]
    began[0]["numSubjects"], began[1]["numSubjects"] = "271", "135"
    told = study(participantFlowModule=flow, baselineCharacteristicsModule=None)
    events = copy.deepcopy(EVENTS) | {"seriousEvents": [], "otherEvents": []}
    for group, (affected, at_risk) in zip(events["eventGroups"], (serious[:2], serious[2:]), strict=True):
        group |= {"seriousNumAffected": affected, "seriousNumAtRisk": at_risk}
    survival, response = copy.deepcopy(SURVIVAL), copy.deepcopy(REMISSION)
    denoms = [{"units": "Participants", "counts": [
        {"groupId": "OG000", "value": "271"}, {"groupId": "OG001", "value": "134"}]}]  # fmt: skip
    survival |= {"classes": [_two(*median)], "analyses": [], "denoms": []}
    response |= {"classes": [_two(*remission)], "denoms": denoms}
    told["resultsSection"] |= {
        "adverseEventsModule": events,
        "outcomeMeasuresModule": {"outcomeMeasures": [survival, response]},
    }
    text = json.dumps(told).replace("Drug A", "Blinatumomab")
    return json.loads(text.replace("Standard Care", OTHER).replace("Standard care", OTHER))


def _two(first, second):
    values = [{"groupId": "OG000", "value": first}, {"groupId": "OG001", "value": second}]
    return {"categories": [{"measurements": values}]}


def beside(review, told, **options):
    return compare_report(review, propose(review, read_ctgov(as_bytes(told))), REPORT, **options)


SAME = {OTHER: "chemotherapy"}


def test_groups_of_one_name_are_one_and_others_only_as_a_person_says(review):
    assert beside(review, registry()).pairs == {"Blinatumomab": f"{REPORT}.blinatumomab"}
    both = beside(review, registry(), same=SAME).pairs
    assert both == {"Blinatumomab": f"{REPORT}.blinatumomab", OTHER: f"{REPORT}.chemotherapy"}


def test_what_differs_is_a_proposed_discrepancy_and_what_is_alike_is_counted(review):
    found = beside(review, registry(), same=SAME)
    rows = {row["affects"].removeprefix(f"{REPORT}."): row for row in found.rows}
    assert rows.keys() == {
        "cohort.chemotherapy",
        "ae.chemotherapy.serious-adverse-event",
        "survival.blinatumomab.os-median",
        "outcome.blinatumomab.cr",
    }
    row = rows["ae.chemotherapy.serious-adverse-event"]
    assert row["value_a"] == "“165 (61.8) | 49 (45.0)”"
    assert row["value_b"] == "50 … 109"
    assert row["where_b"] == "NCT09999999, adverseEventsModule.eventGroups[0].seriousNumAffected"
    assert row["explanation"].startswith("events: 49 here, 50 there")
    assert (row["report_id"], row["kind"]) == (REPORT, KIND)
    assert found.alike == 4  # size and serious events of one arm, survival and remission of the other


def test_a_percentage_is_compared_with_the_count_of_the_other_to_its_own_rounding(review):
    """The report counts 91 of 271 (33.6%) in one arm and prints 16% alone in the other."""
    alike = beside(review, registry(remission=("33.6", "15.7")), same=SAME)
    assert not [row for row in alike.rows if ".outcome." in row["affects"]]
    other = beside(review, registry(remission=("33.8", "16.8")), same=SAME)
    assert len([row for row in other.rows if ".outcome." in row["affects"]]) == 2


def test_graded_events_of_an_article_are_compared_with_nothing(review):
    affected = {row["affects"] for row in beside(review, registry(), same=SAME).rows}
    assert not [name for name in affected if name.endswith(("-g3", "-g5"))]


def test_what_is_written_has_the_columns_of_the_register_of_discrepancies(review, tmp_path):
    path = tmp_path / "against.csv"
    found = beside(review, registry(), same=SAME)
    write_beside(path, review, found)
    with open(path, newline="", encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    table = review.package.table("discrepancies")
    assert list(rows[0]) == table.columns
    limits = {item.name: item.constraints.get("maxLength", 1000) for item in table.fields}
    assert all(len(text) <= limits[name] for row in rows for name, text in row.items())
    assert {row["kind"] for row in rows} <= set(table.field("kind").constraints["enum"])
    assert {row["status"] for row in rows} == {""}  # a person's to say


def test_a_comparison_that_is_unsure_is_told_not_made(review):
    lines = "\n".join(tell_beside(beside(review, study()), "x.csv"))
    assert "no group of the file is called as one of its cohorts" in lines


@pytest.mark.parametrize(
    ("same", "told"),
    [
        ({"Nobody": "chemotherapy"}, "'Nobody' is none of the groups of the file; there are: Blinatumomab"),
        ({OTHER: "nothing"}, f"'nothing' is none of the cohorts of {REPORT}"),
    ],
)
def test_names_that_are_not_there_are_refused(review, same, told):
    with pytest.raises(SheetError, match=told):
        beside(review, registry(), same=same)


def test_an_unknown_report_is_refused(review):
    proposal = propose(review, read_ctgov(as_bytes(study())))
    with pytest.raises(SheetError, match="--against nobody-1999: no report of this review"):
        compare_report(review, proposal, "nobody-1999")
