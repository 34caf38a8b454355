"""The measured recall: counted from the list, by class and by who names a report."""

import re

import pandas as pd

from livingreview.tables.recall import FOUND, HERE, SOUGHT, say_recall, tabulate_expected
from tests.changed import spoil


def cells(row):
    return [str(cell) for cell in row.cells]


def test_every_expected_report_is_counted_once_in_each_block(review):
    table, listed = tabulate_expected(review, caption="Recall").parts
    expected = review.tables["expected"]
    rows = [cells(row) for row in table.rows if not row.heading]
    total = len(expected)
    assert rows[0][:2] == ["All", str(total)]
    assert sum(int(row[1]) for row in rows[1:]) == 3 * total
    here = expected["report_id"].notna().sum()
    assert rows[0][4].startswith(f"{here} (")
    for row in rows:
        counts = [int(re.match(r"\d+", cell)[0]) for cell in row[1:]]
        assert counts == sorted(counts, reverse=True), "what is here was read, what was read was found"
    assert len(listed.content.rows) == total


def found(review):
    """How many of all expected reports the table says were found."""
    return int(cells(tabulate_expected(review, caption="Recall").parts[0].rows[0])[2].split()[0])


def test_a_fate_that_changes_changes_the_counts(review):
    assert found(review) == review.tables["expected"]["fate"].isin(FOUND).sum()
    lost = spoil(review, "expected", lambda frame: frame.assign(fate="not_found", report_id=pd.NA))
    assert found(lost) == 0


def test_what_was_here_when_it_was_listed_is_told_apart(review):
    """One entry was put on the list after its report, and all counted as if looked for."""
    expected = review.tables["expected"]
    sought = expected[expected["listed"].eq(SOUGHT)]
    here = sought["fate"].isin(HERE).sum()
    assert f", {here} of the {len(sought)} named before they were looked for" in say_recall(review)
    assert 0 < here < len(sought) < len(expected)
    rows = {
        cells(row)[0]: cells(row)[1]
        for row in tabulate_expected(review, caption="R").parts[0].rows
        if not row.heading
    }
    assert rows["named as here already"] == str(expected["listed"].eq("present").sum())
    alone = spoil(review, "expected", lambda frame: frame.assign(listed=SOUGHT))
    assert "looked for" not in say_recall(alone), "of one kind there is nothing to tell apart"


def test_a_review_without_such_a_list_says_so(review):
    bare = spoil(review, "expected", lambda frame: frame.iloc[:0])
    assert "No list" in str(tabulate_expected(bare, caption="Recall").__html__())
