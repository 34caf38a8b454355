"""A clone on a machine that asks for Windows line ends is as sound as its original."""

import subprocess

import pytest

from livingreview.checks import check_project
from tests.conftest import ROOT


def run_git(*arguments, folder=ROOT):
    return subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True)


@pytest.mark.slow
def test_a_clone_with_windows_line_ends_checks_clean(tmp_path):
    if run_git("rev-parse", "HEAD").returncode:
        pytest.skip("this copy of the project is no repository")
    done = run_git("clone", "--quiet", "-c", "core.autocrlf=true", str(ROOT), str(tmp_path / "clone"))
    assert done.returncode == 0, done.stderr
    listed = run_git("ls-files", "--eol", folder=tmp_path / "clone").stdout.splitlines()
    assert listed
    assert [line for line in listed if "w/crlf" in line or "w/mixed" in line] == []
    assert [str(problem) for problem in check_project(tmp_path / "clone")] == []
