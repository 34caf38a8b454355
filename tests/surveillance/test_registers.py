"""A trial's course in its register, and when results are late."""

import datetime
import json

import pytest

from livingreview.surveillance.asking import SourceError
from livingreview.surveillance.registers import (
    Entry,
    ask_register,
    compare_entry,
)

TODAY = datetime.date(2026, 6, 15)
ROW = {"trial_id": "nct01234567", "number": "NCT01234567", "study_id": "s", "title": "", "seen_on": ""} | (
    dict.fromkeys(
        ("status", "completion", "completion_type", "enrolment", "enrolment_type", "results_posted"), ""
    )
    | {"updated": "", "merged_into": "", "awaited": "yes", "note": "mine"}
)


def entry(number="NCT01234567", **cells):
    told = ("title", "status", "completion", "enrolment", "results_posted")
    return Entry(number, dict.fromkeys(told, "") | cells)


def test_a_first_look_is_no_change_and_a_second_tells_what_changed():
    first, events = compare_entry(ROW, entry(status="RECRUITING", title="A trial"), "2026-01-01")
    assert events == []
    assert (first["status"], first["title"], first["note"]) == ("RECRUITING", "A trial", "mine")
    second, events = compare_entry(first, entry(status="TERMINATED", title="Another"), "2026-02-01")
    assert [(row["what"], row["before"], row["after"]) for row in events] == [
        ("status", "RECRUITING", "TERMINATED")
    ]
    assert second["title"] == "A trial"  # a person's words stay
    assert compare_entry(second, entry(status="TERMINATED"), "2026-03-01")[1] == []


def test_what_a_register_calls_unknown_is_no_empty_cell_and_a_title_stands_on_one_line():
    section = {"identificationModule": {"nctId": "NCT01234567", "briefTitle": "A \u200btrial\n of  one"}}
    study = {"protocolSection": section | {"statusModule": {"overallStatus": "UNKNOWN"}}}
    body = json.dumps({"studies": [study]}).encode()
    cells = ask_register(["NCT01234567"], lambda request: body)["NCT01234567"].cells
    assert (cells["status"], cells["title"]) == ("UNKNOWN_STATUS", "A trial of one")


@pytest.mark.parametrize("body", [b"[]", b"{}", b"{", b'{"studies": [{}]}'])
def test_an_answer_that_cannot_be_read_is_never_an_empty_one(body):
    with pytest.raises(SourceError, match="Nothing was written"):
        ask_register(["NCT01234567"], lambda request: body)
