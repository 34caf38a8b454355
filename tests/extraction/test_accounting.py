"""What became of every cell is told, and what is left listed."""

import csv
import re

import pytest

from livingreview.cli import main
from livingreview.extraction.accounting import HEADER, tell_proposal, write_left
from livingreview.extraction.ctgov import read_ctgov
from livingreview.extraction.proposing import propose
from tests.conftest import ROOT
from tests.extraction.registry import EUROPEAN, as_bytes, look_up, study


@pytest.fixture(scope="module")
def proposal(review):
    return propose(review, read_ctgov(as_bytes(study())))


def test_the_numbers_told_add_up_to_the_cells_of_the_file(proposal, tmp_path):
    lines = list(tell_proposal(proposal, tmp_path / "left.csv"))
    cells = int(re.search(r"(\d+) cells with results", lines[0])[1])
    parts = [line for line in lines if re.match(r"  [a-z ]+: \d+ cells", line)]
    rows = sum(int(count) for line in parts for count in re.findall(r"[a-z_] (\d+)\b", line))
    left = sum(int(count) for line in parts for count in re.findall(r"(\d+) without a row", line))
    assert cells == 53 == rows + left
    assert left == 5
    assert sum(int(line.split(":")[0]) for line in lines if re.match(r"  \d+: ", line)) == left
    assert "outcome measures without results: Relapse" in lines


def test_what_is_left_is_listed_with_its_path_and_reason(proposal, tmp_path):
    path = tmp_path / "left.csv"
    write_left(path, proposal)
    with open(path, newline="", encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    assert list(rows[0]) == HEADER
    assert all(look_up(study(), row["path"]) and row["why"] for row in rows)


def run(capsys, *words):
    code = main(["--root", str(ROOT), "add", *map(str, words)])
    return code, capsys.readouterr()


@pytest.fixture
def here(tmp_path):
    (tmp_path / "nct.json").write_bytes(as_bytes(study()))
    (tmp_path / "eu.xml").write_bytes(EUROPEAN)
    return tmp_path


@pytest.mark.slow
@pytest.mark.parametrize(("name", "cells"), [("nct.json", 53), ("eu.xml", 20)])
def test_a_file_of_results_becomes_a_sheet_beside_what_is_left(here, capsys, name, cells):
    code, said = run(capsys, here / name, "--output", here / "sheet.xlsx")
    assert code == 0
    assert f"{cells} cells with results" in said.err
    assert (here / "sheet.xlsx").is_file()
    left = re.search(r"(\d+) cell\(s\) without a row", said.err)
    assert (here / "sheet-left.csv").exists() == bool(left)


@pytest.mark.slow
def test_a_comparison_is_written_beside_the_sheet_and_data_stay(here, capsys):
    before = {path: path.read_bytes() for path in (ROOT / "data").iterdir()}
    words = ("--against", "kantarjian-2017", "--arm", "Drug A=blinatumomab", "--csv")
    code, said = run(capsys, here / "nct.json", *words, "--output", here / "sheet")
    assert code == 0
    assert "'Drug A' = kantarjian-2017.blinatumomab" in said.err
    with open(here / "sheet-against-kantarjian-2017.csv", newline="", encoding="utf-8") as handle:
        assert "kantarjian-2017.cohort.blinatumomab" in [row["affects"] for row in csv.DictReader(handle)]
    assert {path: path.read_bytes() for path in (ROOT / "data").iterdir()} == before


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--arm", "Drug A"), "--arm Drug A: expected TITLE=COHORT"),
        (("--against", "nobody-1999"), "--against nobody-1999: no report of this review"),
    ],
)
def test_a_wrong_word_writes_nothing(here, capsys, words, told):
    code, said = run(capsys, here / "nct.json", *words, "--output", here / "sheet.xlsx")
    assert (code, (here / "sheet.xlsx").exists()) == (2, False)
    assert told in said.err


def test_only_results_can_be_compared(here, capsys):
    told = study()
    del told["resultsSection"]
    (here / "none.json").write_bytes(as_bytes(told))
    code, said = run(capsys, here / "none.json", "--against", "kantarjian-2017")
    assert code == 2
    assert "holds no results of a trial that could be compared" in said.err
