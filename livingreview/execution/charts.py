"""Drawing all the book's charts in one go, after the chapters have run.

Starting the chart renderer takes longer than drawing a chart, so chapters leave their charts as specifications,
and those not drawn before are drawn here by a few processes, each starting the renderer once.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from livingreview.charts.render import DEFERRED


def finish_charts(outputs: dict[Path, list], folder: Path) -> dict[Path, list]:
    """Outputs with every deferred chart drawn.

    Parameters
    ----------
    outputs : mapping
        Outputs of each code cell of each chapter.
    folder : Path
        Where drawn charts are kept by their content.
    """
    wanted = {match.group("key"): match.group("spec") for shown in outputs.values() for text in _html(shown) for match in DEFERRED.finditer(text)}
    drawn = {key: text for key in wanted if (text := _read(folder / f"{key}.html")) is not None}
    missing = [(key, spec) for key, spec in wanted.items() if key not in drawn]
    for key, text in draw_all(missing):
        drawn[key] = text
        _write(folder / f"{key}.html", text)
    return {path: [[_fill(output, drawn) for output in cell] for cell in shown] for path, shown in outputs.items()}


def draw_all(missing: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Draw charts; several processes where there is enough to do.

    Raises
    ------
    RuntimeError
        If a chart cannot be drawn.
    """
    workers = min(os.cpu_count() or 1, len(missing) // 4 + 1)
    if not missing:
        return []
    with ThreadPoolExecutor(workers) as pool:  # threads that only wait for their process
        return [pair for part in pool.map(_draw_part, [missing[i::workers] for i in range(workers)]) for pair in part]


def _draw_part(part: list[tuple[str, str]]) -> list[tuple[str, str]]:
    done = subprocess.run([sys.executable, "-m", "livingreview.charts.draw"], input=json.dumps(part), capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"the charts could not be drawn:\n{done.stderr[-2000:]}")
    return [tuple(pair) for pair in json.loads(done.stdout)]


def _html(shown: list) -> list[str]:
    return [text for cell in shown for output in cell if isinstance(text := output.get("data", {}).get("text/html"), str)]


def _fill(output: dict, drawn: dict[str, str]) -> dict:
    text = output.get("data", {}).get("text/html")
    if not isinstance(text, str) or not re.search(DEFERRED, text):
        return output
    filled = DEFERRED.sub(lambda match: drawn[match.group("key")], text)
    return {**output, "data": {**output["data"], "text/html": filled}}


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return None


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(name, path)
