"""A book that lacks something, or leads nowhere, is not published."""

import shutil

import pytest

from livingreview.book.look_over import NEEDED, look_over

PAGE = '<html><head><link href="../_static/lr.css?v=1" rel="x"></head><body>{}</body></html>\n'


@pytest.fixture
def pages(tmp_path):
    """A book of one chapter that is whole."""
    for name in NEEDED:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("<html></html>", encoding="utf-8")
    (tmp_path / "chapters").mkdir()
    links = (
        '<a class="x" href="../index.html#there">a</a> <a href="#here">b</a> <a href="https://x.org/y">c</a>'
        '<a href="mailto:a@b.c">d</a> <a href="two%20words.html">e</a> <a href="../">f</a>'
    )
    (tmp_path / "chapters" / "one.html").write_text(PAGE.format(links), encoding="utf-8")
    (tmp_path / "chapters" / "two words.html").write_text(PAGE.format(""), encoding="utf-8")
    return tmp_path


def test_a_whole_book_is_fit(pages):
    assert look_over(pages) == []


@pytest.mark.parametrize("name", NEEDED)
def test_what_every_book_has_may_not_be_missing(pages, name):
    (pages / name).unlink()
    assert f"{name} is missing" in look_over(pages)


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("chapters/two words.html", "", "chapters/two words.html is empty"),
        ("_static/cards/a.js", "", "_static/cards/a.js is empty"),
        ("chapters/two words.html", "<html><body>", "chapters/two words.html breaks off"),
        ("searchindex.js.tmp", "Search.set", "searchindex.js.tmp is a file that was not finished"),
        (
            "chapters/two words.html",
            PAGE.format('<a href="gone.html">x</a>'),
            "chapters/two words.html leads to gone.html, which is not there",
        ),
        (
            "chapters/two words.html",
            PAGE.format('<img alt="" src="../_images/gone.svg">'),
            "chapters/two words.html leads to ../_images/gone.svg, which is not there",
        ),
    ],
)
def test_what_is_not_finished_is_named(pages, name, text, told):
    (pages / name).parent.mkdir(parents=True, exist_ok=True)
    (pages / name).write_text(text, encoding="utf-8")
    assert told in look_over(pages)


def test_what_stays_behind_is_not_looked_at(pages):
    (pages / "left.html").write_text("", encoding="utf-8")
    assert look_over(pages) != []
    assert look_over(pages, shutil.ignore_patterns("left*")) == []
