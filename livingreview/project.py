"""The project folder: where it is, and whether the published book is already the one a build would make.

Only the standard library is imported here, so that an unchanged book is told in a moment.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Iterator
from pathlib import Path

DESCRIPTOR = "datapackage.json"
NOTE = ".published.json"
RELEASES = "releases"  # folder of the frozen versions
SKIPPED = {"_build", "__pycache__", "reports", "node_modules"}  # what builds write themselves


def find_root(start: str | os.PathLike | None = None) -> Path:
    """The project folder: the nearest one, from `start` (default: here) upwards, that holds ``data/datapackage.json``.

    Raises
    ------
    FileNotFoundError
        If there is none.
    """
    here = Path(start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / "data" / DESCRIPTOR).is_file():
            return folder
    raise FileNotFoundError(f"no data/{DESCRIPTOR} in {here} or any folder above it: run this inside the project")


def hash_project(root: Path) -> str:
    """One hash over every file of the project that a build could read, and over Python's version."""
    total = hashlib.sha256(platform.python_version().encode())
    for path in _walk(root):
        total.update(f"{path.relative_to(root).as_posix()}\0{path.stat().st_size}\0".encode() + path.read_bytes())
    return total.hexdigest()


def note_published(root: Path, inputs: str) -> None:
    """Write down what the published book was made from, and its files as they stand."""
    path = root / "_build" / NOTE
    path.with_suffix(".part").write_text(json.dumps({"inputs": inputs, "files": _published(root)}), encoding="utf-8")
    os.replace(path.with_suffix(".part"), path)


def is_current(root: Path) -> bool:
    """Whether nothing changed since the last build: no input, and no file of the book."""
    try:
        note = json.loads((root / "_build" / NOTE).read_text(encoding="utf-8"))
        return note["files"] == _published(root) and note["inputs"] == hash_project(root)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _walk(folder: Path) -> Iterator[Path]:
    for entry in sorted(os.scandir(folder), key=lambda item: item.name):
        if entry.name.startswith(".") or entry.name in SKIPPED or entry.name.endswith((".pyc", ".egg-info")):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(Path(entry.path))
        elif entry.is_file():
            yield Path(entry.path)


def _published(root: Path) -> dict[str, list[int]]:
    base = root / "_build" / "html"
    return {path.relative_to(base).as_posix(): [(status := path.stat()).st_size, status.st_mtime_ns] for path in sorted(base.rglob("*")) if path.is_file()}
