"""Releases: freezing a version, telling what moved between two, laying out the permanent pages."""

from importlib import import_module

# Looked up when asked for: the command line adds these commands without loading what they need.
_HOMES = {
    "NOW": "snapshot",
    "Difference": "diff",
    "ReleaseError": "freeze",
    "Snapshot": "snapshot",
    "compare": "diff",
    "load_snapshot": "snapshot",
    "make_release": "freeze",
}
__all__ = list(_HOMES)


def __getattr__(name: str):
    if name not in _HOMES:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
