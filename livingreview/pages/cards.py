"""Where a figure comes from, which a page shows in a small card once the figure is selected.

One script a report, not data: a page opened from disk may load a script, but not read a file. They are loaded
on first use, so pages do not grow.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from livingreview.citation import find_doi, name_reference, page_source, row_source
from livingreview.display.html import inert_json
from livingreview.display.numbers import write_value
from livingreview.evidence import Evidence, records
from livingreview.evidence.names import trial_name
from livingreview.pages.describe import describe_row
from livingreview.pages.explorer_rows import report_years
from livingreview.tables.outcomes import interval_text

FLAG = ("title", "explanation", "resolution")  # what a card tells of a registered discrepancy


def make_card(evidence: Evidence, row: Mapping) -> dict:
    """One row's card: its value with its interval, what it is, as printed, where, how far checked.

    And what a card folds away: derivation, note, what does not add up. Empty parts are left out.
    """
    name = evidence.row_tables[row["row_id"]]
    table = evidence.package.tables[name]
    card = {
        "value": write_value(evidence, row),
        "interval": _interval(row),
        "what": describe_row(evidence, table, row, without=("ci_low_reported_pct",)),
        "printed": row["as_reported"],
        "where": evidence.in_words(row["locator"]),
        "checked": evidence.label(name, "verification", row["verification"]),
        "basis": evidence.label(name, "basis", row["basis"]),
        "source": row["source_report_id"],
        "sourceName": _name(evidence, row["source_report_id"]),
        "citation": evidence.in_words(row["source_citation"]),
        "derivation": evidence.in_words(row["derivation"]),
        "note": evidence.in_words(row["note"]),
        "flags": list(evidence.flags.get(row["row_id"], ())) or None,
    }
    return _filled(card)


def _interval(row: Mapping) -> str:
    """The interval that a report prints of a share of patients, or else the exact one of its counts."""
    low, high = (row.get(f"ci_{end}_reported_pct", pd.NA) for end in ("low", "high"))
    if not pd.isna(low) and not pd.isna(high):
        return f"95% CI {low} to {high}%, as printed"
    exact = interval_text(row) if "events" in row else ""
    return f"95% CI {exact}, exact" if exact else ""


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
        "study": _study_beside(evidence, report_id),
        "reference": name_reference(evidence, report_id),
        "doi": find_doi(entry) if entry else "",
    }
    return (
        f"lrCards({inert_json(report_id)},{inert_json(_filled(about) | {'flags': flags, 'rows': cards})});\n"
    )


def _study_beside(evidence: Evidence, report_id: str) -> str:
    """A report's study, where the report's own name does not hold it."""
    study = dict(evidence.tables["studies"][["study_id", "name"]].itertuples(index=False, name=None))[
        evidence.report_studies[report_id]
    ]
    known = trial_name(study) or study
    return "" if known in evidence.report_names[report_id] else study


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


def write_review(record: dict, evidence: Evidence, path: Path) -> None:
    """The script from which cards, figures and the explorer take how this version is cited.

    ``{report}``, ``{reference}`` and ``{page}`` stand in it for a report, its reference and a page. Of each
    report it tells the study and the year, by which figures find a study's other rows and order them.
    """
    years = report_years(evidence)
    about = page_source(record, "{page}") | {
        "reports": {report: [study, years[report]] for report, study in evidence.report_studies.items()},
        "version": str(record["version"]),
        "rows": row_source(record, "{report}", "{reference}"),
    }
    path.write_text(f"lrReview({inert_json(about)});\n", encoding="utf-8")
