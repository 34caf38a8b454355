"""The contents of the book: every entry in order with its place, every slip of form told."""

import pytest
import yaml

from livingreview.manuscript import find_pages
from livingreview.manuscript.contents import CONTENTS, Entry, Slip, list_entries
from tests.conftest import ROOT


def test_the_books_own_contents_name_every_page_once():
    contents = yaml.safe_load((ROOT / CONTENTS).read_text(encoding="utf-8"))
    entries = list(list_entries(contents))
    files = [entry.target for entry in entries if entry.kind == "file"]
    assert sorted(files) == sorted(f"chapters/{path.stem}" for path in find_pages(ROOT / "chapters"))
    assert files[0] == contents["root"]
    assert [entry.target for entry in entries if entry.kind == "glob"] == ["chapters/reports/*"]


def test_an_article_has_sections_from_the_top():
    contents = {
        "format": "jb-article",
        "root": "a",
        "sections": [{"file": "b", "sections": [{"url": "https://c"}]}],
    }
    assert list(list_entries(contents)) == [
        Entry("file", "a", ("root",)),
        Entry("file", "b", ("sections", 0, "file")),
        Entry("url", "https://c", ("sections", 0, "sections", 0, "url")),
    ]


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ({"chapters": []}, ("chapters",)),
        ({"chapters": [{"file": 5}]}, ("chapters", 0, "file")),
        ({"chapters": [{"file": "a", "glob": "b"}]}, ("chapters", 0)),
        ({"chapters": ["a"]}, ("chapters", 0)),
        ({"chapters": [{"file": "a", "sektions": []}]}, ("chapters", 0, "sektions")),
        ({"parts": [{"chapters": [{"file": "a"}], "captoin": "b"}]}, ("parts", 0, "captoin")),
        ({"parts": ["a"]}, ("parts", 0)),
        ({"parts": {}}, ("parts",)),
        ({"parts": [{"chapters": [{"file": "a"}]}], "chapters": [{"file": "b"}]}, ("chapters",)),
        ({"partz": []}, ("partz",)),
    ],
)
def test_a_slip_is_told_with_its_place(more, path):
    slips = [
        item for item in list_entries({"format": "jb-book", "root": "a"} | more) if isinstance(item, Slip)
    ]
    assert path in [slip.path for slip in slips]
    assert all(slip.expected for slip in slips)
