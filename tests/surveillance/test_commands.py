"""The loop as it is typed: from an exported file to a settled screening and a flow."""

import csv

import pytest

from livingreview.checks import check_project
from livingreview.checks.surveillance import SURVEILLANCE_RULES
from livingreview.cli import main
from livingreview.surveillance.desk import Desk
from livingreview.surveillance.judging import judge
from livingreview.surveillance.tables import open_loop
from tests.checks.spoilt import told
from tests.surveillance import exports
from tests.surveillance.example import check, descriptor, ids, say


def run(project, *words):
    return main(["--root", str(project), *words])


def fill(path, reason: str):
    with open(path, newline="", encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    for number, row in enumerate(rows):
        row |= {"decision": "exclude", "reason_id": reason} if number else {"decision": "include"}
    with open(path, "w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


@pytest.mark.slow
def test_from_a_file_to_a_settled_screening(place, capsys):
    file, table = (place.parent / name for name in ("x.ris", "flow.csv"))
    file.write_text(exports.ovid(exports.make_works(6)), encoding="utf-8")
    assert run(place, "import", str(file), "--strategy", "main", "--date", "2026-05-02", "--told", "6") == 0
    told = capsys.readouterr().out
    assert "x.ris: RIS, Ovid; 6 record(s)" in told
    assert "abstracts, addresses, notes and such stay in the file; records/raw keeps a copy\n" in told
    assert [path.read_bytes() for path in (place / "records" / "raw").iterdir()] == [file.read_bytes()]
    assert told.endswith("next: livingreview screen --reader NAME, each reader, then livingreview settle\n")
    for reader, reason in (("AB", "1"), ("CD", "2")):
        sheet = place.parent / f"{reader}.csv"
        assert run(place, "screen", "--reader", reader, "--sheet", str(sheet)) == 0
        fill(sheet, reason)
        assert run(place, "screen", "--reader", reader, "--from-sheet", str(sheet)) == 0
    assert run(place, "settle") == 0
    told = capsys.readouterr().out
    assert "ab and cd, title and abstract: 6 decided by both, 6 alike (100%), kappa 1.00" in told
    assert "6 settled (5 excluded, 1 sought)" in told
    full = "livingreview screen --reader NAME --stage full_text"
    assert f"next: 1 to be read in full, by each reader: {full}; then livingreview settle\n" in told
    picture = place.parent / "flow.svg"
    assert run(place, "flow", "--csv", str(table), "--svg", str(picture)) == 0
    assert "Records screened: 6" in picture.read_text(encoding="utf-8")
    assert "screened: 6" in capsys.readouterr().out
    with open(table, newline="", encoding="utf-8") as handle:
        assert next(row["n"] for row in csv.DictReader(handle) if row["data"] == "records_excluded") == "5"
    assert run(place, "waiting") == 0
    assert "1 to be read in full" in capsys.readouterr().out


def test_the_next_step_is_told_at_each_stand_of_the_screening(found, capsys):
    one, *others, last = ids(4)
    for reader in ("ab", "cd"):
        say(found, reader, {one: "include"} | dict.fromkeys(others, "ta-old"))

    def say_next(*more):
        run(found, "settle", *more)
        return capsys.readouterr().out.splitlines()[-1]

    screen, then = "livingreview screen --reader NAME", "; then livingreview settle"
    full = f"1 to be read in full, by each reader: {screen} --stage full_text"
    assert say_next() == f"next: {screen}, each reader who has not decided yet; {full}{then}"
    say(found, "ab", {last: "include"})
    say(found, "cd", {last: "ta-old"})
    assert say_next() == f"next: {full}{then}"
    say(found, "ab", {one: "include"}, "full_text")
    say(found, "cd", {one: "ft-near"}, "full_text")
    assert say_next() == f"next: what readers differ on, as above{then}"
    for stage, reason in (("title_abstract", "ta-old"), ("full_text", "")):
        desk = Desk(open_loop(found), "ef", stage, conflicts=True)
        desk.take(desk.queue[0], "exclude" if reason else "include", reason, "")
    entered = "next: 1 to be entered: livingreview waiting lists them, livingreview add RECORD"
    assert say_next() == say_next("--readers", "1") == entered
    loop = open_loop(found)
    judge(loop, one, "able-2019", "same")
    loop.save()
    assert say_next() == "next: nothing waits; livingreview check, and build the book"


def test_sheets_go_where_git_leaves_them_out_and_say_that_they_hold_abstracts(found, capsys):
    assert run(found, "screen", "--reader", "AB", "--sheet") == 0
    told = capsys.readouterr().out
    assert "It holds abstracts, which are others'; git leaves sheets/ out." in told
    sheet = found / "sheets" / "ab-title-abstract.csv"
    assert sheet.is_file()
    assert told.endswith(f"next, when it is filled: livingreview screen --reader ab --from-sheet {sheet}\n")
    assert run(found, "screen", "--reader", "AB", "--sheet", str(found / "other.csv")) == 0
    assert "keep it out of git" in capsys.readouterr().out
    assert run(found, "screen", "--reader", "AB", "--sheet", str(found / "no" / "x.csv")) == 2
    told = capsys.readouterr().err
    assert f"there is no folder {found / 'no'}; make it" in told
    assert "Errno" not in told
    assert run(found, "screen", "--reader", "AB", "--from-sheet", str(found / "no" / "x.csv")) == 2
    assert "there is no such file; write one with --sheet" in capsys.readouterr().err


def test_an_import_that_would_mislead_the_next_search_is_told(place, capsys):
    pubmed = {"strategy_id": "pubmed-main", "source": "PubMed", "platform": "PubMed, E-utilities"}
    loop = open_loop(place)
    loop.tables["strategies"].append(pubmed | {"kind": "database", "query": "x", "window_field": "crdt"})
    loop.changed.add("strategies")
    loop.save()
    file = place.parent / "x.ris"
    file.write_text(exports.scopus(exports.make_works(2)), encoding="utf-8")
    call = ("import", str(file), "--strategy", "pubmed-main", "--date", "2026-05-02")
    assert run(place, *call, "--dry-run") == 0
    told = capsys.readouterr().out
    assert "WARNING: x.ris looks like a file of Scopus, and strategy pubmed-main is run in PubMed" in told
    assert "import the file with --strategy main." in told
    assert "no --from was given: this counts as everything that PubMed holds until 2026-05-02" in told
    assert "livingreview search pubmed-main will begin on 2026-04-25" in told
    assert run(place, *call) == 0
    capsys.readouterr()
    # The same file once more, with its days, puts that right.
    assert run(place, *call, "--from", "2026-04-01", "--to", "2026-04-30") == 0
    assert "corrected: from_day of pubmed-main-2026-05-02: none to 2026-04-01" in capsys.readouterr().out
    (row,) = [row for row in open_loop(place).tables["searches"] if row["strategy_id"]]
    assert (row["from_day"], row["to_day"]) == ("2026-04-01", "2026-04-30")
    assert descriptor(place)["records"] == 2


def test_a_table_of_the_prisma_tool_is_held_against_the_review_and_drawn(worked_copy, capsys):
    table, picture = worked_copy.parent / "flow.csv", worked_copy.parent / "flow.svg"
    assert run(worked_copy, "flow", "--csv", str(table)) == 0
    assert run(worked_copy, "flow", "--from-csv", str(table)) == 0
    told = capsys.readouterr().out
    assert f"{table} adds up, and each of its boxes is as the review's own" in told
    assert "not compared: the PRISMA2020 tool has no box for:" in told
    table.write_text(table.read_text(encoding="utf-8").replace(",box3.html,1\n", ",box3.html,4\n", 1))
    assert run(worked_copy, "flow", "--from-csv", str(table), "--svg", str(picture)) == 1
    assert "Duplicate records (duplicates): the file has 4, the review 1" in capsys.readouterr().out
    assert "duplicates: 4" in picture.read_text(encoding="utf-8")
    table.write_text("nothing", encoding="utf-8")
    assert run(worked_copy, "flow", "--from-csv", str(table)) == 2
    assert "there is no column data, n" in capsys.readouterr().err


def test_readers_who_differ_are_told_and_the_command_says_so_by_its_exit(worked_copy, capsys):
    assert run(worked_copy, "settle") == 1
    assert (
        "conflict at title and abstract: pmid-90000007: ab: exclude ta-old; cd: include"
        in capsys.readouterr().out
    )


def test_records_joined_after_they_were_settled_are_settled_again(worked_copy, capsys):
    two, three = ids(3)[1:]
    assert run(worked_copy, "pairs", "--same", three, two) == 0
    assert (
        "next: livingreview pairs, until no pair waits; then livingreview settle" in capsys.readouterr().out
    )
    assert run(worked_copy, "settle") == 1  # readers differ on another
    assert told(SURVEILLANCE_RULES, check(worked_copy)) == set()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("import", "nowhere.ris", "--strategy", "main"), "nowhere.ris: No such file"),
        (("screen", "--reader", "--", "--sheet", "x"), None),
        (("settle", "--readers", "0"), None),
        (("screen", "--reader", "??", "--sheet", "x"), "expected letters or digits"),
        (("flow",), "no stored strategy has been run yet"),
        (("pairs", "--same", "a", "b"), "'a' is no record"),
    ],
)
def test_a_wrong_call_ends_with_2_and_says_why(place, capsys, words, told):
    if told is None:  # the command line itself is wrong
        with pytest.raises(SystemExit):
            run(place, *words)
    else:
        assert run(place, *words) == 2
        assert told in capsys.readouterr().err


@pytest.mark.slow
def test_a_review_of_full_size_passes_its_checks_after_every_step(project):
    file = project / "x.ris"
    file.write_text(exports.embase(exports.make_works(6)), encoding="utf-8")
    strategies = (project / "data" / "strategies.csv").read_text(encoding="utf-8")
    strategy = strategies.splitlines()[1].split(",")[0]
    assert run(project, "import", str(file), "--strategy", strategy, "--date", "2026-05-02") == 0
    file.unlink()
    assert check_project(project) == []
    sheet = project / "_build" / "sheet.csv"
    assert run(project, "screen", "--reader", "AB", "--sheet", str(sheet)) == 0
    fill(sheet, "1")
    assert run(project, "screen", "--reader", "AB", "--from-sheet", str(sheet)) == 0
    assert run(project, "settle", "--readers", "1") == 0
    assert check_project(project) == []
