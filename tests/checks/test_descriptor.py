"""``datapackage.json``: every mistake is named with its place, a stranger's package told what it is not."""

import json
import subprocess
import sys

import pytest

from livingreview.checks import check_project
from livingreview.evidence.contract import REQUIRED
from tests.checks.damage_descriptor import DAMAGES, line_of
from tests.checks.packs import not_named
from tests.evidence.subset import edit_descriptor, resource

FILE = "datapackage.json"


@pytest.mark.slow
def test_every_damage_is_named_in_its_place(core_project, tmp_path):
    def place_of(problem):
        assert "Error" not in problem.found
        return problem.file, problem.column

    damages = {name: lambda folder, damage=damage: (FILE, damage(folder)) for name, damage in DAMAGES.items()}
    assert not_named(core_project, tmp_path, damages, place_of) == {}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("unknown type", "outcomes.events"),
        ("malformed pattern", "reports.report_id"),
        ("resource without path", "outcomes"),
        ("rows deleted", "outcomes"),
        ("code without words", "outcomes.denominator"),
    ],
)
def test_the_line_is_that_of_the_object(project, name, place):
    DAMAGES[name](project)
    (problem,) = [problem for problem in check_project(project) if problem.file == FILE]
    assert problem.row == line_of(project, place)


@pytest.mark.slow
def test_a_missing_number_of_rows_is_put_back_by_the_command_that_is_named(project):
    DAMAGES["rows deleted"](project)
    (problem,) = check_project(project)
    assert "livingreview check --record-rows" in problem.mend
    command = [sys.executable, "-m", "livingreview.cli", "--root", str(project), "check", "--record-rows"]
    assert subprocess.run(command, capture_output=True).returncode == 0


@pytest.mark.slow
def test_the_other_files_are_looked_at_all_the_same(project):
    """One mistake does not hide another in a file that has nothing to do with it."""
    DAMAGES["no primary key"](project)
    (project / "CITATION.cff").unlink()
    assert {problem.file for problem in check_project(project)} == {FILE, "CITATION.cff"}


@pytest.mark.slow
@pytest.mark.parametrize(("key", "more"), [(None, ""), ("code", "primaryKey")])
def test_a_package_made_for_another_end_is_told_what_it_lacks(tmp_path, key, more):
    """Of the kind that datasets/country-codes is."""
    fields = [{"name": name, "type": "string"} for name in ("code", "name")] + [
        {"name": "population", "type": "year"}
    ]
    schema = {"fields": fields} | ({"primaryKey": key} if key else {})
    package = {
        "name": "country-codes",
        "resources": [{"name": "country-codes", "path": "country-codes.csv", "schema": schema}],
    }
    data = tmp_path / "data"
    data.mkdir()
    (data / FILE).write_text(json.dumps(package), encoding="utf-8")
    (data / "country-codes.csv").write_text("code,name,population\nNO,Norway,1\n", encoding="utf-8")
    (problem,) = [problem for problem in check_project(tmp_path) if problem.file == FILE]
    assert problem.rule == "tables-missing"
    assert all(name in problem.found for name in (*REQUIRED, "country-codes"))
    for command in ("check", "build"):
        done = subprocess.run(
            [sys.executable, "-m", "livingreview.cli", "--root", str(tmp_path), command],
            capture_output=True,
            text=True,
        )
        told = done.stdout + done.stderr
        assert done.returncode == 1
        assert "found no table reports, studies" in told
        assert "Traceback" not in told


@pytest.mark.slow
def test_of_the_tables_that_are_there_the_missing_columns_are_named(project):
    def change(descriptor):
        descriptor["resources"] = [
            item for item in descriptor["resources"] if item["name"] in ("reports", "studies", "glossary")
        ]
        resource(descriptor, "studies")["schema"]["fields"][1:3] = []

    edit_descriptor(project, change)
    lacking, columns = [problem for problem in check_project(project) if problem.file == FILE]
    assert (
        lacking.found
        == "no table regimen_classes, families, regimens, cohorts; it has reports, studies, glossary"
    )
    assert (columns.column, columns.found) == ("studies", "no column name, design")
