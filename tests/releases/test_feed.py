"""The feed of releases."""

import xml.etree.ElementTree as ElementTree

import pytest

from livingreview.releases import make_release
from livingreview.releases.feed import write_feed, write_release_files
from tests.released import FIRST, SECOND, correct_a_row, prepare

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.mark.slow
def test_the_feed_is_atom_and_its_ids_stay(inside, tmp_path):
    feed = ElementTree.fromstring(write_feed(inside))
    first = [entry.find(f"{ATOM}id").text for entry in feed.findall(f"{ATOM}entry")]
    correct_a_row(inside)
    prepare(inside, SECOND)
    make_release(inside, SECOND)
    feed = ElementTree.fromstring(write_feed(inside))
    assert [entry.find(f"{ATOM}title").text for entry in feed.findall(f"{ATOM}entry")] == [
        f"Version {SECOND}",
        f"Version {FIRST}",
    ]
    assert first == [entry.find(f"{ATOM}id").text for entry in feed.findall(f"{ATOM}entry")][1:]
    for name in ("id", "title", "updated", "author"):
        assert feed.find(f"{ATOM}{name}") is not None
    pages = tmp_path / "pages"
    pages.mkdir()
    write_release_files(inside, pages)
    for entry in feed.findall(f"{ATOM}entry"):
        assert all(
            (pages / link.get("href")).is_file() for link in entry.findall(f"{ATOM}link[@rel='enclosure']")
        )
