"""A review may do without any table but six: it checks clean, loads, runs its chapters and builds."""

import json
import re
import shutil

import pytest

from livingreview.checks import check_project
from livingreview.evidence import load_evidence
from livingreview.evidence.contract import ASKED, REQUIRED
from livingreview.execution import Store, execute_chapters
from livingreview.manuscript import find_pages
from tests.conftest import ROOT
from tests.copies import Copy
from tests.evidence.subset import edit_descriptor, leave_out, part_in_halves, resource, with_dependants

# Chapters that are made of the same parts as one that is run: what a table leaves behind shows in that one.
ALIKE = re.compile(r"(liposomal-mitoxantrone|mitoxantrone-clofarabine|blinatumomab)-|child-|ph-positive|mrd-")
OPTIONAL = sorted(ASKED.keys() - set(REQUIRED))


@pytest.fixture(scope="module")
def whole(core_project, tmp_path_factory):
    """A project whose chapters have been run, so that without a table only those that read it run again."""
    folder = shutil.copytree(core_project, tmp_path_factory.mktemp("whole") / "project")
    run(folder)
    return folder


@pytest.fixture
def review(whole, tmp_path):
    """A copy of it, to take tables out of."""
    return shutil.copytree(whole, tmp_path / "review")


def run(project):
    """Check, load, and run the cells of the chapters, of those alike one; returns what they show."""
    assert [str(problem) for problem in check_project(project)] == []
    evidence = load_evidence(project)
    pages = [page for page in find_pages(project / "chapters") if not ALIKE.match(page.stem)]
    notebooks = execute_chapters(project, pages, store=Store(project / "_build" / ".chapters"))
    return evidence, {path.stem: json.dumps(notebook) for path, notebook in notebooks.items()}


def test_the_contract_agrees_with_the_real_package():
    descriptor = json.loads((ROOT / "data" / "datapackage.json").read_text(encoding="utf-8"))
    assert {item["name"] for item in descriptor["resources"]} == ASKED.keys()
    for name, asked in ASKED.items():
        item = resource(descriptor, name)
        types = {field["name"]: field["type"] for field in item["schema"]["fields"]}
        assert {column: types.get(column) for column in asked.columns} == {
            field.name: field.type for field in asked.fields
        }
        assert item["schema"]["primaryKey"] == asked.primary_key
        assert item["evidence"] == asked.evidence


@pytest.mark.slow
@pytest.mark.parametrize("names", part_in_halves(OPTIONAL), ids=lambda names: f"{len(names)}, {names[0]}")
def test_a_review_does_without_some_tables(review, names):
    """Of each two tables each is once left out where the other is there: what one leaves behind shows."""
    left_out = set().union(*map(with_dependants, names))
    leave_out(review, left_out)
    evidence, _ = run(review)
    assert not left_out & evidence.package.tables.keys()
    for name in names:
        assert evidence.tables[name].empty
        assert list(evidence.tables[name].columns) == ASKED[name].columns


def test_every_table_is_left_out_with_every_other_there():
    parts = [set(part) for part in part_in_halves(OPTIONAL)]
    for one in OPTIONAL:
        for other in set(OPTIONAL) - {one}:
            assert any(one in part and other not in part for part in parts), (one, other)


@pytest.mark.slow
def test_a_review_does_without_all_of_them(review):
    leave_out(review, OPTIONAL)
    evidence, shown = run(review)
    assert evidence.package.tables.keys() == set(REQUIRED)
    assert "No report of this class gives doses." in shown["bortezomib-evidence"]
    assert "No report of this class has been appraised as a whole." in shown["bortezomib-evidence"]


@pytest.mark.slow
def test_a_review_does_without_every_column_that_no_page_reads(review):
    for name, asked in ASKED.items():
        path = review / "data" / f"{name}.csv"
        drop_columns(review, name, set(load_columns(path)) - set(asked.columns))
    run(review)


def load_columns(path):
    return path.read_text(encoding="utf-8").split("\n", 1)[0].split(",")


def drop_columns(project, name, columns):
    from tests.checks.damage import read, write

    rows = read(project, name)
    keep = [place for place, column in enumerate(rows[0]) if column not in columns]
    write(project, name, [[row[place] for place in keep] for row in rows])

    def change(descriptor):
        schema = resource(descriptor, name)["schema"]
        schema["fields"] = [field for field in schema["fields"] if field["name"] not in columns]
        schema["foreignKeys"] = [key for key in schema.get("foreignKeys", []) if key["fields"] not in columns]

    edit_descriptor(project, change)


@pytest.mark.book
@pytest.mark.slow
def test_a_book_is_built_without_any_table_that_may_be_left_out(tmp_path):
    project = Copy(tmp_path / "project")
    leave_out(project.folder, OPTIONAL)
    done = project.build()
    assert done.returncode == 0, done.stdout + done.stderr
    page = (project.published / "chapters" / "bortezomib-evidence.html").read_text(encoding="utf-8")
    assert "No report of this class gives doses." in page
    data = (project.published / "chapters" / "data.html").read_text(encoding="utf-8")
    assert "outcomes.csv" not in data, "what is not there is not offered"
    assert {path.name for path in (project.published / "data").glob("*.csv")} == {
        f"{name}.csv" for name in REQUIRED
    }
