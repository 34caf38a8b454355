"""The one face of the engine for a chapter: every name is there and explained, and no cell needs another."""

import ast
import inspect

import pytest

import livingreview.chapter as lr
from livingreview.execution import read_chapter
from livingreview.manuscript import find_pages
from tests.conftest import ROOT

PAGES = [*find_pages(ROOT / "chapters"), ROOT / "chapters" / "_class.md"]


def called(path) -> set[str]:
    """The names that the cells of a page take from the face."""
    cells = [cell.source for cell in read_chapter(path).notebook.cells if cell.cell_type == "code"]
    return {
        node.attr
        for cell in cells
        for node in ast.walk(ast.parse(cell))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "lr"
    }


@pytest.mark.parametrize("name", lr.__all__)
def test_every_name_is_there_and_explained(name):
    found = getattr(lr, name)
    assert inspect.isfunction(found)
    assert len(inspect.getdoc(found) or "") > 20
    assert found.__module__.startswith("livingreview.")


def test_the_names_that_are_there_are_all_on_the_list():
    own = {name for name, value in vars(lr).items() if inspect.isfunction(value) and not name.startswith("_")}
    assert own == set(lr.__all__)
    assert len(lr.__all__) == len(set(lr.__all__))


@pytest.mark.slow
@pytest.mark.parametrize("path", PAGES, ids=[path.stem for path in PAGES])
def test_a_cell_calls_only_what_the_face_has(path):
    assert called(path) <= set(lr.__all__)


@pytest.mark.slow
def test_nothing_stands_in_the_face_that_no_page_uses():
    used = set().union(*map(called, PAGES))
    assert set(lr.__all__) - used == set(), "a name that no chapter needs is no part of the face"
