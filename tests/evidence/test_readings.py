"""A conclusion is read until its words, its certainty or its rows change."""

import pandas as pd
import pytest

from livingreview.evidence import split_ids
from livingreview.evidence.readings import STATES, digest_claim, reading_state
from tests.changed import change_rows, spoil

CLAIM = "bortezomib.claim.mrd"


def read(evidence, digest):
    """The evidence with one reading, and no other, on record."""
    return spoil(
        evidence,
        "readings",
        lambda frame: pd.DataFrame({"claim_id": [CLAIM], "digest": [digest], "read_on": ["2031-01-02"]}),
    )


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


def test_a_reading_holds_until_words_certainty_or_a_row_change(review, rows):
    digest = digest_claim(review, CLAIM)
    assert len(digest) == 12
    assert reading_state(read(review, digest), CLAIM) == "read"
    changed = {
        "its words": ("claims", reword(text="Other words.")),
        "its certainty": ("claims", reword(certainty="high")),
        "what it rests on": ("claims", reword(rests_on=rows[0] + "; no.such.row")),
        "a row of it": ("outcomes", change_rows(rows, note="Corrected.")),
    }
    for what, (table, change) in changed.items():
        assert reading_state(read(spoil(review, table, change), digest), CLAIM) == "changed", what


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
    assert set(STATES) == {"read", "changed", "unread"}


def test_an_unknown_conclusion_names_those_there_are(review):
    with pytest.raises(KeyError, match=CLAIM):
        digest_claim(review, "no.such.claim")
