"""An evidence row in words."""

import re

import pandas as pd

from livingreview.pages.describe import describe_row


def test_a_card_says_its_interval_and_leaves_out_what_is_not_reported(cards_made):
    told = [card for cards in cards_made.values() for card in cards.values()]
    assert not [card["what"] for card in told if re.search(r"_|\d%?; \d+(\.\d+)? ?%", card["what"])]
    assert any("95% CI" in card.get("interval", "") for card in told)


def test_what_ids_stand_for_is_named(review):
    table = review.package.tables["regimen_components"]
    row = review.tables["regimen_components"].iloc[0].to_dict()
    told = describe_row(review, table, row)
    assert row["regimen_id"] not in told
    drugs = review.tables["drugs"].set_index("drug_id")["name"]
    assert drugs[row["drug_id"]] in told


def test_numbers_say_what_they_count(review):
    table = review.package.tables["survival"]
    row = review.row("kantarjian-2017.survival.chemotherapy.os-median")
    assert "at 6 months" in describe_row(review, table, row | {"time_months": 6.0})
    assert "origin" not in describe_row(review, table, row | {"origin": pd.NA})
    assert "not_reported" not in describe_row(review, table, row | {"origin": "not_reported"})


def test_a_time_of_assessment_is_said_once(review):
    table = review.package.tables["outcomes"]
    row = review.row("kantarjian-2017.outcome.blinatumomab.cr")
    assert "; within 12 weeks; " in describe_row(review, table, row)
    coded = review.label("outcomes", "assessed_at", row["assessed_at"])
    assert coded not in describe_row(review, table, row)
    assert coded in describe_row(review, table, row | {"timepoint": pd.NA})
