"""Chapters as notebooks: reading them, naming them by content, putting outputs back."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from myst_nb.core.read import is_myst_markdown_notebook, read_myst_markdown_notebook
from myst_parser.config.main import MdParserConfig

from livingreview.manuscript import expand_chapter, sections_of


@dataclass(frozen=True)
class Chapter:
    """An executable page: its path and its notebook as MyST-NB reads it."""

    path: Path
    notebook: nbformat.NotebookNode

    @property
    def name(self) -> str:
        """Name for progress lines and the store."""
        return self.path.stem

    @property
    def code(self) -> str:
        """A hash of everything in the notebook that decides what it computes."""
        cells = [
            [cell.source, cell.metadata.get("tags", [])]
            for cell in self.notebook.cells
            if cell.cell_type == "code"
        ]
        return digest(json.dumps([cells, self.notebook.metadata.get("kernelspec", {}).get("name", "")]))


@dataclass(frozen=True)
class Run:
    """What became of one chapter.

    Attributes
    ----------
    path : Path
        The chapter.
    outputs : list of list of dict
        Outputs of each code cell, as in a notebook file.
    opened : tuple of str
        What the chapter read while it ran: ``slice:...`` of the evidence, ``file:...`` and ``dir:...``.
    seconds : float
        Time it took.
    error : str
        Chapter, cell and traceback where it failed; '' where it did not.
    """

    path: Path
    outputs: list = field(default_factory=list)
    opened: tuple[str, ...] = ()
    seconds: float = 0.0
    error: str = ""


def read_chapter(path: Path) -> Chapter | None:
    """The chapter in a MyST Markdown file, or None where the file is a plain page."""
    text = expand_chapter(path)
    if not is_myst_markdown_notebook(text):
        return None
    # MyST-NB's own reader, so that its cache recognises what is stored for it.
    notebook = read_myst_markdown_notebook(text, MdParserConfig(), add_source_map=True, path=str(path))
    for number, cell in enumerate(notebook.cells, 1):
        cell["id"] = (
            f"cell-{number}"  # the reader draws lots, and an unchanged chapter would differ from itself
        )
    return Chapter(path, notebook)


def digest(*parts: bytes | str) -> str:
    """A hash of several parts, with their borders."""
    total = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        total.update(len(data).to_bytes(8, "big") + data)
    return total.hexdigest()[:32]


def code_cells(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    """The code cells of a notebook, in order."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def with_outputs(source: nbformat.NotebookNode, outputs: list) -> nbformat.NotebookNode:
    """A copy of the source notebook with each code cell's outputs; ValueError if their numbers differ."""
    result = nbformat.from_dict(source)
    for number, (cell, shown) in enumerate(zip(code_cells(result), outputs, strict=True), 1):
        cell.outputs, cell.execution_count = [nbformat.from_dict(item) for item in shown], number
    return result


def clean_output(output: dict) -> dict:
    """An output without what differs from run to run."""
    output = {name: value for name, value in output.items() if name != "transient"}
    plain = output.get("data", {}).get("text/plain")
    if isinstance(plain, str):
        output["data"] = {**output["data"], "text/plain": re.sub(r" at 0x[0-9a-f]+", "", plain)}
    return output


def cell_error(chapter: Chapter, number: int, name: str, value: str, traceback: str) -> str:
    """Where and how a chapter failed: chapter, cell, line of the page, traceback without colours."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", traceback)
    return f"{chapter.path.name}, {place_cell(chapter, number)}: {name}: {value}\n{plain}"


def place_cell(chapter: Chapter, number: int) -> str:
    """A code cell's number, and the line of the page it begins in."""
    source = code_cells(chapter.notebook)[number - 1].source
    text = chapter.path.read_text(encoding="utf-8")
    line = _find_line(text, source)
    if not line and (shared := sections_of(text)):
        line = (
            _find_line((chapter.path.parent / shared).read_text(encoding="utf-8"), source) + f" of {shared}"
        )
    return f"code cell {number}{line}"


def _find_line(text: str, source: str) -> str:
    at = text.find(source)
    return f", from line {text[:at].count(chr(10)) + 1}" if at >= 0 else ""
