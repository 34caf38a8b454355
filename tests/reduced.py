"""The review with fewer reports, for tests that check or build it many times."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Collection
from pathlib import Path

from livingreview.checks import record_rows, write_rows
from livingreview.evidence import load_package
from livingreview.evidence.contract import shown_columns
from livingreview.surveillance.tables import UNLOGGED

CORE = ("hochberg-2026", "linder-2016", "lipomit-clag-2025", "lipomit-vmp-2024", "ramos-2025")
# With those that hold what the core reports do not and that tests spoil: arms, ratios, rows read once.
SAMPLE = (
    *CORE,
    "bertaina-2017",
    "gokbuget-2018",
    "graall-clofarabine-2011",
    "hogan-2025",
    "horton-2019",
    "kantarjian-2017",
    "locatelli-2021",
    "mitcl-pbc-2022",
    "zhou-2022",
)

# What a build reads, the engine aside.
PARTS = (
    "docs",
    "_config.yml",
    "_toc.yml",
    "CHANGELOG.md",
    "CITATION.cff",
    "LICENSE",
    "requirements.txt",
    "review.yml",
    "chapters",
    "data",
)
ROOT = Path(__file__).resolve().parent.parent
# Columns of a search that tell of the run of a stored strategy.
OF_A_STRATEGY = ("strategy_id", "from_day", "to_day", "hits_told", "retrieved", "file_sha256", "version")


def copy_parts(folder: Path, parts: Collection[str] = PARTS) -> None:
    """Copy files and folders of the project, without what builds write."""
    for name in parts:
        if (ROOT / name).is_dir():
            # What was recorded is of more rows than are kept.
            ignored = shutil.ignore_patterns("__pycache__", "reports", ".recorded")
            shutil.copytree(ROOT / name, folder / name, ignore=ignored)
        else:
            shutil.copy(ROOT / name, folder / name)


def renumber(rows: list[dict]) -> list[dict]:
    """Rows of which some were taken out, positions counted anew within each class."""
    places: dict[str, int] = {}
    for row in sorted(rows, key=lambda row: int(row["position"])):
        places[row["class_id"]] = places.get(row["class_id"], 0) + 1
        row["position"] = str(places[row["class_id"]])
    return rows


def empty_loop(tables: dict[str, list[dict]]) -> None:
    """Take out what stored strategies brought and readers decided on it: tests bring records of their own.

    What reports rest on stays, as if it had been searched for by hand: readers' files are not copied.
    """
    tables |= {name: [] for name in ("records", "hits", "pairs")}
    for row in tables["searches"]:
        row["hits"] = row["hits"] or row["retrieved"]
        row |= dict.fromkeys(OF_A_STRATEGY, "")
    tables["screening"] = [row for row in tables["screening"] if row["basis"] in UNLOGGED or row["report_id"]]
    for row in tables["screening"]:
        if row["basis"] not in UNLOGGED:
            row |= {"record_id": row["report_id"], "basis": UNLOGGED[0], "reason_id": ""}


def uncite(project: Path, gone: Collection[str]) -> None:
    """Take the figures of rows that are gone out of the chapters."""
    for path in (project / "chapters").glob("*.md"):
        path.write_text(_uncite(path.read_text(encoding="utf-8"), gone), encoding="utf-8")


def _uncite(text: str, gone: Collection[str]) -> str:
    for name, row_id in re.findall(r'^ +(\w+)="([^"]+)",\n', text, re.MULTILINE):
        if row_id in gone:
            text = re.sub(rf'^ +{name}="{re.escape(row_id)}",\n', "", text, flags=re.MULTILINE)
            text = text.replace(f"{{glue:}}`{name}`", "not reported")

    def keep(argument: re.Match) -> str:
        ids = "".join(re.findall(r'"([^"\n]*)"', argument[0])).split("; ")
        return "" if not set(ids).isdisjoint(gone) else argument[0]

    # Rows told side by side are arguments by themselves, in one string or in several that make one.
    return re.sub(r'^    (?:"[^"\n]*"[ \n]*)+,\n', keep, text, flags=re.MULTILINE)


def keep_reports(project: Path, wanted: Collection[str]) -> None:
    """Leave only the rows of some reports and what they point to, so that checks and builds are quick.

    Chapters keep the figures of these rows alone.
    """
    data = project / "data"
    package = load_package(data)
    tables = {}
    for name, table in package.tables.items():
        with open(data / table.path, newline="", encoding="utf-8") as handle:
            tables[name] = list(csv.DictReader(handle))
    gone: set[str] = set()
    for table in package.evidence_tables:
        gone |= {row["row_id"] for row in tables[table.name] if row["report_id"] not in wanted}
        tables[table.name] = [row for row in tables[table.name] if row["report_id"] in wanted]
    uncite(project, gone)
    for name in ("discrepancies", "source_problems", "appraisals", "extraction_agreement", "proposals"):
        tables[name] = [row for row in tables[name] if row["report_id"] in wanted]
    cohorts = {row["cohort_id"] for row in tables["cohorts"]}
    tables["disjoint_cohorts"] = [row for row in tables["disjoint_cohorts"] if row["cohort_id"] in cohorts]
    reports = {
        *wanted,
        *(row["source_report_id"] for table in package.evidence_tables for row in tables[table.name]),
    }
    tables["reports"] = [row for row in tables["reports"] if row["report_id"] in reports]
    for name in ("screening", "identifiers", "former_ids", "expected", "notices", "watches"):
        tables[name] = [row for row in tables[name] if row["report_id"] in reports]
    empty_loop(tables)
    for name, column in (("reports", "status"), ("screening", "decision"), ("expected", "fate")):
        for row in tables[name]:  # of what is only repeated elsewhere no row is left
            if row["report_id"] not in wanted and row[column] == "included":
                row[column] = "context"
    studies = {row["study_id"] for name in ("reports", "cohorts", "definitions") for row in tables[name]}
    tables["studies"] = [
        row | {"overlaps_with": ""} for row in tables["studies"] if row["study_id"] in studies
    ]
    rows = {row["row_id"] for table in package.evidence_tables for row in tables[table.name]}
    tables["external_controls"] = [
        row for row in tables["external_controls"] if {row["treated_row_id"], row["control_row_id"]} <= rows
    ]
    for row in [*tables["discrepancies"], *tables["source_problems"]]:
        row["affects"] = "; ".join(name for name in row["affects"].split("; ") if name in rows)
    for name in ("claims", "certainty"):
        tables[name] = renumber([row for row in tables[name] if set(row["rests_on"].split("; ")) <= rows])
    claims = {row["claim_id"] for row in tables["claims"]}
    for row in tables["trials"]:
        row["study_id"] = row["study_id"] if row["study_id"] in studies else ""
        row["overturns"] = "; ".join(name for name in row["overturns"].split("; ") if name in claims)
    ratings = {row["certainty_id"] for row in tables["certainty"]}
    for row in tables["findings"]:
        row["ratings"] = "; ".join(name for name in row["ratings"].split("; ") if name in ratings)
        for column in shown_columns(package):
            row[column] = "; ".join(name for name in row[column].split("; ") if name in rows)
        if not set(re.findall(r"{([^}]*)}", row["note"])) <= rows | reports | claims:
            row["note"] = ""
    terms = {row["term"] for row in tables["adverse_events"]}
    for row in tables["pooled_results"]:
        if row["table"] == "adverse_events":
            row["codes"] = "; ".join(code for code in row["codes"].split("; ") if code in terms)
    kept = sorted(
        (row for row in tables["pooled_results"] if row["codes"]), key=lambda row: int(row["position"])
    )
    tables["pooled_results"] = [row | {"position": str(place)} for place, row in enumerate(kept, 1)]
    tables["pooled_results"].sort(key=lambda row: row["result_id"])
    tables["readings"] = []  # a test records its own
    for name, table in package.tables.items():
        write_rows(
            data / table.path,
            table.columns,
            [[row[column] for column in table.columns] for row in tables[name]],
        )
    entries = re.split(r"\n(?=@)", (data / "references.bib").read_text(encoding="utf-8"))
    kept = [entry for entry in entries if (key := re.match(r"@\w+\{([^,]+),", entry)) and key[1] in reports]
    (data / "references.bib").write_text("\n".join(kept), encoding="utf-8")
    record_rows(project)
