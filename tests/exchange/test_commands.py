"""``livingreview export``: every format, the same bytes each time, each with its read-me."""

import csv
import io
import re

import pytest

from livingreview.citation import read_citation
from livingreview.cli import main
from livingreview.evidence import parse_evidence
from livingreview.exchange.commands import FORMATS, make_export

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", FORMATS)
def test_an_export_is_the_same_bytes_and_says_what_it_is(exports, root, name):
    files = exports[name]
    # Read anew: nothing that was worked out before is used again.
    fresh = parse_evidence({path.name: path.read_bytes() for path in (root / "data").iterdir()})
    assert make_export(name, fresh, read_citation(root)) == files
    text = files["README.md"].decode()
    assert str(read_citation(root)["version"]) in text
    for table in (path for path in files if path.endswith(".csv") and path.count("/") == 0):
        assert table in text or name == "cochrane"
    assert all(re.fullmatch(r"[A-Za-z0-9._/-]+", path) for path in files), "names for every file system"


@pytest.mark.parametrize("name", FORMATS)
def test_each_read_me_says_what_comes_back(exports, name):
    text = exports[name]["README.md"].decode()
    assert "for reading only" in text
    assert ("livingreview import" in text) == any(path.endswith(".ris") for path in exports[name])


@pytest.mark.parametrize("name", FORMATS)
def test_every_column_of_a_table_is_explained(exports, name):
    files, text = exports[name], exports[name]["README.md"].decode()
    for path, content in files.items():
        if path.endswith(".csv") and name != "cochrane":  # its columns are Cochrane's
            for column in next(csv.reader(io.StringIO(content.decode()))):
                told = f"{column}`" in text or (name == "robvis" and re.fullmatch(r"D\d", column))
                assert told, f"{path}: {column}"


def test_the_command_writes_a_folder_and_refuses_a_full_one(project, tmp_path, capsys):
    target = tmp_path / "to-zotero"
    assert main(["--root", str(project), "export", "ris", "--to", str(target)]) == 0
    assert "begin with README.md" in capsys.readouterr().out
    before = {path.name: path.read_bytes() for path in target.iterdir()}
    assert {"README.md", "included.ris", "decisions.csv"} <= set(before)
    assert main(["--root", str(project), "export", "ris", "--to", str(target)]) == 2
    assert "expected a new or empty folder" in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in target.iterdir()} == before


def test_nothing_is_exported_of_data_that_are_not_sound(project, tmp_path, capsys):
    outcomes = project / "data" / "outcomes.csv"
    lines = outcomes.read_text(encoding="utf-8").splitlines(keepends=True)
    outcomes.write_text(
        "".join([lines[0], lines[1].replace(lines[1].split(",")[1], "no-such-report", 1), *lines[2:]])
    )
    assert main(["--root", str(project), "export", "pools", "--to", str(tmp_path / "out")]) == 1
    assert "outcomes.csv" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
