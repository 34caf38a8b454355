"""Putting a finished folder in the place of another in one step."""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from pathlib import Path


def exchange(first: Path, second: Path) -> None:
    """Swap two folders' names in one atomic step.

    Raises
    ------
    OSError
        If the system or the file system cannot; nothing has changed then.

    Source
    ------
    Linux renameat2(2) with RENAME_EXCHANGE; macOS renamex_np(2) with RENAME_SWAP.
    """
    library = ctypes.CDLL(None, use_errno=True)
    names = os.fsencode(first), os.fsencode(second)
    here = -100  # AT_FDCWD: names are paths as they stand
    try:
        failed = library.renamex_np(*names, 2) if sys.platform == "darwin" else library.renameat2(here, names[0], here, names[1], 2)
    except AttributeError:
        raise OSError("this system cannot exchange two folders in one step") from None
    if failed:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(second))


def replace_folder(fresh: Path, target: Path) -> None:
    """Put `fresh` in place of `target`; at any moment `target` is the old folder whole or the new one whole.

    Where the system cannot exchange folders, the old one is renamed first; `recover` undoes that if the process dies in between.
    """
    old = target.with_name(target.name + ".old")
    shutil.rmtree(old, ignore_errors=True)
    if not target.exists():
        os.rename(fresh, target)
        return
    try:
        exchange(fresh, target)
        os.rename(fresh, old)
    except OSError:
        os.rename(target, old)
        os.rename(fresh, target)
    shutil.rmtree(old, ignore_errors=True)


def recover(target: Path) -> None:
    """Undo what a killed build may have left."""
    old = target.with_name(target.name + ".old")
    if old.exists() and not target.exists():
        os.rename(old, target)
    for name in (".new", ".old"):
        shutil.rmtree(target.with_name(target.name + name), ignore_errors=True)
