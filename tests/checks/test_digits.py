"""Digits as printed: told where they were lost, and put back where they are printed in one way."""

import csv
import shutil
import subprocess

import pytest

from livingreview.checks import check_project, mend_tables
from livingreview.checks.cells import RawTable
from livingreview.checks.digits import check_digits, columns_of
from livingreview.evidence import load_package
from livingreview.evidence.schema import Field, Table
from tests.conftest import ROOT

TEXT = [Field(name) for name in ("row_id", "unit", "as_reported")]
TABLE = Table("t", "t.csv", "T", "", (*TEXT, Field("value", "number"), Field("share_reported_pct")), "row_id")


def found(unit, words, value, share):
    raw = RawTable(TABLE, TABLE.columns, [["a.b", unit, words, value, share]], [2])
    return [(item.row, item.column, item.found, item.expected) for item in check_digits(raw, "t.csv")]


def test_every_number_is_held_against_its_fragment():
    assert found("months", "9.10 (45.0%)", "9.1", "45") == [
        (2, "value", "9.1", "9.10, as in '9.10 (45.0%)'"),
        (2, "share_reported_pct", "45", "45.0, as in '9.10 (45.0%)'"),
    ]
    assert found("months", "9.10 (45.0%)", "9.10", "45.0") == []


def test_a_count_that_is_the_same_number_hides_the_loss_of_no_percentage():
    assert found("pct", "45 of 100 (45.0%)", "45", "") == [
        (2, "value", "45", "45.0, as in '45 of 100 (45.0%)'")
    ]
    assert found("months", "45 of 100 (45.0%)", "45", "") == []


def test_a_number_that_is_not_printed_or_in_two_ways_is_left():
    assert found("months", "761 days", "25.0", "") == []
    assert found("pct", "60% … 60.0%", "60", "60.0") == []


def write_back(folder, aside):
    """Read a folder of tables with LibreOffice, keep it as .ods, and write it back as it likes."""
    program = shutil.which("soffice")
    profile = f"-env:UserInstallation=file://{aside}/profile"
    for kind, source, into in (
        ("ods", sorted(folder.glob("*.csv")), aside / "ods"),
        ("csv:Text - txt - csv (StarCalc):44,34,76,1", None, aside / "back"),
    ):
        files = source or sorted((aside / "ods").glob("*.ods"))
        told = ["--infilter=CSV:44,34,76,1"] if kind == "ods" else []
        command = [program, profile, "--headless", *told, "--convert-to", kind, "--outdir", into, *files]
        subprocess.run(command, check=True, capture_output=True)
    return aside / "back"


def cells(path):
    with open(path, newline="", encoding="utf-8") as handle:
        return list(csv.reader(handle))


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
def test_no_printed_digit_is_lost_unseen_in_libreoffice(project, tmp_path_factory):
    """What is not told is printed in no cell of its row: a derived figure, or one that the report garbles.

    A fragment that is a percentage alone is rewritten too (80% as 80.00%), and of its row nothing is mended.
    """
    aside = tmp_path_factory.mktemp("libreoffice")
    tables = [table for table in load_package(ROOT / "data").evidence_tables if columns_of(table)]
    sent = aside / "sent"
    sent.mkdir()
    for table in tables:
        shutil.copy(project / "data" / table.path, sent)
    back = write_back(sent, aside)
    lost = {}
    for table in tables:
        header, *own = cells(sent / table.path)
        _, *other = cells(back / table.path)
        shutil.copy(back / table.path, project / "data" / table.path)
        places = [header.index(item.name) for item in columns_of(table)]
        fragment = header.index("as_reported")
        for line, (before, after) in enumerate(zip(own, other, strict=True), 2):
            for at in places:
                if before[at] != after[at] and before[fragment] == after[fragment]:
                    lost[table.path, line, header[at]] = (before, at)
    assert len(lost) > 20, "LibreOffice wrote no digits away: this test shows nothing"
    told = {(item.file, item.row, item.column) for item in check_project(project)}
    for place in lost.keys() - told:
        before, at = lost[place]
        assert before[at] not in " ".join(before[:at] + before[at + 1 :]), place
    mend_tables(project)
    for path, line, column in lost.keys() & told:
        before, at = lost[path, line, column]
        assert cells(project / "data" / path)[line - 1][at] == before[at]
