"""How much of posted results becomes rows? Cells found and covered, file by file, in a folder of real files.

    python -m benchmarks.registry FOLDER

FOLDER holds results of single studies as ClinicalTrials.gov (JSON, version 2) or the EU Clinical Trials
Register (XML) give them. Cells are counted a second time here, by the names under which they stand, without
the reader; every proposed row is held against what stands at its path. Ends with 1 where any of this fails.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree

from livingreview.evidence import load_evidence
from livingreview.extraction.ctgov import ROOT as RESULTS
from livingreview.extraction.ctgov import read_ctgov
from livingreview.extraction.euctr import read_euctr
from livingreview.extraction.measuring import fragment
from livingreview.extraction.posted import Cell
from livingreview.extraction.proposing import Proposal, propose

ROOT = Path(__file__).resolve().parent.parent
LISTS = ("measurements", "achievements", "reasons", "stats", "analyses")
TOTALS = ("deathsNumAffected", "seriousNumAffected", "otherNumAffected")
# Of the XML: what holds one number (or nothing) each.
NUMBERS = ("countableValue", "tendencyValue", "statisticalAnalysis")
OF_GROUPS = ("deathsAllCauses", "deathsResultingFromAdverseEvents", "subjectsAffectedBy")
GRADES = ("grade_min", "grade_max")


def count_json(told: Any) -> int:
    """Cells of results in JSON."""
    if isinstance(told, list):
        return sum(map(count_json, told))
    if not isinstance(told, dict):
        return 0
    own = sum(len(told[name]) for name in LISTS if name in told) + sum(name in told for name in TOTALS)
    return own + sum(count_json(value) for value in told.values())


def count_xml(root: etree._Element) -> int:
    """Cells of results in XML that hold a value."""
    return sum(_is_cell(node) for node in root.iter(etree.Element))


def _is_cell(node: etree._Element) -> bool:
    name = etree.QName(node).localname
    if name in NUMBERS:
        value = node.find("{*}value")
        return name == "statisticalAnalysis" or (value is not None and bool((value.text or "").strip()))
    if name == "subjects":
        above = etree.QName(node.getparent()).localname
        return bool(node.text) and (above.endswith("MilestoneAchievement") or above == "reasonDetail")
    is_event = name == "value" and node.get("reportingGroupId") is not None
    return is_event or (name.startswith(OF_GROUPS) and bool(node.text))


def value_at(data: bytes, path: str) -> str:
    """What stands at a path of a file, as text."""
    if path.startswith("/"):
        root = etree.fromstring(data)
        for node in root.iter(etree.Element):
            node.tag = etree.QName(node).localname
        (node,) = root.xpath(path)
        return " ".join(node.itertext())
    told = json.loads(data)
    told = told["studies"][0] if "studies" in told else told
    for name, place in re.findall(r"([A-Za-z]+)(?:\[(\d+)\])?", path):
        told = told[name][int(place)] if place else told[name]
    return json.dumps(told) if isinstance(told, dict) else str(told)


def faults_of(data: bytes, proposal: Proposal, found: int) -> Iterator[str]:
    """What is wrong with a proposal; nothing, it is hoped."""
    cells = proposal.posted.cells
    if not found == len(cells) == len(proposal.fates) == len({cell.path for cell in cells}):
        yield f"{found} cells in the file, {len(cells)} read, {len(proposal.fates)} told"
    rows = {row["locator"]: row for rows in proposal.draft.rows.values() for row in rows}
    for fate in proposal.fates:
        stands = value_at(data, fate.cell.path)
        if fate.cell.value and fate.cell.value not in re.split(r"[\s\",:{}]+", stands):
            yield f"{fate.cell.path}: {fate.cell.value} is not what stands there"
        if fate.table and fate.table != "cohorts":
            yield from _faults_of_row(fate.cell, rows.get(fate.cell.path, {}))
    for row in proposal.draft.rows["adverse_events"]:
        if any(row.get(name) for name in GRADES):
            yield f"{row['locator']}: a grade"


def _faults_of_row(cell: Cell, row: dict[str, str]) -> Iterator[str]:
    printed = row.get("as_reported", "").split(" … ")
    if any(number and fragment(number) not in printed for number in (cell.value, cell.total)):
        yield f"{cell.path}: {cell.value} of {cell.total} is not in its row"
    if row.get("events") and (row["events"], row["total"]) != (cell.value, cell.total):
        yield f"{cell.path}: {row['events']} of {row['total']} for {cell.value} of {cell.total}"


def main() -> int:
    """Print the table; returns 1 where something is wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    evidence, faults = load_evidence(ROOT), 0
    events: Counter[str] = Counter()
    print(f"{'file':28}{'cells':>7}{'events':>8}{'rows':>7}{'left':>6}  tables")
    for path in sorted(parser.parse_args().folder.iterdir()):
        data = path.read_bytes()
        posted = read_ctgov(data) or read_euctr(data)
        if posted is None:
            print(f"{path.name:28} no results of one study")
            continue
        proposal = propose(evidence, posted)
        found = count_xml(etree.fromstring(data)) if data.lstrip()[:1] == b"<" else count_json(_results(data))
        own = [fate for fate in proposal.fates if fate.cell.part in ("serious events", "other events")]
        events += Counter(fate.table for fate in own)
        tables = Counter(fate.table for fate in proposal.fates)
        rows = sum(count for table, count in tables.items() if table)
        named = ", ".join(f"{table} {count}" for table, count in sorted(tables.items()) if table)
        print(f"{path.name:28}{found:7}{len(own):8}{rows:7}{tables['']:6}  {named}")
        print("".join(f"{'':36}{count} {why}\n" for why, count in _reasons(proposal)), end="")
        for fault in faults_of(data, proposal, found):
            faults += 1
            print(f"  WRONG: {fault}")
    told = ", ".join(
        f"{table or 'listed with the reason'} {count}" for table, count in sorted(events.items())
    )
    print(f"{events.total()} cells of serious and other events: {told}; {faults} wrong")
    return bool(faults)


def _results(data: bytes) -> Any:
    told = json.loads(data)
    return (told["studies"][0] if "studies" in told else told)[RESULTS]


def _reasons(proposal: Proposal) -> list[tuple[str, int]]:
    return Counter(fate.why for fate in proposal.left()).most_common()


if __name__ == "__main__":
    sys.exit(main())
