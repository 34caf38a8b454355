"""One version of the evidence and its estimates: a frozen release, or the project as it stands now."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from livingreview.evidence import Evidence, parse_evidence
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
