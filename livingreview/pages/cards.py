"""Where a figure comes from, which a page shows in a small card once the figure is selected.

One script a report, not data: a page opened from disk may load a script, but not read a file. They are loaded
on first use, so pages do not grow.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from livingreview.charts.render import inert_json
from livingreview.citation import page_source, row_source
from livingreview.display.numbers import write_value
from livingreview.evidence import Evidence, records
from livingreview.pages.report import describe_row

FLAG = ("title", "explanation", "resolution")  # what a card tells of a registered discrepancy


def make_card(evidence: Evidence, row: Mapping) -> dict:
    """One row's card: what it is, its value, as printed, where, on what basis, how far checked.

    And what does not add up; empty parts are left out.
    """
    name = evidence.row_tables[row["row_id"]]
    table = evidence.package.tables[name]
    card = {
        "what": describe_row(evidence, table, row),
        "value": write_value(evidence, row),
        "printed": row["as_reported"],
        "where": row["locator"],
        "basis": evidence.label(name, "basis", row["basis"]),
        "source": row["source_report_id"],
        "citation": row["source_citation"],
        "derivation": row["derivation"],
        "checked": evidence.label(name, "verification", row["verification"]),
        "note": row["note"],
        "flags": list(evidence.flags.get(row["row_id"], ())) or None,
    }
    return _filled(card)


def _filled(values: Mapping) -> dict:
    return {
        key: value
        for key, value in values.items()
        if isinstance(value, list) or (value is not None and not pd.isna(value) and value != "")
    }


def make_cards(evidence: Evidence) -> dict[str, dict[str, dict]]:
    """Every row's card: report_id -> row_id -> card."""
    cards: dict[str, dict[str, dict]] = {}
    for table in evidence.package.evidence_tables:
        for row in records(evidence.tables[table.name]):
            cards.setdefault(row["report_id"], {})[row["row_id"]] = make_card(evidence, row)
    return cards


def cards_script(
    evidence: Evidence, report_id: str, cards: Mapping[str, dict], discrepancies: Mapping[str, dict]
) -> str:
    """The cards of the rows of one report, with what they share, as a script that hands them to the page."""
    flags = {item: _filled(discrepancies[item]) for card in cards.values() for item in card.get("flags", ())}
    entry = evidence.bibliography.entries.get(report_id)
    about = {"doi": entry.fields["doi"]} if entry and "doi" in entry.fields else {}
    return f"lrCards({inert_json(report_id)},{inert_json(about | {'flags': flags, 'rows': cards})});\n"


def write_cards(evidence: Evidence, folder: Path) -> None:
    """One script per report that printed a row, in `folder`; scripts of reports that are gone are deleted.

    No script names the version, so that versions in which a report is the same share its script.
    """
    folder.mkdir(parents=True, exist_ok=True)
    cards = make_cards(evidence)
    discrepancies = {
        row["discrepancy_id"]: {name: row[name] for name in FLAG}
        for row in records(evidence.tables["discrepancies"])
    }
    for report_id, own in cards.items():
        script = cards_script(evidence, report_id, own, discrepancies)
        (folder / f"{report_id}.js").write_text(script, encoding="utf-8")
    for path in folder.glob("*.js"):
        if path.stem not in cards:
            path.unlink()


def write_review(record: dict, path: Path) -> None:
    """The script from which cards and the explorer take how this version is cited.

    ``{report}`` and ``{page}`` stand in it for a report and a page.
    """
    about = page_source(record, "{page}") | {
        "version": str(record["version"]),
        "rows": row_source(record, "{report}"),
    }
    path.write_text(f"lrReview({inert_json(about)});\n", encoding="utf-8")
