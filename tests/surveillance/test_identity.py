"""Numbers and words by which records are known."""

import pytest

from livingreview.surveillance.identity import Index, as_row, name_record
from livingreview.surveillance.readers.found import find_doi, find_trials, make_found


@pytest.mark.parametrize(
    ("text", "doi"),
    [
        ("https://dx.doi.org/10.1000/ABC.1", "10.1000/abc.1"),
        ("doi: 10.1016/S0140-6736(25)00001-2.", "10.1016/s0140-6736(25)00001-2"),
        ("(see 10.1000/x.1)", "10.1000/x.1"),
        ("10.1000%2Fx", "10.1000/x"),
        ("10.1/too-short", ""),
    ],
)
def test_a_doi_is_found_in_whatever_it_stands(text, doi):
    assert find_doi(text) == doi


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("NCT 01234567 and nct01234567", ("NCT01234567",)),
        ("ClinicalTrials.gov/NCT01234567; ISRCTN 12345678", ("NCT01234567", "ISRCTN12345678")),
        ("EudraCT: 2013-000536-10", ("2013-000536-10",)),
        ("EUCTR2024-500001-12-00", ("2024-500001-12-00",)),
        ("chictr2400000001, JRCT0123456789", ("ChiCTR2400000001", "jRCT0123456789")),
        ("on 2013-000536-1 of them, NCT0123456", ()),
    ],
)
def test_numbers_of_trials_are_found_in_their_registers_form(text, numbers):
    assert find_trials(text) == numbers


def row(**told):
    return as_row(make_found(**told))


def test_an_id_is_the_surest_number_and_never_given_twice():
    assert name_record(row(title="A", pmid="12"), {}) == "pmid-12"
    assert name_record(row(title="A", doi="10.1000/A(1)"), {}) == "doi-10-1000-a-1"
    assert name_record(
        row(title="T", accession="NCT01234567", trials=["NCT01234567"], kind="registry"), {}
    ) == ("trial-nct01234567")
    name = name_record(row(title="A work", authors=["Müller, Ä."], year="2020"), {})
    assert name.startswith("muller-2020-")
    index = Index({})
    first = index.add(row(title="A work on one thing", doi="10.1000/a.b"))
    second = index.add(row(title="Quite another matter", doi="10.1000/a-b"))
    assert first != second


def test_records_without_any_title_are_told_apart_by_their_number_in_the_source():
    index = Index({})
    index.add(row(accession="1"))
    assert index.find(row(accession="2")) == ""
    assert index.find(row(accession="1"))


def test_editorials_of_two_issues_of_one_volume_are_two():
    told = {"title": "Editorial", "authors": ["Able, A."], "year": "2015", "container": "J", "volume": "18"}
    index = Index({})
    index.add(row(**told, issue="1"))
    assert index.find(row(**told, issue="1"))
    assert index.find(row(**told, issue="2")) == ""


def test_numbers_that_contradict_part_what_reads_alike():
    index = Index({})
    index.add(row(title="One title for two works", pmid="12", doi="10.1000/a"))
    other = row(title="One title for two works", pmid="13", doi="10.1000/a")
    assert index.find(other) == ""
    assert set(index.sharing(other)) == {("pmid-12", False)}


def test_no_record_takes_the_id_of_another():
    """Three DOIs that read alike without their signs, of works that tell the same words."""
    index = Index({})
    for sign in ".-_":
        index.add(row(title="One title for three works", doi=f"10.1000/a{sign}b"))
    assert [item["doi"] for item in index.rows.values()] == ["10.1000/a.b", "10.1000/a-b", "10.1000/a_b"]


def test_what_either_source_knows_of_a_record_is_kept():
    index = Index({})
    name = index.add(row(title="A work", pmid="12", notices=["corrected"]))
    assert index.rows[name]["flags"] == "corrected; no_abstract"
    index.fill(name, row(title="A work", pmid="12", abstract="x", notices=["retracted"]))
    assert index.rows[name]["flags"] == "retracted; corrected"


def test_as_many_numbers_of_trials_are_kept_as_a_cell_takes():
    told = row(title="A review of all trials", trials=[f"NCT{number:08}" for number in range(60)])
    assert told["trials"].startswith("NCT00000000; NCT00000001")
    assert 380 < len(told["trials"]) <= 400
    index = Index({})
    name = index.add(told)
    index.fill(name, row(title="A review of all trials", trials=["NCT99999999"]))
    assert len(index.rows[name]["trials"]) <= 400
