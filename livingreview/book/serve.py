"""The book on this machine alone, made anew and loaded again whenever a file of the project is saved.

What a chapter's author or an extractor keeps open beside the text or the sheet. While something is wrong the
last good book stays in view, under a banner that says what and how to mend it. The server adds one script and
one style sheet to the pages that it sends; the built files stay as they are.
"""

from __future__ import annotations

import errno
import json
import mimetypes
import signal
import threading
import urllib.parse
from collections.abc import Callable
from html import escape
from pathlib import Path

from livingreview.book.keeping import Keeper
from livingreview.surveillance.loopback import HomeHandler, Loopback

PORT = 8000  # asked for where none is named; another where it is taken
WEB = Path(__file__).parent / "serving"
OWN = "/.serve/"  # no file of a book begins with a point
FILES = {f"{OWN}serve.css": "text/css; charset=utf-8", f"{OWN}serve.js": "text/javascript; charset=utf-8"}
HTML = "text/html; charset=utf-8"


class ServeError(Exception):
    """The book cannot be shown; the message says what to do."""


class _Handler(HomeHandler):
    """The files of the book, the two that are added to its pages, and the state of its making."""

    server: _Server
    policy = "frame-ancestors 'none'; base-uri 'none'"  # beside that of the page itself

    def do_GET(self) -> None:
        path = urllib.parse.unquote(self.path.partition("?")[0])
        if not self.is_at_home():
            told = f"Only {self.server.address} is answered here.\n"
            self.send(403, told.encode(), "text/plain; charset=utf-8")
        elif path == f"{OWN}state":
            self.send(200, json.dumps(self.server.keeper.state()).encode(), "application/json")
        elif path in FILES:
            self.send(200, (WEB / path.removeprefix(OWN)).read_bytes(), FILES[path])
        else:
            self._send_file(path)

    def _send_file(self, path: str) -> None:
        book = self.server.keeper.state()["book"]
        file = find_file(self.server.keeper.root / "_build" / "html", path)
        if file is None:
            page = (WEB / "wait.html").read_text(encoding="utf-8")
            self.send(404 if book else 200, add_script(page, book).encode(), HTML)
        elif file.suffix == ".html":
            self.send(200, add_script(file.read_text(encoding="utf-8"), book).encode(), HTML)
        else:
            kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
            is_text = kind.startswith("text/") or kind.endswith(("json", "javascript", "xml"))
            self.send(200, file.read_bytes(), f"{kind}; charset=utf-8" if is_text else kind)


class _Server(Loopback):
    def __init__(self, keeper: Keeper, port: int):
        super().__init__(_Handler, port)
        self.keeper = keeper


def find_file(folder: Path, path: str) -> Path | None:
    """The file of a book at an address; None where there is none, or where it would lie outside the book."""
    try:
        found = (folder / path.lstrip("/")).resolve()
        file = found / "index.html" if found.is_dir() else found
        return file if file.is_relative_to(folder.resolve()) and file.is_file() else None
    except (OSError, ValueError):  # a name that no file can have
        return None


def add_script(page: str, book: str) -> str:
    """A page with what loads it again and shows the banner; `book` is the one that it is of."""
    added = (
        f'<link rel="stylesheet" href="{OWN}serve.css">'
        f'<script src="{OWN}serve.js" data-book="{escape(book)}"></script>'
    )
    head, end, tail = page.rpartition("</body>")
    return f"{head}{added}{end}{tail}" if end else f"{page}{added}"


def open_server(keeper: Keeper, port: int | None = None) -> Loopback:
    """A server of a book, not yet running.

    Raises
    ------
    ServeError
        If the port that is named is taken; where none is named, another is.
    """
    try:
        return _Server(keeper, PORT if port is None else port)
    except (OSError, OverflowError) as error:
        if port is None:
            return _Server(keeper, 0)
        is_taken = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
        why = "is taken, perhaps by another serve" if is_taken else f"cannot be used ({error})"
        msg = f"--port {port} {why}: name another, or none to have a free one"
        raise ServeError(msg) from None


def serve(
    root: Path,
    *,
    port: int | None = None,
    browse: Callable[[str], object] = lambda address: None,
    tell: Callable[[str], None] = print,
) -> None:
    """Show a project's book until the process, which is to end then, is interrupted (Ctrl-C) or terminated.

    Parameters
    ----------
    port : int, optional
        By default 8000, or any that is free where that is taken.
    browse : callable
        Opens an address.

    Raises
    ------
    ServeError
        If the port that is named is taken.
    """
    keeper = Keeper(root, tell)
    server = open_server(keeper, port)
    if port is None and server.server_port != PORT:
        tell(f"port {PORT} is taken, perhaps by another serve")
    tell(f"the book, built anew on each save: {server.address}\nCtrl-C ends.")
    # Told by a handler, not by an exception: however often it is asked to end, it ends once and cleanly.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    making = threading.Thread(target=keeper.keep)
    making.start()
    try:
        browse(server.address)
        server.serve_forever()
    finally:
        keeper.end()
        making.join()
        server.server_close()
    tell("\nended; the book in _build/html is the last good one")
