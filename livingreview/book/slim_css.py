"""The theme's style sheet without the rules that no page of the book can use: a sixth of its weight.

The theme has no smaller sheet to ask for, and every first visit waits for this one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pydata_sphinx_theme

NAME = "styles/pydata-sphinx-theme.css"
SOURCE = Path(pydata_sphinx_theme.__file__).parent / "theme" / "pydata_sphinx_theme" / "static" / NAME
# A piece of a sheet up to a brace or semicolon that ends it; what stands in quotes or brackets ends nothing.
PIECE = re.compile(r"""(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\([^()]*\)|[^{};"'(])*[{};]?""", re.DOTALL)
# Rules that hold rules.
GROUPS = ("@media", "@supports", "@layer", "@container")
CLASS = re.compile(r"\.(-?[_a-zA-Z][\w-]*)")


def slim_theme(pages: Path) -> int:
    """Write the theme's sheet into a built book anew: its rules that the pages and scripts have a use for.

    Returns
    -------
    int
        Bytes saved.
    """
    used = set()
    for path in pages.rglob("*.html"):
        for names in set(re.findall(r'class="([^"]*)"', path.read_text(encoding="utf-8"))):
            used.update(names.split())
    for path in (pages / "_static").rglob("*.js"):  # scripts add classes of their own
        if path.parent.name not in ("cards", "vendor") and path.name != "fontawesome.js":
            used.update(re.findall(r"[_a-zA-Z][\w-]*", path.read_text(encoding="utf-8")))
    whole = SOURCE.read_text(encoding="utf-8")
    slim = slim_css(whole, used)
    (pages / "_static" / NAME).write_text(slim, encoding="utf-8")
    return len(whole) - len(slim)


def slim_css(text: str, used: set[str]) -> str:
    """A style sheet without the selectors that need a class which is not in `used`."""
    return "".join(_keep(parse(text), used))


def _keep(nodes, used: set[str]) -> Iterator[str]:
    for head, body in nodes:
        if body is None:
            yield head
        elif head.startswith(GROUPS):
            if inner := "".join(_keep(body, used)):
                yield f"{head}{{{inner}}}"
        else:
            wanted = (
                head
                if head.startswith("@")
                else ",".join(selector for selector in split_selectors(head) if _is_used(selector, used))
            )
            if wanted:
                yield f"{wanted}{{{body}}}"


def parse(text: str) -> list[tuple]:
    """A style sheet as pairs (head, body), without its comments.

    A body is a rule's declarations, or the pairs in a group such as ``@media``;
    None where a head stands by itself, such as ``@import``.
    """
    return _parse(iter(PIECE.findall(re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL))))


def _parse(pieces: Iterator[str]) -> list[tuple]:
    nodes = []
    for piece in pieces:
        if piece.endswith("}"):
            break
        head = piece[:-1].strip()
        if not piece.endswith("{"):
            nodes.append((piece, None))
        elif head.startswith(GROUPS):
            nodes.append((head, _parse(pieces)))
        else:
            nodes.append((head, "".join(_block(pieces))))
    return nodes


def _block(pieces: Iterator[str]) -> Iterator[str]:
    """What stands between a brace and its end, blocks within included."""
    depth = 1
    for piece in pieces:
        depth += piece.endswith("{") - piece.endswith("}")
        if not depth:
            yield piece[:-1]
            return
        yield piece


def split_selectors(head: str) -> list[str]:
    """A list of selectors, parted at its commas but not at those in brackets."""
    return [
        part.strip() for part in re.findall(r"(?:\([^()]*(?:\([^()]*\)[^()]*)*\)|\[[^\]]*\]|[^,(\[])+", head)
    ]


def _is_used(selector: str, used: set[str]) -> bool:
    bare = re.sub(r"\[[^\]]*\]", "", selector)
    while (
        less := re.sub(r":[\w-]+\([^()]*\)", "", bare)
    ) != bare:  # what stands in :not() and :is() need not be there
        bare = less
    return "\\" in selector or all(name in used for name in CLASS.findall(bare))
