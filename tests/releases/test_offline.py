"""The whole book in one zip, which opens from disk."""

import zipfile

import pytest

from livingreview.releases.offline import zip_book
from tests.published import write_book
from tests.released import FIRST
from tests.visit import Visit, search_for


def test_the_zip_is_the_same_bytes_twice(tmp_path):
    book = write_book(tmp_path / "book", FIRST)
    first, second = (
        zip_book(book, tmp_path / "a" / "book.zip").read_bytes(),
        zip_book(book, tmp_path / "b" / "book.zip").read_bytes(),
    )
    assert first == second
    with pytest.raises(FileNotFoundError, match="livingreview build"):
        zip_book(tmp_path / "none", tmp_path / "c.zip")


@pytest.mark.book
@pytest.mark.browser
def test_the_zip_opens_from_disk(book, chromium, tmp_path):
    target = zip_book(book, tmp_path / "review.zip")
    with zipfile.ZipFile(target) as archive:
        archive.extractall(tmp_path)
    folder = tmp_path / "review"
    with Visit(chromium, "file://", f"{folder}/index.html") as visit:
        visit.page.wait_for_url("**/chapters/index.html")
        visit.page.goto(f"file://{folder}/chapters/bortezomib.html", wait_until="load")
        assert visit.page.locator("figure.lr-chart svg:visible").count() > 0
        assert search_for(visit, "bortezomib") > 3
        assert visit.failed == visit.offsite == visit.console == []
