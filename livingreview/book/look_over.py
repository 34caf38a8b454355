"""A last look at a finished book: nothing in it is missing, empty, half-written or leads nowhere."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote

NEEDED = (
    "index.html",
    "searchindex.js",
    "_static/lr-page.js",
    "_static/lr.css",
)
UNFINISHED = (".tmp", ".part", ".new", ".bak", "~")
# What a page leads to or loads, less its query and fragment; addresses with a scheme are not the book's.
LINK = re.compile(r"""<(?:a|link|script|img|source|object)\b[^>]*?\s(?:href|src|data)="([^"#?:]+)[#?"]""")
END = "</html>"


def look_over(pages: Path, unpublished: Callable = lambda folder, names: ()) -> list[str]:
    """What is wrong with a finished book, one line each; nothing if it is fit to be published.

    Parameters
    ----------
    pages : Path
        The folder of the book.
    unpublished : callable
        Which names of a folder stay behind, as `shutil.copytree` asks it.
    """
    files = dict(_walk(pages, "", unpublished))
    problems = [f"{name} is missing" for name in NEEDED if name not in files]
    problems += [f"{name} is empty" for name, path in files.items() if not path.stat().st_size]
    problems += [f"{name} is a file that was not finished" for name in files if name.endswith(UNFINISHED)]
    found: dict[str, bool] = {}
    for name, path in files.items():
        if name.endswith(".html"):
            problems += [f"{name} {wrong}" for wrong in _look_at(name, path, files, found)]
    return problems


def _look_at(name: str, path: Path, files: dict, found: dict[str, bool]) -> Iterator[str]:
    text = path.read_text(encoding="utf-8", errors="replace")
    if not text.rstrip().endswith(END):
        yield "breaks off"
    for link in sorted(set(LINK.findall(text))):
        there = posixpath.normpath(posixpath.join(posixpath.dirname(name), unquote(link)))
        if there not in found:  # a folder's address leads to its start page
            found[there] = there in files or posixpath.normpath(f"{there}/index.html") in files
        if not found[there]:
            yield f"leads to {link}, which is not there"


def _walk(folder: Path, prefix: str, unpublished: Callable) -> Iterator[tuple[str, Path]]:
    names = sorted(path.name for path in folder.iterdir())
    left = set(unpublished(str(folder), names))
    for name in names:
        path = folder / name
        if name in left:
            continue
        if path.is_dir():
            yield from _walk(path, f"{prefix}{name}/", unpublished)
        else:
            yield f"{prefix}{name}", path
