"""A project with one release, and a copy of it to be changed."""

import shutil

import pytest

from livingreview.releases import make_release
from tests.conftest import ROOT
from tests.released import FIRST, prepare


@pytest.fixture(scope="session")
def released(core_project, tmp_path_factory):
    """A project with one release."""
    folder = tmp_path_factory.mktemp("released")
    shutil.copytree(core_project, folder, dirs_exist_ok=True)
    (folder / "review.yml").unlink()
    prepare(folder)
    make_release(folder, FIRST)
    return folder


@pytest.fixture
def copy(released, tmp_path):
    """The same, to be changed."""
    shutil.copytree(released, tmp_path / "copy")
    return tmp_path / "copy"


@pytest.fixture
def inside(copy, monkeypatch):
    """A project with one release, as a chapter sees it."""
    shutil.copy(ROOT / "review.yml", copy)
    monkeypatch.chdir(copy / "chapters")
    return copy
