"""The published site: ``/`` is the latest book, ``/v/<version>/`` each version for good, on shared parts."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from livingreview.citation import KEPT
from livingreview.display.html import render
from livingreview.files import list_releases, parse_version, recover, replace_folder
from livingreview.releases.freeze import ReleaseError, is_released
from livingreview.releases.shared import SharedFolder, relink, share_page
from livingreview.releases.snapshot import read_record

SHARED, VERSIONS, PLACES = "shared", "versions.js", "places.js"
STATIC = "_static/"
# Of use for the latest version only; a kept page's links to them lead there.
LATEST_ONLY = ("objects.inv", "feed.xml")
# What the owner of a site may put beside the book.
OWNERS = ("CNAME", "robots.txt")


def publish_site(root: Path, site: Path, *, expected: str | None = None, latest_only: bool = False) -> str:
    """Lay the built book out in a site folder; returns the version it is.

    Parameters
    ----------
    expected : str, optional
        The version it must be.
    latest_only : bool
        See `lay_out_site`.

    Raises
    ------
    ReleaseError
        If there is no release, or the project has changed since: what is published must be citable.
    """
    past = list_releases(root)
    if not past:
        msg = (
            "there is no release, and a page that can be cited needs a version. "
            "To mend: livingreview release YYYY.M.N"
        )
        raise ReleaseError(msg)
    version = past[-1]
    if expected not in (None, version):
        msg = (
            f"the latest release is {version}, not {expected}. "
            f"To mend: tag the commit that holds releases/{expected} as the latest."
        )
        raise ReleaseError(msg)
    if not is_released(root, version):
        msg = (
            f"the project has changed since {version}. To mend: release the change "
            f"(`livingreview diff {version} now` shows it), build, then publish."
        )
        raise ReleaseError(msg)
    dates = {item: read_record(root, item)["date"] for item in past}
    lay_out_site(root / "_build" / "html", site, version, dates, latest_only=latest_only)
    return version


def lay_out_site(
    book: Path, site: Path, version: str, dates: Mapping[str, str], *, latest_only: bool = False
) -> None:
    """Add a version to a site and make it the latest.

    The site is the old one whole or the new one whole at any moment.

    Parameters
    ----------
    book : Path
        The built pages.
    dates : mapping of str to str
        Version -> date of every release.
    latest_only : bool
        Renew ``/`` and leave this version's kept pages as they were published.

    Raises
    ------
    ReleaseError
        If the folder is not a site, keeps a later version, or keeps this version with other pages: a
        permanent page never changes.
    """
    site = site.resolve()
    require_site(site)
    recover(site)
    kept = list_kept(site)
    if kept and parse_version(kept[-1]) > parse_version(version):
        msg = (
            f"the site already keeps {kept[-1]}, which is later than {version}. "
            "To mend: publish the latest release."
        )
        raise ReleaseError(msg)
    fresh = site.with_name(f"{site.name}.new")
    try:
        carry_over(site, fresh)
        if not (latest_only and version in kept):
            keep_version(book, fresh, version, dates.get(version, ""))
        shutil.copytree(book, fresh, dirs_exist_ok=True)
        kept_dates = {item: dates.get(item, "") for item in list_kept(fresh)}
        _write(fresh / VERSIONS, tell_versions(book, version, kept_dates))
        (fresh / ".nojekyll").touch()  # else GitHub Pages hides folders that begin with an underscore
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    replace_folder(fresh, site)


def require_site(site: Path) -> None:
    """Refuse a folder that holds anything but a site, and neighbours that are not what a killed run left.

    Both would be lost.
    """
    for folder in (site, *(site.with_name(f"{site.name}{ending}") for ending in (".new", ".old"))):
        paths = folder.iterdir() if folder.is_dir() else ()
        others = {path.name for path in paths if not path.name.startswith(".")} - set(OWNERS)
        if others and not (folder / SHARED).is_dir():
            msg = (
                f"{folder} holds other files, which would be lost. "
                "To mend: name a new folder, or the one that holds the site."
            )
            raise ReleaseError(msg)


def list_kept(site: Path) -> list[str]:
    """Versions a site keeps, oldest first."""
    names = (path.name for path in (site / KEPT).glob("*"))
    return sorted(filter(parse_version, names), key=parse_version)


def carry_over(site: Path, fresh: Path) -> None:
    """What stays from one publication to the next, as further names of the same files.

    No byte is copied, and none of them is written to.
    """
    (fresh / SHARED).mkdir(parents=True)
    for path in site.iterdir() if site.is_dir() else ():
        if path.is_dir() and (path.name in (KEPT, SHARED) or path.name.startswith(".")):
            shutil.copytree(path, fresh / path.name, copy_function=_link, symlinks=True, dirs_exist_ok=True)
        elif path.name in OWNERS or path.name.startswith("."):
            _link(path, fresh / path.name)


def keep_version(book: Path, site: Path, version: str, date: str) -> None:
    """Write ``/v/<version>/``, or find that it is there already with the same content."""
    shared = SharedFolder(site / SHARED)
    target = site / KEPT / version
    aside = target.with_name(f".{version}")
    whole = {path.relative_to(book).as_posix() for path in book.rglob("*") if path.is_file()}
    places = share_files(book, whole, shared)
    _write(aside / PLACES, tell_places(places))
    for name in sorted(whole - places.keys() - set(LATEST_ONLY)):
        text = (book / name).read_text(encoding="utf-8")
        if name.endswith(".html"):
            up = "../" * name.count("/")  # to the version's folder
            top = f"{up}../../"  # to the site
            found = {item: f"{top}{SHARED}/{path}" for item, path in places.items()}
            found |= {item: f"{top}{item}" for item in LATEST_ONLY}
            text = share_page(relink(text, name, found.get), f"{top}{SHARED}/", shared)
            text = tell_version(text, top, up, version, date, name)
        _write(aside / name, text)
    if not target.exists():
        os.rename(aside, target)
        return
    same = _contents(aside) == _contents(target)
    shutil.rmtree(aside)
    if not same:
        msg = (
            f"the site keeps {version} with other pages, and a permanent page never changes. "
            "To mend: release the change as a later version; "
            "where only the look changed and there is nothing to release, "
            f"`livingreview publish --latest-only` renews / and leaves /{KEPT}/{version}/ as it is."
        )
        raise ReleaseError(msg)


def share_files(book: Path, names: set[str], shared: SharedFolder) -> dict[str, str]:
    """Path in the book -> path in the shared folder, of every file that is no page's own.

    These are style, scripts, pictures and data.
    """
    own = (".html", ".inv", ".xml")
    return {
        name: shared.keep_file(book, name)
        for name in sorted(names)
        if name.startswith(STATIC) or (not name.endswith(own) and name != "searchindex.js")
    }


def tell_version(text: str, top: str, up: str, version: str, date: str, name: str) -> str:
    """A page that says without script which version it is, and with script whether there is a later one."""
    scripts = render(
        "kept-head.html.j2", top=top, up=up, versions=VERSIONS, places=PLACES, version=version, page=name
    )
    line = render("kept-line.html.j2", top=top, version=version, date=date, page=name)
    start = text.find(">", text.find("<body")) + 1
    if not start or "<head>" not in text:
        return text  # the start page's redirection
    text = f"{text[:start]}\n{line}{text[start:]}"
    return text.replace("<head>", f"<head>\n{scripts}", 1)


def tell_versions(book: Path, latest: str, dates: Mapping[str, str]) -> str:
    """The script by which kept pages learn what the latest version is and whether it still has their page."""
    pages = sorted(path.relative_to(book).as_posix() for path in book.rglob("*.html"))
    told = {"latest": latest, "dates": dates, "pages": pages}
    return str(render("versions.js.j2", told=_compact_json(told)))


def tell_places(places: Mapping[str, str]) -> str:
    """The script by which a version's own scripts find the shared ones."""
    scripts = {name.removeprefix(STATIC): path for name, path in places.items() if name.startswith(STATIC)}
    return str(render("places.js.j2", places=_compact_json(scripts)))


def _compact_json(value) -> str:
    return json.dumps(value, separators=(",", ":"), sort_keys=True)


def _link(source, target) -> None:
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:  # a file system without hard links
        shutil.copy2(source, target, follow_symlinks=False)


def _contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
