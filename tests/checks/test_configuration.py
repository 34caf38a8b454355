"""Settings that nobody reads are told; those that Sphinx and its extensions read are known."""

import pytest
from sphinx.application import Sphinx

from livingreview.checks.configuration import ALWAYS, _settings_of, check_configuration

pytestmark = pytest.mark.slow
EXTENSIONS = ["myst_nb", "sphinx_external_toc", "sphinx_book_theme"]
# Settings of help files for desktops, which Sphinx loads for every book and this book never makes.
OTHER_FORMS = ("applehelp_", "devhelp_", "htmlhelp_", "qthelp_")


def test_every_setting_that_sphinx_has_after_loading_is_known(tmp_path):
    (tmp_path / "_toc.yml").write_text("root: index\n", encoding="utf-8")
    (tmp_path / "index.md").write_text("# Title\n", encoding="utf-8")
    out = str(tmp_path / "out")
    app = Sphinx(
        str(tmp_path),
        None,
        out,
        out,
        "html",
        confoverrides={"extensions": EXTENSIONS},
        status=None,
        warning=None,
    )
    of_web_pages = {name for name in app.config.values if not name.startswith(OTHER_FORMS)}
    assert of_web_pages <= _settings_of(tuple(sorted({*ALWAYS, *EXTENSIONS})))


@pytest.mark.parametrize(
    ("key", "mend"),
    [("nb_merge_stream", "nb_merge_streams"), ("html_them", "html_theme"), ("qqq", "delete")],
)
def test_a_setting_that_nobody_names_is_told(project, key, mend):
    file = project / "_config.yml"
    text = file.read_text(encoding="utf-8").replace("  config:\n", f"  config:\n    {key}: true\n", 1)
    file.write_text(text, encoding="utf-8")
    (problem,) = check_configuration(project)
    assert (problem.rule, problem.column) == ("unknown-key", f"sphinx.config.{key}")
    assert problem.row == text[: text.index(key)].count("\n") + 1
    assert mend in problem.mend


def test_a_setting_of_an_extension_is_known_where_the_book_loads_it(project):
    file = project / "_config.yml"
    text = file.read_text(encoding="utf-8").replace(
        "  config:\n", "  config:\n    todo_include_todos: true\n", 1
    )
    file.write_text(text, encoding="utf-8")
    assert [problem.column for problem in check_configuration(project)] == [
        "sphinx.config.todo_include_todos"
    ]
    file.write_text(text.replace("extensions: [", "extensions: [sphinx.ext.todo, "), encoding="utf-8")
    assert check_configuration(project) == []
