"""What a chapter really read: slices of the evidence, and files of the project.

The evidence says which slice it handed out through Python's audit events,
so a chapter depends on its rows and not on whole files;
any other file of the project that the chapter opens is seen by the same hook.
Input read by native code that opens files by itself escapes it; the project has none.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

IGNORED = ("_build", ".git", ".venv", "__pycache__", ".ipynb_checkpoints", ".pytest_cache")


def watch(root: str | os.PathLike) -> Callable[[], tuple[str, ...]]:
    """Start watching this process; the function returned stops and tells what was opened under `root`.

    An audit hook cannot be taken out again, so this belongs in a process that ends with its chapter.
    """
    base, seen, state = os.path.realpath(root), set(), {"on": True, "loading": False}

    def hook(event: str, arguments: tuple) -> None:
        if not state["on"]:
            return
        if event == "livingreview.loading":
            state["loading"] = arguments[0]
        elif event == "livingreview.slice":
            seen.add(f"slice:{arguments[0]}")
        elif event in ("open", "os.listdir", "os.scandir") and not state["loading"]:
            if event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+"):
                return
            if entry := project_entry(arguments[0], base):
                seen.add(entry)

    def finish() -> tuple[str, ...]:
        state["on"] = False
        return tuple(sorted(seen))

    sys.addaudithook(hook)
    return finish


def project_entry(path, base: str) -> str | None:
    """'file:…' or 'dir:…' relative to the project; None for anything that is not the project's own input."""
    if path is None or isinstance(path, int) or not isinstance(path, (str, bytes, os.PathLike)):
        return None
    full = os.path.realpath(os.fsdecode(path))
    if not full.startswith(base + os.sep):
        return None
    relative = os.path.relpath(full, base)
    if (
        set(Path(relative).parts) & set(IGNORED)
        or relative.endswith((".pyc", ".py"))
        or "__editable__" in relative
    ):
        # The engine's code is in every fingerprint already; an editable install probes a path that is none.
        return None
    return f"{'dir' if os.path.isdir(full) else 'file'}:{Path(relative).as_posix()}"
