"""A build that kills itself at a named station, whichever of the two commands it is.

``python -P tests/killed.py STATION SIGNAL build|plain`` in a project folder; a file of its own, since it runs
with the engine of that project.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

NUMBER = signal.SIGKILL


def die(*_, **__) -> None:
    """End this process as the system would."""
    os.kill(os.getpid(), NUMBER)


def replace(owner, name: str, make: Callable) -> None:
    """Put what `make` makes of a function in its place."""
    setattr(owner, name, make(getattr(owner, name)))


def nth(number: int, last: Callable = die) -> Callable[[Callable], Callable]:
    """A function as it was, but at its n-th call: then `last` comes instead."""

    def make(function: Callable) -> Callable:
        calls = []

        def counted(*arguments, **named):
            calls.append(1)
            return (last if len(calls) == number else function)(*arguments, **named)

        return counted

    return make


def afterwards(function: Callable) -> Callable:
    """A function that is the last thing its process does."""

    def called(*arguments, **named):
        function(*arguments, **named)
        die()

    return called


def half_a_page(self, pagename, *_, **__) -> None:
    """Open a page and write some of it."""
    path = Path(self.get_outfilename(pagename))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("<!DOCTYPE html>\n<html><body>", encoding="utf-8")
    die()


def half_an_index(self, stream, *_) -> None:
    """Write some of the search index."""
    stream.write("Search.setIndex({")
    stream.flush()
    die()


def half_a_copy(source, target, **_) -> None:
    """Copy some of the book."""
    os.mkdir(target)
    shutil.copy(Path(source) / "index.html", Path(target) / "index.html")
    die()


def half_exchanged(fresh, target) -> None:
    """Where folders cannot be exchanged, the old one is renamed first."""
    os.rename(target, target.with_name(target.name + ".old"))
    die()


def in_check() -> None:
    from livingreview.book import build, extension

    build.require_sound = extension.require_sound = die


def in_chapters() -> None:
    from livingreview.execution.store import Store

    replace(Store, "keep", afterwards)


def in_chapters_later() -> None:
    from livingreview.execution.store import Store

    replace(Store, "keep", nth(3))


def in_reading() -> None:
    from sphinx.builders import Builder

    replace(Builder, "write_doctree", afterwards)


def environment_stored() -> None:
    from sphinx.environment import BuildEnvironment

    BuildEnvironment.check_consistency = die


def page_opened() -> None:
    from sphinx.builders.html import StandaloneHTMLBuilder

    StandaloneHTMLBuilder.handle_page = half_a_page


def in_writing() -> None:
    from sphinx.builders.html import StandaloneHTMLBuilder

    replace(StandaloneHTMLBuilder, "handle_page", nth(4, half_a_page))


def index_half_written() -> None:
    from sphinx.search import IndexBuilder

    IndexBuilder.dump = half_an_index


def in_finishing() -> None:
    from livingreview.book import extension

    replace(extension, "finish_page", nth(3))


def sealed() -> None:
    from livingreview.book import staging

    replace(staging, "seal", afterwards)


def half_copied() -> None:
    from livingreview.book import staging

    staging.shutil.copytree = half_a_copy


def folder_half_exchanged() -> None:
    from livingreview import files

    files.exchange = half_exchanged


def folder_exchanged() -> None:
    from livingreview import files

    replace(files, "exchange", afterwards)


STATIONS = {
    "check": in_check,
    "first chapter done": in_chapters,
    "chapters running": in_chapters_later,
    "pages being read": in_reading,
    "environment stored": environment_stored,
    "first page opened": page_opened,
    "pages being written": in_writing,
    "search index half-written": index_half_written,
    "pages being finished": in_finishing,
    "sealed, not yet copied": sealed,
    "half copied": half_copied,
    "folder half exchanged": folder_half_exchanged,
    "folder exchanged": folder_exchanged,
}


def main(station: str, name: str, command: str) -> None:
    """Run one of the two commands up to a station."""
    global NUMBER
    NUMBER = getattr(signal, name)
    STATIONS[station]()
    if command == "plain":
        from jupyter_book.cli.main import main as run

        sys.argv = ["jupyter-book", "build", ".", "-W", "-n", "--keep-going", "-q"]
        run()
    else:
        from livingreview.cli import main as run

        sys.exit(run(["build"]))


if __name__ == "__main__":
    main(*sys.argv[1:])
