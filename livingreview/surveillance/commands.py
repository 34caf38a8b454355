"""The commands of the loop: import, pairs, flow, waiting; those of screening stand beside."""

from __future__ import annotations

import argparse
import contextlib
import datetime
from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path
from typing import TYPE_CHECKING

from livingreview.files import find_root
from livingreview.surveillance.ended import told
from livingreview.surveillance.screening_commands import add_screening

if TYPE_CHECKING:
    from livingreview.surveillance.flow import Flow
    from livingreview.surveillance.tables import Loop

# What connects to a cluster, by its address; a room above hands it in.
Connect = Callable[[str], contextlib.AbstractContextManager[Executor]]


def add_commands(commands, connect: Connect) -> None:
    """Add these commands to the command line (`commands`: the parser's sub-parsers)."""
    _add_import(commands, connect)
    _add_pairs(commands)
    add_screening(commands)
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
        "--strategy",
        default="",
        metavar="ID",
        help="the strategy of data/strategies.csv run (left out: lists)",
    )
    new = (
        "in place of --strategy, for a file of a source that has none: what was searched, for example Scopus"
    )
    bring.add_argument("--source", default="", metavar="NAME", help=new)
    kinds = "with --source: its box in the flow: database, register, website, organisation, citation"
    bring.add_argument("--kind", default="", metavar="KIND", help=kinds)
    words = "with --source: the search word for word, where it is known"
    bring.add_argument("--query", default="", metavar="WORDS", help=words)
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
        "pairs",
        help="records that may be one, or of one study, for a person to judge",
        description="Without a flag: pairs that wait. One call takes several answers, each by its flag.",
    )
    two = {"nargs": 2, "metavar": ("ID", "OTHER"), "action": "append", "default": []}
    pairs.add_argument("--same", **two, help="one is a copy of the other, a record or a report")
    pairs.add_argument("--same-study", **two, help="two publications of one study")
    pairs.add_argument("--different", **two, help="nothing to do with one another")
    pairs.set_defaults(run=told(run_pairs))


def run_import(options: argparse.Namespace) -> int:
    """``livingreview import``"""
    from livingreview.surveillance.importing import import_files
    from livingreview.surveillance.strategies import name_strategy
    from livingreview.surveillance.tables import open_loop
    from livingreview.surveillance.tell import tell_import, tell_next_after_import

    day = options.date or datetime.date.today().isoformat()
    loop = open_loop(find_root(options.root))
    asked = (options.strategy, options.source.strip(), options.kind, options.query)
    strategy, is_new = name_strategy(loop, *asked)
    cluster = options.connect(options.dask) if options.dask else contextlib.nullcontext()
    with cluster as executor:
        done = import_files(
            loop,
            options.files,
            strategy,
            day=day,
            from_day=options.from_day,
            to_day=options.to_day,
            hits_told=options.told,
            dry_run=options.dry_run,
            spread=executor.map if executor else None,
        )
    print(tell_import(done, day))
    if is_new and not done.already:
        print(
            f"strategy {strategy} is new: data/strategies.csv says of its query: {_query_of(loop, strategy)}"
        )
    if options.dry_run:
        print("nothing was changed (--dry-run)")
    if words := tell_next_after_import(done, is_dry_run=options.dry_run):
        print(words)
    return 0


def _query_of(loop: Loop, strategy: str) -> str:
    return next(row["query"] for row in loop.tables["strategies"] if row["strategy_id"] == strategy)


def run_pairs(options: argparse.Namespace) -> int:
    """``livingreview pairs``"""
    from livingreview.surveillance.judging import judge, list_doubtful
    from livingreview.surveillance.tables import UNLOGGED, open_loop
    from livingreview.surveillance.tell import tell_pairs

    loop = open_loop(find_root(options.root))
    relations = ("same", "same_study", "different")
    answers = [(relation, ids) for relation in relations for ids in getattr(options, relation)]
    for relation, ids in answers:
        judge(loop, *ids, relation)
    if not answers:
        print(tell_pairs(loop, list_doubtful(loop)))
        return 0
    loop.save()
    for relation, ids in answers:
        print(f"kept: {' and '.join(ids)}: {relation.replace('_', ' ')}")
    is_settled = any(row["basis"] not in UNLOGGED for row in loop.tables["screening"])
    then = "settle, by which data/screening.csv follows" if is_settled else "screen --reader NAME"
    print(f"next: livingreview pairs, until no pair waits; then livingreview {then}")
    return 0


def run_flow(options: argparse.Namespace) -> int:
    """``livingreview flow``"""
    from livingreview.evidence.writing import write_rows
    from livingreview.surveillance.flow import ALL, count_flow, versions_of
    from livingreview.surveillance.picture import draw_svg
    from livingreview.surveillance.prisma import as_prisma, tell_left_out
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
    print(tell_flow(flow, is_of_tool=options.from_csv is not None))
    if options.csv:
        header, *rows = as_prisma(flow)
        write_rows(options.csv, header, rows)
        print(f"written: {options.csv}")
        if words := tell_left_out(flow):
            print(f"  not in it: {words}")
    if options.svg:
        options.svg.write_text(draw_svg(flow, "Flow of records (PRISMA 2020)"), encoding="utf-8")
        print(f"written: {options.svg}")
    print("the records of each box as RIS: livingreview export flow --to DIR")
    return 1 if differs else 0


def _read_flow(path: Path, own: Flow | None) -> tuple[Flow, bool]:
    """The flow that a table of the PRISMA2020 tool tells, and whether it differs from the review's own."""
    from livingreview.surveillance.prisma import (
        TableError,
        compare,
        find_misfits,
        flow_of,
        read_prisma,
        tell_left_out,
    )
    from livingreview.surveillance.tables import LoopError

    try:
        counts = read_prisma(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, TableError) as error:
        msg = f"{path}: {getattr(error, 'strerror', None) or error}; export it again from the PRISMA2020 tool"
        raise LoopError(msg) from None
    differences = compare(counts, own) if own else []
    # The tool has no box for what is still to be screened: where all is as here, nothing is amiss.
    misfits = [f"in the file {text}" for text in find_misfits(counts)] if differences or not own else []
    alike = ", and each of its boxes is as the review's own" if own else ""
    print("\n".join([*misfits, *differences] or [f"{path} adds up{alike}"]))
    if own and (words := tell_left_out(own)):
        print(f"not compared: {words}")
    return flow_of(counts), bool(misfits or differences)


def run_waiting(options: argparse.Namespace) -> int:
    """``livingreview waiting``"""
    from livingreview.surveillance.tables import open_loop
    from livingreview.surveillance.waiting import list_waiting, tell_waiting

    print(tell_waiting(list_waiting(open_loop(find_root(options.root))), datetime.date.today()))
    return 0
