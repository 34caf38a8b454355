"""The project's files: where they are, whether the book is current, what builds keep, their lock, zips.

Only the standard library is imported here, so that an unchanged book is told in a moment.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import hashlib
import io
import json
import os
import platform
import re
import shutil
import sys
import tempfile
import weakref
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO

DESCRIPTOR = "datapackage.json"
NOTE = ".published.json"
RELEASES = "releases"  # folder of the frozen versions, each of which is a folder with these files
DATA, ESTIMATES, RECORD = "data.zip", "estimates.json", "release.json"
CALVER = re.compile(r"(?P<year>\d{4})\.(?P<month>1[0-2]|[1-9])\.(?P<number>0|[1-9]\d*)", re.ASCII)
PAUSE = 0.5  # seconds between two looks at files that are followed
QUIET = 0.15  # seconds without a change after which what was saved is taken as whole
Stamp = dict[str, tuple[int, int]]
CHANGES, UNRELEASED = "CHANGELOG.md", "Unreleased"  # heading there of what no version has yet
# What builds write themselves, and what screening works with: no page is made from it.
SKIPPED = {"_build", "__pycache__", "reports", "node_modules", "records", "decisions", "sheets"}


def find_root(start: str | os.PathLike | None = None) -> Path:
    """The project folder: the nearest from `start` (default: here) upwards with a ``data/datapackage.json``.

    Raises
    ------
    FileNotFoundError
        If there is none.
    """
    here = Path(start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / "data" / DESCRIPTOR).is_file():
            return folder
    msg = f"no data/{DESCRIPTOR} in {here} or any folder above it: run this inside the project"
    raise FileNotFoundError(msg)


def check_folder(option: str, folder: Path | None) -> None:
    """The folder that an option of a command names, if it names one, is there.

    Raises
    ------
    FileNotFoundError
        Else, with the option's name.
    """
    if folder is not None and not folder.is_dir():
        msg = f"{option} {folder}: no such folder"
        raise FileNotFoundError(msg)


def find_engine(root: Path) -> Path:
    """The folder around the engine's package: the project's own, where it is part of it."""
    return root if (root / "livingreview" / "__init__.py").is_file() else Path(__file__).resolve().parents[1]


def parse_version(text: str) -> tuple[int, int, int] | None:
    """'2026.11.0' -> (2026, 11, 0); None for anything else."""
    match = CALVER.fullmatch(text)
    return (int(match["year"]), int(match["month"]), int(match["number"])) if match else None


def list_releases(root: Path) -> list[str]:
    """Versions released, oldest first."""
    try:
        # Asked for even where there is none: a chapter that shows releases depends on this.
        names = os.listdir(root / RELEASES)
    except (FileNotFoundError, NotADirectoryError):
        return []
    found = {name: version for name in names if (version := parse_version(name))}
    return sorted(found, key=found.__getitem__)


def hash_project(root: Path) -> str:
    """One hash over every file that a build could read, the engine's too, and over Python's version."""
    total = hashlib.sha256(platform.python_version().encode())
    engine = find_engine(root)
    for folder in (root,) if engine == root else (root, engine / "livingreview"):
        for path in _walk(folder):
            name = path.relative_to(folder).as_posix()
            total.update(f"{name}\0{path.stat().st_size}\0".encode() + path.read_bytes())
    return total.hexdigest()


def stamp_project(root: Path) -> Stamp:
    """Size and time of change of every file of the project that a build could read, by its path.

    What was saved is told by it in a hundredth of a second; whether a book is made of it, only by hashes.
    """
    found = {}
    for path in _walk(root):
        with contextlib.suppress(FileNotFoundError):  # an editor puts a new file in the place of the old one
            status = path.stat()
            found[path.relative_to(root).as_posix()] = (status.st_size, status.st_mtime_ns)
    return found


def stamp_files(paths: Iterable[Path]) -> Stamp:
    """Size and time of change of files and of a folder's tables, by path; what is not there has none."""
    found = {}
    for path in paths:
        for file in sorted(path.glob("*.csv")) if path.is_dir() else [path]:
            with contextlib.suppress(OSError):
                status = file.stat()
                found[str(file)] = (status.st_size, status.st_mtime_ns)
    return found


def settled(look: Callable[[], Stamp], seen: Stamp, wait: Callable[[float], bool]) -> Stamp:
    """What stands there once nothing was written for a moment: a program saves in several steps.

    Parameters
    ----------
    look : callable
        Gives a stamp.
    seen : dict
        The stamp that was seen last.
    wait : callable
        Waits so many seconds; true where that is to end.
    """
    while not wait(QUIET) and (later := look()) != seen:
        seen = later
    return seen


def book_of(root: Path) -> str:
    """What parts the published book from the one before it: when it was published; '' where there is none."""
    try:
        return str((root / "_build" / NOTE).stat().st_mtime_ns)
    except FileNotFoundError:
        return ""


def note_published(root: Path, inputs: str) -> None:
    """Write down what the published book was made from, and its files as they stand."""
    path = root / "_build" / NOTE
    aside = path.with_suffix(".part")
    aside.write_text(json.dumps({"inputs": inputs, "files": _published(root)}), encoding="utf-8")
    os.replace(aside, path)


def is_current(root: Path) -> bool:
    """Whether nothing changed since the last build: no input, and no file of the book."""
    try:
        note = json.loads((root / "_build" / NOTE).read_text(encoding="utf-8"))
        return note["files"] == _published(root) and note["inputs"] == hash_project(root)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def hash_bytes(data: bytes) -> str:
    """A short hash by which damage is told: whatever a build kept is held against it before it is used."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def keep(path: Path, text: str) -> None:
    """Keep a text for a later build: with its hash, under its final name only when it is whole."""
    for folder in path.parents:  # what stands where a folder should is none that a build made
        if folder.is_file():
            remove(folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    data = text.encode()
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(f"{hash_bytes(data)}\n".encode() + data)
        os.replace(name, path)
    except OSError:
        remove(Path(name))
        raise


def read_kept(path: Path) -> str | None:
    """What `keep` kept; None where there is nothing.

    What is not as it was kept is deleted, and a line says so: then there is nothing either.
    """
    try:
        told, _, data = path.read_bytes().partition(b"\n")
    except FileNotFoundError:
        return None
    except OSError:  # a folder stands there, or the disk does not give it
        told = data = b""
    if told == hash_bytes(data).encode():
        return data.decode()
    drop_damaged(path)
    return None


def drop_damaged(path: Path) -> None:
    """Delete what a build kept and somebody or something changed; a line says so."""
    print(f"{path}: not as a build left it; made again", file=sys.stderr, flush=True)
    remove(path)


def remove(path: Path) -> None:
    """Delete a file or a folder, whichever stands there, if any does."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


def _walk(folder: Path) -> Iterator[Path]:
    for entry in sorted(os.scandir(folder), key=lambda item: item.name):
        if entry.name.startswith(".") or entry.name in SKIPPED or entry.name.endswith((".pyc", ".egg-info")):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(Path(entry.path))
        elif entry.is_file():
            yield Path(entry.path)


def _published(root: Path) -> dict[str, list[int]]:
    base = root / "_build" / "html"
    return {
        path.relative_to(base).as_posix(): [(status := path.stat()).st_size, status.st_mtime_ns]
        for path in sorted(base.rglob("*"))
        if path.is_file()
    }


def take_lock(folder: Path, report=print) -> IO:
    """Wait until nobody else writes into a folder of builds; closing the handle gives the lock back.

    It dies with its process, however that ends: a child that outlives it does not hold the lock.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / ".lock").is_dir():
        remove(folder / ".lock")
    handle = open(folder / ".lock", "a+", encoding="utf-8", errors="replace")  # noqa: SIM115 (the caller closes it)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.seek(0)
        report(f"another build is running (process {handle.read(20).strip() or 'unknown'}); waiting for it")
        fcntl.flock(handle, fcntl.LOCK_EX)
    handle.truncate(0)
    handle.write(f"{os.getpid()}\n")
    handle.flush()
    held = weakref.ref(handle)
    os.register_at_fork(after_in_child=lambda: (lock := held()) and lock.close())
    return handle


@contextlib.contextmanager
def locked(folder: Path, report=print) -> Iterator[None]:
    """Let one build, or one reader of its book, at a time into a folder; a second one waits."""
    with take_lock(folder, report):
        yield


def exchange(first: Path, second: Path) -> None:
    """Swap two folders' names in one atomic step.

    Raises
    ------
    OSError
        If the system or the file system cannot; nothing has changed then.

    Source
    ------
    Linux renameat2(2) with RENAME_EXCHANGE; macOS renamex_np(2) with RENAME_SWAP.
    """
    library = ctypes.CDLL(None, use_errno=True)
    names = os.fsencode(first), os.fsencode(second)
    here = -100  # AT_FDCWD: names are paths as they stand
    try:
        failed = (
            library.renamex_np(*names, 2)
            if sys.platform == "darwin"
            else library.renameat2(here, names[0], here, names[1], 2)
        )
    except AttributeError:
        msg = "this system cannot exchange two folders in one step"
        raise OSError(msg) from None
    if failed:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(second))


def replace_folder(fresh: Path, target: Path) -> None:
    """Put `fresh` in place of `target`; at any moment `target` is the old folder whole or the new one whole.

    Where the system cannot exchange folders, the old one is renamed first; `recover` undoes that if the
    process dies in between.
    """
    old = target.with_name(target.name + ".old")
    remove(old)
    if not target.is_dir():
        remove(target)
        os.rename(fresh, target)
        return
    try:
        exchange(fresh, target)
        os.rename(fresh, old)
    except OSError:
        os.rename(target, old)
        os.rename(fresh, target)
    remove(old)


def recover(target: Path) -> None:
    """Undo what a killed build may have left.

    A folder that is empty is none: Sphinx makes it before anything else can be done.
    """
    old = target.with_name(target.name + ".old")
    if old.is_dir() and not (target.is_dir() and any(target.iterdir())):
        remove(target)
        os.rename(old, target)
    for name in (".new", ".old"):
        remove(target.with_name(target.name + name))


def make_zip(files: Mapping[str, bytes]) -> bytes:
    """A zip that is the same bytes for the same content: fixed dates, fixed order."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), files[name], zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def put_folder(files: Mapping[str, bytes], target: Path) -> None:
    """Write a folder that is new or empty, whole or not at all: aside first, then renamed.

    Parameters
    ----------
    files : mapping of str to bytes
        Contents by name; a name may lie in a folder (``a/b.csv``).

    Raises
    ------
    OSError
        If it cannot be written, or if there is something in it; nothing is changed then.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        for name, content in files.items():
            path = aside / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        aside.chmod(0o755)
        os.replace(aside, target)  # an empty folder gives way
    except OSError:
        shutil.rmtree(aside, ignore_errors=True)
        raise
