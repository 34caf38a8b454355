"""After any change the next build shows the new state everywhere and runs only what the change touches.

A revert restores the old pages.
"""

import pytest

from livingreview.manuscript import find_pages
from tests.copies import Copy, differing, executed, tree
from tests.reduced import ROOT

pytestmark = [pytest.mark.book, pytest.mark.slow]
CLASSES = {"liposomal-mitoxantrone", "mitoxantrone-clofarabine", "bortezomib", "blinatumomab"}
OF_CLASSES = {f"{name}{end}" for name in CLASSES for end in ("", "-evidence", "-comparators")}
# A class's chapter and its further pages read that class alone.
OF_ONE = {"bortezomib", "bortezomib-evidence", "bortezomib-comparators"}
ALONE = {"contribute", "how-to-cite", "what-changed"}  # they show no evidence
EVERY = {path.stem for path in find_pages(ROOT / "chapters")}
OVER_ALL = EVERY - OF_CLASSES - ALONE
ROW = (
    "data/outcomes.csv",
    "after up to 6 cycles",
    "after up to 6 long cycles",
    dict.fromkeys(
        ("chapters/bortezomib-evidence.html", "chapters/reports/ramos-2025.html"), "after up to 6 long cycles"
    ),
)
TERM = (
    "data/glossary.csv",
    "cytokine release syndrome",
    "cytokine-release syndrome",
    {"chapters/methods.html": "cytokine-release syndrome"},
)
BIBLIOGRAPHY = (
    "data/references.bib",
    "journal = {Blood Research}",
    "journal = {Blood Research X}",
    dict.fromkeys(
        ("chapters/bortezomib-evidence.html", "chapters/reports/ramos-2025.html"), "Blood Research X"
    ),
)
CITATION = (
    "CITATION.cff",
    'version: "2026.11.0"',
    'version: "2026.11.9"',
    {f"chapters/{page}.html": "2026.11.9" for page in ("bortezomib", "index", "how-to-cite")},
)
SCHEMA = (
    "data/datapackage.json",
    "complete remission (CR)",
    "complete remission (CR!)",
    {
        "chapters/bortezomib-evidence.html": "complete remission (CR!)",
    },
)
CHART_MODULE = (
    "livingreview/charts/calendars.py",
    "One square is one planned day of the drug.",
    "One square is a planned day of the drug.",
    {"chapters/bortezomib-evidence.html": "is a planned day"},
)
PAGE_MODULE = (
    "livingreview/book/sidebar.py",
    "Show the pages of this section",
    "Show these pages",
    {"chapters/contribute.html": "Show these pages"},
)
STYLE = (
    "livingreview/book/web/lr.css",
    "/* Tables */",
    "/* Tables, changed */",
    {"_static/lr.css": "/* Tables, changed */"},
)
CODE = (
    "chapters/safety.md",
    'title="Adverse events in both arms"',
    'title="Adverse events in either arm"',
    {"chapters/safety.html": "Adverse events in either arm: "},
)
SHARED_CODE = (
    "chapters/_class.md",
    'caption="Summary of findings"',
    'caption="Findings in summary"',
    {f"chapters/{name}.html": "Findings in summary" for name in CLASSES},
)
PROSE = (
    "chapters/comparison.md",
    "It is not a comparison.",
    "This is no comparison.",
    {"chapters/comparison.html": "This is no comparison."},
)
CONTENTS = (
    "_toc.yml",
    "caption: By regimen",
    "caption: By salvage regimen",
    {"chapters/methods.html": "By salvage regimen"},
)
CONFIGURATION = (
    "_config.yml",
    "acute leukaemia: a living review",
    "acute leukaemia: the living review",
    {"chapters/safety.html": "acute leukaemia: the living review"},
)
# name: (changes made together, chapters that must run).
# Changes that reach a page by the same way go together.
CHANGES = {
    "a row": ([ROW], OVER_ALL | OF_ONE),
    "the engine, the schema, terms, bibliography and citation record": (
        [CHART_MODULE, PAGE_MODULE, SCHEMA, TERM, BIBLIOGRAPHY, CITATION],
        EVERY,
    ),
    "a chapter's code, another's prose, contents, configuration and style": (
        [CODE, PROSE, CONTENTS, CONFIGURATION, STYLE],
        {"safety"},
    ),
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Copy:
    """A project that was built both ways, with all its chapters' results kept."""
    made = Copy(tmp_path_factory.mktemp("rebuild") / "project")
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
    other = Copy(tmp_path / "elsewhere" / "deeper")
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
    """Of a heading and of code: in both builds exactly the pages of the classes differ from what they were.

    They run, since they list the headings of their other pages.
    """
    heading = ("chapters/_class.md", "## How sure is it?", "## How certain is it?")
    runs = [CLASSES, set()]  # the results of the first build are those of the second
    with copy.edited(heading, SHARED_CODE[:3]):
        for build, folder, before in (
            (copy.build_plain, copy.plain, original[1]),
            (copy.build, copy.published, original[0]),
        ):
            done = build()
            assert done.returncode == 0, done.stdout + done.stderr
            assert executed(done) == runs.pop(0)
            pages = {name for name in differing(tree(folder), before) if name.endswith(".html")}
            assert pages == {f"chapters/{name}.html" for name in CLASSES}
            for page in pages:
                text = (folder / page).read_text(encoding="utf-8")
                assert "How certain is it?" in text, f"{page} is stale"
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
        "nobody-1999,ramos-hgm,article,restated,excluded,Only here to be removed again,"
        + "," * (rows[0].count(",") - 6)
        + "\n"
    )
    before = next(line for line in rows[1:] if line > row)
    with copy.edited(
        ("data/reports.csv", before, row + before),
        (
            "data/references.bib",
            "@article{jain-2021,",
            "@misc{nobody-1999, title = {Nothing}, year = {1999}}\n\n@article{jain-2021,",
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
