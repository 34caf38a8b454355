"""The commands that ask the network: search, watch."""

from __future__ import annotations

import argparse
import datetime
import os
import sys

from livingreview.files import find_root
from livingreview.surveillance.ended import told


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
    note = "take in what comes where a service gives fewer records than it tells, and say why"
    search.add_argument("--note", default="", metavar="WHY", help=note)
    texts = "fetch again, for reading, what a search on another machine brought; changes no table"
    search.add_argument("--texts", action="store_true", help=texts)
    search.set_defaults(run=told(run_search))
    watch = commands.add_parser(
        "watch", help="look up retractions and corrections of every report, and what registers say of trials"
    )
    watch.set_defaults(run=told(run_watch))


def run_search(options: argparse.Namespace) -> int:
    """``livingreview search``"""
    from livingreview.surveillance.asking import Client
    from livingreview.surveillance.searching import plan_searches, run_searches
    from livingreview.surveillance.tables import open_loop
    from livingreview.surveillance.telling import tell_plan, tell_runs

    if options.texts:
        return _fetch_texts(options)
    root, today = find_root(options.root), datetime.date.today()
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
    asked = {"environment": os.environ, "today": today, "note": options.note}
    run_searches(root, plan.runs, client=client, tell=_progress, **asked)
    print(tell_runs(plan, today.isoformat()))
    return 2 if any(run.failure for run in plan.runs) else 0


def _fetch_texts(options: argparse.Namespace) -> int:
    """``livingreview search --texts``"""
    from livingreview.surveillance.asking import Client
    from livingreview.surveillance.tables import open_loop
    from livingreview.surveillance.texts import fetch_texts, list_missing

    loop, client = open_loop(find_root(options.root)), Client(tell=_progress)
    today = datetime.date.today()
    done = fetch_texts(loop, client=client, environment=os.environ, today=today, tell=_progress)
    for search_id, became in done.items():
        print(f"{search_id}: {became}")
    if not done:
        print("every record that waits has its file here")
    return 2 if list_missing(loop) else 0


def run_watch(options: argparse.Namespace) -> int:
    """``livingreview watch``"""
    from livingreview.surveillance.asking import Client
    from livingreview.surveillance.tables import open_loop
    from livingreview.surveillance.telling import tell_age, tell_watched
    from livingreview.surveillance.watching import propose_articles, read_watched, watch

    root, today = find_root(options.root), datetime.date.today()
    loop = open_loop(root)
    before = read_watched(root, loop.package)
    client = Client(tell=_progress)
    done = watch(loop, client=client, environment=os.environ, today=today, tell=_progress)
    print(tell_watched(done, propose_articles(loop), read_watched(root, loop.package), today))
    if done.failures:
        print("\n".join([*done.failures, tell_age(before, today)]), file=sys.stderr)
        return 2
    return 0


def _progress(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
