"""Answers to the questions of a tool become rows with addresses, about a report or one result of it."""

import datetime

import pytest

from livingreview.checks.tables import check_data
from livingreview.evidence import load_evidence
from livingreview.extraction.comparing import compare, settle
from livingreview.extraction.drafts import usual_questions
from livingreview.extraction.reading import Book
from livingreview.extraction.taking import take
from tests.extraction.example import ROWS, read

TODAY = datetime.date(2026, 11, 29)
SERIES = "JBI checklist for case series"
FULL = {"text_seen": "full text"}


def questions(book, tool=SERIES):
    offered = usual_questions(book.evidence, {})
    return [row for row in offered if row["question"].startswith(f"{tool}, ")]


def answered(book, tool=SERIES, **cells):
    told = {"answer": "unclear", "why": "Not printed.", "where": "Methods, paragraph 1"} | cells
    return [row | told for row in questions(book, tool)]


def located(**more):
    """The example's rows, each with its place, as a report read in full needs it."""
    return {
        name: [row | {"locator": "Results, page 3"} for row in rows] for name, rows in ROWS.items()
    } | more


def test_an_answer_has_its_question_and_the_address_of_both(known):
    sheet, entry = read(known, appraisals=answered(known))
    assert sheet.problems == []
    first = entry.rows["appraisals"][0]
    assert first.place == ("sheet.xlsx: Appraisals", 2)
    assert first.row == {
        "row_id": "qwerty-2024.appraisal.jbi-case-series-1",
        "report_id": "qwerty-2024",
        "item_id": "jbi-case-series.1",
        "result": "",
        "judgement": "unclear",
        "second_judgement": "",
        "reason": "Not printed.",
        "locator": "Methods, paragraph 1",
    }


def test_questions_that_nobody_answered_are_left_out(known):
    sheet, entry = read(known, appraisals=questions(known))
    assert entry.rows["appraisals"] == []
    assert sheet.unused == len(questions(known))


@pytest.mark.parametrize("result", ["Outcomes, row 2", "outcomes 2", "outcome.all.cr"])
def test_a_tool_that_judges_results_names_one_by_its_page_and_row(known, result):
    sheet, entry = read(known, appraisals=answered(known, "RoB 2", answer="some concerns", result=result))
    assert sheet.problems == []
    row = entry.rows["appraisals"][0].row
    assert row["result"] == "qwerty-2024.outcome.all.cr"
    assert row["row_id"] == "qwerty-2024.appraisal.outcome-all-cr.rob2-1"


@pytest.mark.parametrize(
    ("cells", "column", "rule"),
    [
        ({"answer": "perhaps"}, "answer", "code-unknown"),
        ({"result": "Outcomes, row 9"}, "result", "result-unknown"),
        ({"result": ""}, "result", "result-missing"),
        ({"question": "Is it good?"}, "question", "reference-unknown"),
    ],
)
def test_what_cannot_be_told_is_named_at_its_place(known, cells, column, rule):
    told = {"answer": "some concerns", "result": "Outcomes, row 2"}
    rows = answered(known, "RoB 2", **told)
    rows[1] |= cells
    found = {
        (item.file, item.row, item.column, item.rule) for item in read(known, appraisals=rows)[0].problems
    }
    assert ("sheet.xlsx: Appraisals", 3, column, rule) in found


def test_two_readers_answers_are_compared_and_the_second_kept_beside_what_is_settled(known):
    one, two = answered(known), answered(known)
    two[3] |= {"answer": "yes", "why": "All of them, in other words."}
    first, second = read(known, appraisals=one)[1], read(known, appraisals=two[::-1])[1]
    compared = compare(first, second, known.package)
    (found,) = compared.differences
    assert (found.what, found.column, found.first, found.second) == (
        "appraisal.jbi-case-series-4",
        "judgement",
        "unclear",
        "yes",
    )
    assert (compared.both, compared.alike) == (5, 5), "answers are no rows of evidence"
    entry, left = settle(first, compared, {found.key: "second"})
    assert left == []
    answers = [(item.row["judgement"], item.row["second_judgement"]) for item in entry.rows["appraisals"]]
    assert answers[2:5] == [("unclear", "unclear"), ("yes", "yes"), ("unclear", "unclear")]


@pytest.mark.slow
def test_a_report_read_in_full_is_taken_with_its_answers_and_refused_without(project):
    here = Book(load_evidence(project))
    _, entry = read(here, FULL, **located(appraisals=questions(here)))
    problems = take(project, here.package, entry, today=TODAY).problems
    assert [(item.file, item.column, item.rule) for item in problems] == [
        ("sheet.xlsx: Report", "status", "not-appraised")
    ]
    _, entry = read(here, FULL, **located(appraisals=answered(here)))
    assert take(project, here.package, entry, today=TODAY).problems == []
    assert check_data(project)[1] == []
    answers = load_evidence(project).tables["appraisals"]
    assert answers["report_id"].eq("qwerty-2024").sum() == len(questions(here))


@pytest.mark.slow
def test_a_question_left_open_is_told_at_an_answer_of_its_tool(project):
    here = Book(load_evidence(project))
    _, entry = read(here, FULL, **located(appraisals=answered(here)[1:]))
    (problem,) = take(project, here.package, entry, today=TODAY, dry_run=True).problems
    assert (problem.file, problem.column) == ("sheet.xlsx: Appraisals", "question")
    assert problem.row in range(2, 2 + len(questions(here)) - 1)
    assert problem.found == "qwerty-2024 lacks jbi-case-series.1"
