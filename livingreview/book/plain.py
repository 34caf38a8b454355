"""Plain ``jupyter-book build .`` makes its pages aside as well: in the same folder, under the same lock.

Sphinx by itself writes into the published folder: a reader, or a kill, finds old and new pages mixed.
Here its folders are exchanged before it looks at them, and what it made is published when it is whole.
"""

from __future__ import annotations

from pathlib import Path

from sphinx.errors import ExtensionError

from livingreview.book.staging import (
    BuildError,
    discard,
    doctrees_of,
    publish,
    staging_of,
    take_stock,
)
from livingreview.files import recover, take_lock

PUBLISHED = "html"  # the builder whose pages are published


def go_aside(app, root: Path, report=print) -> None:
    """Lead a build of Sphinx's into the staging folder, before it has read anything."""
    target = Path(app.outdir)
    pages = staging_of(target)
    try:
        app.livingreview_lock = take_lock(root / "_build", report)
        recover(target)
        take_stock(pages, report)
        pages.mkdir(parents=True, exist_ok=True)
    except OSError as error:  # a folder that may not be written into
        msg = f"the book could not be built: {error}; the last good book is untouched"
        raise ExtensionError(msg) from None
    kind = type(app.outdir)
    app.livingreview_target, app.outdir, app.doctreedir = target, kind(pages), kind(doctrees_of(pages))


def stay_for_pages(app) -> None:
    """Let a builder of something else, such as Sphinx's check of links, write where it was told to."""
    if getattr(app, "livingreview_target", None) and app.builder.name != PUBLISHED:
        app.outdir = app.builder.outdir = type(app.outdir)(app.livingreview_target)
        app.livingreview_target = None


def come_back(app, error) -> None:
    """Publish what was made aside; what has a warning only if that is no error, and then it is made again."""
    target = getattr(app, "livingreview_target", None)
    if target is None:
        return
    pages = Path(app.outdir)
    warned = bool(app._warncount)
    refused = app.warningiserror or getattr(
        app, "keep_going", False
    )  # Sphinx counts either way of asking as one only
    try:
        if not error and not (warned and refused):
            publish(pages, target)
    except BuildError as problem:
        raise ExtensionError(str(problem)) from None
    finally:
        if error or warned:
            discard(pages)  # Sphinx would call a second run clean without reading the page again
        app.outdir = type(app.outdir)(target)  # it names the folder in its last line
        app.livingreview_target = None
        app.livingreview_lock.close()
