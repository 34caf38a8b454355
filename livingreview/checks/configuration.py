"""Is ``_config.yml`` a configuration that Jupyter Book reads, and one by which the engine builds the book?"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from livingreview.checks.documents import is_there, read_document
from livingreview.checks.json_schema import Finding, check_against, tell_unknown
from livingreview.checks.problems import Problem, quote

if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec

FILE = "_config.yml"
EXTENSION = "livingreview.book.extension"
# Read by Jupyter Book 1 though its own schema does not list them.
UNLISTED = ("only_build_toc_files", "project")
IMAGES = (
    ("logo",),
    ("html", "favicon"),
    ("sphinx", "config", "html_favicon"),
    ("sphinx", "config", "html_logo"),
)
# Where Sphinx and its extensions name their settings: a call, the table of Sphinx itself, former names, and
# the fields of a class whose names they take over with a word before each.
NAMED = re.compile(
    r"""(?:add_config_value\(\s*(?:name=)?|"legacy_name": )["'](\w+)|^ +["'](\w+)["']: _Opt\(""", re.MULTILINE
)
FIELD = re.compile(r"^    (\w+): ", re.MULTILINE)
FIELDS = {"myst_nb": ("core/config.py", "nb_"), "myst_parser": ("config/main.py", "myst_")}
# Packages that every book loads, or that its own extensions load.
ALWAYS = (
    "sphinx", "sphinx.ext.mathjax", "myst_parser", "sphinx_external_toc", "sphinx_book_theme",
    "pydata_sphinx_theme",
)  # fmt: skip
FORMS = {"execute_notebooks": "cache: the engine runs what is stale and fills that cache"}


def check_configuration(root: Path) -> list[Problem]:
    """Every problem in ``<root>/_config.yml``."""
    document, problems = read_document(Path(root) / FILE, FILE, expected="Jupyter Book's configuration")
    if document is None:
        return problems
    config = document.content
    told: set[tuple] = set()
    for path, *rest in (
        *_check_keys(config),
        *_check_settings(config),
        *_check_engine(config),
        *_check_images(root, config),
    ):
        if path not in told:
            problems.append(document.problem(path, *rest))
            told.add(path)
    return problems


@cache
def _schema() -> dict:
    """Jupyter Book's own schema of its configuration, read without loading Jupyter Book."""
    package = cast("ModuleSpec", find_spec("jupyter_book"))
    folder = Path(cast(str, package.origin)).parent
    return json.loads((folder / "config_schema.json").read_text(encoding="utf-8"))


def _check_keys(config: dict) -> Iterator[Finding]:
    """Kinds of values, and keys that nobody reads."""
    sections = _schema()["properties"]
    known = sorted({*sections, *UNLISTED})
    for key in config:
        if key not in known:
            yield tell_unknown((str(key),), str(key), known)
    yield from check_against(_schema(), config, forms=FORMS)
    for section, inner in config.items():
        names = sections.get(section, {}).get("properties")
        for key in inner if names and isinstance(inner, dict) else ():
            # Jupyter Book reads more keys than it lists: only what looks like a slip of the pen is told.
            if key not in names and difflib.get_close_matches(str(key), names, 1, 0.85):
                yield tell_unknown((section, str(key)), str(key), sorted(names))


def _check_settings(config: dict) -> Iterator[Finding]:
    """Settings of Sphinx that neither Sphinx nor an extension of this book names: they would do nothing."""
    settings = look_up(config, "sphinx", "config")
    if not isinstance(settings, dict):
        return
    listed = (settings.get("extensions"), look_up(config, "sphinx", "extra_extensions"))
    extensions = {str(name) for names in listed if isinstance(names, list) for name in names if name}
    own = {name if name.startswith("sphinx.ext.") else name.split(".")[0] for name in extensions}
    known = _settings_of(tuple(sorted({*ALWAYS, *own})))
    for key in map(str, settings):
        if key not in known:
            expected = "a setting of Sphinx or of an extension of this book"
            yield tell_unknown(("sphinx", "config", key), key, sorted(known), expected)


@cache
def _settings_of(modules: tuple[str, ...]) -> frozenset[str]:
    """Every setting that these modules name, read from their code: loading Sphinx would take longer."""
    names = {"extensions"}
    for module in modules:
        spec = find_spec(module)
        if spec is None or spec.origin is None:
            continue
        origin = Path(spec.origin)
        files = origin.parent.rglob("*.py") if spec.submodule_search_locations else [origin]
        for file in files:
            if file == origin or file.parent.parts[-2:] != ("sphinx", "ext"):  # nobody loads them unasked
                for groups in NAMED.findall(file.read_text(encoding="utf-8", errors="replace")):
                    names.update(filter(None, groups))
        if module in FIELDS:
            name, before = FIELDS[module]
            fields = FIELD.findall((origin.parent / name).read_text(encoding="utf-8"))
            names.update(before + field for field in fields)
    return frozenset(names)


def _check_engine(config: dict) -> Iterator[Finding]:
    """What the engine relies on: its extension, its cache of outputs, no page that the contents lack."""
    # A list of extensions under `config` stands in place of the usual ones and of those added to them.
    path: tuple[str, ...] = ("sphinx", "config", "extensions")
    if look_up(config, *path) is None:
        path = ("sphinx", "extra_extensions")
    extensions = look_up(config, *path)
    if not isinstance(extensions, list) or EXTENSION not in extensions:
        mend = f"add {EXTENSION}"
        found = quote(extensions) if extensions else "nothing"
        yield path, "extension-missing", found, f"{EXTENSION}, which checks, runs and finishes the book", mend
    mode = look_up(config, "execute", "execute_notebooks")
    if mode != "cache":
        path, mend = ("execute", "execute_notebooks"), "say `execute_notebooks: cache`"
        yield path, "execute-mode", "nothing" if mode is None else quote(mode), FORMS[path[1]], mend
    mode = look_up(config, "sphinx", "config", "nb_execution_mode")
    if mode not in (None, "cache"):
        path, mend = ("sphinx", "config", "nb_execution_mode"), "delete the line"
        yield path, "execute-mode", quote(mode), FORMS["execute_notebooks"], mend
    if look_up(config, "sphinx", "config", "nb_execution_raise_on_error") is False:
        path, mend = ("sphinx", "config", "nb_execution_raise_on_error"), "say `true`"
        yield path, "errors-published", "false", "true: no page with an error in it is published", mend
    if config.get("only_build_toc_files") is not True:
        path, found = ("only_build_toc_files",), quote(config.get("only_build_toc_files", "nothing"))
        expected = "true: a file that is part of other pages is no page"
        yield path, "pages-beside", found, expected, "say `only_build_toc_files: true`"


def _check_images(root: Path, config: dict) -> Iterator[Finding]:
    for path in IMAGES:
        image = look_up(config, *path)
        named = isinstance(image, str) and image and not image.startswith(("http://", "https://"))
        if named and not is_there(Path(root) / image):
            mend = "correct the path, or take the line out"
            yield path, "image-missing", quote(image), "a file of the project", mend


def look_up(config: Any, *path: str) -> Any:
    """A value by its path of keys; None where there is none."""
    for key in path:
        config = config.get(key) if isinstance(config, dict) else None
    return config
