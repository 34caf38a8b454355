"""Out to a spreadsheet and in again; a slip in it is named by row and column."""

import csv

import pytest

from livingreview.surveillance.choices import CHOICES
from livingreview.surveillance.decisions import read_decisions
from livingreview.surveillance.desk import Desk
from livingreview.surveillance.sheets import choices_of, read_sheet, write_sheet
from livingreview.surveillance.standing import stand_for
from livingreview.surveillance.tables import LoopError, open_loop
from tests.surveillance.example import ids, say


def filled(found, sign=",", **cells):
    """A sheet whose first row has these cells."""
    path = found / "sheet.csv"
    write_sheet(Desk(open_loop(found), "ab", "title_abstract"), path)
    with open(path, newline="", encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    rows[0] |= cells
    with open(path, "w", newline="", encoding="utf-8-sig") as handle:
        writer = csv.DictWriter(handle, list(rows[0]), delimiter=sign)
        writer.writeheader()
        writer.writerows(rows)
    return path, rows


def change(path, *cells):
    """Write cells into the first rows of a sheet."""
    with open(path, newline="", encoding="utf-8-sig") as handle:
        rows = list(csv.DictReader(handle))
    for row, more in zip(rows, cells, strict=False):
        row |= more
    with open(path, "w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def take(found, path, **more):
    return read_sheet(Desk(open_loop(found), "ab", "title_abstract"), path, **more)


@pytest.mark.parametrize("sign", [",", ";"])
def test_what_is_filled_in_is_taken_in_and_empty_rows_wait(found, sign):
    path, rows = filled(found, sign, decision="Exclude", reason_id="2", note="as said")
    assert len(rows) == 4
    taken = take(found, path)
    assert (taken.new, taken.same, taken.empty) == (1, 0, 3)
    (row,) = read_decisions(found)
    assert (row["record_id"], row["reason_id"], row["note"]) == (rows[0]["record_id"], "ta-old", "as said")


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"decision": "perhaps"}, "row 2: column decision: found 'perhaps'; expected one of: include"),
        ({"decision": "exclude", "reason_id": "9"}, "row 2: found the reason '9'"),
        (
            {"decision": "exclude"},
            "row 2: a record is left out for a reason; choose one of: ta-wrong, ta-old",
        ),
        ({"reason_id": "1"}, "row 2: column decision: found ''; expected one of: include"),
        ({"decision": "include", "record_id": "pmid-1"}, "row 2: column record_id: found 'pmid-1'"),
    ],
)
def test_a_slip_is_named_and_nothing_is_taken_in(found, cells, words):
    path, _ = filled(found, **cells)
    with pytest.raises(LoopError, match=words):
        read_sheet(Desk(open_loop(found), "ab", "title_abstract"), path)
    assert read_decisions(found) == []


def test_a_record_in_two_rows_and_an_empty_sheet_are_told(found):
    path, rows = filled(found, decision="include")
    text = path.read_text(encoding="utf-8")
    path.write_text(text + text.splitlines()[1].replace(",include,", ",exclude,") + "\n", encoding="utf-8")
    with pytest.raises(LoopError, match=f"found '{rows[0]['record_id']}' in an earlier row as well"):
        read_sheet(Desk(open_loop(found), "ab", "title_abstract"), path)
    path.write_text("")
    with pytest.raises(LoopError, match="expected the columns of the sheet"):
        read_sheet(Desk(open_loop(found), "ab", "title_abstract"), path)
    assert read_decisions(found) == []


def test_a_sheet_of_conflicts_shows_what_each_reader_said_and_is_taken_in_as_settled(found):
    one, two, *_ = ids(4)
    say(found, "ab", {one: "include", two: "include"}, note="fits")
    say(found, "cd", {one: "ta-old", two: "include"})
    path = found / "conflicts.csv"
    write_sheet(Desk(open_loop(found), "ef", "title_abstract", conflicts=True), path)
    with open(path, newline="", encoding="utf-8") as handle:
        (row,) = csv.DictReader(handle)
    assert (row["record_id"], row["said"]) == (one, "ab: include (fits) | cd: exclude (ta-old)")
    path.write_text(path.read_text(encoding="utf-8").rstrip("\n,") + ",include,,\n", encoding="utf-8")
    assert read_sheet(Desk(open_loop(found), "ef", "title_abstract", conflicts=True), path).new == 1
    (made,) = [row for row in read_decisions(found) if row["reader"] == "ef"]
    assert (made["role"], made["decision"]) == ("adjudicator", "include")


def test_a_readers_own_sheet_shows_nothing_of_the_others(found):
    say(found, "cd", dict.fromkeys(ids(4), "ta-old"))
    path = found / "ab.csv"
    write_sheet(Desk(open_loop(found), "ab", "title_abstract"), path)
    text = path.read_text(encoding="utf-8")
    assert "said" not in text.splitlines()[0]
    assert "ta-old" not in text


def test_a_sheet_that_is_filled_in_is_not_written_over(found):
    path, _ = filled(found, decision="include")
    before = path.read_bytes()
    with pytest.raises(LoopError, match="take them in with --from-sheet"):
        write_sheet(Desk(open_loop(found), "ab", "title_abstract"), path)
    assert path.read_bytes() == before


def test_a_row_that_was_forgotten_is_taken_in_later_and_the_others_are_as_before(found):
    path, _ = filled(found, decision="exclude", reason_id="2", note="as said")
    take(found, path)
    (before,) = read_decisions(found)
    change(path, {}, {"decision": "include"})
    taken = take(found, path)
    assert (taken.new, taken.same, len(taken.changes), taken.empty) == (1, 1, 0, 2)
    assert before in read_decisions(found)


def test_a_row_that_says_otherwise_is_a_change_only_when_that_is_said(found):
    path, rows = filled(found, decision="exclude", reason_id="2")
    take(found, path)
    change(path, {"decision": "include", "reason_id": "", "note": "fits after all"})
    (before,) = read_decisions(found)
    with pytest.raises(LoopError, match=r"1 row\(s\) say otherwise than before:(?s:.*)--change"):
        take(found, path)
    assert read_decisions(found) == [before]
    assert len(take(found, path, change=True).changes) == 1
    (row,) = read_decisions(found)
    assert row["record_id"] == rows[0]["record_id"]
    assert row["decision"] == "include"
    assert row["note"] == f"Changed from exclude ta-old of {before['day']}. fits after all"
    assert take(found, path).same == 1  # the same once more changes nothing


def test_every_slip_of_a_sheet_is_told_at_once(found):
    path, _ = filled(found, decision="exclude")
    change(path, {}, {"decision": "perhaps"}, {"decision": "include", "reason_id": "1"})
    with pytest.raises(LoopError) as caught:
        take(found, path)
    told = str(caught.value)
    assert [f"row {number}: " in told for number in (2, 3, 4, 5)] == [True, True, True, False]
    assert told.endswith("nothing was taken in")


def test_a_sheet_whose_decisions_are_in_gives_way_to_the_next(found):
    path, rows = filled(found, decision="include")
    take(found, path)
    write_sheet(Desk(open_loop(found), "ab", "title_abstract"), path)
    assert rows[0]["record_id"] not in path.read_text(encoding="utf-8")


def test_beside_a_sheet_stands_what_may_be_written_into_it(found):
    for stage, short in (("title_abstract", "ta"), ("full_text", "ft")):
        path = found / "sheet.csv"
        write_sheet(Desk(open_loop(found), "ab", stage), path)
        with open(choices_of(path), newline="", encoding="utf-8") as handle:
            rows = list(csv.DictReader(handle))
        assert tuple(dict.fromkeys(row["decision"] for row in rows)) == CHOICES[stage]
        assert [(row["number"], row["reason_id"]) for row in rows if row["decision"] == "exclude"][1:] == [
            ("1", f"{short}-wrong"),
            ("2", f"{short}-old"),
        ]
        assert all(row["what_it_says"] for row in rows)
    assert "could not be had" in choices_of(path).read_text(encoding="utf-8")
    choices_of(path).write_text("a list of my own\n", encoding="utf-8")
    with pytest.raises(LoopError, match="which is something else"):
        write_sheet(Desk(open_loop(found), "ab", "title_abstract"), path)


def test_a_row_of_what_is_a_copy_by_now_is_told(found):
    path, rows = filled(found, decision="include")
    loop = open_loop(found)
    other = next(row["record_id"] for row in rows[1:])
    stand_for(loop, other, rows[0]["record_id"], "person")
    loop.save()
    with pytest.raises(LoopError, match=f"by now a copy of '{other}'"):
        take(found, path)
