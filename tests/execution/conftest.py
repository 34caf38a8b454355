"""A project of one small chapter."""

import shutil
from pathlib import Path

import pytest

from tests.conftest import ROOT

HEAD = """---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
    format_version: 0.13
    jupytext_version: 1.16.4
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---

# Page

"""


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
