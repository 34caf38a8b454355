"""Running a chapter the stock way: papermill, in an IPython kernel of its own."""

from __future__ import annotations

import contextlib
import json
import logging
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat

from livingreview.execution.limits import USUAL, Clock, Limits
from livingreview.execution.notebooks import Chapter, Run, cell_error, clean_output, code_cells

START = 120  # seconds for a kernel to start and import the engine, on a machine that is busy
# The kernel goes to its chapter's folder itself: papermill's `cwd` moves this whole process, and with it any
# kernel that another thread is starting at that moment, at worst to another project's data.
_START = """import os as _os
_os.chdir({folder!r})
from livingreview.execution.tracking import watch as _watch
from livingreview.execution.limits import limit_shell as _limit_shell
_limit_shell(get_ipython(), {characters})
_opened = _watch({root!r})"""
_END = """import json as _json, pathlib as _pathlib
_ = _pathlib.Path({target!r}).write_text(_json.dumps(_opened()))"""


def run_in_kernel(chapter: Chapter, root: Path, limits: Limits = USUAL) -> Run:
    """Execute one chapter through papermill; two hidden cells around it record what it reads."""
    import papermill
    from nbclient.exceptions import CellTimeoutError
    from papermill.exceptions import PapermillExecutionError

    logging.getLogger("papermill").setLevel(logging.ERROR)
    clock = Clock(chapter, limits)

    def failed(told: str) -> Run:
        return Run(chapter.path, seconds=time.monotonic() - clock.start, error=told)

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        notebook = _with_hidden(chapter, root, limits, folder / "opened.json")
        nbformat.write(notebook, folder / "in.ipynb")
        try:
            with _signs_of_life(clock):
                papermill.execute_notebook(
                    str(folder / "in.ipynb"),
                    str(folder / "out.ipynb"),
                    progress_bar=False,
                    log_output=False,
                    extra_arguments=["--log-level=CRITICAL"],
                    start_timeout=START,
                    timeout_func=_time_for(notebook, clock),
                )
        except CellTimeoutError:
            return failed(clock.overdue() if clock.cell else _unready(chapter))
        except PapermillExecutionError as problem:
            told = "\n".join(problem.traceback)
            return failed(cell_error(chapter, problem.exec_count - 1, problem.ename, problem.evalue, told))
        except Exception as problem:  # a kernel that dies or does not start must be told like a failing cell
            return failed(f"{chapter.path.name}, {clock.where()}: {type(problem).__name__}: {problem}")
        cells = code_cells(nbformat.read(folder / "out.ipynb", 4))[1:-1]
        opened = tuple(json.loads((folder / "opened.json").read_text(encoding="utf-8")))
    outputs = [
        [_renumber(clean_output(output), number) for output in cell.outputs]
        for number, cell in enumerate(cells, 1)
    ]
    return Run(chapter.path, outputs, opened, time.monotonic() - clock.start)


def _unready(chapter: Chapter) -> str:
    return f"{chapter.path.name}: no kernel that is ready after {START} s; is the machine very busy?"


def _with_hidden(chapter: Chapter, root: Path, limits: Limits, opened: Path) -> nbformat.NotebookNode:
    notebook = nbformat.from_dict(chapter.notebook)
    start = _START.format(folder=str(chapter.path.parent), root=str(root), characters=limits.characters)
    notebook.cells = [_hidden(start), *notebook.cells, _hidden(_END.format(target=str(opened)))]
    return notebook


def _time_for(notebook: nbformat.NotebookNode, clock: Clock) -> Callable:
    """What the client asks before it runs a cell: the time that is left for it."""
    numbers = {cell["id"]: number for number, cell in enumerate(code_cells(notebook))}  # the first is hidden

    def time_for(cell) -> float | None:
        number = min(numbers.get(cell.get("id"), 0), len(numbers) - 2)
        if number == 0:
            return START
        if number == 1 != clock.cell:
            clock.restart()  # a kernel that starts slowly takes nothing from its chapter
        clock.cell = number
        return None if clock.left is None else max(clock.left, 0.1)  # it reads 0 as no end

    return time_for


@contextlib.contextmanager
def _signs_of_life(clock: Clock) -> Iterator[None]:
    done = threading.Event()

    def watch() -> None:
        while not done.wait(max(clock.next_sign(), 0.1)):
            clock.sign()

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


def _hidden(source: str) -> nbformat.NotebookNode:
    return nbformat.v4.new_code_cell(source, metadata={"tags": ["remove-cell"]})


def _renumber(output: dict, number: int) -> dict:
    return {**output, "execution_count": number} if "execution_count" in output else output
