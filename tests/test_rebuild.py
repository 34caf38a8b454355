"""After any change the next build shows the new state everywhere, runs only what the change touches, and a revert restores the old pages."""

import pytest

from tests.copies import Copy, differing, executed, tree

pytestmark = [pytest.mark.book, pytest.mark.slow]

OVER_ALL = {"index", "comparison", "safety", "discrepancies", "methods", "data"}
CLASSES = {"liposomal-mitoxantrone", "mitoxantrone-clofarabine", "bortezomib", "blinatumomab"}
EVERY = OVER_ALL | CLASSES | {"how-to-cite", "contribute"}
# name: (file, old text, new text, page on which the new text must stand, chapters that must run; None = not told)
CHANGES = {
    "a row": ("data/outcomes.csv", "after up to 6 cycles", "after up to 6 long cycles", "chapters/bortezomib.html", OVER_ALL | {"bortezomib"}),
    "a row, on the report's page": ("data/outcomes.csv", "after up to 6 cycles", "after up to 6 slow cycles", "chapters/reports/ramos-2025.html", OVER_ALL | {"bortezomib"}),
    "a term": ("data/glossary.csv", "cytokine release syndrome", "cytokine-release syndrome", "chapters/methods.html", OVER_ALL),
    "the schema": ("data/datapackage.json", "complete remission (CR)", "complete remission (CR!)", "chapters/bortezomib.html", OVER_ALL | CLASSES),
    "the bibliography": ("data/references.bib", "journal = {Blood Research}", "journal = {Blood Research X}", "chapters/bortezomib.html", OVER_ALL | {"bortezomib"}),
    "a module of charts": ("livingreview/charts/results.py", "Larger marks carry more patients", "Bigger marks carry more patients", "chapters/safety.html", EVERY),
    "a module that finishes pages": ("livingreview/page_finish.py", "Show the pages of this section", "Show these pages", "chapters/contribute.html", EVERY),
    "a template": ("livingreview/templates/discrepancies.html.j2", "Touches:", "It touches:", "chapters/discrepancies.html", EVERY),
    "the style": ("livingreview/web/lr.css", "/* Figures */", "/* Figures, changed */", "_static/lr.css", set()),
    "a chapter's code": ("chapters/bortezomib.md", 'title="Response"', 'title="Responses"', "chapters/bortezomib.html", {"bortezomib"}),
    "a chapter's prose": ("chapters/bortezomib.md", "Two blocks alternate", "Two such blocks alternate", "chapters/bortezomib.html", set()),
    "the table of contents": ("_toc.yml", "caption: Regimens", "caption: Salvage regimens", "chapters/methods.html", set()),
    "the configuration": ("_config.yml", "acute leukaemia: a living review", "acute leukaemia: the living review", "chapters/methods.html", set()),
    "the requirements": ("requirements.txt", "altair==", "# changed\naltair==", None, EVERY),
    "the citation record": ("CITATION.cff", 'version: "2026.11.0"', 'version: "2026.11.9"', "chapters/bortezomib.html", CLASSES | {"index", "how-to-cite"}),
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Copy:
    """A project that was built both ways, with all its chapters' results kept."""
    made = Copy(tmp_path_factory.mktemp("rebuild") / "project")
    done = made.build()
    assert done.returncode == 0, done.stdout + done.stderr
    assert executed(done) == EVERY
    done = made.build_plain()
    assert done.returncode == 0 and executed(done) == set(), done.stdout + done.stderr
    return made


@pytest.fixture(scope="module")
def original(copy) -> tuple[dict, dict]:
    return tree(copy.published), tree(copy.plain)


def test_nothing_changed_runs_nothing(copy, original):
    done = copy.build()
    assert executed(done) == set() and differing(tree(copy.published), original[0]) == []


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_shows_and_a_revert_restores(copy, original, name):
    file, old, new, page, ran = CHANGES[name]
    before = copy.edit(file, old, new)
    try:
        plain = copy.build_plain()
        assert plain.returncode == 0, plain.stdout[-3000:] + plain.stderr[-3000:]
        assert executed(plain) == ran
        made = copy.build()
        assert made.returncode == 0, made.stdout + made.stderr
        assert executed(made) == set(), "the plain build had run them already"
        for folder in (copy.plain, copy.published) if page else ():
            shown = (folder / page).read_text(encoding="utf-8")
            assert new in shown and old not in shown
    finally:
        (copy.folder / file).write_text(before, encoding="utf-8")
    plain, made = copy.build_plain(), copy.build()
    assert executed(plain) == executed(made) == set(), "the old results were kept"
    assert differing(tree(copy.plain), original[1]) == [] and differing(tree(copy.published), original[0]) == []


def test_a_new_report_gets_its_page_and_a_removed_one_loses_it(copy, original):
    row = "nobody-1999,ramos-hgm,article,restated,excluded,Only here to be removed again,,,,,,,\n"
    table = (copy.folder / "data/reports.csv").read_text(encoding="utf-8")
    header, *rows = table.splitlines(keepends=True)
    (copy.folder / "data/reports.csv").write_text(header + "".join(sorted([*rows, row])), encoding="utf-8")
    bibliography = copy.edit("data/references.bib", "@article{jain-2021,", "@misc{nobody-1999, year = {1999}}\n\n@article{jain-2021,")
    schema = (copy.folder / "data/datapackage.json").read_text(encoding="utf-8")
    try:
        assert copy.run("-m", "livingreview.cli", "check", "--record-rows").returncode == 0
        assert copy.build().returncode == 0
        assert (copy.published / "chapters/reports/nobody-1999.html").is_file()
    finally:
        for name, text in (("reports.csv", table), ("references.bib", bibliography), ("datapackage.json", schema)):
            (copy.folder / "data" / name).write_text(text, encoding="utf-8")
    assert copy.build().returncode == 0
    assert not (copy.published / "chapters/reports/nobody-1999.html").exists()
    assert differing(tree(copy.published), original[0]) == []
