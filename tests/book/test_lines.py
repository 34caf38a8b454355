"""Lines of prose for the search, and a page's first words."""

import json

import pytest

from livingreview.book.lines import DESCRIPTION, SCRIPT, describe_page, read_lines, write_lines
from tests.visit import Visit

PAGE = """<html><nav><p>Not of the page, though it is long enough to be read as a line.</p></nav><article>
<section id="one"><h1>One<a class="headerlink" href="#one">#</a></h1><p>Short.</p>
<p>A line of <em>prose</em> that is long &amp; tells something, <a href="x">linked</a>.</p>
<section id="two"><h2>Two</h2><ul><li>An item of a list that is as long as a line must be.</li></ul>
<p class="lr-copied">What is there to be copied is not read, however long it is.</p></section></section>
</article></html>"""


def test_a_line_stands_under_its_section():
    assert read_lines(PAGE) == [
        ("one", "One", "A line of prose that is long & tells something, linked."),
        ("two", "Two", "An item of a list that is as long as a line must be."),
    ]
    assert read_lines("<p>no article at all, but a line that is long enough</p>") == []


def test_the_mark_of_a_figure_is_no_letter_of_its_line():
    """A result once read “3/45 (7%)rd”."""
    figure = '<a>3/45 (7%)<sup class="lr-mark">rd</sup></a>'
    page = f"<article><p>Severe events were seen in {figure} of all.</p></article>"
    assert read_lines(page) == [("", "", "Severe events were seen in 3/45 (7%) of all.")]


def test_a_page_is_described_by_its_first_words_cut_at_a_word():
    assert describe_page(PAGE.partition("<article>")[2]).startswith("A line of prose that is long & tells")
    told = describe_page(f"<p>{'word ' * 100}</p>")
    assert told.endswith("word …")
    assert len(told) <= DESCRIPTION + 2
    assert describe_page("<p>x</p>") == ""


def test_the_script_holds_chapters_lines_and_reports_references(tmp_path):
    for folder in ("_static", "chapters/reports"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "chapters" / "a.html").write_text(PAGE + PAGE, encoding="utf-8")
    (tmp_path / "chapters" / "reports" / "b.html").write_text(
        '<p data-source="Roe R. &amp; Co. — cited in: The review">', encoding="utf-8"
    )
    write_lines(tmp_path, {"ABC": "letters"})
    told = (tmp_path / "_static" / SCRIPT).read_text(encoding="utf-8")
    given = json.loads(told.removeprefix("lrLines(").removesuffix(");\n"))
    assert [line[0] for line in given["lines"]["chapters/a"]] == ["one", "two"]
    assert given["reports"] == {"chapters/reports/b": "Roe R. & Co."}
    assert given["terms"] == {"ABC": "letters"}


@pytest.mark.book
@pytest.mark.browser
def test_a_result_has_a_line_and_reports_are_folded(book, chromium):
    """From disk, where a page could not be fetched."""
    with Visit(chromium, f"file://{book}", "search.html?q=CRS") as visit:
        page = visit.page
        page.locator("#search-results .lr-rest").wait_for()
        assert page.locator(".lr-meaning").inner_text() == "CRS: cytokine release syndrome."
        items = page.locator("ul.search > li:visible:not(.lr-rest)")
        of_reports = items.evaluate_all("items => items.map(item => item.matches('.lr-report'))")
        assert of_reports == sorted(of_reports), "chapters come first"
        assert 0 < of_reports.count(True) <= 8, "the other reports are folded"
        assert all(item.locator(".lr-line").count() == 1 for item in items.all())
        section = page.locator(".lr-line a").first
        assert "#" in section.get_attribute("href")
        before = items.count()
        page.locator(".lr-rest button").click()
        assert items.count() > before
        assert visit.console == []
