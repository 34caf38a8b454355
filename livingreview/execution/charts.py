"""Drawing all the book's figures in one go, after the chapters have run.

Starting the renderer takes longer than drawing a figure: chapters leave their figures as marks to be drawn,
and those not drawn before are drawn here by a few processes, each starting the renderer once.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path

from livingreview.charts import sheet
from livingreview.charts.sheet import DEFERRED
from livingreview.display import html
from livingreview.execution.notebooks import digest
from livingreview.files import keep, read_kept

FORM = "3"  # of what is kept


def finish_charts(outputs: dict[Path, list], folder: Path) -> dict[Path, list]:
    """Outputs with every deferred figure drawn.

    Parameters
    ----------
    outputs : mapping
        Outputs of each code cell of each chapter.
    folder : Path
        Where pictures are kept by their content, as HTML.
    """
    wanted = {
        match["key"]: match["sheets"]
        for shown in outputs.values()
        for text in _html(shown)
        for match in DEFERRED.finditer(text)
    }
    kept = _kept(folder)
    pictures = {key: read_kept(kept / f"{key}.html") for key in wanted}
    missing = [(key, sheets) for key, sheets in wanted.items() if pictures[key] is None]
    for key, picture in draw_all(missing):
        pictures[key] = picture
        keep(kept / f"{key}.html", picture)
    return {
        path: [[_fill(output, pictures) for output in cell] for cell in shown]
        for path, shown in outputs.items()
    }


def _kept(folder: Path) -> Path:
    """The part of a folder that holds what this version of the drawing code made."""
    charts = Path(sheet.__file__).parent  # not imported: Altair would be loaded where nothing is drawn
    code = [charts / "drawn.py", charts / "slim.py"]
    code.append(Path(html.__file__).parent / "templates" / "sheets.html.j2")
    return folder / digest(FORM, *(path.read_bytes() for path in code), version("vl-convert-python"))


def draw_all(missing: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Draw figures (key, sheets as JSON) as (key, picture), in several processes if there are many.

    Raises
    ------
    RuntimeError
        If a figure cannot be drawn.
    """
    workers = min(os.cpu_count() or 1, len(missing) // 4 + 1)
    if not missing:
        return []
    with ThreadPoolExecutor(workers) as pool:  # threads that only wait for their process
        parts = list(pool.map(_draw_part, [missing[i::workers] for i in range(workers)]))
    return [figure for part in parts for figure in part]


def _draw_part(part: list[tuple[str, str]]) -> list[tuple[str, str]]:
    asked = ",".join(f"[{json.dumps(key)},{sheets}]" for key, sheets in part)
    done = subprocess.run(
        [sys.executable, "-m", "livingreview.charts.draw"],
        input=f"[{asked}]",
        capture_output=True,
        text=True,
    )
    if done.returncode:
        msg = f"the figures could not be drawn:\n{done.stderr[-2000:]}"
        raise RuntimeError(msg)
    return [(key, picture) for key, picture in json.loads(done.stdout)]


def _html(shown: list) -> list[str]:
    return [
        text
        for cell in shown
        for output in cell
        if isinstance(text := output.get("data", {}).get("text/html"), str)
    ]


def _fill(output: dict, pictures: dict[str, str]) -> dict:
    text = output.get("data", {}).get("text/html")
    if not isinstance(text, str) or not DEFERRED.search(text):
        return output
    filled = DEFERRED.sub(lambda match: pictures[match["key"]], text)
    return {**output, "data": {**output["data"], "text/html": filled}}
