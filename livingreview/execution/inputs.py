"""Current hashes of what chapters can read."""

from __future__ import annotations

import platform
from collections.abc import Callable
from functools import cache
from pathlib import Path

from livingreview.evidence import Evidence, load_evidence, select_class
from livingreview.execution.notebooks import digest

ENGINE = (
    "livingreview/**/*.py",
    "livingreview/display/templates/*",
    "livingreview/citation/*.csl",
    "requirements.txt",
)
WEB = ("livingreview/book/web/**/*", "livingreview/book/theme/**/*")
DATA = ("data/*",)
ASSETS = ("docs/**/*",)  # icons and pictures that pages may show
CHECKED = (*DATA, "chapters/*.md", "_config.yml", "_toc.yml", "CITATION.cff", "review.yml", "docs/*")
READ = (*ENGINE, *DATA, "CITATION.cff", "review.yml")  # what chapters read beside their own text
HASHED = {"engine": ENGINE, "web": WEB, "assets": ASSETS, "data": DATA, "checked": CHECKED, "read": READ}


def hash_inputs(root: Path) -> Callable[[str], str]:
    """A function from an input's name to its current hash; each is computed once.

    Names are those of `HASHED`, such as ``engine`` and ``data``, and ``slice:…``, ``file:…`` and ``dir:…``.
    """

    @cache
    def evidence() -> Evidence:
        return load_evidence(root)

    @cache
    def hash_of(name: str) -> str:
        kind, _, what = name.partition(":")
        if patterns := HASHED.get(kind):
            return hash_files(
                root,
                sorted({path for pattern in patterns for path in root.glob(pattern) if path.is_file()}),
                platform.python_version(),
            )
        if kind == "slice":
            part, _, class_id = what.partition(":")
            try:
                return hash_evidence(select_class(evidence(), class_id) if part == "class" else evidence())
            except KeyError:
                return "gone"
        path = root / what
        if kind == "dir":
            return (
                digest(
                    "\n".join(
                        sorted(
                            item.name
                            for item in path.iterdir()
                            if not item.name.startswith(("__pycache__", "."))
                        )
                    )
                )
                if path.is_dir()
                else "gone"
            )
        # A folder may come to stand where a chapter looked in vain.
        return digest(path.read_bytes()) if path.is_file() else "a folder" if path.is_dir() else "gone"

    return hash_of


def hash_files(root: Path, paths: list[Path], *extra: str) -> str:
    """One hash over some files of the project: their names and contents."""
    return digest(
        *extra, *(part for path in paths for part in (path.relative_to(root).as_posix(), path.read_bytes()))
    )


def hash_evidence(evidence: Evidence) -> str:
    """One hash over everything a slice of the evidence can show: schema, rows, bibliography, names."""
    tables = [
        part for name, frame in sorted(evidence.tables.items()) for part in (name, frame.to_csv(index=False))
    ]
    entries = [f"{key}{entry!r}" for key, entry in sorted(evidence.bibliography.entries.items())]
    names = [f"{key}{name}" for key, name in sorted(evidence.report_names.items())]
    return digest(repr(evidence.package), *tables, *entries, *names)
