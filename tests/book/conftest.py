"""What tests of builds share."""

from pathlib import Path

import pytest

from tests.copies import Copy


@pytest.fixture(scope="session")
def results(tmp_path_factory) -> Path:
    """What a first build left to build upon, for tests of what happens after one."""
    made = Copy(tmp_path_factory.mktemp("first") / "project")
    done = made.build()
    assert done.returncode == 0, done.stdout + done.stderr
    return made.folder / "_build"
