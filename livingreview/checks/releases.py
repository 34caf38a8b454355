"""Are the frozen versions under ``releases/`` as they were frozen? Pages show them, readers download them."""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from livingreview.checks.characters import has_hidden
from livingreview.checks.descriptor import texts_in
from livingreview.checks.documents import name_path, read_text
from livingreview.checks.json_schema import check_against
from livingreview.checks.problems import Problem, quote
from livingreview.files import DATA, ESTIMATES, RECORD, RELEASES, list_releases

RESTORE = "restore it from version control: a release is never changed"
WHAT = {
    RECORD: "what the release holds, as a JSON object",
    DATA: "the frozen data package, a zip",
    ESTIMATES: "the frozen estimates, as a JSON object",
}
_TEXT, _COUNT = {"type": "string"}, {"type": "integer", "minimum": 0}
_HASH = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_HASHES = {"type": "object", "additionalProperties": _HASH}
_FORMS = {
    "date": "a day like 2026-11-21",
    "data": "SHA-256 as 64 digits",
    "pages": "SHA-256 as 64 digits",
    "estimates": "SHA-256 as 64 digits",
    "sha256": "SHA-256 as 64 digits",
}
# What pages, feed and comparisons read of a release; a later engine may record more.
_RECORD: dict[str, Any] = {
    "type": "object",
    "required": ["version", "date", "title", "changes", "rows", "data", "estimates", "pages", "sha256"],
    "properties": {
        "version": _TEXT,
        "date": {"type": "string", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
        "title": _TEXT,
        "changes": {"type": "array", "items": _TEXT, "minItems": 1},
        "rows": {"type": "object", "additionalProperties": _COUNT},
        "data": _HASHES,
        "estimates": _HASH,
        "pages": _HASHES,
        "sha256": _HASHES | {"required": [DATA, ESTIMATES]},
    },
}
# Of an estimate: what stands there, and of which kind. By hand: there are thousands in each release.
NEEDED: dict[str, Any] = {"key": str, "label": str, "value": (int, float)}
FIELDS: dict[str, Any] = {
    **NEEDED,
    **dict.fromkeys(("low", "high"), (int, float)),
    **dict.fromkeys(("unit", "kind", "report_id", "printed", "printed_ends"), str),
    **dict.fromkeys(("events", "total"), int),
}


def check_releases(root: Path) -> list[Problem]:
    """Every problem in the folders of frozen versions; none where nothing has been released."""
    folder = Path(root) / RELEASES
    if folder.exists() and not folder.is_dir():
        mend = "delete the file, or restore the folder from version control"
        return [Problem(RELEASES, 0, "", "no-folder", "a file", "a folder with one folder a version", mend)]
    return [problem for version in list_releases(root) for problem in check_release(root, version)]


def check_release(root: Path, version: str) -> list[Problem]:
    """Every problem in one frozen version: its record, its data, its estimates."""
    folder, name = Path(root) / RELEASES / version, f"{RELEASES}/{version}"
    if not folder.is_dir():
        found, expected = "a file", f"a folder with {', '.join(WHAT)}"
        return [Problem(name, 0, "", "no-folder", found, expected, RESTORE)]
    record, problems = _read_json(folder / RECORD, f"{name}/{RECORD}", WHAT[RECORD])
    told = () if problems else check_against(_RECORD, record, forms=_FORMS)
    problems += [_at(f"{name}/{RECORD}", finding) for finding in told]
    if not problems and record["version"] != version:
        place = (f"{name}/{RECORD}", 0, "version", "another-version")
        problems.append(Problem(*place, quote(record["version"]), quote(version), RESTORE))
    known = record if not problems else None
    return [*problems, *_check_data(folder, name, known), *_check_estimates(folder, name, known)]


def _at(file: str, finding: tuple) -> Problem:
    path, rule, found, expected, _ = finding
    return Problem(file, 0, name_path(path), rule, found, expected, RESTORE)


def _read_json(path: Path, name: str, expected: str) -> tuple[Any, list[Problem]]:
    text, problems = read_text(path, name, expected=expected)
    if text is None or problems:
        return None, [_restored(problem) for problem in problems]
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        line, found = getattr(error, "lineno", 0), quote(getattr(error, "msg", error) if text else "nothing")
        return None, [Problem(name, line, "", "unreadable", found, expected, RESTORE)]
    if not isinstance(content, dict):
        return None, [Problem(name, 1, "", "unreadable", quote(content), expected, RESTORE)]
    if hidden := next((words for words in texts_in(content) if has_hidden(words)), None):
        found = f"an invisible character, {quote(hidden)}"
        return None, [Problem(name, 0, "", "control-character", found, "visible text only", RESTORE)]
    return content, []


def _restored(problem: Problem) -> Problem:
    return Problem(problem.file, problem.row, "", problem.rule, problem.found, problem.expected, RESTORE)


def _check_frozen(data: bytes, file: str, record: dict | None) -> Iterator[Problem]:
    """A file is the one that was frozen."""
    found = hashlib.sha256(data).hexdigest()
    if record and record["sha256"][os.path.basename(file)] != found:
        expected = f"the {record['sha256'][os.path.basename(file)][:12]}… of {RECORD}"
        yield Problem(file, 0, "", "not-as-frozen", f"SHA-256 {found[:12]}…", expected, RESTORE)


def _check_data(folder: Path, name: str, record: dict | None) -> Iterator[Problem]:
    """The zip opens, is the one that was frozen, and holds the files of the record."""
    path, file = folder / DATA, f"{name}/{DATA}"
    if not path.is_file():
        yield Problem(file, 0, "", "file-missing", "no such file", WHAT[DATA], RESTORE)
        return
    try:
        data = path.read_bytes()
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            held = set(archive.namelist())
    except OSError as error:
        yield Problem(
            file, 0, "", "file-unreadable", error.strerror or "", WHAT[DATA], "see to its permissions"
        )
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        yield Problem(file, 0, "", "unreadable", quote(error), WHAT[DATA], RESTORE)
    else:
        problems = list(_check_frozen(data, file, record))
        yield from problems
        for lacking in sorted(set(record["data"]) - held) if record and not problems else ():
            yield Problem(file, 0, lacking, "not-as-frozen", "no such file in it", f"as in {RECORD}", RESTORE)


def _check_estimates(folder: Path, name: str, record: dict | None) -> Iterator[Problem]:
    """The estimates are those that were frozen, in the form that pages read."""
    path, file = folder / ESTIMATES, f"{name}/{ESTIMATES}"
    content, problems = _read_json(path, file, WHAT[ESTIMATES])
    if problems:
        yield from problems
        return
    estimates = content.get("estimates")
    if not isinstance(estimates, list):
        yield Problem(file, 0, "estimates", "wrong-kind", quote(estimates), "a list of estimates", RESTORE)
        return
    for number, item in enumerate(estimates, 1):
        if odd := _find_odd(item):
            yield Problem(file, 0, f"estimates.{number}", "wrong-kind", *odd, RESTORE)
            return
    yield from _check_frozen(path.read_bytes(), file, record)


def _find_odd(item: object) -> tuple[str, str] | None:
    """What of an estimate no page could read: (found, expected)."""
    if not isinstance(item, dict):
        return quote(item), "an object"
    if lacking := [key for key in NEEDED if key not in item]:
        return f"no {lacking[0]}", f"an object with {', '.join(NEEDED)}"
    for key, value in item.items():
        if key not in FIELDS:
            return quote(key), f"one of: {', '.join(FIELDS)}"
        if not isinstance(value, FIELDS[key]) or isinstance(value, bool):
            return f"{key}: {quote(value)}", "text" if FIELDS[key] is str else "a number"
    return None
