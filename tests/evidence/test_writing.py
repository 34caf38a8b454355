"""A table is written whole or not at all, in its place."""

import errno
import os

import pytest

from livingreview.evidence import writing
from livingreview.evidence.writing import write_rows, write_whole


def test_a_table_is_written_in_the_form_of_the_package(tmp_path):
    path = tmp_path / "a.csv"
    write_rows(path, ["id", "text"], [["1", "one, two"], ["2", "é"]])
    assert path.read_bytes() == 'id,text\n1,"one, two"\n2,é\n'.encode()
    assert os.listdir(tmp_path) == ["a.csv"]


def test_what_cannot_be_written_leaves_the_file_as_it_was_and_nothing_beside_it(tmp_path, monkeypatch):
    def fill(source, target):
        raise OSError(errno.ENOSPC, "No space left on device", source)

    path = tmp_path / "a.csv"
    path.write_text("before", encoding="utf-8")
    monkeypatch.setattr(writing.os, "replace", fill)
    with pytest.raises(OSError, match="No space left") as told:
        write_whole(path, "after")
    assert told.value.filename == str(path)
    assert path.read_text(encoding="utf-8") == "before"
    assert os.listdir(tmp_path) == ["a.csv"]


def test_a_link_and_the_mode_of_a_file_stay(tmp_path):
    path, link = tmp_path / "a.csv", tmp_path / "b.csv"
    path.write_text("before", encoding="utf-8")
    path.chmod(0o660)
    link.symlink_to(path)
    write_whole(link, "after")
    assert link.is_symlink()
    assert path.read_text(encoding="utf-8") == "after"
    assert path.stat().st_mode & 0o777 == 0o660
