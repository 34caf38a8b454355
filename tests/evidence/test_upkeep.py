"""review.yml: every mistake named with its line and remedy; dates that follow; a notice only when retired."""

import datetime
import shutil

import pytest

from livingreview.checks import check_project
from livingreview.checks.upkeep import check_upkeep
from livingreview.citation import read_citation
from livingreview.evidence.upkeep import Upkeep, add_months, note_readers, note_search, read_upkeep, tell_due
from tests.changed import edit
from tests.conftest import ROOT

SOURCE = "Archived public pages (keyword search)"
LAST = dict(read_upkeep(ROOT).sources)[SOURCE]  # moves with every search
SEARCHED = f"last_searched: {LAST}"


@pytest.fixture
def folder(tmp_path, review):
    shutil.copy(ROOT / "review.yml", tmp_path)
    return tmp_path


def test_the_projects_own_file_is_sound_and_invents_nothing(review):
    assert check_upkeep(ROOT, review.tables["searches"].astype(object)) == []
    upkeep, searches = read_upkeep(ROOT), review.tables["searches"]
    assert max(searches.loc[searches["source"].eq(SOURCE), "date"].dropna()) == LAST.isoformat()
    assert (SOURCE, LAST) in upkeep.sources
    assert upkeep.every_months is upkeep.data_as_of is upkeep.next_due is None
    assert upkeep.notice == ""
    assert set(upkeep.endpoints) == {"PubMed", "Europe PMC", "ClinicalTrials.gov", "Crossref", "OpenAlex"}


@pytest.mark.parametrize(
    ("old", "new", "column", "words"),
    [
        ("mode: living", "mode: alive", "mode", "one of: living, paused, retired"),
        ("  Crossref: https://", "  Crossref: http://", "endpoints", "an address that begins with https://"),
        (
            "  Crossref: https://",
            "  Crossref: https://a:b@",
            "endpoints",
            "an address that begins with https://",
        ),
        ("  Crossref: ", "  Crossref: 7 #", "endpoints", "an address that begins with https://"),
        ("data_as_of:", "data_as_off:", "data_as_off", "did you mean 'data_as_of'?"),
        ("next_due:", "next_due: soon", "next_due", "a date like"),
        ("next_due:", "next_due: 2026-11-20", "next_due", "a day after the last search"),
        ("search_every_months:", "search_every_months: six", "search_every_months", "whole number"),
        ("search_every_months:", "search_every_months: 0", "search_every_months", "whole number"),
        ("search_every_months:", "search_every_months: 99999999999", "search_every_months", "up to 120"),
        ("next_due:", "next_due: 9999-01-01", "next_due", "within 120 months of the last search"),
        (SEARCHED, "last_searched: 2026-11-20", "sources", "latest search on record"),
        (SEARCHED, "last_searched: 21.11.2026", "sources", "write it like"),
        (f"name: {SOURCE}", "name: Another", "sources", "a source of searches.csv"),
        ("contact:", "contact: nobody", "contact", "an e-mail address"),
        ("contact:", "contact: http://example.org", "contact", "begins with https://"),
        ("contact:", "contact: a@b@example.org", "contact", "an e-mail address"),
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
    assert hit[0].row in (0, line, line + 1) or column in ("sources", "endpoints")


def test_a_problem_is_reported_at_the_address_that_is_set_or_on_the_page_about_it(folder, review):
    (folder / "CITATION.cff").write_text("version: 1\n", encoding="utf-8")
    assert read_citation(folder)["problems"] == "", "no page, no address"
    (folder / "chapters").mkdir()
    (folder / "chapters" / "contribute.md").touch()
    assert read_citation(folder)["problems"] == "../contribute.html"
    for set_to, address in (
        ("https://example.org/issues/new", "https://example.org/issues/new"),
        ("a.b@example.org", "mailto:a.b@example.org"),
    ):
        shutil.copy(ROOT / "review.yml", folder)
        edit(folder, "contact:", f"contact: {set_to}")
        assert check_upkeep(folder, review.tables["searches"].astype(object)) == []
        assert read_citation(folder)["problems"] == address


def test_broken_yaml_is_named_by_its_line(folder, review):
    line = edit(folder, "mode: living", "mode: [living")
    (problem,) = check_upkeep(folder, review.tables["searches"].astype(object))
    assert problem.rule == "unreadable"
    assert problem.row >= line


@pytest.mark.slow
def test_the_check_looks_at_it(project):
    assert check_project(project) == [], "a project without the file states nothing"
    shutil.copy(ROOT / "review.yml", project)
    edit(project, "mode: living", "mode: alive")
    assert [problem.file for problem in check_project(project)] == ["review.yml"]


def test_a_due_date_follows_from_the_schedule(folder):
    edit(folder, "search_every_months:", "search_every_months: 6")
    first = min(day for _, day in read_upkeep(ROOT).sources)
    assert read_upkeep(folder).next_due == add_months(first, 6)
    edit(folder, "next_due:", "next_due: 2027-02-01")
    assert read_upkeep(folder).next_due == datetime.date(2027, 2, 1)
    assert add_months(datetime.date(2027, 8, 31), 6) == datetime.date(2028, 2, 29)


def test_a_source_never_searched_leaves_no_due_date(folder):
    edit(folder, "search_every_months:", "search_every_months: 6")
    edit(folder, SEARCHED, "last_searched:")
    assert read_upkeep(folder).next_due is None


@pytest.mark.parametrize("line", ["sources: []", "sources:", "sources: [ ]  "])
def test_the_first_search_of_a_new_review_is_noted(tmp_path, line):
    path = tmp_path / "review.yml"
    path.write_text(f"mode: living\n\n# Its sources.\n{line}\n\nnext_due:\n", encoding="utf-8")
    assert note_search(tmp_path, "PubMed", "2026-05-02")
    assert note_search(tmp_path, "Embase", "2026-05-03")
    found = {name: day.isoformat() for name, day in read_upkeep(tmp_path).sources}
    assert found == {"PubMed": "2026-05-02", "Embase": "2026-05-03"}
    assert "# Its sources.\n" in path.read_text(encoding="utf-8")


def test_a_retired_review_says_so(folder, review):
    edit(folder, "mode: living", "mode: retired\nsince: 2030-01-01\nreason: The question is <settled>.")
    assert check_upkeep(folder, review.tables["searches"].astype(object)) == []
    assert (
        "retired on 2030-01-01: The question is <settled>. It is not searched again"
        in read_upkeep(folder).notice
    )


@pytest.mark.parametrize(
    ("upkeep", "day", "told"),
    [
        (None, "2031-01-01", False),
        (Upkeep("living"), "2031-01-01", False),
        ("2031-01-02", "2031-01-01", False),
        ("2031-01-02", "2031-01-02", True),
        ("2031-01-02", "2032-01-01", True),
    ],
)
def test_a_search_is_due_from_its_day_on(upkeep, day, told):
    if isinstance(upkeep, str):
        upkeep = Upkeep("living", (("A source", None),), stated_due=datetime.date.fromisoformat(upkeep))
    words = tell_due(upkeep, datetime.date.fromisoformat(day))
    assert bool(words) is told
    assert not told or (words.splitlines()[0] == "A search was due on 2031-01-02" and "A source" in words)


@pytest.mark.parametrize("before", ["readers:\n", "readers: 2  # as ever\n", "", "readers: 1\nfunding:\n"])
def test_how_many_readers_decide_is_noted_and_the_rest_stays(tmp_path, before):
    assert not note_readers(tmp_path, 1)  # no such file
    path = tmp_path / "review.yml"
    path.write_text(f"# By hand.\nmode: living\n{before}", encoding="utf-8")
    assert note_readers(tmp_path, 1)
    assert read_upkeep(tmp_path).readers == 1
    assert path.read_text(encoding="utf-8").startswith("# By hand.\nmode: living\n")
    assert ("# as ever" in before) == ("# as ever" in path.read_text(encoding="utf-8"))
    assert check_upkeep(tmp_path, None) == []
    note_readers(tmp_path, 3)
    assert path.read_text(encoding="utf-8").count("readers: 3") == 1
