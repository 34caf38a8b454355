"""Which format a file has, by what stands in it and not by its name."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

from livingreview.surveillance.readers.answers import read_answer
from livingreview.surveillance.readers.columns import read_bibtex, read_columns, read_json
from livingreview.surveillance.readers.found import Export
from livingreview.surveillance.readers.markup import read_xml
from livingreview.surveillance.readers.medline import read_medline
from livingreview.surveillance.readers.ris import read_ris

KNOWN = (
    "RIS, MEDLINE (nbib), PubMed XML, EndNote XML, WHO ICTRP XML, BibTeX, CSV, or JSON of "
    "ClinicalTrials.gov, Europe PMC, Crossref or OpenAlex"
)


class ReadError(ValueError):
    """A file that cannot be imported, with what to do about it."""


def read_export(data: bytes, name: str) -> Export:
    """The records of one exported file.

    Raises
    ------
    ReadError
        If its format is unknown, if it cannot be read whole, or if it holds no record.
    """
    try:
        export = _read(data)
    except ValueError as error:
        msg = f"{name}: {error}"
        raise ReadError(msg) from None
    if export is None or not export.records:
        if re.match(rb"\s*<(?:!doctype html|html)", data, re.IGNORECASE):
            found = "a web page"
        else:
            found = "no record" if export else "a format that is not known"
        msg = f"{name}: found {found}; expected {KNOWN}; to mend: export the records again, in one of these"
        raise ReadError(msg)
    return export


def _read(data: bytes) -> Export | None:
    if re.match(rb"(?:\xef\xbb\xbf)?\s*<", data):
        return None if re.match(rb"\s*<(?:!doctype )?html", data, re.IGNORECASE) else read_xml(data)
    text = _decode(data)
    if re.search(r"^TY {1,2}- ", text, re.MULTILINE):
        return read_ris(text)
    if re.search(r"^PMID- ", text, re.MULTILINE):
        return read_medline(text)
    if re.match(r"\s*[{\[]", text):
        return read_json(text) or read_answer(text)
    if re.search(r"^\s*@\w+\s*[{(]", text, re.MULTILINE):
        return read_bibtex(text)
    return read_columns(text)


def _decode(data: bytes) -> str:
    """Text with LF at line ends; what is not UTF-8 is UTF-16 by its mark, else Windows' western encoding."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = data.decode("utf-16")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("cp1252", errors="replace")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\ufeff", "")


def read_exports(paths: Iterable[Path]) -> list[tuple[Path, bytes, str, Export]]:
    """Each file with its bytes, their SHA-256 and its records; all of them or none.

    Raises
    ------
    ReadError
        For the first that cannot be read.
    """
    read = []
    for path in paths:
        try:
            data = path.read_bytes()
        except OSError as error:
            msg = f"{path}: {error.strerror}"
            raise ReadError(msg) from None
        read.append((path, data, hashlib.sha256(data).hexdigest(), read_export(data, path.name)))
    return read
