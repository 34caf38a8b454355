"""``livingreview new`` from the command line."""

import subprocess
from shutil import which

import pytest

from livingreview.cli import main

pytestmark = pytest.mark.slow

CALL = (
    *("--title", "A drug for an illness: a living review", "--class", "drug", "The drug"),
    *("--condition", "an illness"),
    *("--outcome", "cure", "cure", "Cure", "good"),
)


def test_a_review_is_begun_and_what_is_to_be_filled_in_is_told(tmp_path, capsys):
    assert main(["new", str(tmp_path / "review"), *CALL, "--time", "week_12", "at twelve weeks"]) == 0
    told = capsys.readouterr().out
    assert "make book" in told
    assert "CITATION.cff, line 6: who wrote this review" in told
    assert main(["--root", str(tmp_path / "review"), "check"]) == 0
    told = capsys.readouterr()
    assert "to fill in: CITATION.cff, line 6" in told.out
    assert "no problem found" in told.err


def test_wrong_calls_are_refused_and_write_nothing(tmp_path, capsys):
    folder = tmp_path / "review"
    assert main(["new", str(folder), "--title", "A review"]) == 2
    assert "--class: found 'none'" in capsys.readouterr().err
    assert main(["new", str(folder), *CALL, "--engine", str(tmp_path)]) == 2
    assert main(["new", str(folder)]) == 2, "there is no terminal to ask at"
    told = capsys.readouterr().err
    assert "run it at a terminal, or give --title" in told
    assert list(tmp_path.iterdir()) == []
    assert main(["new", str(folder), *CALL]) == 0
    assert main(["new", str(folder), *CALL]) == 2, "what stands there is not written over"


def git(folder, *words):
    done = subprocess.run(["git", "-C", str(folder), *words], capture_output=True, text=True, check=True)
    return done.stdout


def test_a_new_review_is_a_repository_so_that_changes_can_be_taken_back(tmp_path, capsys, monkeypatch):
    if not which("git"):
        pytest.skip("git is not on this machine")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "none"))  # no name, as on a new machine
    folder = tmp_path / "review"
    assert main(["new", str(folder), *CALL]) == 0
    assert "git init" in capsys.readouterr().out
    table = folder / "data" / "outcomes.csv"
    before = table.read_bytes()
    table.write_bytes(before + b"entered by mistake\n")
    git(folder, "checkout", "data")
    assert table.read_bytes() == before
    assert "_build" not in git(folder, "ls-files")


def test_a_review_within_a_repository_is_left_to_it(tmp_path, capsys):
    if not which("git"):
        pytest.skip("git is not on this machine")
    git(tmp_path, "init")
    assert main(["new", str(tmp_path / "review"), *CALL]) == 0
    assert "commit it there" in capsys.readouterr().out
    assert not (tmp_path / "review" / ".git").exists()


def test_without_git_it_is_said_what_to_do(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["new", str(tmp_path / "review"), *CALL]) == 0
    assert "run `git init`" in capsys.readouterr().out
