"""The page of what changed, the feed, and the clocks, made from small copies of the project."""

import re
import shutil
import xml.etree.ElementTree as ElementTree

import pytest

from livingreview.pages.clocks import show_clocks
from livingreview.releases import make_release
from livingreview.releases.feed import write_feed, write_release_files
from livingreview.releases.page import show_changes, show_releases
from livingreview.releases.reread import record_readings
from tests.conftest import ROOT
from tests.test_releases import CLAIM, FIRST, ROW, SECOND, copy, correct_a_row, prepare, released  # noqa: F401  (fixtures)

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def inside(copy, monkeypatch):  # noqa: F811
    """A project with one release, as a chapter sees it."""
    shutil.copy(ROOT / "review.yml", copy)
    monkeypatch.chdir(copy / "chapters")
    return copy


def test_it_says_plainly_that_there_is_no_release(inside):
    shutil.rmtree(inside / "releases")
    assert "No release has been made yet" in str(show_releases().__html__())
    assert "<table" not in str(show_releases().__html__())
    assert "With the first release" in str(show_changes().__html__())


def test_it_says_plainly_that_there_is_one(inside):
    (inside / "review.yml").unlink()
    html = str(show_releases().__html__())
    assert f"one release, {FIRST}" in html
    assert f"../releases/{FIRST}/data.zip" in html
    assert f"These pages are those of {FIRST}" in str(show_changes().__html__())


@pytest.mark.slow
def test_a_correction_stands_before_and_after_with_a_chart(inside):
    record_readings(inside, [CLAIM], day="2031-01-02")
    before = correct_a_row(inside)
    prepare(inside, SECOND)
    make_release(inside, SECOND)
    html = str(show_changes().__html__())
    assert f"From {FIRST} to {SECOND}" in html
    assert "Corrected rows: 1." in html
    assert "to be read again" in html
    assert re.search(rf"{before}/\d+.*{before - 1}/\d+", html, re.DOTALL)
    assert html.count('<figure class="lr-chart"') == 1
    assert f"reports/ramos-2025.html#{ROW}" in html
    assert f"2 releases; the latest is {SECOND}" in str(show_releases().__html__())


def test_what_is_not_released_yet_is_shown(inside):
    correct_a_row(inside)
    assert f"From {FIRST} to what is not released yet" in str(show_changes().__html__())


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


def test_clocks_stand_by_themselves(inside):
    html = str(show_clocks().__html__())
    assert html.count("<time ") == 2
    assert 'data-due=""' in html
    assert "none has been set" in html
    text = (inside / "review.yml").read_text(encoding="utf-8")
    (inside / "review.yml").write_text(
        text.replace("search_every_months:", "search_every_months: 3"), encoding="utf-8"
    )
    assert 'data-due="2027-02-28"' in str(show_clocks().__html__())
    (inside / "review.yml").unlink()
    assert "no review.yml" in str(show_clocks().__html__())
