"""References as RIS, one file a status, for Zotero and other managers; every decision of the screening."""

from __future__ import annotations

from collections.abc import Mapping

from livingreview.citation import entry_to_csl, items_to_ris
from livingreview.evidence import Evidence, records
from livingreview.exchange.folder import README, as_csv, write_readme
from livingreview.tables.common import text

EXCLUDED = "excluded"
# Kind of a record -> type of CSL; others are documents of no told kind.
TYPES = {"article": "article-journal", "letter": "article-journal", "review": "article-journal"}
TYPES |= {"abstract": "paper-conference"}
# Column of `records` -> variable of CSL.
FIELDS = {
    "title": "title",
    "container": "container-title",
    "volume": "volume",
    "issue": "issue",
    "doi": "DOI",
    "pmid": "PMID",
    "pmcid": "PMCID",
}
COLUMNS = {
    "record_id": "the record in `screening.csv` of the review's data",
    "report_id": "the report, which is the `ID` of its record in a .ris file; empty where none is held",
    "decision": "`included`; `context`: drawn on, not among the included; `excluded`; or what waits",
    "stage": "`title_abstract` or `full_text`",
    "reason": "why, in words",
    "file": "the .ris file that holds its reference; empty where the review keeps none",
}
USE = """## Use

In Zotero: File, Import, A file, then a .ris file.
What is not established of a report is left out of its record.
A record of excluded.ris holds in its note (`N1`) at which stage it was excluded and why. Where no database's
export brought it, that and its `ID` are all the review keeps: it has no title, and its type is `GEN`.

The .ris files come back by `livingreview import FILE.ris --strategy ID`, as records to be screened.
`decisions.csv` is for reading only: decisions are made anew with `livingreview screen`.

## Columns of decisions.csv"""


def export(evidence: Evidence, record: Mapping) -> dict[str, bytes]:
    """The files of the export ``ris``: a .ris file a status, the decisions of the screening, a read-me."""
    items = {
        status: _items(evidence, status) for status in evidence.package.field("reports", "status").labels
    }
    items[EXCLUDED] = {**items.get(EXCLUDED, {}), **_excluded(evidence)}
    files = {f"{name}.ris": items_to_ris(part.values()).encode() for name, part in items.items() if part}
    where = {key: f"{name}.ris" for name, part in items.items() for key in part}
    decisions = [
        {name: text(row[name]) for name in ("record_id", "report_id", "decision", "stage", "reason")}
        | {"file": where.get(text(row["report_id"])) or where.get(row["record_id"], "")}
        for row in records(evidence.tables["screening"])
    ]
    told = [f"`{name}.ris`: {len(part)}" if part else f"{name}: none kept" for name, part in items.items()]
    what = (
        f"References by the status of their report ({'; '.join(told)}), and `decisions.csv`: what was "
        f"decided of each of the {len(decisions)} records that were screened, and why."
    )
    readme = write_readme(record, "References", [what, USE], COLUMNS)
    return {README: readme, "decisions.csv": as_csv(list(COLUMNS), decisions)} | files


def _items(evidence: Evidence, status: str) -> dict[str, dict]:
    """The reports of a status as CSL-JSON, by report_id."""
    reports = evidence.tables["reports"]
    entries = evidence.bibliography.entries
    ids = sorted(reports.loc[reports["status"].eq(status), "report_id"])
    return {key: entry_to_csl(key, entries[key]) for key in ids if key in entries}


def _excluded(evidence: Evidence) -> dict[str, dict]:
    """Records that were excluded and are no report of the review, as CSL-JSON, by record_id.

    Screening from before records were kept left an id and a reason alone: that goes out too, so that the
    file of the excluded holds as many as the flow counts.
    """
    known = {row["record_id"]: row for row in records(evidence.tables["records"])}
    screened = evidence.tables["screening"]
    left = screened[screened["decision"].eq(EXCLUDED) & screened["report_id"].isna()]
    stages = evidence.package.field("screening", "stage").labels
    return {
        row["record_id"]: record_item(known.get(row["record_id"], {}), row["record_id"])
        | {"note": f"Excluded, {stages.get(row['stage'], row['stage'])}: {row['reason']}"}
        for row in records(left.sort_values("record_id"))
    }


def record_item(row: Mapping, record_id: str = "") -> dict:
    """A row of ``records`` as CSL-JSON; of one that is not kept (an empty row) its `record_id` alone."""
    told = {name: text(value) for name, value in row.items()}
    item: dict = {"id": record_id or told["record_id"], "type": TYPES.get(told.get("kind", ""), "document")}
    item |= {target: told[name] for name, target in FIELDS.items() if told.get(name)}
    if authors := [name for name in told.get("authors", "").split("; ") if name]:
        item["author"] = [{"literal": name} for name in authors]
    if told.get("year", "").isdecimal():
        item["issued"] = {"date-parts": [[int(told["year"])]]}
    if told.get("pages"):
        item["page"] = told["pages"].replace("-", "–")  # as pages are printed, see `citation.formats`
    return item
