"""Current hashes of what chapters can read."""

from __future__ import annotations

import platform
from collections.abc import Callable
from functools import cache
from pathlib import Path

from livingreview.evidence import Evidence, load_evidence, select_class
from livingreview.execution.notebooks import digest
from livingreview.files import find_engine

ENGINE = (
    "livingreview/**/*.py",
    "livingreview/display/templates/*",
    "livingreview/citation/*.csl",
    "requirements.txt",
)
WEB = ("livingreview/book/web/**/*", "livingreview/book/theme/**/*")
DATA = ("data/*",)
ASSETS = ("docs/**/*",)  # icons and pictures that pages may show
OF_ENGINE = frozenset((*ENGINE, *WEB))  # beside the engine's package, which may be none of the project's own
CHECKED = (*DATA, "chapters/*.md", "_config.yml", "_toc.yml", "CITATION.cff", "review.yml", "docs/*")
READ = (*ENGINE, *DATA, "CITATION.cff", "review.yml")  # what chapters read beside their own text
HASHED = {"engine": ENGINE, "web": WEB, "assets": ASSETS, "data": DATA, "checked": CHECKED, "read": READ}


def hash_inputs(root: Path) -> Callable[[str], str]:
    """A function from an input's name to its current hash; each is computed once.

    Names are those of `HASHED`, such as ``engine`` and ``data``, and ``slice:…``, ``file:…`` and ``dir:…``.
    """

    engine = find_engine(root)

    @cache
    def evidence() -> Evidence:
        return load_evidence(root)

    @cache
    def hash_of(name: str) -> str:
        kind, _, what = name.partition(":")
        if patterns := HASHED.get(kind):
            parts = [(engine if pattern in OF_ENGINE else root, pattern) for pattern in patterns]
            found = {(path, base) for base, pattern in parts for path in base.glob(pattern) if path.is_file()}
            return hash_files(sorted(found), platform.python_version())
        if kind == "slice":
            part, _, class_id = what.partition(":")
            try:
                if part == "benchmarks":  # what `pages.opening.open_benchmarks` gives
                    from livingreview.tables.bounds import find_benchmarks  # where nothing changed not needed

                    return digest(repr(find_benchmarks(select_class(evidence(), class_id))))
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


def hash_files(paths: list[tuple[Path, Path]], *extra: str) -> str:
    """One hash over some files, each with the folder from which it is named: their names and contents."""
    return digest(
        *extra,
        *(part for path, base in paths for part in (path.relative_to(base).as_posix(), path.read_bytes())),
    )


def hash_evidence(evidence: Evidence) -> str:
    """One hash over everything a slice of the evidence can show: schema, rows, bibliography, names."""
    tables = [
        part for name, frame in sorted(evidence.tables.items()) for part in (name, frame.to_csv(index=False))
    ]
    entries = [f"{key}{entry!r}" for key, entry in sorted(evidence.bibliography.entries.items())]
    names = [f"{key}{name}" for key, name in sorted(evidence.report_names.items())]
    return digest(repr(evidence.package), *tables, *entries, *names)
