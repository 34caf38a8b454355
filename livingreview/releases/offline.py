"""The whole book in one zip, to be opened from disk."""

from __future__ import annotations

from pathlib import Path

from livingreview.files import make_zip


def zip_book(book: Path, target: Path) -> Path:
    """Write a zip of the built book; unpacked, its ``index.html`` opens without a server.

    The same book gives the same bytes.

    Raises
    ------
    FileNotFoundError
        If there is no built book.
    """
    if not (book / "index.html").is_file():
        msg = f"no built book in {book}. To mend: livingreview build"
        raise FileNotFoundError(msg)
    name = target.stem
    files = {
        f"{name}/{path.relative_to(book).as_posix()}": path.read_bytes()
        for path in sorted(book.rglob("*"))
        if path.is_file()
    }
    files[f"{name}/READ-ME-FIRST.txt"] = (
        b"Unpack this folder, then open index.html in a browser. Nothing is loaded from the network.\n"
    )
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(make_zip(files))
    return target
