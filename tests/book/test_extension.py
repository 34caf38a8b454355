"""The Sphinx extension: what it hands to the theme, and what it lays beside the pages."""

import os
import shutil
from types import SimpleNamespace

import nbformat
import papermill
import pytest
from myst_nb.core.read import read_myst_markdown_notebook
from myst_parser.config.main import MdParserConfig
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

from livingreview.book.extension import (
    PREPARED,
    Prepared,
    drop_orphans,
    hash_icons,
    lay_sources,
    outdated_pages,
    prepare_sources,
    share_sections,
)
from livingreview.execution import hash_inputs
from livingreview.manuscript import expand_chapter, find_pages
from tests.changed import edit
from tests.conftest import ROOT


@pytest.mark.slow
def test_every_page_of_a_retired_review_says_so(project):
    """The extension hands the notice to the theme; the theme shows it on each page, without script."""
    for name in ("review.yml", "CITATION.cff"):
        shutil.copy(ROOT / name, project)
    edit(project, "mode: living", "mode: retired\nsince: 2030-01-01\nreason: The question is <settled>.")
    config = SimpleNamespace(html_theme_options={}, html_static_path=[], html_favicon="", html_logo="")
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


@pytest.fixture
def app(tmp_path):
    """A book of one chapter that shares a section, as Sphinx hands it to a listener."""
    (tmp_path / "chapters").mkdir()
    (tmp_path / "chapters" / "_class.md").write_text("## Shared\n\nThe same everywhere.\n", encoding="utf-8")
    (tmp_path / "chapters" / "one.md").write_text("# One\n\n% sections: _class.md\n", encoding="utf-8")
    (tmp_path / "chapters" / "alone.md").write_text("# Alone\n", encoding="utf-8")
    noted = []
    env = SimpleNamespace(
        doc2path=lambda name: str(tmp_path / f"{name}.md"),
        note_dependency=noted.append,
        found_docs={"chapters/one", "chapters/alone"},
    )
    return SimpleNamespace(env=env, outdir=str(tmp_path / "out"), noted=noted)


def test_a_chapter_is_read_with_the_sections_it_shares(app, tmp_path):
    source = ["# One\n\n% sections: _class.md\n\n## Shared\n\nOwn.\n"]
    share_sections(app, "chapters/one", source)
    assert source == ["# One\n\n## Shared\n\nOwn.\n\nThe same everywhere.\n"]
    assert app.noted == [str(tmp_path / "chapters" / "_class.md")], "a change of it makes the page anew"
    alone = ["# Alone\n"]
    share_sections(app, "chapters/alone", alone)
    assert alone == ["# Alone\n"]
    assert len(app.noted) == 1


def test_a_chapter_that_does_not_fit_its_sections_is_told_as_a_build_is(app):
    with pytest.raises(
        ExtensionError, match=r"chapters/one: line 5: found the heading 'Shred'.*did you mean 'Shared'\?"
    ):
        share_sections(app, "chapters/one", ["# One\n\n% sections: _class.md\n\n## Shred\n\nOwn.\n"])


def test_the_source_beside_a_page_is_the_whole_chapter(app, tmp_path):
    sources = tmp_path / "out" / "_sources" / "chapters"
    sources.mkdir(parents=True)
    for name in ("one", "alone"):
        (sources / f"{name}.md").write_bytes((tmp_path / "chapters" / f"{name}.md").read_bytes())
    lay_sources(app)
    assert (sources / "one.md").read_text(encoding="utf-8") == "# One\n\n## Shared\n\nThe same everywhere.\n"
    assert (sources / "alone.md").read_text(encoding="utf-8") == "# Alone\n"


def test_pages_of_sources_that_are_gone_are_deleted(app, tmp_path):
    for name in ("chapters/one.html", "chapters/gone.html", "_sources/chapters/gone.md", "search.html"):
        (tmp_path / "out" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "out" / name).write_text("x", encoding="utf-8")
    drop_orphans(app)
    left = {path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*.*")}
    assert left == {"chapters/one.html", "search.html"}


def test_text_and_outputs_that_changed_make_their_page_anew(app, tmp_path):
    """Whatever time the files have: one put back from elsewhere may be older than the page."""
    app.livingreview_outputs = {"chapters/one": "a", "elsewhere": "c"}
    both = ["chapters/alone", "chapters/one"]

    def outdated() -> list[str]:
        return outdated_pages(app, app.env, set(), set(), set())

    assert [outdated(), outdated()] == [both, []]
    app.livingreview_outputs = {"chapters/one": "changed"}
    assert [outdated(), outdated()] == [["chapters/one"], []]
    for name, page in (("alone", "chapters/alone"), ("_class", "chapters/one")):
        path = tmp_path / "chapters" / f"{name}.md"
        before = path.stat()
        path.write_text(path.read_text(encoding="utf-8") + "\nMore.\n", encoding="utf-8")
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        assert [outdated(), outdated()] == [[page], []]


def test_an_icon_that_changed_is_seen(tmp_path):
    config = SimpleNamespace(html_favicon="icon.svg", html_logo="")
    (tmp_path / "icon.svg").write_text("<svg/>", encoding="utf-8")
    before = hash_icons(tmp_path, config)
    assert hash_icons(tmp_path, config) == before
    (tmp_path / "icon.svg").write_text("<svg></svg>", encoding="utf-8")
    assert hash_icons(tmp_path, config) != before
    config.html_logo = "gone.png"
    hash_icons(tmp_path, config)


@pytest.mark.book
def test_the_published_source_of_a_chapter_runs_as_it_is(book, root, tmp_path):
    """Read with MyST-NB's own reader and run with papermill as it comes: all cells, without a failure."""
    source = book / "_sources" / "chapters" / "bortezomib.md"
    text = source.read_text(encoding="utf-8")
    assert text == expand_chapter(root / "chapters" / "bortezomib.md")
    notebook = read_myst_markdown_notebook(text, MdParserConfig(), add_source_map=True, path=str(source))
    nbformat.write(notebook, tmp_path / "in.ipynb")
    done = papermill.execute_notebook(
        tmp_path / "in.ipynb", tmp_path / "out.ipynb", cwd=str(root / "chapters"), progress_bar=False
    )
    shared = (root / "chapters" / "_class.md").read_text(encoding="utf-8").count("```{code-cell}")
    cells = [cell for cell in done.cells if cell.cell_type == "code"]
    assert len(cells) > shared > 8
    assert all(cell.execution_count for cell in cells)
    html = "".join(
        "".join(output.get("data", {}).get("text/html", "")) for cell in cells for output in cell.outputs
    )
    for part in ('class="lr-claims"', 'class="lr-chart lr-sheet"', "Summary of findings", "lr-cite"):
        assert part in html


@pytest.mark.book
def test_every_published_source_is_whole_and_none_is_offered_where_there_is_none(book, root):
    for path in find_pages(root / "chapters"):
        text = (book / "_sources" / "chapters" / path.name).read_text(encoding="utf-8")
        assert text == expand_chapter(path)
        assert f'href="../_sources/chapters/{path.name}"' in (
            book / "chapters" / f"{path.stem}.html"
        ).read_text(encoding="utf-8")
    assert not (book / "_sources" / "chapters" / "reports").exists()
    assert not (book / "_sources" / "chapters" / "_class.md").exists()
    report = (book / "chapters" / "reports" / "linder-2016.html").read_text(encoding="utf-8")
    assert "_sources/" not in report
