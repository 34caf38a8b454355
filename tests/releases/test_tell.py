"""A difference as text for a terminal: everything that moved, nothing that did not."""

import pytest

from livingreview.releases.diff import METHOD, Cell, Conclusion, Difference, Move, RowChange
from livingreview.releases.estimates import Estimate
from livingreview.releases.tell import CAUSES, TITLES, tell_difference

REPORTS = {"added": [], "corrected": [], "removed": [], "status_changed": []}
BEFORE, AFTER = (
    Estimate("a.outcome.cr", "Study A: complete remission", events / 20, events=events, total=20)
    for events in (9, 8)
)


def difference(**parts) -> Difference:
    """A difference in which nothing moved but what is given."""
    nothing = {"reports": REPORTS, "rows": (), "estimates": (), "conclusions": (), "columns": {}}
    return Difference("2031.1.0", "now", **(nothing | parts))


def change(kind: str, *cells: Cell, table="outcomes", evidence=True) -> RowChange:
    """A row that changed."""
    return RowChange(table, "a.outcome.cr", "a", kind, evidence, cells)


def test_that_nothing_moved_is_one_line():
    assert tell_difference(difference()) == "From 2031.1.0 to now: nothing moved."


def test_a_correction_tells_each_cell_and_no_other():
    told = tell_difference(difference(rows=(change("correction", Cell("events", "9", "8")),)))
    assert told.splitlines() == [
        "From 2031.1.0 to now",
        "",
        f"Corrections (1 row): {CAUSES['correction']}",
        "  outcomes.csv: a.outcome.cr",
        "    events: '9' -> '8'",
    ]


@pytest.mark.parametrize("kind", ["addition", "removal"])
def test_a_row_that_came_or_went_is_named_without_its_cells(kind):
    told = tell_difference(difference(rows=(change(kind, Cell("events", "", "8")),) * 2))
    assert f"{TITLES[kind]} (2 rows)" in told
    assert "events" not in told


def test_new_evidence_is_counted_by_report():
    told = tell_difference(difference(rows=(change("new_evidence"),) * 3))
    assert "New evidence (3 rows)" in told
    assert "  a: 3 rows" in told


@pytest.mark.parametrize(("state", "again"), [("changed", True), ("unread", True), ("read", False)])
def test_a_conclusion_to_be_read_again_says_how_to_say_that_it_was(state, again):
    told = tell_difference(
        difference(conclusions=(Conclusion("a.claim.one", "rows changed", ("a.outcome.cr",), state),))
    )
    assert "  a.claim.one: rows changed (a.outcome.cr)" in told
    assert ("livingreview reread a.claim.one" in told) is again


def test_a_conclusion_that_came_or_went_need_not_be_read_again():
    for kind in ("added", "removed"):
        assert not Conclusion("a.claim.one", kind, (), "unread").to_read_again


def test_estimates_stand_under_what_moved_them():
    told = tell_difference(
        difference(
            estimates=(
                Move("a.outcome.cr", "Study A", "correction", BEFORE, AFTER),
                Move("b", "Study B", METHOD, None, AFTER),
                Move("c", "Study C", METHOD, BEFORE, None),
            )
        )
    )
    assert "Estimates, corrections (1)\n  a.outcome.cr: 9/20 (45%) -> 8/20 (40%)  [Study A]" in told
    assert "Estimates, change of method (2)\n  b: none -> 8/20 (40%)  [Study B]" in told
    assert "  c: 9/20 (45%) -> none  [Study C]" in told


def test_reports_the_reviews_own_tables_and_columns_are_told():
    own = change("added", table="glossary", evidence=False)
    told = tell_difference(
        difference(
            reports=REPORTS | {"added": ["a", "b"], "status_changed": ["c"]},
            rows=(own, own),
            columns={"added": {"outcomes": ["remark"]}, "removed": {}},
        )
    )
    assert "Reports added (2): a, b" in told
    assert "Reports with another part in the review (1): c" in told
    assert "The review's own tables\n  glossary: 2 added" in told
    assert "  outcomes: columns added: remark" in told
    assert "removed" not in told
