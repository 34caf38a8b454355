"""Running a chapter the stock way: papermill, in an IPython kernel of its own."""

from __future__ import annotations

import json
import logging
import os
import tempfile
import time
from pathlib import Path

import nbformat

from livingreview.execution.notebooks import Chapter, Run, cell_error, clean_output, code_cells

_START = "from livingreview.execution.tracking import watch as _watch\n_opened = _watch({root!r})"
_END = """import json as _json, pathlib as _pathlib
_ = _pathlib.Path({target!r}).write_text(_json.dumps(_opened()))"""


def run_in_kernel(chapter: Chapter, root: Path, *, timeout: int = 300) -> Run:
    """Execute one chapter through papermill; two hidden cells around it record what it reads."""
    import papermill
    from papermill.exceptions import PapermillExecutionError

    logging.getLogger("papermill").setLevel(logging.ERROR)
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        source, target, opened = (
            os.path.join(folder, name) for name in ("in.ipynb", "out.ipynb", "opened.json")
        )
        notebook = nbformat.from_dict(chapter.notebook)
        notebook.cells = [
            _hidden(_START.format(root=str(root))),
            *notebook.cells,
            _hidden(_END.format(target=opened)),
        ]
        nbformat.write(notebook, source)
        try:
            papermill.execute_notebook(
                source,
                target,
                cwd=str(chapter.path.parent),
                progress_bar=False,
                log_output=False,
                execution_timeout=timeout,
                extra_arguments=["--log-level=CRITICAL"],
            )
        except PapermillExecutionError as problem:
            told = cell_error(
                chapter, problem.exec_count - 1, problem.ename, problem.evalue, "\n".join(problem.traceback)
            )
            return Run(chapter.path, seconds=time.perf_counter() - start, error=told)
        except Exception as problem:  # a kernel that dies or does not start must be told like a failing cell
            return Run(
                chapter.path,
                seconds=time.perf_counter() - start,
                error=f"{chapter.path.name}: {type(problem).__name__}: {problem}",
            )
        cells = code_cells(nbformat.read(target, 4))[1:-1]
        outputs = [
            [_renumber(clean_output(output), number) for output in cell.outputs]
            for number, cell in enumerate(cells, 1)
        ]
        return Run(
            chapter.path, outputs, tuple(json.loads(Path(opened).read_text())), time.perf_counter() - start
        )


def _hidden(source: str) -> nbformat.NotebookNode:
    return nbformat.v4.new_code_cell(source, metadata={"tags": ["remove-cell"]})


def _renumber(output: dict, number: int) -> dict:
    return {**output, "execution_count": number} if "execution_count" in output else output
