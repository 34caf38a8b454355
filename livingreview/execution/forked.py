"""Running a chapter fast: in a forked copy of a process that has already imported everything.

Starting a kernel and importing pandas takes several times as long as a chapter's own work.
A forked child has them already, shares nothing back, and ends with its chapter;
the cells run in IPython's own shell.
"""

from __future__ import annotations

import ast
import contextlib
import ctypes
import gc
import importlib
import io
import multiprocessing
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import nbformat

from livingreview.execution.limits import USUAL, Allowance, Clock, Limits, OutputLimitError
from livingreview.execution.notebooks import Chapter, Run, cell_error, clean_output, code_cells
from livingreview.execution.tracking import watch


def warm_up(chapters: Iterable[Chapter]) -> None:
    """Import once what chapters import of the engine; not the chart renderer: it does not survive a fork."""
    import IPython.core.interactiveshell  # noqa: F401

    for name in sorted({name for chapter in chapters for name in _engine_imports(chapter)}):
        with contextlib.suppress(ImportError):  # told when the chapter runs, with its cell
            importlib.import_module(name)
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


def run_forked(chapter: Chapter, root: Path, limits: Limits = USUAL) -> Run:
    """Execute one chapter in a child of this process.

    A child that is killed or hangs is told like a failing cell.
    """
    clock = Clock(chapter, limits)
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_run_child, args=(chapter, root, limits, theirs), daemon=True)
    child.start()
    theirs.close()
    outputs, opened, error = _await(ours, clock)
    if child.is_alive():
        if not error:
            child.join(1)
        child.kill()
    child.join()
    return Run(chapter.path, outputs, opened, time.monotonic() - clock.start, error)


def _await(pipe, clock: Clock) -> tuple[list, tuple, str]:
    """What a child sends in the end; before that it sends the number of each cell it begins."""
    try:
        while True:
            if pipe.poll(clock.next_sign()):
                got = pipe.recv()
                if not isinstance(got, int):
                    return got
                clock.cell = got
            clock.sign()
            if clock.left is not None and clock.left <= 0:
                return [], (), clock.overdue()
    except EOFError:
        name = clock.chapter.path.name
        return [], (), f"{name}, {clock.where()}: its process ended without a result (killed)"


def end_with_parent() -> None:
    """Have the system end this process with the one that started it, however that ends (Linux)."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def _run_child(chapter: Chapter, root: Path, limits: Limits, pipe) -> None:
    end_with_parent()
    os.chdir(chapter.path.parent)
    finish = watch(root)
    try:
        outputs, error = run_cells(chapter, limits.characters, begins=pipe.send)
    except BaseException:
        outputs, error = [], f"{chapter.path.name}: {traceback.format_exc()}"
    pipe.send((outputs, finish(), error))
    pipe.close()


def run_cells(
    chapter: Chapter, characters: int = USUAL.characters, begins: Callable[[int], None] = lambda number: None
) -> tuple[list, str]:
    """Run a notebook's code cells in an IPython shell of this process.

    Returns outputs per cell, and the error that stopped it.

    Parameters
    ----------
    characters : int
        What a cell may show.
    begins : callable
        Told the number of each cell before it runs.
    """
    shell, allowance = _make_shell(), Allowance(characters)
    collected, stdout, stderr = [], sys.stdout, sys.stderr
    try:
        for number, cell in enumerate(code_cells(chapter.notebook), 1):
            begins(number)
            shown: list = []
            allowance.renew()
            _collect(shell, shown, number, allowance)
            result = shell.run_cell(cell.source, store_history=True)
            collected.append([clean_output(_joined(output)) for output in shown])
            problem = result.error_before_exec or result.error_in_exec
            if problem is None and allowance.told:  # the cell's own code went over the error
                problem = OutputLimitError(allowance.told)
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
    """Standard output or error, collected in pieces as a notebook's stream output."""

    def __init__(self, name: str, shown: list, allowance: Allowance):
        self.name, self.shown, self.allowance = name, shown, allowance

    def write(self, text: str) -> int:
        self.allowance.spend(text)
        if text:
            last = self.shown[-1] if self.shown else None
            if last is not None and last["output_type"] == "stream" and last["name"] == self.name:
                last["text"].append(text)
            else:
                self.shown.append({"output_type": "stream", "name": self.name, "text": [text]})
        return len(text)


def _joined(output: dict) -> dict:
    return {**output, "text": "".join(output["text"])} if output["output_type"] == "stream" else output


def _collect(shell, shown: list, number: int, allowance: Allowance) -> None:
    """Send what a cell shows to a list, as nbformat's outputs."""

    def publish(data, metadata=None, **_):
        allowance.spend(data)
        shown.append(nbformat.v4.new_output("display_data", data=data, metadata=metadata or {}))

    def write_format_data(data, metadata=None):
        allowance.spend(data)
        shown.append(
            nbformat.v4.new_output(
                "execute_result", data=data, metadata=metadata or {}, execution_count=number
            )
        )

    shell.display_pub.publish = publish
    hook = shell.displayhook
    hook.write_format_data = write_format_data
    hook.write_output_prompt = hook.finish_displayhook = lambda: None
    sys.stdout, sys.stderr = (_Stream(name, shown, allowance) for name in ("stdout", "stderr"))
