"""Printing: a chapter of the built book as PDF."""

import re
import subprocess
import sys

import pytest

from livingreview.book import pdf


@pytest.mark.book
@pytest.mark.browser
def test_a_chapter_is_printed(book, root, tmp_path):
    """Several pages with its heading, charts and a foot; nothing in it names a folder of this machine."""
    path = tmp_path / "chapter.pdf"
    subprocess.run(
        [sys.executable, "-m", "livingreview.cli", "pdf", "liposomal-mitoxantrone", "--output", path],
        cwd=root,
        check=True,
        capture_output=True,
    )
    content = path.read_bytes()
    assert content.startswith(b"%PDF")
    assert 5 < len(re.findall(rb"/Type\s*/Page\b", content)) < 100
    sheet = pdf.read_sheet(book / "chapters" / "liposomal-mitoxantrone.html", ["liposomal-mitoxantrone"], "")
    assert sheet.title == "Liposomal mitoxantrone"
    assert sheet.body.count("<svg ") == sheet.body.count("lr-drawn") > 5
    assert "<script" not in sheet.body
    assert 'href="reports/' not in sheet.body
    assert b"file:///" not in content
    with pytest.raises(pdf.PrintError, match="no chapter 'nothing'; there are: index, "):
        pdf.print_pdf(root, ["nothing"])
