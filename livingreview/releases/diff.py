"""What moved between two versions: reports, rows cell by cell, estimates, conclusions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from livingreview.evidence import BIBLIOGRAPHY, read_cells, split_ids
from livingreview.releases.estimates import Estimate
from livingreview.releases.snapshot import Snapshot, under_present_ids
from livingreview.tables.readings import reading_state, rows_on_question

# Kind of a changed evidence row -> what it means. New evidence is told apart from what was known and is now
# told otherwise.
KINDS = {
    "new_evidence": "row of a report that was not in the review before",
    "addition": "row added to a report that was in the review already",
    "correction": "changed row of a report that was in the review already",
    "removal": "row taken out",
}
METHOD = "method"  # an estimate that moved though its row did not


@dataclass(frozen=True)
class Cell:
    """One cell before and after."""

    column: str
    before: str
    after: str


@dataclass(frozen=True)
class RowChange:
    """A row that was added, changed or removed.

    `kind` is a key of `KINDS`; for tables that are no evidence it is 'added', 'changed' or 'removed'.
    """

    table: str
    key: str
    report_id: str
    kind: str
    evidence: bool
    cells: tuple[Cell, ...] = ()


@dataclass(frozen=True)
class Move:
    """An estimate before and after; None where it was not there. `cause` is a key of `KINDS` or 'method'."""

    key: str
    label: str
    cause: str
    before: Estimate | None
    after: Estimate | None

    def to_dict(self) -> dict:
        """The move as plain values, empty ones of an estimate left out."""
        pair = {"before": self.before, "after": self.after}
        return asdict(self) | {name: None if item is None else item.to_dict() for name, item in pair.items()}


@dataclass(frozen=True)
class Conclusion:
    """A conclusion whose words, rows or question's other results changed.

    `kind` is 'added', 'removed', 'reworded', 'rows changed' or 'new evidence'; `rows` those it rests on that
    changed, or else the others that answer its question; `state` is its reading in the later version, see
    `livingreview.tables.readings`.
    """

    claim_id: str
    kind: str
    rows: tuple[str, ...]
    state: str

    @property
    def to_read_again(self) -> bool:
        """Whether someone has yet to read it against its rows as they are now."""
        return self.kind in ("reworded", "rows changed", "new evidence") and self.state != "read"


@dataclass(frozen=True)
class Difference:
    """Everything that moved from version `before` to version `after`."""

    before: str
    after: str
    reports: dict[str, list[str]]
    rows: tuple[RowChange, ...]
    estimates: tuple[Move, ...]
    conclusions: tuple[Conclusion, ...]
    columns: dict[str, dict[str, list[str]]]

    @property
    def empty(self) -> bool:
        """Whether nothing moved."""
        return not (self.rows or self.estimates or self.conclusions or any(self.columns.values()))

    def evidence_rows(self, kind: str) -> list[RowChange]:
        """Changed evidence rows of one kind."""
        return [change for change in self.rows if change.evidence and change.kind == kind]

    def count_reports(self, kind: str) -> list[tuple[str, int]]:
        """(report_id, number of its changed evidence rows of one kind), in order."""
        return sorted(Counter(change.report_id for change in self.evidence_rows(kind)).items())

    def count_own(self) -> list[tuple[str, str, int]]:
        """(table, kind, number of rows) of what changed in tables that are no evidence, in order."""
        counts = Counter((change.table, change.kind) for change in self.rows if not change.evidence)
        return [(*key, count) for key, count in sorted(counts.items())]

    def to_dict(self) -> dict:
        """Plain values, for machines."""
        told = asdict(self)
        told["estimates"] = [move.to_dict() for move in self.estimates]
        told["conclusions"] = [
            asdict(item) | {"to_read_again": item.to_read_again} for item in self.conclusions
        ]
        return told


def compare(before: Snapshot, after: Snapshot) -> Difference:
    """What moved from one version to the other; a report renamed meanwhile is compared with itself."""
    before = under_present_ids(before, after)
    old, new = (read_rows(item) for item in (before, after))
    rows = tuple(
        change
        for table in sorted(old.keys() | new.keys())
        for change in _compare_table(table, old, new, after)
    )
    return Difference(
        before.version,
        after.version,
        _compare_reports(old["reports"], new["reports"], rows),
        rows,
        _compare_estimates(before, after, rows),
        _compare_conclusions(old, new, before, after, rows),
        _compare_columns(before, after),
    )


def read_rows(snapshot: Snapshot) -> dict[str, dict[str, dict[str, str]]]:
    """table -> key -> column -> cell as it stands in the file; the bibliography is a table of entries."""
    tables = {name: {} for name in snapshot.evidence.package.absent}  # a table left out has no rows
    for table in snapshot.evidence.package.tables.values():
        tables[table.name] = {row[table.primary_key]: row for row in read_cells(snapshot.files[table.path])}
    entries = snapshot.evidence.bibliography.entries
    tables[BIBLIOGRAPHY] = {
        key: {"report_id": key, "entry": _write_entry(entry)} for key, entry in entries.items()
    }
    return tables


def _write_entry(entry) -> str:
    people = {role: " and ".join(map(str, persons)) for role, persons in entry.persons.items()}
    fields = sorted({**people, **entry.fields}.items())
    return "; ".join([entry.type, *(f"{name} = {value}" for name, value in fields)])


def _compare_table(table: str, old: Mapping, new: Mapping, after: Snapshot):
    before, now = old.get(table, {}), new.get(table, {})
    known = after.evidence.package.tables.get(table)
    evidence = bool(known and known.evidence)
    for key in sorted(before.keys() | now.keys()):
        first, second = before.get(key), now.get(key)
        report_id = (second or first).get("report_id", "")
        if first is not None and second is not None:
            # A column that only one version has is told once, not as a change of every row.
            cells = tuple(
                Cell(name, first[name], second[name])
                for name in first
                if name in second and first[name] != second[name]
            )
            if not cells:
                continue
            kind = "correction" if evidence else "changed"
        elif first is None:
            kind = ("addition" if report_id in old["reports"] else "new_evidence") if evidence else "added"
            cells = tuple(Cell(name, "", value) for name, value in second.items() if value)
        else:
            kind = "removal" if evidence else "removed"
            cells = tuple(Cell(name, value, "") for name, value in first.items() if value)
        yield RowChange(table, key, report_id, kind, evidence, cells)


def _compare_reports(old: Mapping, new: Mapping, rows) -> dict[str, list[str]]:
    touched = {change.report_id for change in rows if change.kind in ("correction", "addition", "removal")}
    return {
        "added": sorted(new.keys() - old.keys()),
        "corrected": sorted(touched & old.keys() & new.keys()),
        "removed": sorted(old.keys() - new.keys()),
        "status_changed": sorted(
            key for key in old.keys() & new.keys() if old[key].get("status") != new[key].get("status")
        ),
    }


def _compare_estimates(before: Snapshot, after: Snapshot, rows) -> tuple[Move, ...]:
    causes = {change.key: change.kind for change in rows}
    moves = []
    for key in sorted(before.estimates.keys() | after.estimates.keys()):
        first, second = before.estimates.get(key), after.estimates.get(key)
        if first is None or second is None or not first.same_as(second):
            moves.append(Move(key, (second or first).label, causes.get(key, METHOD), first, second))
    return tuple(moves)


def _others_touched(claim_id: str, changed: set[str], before: Snapshot, after: Snapshot) -> tuple[str, ...]:
    """Changed rows that answer the question of a conclusion in either version."""
    asked = {row["row_id"] for item in (before, after) for row in rows_on_question(item.evidence, claim_id)}
    return tuple(sorted(asked & changed))


def _compare_conclusions(
    old: Mapping, new: Mapping, before: Snapshot, after: Snapshot, rows
) -> tuple[Conclusion, ...]:
    changed = {change.key for change in rows if change.evidence}
    found = []
    for claim_id in sorted(old["claims"].keys() | new["claims"].keys()):
        first, second = old["claims"].get(claim_id), new["claims"].get(claim_id)
        rests_on = {row_id for claim in (first, second) if claim for row_id in split_ids(claim["rests_on"])}
        touched = tuple(sorted(rests_on & changed))
        if first is None or second is None:
            kind = "added" if first is None else "removed"
        elif any(first.get(name) != second.get(name) for name in ("text", "rests_on", "certainty")):
            kind = "reworded"
        elif touched:
            kind = "rows changed"
        elif touched := _others_touched(claim_id, changed, before, after):
            kind = "new evidence"
        else:
            continue
        state = "" if second is None else reading_state(after.evidence, claim_id)
        found.append(Conclusion(claim_id, kind, touched, state))
    return tuple(found)


def _compare_columns(before: Snapshot, after: Snapshot) -> dict[str, dict[str, list[str]]]:
    """Tables and columns that only one of the versions has."""
    old, new = (
        {name: set(table.columns) for name, table in item.evidence.package.tables.items()}
        for item in (before, after)
    )
    pairs = {name: (old.get(name, set()), new.get(name, set())) for name in old.keys() | new.keys()}
    return {
        "added": {name: sorted(now - past) for name, (past, now) in sorted(pairs.items()) if now - past},
        "removed": {name: sorted(past - now) for name, (past, now) in sorted(pairs.items()) if past - now},
    }
