"""What a slip of the hand does to hits, records and decisions is told in its place."""

import shutil

import pytest

from livingreview.checks.checked import Checked
from livingreview.checks.surveillance import SURVEILLANCE_RULES, check_decisions
from tests.checks.spoilt import line_of, spoil, told
from tests.surveillance.example import check, ids


@pytest.fixture(scope="module")
def checked(worked) -> Checked:
    return check(worked)


ONE, TWO, *_, SEVEN, EIGHT = ids(8)
# Name -> table, the row meant, what a slip puts there, the column that must be told.
SLIPS = {
    "a hit lost from a count": ("hits", {"copies": 2}, {"copies": 1}, "searches", "retrieved"),
    "a hit of another search": ("hits", {"record_id": ONE}, {"search_id": "start"}, "hits", "hit_id"),
    "retrieved emptied": ("searches", {"strategy_id": "sites"}, {"retrieved": None}, "searches", "retrieved"),
    "a digest emptied": (
        "searches",
        {"strategy_id": "main"},
        {"file_sha256": None},
        "searches",
        "file_sha256",
    ),
    "a count not reconciled": (
        "searches",
        {"strategy_id": "main"},
        {"hits_told": 11},
        "searches",
        "hits_told",
    ),
    "days swapped": (
        *("searches", {"strategy_id": "main"}),
        *({"from_day": "2026-05-01", "to_day": "2026-04-01"}, "searches", "to_day"),
    ),
    "a report without how it is known": (
        "records",
        {"report_id": True},
        {"report_basis": None},
        "records",
        "report_basis",
    ),
    "a study without how it is known": (
        "records",
        {"study_id": True},
        {"study_id": None},
        "records",
        "study_basis",
    ),
    "a number of another record": ("records", {"record_id": TWO}, {"pmid": ONE[5:]}, "records", "pmid"),
    "a decision of an earlier day made out of a logged one": (
        *("screening", {"record_id": ONE}),
        *({"basis": "before_log"}, "screening", "basis"),
    ),
    "a decision of a record that is not there": (
        *("screening", {"record_id": ONE}),
        *({"record_id": "pmid-1"}, "screening", "record_id"),
    ),
    "a decision of a search before the log": (
        "screening",
        {"record_id": ONE},
        {"search_id": "start"},
        "screening",
        "search_id",
    ),
    "sought after the full text": (
        "screening",
        {"record_id": ONE},
        {"decision": "sought"},
        "screening",
        "decision",
    ),
    "a reason of the other stage": (
        "screening",
        {"record_id": TWO},
        {"reason_id": "ta-old"},
        "screening",
        "reason_id",
    ),
    "context for a reason to leave out": (
        "screening",
        {"record_id": TWO},
        {"decision": "context"},
        "screening",
        "reason_id",
    ),
}


def test_what_is_sound_is_not_told(checked, worked):
    assert told(SURVEILLANCE_RULES, checked) == set()
    assert list(check_decisions(worked, checked)) == []


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_is_told_in_its_place(checked, slip):
    table, wanted, cells, there, column = SLIPS[slip]
    line = line_of(checked, table, **wanted)
    found = told(SURVEILLANCE_RULES, spoil(checked, table, line, **cells))
    assert (f"{there}.csv", column) in {(file, name) for file, _, name in found}
    if table == there:
        assert (f"{there}.csv", line, column) in found


def test_copies_of_copies_are_told(checked):
    first, second = line_of(checked, "records", record_id=ONE), line_of(checked, "records", record_id=TWO)
    spoilt = spoil(checked, "records", first, same_as=TWO, same_as_basis="person")
    spoilt = spoil(spoilt, "records", second, same_as=ONE, same_as_basis="person")
    assert ("records.csv", first, "same_as") in told(SURVEILLANCE_RULES, spoilt)


@pytest.mark.parametrize(
    ("slip", "by", "file", "column"),
    [
        (",include,", ",included,", "decisions/ab.csv", "decision"),
        (",ta-old,", ",ft-old,", "decisions/ab.csv", "reason_id"),
        (f",{ONE},title", ",pmid-1,title", "decisions/ab.csv", "decision_id"),
        (",reader,exclude", ",judge,exclude", "decisions/ab.csv", "role"),
        ("2026-05-02", "2026-13-02", "decisions/ab.csv", "day"),
        ("2026-05-02", "2926-05-02", "decisions/ab.csv", "day"),
        ("ft-wrong", "ft-old", "screening.csv", "decision"),
        ("ab,reader", "xy,reader", "decisions", ""),
        ("decision_id,", "id,", "decisions", ""),
    ],
)
def test_a_slip_in_a_readers_file_is_told(checked, worked, tmp_path, slip, by, file, column):
    shutil.copytree(worked / "decisions", tmp_path / "decisions")
    path = tmp_path / "decisions" / "ab.csv"
    text = path.read_text(encoding="utf-8")
    assert slip in text
    path.write_text(text.replace(slip, by, 1), encoding="utf-8")
    found = {(problem.file, problem.column) for problem in check_decisions(tmp_path, checked)}
    assert (file, column) in found


def test_two_decisions_under_one_id_are_told(checked, worked, tmp_path):
    """As two branches leave them that were merged by keeping the rows of both."""
    shutil.copytree(worked / "decisions", tmp_path / "decisions")
    path = tmp_path / "decisions" / "ab.csv"
    first = path.read_text(encoding="utf-8").splitlines()[1]
    path.write_text(path.read_text(encoding="utf-8") + first.replace("include", "unclear") + "\n", "utf-8")
    found = [problem for problem in check_decisions(tmp_path, checked) if problem.column == "decision_id"]
    assert [problem.mend for problem in found] == ["delete one of the two"]


def test_a_settled_row_whose_readers_file_is_lost_is_told(checked, tmp_path):
    (problem, *_) = check_decisions(tmp_path, checked)
    assert (problem.file, problem.rule) == ("screening.csv", "not-derived")
    assert "restore" in problem.mend
