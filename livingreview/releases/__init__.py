"""Releases: freezing a version, telling what moved between two, laying out the permanent pages."""

from livingreview.releases.diff import Difference, compare
from livingreview.releases.freeze import ReleaseError, make_release
from livingreview.releases.snapshot import NOW, Snapshot, list_releases, load_snapshot

__all__ = [
    "NOW",
    "Difference",
    "ReleaseError",
    "Snapshot",
    "compare",
    "list_releases",
    "load_snapshot",
    "make_release",
]
