"""Running stored strategies against the services: all records of a run taken in, or none."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from livingreview.evidence.upkeep import FILE, Upkeep, note_search, read_upkeep
from livingreview.surveillance.asking import Client, SourceError, Unreachable
from livingreview.surveillance.downloading import Download, Downloader, Store
from livingreview.surveillance.identity import Row
from livingreview.surveillance.importing import Imported, import_files, keep_raw, name_search
from livingreview.surveillance.readers import ReadError
from livingreview.surveillance.sources import SOURCES, Source, Window, find_source
from livingreview.surveillance.tables import RAW, Loop, LoopError, check_day, open_loop
from livingreview.surveillance.windows import choose_window, is_in_use

MAIL = "LIVINGREVIEW_EMAIL"  # the environment's variable with an address by which services reach a person


@dataclass
class Run:
    """One strategy and what became of it.

    Attributes
    ----------
    window : Window
    request : str
        The first request's address, without keys.
    done : Imported or None
        What was taken in; None where nothing came, or where it failed.
    search_id : str
        The search as it stands in ``searches.csv``; '' where nothing was written.
    told, resumed : int
        Hits that the source told; pages that an earlier run had brought.
    remarks : tuple of str
        What a person should look at.
    failure : str
        Why nothing was written; '' where all went well.
    """

    strategy: Row
    source: Source
    window: Window
    request: str
    done: Imported | None = None
    search_id: str = ""
    told: int = 0
    resumed: int = 0
    remarks: tuple[str, ...] = ()
    failure: str = ""


@dataclass
class Plan:
    """The runs that are due, and strategies that are left: with why."""

    runs: list[Run] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def plan_searches(
    loop: Loop,
    wanted: Sequence[str],
    *,
    environment: Mapping[str, str],
    today: datetime.date,
    from_day: str = "",
    to_day: str = "",
) -> Plan:
    """Which strategies are to be run, each with its window.

    Parameters
    ----------
    wanted : sequence of str
        Sources, or beginnings of their names, or ids of strategies; none: every strategy.

    Raises
    ------
    LoopError
        If a name is unknown, or a strategy or an address cannot be used.
    """
    for day in filter(None, (from_day, to_day)):
        check_day(day, today, "nothing was entered then")
    plan, upkeep = Plan(), read_upkeep(loop.root)
    for strategy in _choose(loop.tables["strategies"], wanted):
        name, source = strategy["strategy_id"], find_source(strategy["source"])
        if source is None:
            plan.left.append(f"{name}: {strategy['source']} is searched by hand; then livingreview import")
        elif not is_in_use(strategy, today):
            plan.left.append(f"{name}: not in use on {today}, by valid_from and valid_to")
        elif source.KEY_NEEDED and not environment.get(source.KEY):
            plan.left.append(f"{name}: {source.NAME} asks for a key, and {source.KEY} is not set")
        else:
            window = choose_window(
                strategy, source, loop.tables["searches"], today, from_day=from_day, to_day=to_day
            )
            request = source.first(strategy["query"], window)
            base = find_base(upkeep, source.NAME, source.USUAL)
            plan.runs.append(Run(strategy, source, window, request.address(base)))
    return plan


def _choose(strategies: Sequence[Row], wanted: Sequence[str]) -> list[Row]:
    if not wanted:
        return list(strategies)
    chosen: dict[str, Row] = {}
    for name in wanted:
        found = [row for row in strategies if row["strategy_id"] == name]
        if not found and (source := find_source(name)):
            found = [row for row in strategies if find_source(row["source"]) is source]
        if not found:
            names = ", ".join(source.NAME for source in SOURCES)
            msg = f"{name!r}: no strategy of data/strategies.csv has this id or source; sources are: {names}"
            raise LoopError(msg)
        chosen |= {row["strategy_id"]: row for row in found}
    return list(chosen.values())


def find_base(upkeep: Upkeep | None, name: str, usual: str) -> str:
    """The address of a service, from ``review.yml``.

    Raises
    ------
    LoopError
        If none stands there.
    """
    base = (upkeep.endpoints if upkeep else {}).get(name, "")
    if not base:
        msg = (
            f"{FILE} names no address of {name}; to mend: write below `endpoints:` a line "
            f"`  {name}: {usual}` (its documented address)"
        )
        raise LoopError(msg)
    return base


def way_to(
    source: Source, upkeep: Upkeep | None, environment: Mapping[str, str]
) -> tuple[str, dict[str, str]]:
    """The address of a service, and the parameters that say who asks: a key and an e-mail address.

    Raises
    ------
    LoopError
        If ``review.yml`` has no address of it.
    """
    contact = upkeep.contact if upkeep else ""
    mail = environment.get(MAIL, "") or ("" if contact.startswith("http") else contact)
    key = environment.get(source.KEY, "") if source.KEY else ""
    return find_base(upkeep, source.NAME, source.USUAL), source.secret(key, mail)


def run_searches(
    root: Path,
    runs: Iterable[Run],
    *,
    client: Client,
    environment: Mapping[str, str],
    today: datetime.date,
    note: str = "",
    tell: Callable[[str], None] = lambda text: None,
) -> None:
    """Run strategies one after the other; each fills its `Run`.

    `note` is a person's word on a service that gives fewer records than it tells: they are taken in with it.

    One that fails writes nothing and does not stop the others; a service that cannot be reached is not asked
    again.
    """
    upkeep = read_upkeep(root)
    unreachable: dict[str, str] = {}
    for run in runs:
        source = run.source
        if source.NAME in unreachable:
            run.failure = unreachable[source.NAME]
            continue
        tell(f"{run.strategy['strategy_id']}: {tell_window(run.window)}")
        store = _open_store(root, run)
        base, secret = way_to(source, upkeep, environment)
        try:
            loader = Downloader(source, base, client, store, secret, tell, accept_short=bool(note))
            got = loader.download(run.strategy["query"], run.window)
            run.told, run.resumed, run.remarks = got.told, store.resumed, got.remarks
            _take_in(root, run, got, today.isoformat(), note)
        except Unreachable as error:
            run.failure = unreachable[source.NAME] = str(error)
        except (SourceError, ReadError) as error:
            run.failure = str(error)
        else:
            store.drop()


def tell_window(window: Window) -> str:
    """A window in words."""
    if not window.field:
        return "no window: every record"
    begin = f"from {window.from_day}" if window.from_day else "from the beginning"
    return f"{begin} to {window.to_day}, by {window.field}"


def _open_store(root: Path, run: Run) -> Store:
    """The folder of a run's pages; those of the strategy's runs with other words or days are dropped."""
    name = run.strategy["strategy_id"]
    digest = hashlib.sha256(run.request.encode()).hexdigest()[:16]
    folder = root / RAW.parent / "unfinished" / name / digest
    for other in folder.parent.glob("*"):
        if other != folder:
            Store(other, "").drop()
    return Store(folder, run.source.SUFFIX)


def _take_in(root: Path, run: Run, got: Download, day: str, why: str) -> None:
    """What came, into the tables, by the way of every imported file; a search without a hit is one too."""
    loop = open_loop(root)
    has_window = bool(run.window.field)
    days = {
        "from_day": run.window.from_day if has_window else "",
        "to_day": run.window.to_day if has_window else "",
    }
    note = ""
    if got.missing:
        note = f"{run.source.NAME} told {got.told} hits and gave nothing for: {', '.join(got.missing)}."
    elif len(got.ids) < got.told:
        note = f"{run.source.NAME} told {got.told} hits and gave {len(got.ids)}: {why}"[:400]
    if got.files:
        run.done = import_files(
            loop,
            got.files,
            run.strategy["strategy_id"],
            day=day,
            hits_told=got.told,
            note=note,
            is_own_run=True,
            **days,
        )
        run.search_id = run.done.search_id
    else:
        run.search_id = _log_empty(loop, run, got, day, days, note)
    if note:
        run.remarks += (note,)


def _log_empty(loop: Loop, run: Run, got: Download, day: str, days: dict[str, str], note: str) -> str:
    """A row for a search that brought nothing: it moves the mark, and a reader sees that it was run."""
    assert got.listing is not None
    data = got.listing.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    keep_raw(loop.root, [(got.listing, data, digest, None)])
    strategy = run.strategy
    search_id = name_search(loop, strategy["strategy_id"], day)
    row = dict.fromkeys(loop.package.tables["searches"].columns, "") | days
    row |= {"search_id": search_id, "source": strategy["source"], "date": day, "note": note}
    row |= {"query": f"As stored: strategy {strategy['strategy_id']}", "strategy_id": strategy["strategy_id"]}
    row |= {"hits_told": str(got.told), "retrieved": "0", "file_sha256": digest}
    loop.tables["searches"].append(row)
    loop.changed.add("searches")
    loop.save()
    note_search(loop.root, strategy["source"], day)
    return search_id
