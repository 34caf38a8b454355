"""Building the book: check, execute, render aside, look it over, swap it in.

A failure at any step leaves the last good book whole.
"""

from __future__ import annotations

import contextlib
import io
import time
from collections.abc import Mapping
from concurrent.futures import Executor
from pathlib import Path

from livingreview.book.settings import read_settings
from livingreview.book.staging import (
    BuildError,
    discard,
    doctrees_of,
    publish,
    staging_of,
    take_stock,
)
from livingreview.checks import require_sound
from livingreview.citation import read_citation
from livingreview.execution import Limits, chapter_store, execute_chapters, hash_inputs
from livingreview.files import hash_project, locked, note_published, recover
from livingreview.manuscript import find_pages

__all__ = ["BuildError", "build_book", "render"]


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
        take_stock(staging_of(target), report)
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
            limits=read_limits(root),
            report=lambda line: report(f"  {line}"),
            meanwhile=renew,
        )
        report(f"chapters ready after {time.perf_counter() - start:.1f} s")
        publish(render(root, staging_of(target), checked, notebooks), target)
        note_published(root, inputs)
    report(f"book built in {time.perf_counter() - start:.1f} s: {target / 'index.html'}")
    return target


def read_limits(root: Path) -> Limits:
    """What a chapter may take by the book's configuration; BuildError where that is not understood."""
    try:
        return Limits(seconds=read_settings(root)["nb_execution_timeout"])
    except ValueError as problem:  # a `SettingsError` is one
        raise BuildError(str(problem)) from None


def render(root: Path, pages: Path, checked: str, notebooks: Mapping[Path, object]) -> Path:
    """Run Sphinx into a folder aside, `pages`, every warning an error; returns that folder.

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

    told = io.StringIO()
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
                doctreedir=doctrees_of(pages),
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
        discard(pages)
        message = (
            f"{told.getvalue()}\n{failed}\nThe book could not be built (see above). "
            "The last good book in _build/html is untouched; mend the cause and build again."
        )
        raise BuildError(message)
    return pages
