"""Out to a spreadsheet and in again; a slip in it is named by row and column."""

import csv

import pytest

from livingreview.surveillance.decisions import read_decisions
from livingreview.surveillance.desk import Desk
from livingreview.surveillance.sheets import read_sheet, write_sheet
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


@pytest.mark.parametrize("sign", [",", ";"])
def test_what_is_filled_in_is_taken_in_and_empty_rows_wait(found, sign):
    path, rows = filled(found, sign, decision="Exclude", reason_id="2", note="as said")
    assert len(rows) == 4
    assert read_sheet(Desk(open_loop(found), "ab", "title_abstract"), path) == 1
    (row,) = read_decisions(found)
    assert (row["record_id"], row["reason_id"], row["note"]) == (rows[0]["record_id"], "ta-old", "as said")


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"decision": "perhaps"}, "row 2: column decision: found 'perhaps'; expected one of: include"),
        ({"decision": "exclude", "reason_id": "9"}, "row 2: found the reason '9'"),
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
    assert read_sheet(Desk(open_loop(found), "ef", "title_abstract", conflicts=True), path) == 1
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
