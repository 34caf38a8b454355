"""The contents of the book, ``_toc.yml``: which pages it holds, in which order.

Source
------
Format of sphinx-external-toc, as Jupyter Book 1 uses it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

CONTENTS = "_toc.yml"
KINDS = ("file", "glob", "url")
FORMATS = ("jb-book", "jb-article")
# Keys of a list of parts and of a list of entries at the top of a format, where they differ from those below.
_PARTS = {("jb-book", 0): "parts"}
_ITEMS = {("jb-book", 0): "chapters"}
_OPTIONS = (
    "caption",
    "hidden",
    "maxdepth",
    "numbered",
    "reversed",
    "titlesonly",
    "style",
    "restart_numbering",
)
_TOP = ("format", "root", "defaults", "meta")


class Entry(NamedTuple):
    """One line of the contents: a ``file`` (a page), a ``glob`` (pages by a pattern) or a ``url``."""

    kind: str
    target: str
    path: tuple


class Slip(NamedTuple):
    """Something that is not as the format has it, at a path of keys and positions."""

    path: tuple
    found: object
    expected: str


def list_entries(contents: dict) -> Iterator[Entry | Slip]:
    """Every entry of the contents, the start page first, and every slip of form.

    Parameters
    ----------
    contents : dict
        ``_toc.yml`` as plain values.
    """
    form = contents.get("format")
    if form not in FORMATS:
        yield Slip(("format",), form, f"one of: {', '.join(FORMATS)}")
        return
    if isinstance(contents.get("root"), str) and contents["root"]:
        yield Entry("file", contents["root"], ("root",))
    else:
        yield Slip(("root",), contents.get("root"), "the start page, its path without .md")
    yield from _list_below(contents, (), form, 0)


def _list_below(item: dict, path: tuple, form: str, depth: int) -> Iterator[Entry | Slip]:
    parts_key, items_key = _PARTS.get((form, depth), "subtrees"), _ITEMS.get((form, depth), "sections")
    known = ("title", "options", parts_key, items_key, *(_TOP if depth == 0 else KINDS))
    for key in item:
        if key not in known:
            yield Slip((*path, key), key, f"one of: {', '.join(known)}")
    if parts_key in item and items_key in item:
        yield Slip((*path, items_key), items_key, f"either {parts_key} or {items_key}")
    elif parts_key in item:
        for number, part in enumerate(_take_list(item[parts_key])):
            here = (*path, parts_key, number)
            if not isinstance(part, dict):
                yield Slip(here, part, f"{items_key}: with its entries")
                continue
            for key in part:
                if key not in (items_key, *_OPTIONS):
                    yield Slip((*here, key), key, f"one of: {', '.join((items_key, *_OPTIONS))}")
            yield from _list_items(part.get(items_key), (*here, items_key), form, depth)
        if not _take_list(item[parts_key]):
            yield Slip((*path, parts_key), item[parts_key], "a list of parts")
    elif items_key in item:
        yield from _list_items(item[items_key], (*path, items_key), form, depth)


def _list_items(items, path: tuple, form: str, depth: int) -> Iterator[Entry | Slip]:
    if not _take_list(items):
        yield Slip(path, items, "a list of entries, each `- file: …`")
    for number, item in enumerate(_take_list(items)):
        here = (*path, number)
        kinds = [kind for kind in KINDS if isinstance(item, dict) and kind in item]
        if len(kinds) != 1:
            yield Slip(here, item, f"an entry with one of: {', '.join(KINDS)}")
            continue
        target = item[kinds[0]]
        if not isinstance(target, str) or not target:
            yield Slip((*here, kinds[0]), target, "a path, as text")
            continue
        yield Entry(kinds[0], target, (*here, kinds[0]))
        yield from _list_below(item, here, form, depth + 1)


def _take_list(value) -> list:
    return value if isinstance(value, list) else []
