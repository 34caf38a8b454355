"""A project of one small chapter."""

import shutil
from pathlib import Path

import pytest

from livingreview.starting.project import FRONT
from tests.conftest import ROOT

HEAD = f"{FRONT}\n\n# Page\n\n"


@pytest.fixture
def small(tmp_path):
    """A project of one small chapter, and a function that writes its cells."""
    shutil.copytree(ROOT / "data", tmp_path / "data")
    (tmp_path / "chapters").mkdir()

    def write(*cells: str) -> Path:
        path = tmp_path / "chapters" / "page.md"
        path.write_text(
            HEAD + "\n".join(f"```{{code-cell}} ipython3\n{cell}\n```\n" for cell in cells), encoding="utf-8"
        )
        return path

    return tmp_path, write
