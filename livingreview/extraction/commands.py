"""The commands of entering and correcting a report: add, take, fix."""

from __future__ import annotations

import argparse
import contextlib
import datetime
import os
import sys
import threading
from pathlib import Path

from livingreview.files import check_folder, find_root
from livingreview.surveillance.ended import told


def add_commands(commands) -> None:
    """Add these commands to the command line (`commands`: the parser's sub-parsers)."""
    add = commands.add_parser("add", help="write the sheet in which a new report is entered")
    what = (
        "a record of data/records.csv, a DOI, PMID or trial number, an exported record (RIS, nbib, BibTeX, "
        "XML, JSON; results posted in ClinicalTrials.gov fill the sheet), or a report that is here, for more "
        "rows"
    )
    add.add_argument("record", metavar="RECORD", help=what)
    add.add_argument("--class", dest="class_id", metavar="CLASS", help="class of regimens, by its id")
    ill = "what its patients have, by its code or words: rows usual in it are offered"
    add.add_argument("--disease", default="", metavar="DISEASE", help=ill)
    add.add_argument("--csv", action="store_true", help="a folder of short tables instead of a workbook")
    add.add_argument("--output", type=Path, metavar="PATH", help="where to (default: sheets/NAME.xlsx)")
    compared = "of posted results: list where they differ from the rows of this report"
    add.add_argument("--against", metavar="REPORT", default="", help=compared)
    named = "with --against: a group of the results and the report's cohort that it is; may be given again"
    add.add_argument("--arm", action="append", default=[], metavar="TITLE=COHORT", help=named)
    add.set_defaults(run=told(run_add))
    take = commands.add_parser("take", help="check a filled sheet and take its rows into data/")
    take.add_argument(
        "sheet", type=Path, metavar="SHEET", help="a workbook (.xlsx, .ods) or a folder of tables"
    )
    take.add_argument(
        "second", type=Path, nargs="?", metavar="SHEET2", help="a second reader's, compared first"
    )
    sources = "also look up every printed fragment in DIR/<report_id>.txt"
    take.add_argument("--sources", type=Path, metavar="DIR", help=sources)
    decided = "what was decided where two readings differ (default: beside SHEET, as written)"
    take.add_argument("--decisions", type=Path, metavar="FILE", help=decided)
    named = "who held each row that a machine proposed against the report, where no --sources has its text"
    take.add_argument("--read-by", metavar="NAME", default="", help=named)
    take.add_argument("--dry-run", action="store_true", help="show what would be added; change nothing")
    watched = "the same again after each save of the sheet, until Ctrl-C; changes nothing"
    take.add_argument("--watch", action="store_true", help=watched)
    take.set_defaults(run=told(run_take))
    _add_fix(commands)
    _add_rename(commands)


def _add_rename(commands) -> None:
    about = "give a report another id, wherever it stands; former addresses of the book lead on"
    rename = commands.add_parser("rename", help=about)
    rename.add_argument("report", metavar="REPORT_ID", help="the report's id as it is")
    new = "its new id (default: first author and year, by data/references.bib)"
    rename.add_argument("present", metavar="NEW_ID", nargs="?", default="", help=new)
    rename.add_argument("--reason", metavar="WHY", required=True, help="why, for the changelog")
    rename.add_argument("--dry-run", action="store_true", help="show what would change; change nothing")
    rename.set_defaults(run=told(run_rename))


def _add_fix(commands) -> None:
    fix = commands.add_parser("fix", help="show a row with all that depends on it, or correct it")
    fix.add_argument("row", metavar="ROW_ID", help="the id of a row of any table")
    value = "what a column should say, codes in their words too; nothing after = empties it"
    fix.add_argument("corrections", nargs="*", metavar="COLUMN=VALUE", help=value)
    fix.add_argument("--reason", metavar="WHY", help="why, for the changelog; needed with a correction")
    fix.add_argument("--table", default="", metavar="TABLE", help="its table, where several have that id")
    sources = "also look up the printed fragment in DIR/<report_id>.txt"
    fix.add_argument("--sources", type=Path, metavar="DIR", help=sources)
    fix.add_argument("--dry-run", action="store_true", help="show what would change; change nothing")
    fix.set_defaults(run=told(run_fix))


def run_add(options: argparse.Namespace) -> int:
    """``livingreview add``"""
    from livingreview.extraction.adding import add
    from livingreview.extraction.workbook import SheetError

    root = find_root(options.root)
    if wrong := [text for text in options.arm if "=" not in text]:
        msg = f"--arm {wrong[0]}: expected TITLE=COHORT, such as 'Standard of care=chemotherapy'"
        raise SheetError(msg)
    path = add(
        root,
        options.record,
        class_id=options.class_id or "",
        disease=options.disease,
        output=options.output,
        as_tables=options.csv,
        against=options.against,
        same=dict(text.rsplit("=", 1) for text in options.arm),
        environment=os.environ,
        tell=lambda text: print(text, file=sys.stderr, flush=True),
    )
    if options.class_id and not options.disease:
        print(
            "its rows are those usual in the class, whatever the disease; of one: --disease", file=sys.stderr
        )
    print(f"{path}: fill it in, then: livingreview take {path}")
    return 0


def run_take(options: argparse.Namespace) -> int:
    """``livingreview take``"""
    root = find_root(options.root)
    check_folder("--sources", options.sources)
    return _watch(root, options) if options.watch else _take(root, options, dry_run=options.dry_run)


def _take(root: Path, options: argparse.Namespace, *, dry_run: bool) -> int:
    from livingreview.extraction.sessions import take_sheets
    from livingreview.extraction.telling import tell_taken

    done = take_sheets(
        root,
        options.sheet,
        options.second,
        decisions=options.decisions,
        sources=options.sources,
        read_by=options.read_by,
        dry_run=dry_run,
        today=datetime.date.today(),
    )
    print(tell_taken(done, dry_run=dry_run), flush=True)
    return 1 if done.problems or done.open_differences else 0


def _watch(root: Path, options: argparse.Namespace) -> int:
    """Look at the sheet after each save; one that cannot be read, half written, is told and waited for."""
    from livingreview.extraction.sessions import decisions_of, watch_sheets
    from livingreview.surveillance.tables import LoopError

    def look() -> None:
        print(f"{datetime.datetime.now():%H:%M:%S} {options.sheet}", flush=True)
        try:
            _take(root, options, dry_run=True)
        except LoopError as error:
            print(error, flush=True)
        print("waiting for the next save; Ctrl-C ends", flush=True)

    beside = [options.decisions or decisions_of(options.sheet)] if options.second else []
    ended = threading.Event()
    with contextlib.suppress(KeyboardInterrupt):
        watch_sheets(options.sheet, options.second, look, beside=beside, wait=ended.wait)
    print(f"nothing was changed; to take it: livingreview take {options.sheet}")
    return 0


def run_fix(options: argparse.Namespace) -> int:
    """``livingreview fix``"""
    from livingreview.extraction.finding import Dependents, find_row
    from livingreview.extraction.fix_telling import tell_fixed, tell_row
    from livingreview.extraction.fixing import fix, open_review

    root = find_root(options.root)
    check_folder("--sources", options.sources)
    if not options.corrections:
        evidence = open_review(root)
        held = find_row(root, evidence.package, options.row, options.table)
        print(tell_row(Dependents(root, evidence, held), options.sources))
        return 0
    if not (options.reason or "").strip():
        print("a correction needs --reason WHY: it stands in CHANGELOG.md", file=sys.stderr)
        return 2
    fixed = fix(
        root,
        options.row,
        options.corrections,
        reason=options.reason,
        table=options.table,
        sources=options.sources,
        dry_run=options.dry_run,
    )
    print(tell_fixed(fixed, dry_run=options.dry_run))
    return 1 if fixed.problems else 0


def run_rename(options: argparse.Namespace) -> int:
    """``livingreview rename``"""
    from livingreview.extraction.renaming import rename, tell_renamed

    renamed = rename(
        find_root(options.root),
        options.report,
        options.present,
        reason=options.reason,
        day=datetime.date.today(),
        dry_run=options.dry_run,
    )
    print(tell_renamed(renamed, dry_run=options.dry_run))
    return 1 if renamed.problems else 0
