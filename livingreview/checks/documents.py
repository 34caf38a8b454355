"""Text files and YAML documents, with the line of everything in them; what cannot be read is told.

Whatever a file holds, reading it ends in a value or in problems, never in an exception.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import cast

import yaml

from livingreview.checks.characters import has_hidden, has_loose_accent
from livingreview.checks.problems import Problem, quote

RESTORE = "correct it, or restore the file from version control"
# What the loader raises besides its own errors: for dates that do not exist, unreadable tags, deep nesting.
_FAILURES = (
    yaml.YAMLError,
    ValueError,
    LookupError,
    AttributeError,
    TypeError,
    ArithmeticError,
    RecursionError,
)


@dataclass(frozen=True)
class Document:
    """A YAML mapping.

    Attributes
    ----------
    name : str
        The file it stands in.
    content : dict
        What it says.
    node : MappingNode
        The same, with the place of every key.
    first : int
        Line of the file on which it begins, counted from 1.
    """

    name: str
    content: dict
    node: yaml.MappingNode
    first: int = 1

    def line(self, *path: object) -> int:
        """Line of a key (or of an item of a list) by its path, or of the nearest thing around it."""
        node, line = self.node, 0
        for step in path:
            if isinstance(node, yaml.MappingNode):
                found = [(key, value) for key, value in node.value if key.value == str(step)]
                if not found:
                    break
                key, node = found[-1]
                line = key.start_mark.line + self.first
            elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
                node = node.value[step]
                line = node.start_mark.line + self.first
            else:
                break
        return line

    def problem(self, path: tuple, rule: str, found: str, expected: str, mend: str) -> Problem:
        """A problem at a path of keys and positions."""
        return Problem(self.name, self.line(*path), name_path(path), rule, found, expected, mend)


def name_path(path: tuple) -> str:
    """``('authors', 0, 'orcid')`` as 'authors.1.orcid': items of a list are counted from 1."""
    return ".".join(str(step + 1) if isinstance(step, int) else str(step) for step in path)


def read_text(path: Path, name: str, *, expected: str = "a file of the project") -> tuple[str | None, list]:
    """What a file says, and what is wrong with it as a whole; None where it cannot be read."""
    if not path.is_file():
        return None, [Problem(name, 0, "", "file-missing", "no such file", expected, RESTORE)]
    try:
        data = path.read_bytes()
    except OSError as error:
        found = error.strerror or type(error).__name__
        return None, [Problem(name, 0, "", "file-unreadable", found, expected, "see to its permissions")]
    problems = []
    if data.startswith(b"\xef\xbb\xbf"):
        mend = "save as UTF-8 without BOM"
        problems.append(Problem(name, 1, "", "byte-order-mark", "a byte-order mark", "plain UTF-8", mend))
        data = data[3:]
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line, byte = data[: error.start].count(b"\n") + 1, f"byte 0x{data[error.start]:02x}"
        mend = "save the file as UTF-8"
        return None, [*problems, Problem(name, line, "", "not-utf8", byte, "UTF-8 text", mend)]
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text, [*problems, *_find_odd_characters(text, name)]


def _find_odd_characters(text: str, name: str) -> Iterator[Problem]:
    for number, line in enumerate(text.split("\n"), 1):
        if has_hidden(line):
            found, mend = f"an invisible character in {quote(line)}", "retype the line"
            yield Problem(name, number, "", "control-character", found, "visible text only", mend)
        elif has_loose_accent(line):
            found, mend = f"a letter and its accent as two characters in {quote(line)}", "retype the letter"
            yield Problem(name, number, "", "letter-in-parts", found, "Unicode in form NFC", mend)


def read_document(path: Path, name: str, *, expected: str) -> tuple[Document | None, list[Problem]]:
    """A file that holds one YAML mapping, and what is wrong with it as a whole."""
    text, problems = read_text(path, name, expected=expected)
    if text is None:
        return None, problems
    document, found = parse_document(text, name)
    return document, [*problems, *found]


def parse_document(text: str, name: str, *, first: int = 1) -> tuple[Document | None, list[Problem]]:
    """YAML text that is one mapping (`first` is the line of the file it begins on).

    A key that stands twice is refused, since the loader drops the first one without a word; so is a list or
    mapping that is written once and referred to again, since unfolding those may have no end.
    """
    node, content, findings = _load(text)
    if findings:
        return None, [Problem(name, line + first, *rest) for line, *rest in findings]
    return Document(name, cast(dict, content), cast(yaml.MappingNode, node), first), []


@lru_cache(maxsize=64)  # the front matter of one chapter is that of all
def _load(text: str) -> tuple[yaml.Node | None, object, tuple]:
    """Nodes, values, and (line from 0, key, rule, found, expected, how to mend it) of what is wrong."""
    expected = "lines of `key: value` in YAML, dates as 2026-11-21"
    node = None
    try:
        node = yaml.SafeLoader(text).get_single_node()
        if odd := tuple(_find_odd(node)) if node else ():
            return node, None, odd
        content = yaml.SafeLoader("").construct_document(node) if node else None
    except _FAILURES as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line if mark else _find_failing(node) if node else 0
        found = quote(getattr(error, "problem", None) or error or type(error).__name__, 160)
        return node, None, ((line, "", "unreadable", found, expected, RESTORE),)
    if not isinstance(content, dict):
        found = "nothing" if content is None else quote(content)
        return node, None, ((0, "", "unreadable", found, expected, RESTORE),)
    return node, content, ()


def _find_failing(node: yaml.Node) -> int:
    """Line, from 0, of the innermost value that cannot be made, say a day that does not exist."""
    parts = node.value if isinstance(node, yaml.CollectionNode) else []
    for part in [item for pair in parts for item in (pair if isinstance(pair, tuple) else (pair,))]:
        try:
            yaml.SafeLoader("").construct_document(part)
        except _FAILURES:
            return _find_failing(part)
    return node.start_mark.line


def is_there(path: Path) -> bool:
    """Whether a path names a file, whatever stands in it (a name may be too long for any file)."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _find_odd(root: yaml.Node) -> Iterator[tuple]:
    """(line, key, rule, found, expected, how to mend it) of what the loader takes and should not."""
    seen, waiting = set(), [(root, "")]
    while waiting:
        node, name = waiting.pop()
        if isinstance(node, yaml.ScalarNode):
            # Written as an escape (\u200b), they are not seen by a look at the file.
            if has_hidden(node.value):
                found, mend = f"an invisible character in {quote(node.value)}", "retype the text"
                yield node.start_mark.line, name, "control-character", found, "visible text only", mend
            continue
        if id(node) in seen:
            found, mend = "a reference (`*name`) to a list or mapping", "write it out in each place"
            yield node.start_mark.line, name, "reference", found, "the values themselves", mend
            continue
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            waiting += [(item, name) for item in node.value]
            continue
        known = set()
        for key, value in node.value:
            label = key.value if isinstance(key, yaml.ScalarNode) else ""
            if label and label in known:
                line, found = key.start_mark.line, f"a second {label!r}"
                yield line, label, "key-twice", found, "each key once", "delete one of the two"
            known.add(label)
            waiting += [(key, label), (value, label)]
