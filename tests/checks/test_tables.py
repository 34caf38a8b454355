"""The commands that write into ``data/`` leave alone what they cannot read, and the check says why."""

import csv
import io
import json
import subprocess
import sys

import pytest

from livingreview.checks import check_project, mend_tables
from livingreview.checks.tables import check_data
from tests.checks.damage import DAMAGES, read, write
from tests.evidence.subset import edit_descriptor, resource


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        *("byte-order mark", "semicolons between cells", "Latin-1 encoding", "file emptied", "file deleted"),
        *("stray quote", "column deleted", "schema broken"),
    ],
)
def test_a_table_that_cannot_be_read_is_neither_sorted_nor_counted(project, name):
    file, _, _ = DAMAGES[name](project)
    path = project / "data" / file
    before = path.read_bytes() if path.is_file() else None
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "livingreview.cli",
            "--root",
            str(project),
            "check",
            "--record-rows",
        ],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert file in done.stdout
    assert "Traceback" not in done.stderr
    assert (path.read_bytes() if path.is_file() else None) == before


@pytest.mark.slow
def test_a_spreadsheets_lock_file_stops_nothing(project):
    (project / "data" / ".~lock.outcomes.csv#").write_text(",somebody,")
    assert check_data(project)[1] == []


@pytest.mark.slow
def test_a_table_of_another_name_is_carried_along(project):
    (project / "data" / "sites.csv").write_text("site_id,country\na,Norway\n", encoding="utf-8")
    fields = [{"name": name, "type": "string"} for name in ("site_id", "country")]
    table = {
        "name": "sites",
        "path": "sites.csv",
        "rows": 1,
        "profile": "tabular-data-resource",
        "schema": {"fields": fields, "primaryKey": "site_id"},
    }
    edit_descriptor(project, lambda descriptor: descriptor["resources"].append(table))
    assert check_project(project) == []


@pytest.mark.slow
def test_a_table_of_another_name_with_the_marks_of_evidence_says_that_it_is(project):
    def change(descriptor):
        remarks = {"name": "remarks", "path": "remarks.csv", "rows": 0, "evidence": False}
        descriptor["resources"].append(resource(descriptor, "definitions") | remarks)

    edit_descriptor(project, change)
    header = (project / "data" / "definitions.csv").read_text(encoding="utf-8").split("\n")[0]
    (project / "data" / "remarks.csv").write_text(header + "\n", encoding="utf-8")
    told = [(problem.column, problem.rule) for problem in check_project(project)]
    assert told == [("remarks", "evidence-flag")]


def with_separator(data, separator):
    rows = list(csv.reader(io.StringIO(data.decode(), newline="")))
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


def with_decimals(data):
    header, *rows = csv.reader(io.StringIO(data.decode(), newline=""))
    places = header.index("events"), header.index("total")
    rows = [
        [f"{cell}.0" if place in places and cell else cell for place, cell in enumerate(row)] for row in rows
    ]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    return text.getvalue().encode()


# What programs make of a table when they save it, and what is told of it.
SAVED = {
    "byte-order mark and carriage returns": (
        lambda data: b"\xef\xbb\xbf" + data.replace(b"\n", b"\r\n"),
        {"byte-order-mark"},
    ),
    "carriage returns": (lambda data: data.replace(b"\n", b"\r\n"), {"line-ends"}),
    "semicolons": (lambda data: b"\xef\xbb\xbf" + with_separator(data, ";"), {"separator"}),
    "tabs": (lambda data: with_separator(data, "\t"), {"separator"}),
    "counts with a decimal": (with_decimals, {"odd-form"}),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", SAVED)
def test_one_cause_is_told_once_and_mended_by_a_command(project, name):
    change, rules = SAVED[name]
    path = project / "data" / "characteristics.csv"
    whole = path.read_bytes()
    path.write_bytes(change(whole))
    problems = [problem for problem in check_project(project) if problem.file == path.name]
    assert {problem.rule for problem in problems} == rules
    assert len(problems) <= 2  # two columns of counts
    assert {line.partition(": ")[0] for line in mend_tables(project)} == {"characteristics.csv"}
    assert path.read_bytes() == whole
    assert check_project(project) == []
    assert mend_tables(project) == []


@pytest.mark.slow
def test_a_column_that_is_gone_is_one_problem(project):
    DAMAGES["column deleted"](project)
    (problem,) = check_project(project)
    assert (problem.rule, problem.column) == ("column-missing", "timepoint")


@pytest.mark.slow
@pytest.mark.parametrize("table", ["cohorts", "regimens", "appraisal_tools", "reports", "studies"])
def test_a_row_that_stands_twice_is_told_and_stops_no_rule(project, table):
    """Rules take keys to be unique: where they are not, that is told, and no rule falls over it."""
    rows = read(project, table)
    write(project, table, [*rows, rows[-1]])
    found = check_project(project)
    assert any(problem.file == f"{table}.csv" for problem in found)
    json.dumps([problem.to_dict() for problem in found])


@pytest.mark.slow
def test_a_key_copied_from_the_next_row_is_told(project):
    rows = read(project, "cohorts")
    place = rows[0].index("cohort_id")
    rows[1][place] = rows[2][place]
    write(project, "cohorts", rows)
    assert any(problem.file == "cohorts.csv" for problem in check_project(project))


@pytest.mark.slow
def test_a_problem_of_a_position_can_be_told_to_machines(project):
    rows = read(project, "patient_timeline")
    place = rows[0].index("position")
    rows[1][place] = rows[2][place]
    write(project, "patient_timeline", rows)
    told = json.loads(json.dumps([problem.to_dict() for problem in check_data(project)[1]]))
    assert any(problem["file"] == "patient_timeline.csv" for problem in told)
