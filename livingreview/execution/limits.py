"""What a chapter may take: time as a whole, output in a cell; and a sign of life while it takes long."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from livingreview.execution.notebooks import Chapter, place_cell

SIGN = 30  # seconds between two signs of life
SETTING = "`execute: timeout` in _config.yml"


@dataclass(frozen=True)
class Limits:
    """What a chapter may take.

    Attributes
    ----------
    seconds : float or None
        Time for all its cells together; none, 0 or less: as long as it likes.
    characters : int
        Output of one cell: many times what any page can show. A page with more takes minutes to make.
    """

    seconds: float | None = 300
    characters: int = 10_000_000

    def __post_init__(self):
        if self.seconds is not None and not isinstance(self.seconds, (int, float)):
            msg = f"{SETTING}: found {self.seconds!r}; expected seconds, for example 300; -1 sets no limit"
            raise ValueError(msg)


USUAL = Limits()


class OutputLimitError(RuntimeError):
    """A cell shows more than any page can."""


class Allowance:
    """What one cell may still show."""

    def __init__(self, most: int):
        self.most = most
        self.renew()

    def renew(self, *_) -> None:
        """The next cell begins."""
        self.left = self.most
        self.told = ""

    def spend(self, shown: object) -> None:
        """Take the size of an output off; OutputLimitError once there is nothing left, and from then on."""
        self.left -= len(shown) if isinstance(shown, str) else len(json.dumps(shown, default=str))
        if self.left < 0:
            self.told = f"the cell shows more than {self.most:,} characters; show a part, or a table of less"
            raise OutputLimitError(self.told)


class Clock:
    """The time of one chapter: how much is left, and what is said meanwhile."""

    def __init__(self, chapter: Chapter, limits: Limits, tell: Callable[[str], None] | None = None):
        self.chapter, self.limits = chapter, limits
        self.tell = tell or (lambda line: print(line, flush=True))
        self.cell = 0  # the number of the one that runs
        self.restart()

    def restart(self) -> None:
        """Count from now on."""
        self.start = time.monotonic()
        self.said = 0  # how often a sign was due

    @property
    def left(self) -> float | None:
        """Seconds left; None: no end."""
        most = self.limits.seconds
        return most - (time.monotonic() - self.start) if most and most > 0 else None

    def next_sign(self) -> float:
        """Seconds to the next sign of life, or to the end if that comes first."""
        wait = self.start + SIGN * (self.said + 1) - time.monotonic()
        return max(0.0, wait if self.left is None else min(wait, self.left))

    def sign(self) -> None:
        """Say that the chapter still runs, if it is time to."""
        passed = int(time.monotonic() - self.start)
        if passed >= SIGN * (self.said + 1):
            self.said = passed // SIGN
            self.tell(f"  {self.chapter.name}: still running after {passed} s, in {self.where()}")

    def where(self) -> str:
        """The cell that runs, with its line."""
        return place_cell(self.chapter, self.cell) if self.cell else "its start"

    def overdue(self) -> str:
        """What is told where the time is over."""
        return (
            f"{self.chapter.path.name}, {self.where()}: no end after {self.limits.seconds:g} s, "
            f"the time for a chapter ({SETTING})"
        )


class HeldStream:
    """A kernel's output stream, held to an allowance.

    Around it and not in it: IPython itself exchanges a stream's `write` for the time of a cell.
    """

    def __init__(self, stream, allowance: Allowance):
        self._stream, self._allowance = stream, allowance

    def write(self, text: str) -> int | None:
        """Write, if the cell may still show so much."""
        self._allowance.spend(text)
        return self._stream.write(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write one text after another."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str):
        return getattr(self._stream, name)


def limit_shell(shell, characters: int) -> None:
    """Hold every cell of a running kernel to its allowance (a hidden cell calls this)."""
    allowance = Allowance(characters)
    shell.events.register("pre_run_cell", allowance.renew)
    sys.stdout, sys.stderr = (HeldStream(stream, allowance) for stream in (sys.stdout, sys.stderr))

    def hold(owner, name: str) -> None:
        whole = getattr(owner, name)

        def held(*shown, **named):
            for part in (*shown, *named.values()):
                allowance.spend(part)
            return whole(*shown, **named)

        setattr(owner, name, held)

    hold(shell.display_pub, "publish")
    hold(shell.displayhook, "write_format_data")
