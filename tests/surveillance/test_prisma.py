"""The PRISMA2020 tool's table: written, read back, and held against the review's own numbers."""

import csv
import io

import pytest

from livingreview.surveillance.flow import count_flow
from livingreview.surveillance.prisma import (
    TableError,
    as_prisma,
    compare,
    find_misfits,
    flow_of,
    read_prisma,
    tell_left_out,
)
from livingreview.surveillance.tables import open_loop
from livingreview.surveillance.tell import tell_flow


@pytest.fixture
def flow(worked):
    return count_flow(open_loop(worked).tables, [""])


def as_text(rows) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def with_count(flow, name: str, count: str) -> str:
    return as_text([[*row[:7], count if row[0] == name else row[7]] for row in as_prisma(flow)])


def test_what_was_written_is_read_back_as_the_same_numbers(flow):
    counts = read_prisma(as_text(as_prisma(flow)))
    assert compare(counts, flow) == []
    again = flow_of(counts)
    assert again.arms["databases"].excluded_for == {"Kept as context": 1, "wrong": 1}
    assert (again.arms["databases"].identified, again.total_studies) == (11, flow.total_studies)
    written = {row[0]: row[7] for row in as_prisma(again)}
    assert {name: written[name] for name in counts} == counts


def test_a_number_that_differs_is_named_with_both(flow):
    counts = read_prisma(with_count(flow, "records_screened", "7"))
    assert compare(counts, flow) == ["Records screened (records_screened): the file has 7, the review 6"]
    assert "screened: 7 is not 5" in find_misfits(counts)  # one is still to be read
    counts = read_prisma(with_count(flow, "total_studies", "9"))
    assert f"studies in all: 9 is not {flow.total_studies}" in find_misfits(counts)


def test_reasons_in_another_order_are_the_same(flow):
    counts = read_prisma(with_count(flow, "dbr_excluded", "wrong, 1; Kept as context, 1"))
    assert compare(counts, flow) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "there is no column data, n"),
        ("a,b\n1,2\n", "there is no column data, n"),
        ("data,n\nother,5\n", "none of its rows"),
        ("data,n\nduplicates,many\n", "row 2, column n: found 'many' for duplicates; expected a number"),
        ("data,n\ndbr_excluded,old and new\n", "or reasons such as"),
    ],
)
def test_what_is_no_such_table_is_told(text, words):
    with pytest.raises(TableError, match=words):
        read_prisma(text)


def test_what_the_tool_leaves_out_counts_as_none():
    counts = read_prisma("data,node,n\nduplicates,node8,NA\ndatabase_results,node7,4\nrecords_screened,x,4\n")
    flow = flow_of(counts)
    assert flow.arms["databases"].duplicates == 0
    assert find_misfits(counts) == ["screened: 4 is not 0"]


def test_what_the_tool_has_no_box_for_is_said(flow):
    other = flow.arms["others"]
    assert other.unscreened == 1
    words = tell_left_out(flow)
    assert words.startswith("the PRISMA2020 tool has no box for: ")
    assert f"{flow.arms['databases'].unscreened + 1} still to be screened" in words
    other.screened = other.excluded = 2
    words = "of what came by other methods, 1 duplicates removed, 2 screened, 2 excluded"
    assert words in tell_left_out(flow)
    main = flow.arms["databases"]
    for arm in (main, other):
        arm.unscreened = arm.unread = 0
    other.duplicates = other.screened = other.excluded = 0
    assert tell_left_out(flow) == ""


def test_of_a_table_of_the_tool_only_the_boxes_that_it_has_are_told(flow):
    again = flow_of(read_prisma(as_text(as_prisma(flow))))
    _, others = tell_flow(again, is_of_tool=True).split("other methods")
    assert "identified: 2" in others
    assert "screened" not in others
    assert "screened: 0" in tell_flow(again)
