"""A change of the review tried on a copy, checked as all of it is, then brought in whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from livingreview.checks import Problem, check_project
from livingreview.extraction.workbook import SheetError
from livingreview.files import CHANGES, remove, stamp_project

# What a check reads beside data/, so that the copy is judged as the review is.
BESIDE = ("chapters", "decisions", "docs", "_config.yml", "_toc.yml", "CITATION.cff", "review.yml", CHANGES)
SOUND = "_build/.sound"  # what was found valid before, and need not be looked at again


def try_change(
    root: Path,
    change: Callable[[Path], None],
    *,
    judge: Callable[[Path, list[Problem]], list[Problem]] = lambda trial, found: found,
    stood: Callable[[list[Problem]], None] = lambda left: None,
    sources: Path | None = None,
    beside: Sequence[str] = (),
    dry_run: bool = False,
) -> list[Problem]:
    """Make a change of ``data/`` and the changelog, unless it breaks a rule; returns what it breaks.

    Parameters
    ----------
    change : callable
        Takes the copy's folder and changes the files there.
    judge : callable
        Takes the copy, changed, and the problems that the review did not have before; returns those for
        which the change is refused.
    stood : callable
        Takes the problems that the review had before and still has: no change is refused for them.
    sources : Path, optional
        Folder of source texts, ``<report_id>.txt``: every printed fragment is looked up in its report's.
    beside : sequence of str
        Folders of `BESIDE` whose files the change may write too.
    dry_run : bool
        Try it only.

    Raises
    ------
    SheetError
        If somebody changed the files meanwhile: theirs are not written over.
    OSError
        If the files cannot be written; those of the review are as they were.
    """
    stamp = _stamp(root, beside)
    with tempfile.TemporaryDirectory(prefix="livingreview-") as folder:
        trial = Path(folder)
        _copy(root, trial)
        change(trial)
        found = check_project(trial, sources=sources)
        if found:  # what was wrong before is not of this change
            before = {_same(problem) for problem in check_project(root, sources=sources)}
            stood([item for item in found if _same(item) in before])
            found = [item for item in found if _same(item) not in before]
        problems = judge(trial, found)
        if not problems and not dry_run:
            if _stamp(root, beside) != stamp:
                written = " or ".join(("data/", *(f"{name}/" for name in beside), CHANGES))
                msg = f"{written} was changed meanwhile; nothing was written: run it again"
                raise SheetError(msg)
            _publish(root, trial, beside)
    return problems


def _stamp(root: Path, beside: Sequence[str]) -> dict[str, tuple[int, int]]:
    """When the files that a change may write were last written."""
    stamp, folders = stamp_project(root), tuple(f"{name}/" for name in ("data", *beside))
    return {name: stamp[name] for name in stamp if name == CHANGES or name.startswith(folders)}


def _same(problem: Problem) -> Problem:
    """A problem without its line, which moves where rows come in above it."""
    return replace(problem, row=0)


def _copy(root: Path, trial: Path) -> None:
    for name in ("data", *BESIDE, SOUND):
        path, target = root / name, trial / name
        target.parent.mkdir(exist_ok=True)
        if path.is_dir():
            shutil.copytree(path, target, ignore=shutil.ignore_patterns("reports"))
        elif path.exists():
            shutil.copy(path, target)


def _publish(root: Path, trial: Path, beside: Sequence[str]) -> None:
    """Bring the files that differ into the review: all written aside first, then put in place."""
    inside = [path for name in ("data", *beside) for path in sorted((trial / name).iterdir())]
    made = [path for path in (*inside, trial / CHANGES) if path.is_file()]
    parts = []
    try:
        for path in made:
            target = root / path.relative_to(trial)
            if not target.exists() or path.read_bytes() != target.read_bytes():
                part = target.with_name(f".{target.name}.part")
                parts.append((part, target))
                shutil.copyfile(path, part)
    except OSError:
        for part, _ in parts:
            remove(part)
        raise
    for part, target in parts:
        os.replace(part, target)
