"""Sheets on disk: what a workbook offers, and what comes back from each program that wrote it."""

import csv
import zipfile
from xml.sax.saxutils import escape

import openpyxl
import pytest

from livingreview.extraction.drafts import Draft
from livingreview.extraction.reading import read_rows
from livingreview.extraction.resolving import resolve
from livingreview.extraction.workbook import BOOKS, SheetError, read_sheet, title_of, write_sheet
from tests.extraction.example import ROWS, read, rewrite, write


def taken(path, known):
    """What a sheet on disk enters."""
    sheet = read_rows(read_sheet(path, known.package), known)
    assert sheet.problems == []
    entry = resolve(sheet, known)
    assert sheet.problems == []
    return {name: [item.row for item in rows] for name, rows in entry.rows.items()}


def meant(known):
    return {name: [item.row for item in rows] for name, rows in read(known)[1].rows.items()}


@pytest.mark.slow
def test_a_workbook_comes_back_as_it_was_written(tmp_path, known):
    assert taken(write(tmp_path / "sheet.xlsx", known), known) == meant(known)


@pytest.mark.slow
@pytest.mark.parametrize(
    "how",
    [
        {},
        {"encoding": "utf-8-sig", "ends": "\r\n"},
        {"sign": ";", "encoding": "utf-8-sig"},
        {"sign": "\t"},
    ],
)
def test_a_folder_of_tables_comes_back_however_a_spreadsheet_left_it(tmp_path, known, how):
    folder = write(tmp_path / "sheet", known)
    for path in folder.iterdir():
        rewrite(path, **how)
    assert taken(folder, known) == meant(known)


@pytest.mark.slow
def test_a_folder_of_tables_lists_what_may_be_chosen_and_either_word_or_code_is_taken(tmp_path, known):
    folder = write(tmp_path / "sheet", known)
    with open(folder / "choices.csv", newline="", encoding="utf-8") as handle:
        listed = list(csv.DictReader(handle))
    offered = [(row["table"], row["column"], row["choice"]) for row in listed]
    assert offered == [
        (*place, words)
        for place in dict.fromkeys(tuple(row[:2]) for row in offered)
        for words in known.choices()[place]
    ]
    assert {place[:2] for place in offered} == {place for place, words in known.choices().items() if words}
    codes = {(row["table"], row["choice"]): row["code"] for row in listed if row["column"] == "outcome"}
    field = known.package.field("outcomes", "outcome")
    assert {code: words for (_, words), code in codes.items()} == dict(field.labels)
    table = folder / "outcomes.csv"
    words = ROWS["outcomes"][0]["outcome"]
    told = table.read_text(encoding="utf-8")
    table.write_text(told.replace(words, codes["outcomes", words]), encoding="utf-8")
    assert table.read_text(encoding="utf-8") != told
    assert taken(folder, known) == meant(known)


def open_document(path, pages):
    """A spreadsheet as LibreOffice keeps it: one table a page, its cells as text."""

    def cells(row):
        told = (f"<text:p>{escape(text)}</text:p>" if text else "" for text in row)
        return "".join(
            f'<table:table-cell office:value-type="string">{text}</table:table-cell>' for text in told
        )

    tables = "".join(
        f'<table:table table:name="{escape(name)}">'
        + "".join(f"<table:table-row>{cells(row)}</table:table-row>" for row in rows)
        + "</table:table>"
        for name, rows in pages.items()
    )
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    body = f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("mimetype", kind)
        file.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
            f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>',
        )
        file.writestr("content.xml", f"<office:document-content {spaces}>{body}</office:document-content>")


def test_an_open_document_comes_back_too(tmp_path, known):
    folder = write(tmp_path / "sheet", known)
    names = {"report": "Report", "choices": "Choices"}
    names |= {name: title_of(page) for name, page in known.pages.items()}
    pages = {
        names[path.stem]: list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
        for path in folder.iterdir()
    }
    open_document(tmp_path / "sheet.ods", pages)
    assert taken(tmp_path / "sheet.ods", known) == meant(known)


@pytest.mark.slow
def test_a_workbook_offers_codes_as_choices_with_their_meaning(tmp_path, known):
    book = openpyxl.load_workbook(write(tmp_path / "sheet.xlsx", known))
    page = book["Outcomes"]
    header = [cell.value for cell in page[1]]
    at = header.index("outcome") + 1
    letter = openpyxl.utils.get_column_letter(at)
    (rule,) = [rule for rule in page.data_validations.dataValidation if f"{letter}2" in rule.sqref]
    assert rule.showErrorMessage
    sheet, cells = rule.formula1.replace("$", "").split("!")
    offered = [cell.value for (cell,) in book[sheet][cells]]
    assert offered[0] == "complete remission (CR)"
    assert len(offered) == len(known.package.field("outcomes", "outcome").labels)
    assert "as the report says" in page.cell(1, header.index("timepoint") + 1).comment.text
    assert page.cell(2, header.index("percent_reported_pct") + 1).value == "45.0"
    assert page.cell(30, at).number_format == "@"
    assert book["Choices"].sheet_state == "hidden"


@pytest.mark.slow
def test_a_cell_that_looks_like_a_formula_stays_words(tmp_path, known):
    rows = {"outcomes": [ROWS["outcomes"][0] | {"note": "=1+1"}]}
    path = write(tmp_path / "sheet.xlsx", known, **rows)
    assert taken(path, known)["outcomes"][0]["note"] == "=1+1"


def test_what_is_no_sheet_is_told(tmp_path, known):
    (tmp_path / "sheet.xlsx").write_bytes(b"no workbook")
    (tmp_path / "sheet.txt").write_text("x")
    (tmp_path / "empty").mkdir()
    odd = write(tmp_path / "odd", known)
    (odd / "outcome.csv").write_text("a,b\n1,2\n")
    latin = write(tmp_path / "latin", known)
    (latin / "outcomes.csv").write_bytes("naïve".encode("latin-1"))
    for name, words in (
        ("sheet.xlsx", "cannot be read as a workbook"),
        ("sheet.txt", r"expected a workbook \(.xlsx, .ods\) or a folder"),
        ("missing.xlsx", "cannot be read as a workbook"),
        ("empty", "there is no report.csv"),
        ("odd", "is no table of the sheet; there are: report, regimens"),
        ("latin", "save it as CSV in UTF-8"),
    ):
        with pytest.raises(SheetError, match=words):
            read_sheet(tmp_path / name, known.package)


@pytest.mark.slow
def test_a_page_of_another_name_is_told_not_left_out(tmp_path, known):
    path = write(tmp_path / "sheet.xlsx", known)
    book = openpyxl.load_workbook(path)
    book["Outcomes"].title = "Outcomes (2)"
    book.save(path)
    with pytest.raises(SheetError, match="page 'Outcomes \\(2\\)' is none of the sheet's"):
        read_sheet(path, known.package)


@pytest.mark.slow
def test_an_empty_draft_is_a_sheet_too(tmp_path, known):
    write_sheet(tmp_path / "sheet.xlsx", known.package, Draft(), {})
    assert set(read_sheet(tmp_path / "sheet.xlsx", known.package)) == {"report", *known.pages}
    assert ".ods" in BOOKS
