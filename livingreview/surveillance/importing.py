"""Taking exported files into the records: each hit counted, each record once, each report held recognised."""

from __future__ import annotations

import datetime
import itertools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from livingreview.evidence.upkeep import FILE, note_search
from livingreview.surveillance.comparing import Spread
from livingreview.surveillance.identity import Row, as_row
from livingreview.surveillance.matching import ONE_NUMBER, Pair, match
from livingreview.surveillance.origin import correct_window, tell_origin, tell_window
from livingreview.surveillance.readers import Export, read_exports
from livingreview.surveillance.standing import (
    HELD,
    compared,
    first_days,
    is_judged,
    link_study,
    merge,
    share_numbers,
)
from livingreview.surveillance.strategies import find_strategy
from livingreview.surveillance.tables import RAW, Loop, LoopError, check_day


@dataclass
class Imported:
    """What became of the records of some files.

    Attributes
    ----------
    files : list of (str, Export)
    search_id : str
    new, known, repeated, merged, held, linked : int
        Records that are new; that an earlier search had brought; that the files hold more than once; that
        were told to be copies by what they say; that are reports of this review; that name a trial of it.
    doubtful : list of Pair
        For a person to judge.
    already : str
        The search that took in these very files before; then nothing was changed but its days, if told anew.
    abstracts : dict of str to str
        Of these records, as their files have them.
    warnings : list of str
        What would lead a later search astray if it was a slip.
    """

    search_id: str
    files: list[tuple[str, Export]] = field(default_factory=list)
    new: int = 0
    known: int = 0
    repeated: int = 0
    merged: int = 0
    held: int = 0
    linked: int = 0
    doubtful: list[Pair] = field(default_factory=list)
    already: str = ""
    abstracts: dict[str, str] = field(default_factory=dict, repr=False)
    warnings: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)


def import_files(
    loop: Loop,
    paths: Sequence[Path],
    strategy_id: str,
    *,
    day: str,
    from_day: str = "",
    to_day: str = "",
    hits_told: int | None = None,
    dry_run: bool = False,
    note: str = "",
    is_own_run: bool = False,
    spread: Spread | None = None,
) -> Imported:
    """Take the records of some files, exported from one run of one strategy, into the tables.

    Parameters
    ----------
    day : str
        When the search was run, ``YYYY-MM-DD``.
    from_day, to_day : str
        The days that the search covered; '' where it had no window.
    hits_told : int, optional
        The number of hits that the database told, to be reconciled with what the files hold.
    note : str
        What a reader of the search must know.
    is_own_run : bool
        Whether the files come from a run of this moment: the same bytes as before are then a search of its
        own, not a file given twice.
    spread : callable, optional
        What compares records in pieces (see `livingreview.surveillance.matching.match`).

    Raises
    ------
    LoopError, ReadError
        Nothing is changed then.
    """
    strategy = find_strategy(loop, strategy_id)
    _check_call(day, from_day, to_day, hits_told)
    read = read_exports(paths)
    _check_files(read)
    digests = [digest for _, _, digest, _ in read]
    done = Imported("", [(path.name, export) for path, _, _, export in read])
    done.already = "" if is_own_run else _taken_before(loop, digests)
    if not dry_run:
        keep_raw(loop.root, read)
    if done.already:
        _correct(loop, done, from_day, to_day, dry_run=dry_run)
        return done
    done.search_id = name_search(loop, strategy_id, day)
    _take_in(loop, done)
    retrieved = sum(len(export.records) for _, export in done.files)
    blank = dict.fromkeys(loop.package.tables["searches"].columns, "")
    told = {"from_day": from_day, "to_day": to_day, "hits_told": "" if hits_told is None else str(hits_told)}
    made = {"search_id": done.search_id, "retrieved": str(retrieved), "file_sha256": "; ".join(digests)}
    run = {"source": strategy["source"], "date": day, "query": f"As stored: strategy {strategy_id}"}
    loop.tables["searches"].append(blank | told | made | run | {"strategy_id": strategy_id, "note": note})
    _compare(loop, done, spread)
    if hits_told is not None and hits_told != retrieved and not note:
        done.told.append(
            f"the database told {hits_told} hits, the files hold {retrieved}: export the rest, or say in the "
            "search's note why they differ"
        )
    if not is_own_run:
        done.warnings += _warn(loop, done, strategy, day, from_day)
    loop.changed |= {"searches", "records", "hits"}
    if not dry_run:
        loop.save()
        if not note_search(loop.root, strategy["source"], day):
            done.told.append(f"write the source {strategy['source']!r}, last searched {day}, into {FILE}")
    return done


def _warn(loop: Loop, done: Imported, strategy: Row, day: str, from_day: str) -> list[str]:
    strategies, searches = loop.tables["strategies"], loop.tables["searches"]
    origins = (tell_origin(name, export, strategy, strategies) for name, export in done.files)
    return [text for text in (*origins, tell_window(searches, strategy, day, from_day)) if text]


def _correct(loop: Loop, done: Imported, from_day: str, to_day: str, *, dry_run: bool) -> None:
    """Files that were taken in before, perhaps without the days that they cover."""
    done.search_id = done.already
    search = next(row for row in loop.tables["searches"] if row["search_id"] == done.already)
    done.told += correct_window(search, from_day, to_day)
    if done.told and not dry_run:
        loop.changed = {"searches"}
        loop.save()


def _check_call(day: str, from_day: str, to_day: str, hits_told: int | None) -> None:
    for text in filter(None, (day, from_day, to_day)):
        check_day(text, datetime.date.today(), "no search was run then")
    if from_day and to_day and to_day < from_day:
        msg = f"--from {from_day} lies after --to {to_day}; swap the two"
        raise LoopError(msg)
    if hits_told is not None and hits_told < 0:
        msg = f"--told {hits_told}: expected a number of hits"
        raise LoopError(msg)


def _check_files(read: list) -> None:
    for (first, _, digest, _), (second, _, other, _) in itertools.combinations(read, 2):
        if digest == other:
            msg = f"{first} and {second} are one file; name each once"
            raise LoopError(msg)


def _taken_before(loop: Loop, digests: list[str]) -> str:
    known = {
        digest: row["search_id"]
        for row in loop.tables["searches"]
        for digest in row["file_sha256"].split("; ")
        if digest
    }
    before = [known[digest] for digest in digests if digest in known]
    if before and len(before) < len(digests):
        msg = f"some of these files were taken in before, by search {before[0]}; import the others alone"
        raise LoopError(msg)
    return before[0] if before else ""


def keep_raw(root: Path, read: list) -> None:
    """Keep files as they came, each under its hash, where git leaves them out."""
    folder = root / RAW
    folder.mkdir(parents=True, exist_ok=True)
    for path, data, digest, _ in read:
        suffix = path.suffix.lower() if re.fullmatch(r"\.[a-z0-9]{1,6}", path.suffix.lower()) else ""
        if not list(folder.glob(f"{digest}*")):
            (folder / f"{digest}{suffix}").write_bytes(data)


def name_search(loop: Loop, strategy_id: str, day: str) -> str:
    """An id for a search: its strategy, its day, and a number where there is one of that day already."""
    taken = {row["search_id"] for row in loop.tables["searches"]}
    name, number = f"{strategy_id}-{day}", 1
    while name in taken:
        number += 1
        name = f"{strategy_id}-{day}-{number}"
    return name


def _take_in(loop: Loop, done: Imported) -> None:
    """Each record into the table, or to the one it is; each hit counted."""
    index, hits = loop.index, Counter[str]()
    before = set(index.rows)
    for _, export in done.files:
        for found in export.records:
            row = as_row(found)
            name = index.find(row)
            if name:
                index.fill(name, row)
            else:
                blank = dict.fromkeys(loop.package.tables["records"].columns, "")
                name = index.add(blank | row)
            hits[name] += 1
            if found.abstract:
                done.abstracts[name] = found.abstract
    done.known = len(before & set(hits))
    done.new = len(hits) - done.known
    done.repeated = sum(hits.values()) - len(hits)
    loop.tables["hits"] += [
        {
            "hit_id": f"{done.search_id}.{name}",
            "search_id": done.search_id,
            "record_id": name,
            "copies": str(n),
        }
        for name, n in hits.items()
    ]


def _compare(loop: Loop, done: Imported, spread: Spread | None) -> None:
    """What the records of this search say, against every other record and every report of the review."""
    index = loop.index
    here = {row["record_id"] for row in loop.tables["hits"] if row["search_id"] == done.search_id}
    earlier = {row["record_id"] for row in loop.tables["hits"] if row["search_id"] != done.search_id}
    fresh = here - earlier
    days, unsure = first_days(loop), []
    for name in sorted(here):
        for other, is_sure in share_numbers(loop, name).items():
            if is_sure:
                merge(loop, name, other, days)
            else:
                unsure.append(Pair(name, other, ONE_NUMBER))
        link_study(loop, name)
    same, doubtful = match(compared(loop), fresh, spread, done.abstracts)
    for first, second in same:
        merge(loop, first, second, days)
    pairs = {frozenset(pair[:2]): pair for pair in (*doubtful, *unsure) if not _is_settled(loop, pair)}
    done.doubtful = list(pairs.values())
    done.merged = sum(index.rows[name]["same_as"] != "" for name in fresh)
    done.held = sum(bool(index.rows[loop.canonical(name)]["report_id"]) for name in here)
    done.linked = sum(bool(index.rows[name]["study_id"]) for name in here)


def _is_settled(loop: Loop, pair: Pair) -> bool:
    """Whether the two of a pair were found to be one on another way, or a person judged them before."""
    first, second = (name if name.startswith(HELD) else loop.canonical(name) for name in pair[:2])
    if first == second or is_judged(loop, *(name.removeprefix(HELD) for name in pair[:2])):
        return True
    if not first.startswith(HELD):
        first, second = second, first
    row = loop.index.rows.get(second)
    return row is not None and row["report_id"] == first.removeprefix(HELD)
