"""Freezing a release under ``releases/<version>/``, never changed again: data package, estimates, record."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd

from livingreview.checks import check_project, find_unconfirmed, find_unfilled
from livingreview.citation import author_names, read_citation, write_deposit
from livingreview.evidence import records
from livingreview.evidence.package import read_package
from livingreview.files import (
    CHANGES,
    DATA,
    ESTIMATES,
    RECORD,
    RELEASES,
    UNRELEASED,
    list_releases,
    make_zip,
    parse_version,
    put_folder,
)
from livingreview.releases.snapshot import NOW, Snapshot, digest, load_snapshot, read_record
from livingreview.surveillance.tables import name_version

PAGES = ("chapters/*.md", "_toc.yml", "review.yml")


class ReleaseError(Exception):
    """A release was refused; the message says why and how to mend it."""


def make_release(root: Path, version: str) -> Path:
    """Freeze the project as it stands; returns the new folder.

    Raises
    ------
    ReleaseError
        If the version is not a later CalVer, the changelog or CITATION.cff does not know it, the data are not
        sound, or nothing changed.
    """
    require_later(root, version)
    changes = require_changes_told(root, version)
    record = require_cited(root, version)
    require_sound(root)
    require_filled(root)
    require_notices_read(root)
    name_version(root, version)
    now = load_snapshot(root, NOW)
    content = describe_content(root, now)
    require_change(root, content)
    estimates = [item.to_dict() for item in now.estimates.values()]
    files = {
        DATA: _zip_data(root, now, record),
        ESTIMATES: _json({"version": version, "estimates": estimates}),
    }
    files[RECORD] = _json(
        {
            "version": version,
            "date": str(record["date-released"]),
            "title": record["title"],
            "changes": changes,
            "rows": {name: len(now.evidence.tables[name]) for name in now.evidence.package.tables},
            **content,
            "sha256": {name: digest(value) for name, value in files.items()},
        }
    )
    folder = root / RELEASES / version
    put_folder(files, folder)
    write_deposit(root)
    return folder


def require_sound(root: Path) -> None:
    """Refuse data in which a check finds a problem, or a change that nobody confirmed."""
    if problems := [*check_project(root), *find_unconfirmed(root)]:
        told = "\n".join(f"  {problem}" for problem in problems)
        msg = (
            f"{len(problems)} problem(s) in the data:\n{told}\n"
            "To mend: correct them until `livingreview check` is silent, then release again."
        )
        raise ReleaseError(msg)


def require_filled(root: Path) -> None:
    """Refuse while a place is marked as still to be filled in: a reader would cite it as it stands."""
    if unfilled := find_unfilled(root):
        told = "\n".join(f"  {place}" for place in unfilled)
        msg = f"{len(unfilled)} place(s) still to be filled in:\n{told}\nTo mend: write what is asked for."
        raise ReleaseError(msg)


def require_notices_read(root: Path) -> None:
    """Refuse while a retraction, concern or correction is on record that nobody has read."""
    notices = records(read_package(root).tables["notices"])
    if unread := [row for row in notices if pd.isna(row["read_on"]) or pd.isna(row["effect"])]:
        told = "\n".join(
            f"  {row['report_id']}: {row['kind'].replace('_', ' ')}, {row['source']}: {row['notice']}"
            for row in unread
        )
        msg = (
            f"{len(unread)} notice(s) that nobody has read:\n{told}\n"
            "To mend: read each against the figures of the report, and enter read_on, effect and note "
            "in data/notices.csv."
        )
        raise ReleaseError(msg)


def require_change(root: Path, content: dict) -> None:
    """Refuse content (see `describe_content`) that is that of the last release."""
    past = list_releases(root)
    if past and _holds(read_record(root, past[-1]), content):
        msg = (
            f"nothing has changed since {past[-1]}: data, estimates and pages are the same. "
            "To mend: there is nothing to release; "
            f"`livingreview diff {past[-1]} now` shows what a change would be."
        )
        raise ReleaseError(msg)


def require_later(root: Path, version: str) -> None:
    """Refuse what is not CalVer, or not later than every release so far."""
    number, past = parse_version(version), list_releases(root)
    if number is None:
        msg = (
            f"{version!r} is not a version. To mend: YYYY.M.N, for example 2026.11.0 "
            "(year, month without a leading zero, number within the month)."
        )
        raise ReleaseError(msg)
    if past and number <= parse_version(past[-1]):
        year, month, last = parse_version(past[-1])
        msg = (
            f"{version} is not later than {past[-1]}, and a release is never changed. "
            f"To mend: take a later one, for example {year}.{month}.{last + 1}."
        )
        raise ReleaseError(msg)


def require_changes_told(root: Path, version: str) -> list[str]:
    """The changelog's entries for a version, one text each; refuse where there is none, or some wait."""
    if waiting := read_changes(root, UNRELEASED):
        msg = (
            f"CHANGELOG.md has {len(waiting)} entry(s) under {UNRELEASED}, which no version would tell. "
            f"To mend: move them under `## {version}`, and take the heading out."
        )
        raise ReleaseError(msg)
    changes = read_changes(root, version)
    if not changes:
        msg = (
            f"CHANGELOG.md has no entry for {version}. To mend: add a heading `## {version}` "
            "with a line `- …` for each thing a reader should know."
        )
        raise ReleaseError(msg)
    return changes


def read_changes(root: Path, version: str) -> list[str]:
    """Entries of a version in CHANGELOG.md; [] where it has none."""
    path = root / CHANGES
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    part = re.search(rf"^## {re.escape(version)}\s*$(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    return re.findall(r"^- (.+?)\s*$", part.group(1), re.MULTILINE) if part else []


def require_cited(root: Path, version: str) -> dict:
    """The review's own record, which must name the version."""
    record = read_citation(root)
    if str(record.get("version")) != version:
        msg = (
            f"CITATION.cff says version {record.get('version')}, so readers would cite another one. "
            f'To mend: set `version: "{version}"` and `date-released:` there, '
            "build, look at the pages, release again."
        )
        raise ReleaseError(msg)
    return record


def describe_content(root: Path, now: Snapshot) -> dict:
    """Hashes by which a change since the last release is told: data, estimates and pages."""
    paths = sorted(path for pattern in PAGES for path in root.glob(pattern))
    return {
        "data": {name: digest(content) for name, content in now.files.items()},
        "estimates": digest(_json([item.to_dict() for item in now.estimates.values()])),
        "pages": {path.relative_to(root).as_posix(): digest(path.read_bytes()) for path in paths},
    }


def is_released(root: Path, version: str) -> bool:
    """Whether a release is the project as it stands."""
    return _holds(read_record(root, version), describe_content(root, load_snapshot(root, NOW)))


def _holds(record: dict, content: dict) -> bool:
    return all(record.get(name) == value for name, value in content.items())


def write_readme(now: Snapshot, record: dict) -> str:
    """What a stranger who opens the package needs: what it is, how to read and cite it, on what terms."""
    package = now.evidence.package
    version, date = record["version"], record["date-released"]
    authors = " and ".join(author_names(record))
    tables = "\n".join(
        f"- `{table.path}` ({len(now.evidence.tables[name])} rows): {table.description}"
        for name, table in package.tables.items()
    )
    return (
        f"# {record['title']}\n\nVersion {version} of {date}. {package.description}\n\n"
        "A Frictionless Data Package: `datapackage.json` says what every column means; "
        "check it with `frictionless validate datapackage.json`.\n"
        "UTF-8, comma-separated; an empty cell is missing; "
        "`row_id` is the address of a figure and stays the same from version to version.\n\n"
        f"## Tables\n\n{tables}\n- `references.bib`: a report's bibliographic record\n\n"
        f"## Cite\n\n{authors}. {record['title']}. Version {version}; {date}.\n\n"
        f"## Licence\n\n{record['license']} for the data; the whole text is in `LICENSE`.\n"
    )


def _json(value) -> bytes:
    return (json.dumps(value, indent=1, ensure_ascii=False, sort_keys=True) + "\n").encode()


def _zip_data(root: Path, now: Snapshot, record: dict) -> bytes:
    """The data package with what a stranger needs to use it: read-me, licence and citation."""
    files = {**now.files, "README.md": write_readme(now, record).encode()}
    return make_zip(files | {name: (root / name).read_bytes() for name in ("LICENSE", "CITATION.cff")})
