"""Pages made from the data alone: each row as printed, what it warns of."""

import dataclasses
import os
import re

import pandas as pd
import pytest
from markupsafe import escape

from livingreview.citation import read_citation
from livingreview.evidence import Evidence, records
from livingreview.pages.report import (
    describe_row,
    group_rows,
    plain_title,
    raw_block,
    report_page,
    write_report_pages,
)
from tests.conftest import ROOT


def told(book, row) -> str:
    """A row of the evidence as its report's page tells it."""
    text = (book / "chapters" / "reports" / f"{row['report_id']}.html").read_text(encoding="utf-8")
    start = text.index(f'id="{row["row_id"]}"')
    return text[start : text.index("</tr>", start)]


@pytest.mark.book
def test_a_row_warns_of_what_another_report_says(review, book):
    """A discrepancy is registered under one report and may touch the rows of another."""
    elsewhere = [
        (row, ids)
        for row_id, ids in review.flags.items()
        if row_id in review.row_tables
        and any(not name.startswith(f"{(row := review.row(row_id))['report_id']}.") for name in ids)
    ]
    assert len(elsewhere) > 10
    for row, ids in elsewhere:
        assert all(f'discrepancies.html#{name}"' in told(book, row) for name in ids)


@pytest.mark.book
def test_row_pages_show_fragment_and_locator(review, book):
    for row_id in list(review.row_tables)[::17]:
        row = review.row(row_id)
        part = re.sub("<[^>]+>", "", told(book, row))  # a term may be a link to its meaning
        assert str(escape(review.in_words(row["locator"]))) in part
        assert pd.isna(row["as_reported"]) or str(escape(row["as_reported"])) in part


def of_reports(review, wanted: set[str]) -> Evidence:
    """The evidence of some reports alone."""
    tables = {
        name: frame.loc[frame["report_id"].isin(wanted)] if "report_id" in frame else frame
        for name, frame in review.tables.items()
    }
    return dataclasses.replace(review, tables=tables)


@pytest.fixture(scope="module")
def record() -> dict:
    """The review's own record."""
    return read_citation(ROOT)


def test_a_page_a_report_is_written_once_and_goes_with_its_report(review, record, tmp_path):
    """Sphinx makes a page anew whose file is newer: an unchanged one is left untouched."""
    few = of_reports(review, set(review.tables["reports"]["report_id"][:3]))
    first = write_report_pages(few, tmp_path, record)
    assert [path.stem for path in first] == list(few.tables["reports"]["report_id"])
    for path in first:
        os.utime(path, (1, 1))
    gone = tmp_path / "nobody-1999.md"
    gone.write_text("# Gone", encoding="utf-8")
    first[0].write_text("# Changed by hand", encoding="utf-8")
    assert write_report_pages(few, tmp_path, record) == first
    assert not gone.exists()
    assert first[0].read_text(encoding="utf-8") != "# Changed by hand"
    assert {path.stat().st_mtime for path in first[1:]} == {1}


@pytest.mark.slow
def test_every_row_of_a_report_is_on_its_page_once(review, record):
    printed = group_rows(review)
    for report in review.tables["reports"].to_dict("records")[::12]:
        own = printed[report["report_id"]]
        page = report_page(review, report, own, record)
        for row in (row for rows in own.values() for row in rows):
            assert page.count(f'<tr id="{row["row_id"]}">') == 1
    assert sum(len(rows) for own in printed.values() for rows in own.values()) == len(review.row_tables)


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("TOWER", "TOWER"),
        ("A*b*_c_", r"A\*b\*\_c\_"),
        ('<b>"x"</b> & `y`', r"bx\/b  y"),
        ("King's", "King’s"),
    ],
)
def test_a_title_is_words_and_no_markup(words, title):
    """The theme writes titles unescaped."""
    assert plain_title(words) == title


def test_raw_html_ends_where_it_ends():
    block = raw_block("<p>```` </p>")
    fence = block.splitlines()[-1]
    assert block == f"{fence}{{raw}} html\n<p>```` </p>\n{fence}"
    assert len(fence) > 4


def test_a_row_is_described_without_its_value_and_provenance(review):
    row = review.row("ramos-2025.outcome.relapse.cr")
    told = describe_row(review, review.package.tables["outcomes"], row)
    assert review.label("outcomes", "outcome", "cr") in told
    assert review.cohort_labels[row["cohort_id"]] in told
    for cell in ("row_id", "locator", "events", "as_reported"):
        assert str(row[cell]) not in told.split("; ")


def test_a_page_names_each_identifier_and_leads_to_it(review):
    row = next(row for row in records(review.tables["reports"]) if row["report_id"] == "parker-2010")
    page = report_page(review, row, {}, read_citation(ROOT))
    assert '<a href="https://doi.org/10.1016/S0140-6736(10)62002-8">10.1016/S0140-6736(10)62002-8</a>' in page
    assert '<a href="https://www.isrctn.com/ISRCTN45724312">ISRCTN45724312</a> (printed as ISCRTN' in page
    assert '<a href="https://pubmed.ncbi.nlm.nih.gov/21131038/">' in page
