"""The two commands as a person runs them: from an exported record to rows that stand in the data."""

import csv
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import openpyxl
import pytest

from livingreview.checks import check_project
from livingreview.cli import main
from livingreview.evidence import load_evidence
from livingreview.extraction.reading import Book
from livingreview.extraction.sessions import take_sheets
from livingreview.extraction.workbook import SheetError
from tests.conftest import ROOT
from tests.extraction.example import ROWS, changed, write
from tests.extraction.test_adding import RIS
from tests.extraction.test_taking import TODAY, state

FORM = {
    "text_seen": "abstract only",
    "status": "included: its patients received a regimen of this review",
    "status_reason": "A regimen of the class in adults",
    "study": "Made-up cohort",
    "study_design": "retrospective series",
    "first_available": "2024",
    "page_read": "https://example.org/abstract",
}


def fill(path, changes=()):
    """Fill a workbook as a person does: the form, and cells of pages by page, row and column."""
    book = openpyxl.load_workbook(path)
    lines = {row[0].value: row[1] for row in book["Report"].iter_rows(min_row=2)}
    for name, text in FORM.items():
        lines[name].value = text
    titles = {"regimens": "Regimens", "cohorts": "Cohorts", "outcomes": "Outcomes"}
    filled = [(titles[name], 2, column, text) for name in titles for column, text in ROWS[name][0].items()]
    for title, row, column, text in [*filled, *changes]:
        header = [cell.value for cell in book[title][1]]
        book[title].cell(row, header.index(column) + 1).value = text
    book.save(path)


def run(project, capsys, *arguments):
    code = main(["--root", str(project), *map(str, arguments)])
    said = capsys.readouterr()
    return code, said.out + said.err


@pytest.mark.slow
def test_from_an_exported_record_to_the_data_in_three_commands(project, tmp_path, capsys):
    record = tmp_path / "record.ris"
    record.write_text(RIS, encoding="utf-8")
    code, said = run(project, capsys, "add", record, "--class", "blinatumomab")
    assert code == 0
    sheet = project / "sheets" / "qwerty-2024.xlsx"
    assert f"livingreview take {sheet}" in said
    fill(sheet)
    before = state(project)
    code, said = run(project, capsys, "take", sheet, "--dry-run")
    assert (code, state(project)) == (0, before)
    assert "+ row_id: qwerty-2024.outcome.all.cr | report_id: qwerty-2024" in said
    assert "nothing was changed (--dry-run)" in said
    code, said = run(project, capsys, "take", sheet)
    assert code == 0
    assert "outcomes.csv: 1 row(s)" in said
    assert "offered row(s) left empty" in said
    assert check_project(project) == []
    code, said = run(project, capsys, "take", sheet)  # the same sheet again: the report is here
    assert code == 1


@pytest.mark.slow
def test_a_slip_ends_with_1_and_names_page_row_and_column(project, tmp_path, capsys):
    (tmp_path / "record.ris").write_text(RIS, encoding="utf-8")
    run(project, capsys, "add", tmp_path / "record.ris", "--output", tmp_path / "sheet.xlsx")
    fill(tmp_path / "sheet.xlsx", [("Outcomes", 2, "events", "1/1")])
    before = state(project)
    code, said = run(project, capsys, "take", tmp_path / "sheet.xlsx")
    assert code == 1
    assert "sheet.xlsx: Outcomes, row 2, column events: [number-form] found '1/1'" in said
    assert "1 problem(s); nothing was changed" in said
    assert state(project) == before


@pytest.mark.slow
def test_what_cannot_be_read_ends_with_2(project, tmp_path, capsys):
    for arguments in (
        ("add", "nothing"),
        ("take", tmp_path / "none.xlsx"),
        ("take", tmp_path, "--sources", "/no"),
    ):
        code, said = run(project, capsys, *arguments)
        assert code == 2, said
        assert "Traceback" not in said


@pytest.mark.slow
def test_two_readings_are_taken_when_a_person_has_decided(project, tmp_path, capsys):
    book = Book(load_evidence(project))
    first = write(tmp_path / "first", book)
    second = write(tmp_path / "second", book, **changed("outcomes", events="19"))
    before = state(project)
    code, said = run(project, capsys, "take", first, second)
    assert (code, state(project)) == (1, before)
    assert "two readings: 5 and 5 rows, 5 of the same things, 4 of these alike in every value" in said
    assert "first/outcomes.csv, row 2: outcome.all.cr events: '18' or '19'" in said
    path = tmp_path / "first-differences.csv"
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    assert [(row["column"], row["first"], row["second"]) for row in rows] == [("events", "18", "19")]
    path.write_text(path.read_text(encoding="utf-8").replace(",18,19,", ",18,19,first"), encoding="utf-8")
    code, said = run(project, capsys, "take", first, second)
    assert code == 0, said
    evidence = load_evidence(project)
    row = evidence.row("qwerty-2024.outcome.all.cr")
    assert (row["events"], row["verification"]) == (18, "second_reading")
    agreement = evidence.tables["extraction_agreement"].set_index("report_id").loc["qwerty-2024"]
    assert agreement.tolist() == [5, 5, 5, 4]


@pytest.mark.slow
def test_the_second_readers_numbers_are_taken_with_their_words(project, tmp_path):
    book = Book(load_evidence(project))
    first = write(tmp_path / "first", book)
    told = changed("outcomes", events="20", percent_reported_pct="50.0", as_reported="20/40 (50.0%)")
    second = write(tmp_path / "second", book, **told)
    take_sheets(project, first, second, today=TODAY)
    path = tmp_path / "first-differences.csv"
    text = path.read_text(encoding="utf-8")
    for values in (",18,20,", ",45.0,50.0,"):
        text = text.replace(values, f"{values}second")
    path.write_text(text, encoding="utf-8")
    session = take_sheets(project, first, second, today=TODAY)
    assert (session.problems, session.open_differences) == ([], [])
    row = load_evidence(project).row("qwerty-2024.outcome.all.cr")
    assert (row["events"], row["as_reported"]) == (20, "20/40 (50.0%)")


@pytest.mark.slow
def test_what_was_decided_before_is_kept_where_another_difference_comes_up(project, tmp_path):
    book = Book(load_evidence(project))
    first = write(tmp_path / "first", book)
    second = write(tmp_path / "second", book, **changed("outcomes", events="19"))
    take_sheets(project, first, second, today=TODAY)
    path = tmp_path / "first-differences.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",18,19,", ",18,19,first"), encoding="utf-8")
    third = write(tmp_path / "third", book, **changed("outcomes", events="19", total="41"))
    session = take_sheets(project, first, third, today=TODAY)
    assert [item.column for item in session.open_differences] == ["total"]
    assert ",events,18,19,first\n" in path.read_text(encoding="utf-8")


@pytest.mark.slow
def test_an_empty_sheet_is_told(project, tmp_path):
    book = Book(load_evidence(project))
    nothing = {name: [] for name in ROWS}
    form = dict.fromkeys(FORM, "") | {"report": "zhou-2022"}
    with pytest.raises(SheetError, match="no row is filled in; nothing to take"):
        take_sheets(project, write(tmp_path / "sheet", book, form, **nothing), today=TODAY)


@pytest.mark.slow
def test_one_sheet_is_no_second_reading(project, tmp_path):
    book = Book(load_evidence(project))
    first = write(tmp_path / "first", book)
    copy = shutil.copytree(first, tmp_path / "copy")
    for second in (first, copy):
        with pytest.raises(SheetError, match="are one sheet: two readings are made by two readers"):
            take_sheets(project, first, second, today=TODAY)


def proposed(folder, book):
    """The example with one row that a machine proposed."""
    return write(folder, book, **changed("outcomes", proposed_by="a tool"))


@pytest.mark.slow
def test_rows_of_a_machine_are_taken_by_their_text_or_by_a_person_who_says_so(project, tmp_path, capsys):
    sheet = proposed(tmp_path / "sheet", Book(load_evidence(project)))
    texts = tmp_path / "texts"
    texts.mkdir()
    before = state(project)
    for arguments in ((), ("--sources", texts)):  # without a text of this report nothing is looked up
        code, said = run(project, capsys, "take", sheet, *arguments)
        assert (code, state(project)) == (2, before)
        assert "1 row(s) were proposed by a tool: take them with --sources DIR" in said
        assert "or with --read-by NAME" in said
    code, said = run(project, capsys, "take", sheet, "--dry-run")
    assert code == 0
    assert "or with --read-by NAME" in said
    code, said = run(project, capsys, "take", sheet, "--read-by", "A. Reader")
    assert code == 0, said


@pytest.mark.slow
def test_with_the_text_at_hand_rows_of_a_machine_are_taken_with_their_pages(project, tmp_path, capsys):
    sheet = proposed(tmp_path / "sheet", Book(load_evidence(project)))
    texts = tmp_path / "texts"
    texts.mkdir()
    words = "\f".join(rows[0]["as_reported"] for rows in ROWS.values())
    (texts / "qwerty-2024.txt").write_text(words, encoding="utf-8")
    code, said = run(project, capsys, "take", sheet, "--sources", texts)
    assert code == 0, said
    assert "sheet/outcomes.csv, row 2: the words stand on p. 3" in said


class Watched:
    """``livingreview take --watch`` as a person starts it."""

    def __init__(self, project, sheet):
        self.log = tempfile.TemporaryFile("w+b")  # noqa: SIM115 (closed when it is interrupted)
        command = [sys.executable, "-m", "livingreview.cli", "--root", project, "take", sheet, "--watch"]
        paths = os.environ | {"PYTHONPATH": str(ROOT)}
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=paths,
            stdout=self.log.fileno(),
            stderr=subprocess.STDOUT,
            # Tests that run in the background are given an interrupt that is ignored, and would hand it on.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        self.read = 0

    def next(self) -> str:
        """What is told until it waits for the next save."""
        while "waiting for the next save" not in (told := self.said()[self.read :]):
            assert self.process.poll() is None, told
            time.sleep(0.05)
        self.read += len(told)
        return told

    def said(self) -> str:
        return os.pread(self.log.fileno(), 1_000_000, 0).decode()

    def interrupt(self) -> tuple[int, str]:
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(60)
        with self.log:
            return code, self.said()[self.read :]


@pytest.mark.slow
def test_a_sheet_that_is_watched_is_told_after_each_save_and_never_taken(project, tmp_path):
    sheet = write(tmp_path / "sheet", Book(load_evidence(project)))
    before = state(project)
    watched = Watched(project, sheet)
    try:
        assert "+ row_id: qwerty-2024.outcome.all.cr" in watched.next()
        path = sheet / "outcomes.csv"
        sound = path.read_text(encoding="utf-8")
        assert ",18,40," in sound
        path.write_text(sound.replace(",18,40,", ",19,40,"), encoding="utf-8")
        assert "sheet/outcomes.csv, row 2, column events: [not-as-reported] found 19" in watched.next()
        path.write_bytes(b"\xff\xff")
        assert "cannot be read" in watched.next()
        path.write_text(sound, encoding="utf-8")
        assert "nothing was changed (--dry-run)" in watched.next()
        code, said = watched.interrupt()
    finally:
        watched.process.kill()
    assert code == 0
    assert f"to take it: livingreview take {sheet}" in said
    assert "Traceback" not in said
    assert state(project) == before
