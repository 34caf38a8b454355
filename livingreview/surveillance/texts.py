"""Abstracts of records that a search on another machine brought: its pages fetched once more, for reading.

The weekly search runs where nobody screens, and what services gave is not published. A reader's machine asks
for the same days again; the pages are kept under the names of those that they stand for.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping

from livingreview.evidence.upkeep import read_upkeep
from livingreview.surveillance.asking import Client, SourceError
from livingreview.surveillance.downloading import Downloader, Store
from livingreview.surveillance.identity import Row
from livingreview.surveillance.searching import way_to
from livingreview.surveillance.sources import Window, find_source
from livingreview.surveillance.standing import first_searches
from livingreview.surveillance.tables import RAW, Loop
from livingreview.surveillance.waiting import list_waiting


def list_missing(loop: Loop) -> list[Row]:
    """Searches that brought records which wait for a reader, and whose files are not on this machine."""
    first = first_searches(loop)
    wanted = {first[item.record_id] for item in list_waiting(loop) if item.step != "obtain"}
    folder = loop.root / RAW
    return [
        row
        for row in loop.tables["searches"]
        if row["search_id"] in wanted and not any(folder.glob(f"{row['file_sha256'].split('; ')[0]}*"))
    ]


def fetch_texts(
    loop: Loop,
    *,
    client: Client,
    environment: Mapping[str, str],
    today: datetime.date,
    tell: Callable[[str], None] = lambda text: None,
) -> dict[str, str]:
    """Fetch the pages of `list_missing` again; returns what became of each search (key: its id).

    Counts may have changed since: what comes is for reading only, and no table is written.
    """
    strategies = {row["strategy_id"]: row for row in loop.tables["strategies"]}
    upkeep, done = read_upkeep(loop.root), {}
    for row in list_missing(loop):
        strategy = strategies.get(row["strategy_id"])
        source = find_source(strategy["source"]) if strategy else None
        if strategy is None or source is None:
            done[row["search_id"]] = f"searched by hand: import the same file here ({row['source']})"
            continue
        tell(row["search_id"])
        window = Window(strategy["window_field"], row["from_day"], row["to_day"] or today.isoformat())
        store = Store(loop.root / RAW.parent / "unfinished" / "texts" / row["search_id"], source.SUFFIX)
        try:
            base, secret = way_to(source, upkeep, environment)
            got = Downloader(source, base, client, store, secret, tell).download(strategy["query"], window)
        except SourceError as error:
            done[row["search_id"]] = str(error)
            continue
        name = row["file_sha256"].split("; ")[0]
        (loop.root / RAW).mkdir(parents=True, exist_ok=True)
        for number, path in enumerate(got.files, 1):
            (loop.root / RAW / f"{name}.again-{number}{source.SUFFIX}").write_bytes(path.read_bytes())
        store.drop()
        done[row["search_id"]] = f"{len(got.ids)} record(s) to read"
    return done
