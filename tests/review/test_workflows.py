"""What runs by itself where the project is hosted: for changes, releases, due dates and newer tools."""

import re
import shlex

import pytest
import yaml

from livingreview import cli
from tests.conftest import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflows_call_what_there_is_and_nothing_that_moves(path):
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    targets = re.findall(r"^(\w[\w-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert workflow["permissions"]["contents"] == "read"
    for job in workflow["jobs"].values():
        if "uses" in job:
            assert (ROOT / job["uses"]).is_file()
            continue
        assert not job["runs-on"].endswith("latest")
        assert job["timeout-minutes"]
        for step in job["steps"]:
            if "uses" in step:
                assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", step["uses"]), (
                    "an action is named by its commit"
                )
                continue
            called = [
                shlex.split(call) for call in re.findall(r"\.venv/bin/livingreview ([^\n;|)]*)", step["run"])
            ]
            for call in called:
                cli.parse_arguments(call)
            made = re.findall(r"\bmake (\w+)", step["run"])
            assert set(made) <= set(targets)
            scripts = re.findall(r"\bsh (tools/[\w.-]+)", step["run"])
            assert all((ROOT / script).is_file() for script in scripts), scripts
            assert (
                called
                or made
                or scripts
                or "git -C" in step["run"]
                or "git fetch" in step["run"]
                or (ROOT / step["run"]).is_file()
            ), step
    assert not re.search(r"pypi|npmjs|conda|docker\.", path.read_text(encoding="utf-8"))


def test_there_are_workflows_for_changes_releases_due_dates_and_what_is_new():
    names = ["ci.yml", "due.yml", "next.yml", "publish.yml", "watch.yml"]
    assert [path.name for path in WORKFLOWS] == names
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111
