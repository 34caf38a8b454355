"""Where pages are made before they are published, by whichever command: one build at a time, and sealed.

Sphinx goes by what it has stored, and stores it before it writes the pages: after a kill, or where a file
was damaged, its next run would take for done what is not. So a build that went through leaves a seal,
a list of all files in the staging folder with their hashes, and the next one breaks it before it changes any.
Where the seal is missing or does not hold, the folder is emptied and every page is made again.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from livingreview.book.look_over import look_over
from livingreview.files import hash_bytes, keep, read_kept, remove, replace_folder

FOLDER, SEAL = ".staging", "seal"
# Sphinx's notes about its configuration name folders of this machine; the theme's macros are no pages.
UNPUBLISHED = shutil.ignore_patterns(".buildinfo*", "*webpack-macros.html")


class BuildError(Exception):
    """The book could not be built; the published one is untouched."""


def staging_of(target: Path) -> Path:
    """The folder in which the pages are made that are published as `target`."""
    return target.parent / FOLDER / "_build" / target.name


def doctrees_of(pages: Path) -> Path:
    """Where Sphinx keeps what it has read for the pages in a staging folder."""
    return pages.with_name(".doctrees")


def take_stock(pages: Path, report=print) -> None:
    """Leave in the staging folder of `pages` what the last build left there whole, or nothing."""
    folder = pages.parent
    if not folder.is_dir():
        remove(folder if folder.exists() else folder.parent)
        return
    text = read_kept(_seal(pages))
    if text is not None and json.loads(text) == _hashes(folder):
        return
    why = "an earlier build did not come to its end" if text is None else "files in it were changed"
    report(f"{folder.parent.name}: {why}; all pages are made again")
    discard(pages)


def break_seal(pages: Path) -> None:
    """From here on the staging folder is not whole, until it is sealed again."""
    remove(_seal(pages))


def seal(pages: Path) -> dict[str, str]:
    """Say that a build went through: what stands in the staging folder may be built upon.

    Returns the hash of each file there, by its path from the folder around `pages`.
    """
    hashes = _hashes(pages.parent)
    keep(_seal(pages), json.dumps(hashes))
    return hashes


def discard(pages: Path) -> None:
    """Empty the staging folder of `pages`."""
    break_seal(pages)
    remove(pages.parent)


def publish(pages: Path, target: Path) -> None:
    """Look a finished book over, seal it, and put it in place of the old one.

    A full disk or a kill leaves the old one whole.

    Raises
    ------
    BuildError
        If the book is not fit to be published, or could not be copied into place.
    """
    if wrong := look_over(pages, UNPUBLISHED):
        discard(pages)
        told = "\n".join(f"  {line}" for line in wrong[:20])
        msg = (
            f"the built book is not whole ({len(wrong)} problem(s)); the last good book is untouched:\n{told}"
        )
        raise BuildError(msg)
    fresh = target.with_name(target.name + ".new")
    try:
        made = seal(pages)
        remove(fresh)
        shutil.copytree(pages, fresh, ignore=UNPUBLISHED)
        if any(made.get(f"{pages.name}/{name}") != value for name, value in _hashes(fresh).items()):
            raise OSError("what was written cannot be read back")  # noqa: EM101 (as a system says it)
    except OSError as problem:
        remove(fresh)
        msg = f"the finished book could not be copied into place ({problem}); the last good book is untouched"
        raise BuildError(msg) from problem
    replace_folder(fresh, target)


def _seal(pages: Path) -> Path:
    return pages.parent.parent / SEAL


def _hashes(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hash_bytes(path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
