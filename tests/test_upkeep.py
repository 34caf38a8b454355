"""review.yml: every mistake named with its line and remedy; dates that follow; a notice only when retired."""

import datetime
import shutil
from types import SimpleNamespace

import pytest
from sphinx.application import Sphinx

from livingreview.book.extension import PREPARED, Prepared, prepare_sources
from livingreview.checks import check_project
from livingreview.checks.upkeep import check_upkeep
from livingreview.evidence.upkeep import add_months, read_upkeep
from livingreview.execution import hash_inputs
from tests.conftest import ROOT

SOURCE = "Archived public pages (keyword search)"


@pytest.fixture
def folder(tmp_path, review):
    shutil.copy(ROOT / "review.yml", tmp_path)
    return tmp_path


def edit(folder, old, new):
    path = folder / "review.yml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def test_the_projects_own_file_is_sound_and_invents_nothing(review):
    assert check_upkeep(ROOT, review.tables["searches"].astype(object)) == []
    upkeep = read_upkeep(ROOT)
    assert upkeep.sources == ((SOURCE, datetime.date(2026, 11, 21)),)
    assert upkeep.every_months is upkeep.data_as_of is upkeep.next_due is None
    assert upkeep.notice == ""


@pytest.mark.parametrize(
    ("old", "new", "column", "words"),
    [
        ("mode: living", "mode: alive", "mode", "one of: living, paused, retired"),
        ("data_as_of:", "data_as_off:", "data_as_off", "did you mean 'data_as_of'?"),
        ("next_due:", "next_due: soon", "next_due", "a date like"),
        ("next_due:", "next_due: 2026-11-20", "next_due", "a day after the last search"),
        ("search_every_months:", "search_every_months: six", "search_every_months", "whole number"),
        ("search_every_months:", "search_every_months: 0", "search_every_months", "whole number"),
        ("last_searched: 2026-11-21", "last_searched: 2026-11-20", "sources", "latest search on record"),
        ("last_searched: 2026-11-21", "last_searched: 21.11.2026", "sources", "write it like"),
        (f"name: {SOURCE}", "name: Another", "sources", "a source of searches.csv"),
        ("mode: living", "mode: retired", "since", "retired"),
        ("mode: living", "mode: paused\nsince: 2026-12-01", "reason", "paused"),
    ],
)
def test_each_mistake_is_named(folder, review, old, new, column, words):
    line = edit(folder, old, new)
    problems = check_upkeep(folder, review.tables["searches"].astype(object))
    assert problems, "nothing found"
    hit = [problem for problem in problems if problem.column == column]
    assert hit
    assert hit[0].file == "review.yml"
    assert words in f"{hit[0].expected} {hit[0].mend} {hit[0].found}"
    assert hit[0].row in (0, line, line + 1) or column == "sources"


def test_broken_yaml_is_named_by_its_line(folder, review):
    line = edit(folder, "mode: living", "mode: [living")
    (problem,) = check_upkeep(folder, review.tables["searches"].astype(object))
    assert problem.rule == "unreadable"
    assert problem.row >= line


def test_the_check_looks_at_it(project):
    assert check_project(project) == [], "a project without the file states nothing"
    shutil.copy(ROOT / "review.yml", project)
    edit(project, "mode: living", "mode: alive")
    assert [problem.file for problem in check_project(project)] == ["review.yml"]


def test_a_due_date_follows_from_the_schedule(folder):
    edit(folder, "search_every_months:", "search_every_months: 6")
    assert read_upkeep(folder).next_due == datetime.date(2027, 5, 21)
    edit(folder, "next_due:", "next_due: 2027-02-01")
    assert read_upkeep(folder).next_due == datetime.date(2027, 2, 1)
    assert add_months(datetime.date(2027, 8, 31), 6) == datetime.date(2028, 2, 29)


def test_a_source_never_searched_leaves_no_due_date(folder):
    edit(folder, "search_every_months:", "search_every_months: 6")
    edit(folder, "last_searched: 2026-11-21", "last_searched:")
    assert read_upkeep(folder).next_due is None


def test_a_retired_review_says_so(folder, review):
    edit(folder, "mode: living", "mode: retired\nsince: 2030-01-01\nreason: The question is <settled>.")
    assert check_upkeep(folder, review.tables["searches"].astype(object)) == []
    assert (
        "retired on 2030-01-01: The question is <settled>. It is not searched again"
        in read_upkeep(folder).notice
    )


@pytest.mark.slow
def test_every_page_of_a_retired_review_says_so(project):
    """The extension hands the notice to the theme; the theme shows it on each page, without script."""
    for name in ("review.yml", "CITATION.cff"):
        shutil.copy(ROOT / name, project)
    edit(project, "mode: living", "mode: retired\nsince: 2030-01-01\nreason: The question is <settled>.")
    config = SimpleNamespace(html_theme_options={}, html_static_path=[])
    token = PREPARED.set(Prepared(hash_inputs(project)("checked")))
    try:
        prepare_sources(SimpleNamespace(srcdir=str(project)), config)
    finally:
        PREPARED.reset(token)
    book = project / "small"
    book.mkdir()
    for name in ("index", "other"):
        (book / f"{name}.rst").write_text(":orphan:\n\nTitle\n=====\n\nText.\n", encoding="utf-8")
    app = Sphinx(
        book,
        None,
        book / "html",
        book / "trees",
        "html",
        confoverrides={"html_theme": "sphinx_book_theme", "html_theme_options": config.html_theme_options},
        status=None,
        warning=None,
    )
    app.build()
    for name in ("index", "other", "search", "genindex"):
        text = (book / "html" / f"{name}.html").read_text(encoding="utf-8")
        start = text.index('class="bd-header-announcement"')
        assert (
            "retired on 2030-01-01: The question is &lt;settled&gt;. It is not searched again"
            in text[start : start + 600]
        )
