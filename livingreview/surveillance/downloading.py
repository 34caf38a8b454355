"""All pages of one search, or none: kept as they come, so that a broken run goes on where it stopped.

Pages wait in a folder that git leaves out until all are there; each is kept with the request that it answers.
A run that broke finds them again, asks for the rest, and starts over where a service has forgotten the run.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from livingreview.surveillance.asking import Client, Refused, Request, SourceError
from livingreview.surveillance.sources import Page, Source, Window

MOST = 10_000  # hits of one search; some services give no more, and nobody can screen more
NAMED = 20  # hits that may be missing, each named in the search's note


@dataclass
class Download:
    """The files of one search.

    Attributes
    ----------
    files : list of Path
        Pages that hold records, as they came.
    listing : Path or None
        A page that only counts: what a search without a hit leaves.
    told : int
        Hits by the source's own count.
    ids : dict of str to None
        What came, by the source's numbers.
    missing : tuple of str
        Numbers of hits for which the source gave nothing, asked twice.
    remarks : tuple of str
        What the source said of the query.
    """

    files: list[Path] = field(default_factory=list)
    listing: Path | None = None
    told: int = 0
    ids: dict[str, None] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass
class Store:
    """Pages of a run that is not finished, by what was asked."""

    folder: Path
    suffix: str
    resumed: int = 0

    def _path(self, request: Request) -> Path:
        asked = json.dumps([request.path, request.params])
        return self.folder / f"{hashlib.sha256(asked.encode()).hexdigest()[:24]}{self.suffix}"

    def find(self, request: Request) -> bytes | None:
        """The page that answers a request, whole; None where there is none."""
        path = self._path(request)
        try:
            data = path.read_bytes()
            told = path.with_suffix(".sha256").read_text(encoding="ascii")
        except OSError:
            return None
        return data if hashlib.sha256(data).hexdigest() == told else None

    def keep(self, request: Request, data: bytes) -> Path:
        """Keep a page with its hash; returns where."""
        path = self._path(request)
        self.folder.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        path.with_suffix(".sha256").write_text(hashlib.sha256(data).hexdigest(), encoding="ascii")
        return path

    def drop(self) -> None:
        """Forget them all."""
        shutil.rmtree(self.folder, ignore_errors=True)


@dataclass
class Downloader:
    """What one run of a strategy needs.

    Attributes
    ----------
    base : str
        The source's address.
    secret : mapping of str to str
        Parameters that are never shown or kept.
    tell : callable
        Told of each page.
    accept_short : bool
        Whether a person takes in fewer records than hits were told, once all pages were read.
    """

    source: Source
    base: str
    client: Client
    store: Store
    secret: Mapping[str, str] = field(default_factory=dict)
    tell: Callable[[str], None] = lambda text: None
    accept_short: bool = False

    def download(self, query: str, window: Window) -> Download:
        """All pages of a search.

        Raises
        ------
        SourceError
            Pages that came stay in the store where the run can go on, and are dropped where it cannot.
        """
        first = self.source.first(query, window)
        try:
            return self._download(first)
        except Refused:
            if not self.store.resumed:
                raise
        self.tell(f"{self.source.NAME}: the earlier run is forgotten there; starting over")
        self.store.drop()
        self.store.resumed = 0
        return self._download(first)

    def _download(self, first: Request) -> Download:
        done, expected = Download(), None
        told: int | None = None
        request: Request | None = first
        while request is not None:
            page = self._take(request, done)
            told = self._reconcile(page, told, done)
            is_list = page.expected is not None  # of numbers, without records
            expected = page.expected if is_list else expected
            done.ids.update(dict.fromkeys(page.ids))
            done.remarks += page.remarks
            if not is_list:
                self.tell(f"{self.source.NAME}: {len(done.ids)} of {told} records")
            is_last = len(done.ids) >= told or not (page.ids or is_list)
            request = None if is_last else page.following
        done.told = told or 0
        if expected is not None:
            self._complete(expected, done)
        elif len(done.ids) > done.told or (len(done.ids) < done.told and not self.accept_short):
            self._give_up(
                f"{done.told} hits were told and {len(done.ids)} came",
                "run it again; if it stays so, take in what comes with --note WHY, kept with the search",
            )
        return done

    def _take(self, request: Request, done: Download) -> Page:
        """One page, from the store or from the source; nothing that cannot be read is kept."""
        data = self.store.find(request)
        if is_new := data is None:
            data = self.client.get(
                self.source.NAME, self.base, request, secret=self.secret, pause=self.source.PAUSE
            )
        else:
            self.store.resumed += 1
        try:
            page = self.source.read(request, data)
        except ValueError as error:
            msg = (
                f"{self.source.NAME}: {error}. Nothing was written into the tables. To mend: run the command "
                "again; it goes on where it stopped"
            )
            raise SourceError(msg) from None
        path = self.store.keep(request, data) if is_new else self.store._path(request)
        if page.ids:
            done.files.append(path)
        elif done.listing is None:
            done.listing = path
        return page

    def _reconcile(self, page: Page, told: int | None, done: Download) -> int:
        """The count of hits, which no page may contradict; no record may come twice."""
        if told is not None and page.told is not None and page.told != told:
            self._give_up(
                f"{told} hits were told first, {page.told} on a later page", "run it again in a while"
            )
        count = page.told if told is None else told
        if count is None:
            self._give_up("no count of hits was told", "run it again later")
        if count > MOST:
            self._give_up(
                f"{count} hits, more than the {MOST} that one search may bring",
                "narrow the window: --from DAY --to DAY, part after part, each from the day after the last; "
                "or narrow the strategy",
            )
        again = [name for name in page.ids if name in done.ids]
        if again or len(set(page.ids)) < len(page.ids):
            self._give_up(
                f"the same records came twice ({', '.join(again[:3]) or 'within one page'})",
                "run it again; if it stays so, the service pages wrongly: export the records by hand",
            )
        return count

    def _complete(self, expected: tuple[str, ...], done: Download) -> None:
        """Ask once more for what was listed and did not come; anything that was not listed is refused."""
        if extra := [name for name in done.ids if name not in set(expected)]:
            self._give_up(f"records came that were not listed ({', '.join(extra[:3])})", "run it again")
        missing = tuple(name for name in expected if name not in done.ids)
        ask_for = getattr(self.source, "ask_for", None)
        if missing and ask_for:
            try:
                page = self._take(ask_for(missing), done)
            except Refused:  # none of them is there any more
                page = Page(None, (), None)
            if extra := [name for name in page.ids if name not in missing]:
                self._give_up(f"records came unasked ({', '.join(extra[:3])})", "run it again")
            done.ids.update(dict.fromkeys(page.ids))
        done.missing = tuple(name for name in missing if name not in done.ids)
        if len(done.missing) > NAMED:
            self._give_up(f"{len(done.missing)} of {done.told} hits did not come", "run it again later")
        if len(expected) != done.told:
            self._give_up(f"{done.told} hits were told and {len(expected)} listed", "run it again")

    def _give_up(self, found: str, mend: str) -> NoReturn:
        """End a run of which nothing can be used: what came is dropped."""
        self.store.drop()
        msg = f"{self.source.NAME}: {found}. Nothing was written. To mend: {mend}"
        raise SourceError(msg)
