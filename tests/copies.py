"""A copy of the whole project to change and rebuild, as a maintainer would."""

from __future__ import annotations

import ctypes
import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.synthetic import grow
from tests.reduced import PARTS, SAMPLE, copy_parts, keep_reports

JUPYTER_BOOK = "from jupyter_book.cli.main import main; main()"


class Copy:
    """A project folder of its own, its own engine on the path, a few reports (`whole`: all).

    `made_up` makes a review of that many made-up classes of it: for what builds do whatever the review.
    """

    def __init__(self, folder: Path, *, whole: bool = False, made_up: int = 0):
        self.folder = folder
        folder.mkdir(parents=True)
        copy_parts(folder, (*PARTS, "livingreview"))
        if made_up:
            grow(folder, made_up)
        elif not whole:
            keep_reports(folder, SAMPLE)

    @property
    def published(self) -> Path:
        return self.folder / "_build" / "html"

    @property
    def plain(self) -> Path:
        return self.folder.parent / "plain" / "_build" / "html"

    def run(self, *command: str, environment=None, **options) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, *command],
            cwd=self.folder,
            capture_output=True,
            text=True,
            env=self.environment(environment),
            **options,
        )

    def environment(self, extra=None) -> dict:
        return os.environ | {"PYTHONPATH": str(self.folder)} | (extra or {})

    def build(self, *options: str, **more) -> subprocess.CompletedProcess:
        """``livingreview build``, what ``make book`` calls."""
        return self.run("-m", "livingreview.cli", "build", *options, **more)

    def build_plain(self, *, here: bool = False, **more) -> subprocess.CompletedProcess:
        """``jupyter-book build .`` into a folder of its own, or into the one that `build` fills (`here`)."""
        output = [] if here else ["--path-output", str(self.folder.parent / "plain")]
        return self.run("-c", JUPYTER_BOOK, "build", ".", *output, "-W", "-n", "--keep-going", "-q", **more)

    @contextmanager
    def edited(self, *changes: tuple[str, str, str]) -> Iterator[str]:
        """Replace texts that must be there (file, old, new), and put them back.

        Gives the first file's former content.
        """
        before = {name: (self.folder / name).read_text(encoding="utf-8") for name, _, _ in changes}
        try:
            for name, old, new in changes:
                text = (self.folder / name).read_text(encoding="utf-8")
                assert old in text, f"{name} has no {old!r}"
                (self.folder / name).write_text(text.replace(old, new), encoding="utf-8")
            yield before[changes[0][0]]
        finally:
            for name, text in before.items():
                (self.folder / name).write_text(text, encoding="utf-8")


def heed_modes() -> None:
    """Before a command starts (``preexec_fn``): modes of files hold for it, whoever runs it.

    The system's administrator may read and write whatever the modes; where tests run as one, as in most
    containers, the command starts without those rights (prctl(2), PR_CAPBSET_DROP; capabilities(7),
    CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH).
    """
    if sys.platform == "linux" and os.geteuid() == 0:
        library = ctypes.CDLL(None, use_errno=True)
        for right in (1, 2):
            if library.prctl(24, right, 0, 0, 0):
                raise OSError(ctypes.get_errno(), "rights cannot be dropped")


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Nobody may write into a folder, nor change a file in it, until the end of the block."""
    modes = {path: path.stat().st_mode for path in (*folder.rglob("*"), folder)}
    for path in modes:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        yield
    finally:
        for path in reversed(modes):
            path.chmod(modes[path])


def executed(done: subprocess.CompletedProcess) -> set[str]:
    """Names of the chapters a build ran."""
    return set(re.findall(r"^\s*\[\d+/\d+\] (\S+): (?:done|failed)", done.stdout, re.MULTILINE))


def tree(folder: Path) -> dict[str, str]:
    """Every file of a folder with a hash of its content."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def differing(first: dict[str, str], second: dict[str, str]) -> list[str]:
    """Names of files that differ or stand on one side only, Sphinx's notes on its configuration aside."""
    return sorted(
        name
        for name in first.keys() | second.keys()
        if first.get(name) != second.get(name) and not name.startswith(".buildinfo")
    )
