"""The settled table follows from the decisions alone: agreement, conflicts, adjudication."""

import math
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as some
from statsmodels.stats.inter_rater import cohens_kappa

from livingreview.surveillance.decisions import read_decisions
from livingreview.surveillance.settling import compare_readers, decide, measure, settle
from livingreview.surveillance.tables import open_loop
from tests.surveillance import exports
from tests.surveillance.example import bring, ids, say, settle_all

ANSWERS = some.lists(some.tuples(some.booleans(), some.booleans()), min_size=1, max_size=30)


@pytest.mark.slow
@given(ANSWERS)
def test_kappa_is_that_of_statsmodels(answers):
    found = measure("title_abstract", "ab", "cd", answers)
    table = [[sum(pair == (one, two) for pair in answers) for two in (True, False)] for one in (True, False)]
    if math.isnan(found.kappa):
        assert len({answer for pair in answers for answer in pair}) == 1
    else:
        assert found.kappa == pytest.approx(cohens_kappa(table).kappa)
    both, either = table[0][0], sum(one + two for one, two in answers)
    assert math.isnan(found.positive) if not either else found.positive == pytest.approx(2 * both / either)


def test_every_fate_is_settled_as_the_readers_said(worked):
    one, two, three, four, five, six, seven, eight = ids(8)
    rows = {row["record_id"]: row for row in open_loop(worked).tables["screening"]}
    assert {
        name: (rows[name]["decision"], rows[name]["reason_id"]) for name in (one, two, three, four, five, six)
    } == {
        one: ("included", ""),
        two: ("excluded", "ft-wrong"),  # of two reasons the first in the order
        three: ("context", "ft-near"),
        four: ("not_retrieved", ""),
        five: ("excluded", "ta-wrong"),
        six: ("sought", ""),
    }
    assert seven not in rows  # readers differ
    assert eight not in rows  # nobody decided
    assert {row["basis"] for row in rows.values()} == {"before_log", "agreed"}


def test_agreement_is_told_stage_by_stage(worked):
    titles, texts = compare_readers(read_decisions(worked))
    assert (titles.both, titles.alike) == (7, 6)
    assert (texts.both, texts.alike) == (4, 4)


def test_the_order_of_readers_and_a_reader_who_left_change_nothing(worked):
    reasons = {row["reason_id"]: row for row in open_loop(worked).tables["reasons"]}
    rows = read_decisions(worked)
    assert decide(rows, reasons, readers=2) == decide(rows[::-1], reasons, readers=2)
    loop = open_loop(worked)
    assert settle(loop, rows[::-1], readers=2)[1] == open_loop(worked).tables["screening"]


def test_two_readers_on_two_branches_merge_without_a_conflict(found):
    """Each decides on a branch of their own, with real git; what is settled is what one folder gives."""
    one, two, three = ids(3)
    told = {"ab": {one: "include", two: "ta-old"}, "cd": {two: "ta-wrong", one: "include", three: "unclear"}}

    def git(*words):
        alone = ["-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "core.hooksPath=/dev/null"]
        done = subprocess.run(["git", *alone, *words], cwd=found, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr

    git("init", "-q", "-b", "main")
    git("add", ".")
    git("commit", "-qm", "found")
    for reader, decisions in told.items():
        git("checkout", "-q", "-b", reader, "main")
        say(found, reader, decisions)
        git("add", "decisions")
        git("commit", "-qm", reader)
    git("checkout", "-q", "main")
    git("merge", "-q", "--no-edit", "ab")
    git("merge", "-q", "--no-edit", "cd")
    merged = settle_all(found).tables["screening"]
    git("checkout", "-q", ".")
    git("clean", "-qfd")
    shutil.rmtree(found / "decisions")
    for reader in ("cd", "ab"):
        say(found, reader, told[reader])
    assert merged == settle_all(found).tables["screening"]
    assert {row["record_id"] for row in merged} > {one, two}


def test_a_conflict_waits_until_somebody_settles_it(found):
    place = found
    one, two = ids(2)
    say(place, "ab", {one: "include", two: "include"})
    say(place, "cd", {one: "ta-wrong", two: "unclear"})
    loop = open_loop(place)
    outcome, _ = settle(loop, read_decisions(place), readers=2)
    assert [(name, stage) for name, stage, _ in outcome.conflicts] == [(one, "title_abstract")]
    judged = {"role": "adjudicator", "decision_id": f"{one}.title_abstract.ef.adjudicator"}
    say(place, "ef", {one: "ta-wrong"}, **judged)
    rows = {row["record_id"]: row for row in settle_all(place).tables["screening"]}
    assert (rows[one]["decision"], rows[one]["basis"]) == ("excluded", "adjudicated")
    assert rows[two]["decision"] == "sought"  # what is unclear is read in full


def test_one_reader_is_enough_where_one_is_asked_for(found):
    place, (one,) = found, ids(1)
    say(place, "ab", {one: "ta-wrong"})
    assert one not in {row["record_id"] for row in settle_all(place).tables["screening"]}
    rows = {row["record_id"]: row for row in settle_all(place, readers=1).tables["screening"]}
    assert rows[one]["basis"] == "single"


def test_a_decision_on_a_copy_counts_for_the_record_that_stands(found):
    (copy,) = [row["record_id"] for row in open_loop(found).tables["records"] if row["same_as"]]
    say(found, "ab", {copy: "ta-old"})
    rows = {row["record_id"]: row for row in settle_all(found, readers=1).tables["screening"]}
    assert rows[ids(4)[3]]["decision"] == "excluded"


def test_what_was_decided_before_the_log_stays_as_it_is(worked):
    rows = [row for row in open_loop(worked).tables["screening"] if row["basis"] == "before_log"]
    assert [row["record_id"] for row in rows] == ["able-2019", "baker-2020-abstract"]


def test_a_record_that_became_a_report_says_so(found):
    place, (one,) = found, ids(1)
    for stage in ("title_abstract", "full_text"):
        say(place, "ab", {one: "include"}, stage)
    loop = settle_all(place, readers=1)
    assert next(row for row in loop.tables["screening"] if row["record_id"] == one)["report_id"] == ""
    entry = exports.bibtex(exports.make_works(1)).replace("key90000001", "able-2021")
    with open(place / "data" / "references.bib", "a", encoding="utf-8") as handle:
        handle.write("\n" + entry)
    loop = settle_all(place, readers=1)
    assert (
        next(row for row in loop.tables["screening"] if row["record_id"] == one)["report_id"] == "able-2021"
    )


@pytest.mark.slow
def test_a_report_is_recognised_by_the_number_of_a_copy(place):
    (work,) = exports.make_works(1)
    bare = work | dict.fromkeys(("doi", "pmid"), "")
    bring(place, exports.scopus([bare]))
    full = work | {"pages": "", "volume": ""}
    bring(place, exports.scopus([full]), name="y.ris", day="2026-05-09")
    ((stands, copy),) = [
        (row["same_as"], name) for name, row in open_loop(place).index.rows.items() if row["same_as"]
    ]
    assert copy == ids(1)[0]
    entry = exports.bibtex([work | {"title": "Quite"}]).replace("key90000001", "able-2021")
    with open(place / "data" / "references.bib", "a", encoding="utf-8") as handle:
        handle.write("\n" + entry)
    assert settle_all(place).index.rows[stands]["report_id"] == "able-2021"
