"""Certainty in the summary of findings: with its outcome, and behind the number that it is of."""

import pandas as pd
import pytest

from livingreview.evidence import records
from livingreview.tables.rated import rated_column, say_certainty

COLUMNS = ["remission", "mrd", "survival", "early_death"]


def finding(review, finding_id: str) -> dict:
    (row,) = [row for row in records(review.tables["findings"]) if row["finding_id"] == finding_id]
    return row


@pytest.mark.parametrize(
    ("finding_id", "place"),
    [
        ("adult-relapse.blinatumomab", ""),  # behind the remission, as a phone shows it without a word
        ("mrd-positive.blinatumomab-adults", "lr-rated4"),
        ("child-first-relapse.aall1331", "lr-rated4"),
        ("child-first-relapse.aall1331-low-risk", "lr-rated5"),  # survival is rated, MRD is not
        ("adult-relapse.mini-hcvd", ""),  # not rated: behind the first number there is
    ],
)
def test_certainty_stands_behind_the_first_number_that_is_rated(review, finding_id, place):
    assert rated_column(review, finding(review, finding_id), COLUMNS) == place


def test_a_line_without_a_number_has_no_place(review):
    empty = finding(review, "adult-relapse.mini-hcvd") | dict.fromkeys(COLUMNS, pd.NA)
    assert rated_column(review, empty, COLUMNS) == ""
    assert rated_column(review, empty, []) == ""


def test_a_line_that_is_not_rated_has_its_certainty_behind_its_first_number(review):
    survival = finding(review, "adult-relapse.mini-hcvd") | {"remission": pd.NA, "mrd": pd.NA}
    assert rated_column(review, survival, COLUMNS) == "lr-rated5"


def test_every_place_has_its_rule_in_the_style_sheet(review, root):
    style = (root / "livingreview/book/web/lr.css").read_text(encoding="utf-8")
    places = {rated_column(review, row, COLUMNS) for row in records(review.tables["findings"])} - {""}
    assert places
    assert all(f".{place} " in style for place in places)


def test_what_is_not_rated_says_so(review):
    assert say_certainty(review, finding(review, "adult-relapse.mini-hcvd"), ["remission"]) == ["not rated"]


def test_a_rating_of_several_studies_says_of_how_many(review):
    """Certainty of all studies together was once taken for that of the one trial whose number stood there."""
    (told,) = say_certainty(review, finding(review, "child-later-relapse.blinatumomab"), [])
    assert "Remission as each study defines it (5 studies):" in str(told.__html__())
    (told,) = say_certainty(review, finding(review, "ph-positive.blinatumomab"), [])
    assert "studies)" not in str(told.__html__())
