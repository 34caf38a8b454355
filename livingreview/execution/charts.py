"""Drawing all the book's charts in one go, after the chapters have run.

Starting the chart renderer takes longer than drawing a chart: chapters leave their charts as specifications,
and those not drawn before are drawn here by a few processes, each starting the renderer once.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path

from livingreview.charts import drawn, render, slim
from livingreview.charts.render import DEFERRED, LIVE
from livingreview.execution.notebooks import digest
from livingreview.files import keep, read_kept

KINDS = ("html", "js")  # the picture, and the live specification
FORM = "2"  # of what is kept


def finish_charts(outputs: dict[Path, list], folder: Path) -> dict[Path, list]:
    """Outputs with every deferred chart drawn.

    Parameters
    ----------
    outputs : mapping
        Outputs of each code cell of each chapter.
    folder : Path
        Where drawn charts are kept by their content: the picture as HTML,
        the live specification as a script (see `place_scripts`).
    """
    wanted = {
        match.group("key"): match.group("spec")
        for shown in outputs.values()
        for text in _html(shown)
        for match in DEFERRED.finditer(text)
    }
    kept = _kept(folder)
    drawn = {}
    for key in wanted:
        picture, script = (read_kept(kept / f"{key}.{kind}") for kind in KINDS)
        if picture is not None and script is not None:
            drawn[key] = picture
    for key, picture, script in draw_all([(key, spec) for key, spec in wanted.items() if key not in drawn]):
        drawn[key] = picture
        for kind, text in zip(KINDS, (picture, script), strict=True):
            keep(kept / f"{key}.{kind}", text)
    return {
        path: [[_fill(output, drawn) for output in cell] for cell in shown] for path, shown in outputs.items()
    }


def place_scripts(outputs: Iterable[list], folder: Path, target: Path) -> None:
    """Lay the scripts of the charts that some outputs show into a folder of the book; delete others there.

    Parameters
    ----------
    outputs : iterable of list
        Finished outputs of each code cell of each chapter.
    folder : Path
        Where drawn charts are kept, as given to `finish_charts`.
    """
    wanted = {
        f"{match['key']}.js" for shown in outputs for text in _html(shown) for match in LIVE.finditer(text)
    }
    target.mkdir(parents=True, exist_ok=True)
    for path in target.iterdir():
        if path.name not in wanted:
            path.unlink()
    for name in wanted:
        if (script := read_kept(_kept(folder) / name)) is None:
            msg = f"the chart {name} was lost while the book was built; build again"
            raise RuntimeError(msg)
        path = target / name
        if not path.is_file() or path.read_bytes() != script.encode():
            path.write_bytes(script.encode())


def _kept(folder: Path) -> Path:
    """The part of a folder that holds what this version of the drawing code made."""
    templates = Path(render.__file__).parent.parent / "display" / "templates"
    code = (
        *(Path(module.__file__) for module in (render, slim, drawn)),
        *(templates / name for name in ("picture.html.j2", "sheets.html.j2")),
    )
    return folder / digest(FORM, *(path.read_bytes() for path in code), version("vl-convert-python"))


def draw_all(missing: list[tuple[str, str]]) -> list[tuple[str, str, str]]:
    """Draw charts (key, specification) as (key, picture, script), in several processes if there are many.

    Raises
    ------
    RuntimeError
        If a chart cannot be drawn.
    """
    workers = min(os.cpu_count() or 1, len(missing) // 4 + 1)
    if not missing:
        return []
    with ThreadPoolExecutor(workers) as pool:  # threads that only wait for their process
        return [
            chart
            for part in pool.map(_draw_part, [missing[i::workers] for i in range(workers)])
            for chart in part
        ]


def _draw_part(part: list[tuple[str, str]]) -> list[tuple[str, str, str]]:
    done = subprocess.run(
        [sys.executable, "-m", "livingreview.charts.draw"],
        input=json.dumps(part),
        capture_output=True,
        text=True,
    )
    if done.returncode:
        msg = f"the charts could not be drawn:\n{done.stderr[-2000:]}"
        raise RuntimeError(msg)
    return [tuple(chart) for chart in json.loads(done.stdout)]


def _html(shown: list) -> list[str]:
    return [
        text
        for cell in shown
        for output in cell
        if isinstance(text := output.get("data", {}).get("text/html"), str)
    ]


def _fill(output: dict, drawn: dict[str, str]) -> dict:
    text = output.get("data", {}).get("text/html")
    if not isinstance(text, str) or not re.search(DEFERRED, text):
        return output
    filled = DEFERRED.sub(lambda match: drawn[match.group("key")], text)
    return {**output, "data": {**output["data"], "text/html": filled}}
