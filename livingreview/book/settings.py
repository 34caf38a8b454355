"""``_config.yml`` as Sphinx's configuration, without Jupyter Book's command in between.

The same keys mean the same as in Jupyter Book 1 (https://jupyterbook.org/v1/customize/config.html);
a test holds that both read this project's file alike.
What only Jupyter Book's other outputs and hosted services use is left out.
"""

from __future__ import annotations

from pathlib import Path

import yaml

CONFIG, CONTENTS = "_config.yml", "_toc.yml"
EXTENSIONS = ["myst_nb", "sphinx_external_toc", "sphinx_book_theme"]
ALWAYS_EXCLUDED = {"_build", "Thumbs.db", ".DS_Store", "**.ipynb_checkpoints"}
# Key of a section of the file -> name of Sphinx's setting.
TOP = {
    "title": "html_title",
    "author": "author",
    "copyright": "copyright",
    "logo": "html_logo",
    "project": "project",
}
EXECUTE = {
    "allow_errors": "nb_execution_allow_errors",
    "raise_on_error": "nb_execution_raise_on_error",
    "eval_regex": "nb_eval_name_regex",
    "show_tb": "nb_execution_show_tb",
    "run_in_temp": "nb_execution_in_temp",
    "stderr_output": "nb_output_stderr",
    "timeout": "nb_execution_timeout",
    "cache": "nb_execution_cache_path",
    "execute_notebooks": "nb_execution_mode",
    "exclude_patterns": "nb_execution_excludepatterns",
}
HTML = {
    "favicon": "html_favicon",
    "baseurl": "html_baseurl",
    # Without effect on these pages, and a reason for Sphinx to read every page anew where it differs.
    "use_multitoc_numbering": "use_multitoc_numbering",
}
THEME_OPTIONS = {
    "extra_footer": "extra_footer",
    "home_page_in_navbar": "home_page_in_toc",
    "announcement": "announcement",
    "use_issues_button": "use_issues_button",
    "use_repository_button": "use_repository_button",
    "use_edit_page_button": "use_edit_page_button",
}
PARSE = ("myst_enable_extensions", "myst_substitutions", "myst_url_schemes")
# Understood by Jupyter Book, without effect on this book's pages.
ELSEWHERE = {
    "": {"latex", "launch_buttons", "repository"},
    "html": {"comments", "analytics", "google_analytics_id"},
    "parse": {"myst_dmath_double_inline"},
    "sphinx": {"local_extensions"},
}
DEFAULTS = {
    "html_title": "My Jupyter Book",
    "author": "The Jupyter Book community",
    "copyright": "2023",
    "html_logo": "",
    "html_favicon": "",
    "html_baseurl": "",
    "html_theme": "sphinx_book_theme",
    "html_sourcelink_suffix": "",
    "html_theme_options": {
        "search_bar_text": "Search this book...",
        "announcement": "",
        "extra_footer": "",
        "home_page_in_toc": True,
        "use_issues_button": False,
        "use_repository_button": False,
        "use_edit_page_button": False,
    },
    "myst_enable_extensions": ["colon_fence", "dollarmath", "linkify", "substitution", "tasklist"],
    "myst_url_schemes": ["mailto", "http", "https"],
    "nb_execution_mode": "auto",
    "nb_execution_cache_path": "",
    "nb_execution_excludepatterns": [],
    "nb_execution_timeout": 30,
    "nb_execution_in_temp": False,
    "nb_execution_allow_errors": False,
    "nb_output_stderr": "show",
    "numfig": True,
    "pygments_style": "sphinx",
    "suppress_warnings": ["myst.domains"],
    "use_multitoc_numbering": True,
}


class SettingsError(ValueError):
    """``_config.yml`` says something this build does not understand."""


def read_settings(root: Path) -> dict:
    """Sphinx's configuration for the book in `root`, to be given to ``Sphinx(confoverrides=...)``.

    Raises
    ------
    SettingsError
        If a key is not understood; names it, and those that are.
    """
    written = yaml.safe_load((root / CONFIG).read_text(encoding="utf-8")) or {}
    sections = {name: written.get(name) or {} for name in ("execute", "html", "parse", "sphinx")}
    _refuse_unknown("", written, {*TOP, *sections, "exclude_patterns", "only_build_toc_files"})
    _refuse_unknown("execute", sections["execute"], EXECUTE)
    _refuse_unknown("html", sections["html"], {**HTML, **THEME_OPTIONS})
    _refuse_unknown("parse", sections["parse"], PARSE)
    _refuse_unknown("sphinx", sections["sphinx"], {"extra_extensions", "recursive_update", "config"})
    settings = {
        name: value.copy() if isinstance(value, (dict, list)) else value for name, value in DEFAULTS.items()
    }
    settings |= {TOP[key]: "" if written[key] is None else written[key] for key in TOP if key in written}
    settings["exclude_patterns"] = sorted(ALWAYS_EXCLUDED | set(written.get("exclude_patterns") or ()))
    settings["external_toc_exclude_missing"] = bool(written.get("only_build_toc_files"))
    settings["external_toc_path"] = str(root / CONTENTS)
    settings |= {EXECUTE[key]: value for key, value in sections["execute"].items()}
    if settings["nb_execution_mode"] is False:
        settings["nb_execution_mode"] = "off"  # YAML reads a bare `off` as false
    settings |= {HTML[key]: value for key, value in sections["html"].items() if key in HTML}
    options = {THEME_OPTIONS[key]: value for key, value in sections["html"].items() if key in THEME_OPTIONS}
    settings["html_theme_options"] |= options
    settings |= {key: value for key, value in sections["parse"].items() if key in PARSE}
    extra = sections["sphinx"].get("extra_extensions") or []
    settings["extensions"] = [*EXTENSIONS, *([extra] if isinstance(extra, str) else extra)]
    direct = sections["sphinx"].get("config") or {}
    return merge(settings, direct) if sections["sphinx"].get("recursive_update") else settings | direct


def merge(settings: dict, more: dict) -> dict:
    """Settings with others put over them; dictionaries are joined, everything else is replaced."""
    return settings | {
        key: merge(settings[key], value)
        if isinstance(value, dict) and isinstance(settings.get(key), dict)
        else value
        for key, value in more.items()
    }


def _refuse_unknown(section: str, written: dict, known) -> None:
    unknown = sorted(written.keys() - set(known) - ELSEWHERE.get(section, set()))
    if unknown:
        place = f" under {section!r}" if section else ""
        message = (
            f"{CONFIG}: found the key {unknown[0]!r}{place}; expected one of: {', '.join(sorted(known))}; "
            "to mend: correct it, or set it under `sphinx: config:` by the name that Sphinx gives it"
        )
        raise SettingsError(message)
