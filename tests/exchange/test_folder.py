"""An export is written whole into a folder of its own, or not at all."""

import csv
import io

import pytest

from livingreview.exchange.folder import ExportError, as_csv, write_folder, write_readme
from tests.cited import RECORD

FILES = {"README.md": b"# x\n", "a/b.csv": b"c\n1\n"}


def test_a_folder_is_written_whole_where_none_or_an_empty_one_stands(tmp_path):
    for target in (tmp_path / "new" / "deep", tmp_path / "empty"):
        if target.name == "empty":
            target.mkdir()
        write_folder(FILES, target)
        found = {p.relative_to(target).as_posix(): p.read_bytes() for p in target.rglob("*") if p.is_file()}
        assert found == FILES
        assert [p.name for p in target.parent.iterdir() if p.name.startswith(".")] == []


def test_what_stands_there_is_left_alone_and_told(tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.docx").write_bytes(b"mine")
    with pytest.raises(ExportError, match=r"new or empty folder, found 1 file.s. in it, such as thesis.docx"):
        write_folder(FILES, tmp_path / "full")
    (tmp_path / "file").write_bytes(b"mine")
    with pytest.raises(ExportError, match="found a file"):
        write_folder(FILES, tmp_path / "file")
    assert {p.name for p in tmp_path.rglob("*")} == {"full", "thesis.docx", "file"}
    assert (tmp_path / "file").read_bytes() == b"mine"


def test_a_table_parses_back_whatever_its_cells_hold():
    rows = [{"a": 'x, "y"\nz', "b": 0}, {"b": "é"}]
    told = list(csv.DictReader(io.StringIO(as_csv(["a", "b"], rows).decode(), newline="")))
    assert told == [{"a": 'x, "y"\nz', "b": "0"}, {"a": "", "b": "é"}]


def test_a_read_me_names_the_version_and_the_columns():
    text = write_readme(RECORD, "Title", ["Words."], {"study": "its name"}).decode()
    assert text.startswith("# Title\n")
    assert str(RECORD["version"]) in text
    assert "| `study` | its name |" in text
