"""Imports point one way, modules stay readable, and the engine knows no disease."""

import ast
import json
import re
from pathlib import Path

import pytest

ENGINE = Path(__file__).resolve().parent.parent / "livingreview"
# From the ground up; a module may import from its own layer's package and from layers before it.
LAYERS = ("project", "swap", "schema", "evidence", "readings", "upkeep", "synthesis", "checks", "numbers", "html", "tables", "charts", "whatif", "citation", "chapter", "overview", "checklist", "clocks", "pages",
          "cards", "explorer", "releases", "release_commands", "page_finish", "slim_css", "sidebar", "execution", "sphinx_extension", "build", "pdf", "cli")
MODULES = sorted(ENGINE.rglob("*.py"))


def layer(path: Path) -> str:
    return path.relative_to(ENGINE).parts[0].removesuffix(".py")


def imported(path: Path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        for name in names:
            if name.startswith("livingreview."):
                yield name.split(".")[1]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ENGINE).as_posix())
def test_imports_point_down(path):
    if path.name == "__init__.py" and path.parent == ENGINE:
        return
    here = LAYERS.index(layer(path))
    for name in imported(path):
        assert LAYERS.index(name) <= here, f"{path.name} imports {name}, which stands above it"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ENGINE).as_posix())
def test_modules_and_functions_stay_readable(path):
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 420
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            first = node.body[1] if ast.get_docstring(node) and len(node.body) > 1 else node.body[0]
            assert node.end_lineno - first.lineno <= 45, f"{path.name}: {node.name} is long"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ENGINE).as_posix())
def test_public_functions_are_documented(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_") and node.col_offset == 0:
            assert ast.get_docstring(node), f"{path.name}: {node.name} has no docstring"


def test_only_evidence_and_checks_read_the_data():
    for path in MODULES:
        if layer(path) not in ("evidence", "checks", "pages", "execution"):
            assert "read_csv" not in path.read_text(encoding="utf-8"), path.name


def test_the_engine_knows_no_disease_and_no_drug():
    drugs = [row.split(",")[0] for row in (ENGINE.parent / "data" / "drugs.csv").read_text(encoding="utf-8").splitlines()[1:]]
    words = re.compile(r"\b(" + "|".join([*drugs, "leuk(?:a|)emia", "lymphoblastic", "myeloid"]) + r")\b", re.I)
    for path in MODULES:
        code = [node.value for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
        names = [node.id for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Name)]
        for text in (*code, *names):
            assert not words.search(text), f"{path.name} names {words.search(text).group(0)!r}"


def test_the_package_lists_every_folder_of_the_engine():
    listed = re.search(r"packages = (\[[^\]]*\])", (ENGINE.parent / "pyproject.toml").read_text(encoding="utf-8")).group(1)
    folders = {".".join(path.parent.relative_to(ENGINE.parent).parts) for path in ENGINE.rglob("__init__.py")}
    assert set(json.loads(listed)) == folders
