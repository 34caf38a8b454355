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


def test_a_class_shows_its_own(review, table):
    part = select_class(review, "blinatumomab")
    assert len(tabulate_published(part, caption="x").rows) == len(table.rows)
    assert tabulate_published(select_class(review, "bortezomib"), caption="x").parts == []
