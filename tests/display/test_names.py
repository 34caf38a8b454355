"""Names and references where they are read: links, cards, labels, lists of references, exports."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pybtex.database import BibliographyData, Entry, Person, parse_string

from livingreview.citation import entry_to_csl, format_reference, item_to_bibtex, write_bibtex
from livingreview.evidence import read_bibliography
from livingreview.tables.common import full_name, report_link, short_name, with_cohorts


def entry(author: str = "", **fields: str) -> Entry:
    return Entry("article", fields, {"author": [Person(author)]} if author else {})


def test_a_link_to_a_report_shows_its_name(review):
    assert report_link(review, "kantarjian-2017") == (
        '<a href="reports/kantarjian-2017.html">TOWER (Kantarjian 2017)</a>'
    )


def test_a_label_does_without_what_is_not_established(review):
    for report_id, name in review.report_names.items():
        short = short_name(review, report_id)
        assert "not established" not in short
        stem = short.removesuffix("undated)").rstrip("; (").removesuffix(")")
        assert name.startswith(stem)


def test_a_row_is_named_by_its_report_and_by_whose_patients_it_counts(review):
    for row in with_cohorts(review, "outcomes"):
        name, short = full_name(review, row), short_name(review, row["report_id"])
        own = review.report_studies[row["report_id"]] == review.cohort_studies[row["cohort_id"]]
        assert name.startswith(
            f"{short}: " if own else f"{review.study_names[row['cohort_id']]}, in {short}: "
        )
        assert not name.endswith(": ")


def test_a_reference_without_volume_has_no_lonely_marks(review):
    assert str(format_reference("a", entry("Roe, A", title="T", year="2011", pages="627--634"))).endswith(
        "T. 2011:627–634."
    )
    assert str(format_reference("a", entry("Roe, A", title="T", pages="627--634"))).endswith("T. p. 627–634.")
    assert str(
        format_reference("a", entry("Roe, A", title="T", year="2011", volume="3", number="2", pages="1"))
    ).endswith("T. 2011; 3(2):1.")
    for key, record in review.bibliography.entries.items():
        words = str(format_reference(key, record).striptags())
        assert not re.search(r"; ?:|:\s*$|\.\.|; ?\.|\bn\.d\.|\bNone\b|\( ?\)", words), words


@pytest.mark.slow
@settings(deadline=None)
@given(st.from_regex(r"10\.[0-9]{4,5}/[A-Za-z0-9_.;()/:-]{1,30}", fullmatch=True))
def test_a_doi_is_exported_as_it_is(doi):
    record = BibliographyData({"a": entry("Roe, A", title="T & U", year="2011", doi=doi)})
    text = write_bibtex(record)
    assert f'"{doi}"' in text
    assert parse_string(text, "bibtex").entries["a"].fields["doi"] == doi
    assert entry_to_csl("a", record.entries["a"])["DOI"] == doi
    assert f'href="https://doi.org/{doi}"' in format_reference("a", record.entries["a"])


def test_an_escaped_underscore_of_a_record_is_taken_as_one():
    record = read_bibliography(r"@misc{a, title = {T}, doi = {10.1007/978-3-642\_14}}")
    assert '"10.1007/978-3-642_14"' in write_bibtex(record)
    assert "https://doi.org/10.1007/978-3-642_14" in format_reference("a", record.entries["a"])


def test_the_reviews_own_address_is_exported_as_it_is():
    item = {
        "id": "x",
        "type": "book",
        "title": "A_B & C",
        "edition": "Version 1",
        "issued": {"date-parts": [[2026, 1, 2]]},
        "author": [{"literal": "Nobody"}],
        "URL": "https://example.org/a_b",
    }
    text = item_to_bibtex(item)
    assert '"https://example.org/a_b"' in text
    assert r"A\_B \& C" in text
