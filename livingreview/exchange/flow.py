"""The flow of records as files: its picture, the PRISMA2020 tool's table, the records of each box as RIS."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from livingreview.citation import entry_to_csl, items_to_ris
from livingreview.evidence import Evidence, records
from livingreview.evidence.writing import format_rows
from livingreview.exchange.folder import README, as_csv, write_readme
from livingreview.exchange.references import record_item
from livingreview.surveillance.flow import ALL, READ, as_text, count_flows
from livingreview.surveillance.picture import draw_svg
from livingreview.surveillance.prisma import as_prisma
from livingreview.surveillance.tables import UNLOGGED
from livingreview.tables.common import text

# Name of a box, as files and `boxes.csv` have it -> what it holds.
BOXES = {
    "duplicates": "copies of another record (one that several searches brought stands in one box only)",
    "known": "screened for an earlier version, or a report held already",
    "unscreened": "still to be screened",
    "excluded": "left out by title and abstract",
    "unread": "passed, and still to be read in full",
    "not_retrieved": "could not be had",
    "excluded_in_full": "left out after the report was read",
    "context": "kept as context",
    "included": "included",
}
COLUMNS = {
    "version": "the version of the review; `unreleased`: the one in the making; `all`: all of them as one",
    "way": "`databases` (and registers) or `others`; `review` for the reports of the review",
    "box": "the box",
    "records": "how many records it holds",
    "file": "the .ris file with them",
}


def export(evidence: Evidence, record: Mapping) -> dict[str, bytes]:
    """The files of the export ``flow``."""
    flows = count_flows({name: as_text(records(evidence.tables[name])) for name in READ})
    rows = {row["record_id"]: row for row in records(evidence.tables["records"])}
    files: dict[str, bytes] = {}
    told: list[dict] = []

    def put(version: str, way: str, box: str, items: Iterable[dict]) -> None:
        items = list(items)
        name = f"{version}/{way}-{box.replace('_', '-')}.ris"
        files[name] = items_to_ris(items).encode()
        told.append({"version": version, "way": way, "box": box, "records": len(items), "file": name})

    for decision, part in _before(evidence).items():
        put("before-the-log", "review", decision, _reports(evidence, part))
    for name, flow in flows.items():
        version = name or "unreleased"
        files[f"{version}/flow.csv"] = format_rows(as_prisma(flow)).encode()
        title = "All versions" if name == ALL else f"Version {name}" if name else "Since the last version"
        files[f"{version}/flow.svg"] = draw_svg(flow, f"{title}: flow of records (PRISMA 2020)").encode()
        for way, arm in flow.arms.items():
            for box in BOXES:
                if ids := arm.boxes.get(box):
                    put(version, way, box, (record_item(rows[key]) for key in sorted(ids)))
        for box, ids in flow.reports.items():
            if ids:
                put(version, "review", box, _reports(evidence, ids))
    boxes = "\n".join(f"- `{name}`: {words}" for name, words in BOXES.items())
    what = (
        "The flow of records, version by version: `flow.svg` is its picture, `flow.csv` the table that the "
        "PRISMA2020 tool draws (which has no boxes for the screening of what came by other methods, nor for "
        "what is still to be decided), each .ris file the records of one box; `boxes.csv` lists them. Of "
        "records that were screened before decisions were logged the review keeps the reports' references."
        + ("" if flows else " No stored strategy has been run yet, so only those are here.")
        + "\n\nPicture and tables are for reading only: they are counted anew from searches and decisions. "
        "The .ris files come back by `livingreview import`."
    )
    readme = write_readme(record, "Flow of records", [what, f"## Boxes\n\n{boxes}"], COLUMNS)
    return {README: readme, "boxes.csv": as_csv(list(COLUMNS), told)} | files


def _before(evidence: Evidence) -> dict[str, list[str]]:
    """Reports that were kept before decisions were logged, by the decision."""
    found: dict[str, list[str]] = {}
    for row in records(evidence.tables["screening"]):
        if row["basis"] in UNLOGGED and text(row["report_id"]):
            found.setdefault(row["decision"], []).append(row["report_id"])
    return dict(sorted(found.items()))


def _reports(evidence: Evidence, ids: Iterable[str]) -> list[dict]:
    entries = evidence.bibliography.entries
    return [entry_to_csl(key, entries[key]) for key in sorted(ids) if key in entries]
