"""An export as a folder: its read-me, tables as CSV, written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from livingreview.citation import book_item, format_item
from livingreview.citation.record import licences
from livingreview.evidence.writing import format_rows
from livingreview.files import put_folder

README = "README.md"


class ExportError(ValueError):
    """A folder that an export may not be written into."""


def write_folder(files: Mapping[str, bytes], target: Path) -> None:
    """Write an export into a folder that is new or empty.

    Parameters
    ----------
    files : mapping of str to bytes
        Contents by name; a name may lie in a folder (``a/b.csv``).

    Raises
    ------
    ExportError
        If something stands there; nothing is changed then.
    """
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        msg = f"--to {target}: expected a new or empty folder, found a file; name another"
        raise ExportError(msg)
    if target.is_dir() and (there := sorted(os.listdir(target))):
        msg = (
            f"--to {target}: expected a new or empty folder, found {len(there)} file(s) in it, such as "
            f"{there[0]}; name another, or empty this one"
        )
        raise ExportError(msg)
    put_folder(files, target)


def as_csv(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> bytes:
    """Rows as CSV, in UTF-8; a column left out of a row is empty."""
    return format_rows([columns, *([row.get(name, "") for name in columns] for row in rows)]).encode()


def write_readme(record: Mapping, title: str, parts: Iterable[str], columns: Mapping[str, str] = {}) -> bytes:
    """What an export is, of which version of the review, what its columns mean, how it is used.

    Parameters
    ----------
    record : mapping
        The review's own record, see `livingreview.citation.read_citation`.
    parts : iterable of str
        Paragraphs of Markdown.
    columns : mapping of str to str
        Column -> meaning.
    """
    lines = [
        f"# {title}",
        "",
        f"From: {format_item(book_item(dict(record)))}",
        f"Licence: {' or '.join(licences(dict(record)))}.",
        "",
    ]
    for part in parts:
        lines += [part, ""]
    if columns:
        lines += ["| column | meaning |", "|---|---|"]
        lines += [f"| `{name}` | {meaning} |" for name, meaning in columns.items()]
        lines.append("")
    return "\n".join(lines).encode()
