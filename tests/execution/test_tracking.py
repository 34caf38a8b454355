"""What a chapter reads is seen, and only what is the project's own."""

import pytest

from livingreview.execution.tracking import project_entry


@pytest.mark.parametrize(
    ("path", "entry"),
    [
        ("data/x.csv", "file:data/x.csv"),
        ("data", "dir:data"),
        ("_build/x", None),
        (".git/config", None),
        ("a/__pycache__/b", None),
        ("m.py", None),
    ],
)
def test_only_the_projects_own_inputs_are_tracked(tmp_path, path, entry):
    (tmp_path / "data").mkdir()
    assert project_entry(tmp_path / path, str(tmp_path)) == entry
    assert project_entry("/etc/hosts", str(tmp_path)) is None
    assert project_entry(3, str(tmp_path)) is None
