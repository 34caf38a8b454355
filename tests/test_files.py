"""The project's files: where it is, whether its book is current, folders exchanged in one step, zips."""

import io
import os
import zipfile

import pytest

from livingreview import files
from livingreview.files import (
    book_of,
    exchange,
    find_engine,
    find_root,
    hash_project,
    is_current,
    keep,
    list_releases,
    make_zip,
    note_published,
    parse_version,
    read_kept,
    recover,
    replace_folder,
    stamp_project,
)


@pytest.fixture
def built(tmp_path):
    """A project with a published book."""
    for name in ("data/datapackage.json", "chapters/index.md", "_build/html/index.html"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name, encoding="utf-8")
    note_published(tmp_path, hash_project(tmp_path))
    return tmp_path


def content(folder) -> str:
    """What the one file of a folder says."""
    return (folder / "page.html").read_text(encoding="utf-8")


@pytest.fixture
def two(tmp_path):
    """A fresh folder and the one it is to take the place of."""
    for name in ("new", "old"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "page.html").write_text(name, encoding="utf-8")
    return tmp_path / "new", tmp_path / "old"


def test_the_project_is_found_from_a_folder_inside_it(root, tmp_path):
    assert find_root(root / "chapters") == root
    with pytest.raises(FileNotFoundError, match="run this inside the project"):
        find_root(tmp_path)


def test_a_book_is_current_until_an_input_or_a_page_changes(built):
    assert is_current(built)
    for name in ("chapters/index.md", "_build/html/index.html"):
        path = built / name
        before = path.stat()
        path.write_text(f"{name} changed", encoding="utf-8")
        assert not is_current(built), name
        path.write_text(name, encoding="utf-8")
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        assert is_current(built), f"{name} is as it was"
    (built / "chapters" / "new.md").write_text("", encoding="utf-8")
    assert not is_current(built)


def test_the_engine_is_the_projects_own_or_the_one_that_runs(root, built):
    assert find_engine(root) == root
    assert find_engine(built) == root
    (built / "livingreview").mkdir()
    (built / "livingreview" / "__init__.py").write_text("", encoding="utf-8")
    assert find_engine(built) == built


def test_what_builds_write_is_no_input(built):
    before = hash_project(built)
    for name in ("chapters/reports/made.md", "_build/x", "livingreview/__pycache__/x.pyc", ".git/HEAD"):
        (built / name).parent.mkdir(parents=True, exist_ok=True)
        (built / name).write_text("made", encoding="utf-8")
    assert hash_project(built) == before


def test_a_save_is_told_and_what_builds_write_is_none(built):
    before = stamp_project(built)
    assert list(before) == ["chapters/index.md", "data/datapackage.json"]
    (built / "_build" / "html" / "index.html").write_text("made anew", encoding="utf-8")
    assert stamp_project(built) == before
    (built / "chapters" / "index.md").write_text("saved anew", encoding="utf-8")
    assert {name for name, _ in stamp_project(built).items() ^ before.items()} == {"chapters/index.md"}


def test_each_published_book_is_told_from_the_one_before(built):
    first = book_of(built)
    os.utime(built / "_build" / files.NOTE, ns=(1, 1))
    assert first != book_of(built)
    (built / "_build" / files.NOTE).unlink()
    assert book_of(built) == ""


@pytest.mark.parametrize("note", ["", "{}", "[]", '{"files": {}, "inputs": "x"}'])
def test_a_spoilt_note_means_that_the_book_is_not_current(built, note):
    (built / "_build" / files.NOTE).write_text(note, encoding="utf-8")
    assert not is_current(built)
    (built / "_build" / files.NOTE).unlink()
    assert not is_current(built)


def test_two_folders_change_names_in_one_step(two):
    new, old = two
    exchange(new, old)
    assert (content(new), content(old)) == ("old", "new")
    with pytest.raises(OSError, match="No such file"):
        exchange(new, new.with_name("none"))
    assert content(new) == "old"


@pytest.mark.parametrize("can", [True, False], ids=["exchanged", "renamed"])
def test_a_folder_takes_the_place_of_another(two, monkeypatch, can):
    """Also where the system cannot exchange folders."""
    new, old = two
    if not can:
        monkeypatch.setattr(files, "exchange", lambda *_: (_ for _ in ()).throw(OSError("cannot")))
    replace_folder(new, old)
    assert content(old) == "new"
    assert [path.name for path in old.parent.iterdir()] == ["old"]


def test_a_folder_that_was_not_there_is_put_there(two):
    new, old = two
    replace_folder(new, old.with_name("third"))
    assert content(old.with_name("third")) == "new"
    assert content(old) == "old"


def test_what_a_killed_build_left_is_undone(two):
    """Killed between the two renames, the book stands under another name; else only leftovers stand there."""
    new, old = two
    old.rename(old.with_name("book.old"))
    new.rename(new.with_name("book.new"))
    book = old.with_name("book")
    recover(book)
    assert content(book) == "old"
    book.with_name("book.old").mkdir()
    recover(book)
    assert content(book) == "old", "what stands is not touched"
    assert [path.name for path in book.parent.iterdir()] == ["book"]


def test_a_book_left_under_another_name_comes_back_to_an_empty_folder(two):
    """Sphinx makes the folder of pages before anything else can be done."""
    _, old = two
    old.rename(old.with_name("book.old"))
    (old.with_name("book")).mkdir()
    recover(old.with_name("book"))
    assert content(old.with_name("book")) == "old"


@pytest.mark.parametrize("leftover", ["book.new", "book.old"])
def test_a_file_in_the_way_of_a_folder_is_taken_away(two, leftover):
    new, old = two
    book = old.rename(old.with_name("book"))
    book.with_name(leftover).write_text("garbage", encoding="utf-8")
    recover(book)
    assert not book.with_name(leftover).exists()
    book.with_name("book.old").write_text("garbage", encoding="utf-8")
    replace_folder(new, book)
    assert content(book) == "new"


def test_what_is_kept_is_read_back(tmp_path):
    path = tmp_path / "folder" / "kept"
    assert read_kept(path) is None
    for text in ("", "one\n\ntwo – three", "x" * 100_000):
        keep(path, text)
        assert read_kept(path) == text
    assert [entry.name for entry in path.parent.iterdir()] == ["kept"]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data[: len(data) // 2],
        lambda data: b"",
        lambda data: data[:-1] + b"?",
        lambda data: b"\xff\x00",
        lambda data: data + b"\n",
    ],
    ids=["cut", "emptied", "changed", "overwritten", "longer"],
)
def test_what_is_damaged_is_dropped_and_told(tmp_path, spoil, capsys):
    path = tmp_path / "kept"
    keep(path, "what was kept")
    path.write_bytes(spoil(path.read_bytes()))
    assert read_kept(path) is None
    assert f"{path}: not as a build left it; made again" in capsys.readouterr().err
    assert not path.exists()
    keep(path, "again")
    assert read_kept(path) == "again"
    path.unlink()
    path.mkdir()
    assert read_kept(path) is None
    assert not path.exists()


def test_a_file_where_a_folder_should_be_is_taken_away(tmp_path):
    (tmp_path / "folder").write_text("garbage", encoding="utf-8")
    assert read_kept(tmp_path / "folder" / "deeper" / "kept") is None
    keep(tmp_path / "folder" / "deeper" / "kept", "text")
    assert read_kept(tmp_path / "folder" / "deeper" / "kept") == "text"


def test_what_cannot_be_kept_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(files.os, "replace", lambda *_: (_ for _ in ()).throw(OSError("no space")))
    with pytest.raises(OSError, match="no space"):
        keep(tmp_path / "kept", "text")
    assert list(tmp_path.iterdir()) == []


def test_a_zip_depends_on_its_content_alone():
    first, second = make_zip({"b": b"2", "a/c": b"1"}), make_zip({"a/c": b"1", "b": b"2"})
    assert first == second
    assert make_zip({"b": b"3", "a/c": b"1"}) != first
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert archive.namelist() == ["a/c", "b"]
        assert archive.read("a/c") == b"1"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("2026.11.0", (2026, 11, 0)),
        ("2026.1.12", (2026, 1, 12)),
        ("2026.0.1", None),
        ("2026.13.1", None),
        ("2026.01.0", None),
        ("2026.1.01", None),
        ("2026.1", None),
        ("v2026.1.0", None),
        ("2026.1.0\n", None),
        ("now", None),
    ],
)
def test_a_version_is_year_month_and_number(text, parts):
    assert parse_version(text) == parts


def test_releases_come_in_the_order_of_their_numbers(tmp_path):
    assert list_releases(tmp_path) == []
    for name in ("2026.10.0", "2026.9.1", "2026.9.10", "2025.12.3", "notes", ".2026.11.0.part"):
        (tmp_path / "releases" / name).mkdir(parents=True)
    assert list_releases(tmp_path) == ["2025.12.3", "2026.9.1", "2026.9.10", "2026.10.0"]
