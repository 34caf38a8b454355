"""How many readers decide is kept, and what was settled is not taken out because it was forgotten."""

from livingreview.checks.upkeep import check_upkeep
from livingreview.evidence.upkeep import read_upkeep
from livingreview.surveillance.tables import open_loop
from tests.surveillance.example import ids, say
from tests.surveillance.test_commands import fill, run


def test_how_many_readers_decide_is_said_once_and_later_commands_go_by_it(found, capsys):
    sheet = found / "sheets" / "ab-title-abstract.csv"
    assert run(found, "screen", "--reader", "AB", "--readers", "1", "--sheet") == 0
    assert "review.yml: readers: 1 (it was 2); later commands go by it" in capsys.readouterr().out
    fill(sheet, "1")
    assert run(found, "screen", "--reader", "AB", "--from-sheet", str(sheet)) == 0
    assert run(found, "settle") == 0
    assert "title and abstract: 4 settled" in capsys.readouterr().out
    assert read_upkeep(found).readers == 1
    # Where no file keeps it, each message names it.
    (found / "review.yml").unlink()
    assert run(found, "settle", "--readers", "1") == 0
    assert capsys.readouterr().out.splitlines()[-1].endswith("livingreview settle --readers 1")
    assert run(found, "screen", "--reader", "AB", "--readers", "1", "--from-sheet", str(sheet)) == 0
    assert "livingreview settle --readers 1" in capsys.readouterr().out


def test_what_was_settled_is_taken_out_only_when_that_is_said(found, capsys):
    one, two, *_ = ids(4)
    say(found, "ab", {one: "include", two: "ta-old"})
    assert run(found, "settle", "--readers", "1") == 0
    capsys.readouterr()
    table = found / "data" / "screening.csv"
    before = table.read_bytes()
    assert run(found, "settle", "--readers", "2") == 2
    told = capsys.readouterr().err
    assert f"2 settled record(s) decided by too few readers: {one}, {two}" in told
    assert "livingreview settle --reopen" in told
    assert table.read_bytes() == before
    assert read_upkeep(found).readers == 1  # what was refused is not kept either
    # A second reader who differs reopens a record as well, and that is said.
    say(found, "cd", {one: "ta-old", two: "ta-old"})
    assert run(found, "settle") == 2
    assert f"1 settled record(s) on which readers differ by now: {one}" in capsys.readouterr().err
    assert run(found, "settle", "--reopen") == 1
    told = capsys.readouterr().out
    assert f"taken out, on which readers differ by now: {one}" in told
    assert [row["record_id"] for row in open_loop(found).tables["screening"] if row["basis"] == "agreed"] == [
        two
    ]


def test_a_copy_whose_decision_goes_over_is_not_called_taken_out(found):
    one, two, *_ = ids(4)
    say(found, "ab", {one: "ta-old", two: "ta-old"})
    assert run(found, "settle", "--readers", "1") == 0
    assert run(found, "pairs", "--same", one, two) == 0
    assert run(found, "settle") == 0
    assert len([row for row in open_loop(found).tables["screening"] if row["basis"] == "single"]) == 1


def test_a_number_of_readers_that_is_none_is_told(found, capsys):
    path = found / "review.yml"
    path.write_text(path.read_text(encoding="utf-8") + "readers: many\n", encoding="utf-8")
    assert run(found, "settle") == 2
    assert "review.yml, readers: found 'many'" in capsys.readouterr().err
    assert [item.rule for item in check_upkeep(found, None) if item.rule == "no-number"] == ["no-number"]
