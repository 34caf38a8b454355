"""What a chapter can read is hashed by content: by slice of the evidence, file and engine."""

import platform
import shutil

import pytest

from livingreview.evidence import load_package, read_table
from livingreview.execution import hash_inputs
from tests.conftest import ROOT
from tests.tables.test_bounds import HISTORY


@pytest.mark.slow
def test_a_change_of_any_table_reaches_every_page_over_all(project):
    """Every CSV: the hash of the whole evidence moves, and moves back."""
    package = load_package(project / "data")
    before = hash_inputs(project)("slice:review")
    for table in package.tables.values():
        path = project / "data" / table.path
        text = path.read_text(encoding="utf-8")
        frame = read_table(path, table)
        column = next(
            field.name
            for field in reversed(table.fields)
            if field.type == "string" and (frame.empty or frame[field.name].notna().any())
        )
        frame.loc[0 if frame.empty else frame[column].notna().idxmax(), column] = "changed"
        frame.to_csv(path, index=False)
        assert hash_inputs(project)("slice:review") != before, table.name
        path.write_text(text, encoding="utf-8")
    assert hash_inputs(project)("slice:review") == before


def test_an_engine_that_stands_elsewhere_is_read_too(tmp_path):
    """A review of its own folder is built anew when the engine changes, as one that holds it is."""
    engine = tmp_path / "engine"
    shutil.copytree(
        ROOT / "livingreview", engine / "livingreview", ignore=shutil.ignore_patterns("__pycache__")
    )
    shutil.copy(ROOT / "requirements.txt", engine)
    assert hash_inputs(tmp_path / "review")("engine") == hash_inputs(ROOT)("engine")
    inside = hash_inputs(engine)("engine")
    assert inside == hash_inputs(ROOT)("engine")
    with open(engine / "livingreview" / "files.py", "a", encoding="utf-8") as file:
        file.write("# changed\n")
    assert hash_inputs(engine)("engine") != inside


@pytest.mark.slow
def test_a_class_does_not_depend_on_another_class_nor_on_row_counts(tmp_path):
    shutil.copytree(ROOT / "data", tmp_path / "data")
    names = [
        f"slice:class:{name}"
        for name in ("bortezomib", "blinatumomab", "liposomal-mitoxantrone", "mitoxantrone-clofarabine")
    ]
    before = {name: hash_inputs(tmp_path)(name) for name in names}
    path = tmp_path / "data" / "outcomes.csv"
    path.write_text(
        path.read_text(encoding="utf-8").replace("after up to 6 cycles", "later"), encoding="utf-8"
    )
    path = tmp_path / "data" / "datapackage.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"rows": 76', '"rows": 77'), encoding="utf-8")
    after = {name: hash_inputs(tmp_path)(name) for name in names}
    assert [name for name in names if before[name] != after[name]] == ["slice:class:bortezomib"]
    assert hash_inputs(tmp_path)("slice:class:nothing") == "gone"


@pytest.mark.slow
def test_what_a_class_borrows_of_another_moves_with_what_is_borrowed_alone(tmp_path):
    shutil.copytree(ROOT / "data", tmp_path / "data")
    names = ("slice:class:bortezomib", "slice:class:blinatumomab", "slice:benchmarks:blinatumomab")

    def moved(table, old, new):
        before = {name: hash_inputs(tmp_path)(name) for name in names}
        path = tmp_path / "data" / table
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1
        path.write_text(text.replace(old, new), encoding="utf-8")
        return [name for name in names if hash_inputs(tmp_path)(name) != before[name]]

    label = '"Chinese adults, Ph-negative"'
    assert moved("cohorts.csv", label, '"Adults in China"') == ["slice:class:blinatumomab"]
    survival = (tmp_path / "data" / "survival.csv").read_text(encoding="utf-8").splitlines()
    (row,) = (line for line in survival if line.startswith(f"{HISTORY},"))
    ratio = next(cell for cell in row.split(",")[5:] if cell.startswith("0."))
    assert moved("survival.csv", row, row.replace(f",{ratio},", ",0.5,", 1)) == list(names[1:])
    assert hash_inputs(tmp_path)("slice:benchmarks:nothing") == "gone"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "moves"),
    [
        ("requirements.txt", "engine"),
        ("livingreview/display/templates/table.html.j2", "engine"),
        ("livingreview/display/numbers.py", "engine"),
        ("livingreview/book/web/lr.css", "web"),
    ],
)
def test_a_change_of_the_engine_moves_its_hash(tmp_path, name, moves):
    for part in ("livingreview", "requirements.txt"):
        (shutil.copytree if (ROOT / part).is_dir() else shutil.copy)(ROOT / part, tmp_path / part)
    before = {kind: hash_inputs(tmp_path)(kind) for kind in ("engine", "web")}
    (tmp_path / name).write_text((tmp_path / name).read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert {kind for kind in before if hash_inputs(tmp_path)(kind) != before[kind]} == {moves}


def test_another_python_is_another_engine(monkeypatch):
    before = hash_inputs(ROOT)("engine")
    monkeypatch.setattr(platform, "python_version", lambda: "3.99.0")
    assert hash_inputs(ROOT)("engine") != before
