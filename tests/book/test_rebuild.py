"""After any change the next build shows the new state everywhere and runs only what the change touches.

A revert restores the old pages. The review is a made-up one of three classes, its engine the whole one: what
a page shows is what was told to it, whichever review it is. Two of its chapters share their sections.
"""

import pytest

from livingreview.manuscript import find_pages
from tests.copies import Copy, differing, executed, tree

pytestmark = [pytest.mark.book, pytest.mark.slow]
SHARING = {"made-up-001", "made-up-003"}
CLASSES = {"made-up-002", *SHARING}
OVER_ALL = {"data", "index"}
EVERY = CLASSES | OVER_ALL
REPORT = "chapters/reports/made-up-002-report.html"
ROW = (
    "data/outcomes.csv",
    "adults,transplant,57,89,,,,treated,courses_2,,made-up transplant",
    "adults,transplant,57,89,,,,treated,courses_2,,made-up graft",
    {REPORT: "made-up graft"},
)
TERM = (
    "data/glossary.csv",
    "a cell of the marrow",
    "a young cell of the marrow",
    {"chapters/data.html": "a young cell of the marrow"},
)
BIBLIOGRAPHY = (
    "data/references.bib",
    "title = {Made-up report 2}",
    "title = {Made-up report two}",
    dict.fromkeys(("chapters/made-up-002.html", REPORT), "Made-up report two"),
)
CITATION = (
    "CITATION.cff",
    'version: "2026.11.0"',
    'version: "2026.11.9"',
    {f"chapters/{page}.html": "2026.11.9" for page in ("made-up-001", "index")},
)
SCHEMA = (
    "data/datapackage.json",
    "complete remission (CR)",
    "complete remission (CR!)",
    {REPORT: "complete remission (CR!)"},
)
CHART_MODULE = (
    "livingreview/charts/funnel.py",
    "Every bar is a share of all patients",
    "Each bar is a share of all patients",
    {"chapters/made-up-002.html": "Each bar is a share of all patients"},
)
PAGE_MODULE = (
    "livingreview/book/sidebar.py",
    "Show the pages of this section",
    "Show these pages",
    {"chapters/discrepancies.html": "Show these pages"},
)
STYLE = (
    "livingreview/book/web/lr.css",
    "/* Tables */",
    "/* Tables, changed */",
    {"_static/lr.css": "/* Tables, changed */"},
)
CODE = (
    "chapters/made-up-002.md",
    'caption="Cohorts"',
    'caption="Cohorts, all of them"',
    {"chapters/made-up-002.html": "Cohorts, all of them"},
)
SHARED_CODE = (
    "chapters/_made.md",
    'caption="Cohorts"',
    'caption="Groups of patients"',
    {f"chapters/{name}.html": "Groups of patients" for name in SHARING},
)
PROSE = (
    "chapters/discrepancies.md",
    "None.",
    "None was found.",
    {"chapters/discrepancies.html": "None was found."},
)
CONTENTS = (
    "_toc.yml",
    "caption: About",
    "caption: About it",
    {"chapters/made-up-001.html": "About it"},
)
CONFIGURATION = (
    "_config.yml",
    "acute leukaemia: a living review",
    "acute leukaemia: the living review",
    {"chapters/made-up-003.html": "acute leukaemia: the living review"},
)
# name: (changes made together, chapters that must run).
# Changes that reach a page by the same way go together.
CHANGES = {
    "a row": ([ROW], OVER_ALL | {"made-up-002"}),
    "the engine, the schema, terms, bibliography and citation record": (
        [CHART_MODULE, PAGE_MODULE, SCHEMA, TERM, BIBLIOGRAPHY, CITATION],
        EVERY,
    ),
    "a chapter's code, another's prose, contents, configuration and style": (
        [CODE, PROSE, CONTENTS, CONFIGURATION, STYLE],
        {"made-up-002"},
    ),
}
GLOSSARY = """
```{code-cell} ipython3
lr.tabulate_glossary(review, caption="Glossary")
```
"""


def make_copy(folder) -> Copy:
    """The made-up project: two chapters share their sections, and a page lists the one term there is."""
    made = Copy(folder, made_up=3)
    chapters = made.folder / "chapters"
    for name in SHARING:
        page = chapters / f"{name}.md"
        head, mark, sections = page.read_text(encoding="utf-8").partition("## Which reports")
        page.write_text(f"{head}% sections: _made.md\n", encoding="utf-8")
        (chapters / "_made.md").write_text(mark + sections, encoding="utf-8")
    with open(chapters / "data.md", "a", encoding="utf-8") as page:
        page.write(GLOSSARY)
    with open(made.folder / "data" / "glossary.csv", "a", encoding="utf-8") as table:
        table.write("blast,a cell of the marrow,\n")
    assert made.run("-m", "livingreview.cli", "check", "--record-rows").returncode == 0
    return made


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Copy:
    """A project that was built both ways, with all its chapters' results kept."""
    made = make_copy(tmp_path_factory.mktemp("rebuild") / "project")
    assert {path.stem for path in find_pages(made.folder / "chapters")} >= EVERY
    done = made.build()
    assert done.returncode == 0, done.stdout + done.stderr
    assert executed(done) == EVERY
    done = made.build_plain()
    assert done.returncode == 0, done.stdout + done.stderr
    assert executed(done) == set(), done.stdout + done.stderr
    return made


@pytest.fixture(scope="module")
def original(copy) -> tuple[dict, dict]:
    return tree(copy.published), tree(copy.plain)


def test_nothing_changed_runs_nothing(copy, original):
    done = copy.build()
    assert executed(done) == set()
    assert differing(tree(copy.published), original[0]) == []


def test_two_folders_two_times_same_bytes(original, tmp_path):
    """Same inputs, same bytes: in another folder, another time zone, another order of hashing."""
    other = make_copy(tmp_path / "elsewhere" / "deeper")
    done = other.build(environment={"TZ": "Pacific/Auckland", "PYTHONHASHSEED": "7", "LC_ALL": "C.UTF-8"})
    assert done.returncode == 0, done.stdout + done.stderr
    assert differing(tree(other.published), original[0]) == []


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_shows_and_runs_only_what_it_touches(copy, original, name):
    """Each starts from the files as they were, while the book holds the change before.

    What that one touched is taken from the results kept.
    """
    changes, ran = CHANGES[name]
    with copy.edited(*(change[:3] for change in changes)):
        plain = copy.build_plain()
        assert plain.returncode == 0, plain.stdout[-3000:] + plain.stderr[-3000:]
        assert executed(plain) == ran
        made = copy.build()
        assert made.returncode == 0, made.stdout + made.stderr
        assert executed(made) == set(), "the plain build had run them already"
        for folder in (copy.plain, copy.published):
            for page, text in ((page, text) for *_, shown in changes for page, text in shown.items()):
                assert text in (folder / page).read_text(encoding="utf-8"), f"{page} is stale"


def test_what_chapters_share_renews_their_pages_and_no_others(copy, original):
    """Of a heading and of code: in both builds exactly the pages that share it differ from what they were."""
    heading = ("chapters/_made.md", "## Who was treated?", "## Who was given it?")
    runs = [SHARING, set()]  # the results of the first build are those of the second
    with copy.edited(heading, SHARED_CODE[:3]):
        for build, folder, before in (
            (copy.build_plain, copy.plain, original[1]),
            (copy.build, copy.published, original[0]),
        ):
            done = build()
            assert done.returncode == 0, done.stdout + done.stderr
            assert executed(done) == runs.pop(0)
            pages = {name for name in differing(tree(folder), before) if name.endswith(".html")}
            assert pages == {f"chapters/{name}.html" for name in SHARING}
            for page in pages:
                text = (folder / page).read_text(encoding="utf-8")
                assert "Who was given it?" in text, f"{page} is stale"
                assert SHARED_CODE[3][page] in text, f"{page} is stale"


def test_after_all_reverts_both_books_are_the_first_ones(copy, original):
    for done, folder, first in (
        (copy.build_plain(), copy.plain, original[1]),
        (copy.build(), copy.published, original[0]),
    ):
        assert executed(done) == set(), "the old results were kept"
        assert differing(tree(folder), first) == []


def test_a_new_report_gets_its_page_and_a_removed_one_loses_it(copy, original):
    rows = (copy.folder / "data/reports.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    row = (
        "nobody-1999,made-up-002,article,restated,excluded,Only here to be removed again,"
        + "," * (rows[0].count(",") - 6)
        + "\n"
    )
    with copy.edited(
        ("data/reports.csv", rows[-1], rows[-1] + row),
        (
            "data/references.bib",
            "@misc{made-up-002-report,",
            "@misc{nobody-1999, title = {Nothing}, year = {1999}}\n\n@misc{made-up-002-report,",
        ),
        ("data/datapackage.json", "rows", "rows"),
    ):
        assert copy.run("-m", "livingreview.cli", "check", "--record-rows").returncode == 0
        done = copy.build()
        assert done.returncode == 0, done.stdout + done.stderr
        assert (copy.published / "chapters/reports/nobody-1999.html").is_file()
    assert copy.build().returncode == 0
    assert not (copy.published / "chapters/reports/nobody-1999.html").exists()
    assert differing(tree(copy.published), original[0]) == []
