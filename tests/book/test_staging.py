"""Whatever happened to a build or to its files: the published book stays whole, and the next build is right.

``benchmarks/reliability.py`` does the same at random, and longer.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from livingreview.book import staging
from livingreview.book.look_over import NEEDED
from livingreview.book.staging import (
    BuildError,
    break_seal,
    doctrees_of,
    publish,
    seal,
    staging_of,
    take_stock,
)
from livingreview.files import locked
from tests.copies import Copy, differing, heed_modes, read_only, tree

KILLED = Path(__file__).resolve().parent.parent / "killed.py"
ROW = ("data/outcomes.csv", "made-up transplant", "made-up graft")
WAYS = {
    "cut": lambda data: data[: len(data) // 2],
    "emptied": lambda data: b"",
    "changed": lambda data: data[:-1] + bytes([data[-1] ^ 1]),
}


@pytest.fixture
def target(tmp_path):
    """Where a book is published that was built, sealed and published once."""
    target = tmp_path / "_build" / "html"
    pages = staging_of(target)
    for name in (*NEEDED, ".buildinfo", "_static/webpack-macros.html"):
        (pages / name).parent.mkdir(parents=True, exist_ok=True)
        (pages / name).write_text("<html></html>", encoding="utf-8")
    doctrees_of(pages).mkdir()
    (doctrees_of(pages) / "environment.pickle").write_text("read", encoding="utf-8")
    publish(pages, target)
    return target


def test_what_a_build_left_whole_is_built_upon(target):
    said = []
    take_stock(staging_of(target), said.append)
    assert staging_of(target).is_dir()
    assert said == []
    assert tree(target).keys() == set(NEEDED), "notes of Sphinx's and the theme's macros stay behind"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", ["html/index.html", ".doctrees/environment.pickle", "../seal"])
def test_what_was_damaged_is_made_again(target, capsys, name, way):
    said, path = [], staging_of(target).parent / name
    path.write_bytes(WAYS[way](path.read_bytes()))
    take_stock(staging_of(target), said.append)
    assert not staging_of(target).exists()
    assert len(said) == 1
    assert "all pages are made again" in said[0]
    take_stock(staging_of(target), said.append)
    assert len(said) == 1, "there is nothing any more"


def test_a_file_that_is_gone_or_that_nobody_made_is_seen(target):
    for change in (
        lambda pages: (pages / "index.html").unlink(),
        lambda pages: (pages / "stray.html").write_text("x", encoding="utf-8"),
    ):
        pages = staging_of(target)
        shutil.copytree(target, pages, dirs_exist_ok=True)
        seal(pages)
        change(pages)
        take_stock(pages, lambda line: None)
        assert not pages.exists()


@pytest.mark.parametrize("name", [".staging", ".staging/_build"])
def test_a_file_in_place_of_the_folder_is_taken_away(target, name):
    path = target.parent / name
    shutil.rmtree(path)
    path.write_text("garbage", encoding="utf-8")
    take_stock(staging_of(target), lambda line: None)
    staging_of(target).mkdir(parents=True)


def test_a_build_that_did_not_come_to_its_end_is_told(target):
    said = []
    break_seal(staging_of(target))
    take_stock(staging_of(target), said.append)
    assert said == [".staging: an earlier build did not come to its end; all pages are made again"]


def test_a_book_that_is_not_whole_is_not_published(target):
    before, pages = tree(target), staging_of(target)
    (pages / "index.html").write_text("", encoding="utf-8")
    with pytest.raises(BuildError, match=r"the last good book is untouched:\n  index\.html is empty"):
        publish(pages, target)
    assert tree(target) == before
    assert not pages.exists(), "nothing is built upon it"


def test_a_copy_that_is_not_what_was_made_is_not_published(target, monkeypatch):
    before, copy = tree(target), shutil.copytree

    def copy_badly(source, goal, *more, **options):
        copy(source, goal, *more, **options)
        Path(goal, "index.html").write_text("<html>torn</html>", encoding="utf-8")

    monkeypatch.setattr(staging.shutil, "copytree", copy_badly)
    with pytest.raises(BuildError, match="cannot be read back"):
        publish(staging_of(target), target)
    assert tree(target) == before
    assert not target.with_name("html.new").exists()


@pytest.mark.slow
def test_a_lock_dies_with_its_process_and_not_with_its_children(tmp_path):
    """A child that lives on, or what a dead process wrote into the file, keeps nobody waiting."""
    code = (
        "import os, sys, time\nfrom pathlib import Path\nfrom livingreview.files import take_lock\n"
        "lock = take_lock(Path(sys.argv[1]))\n"
        "if os.fork():\n    print('locked', flush=True)\n    time.sleep(60)\nelse:\n    time.sleep(20)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "locked\n"
        said: list[str] = []
        process.stdout.close()
        time.sleep(0.2)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    start = time.monotonic()
    with locked(tmp_path, said.append):
        assert said == []
        assert (tmp_path / ".lock").read_text(encoding="utf-8") == f"{os.getpid()}\n"
    assert time.monotonic() - start < 5


def test_who_waits_is_told_for_whom(tmp_path):
    code = (
        "import sys\nfrom pathlib import Path\nfrom livingreview.files import take_lock\n"
        "take_lock(Path(sys.argv[1]), lambda line: print(line, flush=True))\nprint('mine')"
    )
    with locked(tmp_path):
        waiting = subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True
        )
        told = waiting.stdout.readline()
    assert told == f"another build is running (process {os.getpid()}); waiting for it\n"
    assert waiting.communicate()[0] == "mine\n"


class Project(Copy):
    """A project that changes to and fro between two states, with the book of each."""

    def __init__(self, folder: Path):
        super().__init__(folder, made_up=3)
        self.changed, self.books = False, {}
        for number in range(2):
            if number:
                self.change()
            shutil.rmtree(self.folder / "_build" / ".staging", ignore_errors=True)
            done = self.build()
            assert done.returncode == 0, done.stdout + done.stderr
            self.books[self.changed] = tree(self.published)

    def change(self) -> None:
        path, old, new = self.folder / ROW[0], *ROW[1:]
        text = path.read_text(encoding="utf-8")
        self.changed = not self.changed
        path.write_text(text.replace(old, new) if self.changed else text.replace(new, old), encoding="utf-8")

    def is_right_after(self, command: str, **more) -> str:
        done = self.build(**more) if command == "build" else self.build_plain(here=True, **more)
        assert done.returncode == 0, done.stdout + done.stderr
        assert differing(tree(self.published), self.books[self.changed]) == []
        return done.stdout + done.stderr


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Project:
    return Project(tmp_path_factory.mktemp("kills") / "project")


@pytest.mark.book
@pytest.mark.slow
@pytest.mark.parametrize(
    ("station", "name", "command", "then"),
    [
        ("first chapter done", "SIGKILL", "build", "plain"),
        ("environment stored", "SIGTERM", "plain", "build"),
        ("pages being written", "SIGKILL", "build", "build"),
        ("search index half-written", "SIGTERM", "plain", "plain"),
        ("pages being finished", "SIGKILL", "build", "plain"),
        ("half copied", "SIGTERM", "plain", "build"),
    ],
)
def test_after_a_kill_the_book_is_whole_and_the_next_build_right(project, station, name, command, then):
    project.change()
    if "chapter" in station:
        shutil.rmtree(project.folder / "_build" / ".chapters")
    before = tree(project.published)
    _kill(project, station, name, command)
    assert differing(tree(project.published), before) == []
    told = project.is_right_after(then)
    assert ("did not come to its end" in told) == (station not in ("first chapter done", "half copied"))


def _kill(project, station, name, command) -> None:
    done = project.run("-P", str(KILLED), station, name, command)
    assert done.returncode == -getattr(signal, name), f"{station}: {done.stdout}{done.stderr}"


@pytest.mark.book
@pytest.mark.slow
def test_after_kill_upon_kill_before_the_book_is_whole_the_next_build_is_right(project):
    """One after the other, by both commands, without a build in between that goes through."""
    project.change()
    before = tree(project.published)
    for station, name, command in (
        ("check", "SIGKILL", "plain"),
        ("chapters running", "SIGTERM", "build"),
        ("pages being read", "SIGKILL", "plain"),
        ("first page opened", "SIGTERM", "build"),
    ):
        if "chapter" in station:
            shutil.rmtree(project.folder / "_build" / ".chapters")
        _kill(project, station, name, command)
        assert differing(tree(project.published), before) == [], station
    assert "did not come to its end" in project.is_right_after("plain")


@pytest.mark.book
@pytest.mark.slow
def test_after_kill_upon_kill_while_the_book_is_published_the_next_build_is_right(project):
    """The old book whole, under its own or its former name, or the new one whole."""
    project.change()
    before, old = tree(project.published), project.published.with_name("html.old")
    _kill(project, "sealed, not yet copied", "SIGTERM", "plain")
    assert differing(tree(project.published), before) == []
    _kill(project, "folder half exchanged", "SIGKILL", "build")
    assert differing(tree(old), before) == []
    _kill(project, "folder exchanged", "SIGTERM", "plain")
    assert differing(tree(project.published), project.books[project.changed]) == []
    project.is_right_after("build")
    assert not old.exists()


@pytest.mark.book
@pytest.mark.slow
@pytest.mark.parametrize(
    ("what", "way", "then"),
    [
        (".chapters/*/*/*.kept", "cut", "build"),
        (".charts/*/*.html", "emptied", "plain"),
        (".[sr]*[de]", "changed", "build"),  # what was found sound, which reports' pages were made
        (".staging/_build/html/chapters/made*.html", "emptied", "plain"),
        (".staging/_build/.doctrees/environment.pickle", "cut", "build"),
        (".published.json", "cut", "build"),
    ],
)
def test_damaged_files_cost_time_only(project, what, way, then):
    """One line says that something is made again; nothing fails, and nothing damaged is published."""
    paths = [path for path in (project.folder / "_build").glob(what) if path.is_file()]
    assert paths
    for path in paths:
        path.write_bytes(WAYS[way](path.read_bytes()))
    shutil.rmtree(project.published / "chapters")
    told = project.is_right_after(then)
    assert "made again" in told or what == ".published.json"
    assert "made again" not in project.is_right_after(then), "it does not come again"
    assert json.loads((project.folder / "_build" / ".published.json").read_text(encoding="utf-8"))


@pytest.mark.book
@pytest.mark.slow
def test_data_that_nobody_may_write_are_checked_and_built(project):
    """No build writes beside its own folder, and what would mend the data says that it may not."""
    project.change()
    with read_only(project.folder / "data"):
        project.is_right_after("build", preexec_fn=heed_modes)
        shutil.rmtree(project.folder / "_build" / ".staging")
        project.is_right_after("plain", preexec_fn=heed_modes)
        done = project.run("-m", "livingreview.cli", "check", preexec_fn=heed_modes)
        assert (done.returncode, done.stderr) == (0, "no problem found\n")


@pytest.mark.book
@pytest.mark.slow
@pytest.mark.parametrize("command", ["build", "plain"])
def test_where_nobody_may_write_the_last_good_book_is_left(project, command):
    before = tree(project.published)
    project.change()
    with read_only(project.folder / "_build"):
        build = project.build if command == "build" else project.build_plain
        done = build(preexec_fn=heed_modes, **({} if command == "build" else {"here": True}))
    assert done.returncode == 1
    assert "Permission denied" in done.stderr
    assert "the last good book is untouched" in done.stderr
    if command == "build":  # Jupyter Book lets its own follow whatever stops it
        assert "Traceback" not in done.stdout + done.stderr
    assert tree(project.published) == before
    project.is_right_after(command)
