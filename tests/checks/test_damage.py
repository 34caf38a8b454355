"""Every kind of damage is refused, with the right file, row and column."""

import json
import subprocess
import sys

import pytest

from livingreview.checks import check_project
from tests.checks.damage import DAMAGES
from tests.checks.packs import not_named


def test_the_catalogue_is_large():
    assert len(DAMAGES) >= 60


@pytest.mark.slow
def test_every_damage_is_named_in_its_place(core_project, tmp_path):
    assert not_named(core_project, tmp_path, DAMAGES) == {}


@pytest.mark.slow
def test_sound_data_pass(project):
    assert check_project(project) == []


@pytest.mark.slow
def test_all_problems_at_once(project):
    for name in ("comma as decimal point", "typo in a code", "confidence limits swapped", "bold mark-up"):
        DAMAGES[name](project)
    assert {"regimen_components.csv", "outcomes.csv", "survival.csv", "discrepancies.csv"} <= {
        problem.file for problem in check_project(project)
    }


def run_check(project, *options):
    return subprocess.run(
        [sys.executable, "-m", "livingreview.cli", "--root", str(project), "check", *options],
        capture_output=True,
        text=True,
    )


@pytest.mark.slow
def test_command_says_where_and_how_to_mend(project):
    assert run_check(project).returncode == 0
    DAMAGES["typo in a code"](project)
    done = run_check(project)
    assert done.returncode == 1
    line = next(line for line in done.stdout.splitlines() if "column outcome" in line)
    assert "outcomes.csv, row " in line
    assert "'refractry'" in line
    assert "did you mean 'refractory'?" in line


@pytest.mark.slow
def test_command_speaks_json(project):
    file, row, column = DAMAGES["confidence limits swapped"](project)
    done = run_check(project, "--json")
    found = json.loads(done.stdout)
    assert done.returncode == 1
    assert any((item["file"], item["row"], item["column"]) == (file, row, column) for item in found)


@pytest.mark.slow
def test_command_outside_a_project_says_so(tmp_path):
    done = run_check(tmp_path)
    assert done.returncode == 2
    assert "no data/datapackage.json" in done.stderr


@pytest.mark.slow
def test_rows_are_recorded_and_sorted_on_request(project):
    DAMAGES["row deleted"](project)
    DAMAGES["rows out of order"](project)
    done = run_check(project, "--record-rows", "--mend")
    assert done.returncode == 0, done.stdout
    assert "adverse_events" in done.stderr
    assert "mended glossary.csv: rows put in order" in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("spoil", ["figure", "quotation"])
def test_fragments_are_looked_up_in_the_sources(project, sources, spoil):
    from tests.checks.damage import set_cell

    if spoil == "figure":
        place = set_cell(
            project, "survival", "as_reported", lambda text: text + " … 99.87%", report_id="linder-2016"
        )
    else:
        place = set_cell(project, "discrepancies", "value_a", "“99.87% (n=99)”", report_id="linder-2016")
    problems = check_project(project, sources=sources)
    assert [
        (problem.file, problem.row, problem.column) for problem in problems if problem.rule == "not-in-source"
    ] == [place]


@pytest.mark.slow
def test_a_table_found_valid_before_is_looked_at_again_when_what_it_points_to_changed(project):
    """A valid table is noted; the note holds for it, its declaration and the tables its keys point to."""
    assert check_project(project) == []
    noted = (project / "_build" / ".sound").read_text()
    cohorts = project / "data" / "cohorts.csv"
    rows = cohorts.read_text(encoding="utf-8").splitlines(keepends=True)
    cohorts.write_text("".join(row for row in rows if not row.startswith("linder-2016.")), encoding="utf-8")
    found = {(problem.file, problem.rule) for problem in check_project(project)}
    assert ("outcomes.csv", "foreign-key") in found
    assert ("cohorts.csv", "row-count") in found
    assert len((project / "_build" / ".sound").read_text().split()) < len(noted.split()), (
        "only valid tables are noted"
    )
