"""Building the book: check, execute, render aside, look it over, swap it in. A failure at any step leaves the last good book whole."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from livingreview.checks import require_sound


class BuildError(Exception):
    """The book could not be built; the published one is untouched."""


def build_book(root: Path, *, report=print) -> Path:
    """Build the whole book into ``<root>/_build/html`` and return that folder.

    Raises
    ------
    livingreview.checks.DataError
        If the data are not fit to publish; nothing was started.
    BuildError
        If a page could not be made.
    """
    start = time.perf_counter()
    require_sound(root)
    report(f"data checked in {time.perf_counter() - start:.1f} s")
    target = root / "_build" / "html"
    with locked(root / "_build", report):
        recover(target)
        staged = render(root, root / "_build" / ".staging", report)
        look_over(staged)
        publish(staged, target)
    report(f"book built in {time.perf_counter() - start:.1f} s: {target / 'index.html'}")
    return target


def render(root: Path, staging: Path, report=print) -> Path:
    """Run Jupyter Book into a folder aside, every warning an error; returns the folder of pages."""
    command = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build", str(root), "--path-output", str(staging), "-W", "-n", "--keep-going", "-q"]
    staging.mkdir(parents=True, exist_ok=True)
    told = []
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8", errors="replace") as process:
        for line in process.stdout:
            told.append(line)
            if re.match(r"\[\d+/\d+\] ", line):
                report(f"  {line.rstrip()}")
    if process.returncode:
        # Sphinx would call a second run clean without re-reading the page that failed.
        shutil.rmtree(staging, ignore_errors=True)
        raise BuildError("".join(told) + "\nThe book could not be built (see above). The last good book in _build/html is untouched; mend the cause and build again.")
    return staging / "_build" / "html"


def look_over(pages: Path) -> None:
    """Refuse a book that lacks its start page, its search index or its charts' library."""
    for name in ("index.html", "searchindex.js", "_static/lr-chart.js", "_static/lr.css", "_static/vendor/vega.min.js"):
        if not (pages / name).is_file():
            raise BuildError(f"the built book lacks {name}; the last good book is untouched")


def publish(staged: Path, target: Path) -> None:
    """Put a finished book in place of the old one by renaming whole folders."""
    fresh, old = target.with_name("html.new"), target.with_name("html.old")
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(staged, fresh)
    if target.exists():
        os.rename(target, old)
    os.rename(fresh, target)
    shutil.rmtree(old, ignore_errors=True)


def recover(target: Path) -> None:
    """Undo what a killed build may have left between two renames."""
    old = target.with_name("html.old")
    if old.exists():
        if target.exists():
            shutil.rmtree(old, ignore_errors=True)
        else:
            os.rename(old, target)


@contextlib.contextmanager
def locked(folder: Path, report=print) -> Iterator[None]:
    """Let one build at a time into a folder; a second one waits. The lock dies with its process."""
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / ".lock", "w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            report("another build is running; waiting for it")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
