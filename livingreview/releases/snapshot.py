"""One version of the evidence and its estimates: a frozen release, or the project as it stands now."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from livingreview.evidence import BIBLIOGRAPHY, Evidence, parse_evidence, read_cells
from livingreview.evidence.former import FORMER, rename_entries, rename_in, rename_rows
from livingreview.evidence.writing import format_rows
from livingreview.files import DATA, DESCRIPTOR, ESTIMATES, RECORD, RELEASES, list_releases
from livingreview.releases.estimates import Estimate, collect_estimates

NOW = "now"


@dataclass(frozen=True)
class Snapshot:
    """One version.

    Attributes
    ----------
    version : str
        CalVer, or 'now'.
    files : mapping of str to bytes
        The data package, file by file.
    record : mapping
        ``release.json``; empty for 'now'.
    frozen : tuple of Estimate, optional
        The estimates as that version's own engine made them.
    """

    version: str
    files: Mapping[str, bytes]
    record: Mapping
    frozen: tuple[Estimate, ...] | None = None

    @cached_property
    def evidence(self) -> Evidence:
        """The version's tables."""
        return parse_evidence(self.files)

    @cached_property
    def estimates(self) -> dict[str, Estimate]:
        """key -> estimate."""
        found = collect_estimates(self.evidence) if self.frozen is None else self.frozen
        return {item.key: item for item in found}


def load_snapshot(root: Path, version: str) -> Snapshot:
    """A release, or the project as it stands ('now').

    Raises
    ------
    ValueError
        If there is no such version; names those there are.
    """
    if version == NOW:
        return Snapshot(NOW, read_package_files(root), {})
    if version not in list_releases(root):
        msg = f"no release {version!r}; there are: {', '.join([*list_releases(root), NOW])}"
        raise ValueError(msg)
    folder = root / RELEASES / version
    with zipfile.ZipFile(folder / DATA) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    estimates = json.loads((folder / ESTIMATES).read_text(encoding="utf-8"))["estimates"]
    return Snapshot(version, files, read_record(root, version), tuple(Estimate(**item) for item in estimates))


def under_present_ids(before: Snapshot, after: Snapshot) -> Snapshot:
    """A version with its reports called as they are in a later one: a new id alone is no change of a row."""
    rows = after.evidence.tables[FORMER]
    known = set(before.evidence.tables["reports"]["report_id"])
    ids = {
        former: present
        for former, present in zip(rows["former_id"], rows["report_id"], strict=True)
        if former in known
    }
    if not ids:
        return before
    tables = before.evidence.package.tables
    renamed = rename_rows(
        before.evidence.package,
        {name: read_cells(before.files[table.path]) for name, table in tables.items()},
        ids,
    )
    files = {
        tables[name].path: format_rows(
            [tables[name].columns, *([row[column] for column in tables[name].columns] for row in cells)]
        ).encode()
        for name, cells in renamed.items()
    }
    entries = rename_entries(before.files[BIBLIOGRAPHY].decode("utf-8"), ids).encode()
    frozen = before.frozen and tuple(
        replace(item, key=rename_in(item.key, ids), report_id=rename_in(item.report_id, ids))
        for item in before.frozen
    )
    return replace(before, files={**before.files, **files, BIBLIOGRAPHY: entries}, frozen=frozen)


def read_record(root: Path, version: str) -> dict:
    """``release.json`` of a release."""
    return json.loads((root / RELEASES / version / RECORD).read_text(encoding="utf-8"))


def read_package_files(root: Path) -> dict[str, bytes]:
    """The data package as it stands: descriptor, bibliography and declared tables."""
    data = root / "data"
    descriptor = json.loads((data / DESCRIPTOR).read_text(encoding="utf-8"))
    names = [item["path"] for item in descriptor["resources"]]
    return {name: (data / name).read_bytes() for name in sorted([DESCRIPTOR, "references.bib", *names])}


def digest(content: bytes) -> str:
    """SHA-256 as hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()
