"""Whatever colours a reader has on screen, paper is dark on light.

The inherited sheets give their dark colours to every medium, so that a page printed from the dark scheme
is light grey on white. Here what is dark is kept off paper, and paper takes what is light.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from livingreview.book.slim_css import GROUPS, parse, split_selectors

DARK = re.compile(r"""\[data-theme=["']?dark["']?\]""")
LIGHT = re.compile(r"""\[data-theme=["']?light["']?\]$""")  # of the page as a whole: its colours' names
SCREEN, PAPER = "@media not print", "@media print"
# First in a sheet that is done: an incremental build may find it as it was left.
DONE = "/* paper is dark on light */"


def settle_schemes(static: Path) -> None:
    """Rewrite every style sheet of a built book."""
    for path in sorted(static.rglob("*.css")):
        text = path.read_text(encoding="utf-8")
        if not text.startswith(DONE) and (settled := settle_sheet(text)) != text:
            path.write_text(f"{DONE}\n{settled}", encoding="utf-8")


def settle_sheet(text: str) -> str:
    """A sheet whose dark rules hold on screens only, and whose light ones hold on paper always."""
    nodes = parse(text)
    settled = "".join(_settle(nodes))
    if settled == _write(nodes):
        return text  # nothing to settle: it stays as it was written
    licences = dict.fromkeys(re.findall(r"/\*!.*?\*/", text, re.DOTALL))
    return "".join(licences) + settled


def _settle(nodes) -> Iterator[str]:
    for head, body in nodes:
        if body is None:
            yield head
        elif re.match(r"@media\b.*\bprint\b", head):
            yield f"{head}{{{_write(body)}}}"  # it knows its medium
        elif head.startswith(GROUPS):
            inner = "".join(_settle(body))
            yield f"{_settle_query(head)}{{{inner}}}" if inner else ""
        elif head.startswith("@"):
            yield f"{head}{{{body}}}"
        else:
            yield from _settle_rule(head, body)


def _settle_query(head: str) -> str:
    """A media query for a scheme of the system: paper is light."""
    head = re.sub(r"^@media\s*(\(prefers-color-scheme:\s*dark\))", r"@media not print and \1", head)
    return re.sub(r"^@media\s*(\(prefers-color-scheme:\s*light\))", r"@media print,\1", head)


def _settle_rule(head: str, body: str) -> Iterator[str]:
    selectors = split_selectors(head)
    dark = [selector for selector in selectors if DARK.search(re.sub(r":not\([^()]*\)", "", selector))]
    rest = [selector for selector in selectors if selector not in dark]
    light = [LIGHT.sub("[data-theme]", selector) for selector in rest if LIGHT.search(selector)]
    if rest:
        yield f"{','.join(rest) if dark else head}{{{body}}}"
    if dark:
        yield f"{SCREEN}{{{','.join(dark)}{{{body}}}}}"
    if light:
        yield f"{PAPER}{{{','.join(light)}{{{body}}}}}"


def _write(nodes) -> str:
    return "".join(
        head if body is None else f"{head}{{{body if isinstance(body, str) else _write(body)}}}"
        for head, body in nodes
    )
