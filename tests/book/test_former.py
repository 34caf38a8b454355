"""The page of a former id leads on, with a script to the very row, without one to the report."""

import datetime
import re
import zipfile
from urllib.parse import urlsplit

import pytest

from livingreview.book.finish import INLINE
from livingreview.book.former import keep_places, lead_on, read_former, write_former
from livingreview.book.look_over import look_over
from livingreview.extraction.renaming import rename
from livingreview.releases.offline import zip_book
from tests.copies import Copy

PAGE = (
    "<html><head><title>Roe 2019 &amp; Co.</title></head>"
    '<body><p id="roe-2019.outcome.all.cr">x</p></body></html>'
)


def laid(folder):
    pages = folder / "chapters" / "reports"
    pages.mkdir(parents=True)
    (pages / "roe-2019.html").write_text(PAGE, encoding="utf-8")
    return pages


def test_the_page_leads_on_without_a_script_and_is_no_page_for_search_engines(tmp_path):
    text = lead_on(laid(tmp_path), "alpha-trial", "roe-2019", {})
    assert '<noscript><meta http-equiv="refresh" content="0; url=roe-2019.html"></noscript>' in text
    assert '<meta name="robots" content="noindex">' in text
    assert '<link rel="canonical" href="roe-2019.html">' in text
    assert '<a href="roe-2019.html">Roe 2019 &amp; Co.</a>' in text
    row = '<li id="alpha-trial.outcome.all.cr"><a href="roe-2019.html#roe-2019.outcome.all.cr">'
    assert row in text
    assert text.count("'sha256-") == len(INLINE.findall(text)) == 1
    online = lead_on(
        tmp_path / "chapters" / "reports", "alpha-trial", "roe-2019", {"url": "https://example.org"}
    )
    assert '<link rel="canonical" href="https://example.org/chapters/reports/roe-2019.html">' in online


@pytest.mark.slow
def test_a_page_is_written_for_each_former_id(project):
    (project / "data" / "former_ids.csv").write_text(
        "former_id,report_id,renamed_on,reason\nalpha-trial,roe-2019,2026-01-02,Why\n", encoding="utf-8"
    )
    pages = laid(project / "out")
    write_former(project / "out", read_former(project), {})
    assert sorted(path.name for path in pages.iterdir()) == ["alpha-trial.html", "roe-2019.html"]


def test_places_on_chapters_are_found_by_former_ids_too():
    former = {"alpha-trial": "roe-2019", "beta": "doe-2020"}
    for tag, here, there in (
        ("li", "ref-roe-2019", "ref-alpha-trial"),
        ("div", "doe-2020.discrepancy.x", "beta.discrepancy.x"),
    ):
        text = f'<{tag} class="a" id="{here}">x</{tag}>'
        assert keep_places(text, former) == text.replace(">x", f'><span id="{there}"></span>x')
    for text in ('<li id="roe-2019-more">', '<li id="figure-roe-2019">', '<tr id="roe-2019.outcome.x">'):
        assert keep_places(text, former) == text
    assert keep_places(text, {}) == text


OLD, NEW = "made-up-002-report", "roe-2025"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    copy = Copy(tmp_path_factory.mktemp("former") / "project", made_up=3)
    assert rename(copy.folder, OLD, NEW, reason="Why", day=datetime.date(2026, 1, 2)).problems == []
    done = copy.build()
    assert done.returncode == 0, done.stdout + done.stderr
    return copy


@pytest.mark.book
@pytest.mark.slow
def test_a_built_book_leads_on_and_does_not_count_the_page(built, tmp_path):
    book = built.published
    page = book / "chapters" / "reports" / f"{OLD}.html"
    text = page.read_text(encoding="utf-8")
    new = (book / "chapters" / "reports" / f"{NEW}.html").read_text(encoding="utf-8")
    ends = re.findall(rf'href="{NEW}\.html#({NEW}[^"]+)"', text)
    assert f"{NEW}.outcome.adults.cr" in ends
    assert all(f'id="{end}"' in new for end in ends)
    assert look_over(book) == []
    assert any(f'<span id="ref-{OLD}">' in page.read_text() for page in (book / "chapters").glob("*.html"))
    # No list of the book names it; the table of former ids does.
    named = {
        path.relative_to(book).as_posix()
        for path in book.rglob("*")
        if path.is_file() and f"{OLD}.html".encode() in path.read_bytes()
    }
    assert named == set()
    assert OLD.encode() not in (book / "searchindex.js").read_bytes()
    with zipfile.ZipFile(zip_book(book, tmp_path / "book.zip")) as archive:
        assert any(name.endswith(f"/chapters/reports/{OLD}.html") for name in archive.namelist())


@pytest.mark.book
@pytest.mark.slow
def test_a_second_build_keeps_the_page(built):
    with built.edited(("chapters/index.md", "# A made-up", "# Once more a made-up")):
        done = built.build()
        assert done.returncode == 0, done.stdout + done.stderr
        assert (built.published / "chapters" / "reports" / f"{OLD}.html").is_file()


@pytest.mark.book
@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize(
    ("script", "end", "wanted"),
    [
        (True, f"#{OLD}.outcome.adults.cr", f"{NEW}.outcome.adults.cr"),
        (True, "", ""),
        (False, "", ""),
        (False, f"#{OLD}.outcome.adults.cr", ""),  # no refresh keeps the end of an address
    ],
)
def test_a_browser_follows(built, chromium, script, end, wanted):
    page = chromium.new_context(java_script_enabled=script).new_page()
    page.goto((built.published / "chapters" / "reports" / f"{OLD}.html").as_uri() + end)
    page.wait_for_url(f"**/{NEW}.html*")
    assert urlsplit(page.url).fragment == wanted
