"""Pages made from the data alone: each row as printed, what it warns of, the data to download."""

import io
import zipfile

import pandas as pd
import pytest
from markupsafe import escape


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
        part = told(book, row)
        assert str(escape(row["locator"])) in part
        assert pd.isna(row["as_reported"]) or str(escape(row["as_reported"])) in part


@pytest.mark.book
def test_downloads_are_the_data(book, root):
    for path in (root / "data").glob("*.csv"):
        assert (book / "data" / path.name).read_bytes() == path.read_bytes()
    with zipfile.ZipFile(io.BytesIO((book / "data" / "all-data.zip").read_bytes())) as archive:
        assert {"datapackage.json", "references.bib", "outcomes.csv"} <= set(archive.namelist())
    with zipfile.ZipFile(book / "data" / "blinatumomab.zip") as archive:
        assert b"linder-2016" in archive.read("cohorts.csv")
        assert b"ramos-2025" not in archive.read("cohorts.csv")
