"""A sheet is taken in whole, through every rule of the data, or not at all."""

import datetime
import errno
import os
import shutil
from pathlib import Path

import pytest

from livingreview.checks.tables import check_data
from livingreview.evidence import load_evidence, read_cells
from livingreview.extraction.comparing import compare
from livingreview.extraction.reading import Book
from livingreview.extraction.taking import take
from livingreview.surveillance.tables import LoopError, open_loop
from tests.extraction.example import ROWS, changed, read

TODAY = datetime.date(2026, 11, 29)
pytestmark = pytest.mark.slow


@pytest.fixture
def here(project) -> Book:
    return Book(load_evidence(project))


def rows(root, table):
    return read_cells((root / "data" / f"{table}.csv").read_bytes())


def state(root):
    return {path.name: path.read_bytes() for path in (root / "data").iterdir()}


def test_a_sound_sheet_stands_everywhere_it_should_and_the_data_are_sound(project, here):
    _, entry = read(here)
    taken = take(project, here.package, entry, today=TODAY)
    assert taken.problems == []
    assert check_data(project)[1] == []
    evidence = load_evidence(project)
    assert evidence.row("qwerty-2024.outcome.all.cr")["events"] == 18
    assert evidence.report_names["qwerty-2024"] == "Qwerty 2024"
    (row,) = [row for row in rows(project, "screening") if row["report_id"] == "qwerty-2024"]
    assert (row["decision"], row["basis"], row["search_id"]) == ("included", "by_hand", "by-hand-2026-11-29")
    assert "@article{qwerty-2024," in (project / "data" / "references.bib").read_text(encoding="utf-8")


def test_a_dry_run_says_what_would_be_added_and_changes_nothing(project, here):
    before = state(project)
    taken = take(project, here.package, read(here)[1], today=TODAY, dry_run=True)
    assert [row["row_id"] for row in taken.added["outcomes"]] == ["qwerty-2024.outcome.all.cr"]
    assert taken.record.startswith("@article{qwerty-2024,")
    assert state(project) == before


def test_broken_rules_are_told_at_their_places_in_the_sheet_and_nothing_is_written(project, here):
    """One slip a row: each is named by page, row and column, whichever rule sees it."""
    outcome, harm = ROWS["outcomes"][0], ROWS["adverse_events"][0]
    part = ROWS["cohorts"][0] | {"cohort": "part", "label": "A part", "n_enrolled": "41"}
    remission = outcome | {"outcome": "MRD negative"}
    slips = {
        ("outcomes", 2): (outcome | {"events": "19"}, "events"),
        ("outcomes", 3): (remission | {"total": "400"}, "total"),
        ("outcomes", 4): (outcome | {"outcome": "relapse", "cohort": ""}, "cohort"),
        ("outcomes", 5): (outcome | {"outcome": "refractory", "as_reported": ""}, "as_reported"),
        ("survival", 2): (ROWS["survival"][0] | {"estimate": "1.9"}, "estimate"),
        ("survival", 3): (ROWS["survival"][0] | {"endpoint": "RFS", "ci_high": "2"}, "ci_high"),
        ("adverse_events", 2): (harm | {"grade_max": ""}, "grade_max"),
        ("adverse_events", 3): (harm | {"term": "Fever", "grade_min": "2", "grade_max": "2"}, "grade_min"),
        ("cohorts", 3): (part, "n_enrolled"),
        ("regimens", 2): (ROWS["regimens"][0] | {"name": ""}, "name"),
    }
    rows = {"cohorts": [ROWS["cohorts"][0]]}
    for (table, _), (row, _) in slips.items():
        rows.setdefault(table, []).append(row)
    sheet, entry = read(here, {"year": "20224", "doi": "10.5555"}, **rows)
    assert sheet.problems == []
    before = state(project)
    problems = take(project, here.package, entry, today=TODAY).problems
    places = {(item.file, item.row, item.column) for item in problems}
    for (table, row), (_, column) in slips.items():
        assert (f"sheet.xlsx: {here.pages[table].title}", row, column) in places, problems
    form = {item.column: item.row for item in problems if item.file == "sheet.xlsx: Report"}
    assert form["year"] > 1
    assert form["doi"] == sheet.form_places["doi"].row
    assert state(project) == before


def test_what_is_studied_is_refused_without_a_family(project, here):
    _, entry = read(here, **changed("regimens", family=""))
    problems = take(project, here.package, entry, today=TODAY).problems
    places = {(item.file, item.row, item.column): item.rule for item in problems}
    assert places["sheet.xlsx: Regimens", 2, "family"] == "family-missing"
    status = entry.form_places["status"].row
    assert places["sheet.xlsx: Report", status, "status"] == "no-chapter"


def test_a_cell_of_the_form_that_fills_two_tables_is_told_once_and_on_the_form(project, here):
    sheet, entry = read(here, {"status_reason": ""})
    problems = take(project, here.package, entry, today=TODAY).problems
    place = sheet.form_places["status_reason"]
    assert [(item.file, item.row, item.column) for item in problems] == [(*place, "status_reason")]


def test_who_held_proposed_rows_against_the_report_is_kept_with_their_count(project, here):
    _, entry = read(here)
    entry.rows["outcomes"][0] = entry.rows["outcomes"][0]._replace(proposed_by="a tool")
    assert take(project, here.package, entry, read_by="A. Reader", today=TODAY).problems == []
    kept = read_cells((project / "data" / "proposals.csv").read_bytes())
    (row,) = [row for row in kept if row["report_id"] == "qwerty-2024"]
    assert (row["tool"], row["rows_taken"], row["read_by"]) == ("a tool", "1", "A. Reader")


def test_fragments_are_looked_up_where_the_text_is_at_hand(project, here, tmp_path):
    texts = tmp_path / "texts"
    texts.mkdir()
    (texts / "qwerty-2024.txt").write_text(
        "blinatumomab in 40 adults: 18/40 (45.0%); median OS 9.1 months (95% CI 6.0-12.2)", encoding="utf-8"
    )
    problems = take(project, here.package, read(here)[1], sources=texts, today=TODAY, dry_run=True).problems
    assert [(item.file, item.column) for item in problems] == [("sheet.xlsx: Adverse events", "as_reported")]


def test_two_readings_are_counted_into_the_agreement_and_further_rows_added_to_it(project, here):
    first, second = read(here)[1], read(here, **changed("outcomes", events="19"))[1]
    compared = compare(first, second, here.package)
    assert take(project, here.package, first, compared=compared, today=TODAY).problems == []
    (row,) = [row for row in rows(project, "extraction_agreement") if row["report_id"] == "qwerty-2024"]
    assert list(row.values()) == ["qwerty-2024", "5", "5", "5", "4"]
    now = Book(load_evidence(project))
    more = [ROWS["outcomes"][0] | {"outcome": "MRD negative"}]
    nothing = {name: [] for name in ("regimens", "cohorts", "survival", "adverse_events")}
    form = {"report": "qwerty-2024", "study": "", "study_design": ""}
    entry = read(now, form, outcomes=more, **nothing)[1]
    taken = take(project, now.package, entry, compared=compare(entry, entry, now.package), today=TODAY)
    assert taken.problems == []
    (row,) = [row for row in rows(project, "extraction_agreement") if row["report_id"] == "qwerty-2024"]
    assert list(row.values()) == ["qwerty-2024", "6", "6", "6", "5"]
    assert check_data(project)[1] == []


def test_a_full_disk_leaves_the_data_as_they_were(project, here, monkeypatch):
    before, copy = state(project), shutil.copyfile

    def full(source, target, **more):
        if Path(target).name.startswith("."):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return copy(source, target, **more)

    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(OSError, match="No space left"):
        take(project, here.package, read(here)[1], today=TODAY)
    assert state(project) == before


def record(loop, **cells):
    blank = dict.fromkeys(loop.package.tables["records"].columns, "")
    return (
        blank | {"record_id": "doi-10-5555-example-1", "doi": "10.5555/example.1", "kind": "article"} | cells
    )


@pytest.mark.parametrize(
    ("decision", "words"), [(None, "is not settled"), ("excluded", "was settled as 'excluded'")]
)
def test_a_record_that_was_not_kept_is_screened_first(project, here, decision, words):
    loop = open_loop(project)
    loop.index.add(record(loop))
    search = next(row for row in loop.tables["searches"])
    loop.tables["hits"].append(
        {"hit_id": f"{search['search_id']}.doi-10-5555-example-1", "search_id": search["search_id"]}
        | {"record_id": "doi-10-5555-example-1", "copies": "1"}
    )
    if decision:
        row = {"record_id": "doi-10-5555-example-1", "search_id": search["search_id"], "report_id": ""}
        row |= {
            "stage": "title_abstract",
            "decision": decision,
            "reason": "x",
            "reason_id": "",
            "basis": "single",
        }
        loop.tables["screening"].append(row)
    loop.changed |= {"records", "hits", "screening"}
    loop.save()
    before = state(project)
    with pytest.raises(LoopError, match=words):
        take(project, here.package, read(here)[1], today=TODAY)
    assert state(project) == before
