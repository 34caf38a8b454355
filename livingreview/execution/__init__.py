"""Running the chapters: only those whose inputs changed, in parallel, results kept with their inputs.

Stock Jupyter Book keys a chapter's cached outputs on its code alone, and so republishes old numbers.
Here a result is reused only if the code, the rows and files the chapter really read, the engine,
the locked requirements and Python are the same.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from pathlib import Path

import nbformat

from livingreview.execution.charts import finish_charts
from livingreview.execution.forked import end_with_parent, run_forked, warm_up
from livingreview.execution.inputs import hash_inputs
from livingreview.execution.kernel import run_in_kernel
from livingreview.execution.limits import USUAL, Limits
from livingreview.execution.notebooks import Chapter, Run, digest, read_chapter, with_outputs
from livingreview.execution.store import Store

__all__ = [
    "ENGINES",
    "ChapterError",
    "Limits",
    "Store",
    "chapter_store",
    "execute_chapters",
    "hash_inputs",
    "outputs_digest",
    "read_chapter",
]

EDITED = "data or engine were edited while it ran; build again"
ENGINES = {"fork": run_forked, "kernel": run_in_kernel}


class ChapterError(Exception):
    """One or more chapters failed; the message names chapter, cell and traceback."""


def default_engine() -> str:
    """``fork`` on Linux; a real kernel elsewhere, where forking is not safe."""
    return os.environ.get("LIVINGREVIEW_ENGINE") or ("fork" if sys.platform.startswith("linux") else "kernel")


def chapter_store(root: Path) -> Store:
    """The project's store of past results."""
    return Store(root / "_build" / ".chapters")


def execute_chapters(
    root: Path,
    paths: Iterable[Path],
    *,
    store: Store,
    engine: str | None = None,
    executor: Executor | None = None,
    limits: Limits = USUAL,
    report: Callable[[str], None] = lambda line: None,
    meanwhile: Callable[[], None] = lambda: None,
) -> dict[Path, nbformat.NotebookNode]:
    """Every executable page among `paths` with its current outputs.

    Parameters
    ----------
    store : Store
        Past results; those still good are used instead of running the chapter.
    engine : {"fork", "kernel"}
        How a chapter is run; both give the same outputs.
    executor : concurrent.futures.Executor, optional
        Who runs them; default: one local worker a core.
    limits : Limits
        What a chapter may take.
    report : callable
        Takes a line of progress.
    meanwhile : callable
        Work for this process while others run the chapters.

    Raises
    ------
    ChapterError
        After all chapters have finished, if any failed; names them all.
    """
    hash_of = hash_inputs(root)
    stood = hash_of("read")
    chapters = [chapter for path in paths if (chapter := read_chapter(path))]
    outputs = {chapter.path: store.find(chapter, hash_of) for chapter in chapters}
    todo = [chapter for chapter in chapters if outputs[chapter.path] is None]
    failures = []
    runs = run_all(todo, root, engine or default_engine(), executor, limits, meanwhile)
    for number, (chapter, run) in enumerate(runs, 1):
        report(
            f"[{number}/{len(todo)}] {chapter.name}: "
            f"{'failed' if run.error else 'done'} in {run.seconds:.1f} s"
        )
        if run.error:
            failures.append(run.error)
        elif hash_inputs(root)("read") != stood:
            failures.append(f"{chapter.path.name}: {EDITED}")  # which of them it read nobody knows
        else:
            store.keep(chapter, run, hash_of)
            outputs[chapter.path] = run.outputs
    if failures:
        raise ChapterError(f"{len(failures)} chapter(s) failed:\n\n" + "\n\n".join(sorted(failures)))
    finished = finish_charts(outputs, store.folder.parent / ".charts")
    return {chapter.path: with_outputs(chapter.notebook, finished[chapter.path]) for chapter in chapters}


def run_all(
    chapters: list[Chapter],
    root: Path,
    engine: str,
    executor: Executor | None,
    limits: Limits,
    meanwhile: Callable[[], None],
) -> Iterable[tuple[Chapter, Run]]:
    """Run chapters on an executor, each as it finishes; a dead worker is told as its chapter's error."""
    if not chapters:
        meanwhile()
        return
    run = ENGINES[engine]
    os.environ["LIVINGREVIEW_DEFER_CHARTS"] = "1"  # pictures are drawn afterwards, all in one go
    own = executor is None
    try:
        executor = executor or make_executor(engine, chapters)
        jobs = {executor.submit(run, chapter, root, limits): chapter for chapter in chapters}
        meanwhile()
        for job in as_completed(jobs):
            problem = job.exception()
            yield (
                jobs[job],
                job.result()
                if problem is None
                else Run(jobs[job].path, error=f"{jobs[job].path.name}: {type(problem).__name__}: {problem}"),
            )
    finally:
        del os.environ["LIVINGREVIEW_DEFER_CHARTS"]
        if own:
            executor.shutdown(cancel_futures=True)


def make_executor(engine: str, chapters: list[Chapter]) -> Executor:
    """Local workers: threads that wait for kernels, or processes that fork a child a chapter."""
    workers = max(1, min(len(chapters), os.cpu_count() or 1))
    if engine == "kernel":
        return ThreadPoolExecutor(workers)
    warm_up(chapters)
    return ProcessPoolExecutor(
        workers, mp_context=multiprocessing.get_context("fork"), initializer=end_with_parent
    )


def outputs_digest(notebook: nbformat.NotebookNode) -> str:
    """A hash of what a notebook shows."""
    return digest(
        json.dumps([cell.outputs for cell in notebook.cells if cell.cell_type == "code"], sort_keys=True)
    )
