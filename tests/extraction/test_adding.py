"""A sheet is begun from what the review, a file or a service knows of a record; nothing is written over."""

import openpyxl
import pytest

from livingreview.evidence import load_evidence
from livingreview.extraction.adding import add
from livingreview.extraction.workbook import SheetError, read_sheet
from livingreview.surveillance.asking import Client
from livingreview.surveillance.readers import ReadError, read_export
from tests.conftest import ROOT
from tests.extraction.registry import NUMBER, as_bytes, study
from tests.surveillance.asked import give_strategies
from tests.surveillance.replies import Reply

RIS = """TY  - JOUR
TI  - A regimen in a made-up cohort
AU  - Qwerty, Anna
PY  - 2024
DO  - 10.5555/example.1
ER  -
"""


def form(path, package):
    return {str(row[0]): str(row[1]) for _, row in read_sheet(path, package)["report"].rows}


def begin(root, what, tmp_path, *, workbook=False, **more):
    """A sheet: a folder of tables, which is written in a tenth of the time, or a workbook."""
    output = tmp_path / ("sheet.xlsx" if workbook else "sheet")
    return add(root, what, output=output, as_tables=not workbook, environment={}, **more)


@pytest.mark.slow
def test_one_exported_record_fills_the_form(tmp_path, review):
    (tmp_path / "record.ris").write_text(RIS, encoding="utf-8")
    path = begin(ROOT, str(tmp_path / "record.ris"), tmp_path, workbook=True, class_id="bortezomib")
    told = form(path, review.package)
    assert (told["authors"], told["year"], told["doi"]) == ("Qwerty, Anna", "2024", "10.5555/example.1")
    book = openpyxl.load_workbook(path)
    assert [cell.value for cell in book["Outcomes"][2]][:2] == ["all", "complete remission (CR)"]


DATED = RIS.replace(
    "ER  -",
    "DA  - 2024/08/18\nAN  - 37664023\nUR  - https://example.org/full\nER  -",
)


@pytest.mark.slow
def test_the_day_of_a_record_is_used_and_what_is_not_used_is_told(tmp_path, review):
    (tmp_path / "record.ris").write_text(DATED, encoding="utf-8")
    said = []
    path = begin(ROOT, str(tmp_path / "record.ris"), tmp_path, disease="aml", tell=said.append)
    assert form(path, review.package)["first_available"] == "2024-08-18"
    assert form(path, review.package)["pmid"] == ""  # a database's own number may be anybody's
    (line,) = said
    assert "37664023 in its database (if it is the PubMed number, write it into pmid)" in line
    assert "https://example.org/full (into page_read, if that is the page that you read)" in line


@pytest.mark.parametrize("day", ["2019/08/18", "2024-08-18", "18 Aug", "2024/13/01"])
def test_a_day_of_another_year_or_in_another_form_is_not_taken(tmp_path, review, day):
    (tmp_path / "record.ris").write_text(DATED.replace("2024/08/18", day), encoding="utf-8")
    path = begin(ROOT, str(tmp_path / "record.ris"), tmp_path)
    assert form(path, review.package)["first_available"] == "2024"


@pytest.mark.slow
@pytest.mark.parametrize("words", ["aml", "AML", "acute myeloid leukaemia (AML)"])
def test_a_disease_by_its_code_or_words_offers_its_rows(tmp_path, review, words):
    (tmp_path / "record.ris").write_text(RIS, encoding="utf-8")
    label = review.package.field("cohorts", "disease").label("aml")
    disease = label if "(" in words else words
    path = begin(ROOT, str(tmp_path / "record.ris"), tmp_path, workbook=True, disease=disease)
    page = openpyxl.load_workbook(path)["Cohorts"]
    at = [cell.value for cell in page[1]].index("disease") + 1
    assert page.cell(2, at).value == label


def test_a_disease_that_is_none_is_told_with_those_there_are(tmp_path):
    (tmp_path / "record.ris").write_text(RIS, encoding="utf-8")
    with pytest.raises(SheetError, match=r"--disease measles: expected one of: .*aml"):
        begin(ROOT, str(tmp_path / "record.ris"), tmp_path, disease="measles")


def test_a_folder_of_tables_where_no_workbook_is_wanted(tmp_path, review):
    (tmp_path / "record.ris").write_text(RIS, encoding="utf-8")
    path = add(ROOT, str(tmp_path / "record.ris"), output=tmp_path / "sheet", as_tables=True, environment={})
    assert form(path, review.package)["title"] == "A regimen in a made-up cohort"
    assert (path / "outcomes.csv").is_file()


@pytest.mark.slow
def test_a_sheet_that_is_there_is_not_written_over(tmp_path):
    (tmp_path / "record.ris").write_text(RIS, encoding="utf-8")
    path = begin(ROOT, str(tmp_path / "record.ris"), tmp_path, workbook=True)
    before = path.read_bytes()
    with pytest.raises(SheetError, match="is there already and may be filled"):
        begin(ROOT, str(tmp_path / "record.ris"), tmp_path, workbook=True)
    assert path.read_bytes() == before


def test_several_records_are_for_import_and_other_files_are_told(tmp_path):
    (tmp_path / "two.ris").write_text(RIS + RIS.replace("example.1", "example.2"), encoding="utf-8")
    with pytest.raises(SheetError, match="holds 2 records; several are brought in with livingreview import"):
        begin(ROOT, str(tmp_path / "two.ris"), tmp_path)
    (tmp_path / "odd.ris").write_bytes(b"\x00\x01")
    with pytest.raises(ReadError, match=r"odd\.ris"):
        begin(ROOT, str(tmp_path / "odd.ris"), tmp_path)


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("something else", "is no report or record of this review, no file, and no DOI"),
        ("10.1080/16078454.2022.2111992", r"is here already as zhou-2022 .* livingreview add zhou-2022"),
    ],
)
def test_what_is_unknown_or_here_already_is_told(tmp_path, monkeypatch, what, words):
    monkeypatch.setattr(Client, "get", lambda *_, **__: pytest.fail("no service is asked"))
    with pytest.raises(SheetError, match=words):
        begin(ROOT, what, tmp_path)


def test_a_class_that_is_none_is_told_with_those_there_are(tmp_path):
    with pytest.raises(SheetError, match=r"--class bortezumib: no such class .* bortezomib"):
        begin(ROOT, "zhou-2022", tmp_path, class_id="bortezumib")


def test_more_rows_for_a_report_that_is_here(tmp_path, review):
    path = begin(ROOT, "zhou-2022", tmp_path)
    assert form(path, review.package)["report"] == "zhou-2022"


def test_a_record_that_a_search_brought_is_known_by_its_id(tmp_path, found):
    evidence = load_evidence(found)
    rows = evidence.tables["records"]
    row = rows.loc[rows["report_id"].isna()].iloc[0]
    told = form(begin(found, row["record_id"], tmp_path), evidence.package)
    assert told["title"] == row["title"]
    assert told["year"] == row["year"]


WAYS = {
    "doi": ("crossref/page-1.json", "/crossref/works"),
    "pmid": ("pubmed/first-1.xml", "/pubmed/efetch.fcgi"),
    "trials": ("trials/page-1.json", "/trials/studies"),
}


def ask(place, what, tmp_path, **more):
    return begin(place, what, tmp_path, client=Client(waits=0.01, tries=1, pace=0), **more)


@pytest.mark.slow
@pytest.mark.parametrize("scheme", WAYS)
def test_a_service_is_asked_for_a_number_and_its_answer_fills_the_form(place, replies, tmp_path, scheme):
    """Of an answer the record with that number is taken, whichever comes first."""
    recording, path = WAYS[scheme]
    answer = Reply.of(recording)
    *_, wanted = (record for record in read_export(answer.body, scheme).records if getattr(record, scheme))
    number = getattr(wanted, scheme)
    number = number[0] if scheme == "trials" else number
    give_strategies(place, replies)
    replies.say(path, answer)
    said = []
    sheet = ask(place, f"pmid:{number}" if scheme == "pmid" else number, tmp_path, tell=said.append)
    filled = form(sheet, load_evidence(place).package)
    assert filled["title"] == wanted.title
    assert number in filled["registry" if scheme == "trials" else scheme]
    assert len(replies.asked) == 1
    assert "is asked for" in said[0]


@pytest.mark.slow
def test_results_in_a_registers_answer_fill_the_sheet(place, replies, tmp_path):
    give_strategies(place, replies)
    replies.say("/trials/studies", Reply(b'{"studies": [' + as_bytes(study()) + b"]}"))
    said = []
    sheet = ask(place, NUMBER, tmp_path, workbook=True, tell=said.append)
    assert "53 cells with results" in said[-1]
    rows = read_sheet(sheet, load_evidence(place).package)["adverse_events"].rows
    assert any("Anemia, serious" in row for _, row in rows)


def test_a_number_that_the_service_does_not_know_is_a_slip(place, replies, tmp_path):
    give_strategies(place, replies)
    replies.say("/crossref/works", Reply.of("crossref/page-1.json"))
    with pytest.raises(SheetError, match="Crossref knows no such record; look for a slip in the number"):
        ask(place, "10.9999/another", tmp_path)
    assert not (tmp_path / "sheet").exists()


def test_without_the_service_the_sheet_is_begun_with_the_number_alone(place, replies, tmp_path):
    give_strategies(place, replies)
    replies.say("/crossref/works", Reply(b"no", 403))
    said = []
    filled = form(ask(place, "10.9999/another", tmp_path, tell=said.append), load_evidence(place).package)
    assert (filled["doi"], filled["title"]) == ("10.9999/another", "")
    assert "refused with status 403" in said[-1]
    assert "with the number alone" in said[-1]
    assert "Nothing was written" not in said[-1]
