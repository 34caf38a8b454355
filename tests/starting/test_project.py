"""The files of a new review: sound at once, whole or not there, a book that says what is not known."""

import re
import subprocess
import sys
from html import unescape

import pytest

from livingreview.checks import check_project, find_unfilled
from livingreview.starting.answers import StartError
from livingreview.starting.project import FRONT, TEMPLATES, find_engine
from tests.conftest import ROOT
from tests.starting.conftest import ANSWERS, begin

pytestmark = pytest.mark.slow

# Pages that say the same in every review.
SHARED = ("data", "what-changed", "reporting-checklist")


def test_nothing_is_wrong_with_a_new_review(begun):
    assert [str(problem) for problem in check_project(begun)] == []


def test_what_the_author_must_say_is_named_with_its_place(begun):
    told = {(place.file, place.what) for place in find_unfilled(begun)}
    assert ("chapters/vaccine-a.md", "what Vaccine A is, and what this chapter asks") in told
    assert ("data/regimen_classes.csv", "the question of this chapter") in told
    assert not any(place == "CITATION.cff" for place, _ in told), "its author was named"
    for place in find_unfilled(begun):
        assert place.what in (begun / place.file).read_text(encoding="utf-8").split("\n")[place.line - 1]


def test_an_author_who_is_not_named_is_not_invented(tmp_path):
    root = begin(tmp_path / "review", ANSWERS.__class__(ANSWERS.title, ANSWERS.classes, ANSWERS.outcomes))
    assert {"CITATION.cff", "_config.yml", "data/datapackage.json"} <= {p.file for p in find_unfilled(root)}
    assert check_project(root) == []


def test_a_folder_with_something_in_it_is_refused_and_left_as_it_is(tmp_path):
    (tmp_path / "kept.txt").write_text("kept", encoding="utf-8")
    with pytest.raises(StartError, match="something in it"):
        begin(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["kept.txt"]


def test_an_empty_folder_is_taken_and_nothing_is_left_beside_it(tmp_path):
    (tmp_path / "review").mkdir()
    assert (begin(tmp_path / "review") / "Makefile").is_file()
    assert [path.name for path in tmp_path.iterdir()] == ["review"]


def test_a_folder_without_an_engine_is_refused(tmp_path):
    with pytest.raises(StartError, match="--engine"):
        find_engine(tmp_path)


@pytest.mark.parametrize("name", SHARED)
def test_pages_that_say_the_same_in_every_review_do(name):
    template = (TEMPLATES / "chapters" / f"{name}.md").read_text(encoding="utf-8")
    assert template.replace("<< front >>", FRONT) == (ROOT / "chapters" / f"{name}.md").read_text("utf-8")


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """A new review, built as `make book` does."""
    root = begin(tmp_path_factory.mktemp("built") / "review")
    command = [sys.executable, "-m", "livingreview.cli", "build"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, env=_path_to_engine())
    assert done.returncode == 0, done.stdout + done.stderr
    return root / "_build" / "html" / "chapters"


def _path_to_engine():
    import os

    return os.environ | {"PYTHONPATH": str(ROOT)}


def words(page):
    text = re.sub(r"<(script|style)\b.*?</\1>", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", text)))


@pytest.mark.book
def test_the_book_is_built_and_every_page_says_that_nothing_is_entered(book):
    for name, said in {
        "index": "0 reports included",
        "vaccine-a": ": not counted by any report here.",
        "vaccine-b": ": not counted by any report here.",
        "vaccine-a-evidence": "there is nothing to pool",
        "comparison": "No summary of findings is entered.",
        "safety": "No report here gives such a result.",
        "discrepancies": "Nothing registered.",
        "awaited": "No awaited trial is entered.",
        "waiting": "No stored strategy has been run yet",
        "what-changed": "No release has been made yet",
        "methods": "No screening of records is entered.",
        "protocol": "Nothing is entered.",
        "reporting-checklist": "No guideline is entered.",
    }.items():
        assert said in words(book / f"{name}.html"), name


@pytest.mark.book
def test_every_page_of_the_contents_is_there_and_names_the_author(book):
    names = {path.stem for path in (book.parents[2] / "chapters").glob("[!_]*.md")}
    assert names <= {path.stem for path in book.glob("*.html")}
    assert "Roe, Ann" in words(book / "how-to-cite.html")
