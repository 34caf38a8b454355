"""Fixtures: the project, a copy of its data to damage, the built book, a real browser."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from livingreview.evidence import Evidence, load_evidence

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def root() -> Path:
    """The project folder."""
    return ROOT


@pytest.fixture(scope="session")
def review() -> Evidence:
    """The real evidence."""
    return load_evidence(ROOT)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project folder with a copy of the real data, to be damaged."""
    shutil.copytree(ROOT / "data", tmp_path / "data")
    return tmp_path


@pytest.fixture(scope="session")
def sources() -> Path:
    """The folder of source texts, which is not part of the project."""
    folder = ROOT.parent / "shared" / "sources"
    if not folder.is_dir():
        pytest.skip("the source texts are not part of the project; put them in ../shared/sources to check every fragment")
    return folder


@pytest.fixture(scope="session")
def book() -> Path:
    """The built book, made by the command a maintainer uses."""
    done = subprocess.run([sys.executable, "-m", "livingreview.cli", "build"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, f"the book could not be built:\n{done.stdout[-3000:]}\n{done.stderr[-6000:]}"
    return ROOT / "_build" / "html"
