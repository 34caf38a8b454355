"""A difference between two versions as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from livingreview.releases.diff import KINDS, METHOD, Difference, RowChange

CAUSES = KINDS | {METHOD: "the row is the same: the way it is computed changed"}
TITLES = {
    "new_evidence": "New evidence",
    "addition": "Rows added to known reports",
    "correction": "Corrections",
    "removal": "Rows removed",
    METHOD: "Change of method",
}


def tell_difference(difference: Difference) -> str:
    """Everything that moved, in the order in which a reader needs it."""
    lines = [f"From {difference.before} to {difference.after}"]
    if difference.empty:
        return f"{lines[0]}: nothing moved."
    for part in (_reports, _conclusions, _estimates, _rows, _other):
        if told := list(part(difference)):
            lines += ["", *told]
    return "\n".join(lines)


def _reports(difference: Difference) -> Iterator[str]:
    words = {
        "added": "Reports added",
        "removed": "Reports removed",
        "corrected": "Reports corrected",
        "status_changed": "Reports with another part in the review",
    }
    for name, title in words.items():
        if ids := difference.reports[name]:
            yield f"{title} ({len(ids)}): {', '.join(ids)}"


def _conclusions(difference: Difference) -> Iterator[str]:
    if difference.conclusions:
        yield f"Conclusions ({len(difference.conclusions)})"
    for item in difference.conclusions:
        yield f"  {item.claim_id}: {item.kind}" + (f" ({', '.join(item.rows)})" if item.rows else "")
        if item.to_read_again:
            then = f"When you have: livingreview reread {item.claim_id}"
            yield f"    TO BE READ AGAIN: nobody has, since. {then}"


def _estimates(difference: Difference) -> Iterator[str]:
    for cause in CAUSES:
        moves = [move for move in difference.estimates if move.cause == cause]
        if moves:
            yield f"Estimates, {TITLES[cause].lower()} ({len(moves)})"
        for move in moves:
            before, after = ("none" if item is None else item.text for item in (move.before, move.after))
            yield f"  {move.key}: {before} -> {after}  [{move.label}]"


def _rows(difference: Difference) -> Iterator[str]:
    for kind, meaning in KINDS.items():
        changes = difference.evidence_rows(kind)
        if changes:
            yield f"{TITLES[kind]} ({len(changes)} row{'' if len(changes) == 1 else 's'}): {meaning}"
        if kind == "new_evidence":
            yield from (f"  {report_id}: {count} rows" for report_id, count in difference.count_reports(kind))
        else:
            yield from _cells(changes)


def _cells(changes: list[RowChange]) -> Iterator[str]:
    for change in changes:
        yield f"  {change.table}.csv: {change.key}"
        if change.kind == "correction" or change.kind == "changed":
            yield from (f"    {cell.column}: {cell.before!r} -> {cell.after!r}" for cell in change.cells)


def _other(difference: Difference) -> Iterator[str]:
    if counts := difference.count_own():
        yield "The review's own tables"
    yield from (f"  {table}: {count} {kind}" for table, kind, count in counts)
    for name, tables in difference.columns.items():
        yield from (f"  {table}: columns {name}: {', '.join(columns)}" for table, columns in tables.items())
