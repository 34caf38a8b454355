"""``_config.yml`` read without Jupyter Book's command means what it means with it."""

from pathlib import Path

import pytest
import yaml
from jupyter_book.config import get_final_config

from livingreview.book.settings import SettingsError, merge, read_settings

# What Jupyter Book passes on besides, for outputs and services this book does not have.
WRAPPER_ONLY = {"comments_config", "latex_engine", "use_jupyterbook_latex"}
SERVICES = {"analytics", "launch_buttons", "path_to_docs", "repository_branch", "repository_url"}


def wrapped(path: Path) -> dict:
    """The configuration as ``jupyter-book build`` makes it."""
    return get_final_config(user_yaml=path, cli_config={"latex_individualpages": False})[0]


def write(folder: Path, **values) -> Path:
    (folder / "_config.yml").write_text(yaml.safe_dump(values), encoding="utf-8")
    return folder


def compared(folder: Path) -> tuple[dict, dict]:
    ours, theirs = read_settings(folder), wrapped(folder / "_config.yml")
    assert theirs.keys() - ours.keys() == WRAPPER_ONLY
    assert ours.keys() - theirs.keys() == {"external_toc_path"}  # given by the command
    assert theirs["html_theme_options"].keys() - ours["html_theme_options"].keys() <= SERVICES
    theirs["html_theme_options"] = {
        name: value for name, value in theirs["html_theme_options"].items() if name not in SERVICES
    }
    return {name: ours[name] for name in ours.keys() & theirs.keys()}, {
        name: theirs[name] for name in ours.keys() & theirs.keys()
    }


def test_the_book_is_configured_alike_with_and_without_the_wrapper(root):
    ours, theirs = compared(root)
    assert ours == theirs


@pytest.mark.parametrize(
    "values",
    [
        {"title": "A review", "author": "Somebody", "execute": {"execute_notebooks": False}},
        {"logo": None, "html": {"favicon": "a.svg", "announcement": "News", "home_page_in_navbar": False}},
        {"exclude_patterns": ["b", "a"], "only_build_toc_files": True, "execute": {"timeout": 5}},
        {"parse": {"myst_enable_extensions": ["amsmath"], "myst_url_schemes": ["https"]}},
        {"sphinx": {"config": {"html_theme_options": {"show_toc_level": 3}}}},
        {"sphinx": {"recursive_update": True, "config": {"html_theme_options": {"show_toc_level": 3}}}},
    ],
)
def test_other_books_too(tmp_path, values):
    values.setdefault("html", {})["use_multitoc_numbering"] = False
    values["latex"] = {"use_jupyterbook_latex": False}
    values.setdefault("sphinx", {}).setdefault("config", {})["extensions"] = ["myst_nb"]
    ours, theirs = compared(write(tmp_path, **values))
    assert ours == theirs


@pytest.mark.parametrize(
    ("values", "key", "place"),
    [
        ({"titel": "x"}, "titel", ""),
        ({"html": {"favicn": "x"}}, "favicn", "html"),
        ({"execute": {"mode": "x"}}, "mode", "execute"),
        ({"parse": {"myst": 1}}, "myst", "parse"),
        ({"sphinx": {"conf": {}}}, "conf", "sphinx"),
    ],
)
def test_a_key_nobody_understands_is_named(tmp_path, values, key, place):
    with pytest.raises(SettingsError, match=rf"found the key '{key}'.*{place}.*expected one of.*to mend"):
        read_settings(write(tmp_path, **values))


def test_merging_joins_dictionaries_and_replaces_everything_else():
    first = {"a": {"x": 1, "y": [1]}, "b": 2}
    assert merge(first, {"a": {"y": [2]}, "c": 3}) == {"a": {"x": 1, "y": [2]}, "b": 2, "c": 3}
    assert first == {"a": {"x": 1, "y": [1]}, "b": 2}
