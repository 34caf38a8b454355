"""What the desk for corrections tells: a row with all that depends on it, and what became of a correction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from livingreview.checks.sources import fragments, is_in_source, normalise
from livingreview.evidence import Evidence, records
from livingreview.extraction.finding import Dependents, Held, Namer, columns_of
from livingreview.extraction.fixing import Fixed, PoolMove
from livingreview.tables.inputs import PoolInputs
from livingreview.tables.readings import STATES

MOST = 8  # of a list; how many more there are is told


def tell_row(dependents: Dependents, sources: Path | None = None) -> str:
    """A row, where it is printed, how far it is checked, and who depends on it, in lines."""
    held, evidence = dependents.held, dependents.evidence
    lines = [f"{held.table.path}, row {held.line}: {held.key}", *_cells(evidence, held), ""]
    if held.cells.get("report_id") in evidence.report_names:
        lines += _origin(evidence, held, sources)
    for name, parts in (
        ("does not add up", _doubts(evidence, dependents)),
        ("named in", _namers(dependents.namers)),
        (f"through the {len(dependents.under)} row(s) under it", _namers(dependents.through)),
        ("pools", _pools(dependents.pools)),
        ("said in prose", [f"{path} as {{glue:}}`{name}`" for path, name in dependents.glued]),
        ("pages of the book", _pages(dependents)),
    ):
        if parts:
            lines += [f"{name}:", *(f"  {part}" for part in _cut(parts))]
    return "\n".join([*lines, "", f"to correct it: livingreview fix {held.key} COLUMN=VALUE --reason WHY"])


def _cells(evidence: Evidence, held: Held) -> Iterator[str]:
    width = max(map(len, held.table.columns))
    for item in held.table.fields:
        if text := held.cells[item.name]:
            words = item.label(text)
            if words == text and held.table.primary_key != item.name:
                words = evidence.report_names.get(text, text)
            told = text if words == text else f"{text} ({words})"
            yield f"  {item.name:<{width}}  {told}" + (f" [{item.unit}]" if item.unit else "")


def _origin(evidence: Evidence, held: Held, sources: Path | None) -> Iterator[str]:
    report_id = held.cells["report_id"]
    reports = evidence.tables["reports"].fillna("").set_index("report_id")
    page = reports.loc[report_id].get("page_read", "")
    said = held.cells.get("as_reported", "")
    parts = [evidence.report_names[report_id], held.cells.get("locator", ""), f"“{said}”" if said else ""]
    yield f"printed: {', '.join(filter(None, parts))}" + (f"; page read: {page}" if page else "")
    if held.table.evidence:
        yield f"checked: {evidence.label(held.table.name, 'verification', held.cells['verification'])}"
    if sources is not None and said:
        yield f"source: {_look_up(said, sources / f'{report_id}.txt')}"


def _look_up(said: str, path: Path) -> str:
    if not path.is_file():
        return f"no text at hand: {path}"
    text = normalise(path.read_text(encoding="utf-8"))
    lacking = [part for part in fragments(said) if not is_in_source(part, text)]
    told = "; ".join(f"“{part}”" for part in lacking)
    return f"{path.name} does not hold {told}" if lacking else f"every fragment stands in {path.name}"


def _doubts(evidence: Evidence, dependents: Dependents) -> list[str]:
    flagged = {name for row_id in dependents.under for name in evidence.flags.get(row_id, ())}
    said = ("severity", "status")
    return [
        f"{row['discrepancy_id']}: {row['title']} "
        f"({', '.join(evidence.label('discrepancies', name, row[name]) for name in said)})"
        for row in records(evidence.tables["discrepancies"])
        if row["discrepancy_id"] in flagged
    ]


def _namers(namers: Iterable[Namer]) -> list[str]:
    return [
        f"{table}.{column}: {', '.join(_cut(dict.fromkeys(keys)))}"
        for (table, column), keys in columns_of(list(namers)).items()
    ]


def _pools(found: Iterable[tuple[PoolInputs, str]]) -> list[str]:
    """Pools that it is in, with what they come to; then those that it is left out of, and why."""
    ordered = sorted(found, key=lambda item: bool(item[1]))
    told = [
        f"left out of {pool.title}: {reason}" if reason else f"in {pool.title}" for pool, reason in ordered
    ]
    said = [f": {pool.say()}" if not reason else "" for pool, reason in ordered[:MOST]]
    return [*map("".join, zip(told, said, strict=False)), *told[MOST:]]


def _pages(dependents: Dependents) -> list[str]:
    if not (dependents.root / "_build" / "html").is_dir():
        return ["not known: no book is built (livingreview build)"]
    return dependents.pages


def _cut(parts: Iterable[str]) -> list[str]:
    told = list(parts)
    return told if len(told) <= MOST else [*told[:MOST], f"and {len(told) - MOST} more"]


def tell_fixed(fixed: Fixed, *, dry_run: bool) -> str:
    """What became of a correction, in lines."""
    return "\n".join(_lines(fixed, dry_run=dry_run))


def _lines(fixed: Fixed, *, dry_run: bool) -> Iterator[str]:
    yield from fixed.remarks
    if fixed.problems:
        yield from map(str, fixed.problems)
        yield f"{len(fixed.problems)} problem(s); nothing was changed"
        return
    yield f"{fixed.held.table.path}, row {fixed.held.line}: {fixed.held.key}"
    for name, (before, after) in fixed.changes.items():
        yield f"  {name}: {before!r} -> {after!r}"
    yield f"CHANGELOG.md: {fixed.entry}"
    if fixed.moved.conclusions:
        yield "conclusions to read again (livingreview reread):"
        for claim_id, state in fixed.moved.conclusions:
            yield f"  {claim_id}: {STATES[state].partition(';')[0].format(reports='') or 'not read yet'}"
    if fixed.moved.pools:
        yield "pools whose inputs changed:"
        yield from _cut_moves(fixed.moved.pools)
    if not fixed.moved.conclusions and not fixed.moved.pools:
        yield "no conclusion and no pool rests on what changed"
    if dry_run:
        yield "nothing was changed (--dry-run)"
    else:
        yield "to see it: make book; to take it back: git checkout data CHANGELOG.md"


def _cut_moves(moves: list[PoolMove]) -> Iterator[str]:
    for move in moves[:MOST]:
        yield from _say_move(move)
    if len(moves) > MOST:
        yield f"  and {len(moves) - MOST} more"


def _say_move(move: PoolMove) -> Iterator[str]:
    pool = move.after or move.before
    assert pool is not None
    yield f"  {pool.title}"
    before, after = (set(item.inputs) if item else set() for item in move)
    for sign, part in (("-", before - after), ("+", after - before)):
        yield from (f"    {sign} {item.name}: {item.value}" for item in sorted(part))
    said = [item.say() if item else "no such pool" for item in move]
    yield f"    {said[0]} -> {said[1]}" if said[0] != said[1] else f"    still {said[0]}"
