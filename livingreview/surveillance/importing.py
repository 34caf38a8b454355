"""Taking exported files into the records: each hit counted, each record once, each report held recognised."""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from livingreview.evidence.upkeep import FILE, note_search
from livingreview.surveillance.identity import Row, as_row, basis_of, contradict
from livingreview.surveillance.matching import Pair, match
from livingreview.surveillance.readers import Export, read_exports
from livingreview.surveillance.tables import RAW, Loop, LoopError

HELD = "report:"  # before the id of a report that is compared with records


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
        The search that took in these very files before; then nothing was changed.
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

    Raises
    ------
    LoopError, ReadError
        Nothing is changed then.
    """
    strategy = next((row for row in loop.tables["strategies"] if row["strategy_id"] == strategy_id), None)
    if strategy is None:
        known = ", ".join(row["strategy_id"] for row in loop.tables["strategies"]) or "none yet"
        msg = f"--strategy {strategy_id}: no such strategy in data/strategies.csv; there are: {known}"
        raise LoopError(msg)
    _check_days(day, from_day, to_day)
    read = read_exports(paths)
    digests = [digest for _, _, digest, _ in read]
    done = Imported("", [(path.name, export) for path, _, _, export in read])
    done.already = "" if is_own_run else _taken_before(loop, digests)
    if not dry_run:
        keep_raw(loop.root, read)
    if done.already:
        done.search_id = done.already
        return done
    done.search_id = name_search(loop, strategy_id, day)
    _take_in(loop, done)
    _compare(loop, done)
    retrieved = sum(len(export.records) for _, export in done.files)
    blank = dict.fromkeys(loop.package.tables["searches"].columns, "")
    told = {"from_day": from_day, "to_day": to_day, "hits_told": "" if hits_told is None else str(hits_told)}
    made = {"search_id": done.search_id, "retrieved": str(retrieved), "file_sha256": "; ".join(digests)}
    run = {"source": strategy["source"], "date": day, "query": f"As stored: strategy {strategy_id}"}
    loop.tables["searches"].append(blank | told | made | run | {"strategy_id": strategy_id, "note": note})
    if hits_told is not None and hits_told != retrieved and not note:
        done.told.append(
            f"the database told {hits_told} hits, the files hold {retrieved}: export the rest, or say in the "
            "search's note why they differ"
        )
    loop.changed |= {"searches", "records", "hits"}
    if not dry_run:
        loop.save()
        if not note_search(loop.root, strategy["source"], day):
            done.told.append(f"write the source {strategy['source']!r}, last searched {day}, into {FILE}")
    return done


def _check_days(*days: str) -> None:
    for text in filter(None, days):
        try:
            if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
                raise ValueError
            day = datetime.date.fromisoformat(text)
        except ValueError:
            msg = f"{text!r} is no day; write it like 2026-11-29"
            raise LoopError(msg) from None
        if day > datetime.date.today():
            msg = f"{text} lies in the future; no search was run then"
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
            name, doubtful = index.find(row)
            if name:
                index.fill(name, row)
            else:
                blank = dict.fromkeys(loop.package.tables["records"].columns, "")
                name = index.add(blank | row)
            done.doubtful += [Pair(name, other, "one number, other words") for other in doubtful]
            hits[name] += 1
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


def _compare(loop: Loop, done: Imported) -> None:
    """What the records of this search say, against every other record and every report of the review."""
    index = loop.index
    here = {row["record_id"] for row in loop.tables["hits"] if row["search_id"] == done.search_id}
    earlier = {row["record_id"] for row in loop.tables["hits"] if row["search_id"] != done.search_id}
    fresh = here - earlier
    for name in here:
        row = index.rows[name]
        report, doubtful = loop.held.find(row)
        if report and not row["report_id"]:
            row |= {"report_id": report, "report_basis": basis_of(row, loop.held.rows[report])}
        done.doubtful += [Pair(name, HELD + other, "one number, other words") for other in doubtful]
        studies = {loop.studies_of_trials.get(number.lower(), "") for number in row["trials"].split("; ")} - {
            ""
        }
        if len(studies) == 1 and not row["study_id"]:
            row |= {"study_id": studies.pop(), "study_basis": "registry"}
    rows = {name: row for name, row in index.rows.items() if not row["same_as"]}
    reports = {HELD + name: row for name, row in loop.held.rows.items()}
    same, doubtful = match(rows | reports, fresh)
    order = {row["record_id"]: place for place, row in reversed(list(enumerate(loop.tables["hits"])))}
    for first, second in same:
        _merge(loop, first, second, order)
    done.doubtful += [pair for pair in doubtful if not _is_settled(loop, pair)]
    done.merged = sum(index.rows[name]["same_as"] != "" for name in fresh)
    done.held = sum(bool(index.rows[loop.canonical(name)]["report_id"]) for name in here)
    done.linked = sum(bool(index.rows[name]["study_id"]) for name in here)


def _is_settled(loop: Loop, pair: Pair) -> bool:
    """Whether the two of a pair were found to be one on another way, through a third record or a report."""
    first, second = (name if name.startswith(HELD) else loop.canonical(name) for name in pair[:2])
    if not first.startswith(HELD):
        return first == second
    row = loop.index.rows.get(second)
    return row is not None and row["report_id"] == first.removeprefix(HELD)


def _merge(loop: Loop, first: str, second: str, order: Mapping[str, int]) -> None:
    """Let one of two records stand for both, or a record be a report; the older record stands."""
    rows = loop.index.rows
    if first.startswith(HELD) or second.startswith(HELD):
        report, name = sorted((first, second), key=lambda item: not item.startswith(HELD))
        row = rows.get(loop.canonical(name))
        if row is not None and not row["report_id"]:
            row |= {"report_id": report.removeprefix(HELD), "report_basis": "matched"}
        return
    first, second = loop.canonical(first), loop.canonical(second)
    if first == second:
        return
    if contradict(rows[first], rows[second]):
        return  # each is a copy of a third that lacks the numbers by which they differ
    keep, copy = sorted((first, second), key=lambda name: (not rows[name]["report_id"], order[name], name))
    rows[copy] |= {"same_as": keep, "same_as_basis": "matched"}
    _hand_over(rows[keep], rows[copy])


def _hand_over(keep: Row, copy: Row) -> None:
    """What only the copy knows of its being held goes to the record that stands for both."""
    for name in ("report_id", "study_id"):
        basis = name.replace("_id", "_basis")
        if copy[name] and not keep[name]:
            keep[name], keep[basis] = copy[name], copy[basis]
