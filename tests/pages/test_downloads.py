"""The data for readers to take: what the downloads hold is the data."""

import io
import zipfile

import pytest

from livingreview.evidence import read_table
from livingreview.exchange.commands import FORMATS
from livingreview.pages.downloads import table_csv, tabulate_dictionary, tabulate_downloads


@pytest.mark.book
def test_downloads_are_the_data(book, root):
    for path in (root / "data").glob("*.csv"):
        assert (book / "data" / path.name).read_bytes() == path.read_bytes()
    with zipfile.ZipFile(io.BytesIO((book / "data" / "all-data.zip").read_bytes())) as archive:
        assert {"datapackage.json", "references.bib", "outcomes.csv"} <= set(archive.namelist())
    for name in FORMATS:
        with zipfile.ZipFile(book / "data" / f"export-{name}.zip") as archive:
            assert "README.md" in archive.namelist()
    with zipfile.ZipFile(book / "data" / "blinatumomab.zip") as archive:
        assert b"linder-2016" in archive.read("cohorts.csv")
        assert b"ramos-2025" not in archive.read("cohorts.csv")


def test_a_downloaded_table_reads_back_as_the_data(review):
    table = review.package.tables["outcomes"]
    again = read_table(io.BytesIO(table_csv(review.tables["outcomes"])), table)
    assert again.equals(review.tables["outcomes"])


def test_every_table_can_be_looked_up_and_downloaded(review):
    tables = review.package.tables
    assert [len(table.rows) for table in tabulate_dictionary(review).parts] == [
        len(table.fields) for table in tables.values()
    ]
    html = str(tabulate_downloads(review).__html__())
    for name in (
        "all-data.zip",
        "datapackage.json",
        "references.bib",
        *(f"export-{name}.zip" for name in FORMATS),
        *(table.path for table in tables.values()),
    ):
        assert html.count(f'href="../data/{name}"') == 1
