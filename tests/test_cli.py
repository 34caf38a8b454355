"""The command: what it understands, where it looks, and what its exit code says."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from livingreview import __version__, cli
from livingreview.files import hash_project, note_published
from tests.copies import heed_modes, read_only

COMMANDS = ("check", "build", "pdf", "release", "diff", "reread", "publish", "offline-zip", "zenodo", "due")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name, capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main([name, "--help"])
    assert stop.value.code == 0
    assert f"livingreview {name}" in capsys.readouterr().out


def test_every_option_that_a_message_or_page_tells_is_there(capsys):
    here = Path(__file__).parents[1]
    told = set()
    for path in (*(here / "livingreview").rglob("*.py"), *here.glob("*.md"), here / "Makefile"):
        text = path.read_text(encoding="utf-8")
        for name, rest in re.findall(r"livingreview ([a-z]+(?:-[a-z]+)*)([^\n`\"';|#]*)", text):
            told |= {(name, option) for option in re.findall(r"(?<!\S)--[a-z-]+", rest)}
    assert len(told) > 20
    for name in {name for name, _ in told}:
        with pytest.raises(SystemExit):
            cli.main([name, "--help"])
        known = set(re.findall(r"--[a-z-]+", capsys.readouterr().out))
        assert {option for command, option in told if command == name} <= known, name


@pytest.mark.parametrize("call", [[], ["no-such-command"], ["build", "--engine", "steam"], ["release"]])
def test_a_wrong_call_is_told_with_code_2(call, capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main(call)
    assert stop.value.code == 2
    assert "usage: livingreview" in capsys.readouterr().err


def test_the_version_is_that_of_the_package(capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main(["--version"])
    assert stop.value.code == 0
    assert capsys.readouterr().out.strip() == __version__


@pytest.mark.parametrize("name", ["check", "build", "pdf", "due"])
def test_outside_a_project_every_command_says_so(name, tmp_path, capsys):
    assert cli.main(["--root", str(tmp_path), name]) == 2
    assert "run this inside the project" in capsys.readouterr().err


@pytest.mark.slow
def test_sources_that_are_not_there_are_told(project, capsys):
    assert cli.main(["--root", str(project), "check", "--sources", str(project / "none")]) == 2
    assert "no such folder" in capsys.readouterr().err


@pytest.mark.slow
def test_sound_data_are_told_so_and_damaged_data_are_not(project, capsys):
    assert cli.main(["--root", str(project), "check"]) == 0
    assert capsys.readouterr().err == "no problem found\n"
    path = project / "data" / "outcomes.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",cr,", ",crr,", 1), encoding="utf-8")
    assert cli.main(["--root", str(project), "check"]) == 1
    told = capsys.readouterr()
    assert "outcomes.csv, row " in told.out
    assert "problem(s)" in told.err


@pytest.mark.slow
@pytest.mark.parametrize(
    ("option", "name", "spoil", "mode"),
    [
        ("--mend", "glossary.csv", lambda text: text.replace("\n", "\r\n"), 0o555),
        ("--record-rows", "datapackage.json", lambda text: text.replace('"rows": ', '"rows": 1'), 0o755),
    ],
    ids=["read-only folder", "read-only files"],
)
def test_data_that_may_not_be_written_are_told_in_one_line(project, option, name, spoil, mode):
    path = project / "data" / name
    path.write_text(spoil(path.read_text(encoding="utf-8")), encoding="utf-8", newline="")
    before = path.read_bytes()
    command = [sys.executable, "-m", "livingreview.cli", "--root", str(project), "check", option]
    with read_only(project / "data"):
        (project / "data").chmod(mode)
        done = subprocess.run(command, capture_output=True, text=True, preexec_fn=heed_modes)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"{path}: Permission denied; nothing more was written\n"
    assert path.read_bytes() == before


@pytest.mark.slow
def test_a_build_of_damaged_data_is_refused_before_anything_runs(project, capsys):
    path = project / "data" / "outcomes.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",cr,", ",crr,", 1), encoding="utf-8")
    assert cli.main(["--root", str(project), "build"]) == 1
    assert "outcomes.csv, row " in capsys.readouterr().err
    assert not (project / "_build" / "html").exists()


@pytest.mark.slow
def test_an_unchanged_book_is_told_and_nothing_is_made(project, capsys):
    page = project / "_build" / "html" / "index.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text("the book", encoding="utf-8")
    note_published(project, hash_project(project))
    assert cli.main(["--root", str(project), "build"]) == 0
    assert capsys.readouterr().out.startswith("nothing has changed since the last build")
    assert page.read_text(encoding="utf-8") == "the book"


@pytest.mark.slow
def test_a_page_that_is_not_built_is_not_printed(project, capsys):
    (project / "_toc.yml").write_text("root: chapters/index\n", encoding="utf-8")
    assert cli.main(["--root", str(project), "pdf"]) == 1
    assert "`livingreview build` first" in capsys.readouterr().err
    assert cli.main(["--root", str(project), "pdf", "nothing"]) == 1
    assert "no chapter 'nothing'; there are: index" in capsys.readouterr().err


def loaded(module: str, names: set[str]) -> str:
    """Which of some packages a fresh process has loaded once it has a module."""
    code = f"import sys, {module}; print(*sorted({names!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_an_unchanged_book_is_told_without_importing_much():
    """The quick answer is quick because nothing heavy is loaded for it."""
    assert loaded("livingreview.cli", {"altair", "pandas", "sphinx"}) == ""


@pytest.mark.slow
def test_a_build_begins_without_what_only_some_chapters_need():
    """Every process of a build would otherwise spend a second on it: there are hundreds of them in a day."""
    assert loaded("livingreview.book.build", {"scipy.stats", "scipy.optimize"}) == ""
