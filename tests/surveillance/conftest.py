"""The small review of `tests.surveillance.example` at its stages, to be worked on."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.surveillance import exports
from tests.surveillance.example import bring, lay_out


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """The review, without anything that was searched for."""
    return lay_out(tmp_path / "review")


@pytest.fixture(scope="session")
def found_once(tmp_path_factory) -> Path:
    """Four works found, one of them twice in other words, and nothing decided; not to be changed."""
    place = lay_out(tmp_path_factory.mktemp("found") / "review")
    works = exports.make_works(4)
    again = works[3] | dict.fromkeys(("doi", "pmid", "pages", "volume", "issue"), "")
    bring(place, exports.scopus([*works, again]))
    return place


@pytest.fixture
def found(found_once: Path, tmp_path: Path) -> Path:
    """A copy of it, to decide upon."""
    shutil.copytree(found_once, tmp_path / "found")
    return tmp_path / "found"


@pytest.fixture
def worked_copy(worked: Path, tmp_path: Path) -> Path:
    """A copy of the review that was worked through, to be changed."""
    shutil.copytree(worked, tmp_path / "worked")
    return tmp_path / "worked"
