"""Printing: a chapter of the built book as PDF."""

import re
import subprocess
import sys

import pytest

from livingreview.book import pdf
from livingreview.manuscript import find_pages


@pytest.mark.book
@pytest.mark.browser
def test_a_chapter_is_printed(book, root, tmp_path):
    """Several pages with its heading, figures and a foot; nothing in it names a folder of this machine."""
    name, path = "mitoxantrone-clofarabine", tmp_path / "chapter.pdf"
    subprocess.run(
        [sys.executable, "-m", "livingreview.cli", "pdf", name, "--output", path],
        cwd=root,
        check=True,
        capture_output=True,
    )
    content = path.read_bytes()
    assert content.startswith(b"%PDF")
    assert 2 < len(re.findall(rb"/Type\s*/Page\b", content)) < 30
    sheet = pdf.read_sheet(book / "chapters" / f"{name}.html", [name], "")
    assert sheet.title == "Mitoxantrone and clofarabine"
    assert sheet.body.count("<svg ") >= 2 * sheet.body.count("<figure ") > 0, "each for a desk and a phone"
    assert "<script" not in sheet.body
    assert 'href="reports/' not in sheet.body
    assert b"file:///" not in content
    with pytest.raises(pdf.PrintError, match="no chapter 'nothing'; there are: index, "):
        pdf.print_pdf(root, ["nothing"])


ARTICLE = """<html><body><nav>menu</nav><article class="bd-article">
<h1>A <em>title</em><a class="headerlink" href="#a-title">#</a></h1>
<script>let a = "</b>";</script>
<p id="here"><a href="#there">below</a> <a href="other.html#place">other</a> <a href="other.html">whole</a>
<a href="reports/a.html#row">row</a> <a href="https://example.org/">web</a></p>
<details><summary>Reason</summary></details>
<details class="lr-discrepancy" id="d"><summary>Odd</summary></details>
</article></body></html>"""


@pytest.fixture
def sheet(tmp_path):
    """A function that prepares one page for printing together with some others."""
    (tmp_path / "one.html").write_text(ARTICLE, encoding="utf-8")
    return lambda printed, address="": pdf.read_sheet(tmp_path / "one.html", printed, address)


def test_a_sheet_is_the_article_without_its_scripts(sheet):
    one = sheet(["one"])
    assert (one.name, one.title) == ("one", "A title")
    for gone in ("<script", "menu", "<nav"):
        assert gone not in one.body


def test_links_lead_somewhere_on_paper(sheet):
    """Inside the PDF where the page is printed, to the published book where there is one, else nowhere."""
    alone = str(sheet(["one"]).body)
    assert '<p id="one--here"><a href="#one--there">' in alone
    assert "<a >other</a>" in alone
    assert '<a href="https://example.org/">web</a>' in alone
    both = str(sheet(["one", "other"]).body)
    assert '<a href="#other--place">other</a> <a href="#other">whole</a>' in both
    published = str(sheet(["one"], "https://example.org/chapters/").body)
    assert '<a href="https://example.org/chapters/reports/a.html#row">row</a>' in published


def test_discrepancies_are_open_where_they_are_at_home(sheet):
    alone, both = (str(sheet(printed).body) for printed in (["one"], ["one", "other"]))
    assert alone.count("<details open") == 2
    assert "<details open><summary>Reason" in both
    assert both.count("<details open") == 1


def test_chapters_are_printed_in_the_order_of_the_contents(root, tmp_path):
    names = pdf.chapter_names(root)
    assert names[0] == "index"
    assert len(names) == len(set(names)) == len(find_pages(root / "chapters"))
    with pytest.raises(pdf.PrintError, match="no chapter 'nothing'; there are: index, "):
        pdf.print_pdf(root, ["nothing"])
    (tmp_path / "_toc.yml").write_text("root: chapters/index\n", encoding="utf-8")
    with pytest.raises(pdf.PrintError, match="has not been built: `livingreview build` first"):
        pdf.print_pdf(tmp_path)


def test_the_browser_that_the_environment_names_goes_first(monkeypatch, tmp_path):
    monkeypatch.setenv("CHROMIUM", "/opt/chromium")
    assert pdf.find_browser() == "/opt/chromium"
    monkeypatch.delenv("CHROMIUM")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(pdf, "MAC", tmp_path / "none")
    assert pdf.find_browser() is None
    program = tmp_path / "google-chrome"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    assert pdf.find_browser() == str(program)
