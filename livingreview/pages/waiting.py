"""The public backlog: what was found and is not in the review yet, oldest first."""

from __future__ import annotations

from pathlib import Path

from livingreview.display.html import Column, HtmlTable, Row, Stack
from livingreview.evidence import Evidence, records
from livingreview.surveillance.flow import as_text
from livingreview.surveillance.tables import NEEDED, Loop
from livingreview.surveillance.waiting import STEPS, list_waiting
from livingreview.tables.common import capitalise, number_link

NEVER_RUN = "No stored strategy has been run yet, so nothing found by one can wait."
NOTHING = "Nothing waits: every record found is decided, and what was kept is entered."


def tabulate_waiting(review: Evidence, *, caption: str) -> HtmlTable | Stack:
    """Each record that waits, with the day on which it was found first and the step at which it stands.

    No age is shown: a page does not change by itself, and would soon say a wrong one.
    """
    tables = {name: as_text(records(review.tables[name])) for name in (*NEEDED, "reports", "identifiers")}
    if not any(row["strategy_id"] for row in tables["searches"]):
        return Stack([], NEVER_RUN)
    loop = Loop(Path(), review.package, tables)
    waiting = list_waiting(loop)
    if not waiting:
        return Stack([], NOTHING)
    columns = [Column(name) for name in ("Found on", "Record", "Published", "Waits")]
    rows = [
        Row([item.day, _name(review, loop, item.record_id), item.where, capitalise(STEPS[item.step])])
        for item in waiting
    ]
    return HtmlTable(caption, columns, rows)


def _name(review: Evidence, loop: Loop, record_id: str) -> list:
    """A record's title, with a link where the world knows it by a number."""
    row = loop.index.rows[record_id]
    for scheme, value in (("doi", row["doi"]), ("pmid", row["pmid"]), ("registry", row["trials"])):
        if value:
            return [row["title"] or "No title", number_link(review, scheme, value.split("; ")[0])]
    return [row["title"] or "No title"]
