"""Where a figure comes from, which a page shows in a small card once the figure is selected.

One script a report, not data: a page opened from disk may load a script, but not read a file. They are loaded
on first use, so pages do not grow.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from livingreview.charts.render import inert_json
from livingreview.citation import find_doi, name_reference, page_source, row_source
from livingreview.display.numbers import write_value
from livingreview.evidence import Evidence, records
from livingreview.pages.describe import describe_row

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
        "where": evidence.in_words(row["locator"]),
        "basis": evidence.label(name, "basis", row["basis"]),
        "source": row["source_report_id"],
        "sourceName": _name(evidence, row["source_report_id"]),
        "citation": evidence.in_words(row["source_citation"]),
        "derivation": evidence.in_words(row["derivation"]),
        "checked": evidence.label(name, "verification", row["verification"]),
        "note": evidence.in_words(row["note"]),
        "flags": list(evidence.flags.get(row["row_id"], ())) or None,
    }
    return _filled(card)


def _name(evidence: Evidence, report_id) -> str:
    return "" if pd.isna(report_id) else evidence.report_names.get(report_id, "")


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
    about = {
        "name": evidence.report_names[report_id],
        "reference": name_reference(evidence, report_id),
        "doi": find_doi(entry) if entry else "",
    }
    return (
        f"lrCards({inert_json(report_id)},{inert_json(_filled(about) | {'flags': flags, 'rows': cards})});\n"
    )


def write_cards(evidence: Evidence, folder: Path) -> None:
    """One script per report that printed a row, in `folder`; scripts of reports that are gone are deleted.

    No script names the version, so that versions in which a report is the same share its script.
    """
    folder.mkdir(parents=True, exist_ok=True)
    cards = make_cards(evidence)
    discrepancies = {
        row["discrepancy_id"]: {name: evidence.in_words(row[name]) for name in FLAG}
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

    ``{report}``, ``{reference}`` and ``{page}`` stand in it for a report, its reference and a page.
    """
    about = page_source(record, "{page}") | {
        "version": str(record["version"]),
        "rows": row_source(record, "{report}", "{reference}"),
    }
    path.write_text(f"lrReview({inert_json(about)});\n", encoding="utf-8")
