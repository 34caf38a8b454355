"""Fixtures: the project, a copy of its data to damage, the built book, a real browser."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from livingreview.checks import record_rows, write_rows
from livingreview.evidence import Evidence, load_evidence, load_package

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def root() -> Path:
    """The project folder."""
    return ROOT


@pytest.fixture(scope="session")
def review() -> Evidence:
    """The real evidence."""
    return load_evidence(ROOT)


CORE = ("hochberg-2026", "linder-2016", "lipomit-clag-2025", "lipomit-vmp-2024", "ramos-2025")


def keep_core(project: Path) -> None:
    """Leave only the rows of the core reports and what they point to: every rule meets them, and a check is quick."""
    data = project / "data"
    package = load_package(data)
    tables = {}
    for name, table in package.tables.items():
        with open(data / table.path, newline="", encoding="utf-8") as handle:
            tables[name] = list(csv.DictReader(handle))
    for table in package.evidence_tables:
        tables[table.name] = [row for row in tables[table.name] if row["report_id"] in CORE]
    for name in ("discrepancies", "appraisals", "extraction_agreement"):
        tables[name] = [row for row in tables[name] if row["report_id"] in CORE]
    reports = {*CORE, *(row["source_report_id"] for table in package.evidence_tables for row in tables[table.name])}
    tables["reports"] = [row for row in tables["reports"] if row["report_id"] in reports]
    tables["screening"] = [row for row in tables["screening"] if row["report_id"] in reports]
    studies = {row["study_id"] for name in ("reports", "cohorts", "definitions") for row in tables[name]}
    tables["studies"] = [row | {"overlaps_with": ""} for row in tables["studies"] if row["study_id"] in studies]
    rows = {row["row_id"] for table in package.evidence_tables for row in tables[table.name]}
    for name in ("claims", "certainty"):
        tables[name] = [row for row in tables[name] if set(row["rests_on"].split("; ")) <= rows]
    for name, table in package.tables.items():
        write_rows(data / table.path, table.columns, [[row[column] for column in table.columns] for row in tables[name]])
    entries = re.split(r"\n(?=@)", (data / "references.bib").read_text(encoding="utf-8"))
    (data / "references.bib").write_text("\n".join(entry for entry in entries if re.match(r"@\w+\{([^,]+),", entry) and re.match(r"@\w+\{([^,]+),", entry)[1] in reports), encoding="utf-8")
    record_rows(project)


@pytest.fixture(scope="session")
def core_project(tmp_path_factory) -> Path:
    """A project folder with the rows of the core reports only."""
    folder = tmp_path_factory.mktemp("core")
    shutil.copytree(ROOT / "data", folder / "data")
    keep_core(folder)
    return folder


@pytest.fixture
def project(core_project: Path, tmp_path: Path) -> Path:
    """A copy of it, to be damaged."""
    shutil.copytree(core_project / "data", tmp_path / "data")
    return tmp_path


@pytest.fixture(scope="session")
def sources() -> Path:
    """The folder of source texts, which is not part of the project."""
    folder = ROOT.parent / "shared" / "sources"
    if not folder.is_dir():
        pytest.skip("the source texts are not part of the project; put them in ../shared/sources to check every fragment")
    return folder


@pytest.fixture(scope="session")
def book() -> Path:
    """The built book, made by the command a maintainer uses."""
    done = subprocess.run([sys.executable, "-m", "livingreview.cli", "build"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, f"the book could not be built:\n{done.stdout[-3000:]}\n{done.stderr[-6000:]}"
    return ROOT / "_build" / "html"
