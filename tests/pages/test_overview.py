"""What the start page and the methods page say of the review as a whole."""

import pytest

from livingreview.pages.overview import (
    list_classes,
    list_reports,
    show_makers,
    show_status,
    tabulate_agreement,
    tabulate_discrepancy_counts,
    tabulate_glossary,
    tabulate_proposals,
    tabulate_verification,
)
from tests.changed import spoil


def numbers(row) -> list[int]:
    """The counts of a row of a table."""
    return [int(cell) for cell in row.cells[1:]]


def test_discrepancies_are_counted_by_report_and_add_up(review):
    *reports, total = tabulate_discrepancy_counts(review, caption="Counts").rows
    assert numbers(total)[-2] == len(review.tables["discrepancies"])
    assert [sum(column) for column in zip(*map(numbers, reports), strict=True)] == numbers(total)
    for row in [*reports, total]:
        *severities, whole, _ = numbers(row)
        assert sum(severities) == whole


def test_rows_are_counted_by_how_far_they_were_checked(review):
    rows = tabulate_verification(review, caption="Checked").rows
    assert sum(numbers(row)[-1] for row in rows) == len(review.row_tables)
    assert all(sum(numbers(row)[:-1]) == numbers(row)[-1] for row in rows)


@pytest.mark.parametrize(
    ("tabulate", "table"),
    [
        (tabulate_agreement, "extraction_agreement"),
        (tabulate_glossary, "glossary"),
    ],
)
def test_every_row_of_the_reviews_own_tables_is_shown(review, tabulate, table):
    assert len(tabulate(review, caption="All").rows) == len(review.tables[table])


def test_a_report_whose_second_reader_entered_nothing_has_no_agreement(review):
    first = review.tables["extraction_agreement"]["report_id"].iloc[0]
    nothing = dict.fromkeys(("rows_second", "rows_both", "rows_same_values"), 0)
    bare = spoil(
        review,
        "extraction_agreement",
        lambda frame: frame.assign(
            **{name: frame[name].mask(frame["report_id"].eq(first), value) for name, value in nothing.items()}
        ),
    )
    rows = tabulate_agreement(bare, caption="Agreement").rows
    alone = [row.cells[2:] for row in rows if row.cells[2] == "none entered"]
    assert len(alone) == bare.tables["extraction_agreement"]["rows_second"].eq(0).sum() == 1
    assert all(cells[1:] == ["–", "–"] for cells in alone)


def test_rows_that_a_machine_proposed_are_told_and_so_is_that_there_are_none(review):
    nothing = spoil(review, "proposals", lambda frame: frame.iloc[:0])
    assert "No row was proposed by a machine" in str(tabulate_proposals(nothing, caption="").__html__())
    told = {"proposal_id": "gao-2025.proposal.a", "report_id": "gao-2025", "tool": "A reader of files"}
    some = spoil(review, "proposals", lambda frame: frame.iloc[:0])
    some.tables["proposals"].loc[0] = told | {"rows_taken": 7, "read_by": ""}
    page = str(tabulate_proposals(some, caption="Proposed").__html__())
    assert f"7 of {len(review.row_tables)} rows" in page
    assert "A reader of files" in page
    assert "gao-2025" in page


def test_every_report_is_listed_with_its_number_of_rows(review):
    rows = list_reports(review).rows
    assert len(rows) == len(review.tables["reports"])
    assert sum(int(row.cells[3]) for row in rows) == len(review.row_tables)


@pytest.mark.slow
def test_every_class_is_listed_with_its_first_conclusion(review):
    items = list_classes(review).values["items"]
    classes = review.tables["regimen_classes"].sort_values("position")
    assert [item["class_id"] for item in items] == list(classes["class_id"])
    assert all(item["text"] and item["certainty_label"] for item in items)
    nothing = spoil(review, "claims", lambda frame: frame.iloc[:0])
    assert {item["text"] for item in list_classes(nothing).values["items"]} == {""}


def test_the_status_says_what_was_searched_and_that_a_draft_is_one(review, root, monkeypatch):
    monkeypatch.chdir(root / "chapters")
    facts = dict(show_status(review).values["facts"])
    assert facts["Searched to"].startswith(max(review.tables["searches"]["date"].dropna()))
    included = review.tables["reports"]["status"].eq("included").sum()
    assert facts["Reports"].startswith(f"{included} included, ")
    draft = {"version": "1", "date-released": "2031-01-02"}
    for state in (True, False):
        monkeypatch.setattr(
            "livingreview.pages.overview.review_record", lambda state=state: draft | {"draft": state}
        )
        assert ("a draft" in dict(show_status(review).values["facts"])["Version"]) is state
    never = spoil(review, "searches", lambda frame: frame.iloc[:0])
    assert dict(show_status(never).values["facts"])["Searched to"] == "no search has been run"


def test_who_made_it_says_what_is_not_stated(review):
    told = show_makers().plain
    assert told.startswith("Written by: The living review contributors; Funding: none stated;")
    assert "contribute.html" in str(show_makers().__html__())
