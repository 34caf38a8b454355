"""The Sphinx extension: what it hands to the theme, and what it lays beside the pages."""

import shutil
from types import SimpleNamespace

import pytest
from sphinx.application import Sphinx

from livingreview.book.extension import PREPARED, Prepared, prepare_sources
from livingreview.execution import hash_inputs
from tests.changed import edit
from tests.conftest import ROOT


@pytest.mark.slow
def test_every_page_of_a_retired_review_says_so(project):
    """The extension hands the notice to the theme; the theme shows it on each page, without script."""
    for name in ("review.yml", "CITATION.cff"):
        shutil.copy(ROOT / name, project)
    edit(project, "mode: living", "mode: retired\nsince: 2030-01-01\nreason: The question is <settled>.")
    config = SimpleNamespace(html_theme_options={}, html_static_path=[])
    token = PREPARED.set(Prepared(hash_inputs(project)("data")))
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
