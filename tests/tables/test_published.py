"""Published syntheses stand beside the pools of the same question, and enter none."""

import pytest

from livingreview.evidence import select_class
from livingreview.tables.published import tabulate_published


@pytest.fixture(scope="module")
def table(review):
    return tabulate_published(review, caption="Beside the literature")


def row_of(review, table, row_id):
    place = list(review.tables["published_syntheses"]["row_id"]).index(row_id)
    return table.rows[place].cells


def test_every_row_has_its_figure_as_printed_and_a_reason(review, table):
    frame = review.tables["published_syntheses"]
    assert len(table.rows) == len(frame)
    for row, cells in zip(frame.itertuples(), (row.cells for row in table.rows), strict=True):
        assert row.estimate in cells[1][1]
        assert cells[3] == row.difference
        assert len(row.difference) > 20


def test_both_of_our_pools_stand_beside_a_published_remission(review, table):
    cells = row_of(review, table, "liu-2023.remission")
    assert cells[1][1] == "54% (44 to 64)"
    assert cells[1][2] == "18 studies, 1373 patients"
    assert cells[2][0].startswith("49% (37 to 61), primary pool, 5 studies")
    assert "widest definition at any time, 10 studies" in cells[2][1]


def test_medians_and_ratios_stand_beside_their_own(review, table):
    assert row_of(review, table, "liu-2023.os-median")[2] == ["8.0 months (6.2 to 9.7), 4 studies"]
    (ours,) = row_of(review, table, "da-silva-2025.dfs")[2]
    assert ours.startswith("0.73 (0.55 to 0.96)")


def test_how_and_up_to_when_a_synthesis_was_made_stands_beside_its_value(review, table):
    cells = row_of(review, table, "cao-2022.remission-against-blinatumomab")
    assert cells[0][0] == "Remission, odds ratio against blinatumomab"
    assert cells[1][1:] == ["8.32 (1.18 to 58.44)", "network meta-analysis", "searched to 2022-01-31"]
    assert cells[2] == "nothing pooled or counted"


def test_a_value_of_a_part_of_the_patients_says_of_which(review, table):
    cells = row_of(review, table, "yu-2019.remission-blasts-low")
    assert cells[0][1].endswith("marrow blasts under 50%")
    assert cells[2] == "nothing pooled or counted"


def test_a_share_at_a_time_says_when(review, table):
    cells = row_of(review, table, "guo-2024.os-12m")
    assert cells[0][0] == "overall survival at 12 months"
    assert cells[1][1] == "40%, no interval reported"


def test_seven_works_and_more_are_entered(review):
    assert review.tables["published_syntheses"]["source"].nunique() >= 7


def test_a_class_shows_its_own(review, table):
    part = select_class(review, "blinatumomab")
    assert len(tabulate_published(part, caption="x").rows) == len(table.rows)
    assert tabulate_published(select_class(review, "bortezomib"), caption="x").parts == []
