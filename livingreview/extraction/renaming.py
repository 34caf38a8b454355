"""Giving a report another id: every row, list, entry and chapter that goes by the old one, or none.

The old id stays on record in ``former_ids.csv``, by which the book leads on from former addresses.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from livingreview.checks.problems import Problem
from livingreview.evidence import BIBLIOGRAPHY, Evidence, load_evidence, read_cells
from livingreview.evidence.former import FORMER, rename_entries, rename_in, rename_rows
from livingreview.evidence.latex import plain_text
from livingreview.evidence.names import first_author
from livingreview.evidence.schema import Table
from livingreview.evidence.writing import save_bibliography, save_tables
from livingreview.extraction.fixing import add_entry, open_review
from livingreview.extraction.naming import name_report
from livingreview.extraction.trying import try_change
from livingreview.extraction.workbook import SheetError
from livingreview.files import CHANGES
from livingreview.surveillance.identity import Row
from livingreview.tables.readings import take_reading

CHAPTERS = "chapters"
ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass
class Renamed:
    """A report under another id, written or not.

    Attributes
    ----------
    former, present : str
        The two ids.
    changed : dict of str to int
        File -> cells that differ; of a chapter and the bibliography lines.
    problems : list of Problem
        Why nothing was written; none where it was, or would be.
    """

    former: str
    present: str
    changed: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def rename(
    root: Path, former: str, present: str = "", *, reason: str, day: datetime.date, dry_run: bool = False
) -> Renamed:
    """Give a report another id, with a row of ``former_ids`` and a line in the changelog.

    Parameters
    ----------
    present : str
        The new id; empty: first author and year, by the bibliography.
    reason : str
        Why: it stands in both.

    Raises
    ------
    SheetError
        If there is no such report, if the new id is none, is taken or was another report's, or if author or
        year would have to be made up.
    """
    evidence = open_review(root)
    if FORMER not in evidence.package.tables:
        msg = f"no table {FORMER!r} in data/datapackage.json: declare it, with a file, to rename reports"
        raise SheetError(msg)
    renamed = Renamed(former, present or _by_author(evidence, former))
    _refuse(evidence, renamed)

    def change(trial: Path) -> None:
        data = trial / "data"
        before = {table.name: read_cells((data / table.path).read_bytes()) for table in _tables(evidence)}
        after = rename_rows(evidence.package, before, {former: renamed.present})
        after[FORMER].append(
            {"former_id": former, "report_id": renamed.present, "renamed_on": str(day), "reason": reason}
        )
        for table in _tables(evidence):
            pairs = zip(before[table.name], after[table.name], strict=False)
            count = sum(old[name] != new[name] for old, new in pairs for name in old)
            renamed.changed |= {f"data/{table.path}": count} if count else {}
        save_tables(data, evidence.package, after)
        _rename_texts(trial, renamed)
        _keep_readings(evidence, load_evidence(trial), data, {former: renamed.present})
        path = trial / CHANGES
        text = path.read_text(encoding="utf-8") if path.exists() else "# Changes\n"
        path.write_text(add_entry(text, write_entry(evidence, renamed, reason)), encoding="utf-8")

    renamed.problems = try_change(root, change, beside=(CHAPTERS,), dry_run=dry_run)
    return renamed


def _tables(evidence: Evidence) -> Collection[Table]:
    return evidence.package.tables.values()


def _by_author(evidence: Evidence, report_id: str) -> str:
    """First author and year, as `add` names a report; SheetError where either is not established."""
    entry = evidence.bibliography.entries.get(report_id)
    author, year = (first_author(entry), entry.fields.get("year", "")) if entry else ("", "")
    if not (author and year):
        lacking = "year" if author else "first author"
        msg = f"references.bib has no {lacking} of {report_id}: find it on a page, or give the new id"
        raise SheetError(msg)
    title = plain_text(entry.fields.get("title", ""))
    form = {"authors": author, "year": year, "title": title, "registry": ""}
    return name_report(form, {*_report_ids(evidence), *_former(evidence)})


def _report_ids(evidence: Evidence) -> set[str]:
    return set(evidence.tables["reports"]["report_id"])


def _former(evidence: Evidence) -> dict[str, str]:
    frame = evidence.tables[FORMER]
    return dict(zip(frame["former_id"], frame["report_id"], strict=True))


def _refuse(evidence: Evidence, renamed: Renamed) -> None:
    """SheetError where the old id is no report's, or the new one cannot be given."""
    known, was = _report_ids(evidence), _former(evidence)
    if renamed.former not in known:
        now = f"it is {was[renamed.former]} now" if renamed.former in was else "see data/reports.csv"
        msg = f"no report {renamed.former!r}; {now}"
    elif not ID.fullmatch(renamed.present):
        msg = f"found {renamed.present!r}; expected an id such as roe-2019: small letters, digits, hyphens"
    elif renamed.present in known:
        msg = f"{renamed.present} is a report already; take another id, such as {renamed.present}-trial"
    elif renamed.present in was:
        msg = f"{renamed.present} was the id of {was[renamed.present]}, where it leads on to; take another"
    else:
        return
    raise SheetError(msg)


def _rename_texts(trial: Path, renamed: Renamed) -> None:
    """Chapters and the bibliography under the new id."""
    ids = {renamed.former: renamed.present}
    bibliography = trial / "data" / BIBLIOGRAPHY
    for path in (bibliography, *sorted((trial / CHAPTERS).glob("*.md"))):
        text = path.read_text(encoding="utf-8")
        fresh = rename_entries(text, ids) if path == bibliography else rename_in(text, ids)
        if fresh != text:
            if path == bibliography:
                save_bibliography(path, fresh)
            else:
                path.write_text(fresh, encoding="utf-8")
            pairs = zip(text.splitlines(), fresh.splitlines(), strict=True)
            renamed.changed[path.relative_to(trial).as_posix()] = sum(old != new for old, new in pairs)


def _keep_readings(before: Evidence, after: Evidence, data: Path, ids: Mapping[str, str]) -> None:
    """A conclusion that was read stays read: an id says nothing of what a report found.

    One that waits to be read again goes on waiting.
    """
    if "readings" not in after.package.tables:
        return
    table = after.package.tables["readings"]
    claims = set(after.tables["claims"]["claim_id"])
    rows: list[Row] = []
    for row in read_cells((data / table.path).read_bytes()):
        if row["claim_id"] in claims:
            old, new = (take_reading(evidence, row["claim_id"]) for evidence in (before, after))
            if row["digest"] == old.digest:
                row["digest"] = new.digest
            if row["slice_digest"] == old.slice_digest:
                row |= {"slice_digest": new.slice_digest, "slice_reports": new.slice_reports}
        rows.append(row)
    save_tables(data, after.package, {"readings": rows})


def write_entry(evidence: Evidence, renamed: Renamed, reason: str) -> str:
    """The line of the changelog."""
    name = evidence.report_names[renamed.former]
    why = " ".join(reason.split()).rstrip(".")
    return (
        f"- Renamed, {name}: `{renamed.former}` is `{renamed.present}` now, and former addresses lead on. "
        f"Why: {why}."
    )


def tell_renamed(renamed: Renamed, *, dry_run: bool) -> str:
    """What became of it, in lines."""
    if renamed.problems:
        head = f"{renamed.former} was not renamed; nothing was written:"
        return "\n".join([head, *(f"  {problem}" for problem in renamed.problems)])
    verb = "would be" if dry_run else "is"
    lines = [f"{renamed.former} {verb} {renamed.present} now; cells or lines that differ:"]
    lines += [f"  {name}: {count}" for name, count in renamed.changed.items()]
    lines += [] if dry_run else ["next: livingreview build; a text kept as REPORT_ID.txt is renamed by hand"]
    return "\n".join(lines)
