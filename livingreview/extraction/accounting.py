"""What became of every cell of a file of results: told in lines, and the rest listed in a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from livingreview.evidence.writing import write_rows
from livingreview.extraction.posted import PARTS
from livingreview.extraction.proposing import Fate, Proposal

HEADER = ["path", "part", "group", "what", "value", "total", "low", "high", "why"]


def write_left(path: Path, proposal: Proposal) -> None:
    """Write each cell of which no row is proposed, with the reason."""
    write_rows(path, HEADER, [_row(fate) for fate in proposal.left()])


def _row(fate: Fate) -> list[str]:
    cell = fate.cell
    group = cell.group.title if cell.group else ""
    what = ": ".join(filter(None, dict.fromkeys((cell.what, *cell.within))))
    return [cell.path, cell.part, group, what, cell.value, cell.total, cell.low, cell.high, fate.why]


def tell_proposal(proposal: Proposal, left: Path) -> Iterator[str]:
    """Cells found, rows proposed by page, what is left and why, and which groups were joined."""
    fates, posted = proposal.fates, proposal.posted
    counted = sum(bool(fate.cell.value and fate.cell.total) for fate in fates)
    yield f"{posted.number}: {len(fates)} cells with results, {counted} of them with a number counted from"
    for part in PARTS:
        pages = Counter(fate.table for fate in fates if fate.cell.part == part)
        if pages:
            rows = ", ".join(f"{name} {count}" for name, count in sorted(pages.items()) if name)
            rest = f"; {pages['']} without a row" if pages[""] else ""
            yield f"  {part}: {pages.total()} cells; rows proposed: {rows or 'none'}{rest}"
    rest = Counter(fate.why for fate in proposal.left())
    if rest:
        yield f"{rest.total()} cell(s) without a row, listed in {left}:"
        yield from (f"  {count}: {why}" for why, count in rest.most_common())
    if posted.unposted:
        yield f"outcome measures without results: {'; '.join(posted.unposted)}"
    yield from _tell_groups(proposal)
    yield "no grade is proposed: the register counts serious and other events, not grades"


def _tell_groups(proposal: Proposal) -> Iterator[str]:
    arms = proposal.arms.arms
    joined = [arm for arm in arms if len({group.part for group in arm.groups}) > 1]
    yield f"groups of patients: {len(arms)}, of which {len(joined)} in several parts, joined by their titles"
    for arm, near in proposal.arms.unmatched():
        like = f"; like {near!r}: if they are one, give both one name" if near else ""
        yield f"  {arm.title!r} is called so in no flow or baseline: a group of its own{like}"
