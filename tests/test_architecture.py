"""The house: rooms on floors, modules that stay readable, an engine that knows no disease."""

import ast
import csv
import json
import re
import tomllib
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import LONGEST, ROOT

ENGINE = ROOT / "livingreview"
# From the ground up. A module imports from its own room and from rooms on lower floors,
# never from its own floor's others.
FLOORS = (
    ("files",),
    ("evidence", "synthesis", "manuscript"),
    ("surveillance",),
    ("checks", "display"),
    ("tables", "citation"),
    ("extraction", "exchange", "starting"),
    ("charts",),
    ("pages",),
    ("execution", "releases"),
    ("chapter", "book"),
    ("cli",),
)
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
HALL = {"__init__.py", "cli.py", "files.py"}
TESTS = ROOT / "tests"
# What has no test file of its own -> what holds it instead. A room stands for all its modules.
HELD_ELSEWHERE = {
    "charts/drawn.py": "charts/test_sheet.py",  # a sheet is seen when it is drawn
    "charts/forest_rows.py": "charts/test_response.py",
    "charts/harm_sheet.py": "charts/test_figures.py",  # every figure laid out at both widths
    "charts/intervals.py": "charts/test_cumulative.py",
    "charts/ratio_sheet.py": "charts/test_figures.py",
    "charts/strip_sheet.py": "charts/test_figures.py",
    "checks": "checks/test_damage.py",  # every rule, by damage that it must name
    "chapter": "chapter/test_face.py",  # it has no module: the room is its face
    "synthesis/results.py": "synthesis/test_oracle.py",  # frozen values, compared field by field
    "book/paper.py": "book/test_print.py",  # what it does is seen on paper
    "book/schemes.py": "book/test_print.py",
    "evidence/contract.py": "evidence/test_subset.py",  # every table it can do without, left out
    "extraction/posted.py": "extraction/test_ctgov.py",  # what a reader of a register's file fills
    "releases/__init__.py": "releases/test_commands.py",  # names that are looked up when asked for
    **{
        f"surveillance/readers/{name}.py": "surveillance/test_readers.py"  # one record in every format
        for name in ("columns", "detect", "found", "markup", "medline", "ris")
    },
    "surveillance/readers/answers.py": "surveillance/test_searching.py",  # each service's, taken in
    "surveillance/loopback.py": "surveillance/test_desk.py",  # whom a page on this machine answers
    "surveillance/abstracts.py": "surveillance/test_texts.py",
    "surveillance/choices.py": "surveillance/test_sheets.py",  # listed beside each sheet
    "surveillance/ended.py": "surveillance/test_commands.py",  # wrong calls
    "surveillance/screening_commands.py": "surveillance/test_commands.py",
    "surveillance/tell_screening.py": "surveillance/test_commands.py",
    "surveillance/asking_commands.py": "surveillance/test_searching.py",
    "surveillance/sources": "surveillance/test_sources.py",  # what each is asked, and what it answers
    "surveillance/telling.py": "surveillance/test_searching.py",  # and test_watching.py
    "surveillance/tables.py": "surveillance/test_settling.py",  # read and written by all of them
    "surveillance/tell.py": "surveillance/test_commands.py",
    "extraction/commands.py": "extraction/test_sessions.py",
    "extraction/telling.py": "extraction/test_sessions.py",
    "charts/arms.py": "charts/test_randomised.py",  # what stands next to a ratio
    "tables/register.py": "tables/test_reports.py",  # the register beside the reports it is about
    "synthesis/two_arm.py": "synthesis/test_ratios.py",  # two arms pooled and alone give one ratio
}
MODULES = sorted(path for path in ENGINE.rglob("*.py") if path != ENGINE / "__init__.py")


def name_of(path: Path) -> str:
    return path.relative_to(ENGINE).as_posix()


def room_of(path: Path) -> str:
    return path.relative_to(ENGINE).parts[0].removesuffix(".py")


@cache
def tree_of(path: Path) -> ast.Module:
    """A module, parsed."""
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def nodes_of(path: Path) -> list[ast.AST]:
    """All that a module is made of."""
    return list(ast.walk(tree_of(path)))


def imported_rooms(path: Path) -> set[str]:
    rooms = set()
    for node in nodes_of(path):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module == "livingreview":
            names = [f"livingreview.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{name_of(path)}: a relative import hides which room it enters"
            names = [node.module or ""]
        else:
            continue
        rooms |= {name.split(".")[1] for name in names if name.startswith("livingreview.")}
    return rooms & FLOOR.keys()


def defines_something(path: Path) -> bool:
    """Whether a module has a function or class of its own."""
    return any(isinstance(node, (ast.FunctionDef, ast.ClassDef)) for node in tree_of(path).body)


def code_of(path: Path) -> tuple[list[str], list[str]]:
    """String constants, docstrings among them, and names of a module."""
    nodes = nodes_of(path)
    texts = [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return texts, [node.id for node in nodes if isinstance(node, ast.Name)]


def test_every_room_stands_on_a_floor():
    rooms = {room_of(path) for path in MODULES}
    assert rooms <= FLOOR.keys(), f"no floor is named for {rooms - FLOOR.keys()}: add it to FLOORS"
    hall = {path.name for path in ENGINE.glob("*.py")}
    assert hall == HALL, f"the hall of livingreview/ holds {HALL} only; move {hall - HALL} into a room"


def test_every_module_has_its_test_file():
    """``livingreview/charts/sheet.py``: ``tests/charts/test_sheet.py``.

    The face of a room (``__init__.py``) that only hands on names needs none, nor does a private module:
    both are tested through those that use them.
    """
    for path in MODULES:
        room, name = room_of(path), name_of(path)
        if path.name.startswith("_") and not (path.name == "__init__.py" and defines_something(path)):
            continue
        own = f"test_{room}.py" if path.name == "__init__.py" else f"test_{path.name}"
        place = path.parent.relative_to(ENGINE) / own
        folder = path.parent.relative_to(ENGINE).as_posix()
        held = HELD_ELSEWHERE.get(name) or HELD_ELSEWHERE.get(folder) or HELD_ELSEWHERE.get(room) or place
        assert (TESTS / held).is_file(), (
            f"{name} has no test file tests/{held}; where another holds it, name it in HELD_ELSEWHERE"
        )


def test_what_is_held_elsewhere_is_there_and_has_no_file_of_its_own():
    for name in HELD_ELSEWHERE:
        assert (ENGINE / name).exists(), f"there is no {name} any more: take it out of HELD_ELSEWHERE"
        own = (TESTS / name).with_name(f"test_{Path(name).name}")
        assert not (name.endswith(".py") and own.is_file()), f"{name} has its own test file now"


def test_the_files_that_take_longest_are_there():
    for name in LONGEST:
        assert (TESTS / name).is_file(), f"there is no tests/{name} any more: see LONGEST in conftest.py"


@pytest.mark.slow
def test_imports_go_down_a_floor():
    for path in MODULES:
        here = room_of(path)
        for room in imported_rooms(path) - {here}:
            assert FLOOR[room] < FLOOR[here], (
                f"{name_of(path)} ({here}/, floor {FLOOR[here]}) imports {room}/ (floor {FLOOR[room]}): "
                "a room imports only rooms on lower floors"
            )


def test_one_module_alone_opens_connections():
    """The book, its checks and its tests need no network; what does is asked for by name."""
    for path in MODULES:
        text = path.read_text(encoding="utf-8")
        if name_of(path) != "surveillance/asking.py":
            found = re.search(
                r"^\s*(?:import|from) (?:requests|urllib3|urllib\.request|http\.client)\b", text, re.MULTILINE
            )
            assert not found, f"{name_of(path)} opens connections: ask `livingreview.surveillance.asking`"


def test_synthesis_knows_numbers_only():
    for path in (ENGINE / "synthesis").glob("*.py"):
        assert imported_rooms(path) <= {"synthesis"}, (
            f"{name_of(path)}: synthesis/ imports nothing of ours but itself"
        )
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"^\s*(?:import|from) pandas|\bopen\(|Path\(", text, re.MULTILINE), (
            f"{name_of(path)}: synthesis/ knows no frame and no file"
        )


def test_only_evidence_and_checks_parse_the_data():
    """Other rooms copy files of data/ (downloads, releases) or hash them; what they say `evidence` tells."""
    for path in MODULES:
        if room_of(path) not in ("evidence", "checks"):
            found = re.search(
                r"read_csv|csv\.(?:reader|DictReader)|references\.bib\b.*read_text",
                path.read_text(encoding="utf-8"),
            )
            assert not found, (
                f"{name_of(path)} reads a table itself ({found.group(0)}): ask `livingreview.evidence`"
            )


@pytest.mark.slow
def test_modules_and_functions_stay_readable():
    for path in [ENGINE / "__init__.py", *MODULES]:
        text = path.read_text(encoding="utf-8")
        assert text.count("\n") <= 420, f"{name_of(path)} is long"
        for node in nodes_of(path):
            if isinstance(node, ast.FunctionDef):
                first = node.body[1] if ast.get_docstring(node) and len(node.body) > 1 else node.body[0]
                assert node.end_lineno - first.lineno <= 45, f"{name_of(path)}: {node.name} is long"


@pytest.mark.slow
def test_public_functions_are_documented():
    for path in MODULES:
        for node in nodes_of(path):
            if (
                isinstance(node, (ast.FunctionDef, ast.ClassDef))
                and not node.name.startswith("_")
                and node.col_offset == 0
                and not any(ast.unparse(mark) == "overload" for mark in node.decorator_list)
            ):
                assert ast.get_docstring(node), f"{name_of(path)}: {node.name} has no docstring"


def words_of_the_field() -> set[str]:
    """Drugs, diseases, settings, regimens and classes: the data's own ids and codes and their words."""
    words = {"leukaemia", "leukemia", "lymphoblastic", "myeloid"}
    with open(ROOT / "data" / "drugs.csv", newline="", encoding="utf-8") as handle:
        words |= {cell for row in csv.DictReader(handle) for cell in (row["drug_id"], row["name"])}
    for table, column in (
        ("regimens", "regimen_id"),
        ("families", "family_id"),
        ("regimen_classes", "class_id"),
    ):
        with open(ROOT / "data" / f"{table}.csv", newline="", encoding="utf-8") as handle:
            words |= {row[column] for row in csv.DictReader(handle)}
    descriptor = json.loads((ROOT / "data" / "datapackage.json").read_text(encoding="utf-8"))
    cohorts = next(resource for resource in descriptor["resources"] if resource["name"] == "cohorts")
    for field in cohorts["schema"]["fields"]:
        if field["name"] in ("disease", "setting"):
            words |= {code for code in field["constraints"]["enum"] if code not in COMMON_CODES}
    return words


# Codes that are also words of any review.
COMMON_CODES = {
    "all",
    "mixed",
    "other",
    "not_reported",
    "any",
    "refractory",
    "relapsed",
    "first_line",
    "maintenance",
    "consolidation",
}


@pytest.mark.slow
def test_the_engine_knows_no_disease_and_no_drug():
    words = words_of_the_field()
    for path in MODULES:
        text = "\n".join(part for kind in code_of(path) for part in kind).casefold()
        named = [word for word in words if word.casefold() in text]  # a quick look before a thorough one
        found = [word for word in named if re.search(rf"\b{re.escape(word.casefold())}\b", text)]
        assert not found, f"{name_of(path)} names {found[0]!r}, a word of data/"


def test_the_package_lists_every_folder_of_the_engine():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    folders = {".".join(path.parent.relative_to(ROOT).parts) for path in ENGINE.rglob("__init__.py")}
    assert set(project["tool"]["setuptools"]["packages"]) == folders
