"""The command that writes what other programs read: export."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from livingreview.files import find_root

if TYPE_CHECKING:  # tables are loaded where a command needs them
    from livingreview.evidence import Evidence

# Format -> the module whose `export` makes its files, what it is called, and one row or file of it.
FORMATS = {
    "pools": (
        "pool_files",
        "Pools for R and Python",
        "a pool's studies, for metafor, meta and Python, with scripts",
    ),
    "ris": ("references", "References by status", "a report's bibliographic record, as RIS (Zotero)"),
    "flow": (
        "flow",
        "Flow of records",
        "a box of the flow, its records as RIS; with its picture and the PRISMA2020 tool's table",
    ),
    "robvis": ("robvis", "Risk of bias for robvis", "a result whose risk of bias was judged"),
    "cochrane": (
        "cochrane",
        "Cochrane data package",
        "a randomised comparison, as R's meta reads it (version 1)",
    ),
    "fhir": (
        "fhir",
        "FHIR resources",
        "a pooled result as HL7 FHIR R5 (Evidence, EvidenceVariable, Citation)",
    ),
}


def add_commands(commands) -> None:
    """Add this command to the command line (`commands`: the parser's sub-parsers)."""
    export = commands.add_parser("export", help="write what other programs read: " + ", ".join(FORMATS))
    what = "; ".join(f"{name}: {words}" for name, (_, _, words) in FORMATS.items())
    export.add_argument("format", choices=FORMATS, metavar="FORMAT", help=what)
    export.add_argument("--to", type=Path, required=True, metavar="DIR", help="a new or empty folder")
    export.set_defaults(run=run_export)


def make_export(name: str, evidence: Evidence, record: Mapping) -> dict[str, bytes]:
    """The files of an export: contents by name.

    Parameters
    ----------
    name : str
        One of `FORMATS`.
    record : mapping
        The review's own record, see `livingreview.citation.read_citation`.
    """
    return import_module(f"livingreview.exchange.{FORMATS[name][0]}").export(evidence, record)


def run_export(options: argparse.Namespace) -> int:
    """``livingreview export``"""
    from livingreview.checks import DataError, require_sound
    from livingreview.citation import read_citation
    from livingreview.evidence import load_evidence
    from livingreview.exchange.folder import ExportError, write_folder

    root = find_root(options.root)
    try:
        require_sound(root)
        files = make_export(options.format, load_evidence(root), read_citation(root))
        write_folder(files, options.to)
    except (DataError, ExportError) as error:
        print(error, file=sys.stderr)
        return 1 if isinstance(error, DataError) else 2
    print(f"{options.to}: {len(files)} files; begin with README.md")
    return 0
