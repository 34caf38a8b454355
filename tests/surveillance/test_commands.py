"""The loop as it is typed: from an exported file to a settled screening and a flow."""

import csv

import pytest

from livingreview.checks import check_project
from livingreview.checks.surveillance import SURVEILLANCE_RULES
from livingreview.cli import main
from tests.checks.spoilt import told
from tests.surveillance import exports
from tests.surveillance.example import check, ids


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


def test_from_a_file_to_a_settled_screening(place, capsys):
    file, sheet, table = (place.parent / name for name in ("x.ris", "sheet.csv", "flow.csv"))
    file.write_text(exports.ovid(exports.make_works(6)), encoding="utf-8")
    assert run(place, "import", str(file), "--strategy", "main", "--date", "2026-05-02", "--told", "6") == 0
    assert "x.ris: RIS, Ovid; 6 record(s)" in capsys.readouterr().out
    for reader, reason in (("AB", "1"), ("CD", "2")):
        assert run(place, "screen", "--reader", reader, "--sheet", str(sheet)) == 0
        fill(sheet, reason)
        assert run(place, "screen", "--reader", reader, "--from-sheet", str(sheet)) == 0
    assert run(place, "settle") == 0
    told = capsys.readouterr().out
    assert "ab and cd, title and abstract: 6 decided by both, 6 alike (100%), kappa 1.00" in told
    assert "6 settled (5 excluded, 1 sought)" in told
    assert run(place, "flow", "--csv", str(table)) == 0
    assert "screened: 6" in capsys.readouterr().out
    with open(table, newline="", encoding="utf-8") as handle:
        assert next(row["n"] for row in csv.DictReader(handle) if row["data"] == "records_excluded") == "5"
    assert run(place, "waiting") == 0
    assert "1 to be read in full" in capsys.readouterr().out


def test_readers_who_differ_are_told_and_the_command_says_so_by_its_exit(worked_copy, capsys):
    assert run(worked_copy, "settle") == 1
    assert (
        "conflict at title and abstract: pmid-90000007: ab: exclude ta-old; cd: include"
        in capsys.readouterr().out
    )


def test_records_joined_after_they_were_settled_are_settled_again(worked_copy, capsys):
    two, three = ids(3)[1:]
    assert run(worked_copy, "pairs", "--same", three, two) == 0
    assert "next: livingreview settle" in capsys.readouterr().out
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
