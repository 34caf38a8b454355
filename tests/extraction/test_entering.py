"""A drug or family that the review has not is entered in the sheet; the machine makes id, order and count."""

import csv

import openpyxl
import pytest

from livingreview.checks import check_project
from livingreview.cli import main
from livingreview.evidence import load_evidence, read_cells
from livingreview.extraction.comparing import compare, settle
from livingreview.extraction.reading import Book
from livingreview.extraction.sessions import take_sheets
from livingreview.extraction.workbook import title_of
from tests.extraction.example import ROWS, read, write
from tests.extraction.test_taking import TODAY
from tests.extraction.test_workbook import open_document

NEW = {"drugs": [{"name": "examplumab", "synonyms": "EX-1"}]}
COMPONENT = {"regimen": "studied", "drug": "examplumab", "dose": "4", "dose_unit": "mg/m²/day"} | {
    "as_reported": "examplumab, 4 mg/m2/day"
}
FAMILY = {
    "class": "Blinatumomab",
    "name": "Blinatumomab with examplumab",
    "part": "other regimens, for context",
}
USED = {"regimen_components": [COMPONENT]}


def rows_of(root, table):
    return read_cells((root / "data" / f"{table}.csv").read_bytes())


def save_as(kind, path, known, **rows):
    """The example as a spreadsheet program would have saved it: a workbook, a document, or tables."""
    if kind == "xlsx":
        return write(path.with_suffix(".xlsx"), known, **rows)
    folder = write(path, known, **rows)
    if kind == "csv":
        return folder
    names = {"report": "Report", "choices": "Choices"}
    names |= {name: title_of(page) for name, page in known.pages.items()}
    tables = {names[file.stem]: list(csv.reader(file.read_text().splitlines())) for file in folder.iterdir()}
    open_document(path.with_suffix(".ods"), tables)
    return path.with_suffix(".ods")


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_a_new_drug_in_the_sheet_stands_in_its_table_in_order_and_counted(project, tmp_path, kind):
    sheet = save_as(kind, tmp_path / "sheet", Book(load_evidence(project)), **NEW, **USED)
    done = take_sheets(project, sheet, today=TODAY)
    assert done.problems == []
    assert any("'examplumab' is new in drugs.csv" in text for text in done.remarks)
    held = rows_of(project, "drugs")
    assert [row["drug_id"] for row in held] == sorted(row["drug_id"] for row in held)
    (row,) = [row for row in held if row["drug_id"] == "examplumab"]
    assert (row["name"], row["short_name"], row["synonyms"]) == ("examplumab", "examplumab", "EX-1")
    own = [
        row["drug_id"] for row in rows_of(project, "regimen_components") if row["report_id"] == "qwerty-2024"
    ]
    assert own == ["examplumab"]
    assert check_project(project) == []


@pytest.mark.slow
def test_a_new_family_gets_its_place_in_its_class(project, tmp_path):
    known = Book(load_evidence(project))
    last = max(
        int(row["position"]) for row in rows_of(project, "families") if row["class_id"] == "blinatumomab"
    )
    rows = {
        "regimens": [ROWS["regimens"][0] | {"family": FAMILY["name"], "name": "Blinatumomab, examplumab"}]
    }
    sheet = write(tmp_path / "sheet.xlsx", known, families=[FAMILY], **rows, **NEW, **USED)
    assert take_sheets(project, sheet, today=TODAY).problems == []
    (row,) = [row for row in rows_of(project, "families") if row["name"] == FAMILY["name"]]
    assert (row["class_id"], row["part"], row["position"]) == ("blinatumomab", "beside", str(last + 1))
    assert check_project(project) == []


@pytest.mark.slow
def test_a_list_in_the_workbook_takes_a_new_word_with_a_warning_and_says_where_it_is_entered(tmp_path, known):
    book = openpyxl.load_workbook(write(tmp_path / "sheet.xlsx", known))
    page = book["Regimen components"]
    at = openpyxl.utils.get_column_letter([cell.value for cell in page[1]].index("drug") + 1)
    (rule,) = [rule for rule in page.data_validations.dataValidation if f"{at}2" in rule.sqref]
    assert rule.errorStyle == "warning"
    assert "'New drugs'" in rule.error


def test_a_drug_that_is_nowhere_is_refused_with_the_page_on_which_it_is_entered(known):
    sheet, _ = read(known, regimen_components=[COMPONENT | {"drug": "unheardofin"}])
    (problem,) = sheet.problems
    assert problem.rule == "reference-unknown"
    assert "'New drugs'" in problem.mend


@pytest.mark.parametrize("name", ["Cytarabine", "blinatumomab "])
def test_a_drug_that_is_here_is_not_made_again(known, name):
    sheet, entry = read(known, drugs=[{"name": name}])
    assert [(item.rule, item.column) for item in sheet.problems] == [("list-known", "name")]
    assert entry.rows.get("drugs", []) == []


def test_a_new_drug_twice_or_without_a_name_is_told(known):
    sheet, _ = read(known, drugs=[*NEW["drugs"], {"name": "Examplumab"}, {"note": "a note"}])
    assert [item.rule for item in sheet.problems] == ["name-twice", "name-missing"]


@pytest.mark.slow
def test_a_new_drug_that_no_row_names_is_left_out_and_told(project, tmp_path):
    sheet = write(tmp_path / "sheet.xlsx", Book(load_evidence(project)), **NEW)
    done = take_sheets(project, sheet, today=TODAY)
    assert done.problems == []
    assert any("no row names 'examplumab'" in text for text in done.remarks)
    assert "examplumab" not in {row["drug_id"] for row in rows_of(project, "drugs")}


def test_of_two_readers_each_may_enter_a_new_drug_and_the_same_one_is_one(known):
    one, two = read(known, **NEW, **USED)[1], read(known, **NEW, **USED)[1]
    compared = compare(one, two, known.package)
    assert compared.differences == []
    assert [item.row["drug_id"] for item in settle(one, compared, {})[0].rows["drugs"]] == ["examplumab"]
    other = [COMPONENT | {"drug": "otherumab", "as_reported": "otherumab, 4 mg/m2/day"}]
    two = read(known, drugs=[{"name": "otherumab"}], regimen_components=other)[1]
    compared = compare(one, two, known.package)
    assert "drugs" not in {item.what for item in compared.differences}
    assert {item.row["drug_id"] for item in settle(one, compared, {})[0].rows["drugs"]} == {
        "examplumab",
        "otherumab",
    }


@pytest.mark.slow
def test_what_was_wrong_before_is_told_when_a_sheet_is_taken_and_check_says_the_next_command(
    project, tmp_path, capsys
):
    path = project / "data" / "drugs.csv"
    path.write_text(path.read_text() + "aaa-new,aaa new,aaa new,,,,\n")
    sheet = write(tmp_path / "sheet.xlsx", Book(load_evidence(project)))
    assert main(["--root", str(project), "take", str(sheet)]) == 0
    assert "stood in data/ before, such as drugs.csv" in capsys.readouterr().out
    assert main(["--root", str(project), "check", "--mend"]) == 1
    assert "on purpose: livingreview check --record-rows" in capsys.readouterr().err
