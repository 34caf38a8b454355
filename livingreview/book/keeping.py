"""Keeping a book up to the files that it is made from: looked at twice a second, built when one was saved.

A build is a process of its own, in a session of its own: it has the engine as it stands, and ends with all
that it started at once when it is to end. What it leaves is whole at any moment (see `staging`).
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from livingreview.checks import Problem
from livingreview.files import PAUSE, Stamp, book_of, settled, stamp_project

MOST = 50  # problems that a page lists
LONGEST = 12_000  # characters of what a failed build says
ENGINE = Path(__file__).resolve().parents[2]  # where Python finds this very engine
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


class Keeper:
    """One project, its book, and what a page must know of both.

    Parameters
    ----------
    tell : callable
        Takes a line for the terminal.

    Attributes
    ----------
    building : bool
    line : str
        What the build is at.
    problems : list of Problem
        Why there is no newer book: what a check found.
    words : str
        The same where a check found nothing: what the build said.
    """

    def __init__(self, root: Path, tell: Callable[[str], None] = print):
        self.root, self.tell = root, tell
        self.building, self.line = True, "looking at what changed"
        self.problems: list[Problem] = []
        self.words = ""
        self._last_good = ""  # the book that was there when they were found: of a newer one they are not true
        self._built: Stamp | None = None
        self._ended = threading.Event()
        self._starting = threading.Lock()
        self._process: subprocess.Popen[str] | None = None

    def state(self) -> dict[str, Any]:
        """What a page shows, as plain values."""
        book = book_of(self.root)
        problems = self.problems if book == self._last_good else []
        shown = ("place", "rule", "found", "expected", "mend")
        return {
            "book": book,
            "building": self.building,
            "line": self.line,
            "problems": [{name: getattr(item, name) for name in shown} for item in problems[:MOST]],
            "more": max(0, len(problems) - MOST),
            "words": self.words if book == self._last_good else "",
        }

    def keep(self) -> None:
        """Look and build until `end` is called from another thread."""
        while not self._ended.is_set():
            self.look()
            self._ended.wait(PAUSE)

    def look(self) -> None:
        """Build if a file was saved since the last build began."""
        if (stamp := stamp_project(self.root)) == self._built:
            return
        stamp = settled(lambda: stamp_project(self.root), stamp, self._ended.wait)
        self._tell_changes(stamp)
        self._built = stamp
        self._build(stamp)

    def end(self) -> None:
        """Begin nothing more, and end a build that is running, at once and with all that it started."""
        with self._starting:
            self._ended.set()
            process = self._process
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)

    def _tell_changes(self, stamp: Stamp) -> None:
        if self._built is None:
            return
        saved = sorted({name for name, _ in self._built.items() ^ stamp.items()})
        told = ", ".join(saved[:3]) + (f" and {len(saved) - 3} more" if len(saved) > 3 else "")
        self.tell(f"saved: {told}")

    def _build(self, stamp: Stamp) -> None:
        self.building, self.line = True, "checking the data"
        code, _, words = self._run("build", told=True)
        problems, words = ([], words.strip()) if code else ([], "")
        if code and not self._ended.is_set():
            problems = self._find_problems()
            words = "" if problems else words
        if self._ended.is_set():
            return
        if stamp_project(self.root) == stamp:  # else the next look builds again, and tells what holds then
            self.problems, self.words = problems, words
            self._last_good, self.building, self.line = book_of(self.root), False, ""
            self._tell_end()

    def _tell_end(self) -> None:
        for problem in self.problems[:MOST]:
            self.tell(str(problem))
        if self.words:
            self.tell(self.words)
        if self.problems or self.words:
            count = f"{len(self.problems)} problem(s)" if self.problems else "the build failed"
            self.tell(
                f"{count}; {'the last good book is shown' if self._last_good else 'there is no book yet'}"
            )

    def _find_problems(self) -> list[Problem]:
        """What a check finds; nothing where it cannot say it either."""
        _, lines, _ = self._run("check", "--json")
        try:
            return [Problem(**item) for item in json.loads("\n".join(lines))]
        except (ValueError, TypeError):
            return []

    def _run(self, *command: str, told: bool = False) -> tuple[int, list[str], str]:
        """Exit code, lines, what was said of errors; `told`: each line is the page's and the terminal's."""
        paths = os.pathsep.join(filter(None, (str(ENGINE), os.environ.get("PYTHONPATH"))))
        lines = []
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as errors:
            with self._starting:
                if self._ended.is_set():
                    return 1, [], ""
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "livingreview.cli", "--root", str(self.root), *command],
                    cwd=ENGINE,
                    env=os.environ | {"PYTHONPATH": paths, "PYTHONUNBUFFERED": "1"},
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=errors,
                    text=True,
                    errors="replace",
                    start_new_session=True,
                )
            assert self._process.stdout is not None
            with self._process.stdout as said:
                for text in said:
                    lines.append(text.rstrip("\n"))
                    if told:
                        self.line = text.strip()
                        self.tell(lines[-1])
            code = self._process.wait()
            self._process = None
            errors.seek(0)
            return code, lines, _COLOURS.sub("", errors.read())[-LONGEST:]
