"""BibTeX and BibLaTeX, whichever program wrote them, come in as records of one form."""

import pytest

from livingreview.evidence import read_bibliography
from livingreview.evidence.bibliography import FIELD_NAMES, FIELDS, KIND_NAMES, KINDS


def read(text):
    return read_bibliography(f"@{text}").entries["a"]


def test_the_names_of_biblatex_are_understood():
    entry = read(
        "article{a, journaltitle = {J}, date = {2021-05-03}, location = {Oslo}, eprinttype = {pubmed},"
        " eprint = {123}, subtitle = {Part}, title = {Whole}, issue = {4}}"
    )
    assert dict(entry.fields.items()) == {
        "journal": "J",
        "year": "2021",
        "month": "5",
        "day": "3",
        "address": "Oslo",
        "pmid": "123",
        "title": "Whole: Part",
        "number": "4",
    }


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("online", "online"),
        ("Report", "techreport"),
        ("thesis", "phdthesis"),
        ("conference", "inproceedings"),
        ("ARTICLE", "article"),
        ("electronic", "online"),
        ("collection", "book"),
    ],
)
def test_kinds_have_one_name(written, kind):
    assert read(f"{written}{{a, title = {{T}}}}").type == kind


def test_a_thesis_says_which():
    entry = read("thesis{a, type = {Master's thesis}, institution = {University}, title = {T}}")
    assert entry.type == "mastersthesis"


@pytest.mark.parametrize(
    "doi",
    ["https://doi.org/10.1/a_b", "http://dx.doi.org/10.1/a_b", "doi: 10.1/a_b", r"10.1/a\_b", "10.1/a_b"],
)
def test_a_doi_stands_without_its_address(doi):
    assert read(f"misc{{a, doi = {{{doi}}}}}").fields["doi"] == "10.1/a_b"


@pytest.mark.parametrize(
    ("month", "number"), [("may", "5"), ("{May}", "5"), ("{05}", "5"), ("{12}", "12"), ("{September}", "9")]
)
def test_a_month_is_a_number(month, number):
    assert read(f"misc{{a, year = 2020, month = {month}}}").fields["month"] == number


@pytest.mark.parametrize("date", ["2020/2021", "2020-05-03/2020-05-06", "May 2020"])
def test_a_date_that_is_not_understood_stays_for_the_check_to_tell(date):
    assert read(f"misc{{a, date = {{{date}}}}}").fields["date"] == date
    assert "year" not in read(f"misc{{a, date = {{{date}}}}}").fields


def test_accents_of_names_and_fields_are_letters():
    entry = read(
        r"misc{a, author = {{\"O}zt{\"u}rk, G\"okbuget and {M\"uller \& Co}}, title = {Pe{\~n}afiel \& {B}}}"
    )
    assert [person.last_names for person in entry.persons["author"]] == [["{Ö}zt{ü}rk"], ["{Müller & Co}"]]
    assert entry.fields["title"] == "Pe{ñ}afiel & {B}"


def test_other_names_lead_to_known_ones():
    assert set(FIELD_NAMES.values()) <= set(FIELDS)
    assert set(KIND_NAMES.values()) <= set(KINDS)
