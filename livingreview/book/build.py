"""Building the book: check, execute, render aside, look it over, swap it in.

A failure at any step leaves the last good book whole.
"""

from __future__ import annotations

import contextlib
import fcntl
import io
import shutil
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor
from pathlib import Path

from livingreview.book.settings import read_settings
from livingreview.checks import require_sound
from livingreview.citation import read_citation
from livingreview.execution import chapter_store, execute_chapters, hash_inputs
from livingreview.files import hash_project, note_published, recover, replace_folder
from livingreview.manuscript import find_pages


class BuildError(Exception):
    """The book could not be built; the published one is untouched."""


def build_book(
    root: Path, *, engine: str | None = None, executor: Executor | None = None, report=print
) -> Path:
    """Build the whole book into ``<root>/_build/html`` and return that folder.

    Parameters
    ----------
    engine : {"fork", "kernel"}, optional
        How chapters are run, see `livingreview.execution`.
    executor : concurrent.futures.Executor, optional
        Who runs them; default: the cores of this machine.

    Raises
    ------
    livingreview.checks.DataError
        If the data are not fit to publish; nothing was started.
    livingreview.execution.ChapterError
        If chapters failed; all others were finished first.
    BuildError
        If a page could not be made.
    """
    start, inputs = time.perf_counter(), hash_project(root)
    hash_of = hash_inputs(root)
    checked = hash_of(
        "checked"
    )  # taken before the check: files edited meanwhile are not those that were checked
    require_sound(root)
    report(f"data checked in {time.perf_counter() - start:.1f} s")
    target = root / "_build" / "html"
    with locked(root / "_build", report):
        recover(target)
        pages = find_pages(root / "chapters")

        def renew() -> None:
            # Here: importing what writes pages takes as long as a chapter, and chapters are running.
            from livingreview.book.made import renew_reports

            renew_reports(root, read_citation(root), hash_of)

        notebooks = execute_chapters(
            root,
            pages,
            store=chapter_store(root),
            engine=engine,
            executor=executor,
            report=lambda line: report(f"  {line}"),
            meanwhile=renew,
        )
        report(f"chapters ready after {time.perf_counter() - start:.1f} s")
        staged = render(root, root / "_build" / ".staging", checked, notebooks)
        look_over(staged)
        publish(staged, target)
        note_published(root, inputs)
    report(f"book built in {time.perf_counter() - start:.1f} s: {target / 'index.html'}")
    return target


def render(root: Path, staging: Path, checked: str, notebooks: Mapping[Path, object]) -> Path:
    """Run Sphinx into a folder aside, every warning an error; returns the folder of pages.

    In this process, which has imported everything already: starting another takes longer than most updates.

    Parameters
    ----------
    checked : str
        Hash of the files that were found sound.
    notebooks : mapping
        Every chapter with its outputs.
    """
    from sphinx.application import Sphinx
    from sphinx.util.docutils import docutils_namespace, patch_docutils

    from livingreview.book.extension import PREPARED, Prepared

    pages, told = staging / "_build" / "html", io.StringIO()
    token = PREPARED.set(Prepared(checked, notebooks))
    try:
        with (
            contextlib.redirect_stdout(told),
            contextlib.redirect_stderr(told),
            patch_docutils(),
            docutils_namespace(),
        ):
            book = Sphinx(
                srcdir=root,
                confdir=None,
                outdir=pages,
                doctreedir=pages.with_name(".doctrees"),
                buildername="html",
                confoverrides=read_settings(root) | {"nitpicky": True},
                status=None,
                warning=told,
                warningiserror=True,
                keep_going=True,
            )
            book.build()
        failed = "a page has a warning" if book.statuscode else ""
    except (Exception, SystemExit) as problem:
        failed = str(problem)
    finally:
        PREPARED.reset(token)
    if failed:
        # Sphinx would call a second run clean without re-reading the page that failed.
        shutil.rmtree(staging, ignore_errors=True)
        message = (
            f"{told.getvalue()}\n{failed}\nThe book could not be built (see above). "
            "The last good book in _build/html is untouched; mend the cause and build again."
        )
        raise BuildError(message)
    return pages


def look_over(pages: Path) -> None:
    """Refuse a book that lacks its start page, its search index or its charts' library."""
    for name in (
        "index.html",
        "searchindex.js",
        "_static/lr-chart.js",
        "_static/lr.css",
        "_static/vendor/vega.min.js",
        "_static/vendor/vega-interpreter.min.js",
    ):
        if not (pages / name).is_file():
            msg = f"the built book lacks {name}; the last good book is untouched"
            raise BuildError(msg)


def publish(staged: Path, target: Path) -> None:
    """Put a finished book in place of the old one; a full disk or a kill leaves the old one whole."""
    fresh = target.with_name("html.new")
    try:
        # Sphinx's own notes about its configuration name folders of this machine, and no reader needs them.
        shutil.copytree(staged, fresh, ignore=shutil.ignore_patterns(".buildinfo*"))
    except OSError as problem:
        shutil.rmtree(fresh, ignore_errors=True)
        msg = f"the finished book could not be copied into place ({problem}); the last good book is untouched"
        raise BuildError(msg) from problem
    replace_folder(fresh, target)


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
