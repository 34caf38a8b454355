"""The page of what changed: releases, and what moved from one to the next."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from markupsafe import Markup

from livingreview.charts.intervals import IntervalRow, lay_out_intervals
from livingreview.charts.sheet import SheetFigure
from livingreview.display.html import Column, Fragment, HtmlTable, Row, Stack, fold, link
from livingreview.display.numbers import Figure, row_href
from livingreview.evidence import Evidence, find_root
from livingreview.files import DATA, ESTIMATES, RELEASES, list_releases
from livingreview.releases.diff import Conclusion, Difference, Move, compare
from livingreview.releases.estimates import Estimate
from livingreview.releases.feed import FEED
from livingreview.releases.freeze import is_released
from livingreview.releases.snapshot import NOW, Snapshot, load_snapshot, read_record
from livingreview.releases.tell import CAUSES, TITLES
from livingreview.tables.common import report_link

NEW = ("new_evidence", "addition")  # what was not known before: told by report, not cell by cell
REPORTS = {
    "added": "added",
    "corrected": "corrected",
    "removed": "removed",
    "status_changed": "another part in the review",
}


def show_releases() -> Stack:
    """Every release with its date, its changes in words and its files; says where there is none or one."""
    root = find_root()
    versions = list_releases(root)
    rows = []
    for record in (read_record(root, version) for version in reversed(versions)):
        files = [link(name, f"../{RELEASES}/{record['version']}/{name}") for name in (DATA, ESTIMATES)]
        rows.append(
            Row(
                [record["version"], record["date"], list(record["changes"]), files],
                anchor=f"release-{record['version']}",
            )
        )
    table = HtmlTable(
        "Releases, newest first",
        [Column("Version"), Column("Date"), Column("What a reader should know"), Column("Frozen files")],
        rows,
    )
    return Stack(
        [
            _say(describe_state(versions)),
            *([table] if rows else []),
            _say(Markup('New releases are announced in <a href="../{0}">a feed</a>.').format(FEED)),
        ]
    )


def describe_state(versions: list[str]) -> str:
    """How many releases there are, and what that means for this page."""
    if not versions:
        return (
            "No release has been made yet: nothing has been frozen, "
            "and there is nothing to compare these pages with."
        )
    if len(versions) == 1:
        return f"There is one release, {versions[0]}: there is no earlier one to compare it with."
    return f"There are {len(versions)} releases; the latest is {versions[-1]}."


def show_changes() -> Stack:
    """What moved from each release to the next, newest first; what is not released yet comes first of all."""
    root = find_root()
    versions = list_releases(root)
    if not versions:
        return Stack([], "With the first release, what has changed since will be listed here.")
    now = load_snapshot(root, NOW)
    names = [*versions, *([] if is_released(root, versions[-1]) else [NOW])]
    snapshots = [now if name == NOW else load_snapshot(root, name) for name in names]
    parts = [
        part
        for before, after in reversed(list(itertools.pairwise(snapshots)))
        for part in show_difference(compare(before, after), now)
    ]
    return Stack(parts, f"These pages are those of {versions[-1]}: nothing has moved since.")


def say_last_change() -> Fragment:
    """What changed last, in a line that leads to the whole; nothing until there are two states."""
    root = find_root()
    versions = list_releases(root)
    names = [*versions, *([] if versions and is_released(root, versions[-1]) else [NOW])]
    if not versions or len(names) < 2:
        return Fragment("paragraph.html.j2", {"text": ""}, "")
    difference = compare(*(load_snapshot(root, name) for name in names[-2:]))
    words = "nothing in the evidence" if difference.empty else summarise(difference)
    text = Markup('What changed last, since {}: {} <a href="what-changed.html">See what moved.</a>').format(
        difference.before, words
    )
    return Fragment("paragraph.html.j2", {"text": text}, text.striptags())


def show_difference(difference: Difference, now: Snapshot) -> Iterator[object]:
    """One difference: reports, conclusions, estimates with a chart, rows cell by cell."""
    name = "what is not released yet" if difference.after == NOW else difference.after
    title = f"From {difference.before} to {name}"
    yield Fragment("heading.html.j2", {"text": title, "anchor": f"to-{difference.after}"}, title)
    if difference.empty:
        yield _say("No figure, no row and no conclusion moved; the pages' own words or the programs did.")
        return
    yield _say(summarise(difference))
    tables = (
        _report_table(difference, now.evidence, title),
        _conclusion_table(difference, title),
        _estimate_table(difference, now.evidence, title),
    )
    yield from (table for table in tables if table.rows)
    of_moves = f"Estimates that moved: {title[:1].lower()}{title[1:]}"
    if chart := draw_moves(difference, now.evidence, title=of_moves):
        yield chart
    for table in (
        _new_table(difference, now.evidence, title),
        _cell_table(difference, now.evidence, title),
        _own_table(difference, title),
    ):
        if table.rows:
            yield fold(table)


def summarise(difference: Difference) -> str:
    """One sentence of counts; corrections are told apart from new evidence."""
    counts = {
        kind: len(difference.evidence_rows(kind))
        for kind in ("new_evidence", "addition", "correction", "removal")
    }
    moved = sum(move.before is not None and move.after is not None for move in difference.estimates)
    waiting = sum(item.to_read_again for item in difference.conclusions)
    return (
        f"New evidence: {counts['new_evidence']} rows of {len(difference.reports['added'])} reports. "
        f"Rows added to reports known before: {counts['addition']}. "
        f"Corrected rows: {counts['correction']}. Rows removed: {counts['removal']}. "
        f"Estimates that moved: {moved}. Conclusions that wait to be read again: {waiting}."
    )


def draw_moves(difference: Difference, evidence: Evidence, *, title: str) -> SheetFigure | None:
    """Old and new interval of every estimate that moved, on an axis of percent; None where there is none."""
    columns = [
        Column("Version"),
        Column("Result", True),
        Column("95% interval", True),
        Column("Patients", True),
    ]
    items: list[IntervalRow | str] = []
    rows, words = [], []
    for move in difference.estimates:
        pair = ((move.before, f"before ({difference.before})"), (move.after, "after"))
        if not all(item is not None and item.unit in ("proportion", "pct") for item, _ in pair):
            continue
        items.append(move.label)
        rows.append(Row([move.label], heading=True))
        for item, when in pair:
            figure = _figure(evidence, move, item, when)
            items.append(_interval_row(item, when, figure, hollow=item is move.before))
            rows.append(Row([when, figure, item.interval or "", str(item.total or "")]))
        words.append(f"{move.label}: {_tell(move.before)} before, {_tell(move.after)} after.")
    if not items:
        return None
    note = "Open diamonds: before. Squares: after. Lines: 95% intervals where there are any."
    table = HtmlTable(f"{title}, numbers", columns, rows)
    return SheetFigure(title, lambda sheet: lay_out_intervals(sheet, items), " ".join(words), table, note)


def _figure(evidence: Evidence, move: Move, item: Estimate, when: str) -> Figure:
    return Figure(item.point, move.key, _href(evidence, move.key, item.report_id), f"{move.key}, {when}")


def _tell(item: Estimate) -> str:
    return f"{item.point} [{item.interval}]" if item.interval else item.point


def _interval_row(item: Estimate, when: str, figure: Figure, *, hollow: bool) -> IntervalRow:
    scale = 100 if item.unit == "proportion" else 1
    low, high = (None if value is None else scale * value for value in (item.low, item.high))
    return IntervalRow(
        when,
        "",
        item.point,
        f"[{item.interval}]" if item.interval else "",
        scale * item.value,
        low,
        high,
        figure,
        shape="diamond" if hollow else "square",
        hollow=hollow,
    )


def _report_table(difference: Difference, evidence: Evidence, title: str) -> HtmlTable:
    rows = [
        Row([_report(evidence, report_id), words])
        for kind, words in REPORTS.items()
        for report_id in difference.reports[kind]
        if kind != "added"
    ]
    if added := difference.reports["added"]:
        rows.insert(0, Row([[_report(evidence, report_id) for report_id in added], REPORTS["added"]]))
    return HtmlTable(f"Reports. {title}", [Column("Report"), Column("What happened")], rows)


def _conclusion_table(difference: Difference, title: str) -> HtmlTable:
    columns = [
        Column("Conclusion"),
        Column("What changed"),
        Column("Results that changed"),
        Column("Reading"),
    ]
    rows = [
        Row([item.claim_id, item.kind, ", ".join(item.rows) or "none", _reading(item)])
        for item in difference.conclusions
    ]
    return HtmlTable(f"Conclusions. {title}", columns, rows)


def _reading(item: Conclusion) -> str:
    if item.to_read_again:
        return "to be read again: nobody has, since"
    return "read since" if item.state == "read" else ""


def _estimate_table(difference: Difference, evidence: Evidence, title: str) -> HtmlTable:
    rows = []
    for cause in CAUSES:
        if cause in NEW:
            continue
        moves = [move for move in difference.estimates if move.cause == cause]
        rows += [Row([f"{TITLES[cause]}: {CAUSES[cause]}"], heading=True)] if moves else []
        for move in moves:
            values = ("none" if item is None else item.text for item in (move.before, move.after))
            rows.append(Row([[move.label, _row(evidence, move.key)], *values]))
    return HtmlTable(
        f"Estimates before and after. {title}",
        [Column("Estimate"), Column("Before", True), Column("After", True)],
        rows,
    )


def _new_table(difference: Difference, evidence: Evidence, title: str) -> HtmlTable:
    rows = []
    for kind in NEW:
        rows += [
            Row([_report(evidence, report_id), TITLES[kind], str(count)])
            for report_id, count in difference.count_reports(kind)
        ]
    columns = [Column("Report"), Column("Kind"), Column("Rows", True)]
    return HtmlTable(f"New rows by report. {title}", columns, rows)


def _cell_table(difference: Difference, evidence: Evidence, title: str) -> HtmlTable:
    rows = []
    for change in difference.evidence_rows("correction"):
        for cell in change.cells:
            where = f"{change.table}: {cell.column}"
            before, after = cell.before or "empty", cell.after or "empty"
            rows.append(Row([_row(evidence, change.key), where, before, after]))
    rows += [
        Row([change.key, f"{change.table}: whole row", "stood here", "removed"])
        for change in difference.evidence_rows("removal")
    ]
    return HtmlTable(
        f"Corrected cells and removed rows. {title}",
        [Column("Row"), Column("Cell"), Column("Before"), Column("After")],
        rows,
    )


def _own_table(difference: Difference, title: str) -> HtmlTable:
    return HtmlTable(
        f"The review's own tables. {title}",
        [Column("Table"), Column("Rows"), Column("Number", True)],
        [Row([table, kind, str(count)]) for table, kind, count in difference.count_own()],
    )


def _href(evidence: Evidence, key: str, report_id: str) -> str:
    """The row's place in this book; this page where the row is gone."""
    return row_href(report_id, key) if key in evidence.row_tables else "what-changed.html"


def _row(evidence: Evidence, key: str):
    return link(key, row_href(evidence.row(key)["report_id"], key)) if key in evidence.row_tables else key


def _report(evidence: Evidence, report_id: str):
    known = set(evidence.tables["reports"]["report_id"])
    return (
        report_link(evidence, report_id) if report_id in known else f"a report no longer here ({report_id})"
    )


def _say(words: str | Markup) -> Fragment:
    plain = words.striptags() if isinstance(words, Markup) else words
    return Fragment("paragraph.html.j2", {"text": words}, plain)
