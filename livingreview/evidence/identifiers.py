"""What names a report beyond doubt: its numbers in catalogues and registers, each in one row.

``identifiers.csv`` is their home. A record of ``references.bib`` may carry some too, since managers export
them; `livingreview.checks.identifiers` sees to it that the two agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pybtex.database import BibliographyData, Entry

# Schemes that number single reports and are fields of a bibliographic record as well. A trial's number
# names a study, which may have many reports.
IN_RECORDS = ("doi", "pmid", "pmcid")


def complete_records(bibliography: BibliographyData, identifiers: Iterable[Mapping]) -> BibliographyData:
    """A bibliography whose records have the identifiers of their reports as fields.

    Parameters
    ----------
    identifiers : iterable of mapping
        Rows with ``report_id``, ``scheme`` and ``value``. What a record has already stays.
    """
    found: dict[str, dict[str, str]] = {}
    for row in identifiers:
        if row["scheme"] in IN_RECORDS:
            found.setdefault(row["report_id"], {})[row["scheme"]] = row["value"]
    entries = {
        key: _with_fields(entry, found[key]) if key in found else entry
        for key, entry in bibliography.entries.items()
    }
    return BibliographyData(entries)


def _with_fields(entry: Entry, more: Mapping[str, str]) -> Entry:
    lacking = [(name, value) for name, value in more.items() if name not in entry.fields]
    return Entry(entry.type, [*entry.fields.items(), *lacking], entry.persons) if lacking else entry
