"""Results of ClinicalTrials.gov: every cell once, with its path, its group and what it is counted from."""

import json

import pytest

from livingreview.extraction.ctgov import read_ctgov
from tests.extraction.registry import (
    EVENTS,
    NUMBER,
    REMISSION,
    RESPONSE,
    as_bytes,
    count_leaves,
    look_up,
    outcomes,
    study,
)


def cells_of(told, part):
    return [cell for cell in read_ctgov(as_bytes(told)).cells if cell.part == part]


def test_every_cell_of_the_file_is_read_once_and_stands_at_its_path():
    told = study()
    posted = read_ctgov(as_bytes(told))
    assert len(posted.cells) == count_leaves(told["resultsSection"]) == 53
    assert len({cell.path for cell in posted.cells}) == 53
    names = {
        "serious events": "numAffected",
        "other events": "numAffected",
        "flow": "numSubjects",
        "analyses": "paramValue",
    }
    for cell in posted.cells:
        stands = look_up(told, cell.path)
        value = stands if cell.part == "event totals" else stands.get(names.get(cell.part, "value"), "")
        assert str(value) == cell.value, cell.path


def test_what_the_file_says_of_the_study_is_read():
    posted = read_ctgov(as_bytes(study()))
    assert (posted.number, posted.posted_on, posted.threshold) == (NUMBER, "2024-05-06", "5")
    assert posted.is_randomised
    assert [(arm.title, arm.kind, arm.given) for arm in posted.arms] == [
        ("Drug A", "EXPERIMENTAL", "Drug: A"),
        ("Standard Care", "ACTIVE_COMPARATOR", "Drug: B"),
    ]
    assert posted.found.kind == "registry"
    assert posted.unposted == ["Relapse"]


def test_a_group_is_found_by_the_id_of_its_own_part():
    """EG000 is standard care, OG000 of one measure too, and FG000 is the drug."""
    posted = read_ctgov(as_bytes(study()))
    titles = {(cell.part, cell.path[-2:]): cell.group.title for cell in posted.cells if cell.group}
    assert titles["serious events", "0]"] == "Standard care"
    survival, remission, *_ = [cell for cell in posted.cells if cell.part == "outcomes"][::2]
    assert (survival.group.title, remission.group.title) == ("Standard Care", "Drug A")


def test_denominators_of_a_class_come_before_those_of_its_measure_and_participants_before_other_units():
    assert [cell.total for cell in cells_of(outcomes(REMISSION), "outcomes")] == ["40", "19"]
    assert [cell.total for cell in cells_of(outcomes(RESPONSE), "outcomes")] == ["40", "38", "40", "38"]


def test_a_term_without_a_number_at_risk_has_its_groups():
    first, second = cells_of(study(), "serious events")[:2]
    assert (first.value, first.total) == ("2", "36")
    assert (second.value, second.total, second.occurrences) == ("3", "39", "5")


def test_a_group_that_the_file_does_not_have_is_no_group():
    told = study(adverseEventsModule=EVENTS | {"eventGroups": EVENTS["eventGroups"][:1]})
    assert [cell.group is None for cell in cells_of(told, "other events")][:2] == [False, True]


@pytest.mark.parametrize(
    "data",
    [
        b"TY  - JOUR",
        b"{",
        b"[]",
        json.dumps({"studies": [study(), study()]}).encode(),
        json.dumps({"protocolSection": {}, "hasResults": False}).encode(),
    ],
    ids=["another format", "cut", "a list", "two studies", "no results"],
)
def test_another_file_holds_no_results_of_one_study(data):
    assert read_ctgov(data) is None


def test_an_answer_of_one_study_is_read_as_the_study():
    data = json.dumps({"studies": [study()]}).encode()
    assert len(read_ctgov(data).cells) == 53


def test_results_of_another_form_are_refused():
    told = study(participantFlowModule={"groups": ["Drug A"]})
    with pytest.raises(ValueError, match="not in the form of ClinicalTrials"):
        read_ctgov(as_bytes(told))
