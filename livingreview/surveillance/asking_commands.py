"""The commands that ask the network: search."""

from __future__ import annotations

import argparse
import datetime
import os
import sys

from livingreview.files import find_root


def add_commands(commands) -> None:
    """Add these commands to the command line (`commands`: the parser's sub-parsers)."""
    search = commands.add_parser(
        "search", help="run the stored strategies against their services, since the last time less a week"
    )
    names = "a service (pubmed, europepmc, clinicaltrials, crossref, openalex) or a strategy's id; none: all"
    search.add_argument("sources", nargs="*", metavar="SOURCE", help=names)
    search.add_argument("--from", dest="from_day", default="", metavar="DAY", help="first day, as 2026-11-29")
    search.add_argument("--to", dest="to_day", default="", metavar="DAY", help="last day (default: today)")
    search.add_argument("--dry-run", action="store_true", help="show what would be asked; ask nothing")
    search.set_defaults(run=run_search)


def run_search(options: argparse.Namespace) -> int:
    """``livingreview search``"""
    from livingreview.surveillance.asking import Client
    from livingreview.surveillance.searching import plan_searches, run_searches
    from livingreview.surveillance.tables import LoopError, open_loop
    from livingreview.surveillance.telling import tell_plan, tell_runs

    root, today = find_root(options.root), datetime.date.today()
    try:
        plan = plan_searches(
            open_loop(root),
            options.sources,
            environment=os.environ,
            today=today,
            from_day=options.from_day,
            to_day=options.to_day,
        )
        if options.dry_run:
            print(tell_plan(plan, os.environ))
            return 0
        client = Client(tell=_progress)
        run_searches(root, plan.runs, client=client, environment=os.environ, today=today, tell=_progress)
    except LoopError as error:
        print(error, file=sys.stderr)
        return 2
    print(tell_runs(plan, today.isoformat()))
    return 2 if any(run.failure for run in plan.runs) else 0


def _progress(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
