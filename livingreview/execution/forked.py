"""Running a chapter fast: in a forked copy of a process that has already imported everything.

Starting a kernel and importing pandas and Altair takes several times as long as a chapter's own work.
A forked child has them already, shares nothing back, and ends with its chapter;
the cells run in IPython's own shell.
"""

from __future__ import annotations

import ast
import contextlib
import gc
import importlib
import io
import multiprocessing
import os
import sys
import time
import traceback
from collections.abc import Iterable, Iterator
from pathlib import Path

import nbformat

from livingreview.execution.notebooks import Chapter, Run, cell_error, clean_output, code_cells
from livingreview.execution.tracking import watch


def warm_up(chapters: Iterable[Chapter]) -> None:
    """Import once what chapters import of the engine; not the chart renderer: it does not survive a fork."""
    import altair
    import IPython.core.interactiveshell  # noqa: F401

    for name in sorted({name for chapter in chapters for name in _engine_imports(chapter)}):
        with contextlib.suppress(ImportError):  # told when the chapter runs, with its cell
            importlib.import_module(name)
    # The first chart of a process loads schemas lazily; pay for it before the fork.
    altair.Chart(altair.Data(values=[{"a": 1}])).mark_point().encode(x="a:Q").to_dict()
    gc.freeze()  # children look for garbage among their own objects only, and so share these pages


def _engine_imports(chapter: Chapter) -> Iterator[str]:
    """Modules of this engine that a chapter's cells import; none of a cell that is not plain Python."""
    own = __name__.partition(".")[0]
    for cell in code_cells(chapter.notebook):
        with contextlib.suppress(SyntaxError):
            for node in ast.walk(ast.parse(cell.source)):
                names = (
                    [node.module or ""]
                    if isinstance(node, ast.ImportFrom)
                    else [alias.name for alias in getattr(node, "names", ())]
                    if isinstance(node, ast.Import)
                    else []
                )
                yield from (name for name in names if name.partition(".")[0] == own)


def run_forked(chapter: Chapter, root: Path, *, timeout: int = 300) -> Run:
    """Execute one chapter in a child of this process.

    A child that is killed or hangs is told like a failing cell.
    """
    start = time.perf_counter()
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_run_child, args=(chapter, root, theirs), daemon=True)
    child.start()
    theirs.close()
    try:
        if not ours.poll(timeout):
            msg = f"no result after {timeout} s"
            raise TimeoutError(msg)
        outputs, opened, error = ours.recv()
    except (EOFError, TimeoutError) as problem:
        outputs, opened, error = (
            [],
            (),
            f"{chapter.path.name}: its process ended without a result ({problem or 'killed'})",
        )
    if child.is_alive():
        child.join(1)
        child.kill()
    child.join()
    return Run(chapter.path, outputs, opened, time.perf_counter() - start, error)


def _run_child(chapter: Chapter, root: Path, pipe) -> None:
    os.chdir(chapter.path.parent)
    finish = watch(root)
    try:
        outputs, error = run_cells(chapter)
    except BaseException:
        outputs, error = [], f"{chapter.path.name}: {traceback.format_exc()}"
    pipe.send((outputs, finish(), error))
    pipe.close()


def run_cells(chapter: Chapter) -> tuple[list, str]:
    """Run a notebook's code cells in an IPython shell of this process.

    Returns outputs per cell, and the error that stopped it.
    """
    shell = _make_shell()
    collected, stdout, stderr = [], sys.stdout, sys.stderr
    try:
        for number, cell in enumerate(code_cells(chapter.notebook), 1):
            shown: list = []
            _collect(shell, shown, number)
            result = shell.run_cell(cell.source, store_history=True)
            collected.append([clean_output(output) for output in shown])
            problem = result.error_before_exec or result.error_in_exec
            if problem is not None:
                told = "".join(traceback.format_exception(type(problem), problem, problem.__traceback__))
                return collected, cell_error(chapter, number, type(problem).__name__, str(problem), told)
    finally:
        sys.stdout, sys.stderr = stdout, stderr
    return collected, ""


def _make_shell():
    from IPython.core.interactiveshell import InteractiveShell

    class Shell(InteractiveShell):
        """A shell that prints no traceback: the error is told once, by the build."""

        def enable_gui(self, gui=None):
            """No event loop."""

        def showtraceback(self, *arguments, **keywords):
            """Silent."""

        def showsyntaxerror(self, *arguments, **keywords):
            """Silent."""

    Shell.clear_instance()
    shell = Shell.instance()
    shell.history_manager.enabled = False
    return shell


class _Stream(io.TextIOBase):
    """Standard output or error, collected as a notebook's stream output."""

    def __init__(self, name: str, shown: list):
        self.name, self.shown = name, shown

    def write(self, text: str) -> int:
        if text:
            last = self.shown[-1] if self.shown else None
            if last is not None and last["output_type"] == "stream" and last["name"] == self.name:
                last["text"] += text
            else:
                self.shown.append({"output_type": "stream", "name": self.name, "text": text})
        return len(text)


def _collect(shell, shown: list, number: int) -> None:
    """Send what a cell shows to a list, as nbformat's outputs."""

    def publish(data, metadata=None, **_):
        shown.append(nbformat.v4.new_output("display_data", data=data, metadata=metadata or {}))

    def write_format_data(data, metadata=None):
        shown.append(
            nbformat.v4.new_output(
                "execute_result", data=data, metadata=metadata or {}, execution_count=number
            )
        )

    shell.display_pub.publish = publish
    hook = shell.displayhook
    hook.write_format_data = write_format_data
    hook.write_output_prompt = hook.finish_displayhook = lambda: None
    sys.stdout, sys.stderr = _Stream("stdout", shown), _Stream("stderr", shown)
