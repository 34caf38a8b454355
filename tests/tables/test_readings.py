"""A conclusion is read until its words, its certainty or its rows change."""

import pandas as pd
import pytest

from livingreview.evidence import select_class, split_ids
from livingreview.tables.readings import (
    STATES,
    digest_claim,
    new_reports,
    reading_state,
    rows_on_question,
    say_reading,
    take_reading,
)
from tests.changed import change_rows, spoil

CLAIM = "bortezomib.claim.mrd"


def read(evidence, reading):
    """The evidence with one reading, and no other, on record."""
    row = {"claim_id": CLAIM, "read_on": "2031-01-02", **reading._asdict()}
    return spoil(evidence, "readings", lambda frame: pd.DataFrame([row]))


def reword(**cells):
    """What `spoil` does to the table of conclusions: cells of the one conclusion set to other values."""

    def change(frame):
        for column, value in cells.items():
            frame.loc[frame["claim_id"].eq(CLAIM), column] = value
        return frame

    return change


@pytest.fixture
def rows(review):
    """The rows that the conclusion rests on."""
    claims = review.tables["claims"].set_index("claim_id")
    return split_ids(claims.loc[CLAIM, "rests_on"])


@pytest.mark.slow
def test_a_reading_holds_until_words_certainty_or_a_row_change(review, rows):
    reading = take_reading(review, CLAIM)
    assert len(reading.digest) == 12
    assert reading_state(read(review, reading), CLAIM) == "read"
    changed = {
        "its words": ("claims", reword(text="Other words.")),
        "its certainty": ("claims", reword(certainty="high")),
        "what it rests on": ("claims", reword(rests_on=rows[0] + "; no.such.row")),
        "a row of it": ("outcomes", change_rows(rows, note="Corrected.")),
    }
    for what, (table, change) in changed.items():
        assert reading_state(read(spoil(review, table, change), reading), CLAIM) == "changed", what


def test_what_a_conclusion_does_not_say_may_change(review, rows):
    """Its place on the page, why its certainty is what it is, rows of others, an empty column added."""
    digest = digest_claim(review, CLAIM)
    others = [row_id for row_id in review.tables["outcomes"]["row_id"] if row_id not in rows]
    for table, change in (
        ("claims", reword(position=99, certainty_reason="Said otherwise.")),
        ("outcomes", change_rows(others[:5], note="Corrected.")),
        ("outcomes", lambda frame: frame.assign(remark=pd.NA)),
    ):
        assert digest_claim(spoil(review, table, change), CLAIM) == digest


def test_a_conclusion_is_unread_until_someone_has_read_it(review):
    nobody = spoil(review, "readings", lambda frame: frame.iloc[:0])
    assert reading_state(nobody, CLAIM) == "unread"
    assert {reading_state(nobody, name) for name in nobody.tables["claims"]["claim_id"]} == {"unread"}
    assert set(STATES) == {"read", "changed", "new_evidence", "unread"}


def test_an_unknown_conclusion_names_those_there_are(review):
    with pytest.raises(KeyError, match=CLAIM):
        digest_claim(review, "no.such.claim")


@pytest.mark.slow
def test_a_new_report_on_the_question_reopens_a_conclusion(review, rows):
    """A report that the conclusion does not know of, of the same class, setting and group of outcomes."""
    row = review.row(rows[0])
    cohorts = review.tables["cohorts"].set_index("cohort_id")
    asked = cohorts.loc[row["cohort_id"]]
    reading = take_reading(review, CLAIM)

    def enter(**cells):
        table = review.row_tables[rows[0]]
        new = row | {"row_id": "new.outcome.row", "report_id": "new"} | cells
        added = spoil(review, table, lambda frame: pd.concat([frame, pd.DataFrame([new])], ignore_index=True))
        return read(added, reading)

    entered = enter(events=0)
    assert reading_state(entered, CLAIM) == "new_evidence"
    assert new_reports(entered, CLAIM) == ["new"]
    other = next(
        cohort
        for cohort, facts in cohorts.iterrows()
        if facts["disease"] != asked["disease"] and facts["regimen_id"] == facts["regimen_id"]
    )
    assert reading_state(enter(cohort_id=other), CLAIM) == "read"
    assert reading_state(enter(outcome="death"), CLAIM) == "read"


@pytest.mark.slow
def test_another_result_on_the_question_corrected_or_removed_reopens_it(review, rows):
    others = [row for row in rows_on_question(review, CLAIM) if row["row_id"] not in rows]
    assert len(others) > 1
    reading, one = take_reading(review, CLAIM), others[0]["row_id"]
    table = review.row_tables[one]
    column = "estimate" if table == "survival" else "events"
    for change, state in (
        (change_rows([one], **{column: 1}), "new_evidence"),
        (lambda frame: frame.loc[frame["row_id"].ne(one)], "new_evidence"),
        (change_rows([one], note="Corrected.", locator="Elsewhere"), "read"),
    ):
        spoiled = spoil(review, table, change)
        assert reading_state(read(spoiled, reading), CLAIM) == state
    assert say_reading(read(spoil(review, table, change), reading), CLAIM) == ""


def test_the_course_of_one_patient_asks_no_question_of_others(review):
    assert rows_on_question(review, "blinatumomab.claim.case") == []


@pytest.mark.slow
def test_a_chapter_and_the_whole_review_find_the_same_question(review):
    """A chapter reads its class alone: its conclusions are read or not, as the whole review has it."""
    for claim_id, class_id in review.tables["claims"][["claim_id", "class_id"]].itertuples(index=False):
        assert take_reading(select_class(review, class_id), claim_id) == take_reading(review, claim_id)
