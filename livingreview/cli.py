"""The ``livingreview`` command.

What a command needs is imported where it runs: an unchanged book is told in a moment.
"""

from __future__ import annotations

import argparse
import errno
import gc
import json
import sys
from concurrent.futures import Executor
from contextlib import AbstractContextManager
from pathlib import Path

from livingreview import __version__
from livingreview.exchange.commands import add_commands as add_exchange
from livingreview.extraction.commands import add_commands as add_extraction
from livingreview.files import check_folder, find_root, is_current, locked
from livingreview.releases.commands import add_commands
from livingreview.starting.commands import add_commands as add_starting
from livingreview.surveillance.asking_commands import add_commands as add_asking
from livingreview.surveillance.commands import add_commands as add_loop

# A folder that may not be written, a disk that takes no more: for the user to see to, no mistake here.
UNWRITABLE = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT)


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns the exit code (0 good, 1 problems found, 2 wrong call)."""
    options = parse_arguments(arguments)
    try:
        return options.run(options)
    except (FileNotFoundError, ConnectionError) as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        if error.errno not in UNWRITABLE:
            raise
        print(f"{error.filename}: {error.strerror}; nothing more was written", file=sys.stderr)
        return 1


def parse_arguments(arguments: list[str] | None) -> argparse.Namespace:
    """The command line as options; `options.run` is what is to be done with them."""
    parser = argparse.ArgumentParser(
        prog="livingreview", description="Check the evidence and build the book."
    )
    parser.add_argument("--version", action="version", version=__version__)
    parser.add_argument(
        "--root", type=Path, default=None, help="the project folder (default: found from here upwards)"
    )
    commands = parser.add_subparsers(required=True, metavar="command")
    _add_check(commands)
    _add_build(commands)
    _add_serve(commands)
    _add_pdf(commands)
    add_loop(commands, connect_cluster)
    add_asking(commands)
    add_extraction(commands)
    add_exchange(commands)
    add_commands(commands)
    add_starting(commands)
    return parser.parse_args(arguments)


def _add_check(commands) -> None:
    check = commands.add_parser("check", help="check every table in data/; exit 1 on any problem")
    check.add_argument("--json", action="store_true", help="problems as JSON, for machines")
    sources = "also look up every printed fragment in DIR/<report_id>.txt"
    check.add_argument("--sources", type=Path, metavar="DIR", help=sources)
    record = "first confirm every row as it stands (what differs from before is listed), and their number"
    check.add_argument("--record-rows", action="store_true", help=record)
    mend = "first put right what is certain in tables that other programs wrote, and list it"
    check.add_argument("--mend", action="store_true", help=mend)
    check.set_defaults(run=run_check)


def _add_build(commands) -> None:
    build = commands.add_parser("build", help="check the data and build the book into _build/html")
    engine = "how chapters are run (default: fork on Linux, a kernel each elsewhere)"
    build.add_argument("--engine", choices=["fork", "kernel"], help=engine)
    dask = "run the chapters on a Dask cluster (tcp://host:8786) whose workers see this folder"
    build.add_argument("--dask", metavar="ADDRESS", help=dask)
    build.set_defaults(run=run_build)


def _add_serve(commands) -> None:
    about = "show the book on this machine alone, built anew and loaded again on each save"
    serve = commands.add_parser("serve", help=about)
    port = "default: 8000, or any that is free where that is taken"
    serve.add_argument("--port", type=int, metavar="N", help=port)
    serve.add_argument("--no-browser", action="store_true", help="print the address only")
    serve.set_defaults(run=run_serve)


def _add_pdf(commands) -> None:
    pdf = commands.add_parser(
        "pdf", help="print the built book, or the chapters named, into _build/pdf (needs Chromium or Chrome)"
    )
    chapters = "file name of a chapter without ending, for example 'methods' (default: all)"
    pdf.add_argument("chapters", nargs="*", metavar="CHAPTER", help=chapters)
    output = "where to (default: _build/pdf/CHAPTER.pdf or book.pdf)"
    pdf.add_argument("--output", type=Path, metavar="FILE", help=output)
    short = "the answer, the summary of findings, the main figures and the references alone"
    pdf.add_argument("--short", action="store_true", help=short)
    pdf.set_defaults(run=run_pdf)


def run_check(options: argparse.Namespace) -> int:
    """``livingreview check``"""
    from livingreview.checks import (
        check_project,
        confirm,
        find_unconfirmed,
        find_unfilled,
        mend_tables,
        record_rows,
    )
    from livingreview.checks.problems import keep_first
    from livingreview.checks.unconfirmed import SINCE

    root = find_root(options.root)
    check_folder("--sources", options.sources)
    if options.mend:
        for remedy in mend_tables(root):
            print(f"mended {remedy}", file=sys.stderr)
    if options.record_rows:
        for name, (before, now) in record_rows(root).items():
            print(f"{name}: {before} -> {now} rows", file=sys.stderr)
        for line in confirm(root):
            print(f"recorded {line}", file=sys.stderr)
    found = check_project(root, sources=options.sources)
    problems = keep_first([*found, *find_unconfirmed(root)])  # of a cell, what a rule tells comes first
    if options.json:
        print(json.dumps([problem.to_dict() for problem in problems], indent=1, ensure_ascii=False))
    else:
        for line in (*problems, *find_unfilled(root)):
            print(line)
        print(f"{len(problems)} problem(s)" if problems else "no problem found", file=sys.stderr)
        if any(problem.rule == "row-count" or problem.rule.endswith(SINCE) for problem in problems):
            print(
                "if it was changed on purpose: livingreview check --record-rows (it lists what it confirms)",
                file=sys.stderr,
            )
    return 1 if problems else 0


def run_build(options: argparse.Namespace) -> int:
    """``livingreview build``"""
    root = find_root(options.root)
    if is_current(root):
        print(f"nothing has changed since the last build: {root / '_build' / 'html' / 'index.html'}")
        return 0
    # A build makes much and lets little go: looking for garbage a hundred times less often saves a tenth of
    # its time.
    gc.set_threshold(100_000, 20, 20)
    from livingreview.book.build import BuildError, build_book
    from livingreview.checks import DataError
    from livingreview.execution import ChapterError

    try:
        if options.dask:
            with connect_cluster(options.dask) as executor:
                build_book(root, engine="kernel", executor=executor)
        else:
            build_book(root, engine=options.engine)
    except (BuildError, ChapterError, DataError) as error:
        print(error, file=sys.stderr)
        return 1
    except ConnectionError:
        raise
    except OSError as error:  # a full disk, a folder that may not be written into
        print(f"the book could not be built: {error}; the last good book is untouched", file=sys.stderr)
        return 1
    return 0


def connect_cluster(address: str) -> AbstractContextManager[Executor]:
    """An executor of the cluster at an address, for whatever command has much to do."""
    from livingreview.execution.cluster import connect

    return connect(address)


def run_serve(options: argparse.Namespace) -> int:
    """``livingreview serve``"""
    import webbrowser

    from livingreview.book.serve import ServeError, serve

    try:
        serve(
            find_root(options.root),
            port=options.port,
            browse=(lambda address: None) if options.no_browser else webbrowser.open,
            tell=lambda line: print(line, flush=True),
        )
    except ServeError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def run_pdf(options: argparse.Namespace) -> int:
    """``livingreview pdf``"""
    from livingreview.book.pdf import PrintError, print_pdf

    try:
        root = find_root(options.root)
        with locked(root / "_build"):
            print(print_pdf(root, options.chapters, target=options.output, short=options.short))
    except PrintError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
