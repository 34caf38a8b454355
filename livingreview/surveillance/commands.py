"""The commands of the loop: import, pairs, screen, settle, flow, waiting."""

from __future__ import annotations

import argparse
import contextlib
import datetime
import sys
import webbrowser
from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path
from typing import TYPE_CHECKING

from livingreview.files import find_root

if TYPE_CHECKING:
    from livingreview.surveillance.flow import Flow

STAGES = ("title_abstract", "full_text")
# What connects to a cluster, by its address; a room above hands it in.
Connect = Callable[[str], contextlib.AbstractContextManager[Executor]]


def add_commands(commands, connect: Connect) -> None:
    """Add these commands to the command line (`commands`: the parser's sub-parsers)."""
    _add_import(commands, connect)
    _add_pairs(commands)
    _add_screen(commands)
    settle = commands.add_parser(
        "settle",
        help="agreement of readers, what they differ on, and data/screening.csv from their decisions",
    )
    settle.add_argument(
        "--readers", type=_count, default=2, metavar="N", help="how many decide each record (2)"
    )
    settle.set_defaults(run=told(run_settle))
    flow = commands.add_parser("flow", help="the flow of records (PRISMA 2020), counted")
    flow.add_argument("--csv", type=Path, metavar="OUT", help="write it as the PRISMA2020 tool reads it")
    versions = "a version of the review, or 'all' since decisions are logged (default: the one in the making)"
    flow.add_argument("--version", dest="which", metavar="VERSION", help=versions)
    flow.add_argument("--svg", type=Path, metavar="OUT", help="draw it alone, without building the book")
    other = "read a table of the PRISMA2020 tool: what differs from the review's own numbers; --svg draws it"
    flow.add_argument("--from-csv", type=Path, metavar="IN", help=other)
    flow.set_defaults(run=told(run_flow))
    waiting = commands.add_parser("waiting", help="what was found and is not in the review yet, oldest first")
    waiting.set_defaults(run=told(run_waiting))


def _add_import(commands, connect: Connect) -> None:
    bring = commands.add_parser("import", help="take in records that a database or register exported")
    bring.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="RIS, nbib, XML, BibTeX, CSV, JSON"
    )
    bring.add_argument(
        "--strategy", required=True, metavar="ID", help="the strategy of data/strategies.csv run"
    )
    bring.add_argument("--date", metavar="DAY", help="when it was run, as 2026-11-29 (default: today)")
    bring.add_argument("--from", dest="from_day", default="", metavar="DAY", help="first day that it covers")
    bring.add_argument("--to", dest="to_day", default="", metavar="DAY", help="last day that it covers")
    bring.add_argument("--told", type=int, metavar="N", help="hits that the database told, to be reconciled")
    bring.add_argument("--dry-run", action="store_true", help="say what would happen; change nothing")
    dask = "compare records on a Dask cluster (tcp://host:8786), where they are too many for one machine"
    bring.add_argument("--dask", metavar="ADDRESS", help=dask)
    bring.set_defaults(run=told(run_import), connect=connect)


def _add_pairs(commands) -> None:
    pairs = commands.add_parser(
        "pairs", help="records that may be one, or of one study, for a person to judge"
    )
    two = {"nargs": 2, "metavar": ("ID", "OTHER")}
    pairs.add_argument("--same", **two, help="the first is a copy of the second, a record or a report")
    pairs.add_argument("--same-study", **two, help="two publications of one study")
    pairs.add_argument("--different", **two, help="nothing to do with one another")
    pairs.set_defaults(run=told(run_pairs))


def _add_screen(commands) -> None:
    screen = commands.add_parser("screen", help="decide record by record, on a page of this machine alone")
    screen.add_argument("--reader", required=True, metavar="NAME", help="initials: decisions/NAME.csv")
    screen.add_argument("--stage", choices=STAGES, default=STAGES[0], help="default: title_abstract")
    screen.add_argument(
        "--readers", type=_count, default=2, metavar="N", help="how many decide each record (2)"
    )
    screen.add_argument("--conflicts", action="store_true", help="settle what readers differ on")
    screen.add_argument("--by-date", action="store_true", help="newest first, not likeliest first")
    sheets = screen.add_mutually_exclusive_group()
    out = "write them for a spreadsheet instead (default: sheets/, which git leaves out)"
    sheets.add_argument("--sheet", type=Path, nargs="?", const=Path(), metavar="OUT.csv", help=out)
    sheets.add_argument("--from-sheet", type=Path, metavar="IN.csv", help="take in a filled spreadsheet")
    screen.add_argument("--no-browser", action="store_true", help="print the address only")
    screen.set_defaults(run=told(run_screen))


def _count(text: str) -> int:
    """How many readers: at least one."""
    if not text.isdecimal() or int(text) < 1:
        msg = f"found {text!r}; expected how many readers decide each record, at least 1"
        raise argparse.ArgumentTypeError(msg)
    return int(text)


def told(run: Callable[[argparse.Namespace], int]) -> Callable[[argparse.Namespace], int]:
    """A command that says what a person must put right, and ends with 2."""

    def tell(options: argparse.Namespace) -> int:
        from livingreview.surveillance.readers import ReadError
        from livingreview.surveillance.tables import LoopError

        try:
            return run(options)
        except (LoopError, ReadError) as error:
            print(error, file=sys.stderr)
            return 2

    return tell


def run_import(options: argparse.Namespace) -> int:
    """``livingreview import``"""
    from livingreview.surveillance.importing import import_files
    from livingreview.surveillance.tables import open_loop
    from livingreview.surveillance.tell import tell_import, tell_next_after_import

    day = options.date or datetime.date.today().isoformat()
    cluster = options.connect(options.dask) if options.dask else contextlib.nullcontext()
    with cluster as executor:
        done = import_files(
            open_loop(find_root(options.root)),
            options.files,
            options.strategy,
            day=day,
            from_day=options.from_day,
            to_day=options.to_day,
            hits_told=options.told,
            dry_run=options.dry_run,
            spread=executor.map if executor else None,
        )
    print(tell_import(done, day))
    if options.dry_run:
        print("nothing was changed (--dry-run)")
    if words := tell_next_after_import(done, is_dry_run=options.dry_run):
        print(words)
    return 0


def run_pairs(options: argparse.Namespace) -> int:
    """``livingreview pairs``"""
    from livingreview.surveillance.judging import judge, list_doubtful
    from livingreview.surveillance.tables import UNLOGGED, open_loop
    from livingreview.surveillance.tell import tell_pairs

    loop = open_loop(find_root(options.root))
    for relation in ("same", "same_study", "different"):
        if ids := getattr(options, relation):
            judge(loop, *ids, relation)
            loop.save()
            print(f"kept: {' and '.join(ids)}: {relation.replace('_', ' ')}")
            if any(row["basis"] not in UNLOGGED for row in loop.tables["screening"]):
                print("next: livingreview settle, by which data/screening.csv follows")
            return 0
    print(tell_pairs(loop, list_doubtful(loop)))
    return 0


def run_screen(options: argparse.Namespace) -> int:
    """``livingreview screen``"""
    from livingreview.surveillance.decisions import reader_code
    from livingreview.surveillance.desk import Desk, serve
    from livingreview.surveillance.sheets import read_sheet
    from livingreview.surveillance.tables import open_loop

    desk = Desk(
        open_loop(find_root(options.root)),
        reader_code(options.reader),
        options.stage,
        readers=options.readers,
        conflicts=options.conflicts,
        ranked=not options.by_date,
    )
    if options.sheet is not None:
        _write_sheet(desk, options.sheet)
        return 0
    if options.from_sheet:
        print(f"decisions/{desk.reader}.csv: {read_sheet(desk, options.from_sheet)} decision(s) taken in")
        print("next, once each reader has decided: livingreview settle")
        return 0
    server, address = serve(desk)
    print(
        f"{len(desk.queue)} record(s) to decide: {address}\nCtrl-C ends; every decision is kept at once.",
        flush=True,
    )
    if not options.no_browser:
        webbrowser.open(address)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        print(f"\n{desk.total - len(desk.queue)} of {desk.total} decided; next: livingreview settle")
    finally:
        server.server_close()
    return 0


def _write_sheet(desk, wanted: Path) -> None:
    from livingreview.surveillance.sheets import FOLDER, usual_sheet, write_sheet

    path = usual_sheet(desk) if wanted == Path() else wanted
    count = write_sheet(desk, path)
    print(f"{path}: {count} record(s) to decide")
    if path.resolve().is_relative_to(desk.loop.root.resolve() / FOLDER):
        print(f"It holds abstracts, which are others'; git leaves {FOLDER}/ out.")
    else:
        print(f"It holds abstracts, which are others': keep it out of git (git leaves {FOLDER}/ out).")


def run_settle(options: argparse.Namespace) -> int:
    """``livingreview settle``"""
    from livingreview.surveillance.decisions import on_standing, read_decisions
    from livingreview.surveillance.settling import compare_readers, settle
    from livingreview.surveillance.tables import open_loop
    from livingreview.surveillance.tell import tell_settled

    loop = open_loop(find_root(options.root))
    decisions = read_decisions(loop.root)
    outcome, loop.tables["screening"] = settle(loop, decisions, readers=options.readers)
    loop.changed |= {"screening", "records"}
    loop.save()
    agreements = compare_readers(on_standing(decisions, loop.index.rows))
    print(tell_settled(loop, outcome, agreements, options.readers))
    return 1 if outcome.conflicts else 0


def run_flow(options: argparse.Namespace) -> int:
    """``livingreview flow``"""
    from livingreview.evidence.writing import write_rows
    from livingreview.surveillance.flow import ALL, count_flow, versions_of
    from livingreview.surveillance.picture import draw_svg
    from livingreview.surveillance.prisma import as_prisma
    from livingreview.surveillance.tables import LoopError, open_loop
    from livingreview.surveillance.tell import tell_flow

    loop = open_loop(find_root(options.root))
    known = versions_of(loop.tables["searches"], loop.tables["departures"])
    wanted = known if options.which == ALL else [options.which or ""]
    if not known and not options.from_csv:
        msg = "no stored strategy has been run yet: bring in its records with livingreview import"
        raise LoopError(msg)
    if known and not set(wanted) <= set(known):
        msg = f"no search of version {options.which or 'in the making'}; there are: {', '.join(known)}, {ALL}"
        raise LoopError(msg)
    flow = count_flow(loop.tables, wanted)
    differs = False
    if options.from_csv:
        flow, differs = _read_flow(options.from_csv, flow if known else None)
    print(tell_flow(flow))
    if options.csv:
        header, *rows = as_prisma(flow)
        write_rows(options.csv, header, rows)
        print(f"written: {options.csv}")
    if options.svg:
        options.svg.write_text(draw_svg(flow, "Flow of records (PRISMA 2020)"), encoding="utf-8")
        print(f"written: {options.svg}")
    print("the records of each box as RIS: livingreview export flow --to DIR")
    return 1 if differs else 0


def _read_flow(path: Path, own: Flow | None) -> tuple[Flow, bool]:
    """The flow that a table of the PRISMA2020 tool tells, and whether it differs from the review's own."""
    from livingreview.surveillance.prisma import TableError, compare, find_misfits, flow_of, read_prisma
    from livingreview.surveillance.tables import LoopError

    try:
        counts = read_prisma(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, TableError) as error:
        msg = f"{path}: {getattr(error, 'strerror', None) or error}; export it again from the PRISMA2020 tool"
        raise LoopError(msg) from None
    differences = compare(counts, own) if own else []
    # The tool has no box for what is still to be screened: where all is as here, nothing is amiss.
    misfits = [f"in the file {text}" for text in find_misfits(counts)] if differences or not own else []
    print("\n".join([*misfits, *differences] or [f"{path} adds up" + (", as the review's own" * bool(own))]))
    return flow_of(counts), bool(misfits or differences)


def run_waiting(options: argparse.Namespace) -> int:
    """``livingreview waiting``"""
    from livingreview.surveillance.tables import open_loop
    from livingreview.surveillance.waiting import list_waiting, tell_waiting

    print(tell_waiting(list_waiting(open_loop(find_root(options.root))), datetime.date.today()))
    return 0
