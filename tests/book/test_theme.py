"""The theme fits the themes it inherits: each template replaces one that is there, each name is used."""

import configparser
import re
from pathlib import Path

import pydata_sphinx_theme
import pytest
import sphinx_book_theme

from livingreview.book.frame import THEME

INHERITED = [
    Path(sphinx_book_theme.__file__).parent / "theme" / "sphinx_book_theme",
    Path(pydata_sphinx_theme.__file__).parent / "theme" / "pydata_sphinx_theme",
]
TEMPLATES = sorted(path.relative_to(THEME).as_posix() for path in THEME.rglob("*.html"))


def inherited(name: str) -> list[str]:
    """The texts of a template in the themes above, nearest first."""
    return [(theme / name).read_text(encoding="utf-8") for theme in INHERITED if (theme / name).is_file()]


@pytest.mark.parametrize("name", [name for name in TEMPLATES if "/lr-" not in name])
def test_a_replaced_template_is_there_to_be_replaced(name):
    assert inherited(name), f"{name}: no inherited theme has it any more, so nothing asks for ours"


def test_blocks_of_the_layout_are_there_to_be_replaced():
    ours = set(re.findall(r"{%-? block (\w+)", (THEME / "layout.html").read_text(encoding="utf-8")))
    theirs = {name for text in inherited("layout.html") for name in re.findall(r"{%-? block (\w+)", text)}
    assert ours == {"css", "docs_body", "extrahead", "scripts_end"}
    assert ours <= theirs


def test_files_that_the_layout_loads_are_the_theme_s_own():
    """What the inherited layout loads is loaded here too, but for the icons that a script would draw."""
    (macros,) = inherited("static/webpack-macros.html")
    theirs = set(re.findall(r"_static/((?:styles|scripts)/[\w./-]+)", macros))
    ours = set(
        re.findall(r'"((?:styles|scripts)/[\w./-]+)"', (THEME / "layout.html").read_text(encoding="utf-8"))
    )
    assert theirs - ours == {"scripts/fontawesome.js"}
    assert ours <= theirs


@pytest.mark.parametrize(
    "name", ["styles/theme.css", "styles/pydata-sphinx-theme.css", "scripts/bootstrap.js"]
)
def test_files_are_shipped_by_the_theme(name):
    assert (INHERITED[1] / "static" / name).is_file()


def test_the_sidebar_names_templates_that_exist():
    settings = configparser.ConfigParser()
    settings.read(THEME / "theme.conf")
    for name in settings["theme"]["sidebars"].split(", "):
        assert (THEME / "components" / name).is_file() or inherited(f"components/{name}")


@pytest.mark.parametrize("name", TEMPLATES)
def test_each_template_says_why_it_is_there(name):
    assert (THEME / name).read_text(encoding="utf-8").startswith("{#- ")


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("components/search-button-field.html", "aria-label=\"{{ _('Search') }}\""),
        ("macros/buttons.html", 'onclick="{{ javascript }}"'),
        (
            "sections/sidebar-primary.html",
            '<div class="sidebar-primary-items__start sidebar-primary__section">',
        ),
    ],
)
def test_the_fault_that_a_template_mends_is_still_there(name, fault):
    """Once the theme has mended it itself, ours can go."""
    assert fault in inherited(name)[0]
