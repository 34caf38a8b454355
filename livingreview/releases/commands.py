"""The commands about releases: release, diff, reread, publish, offline-zip, zenodo, due."""

from __future__ import annotations

import argparse
import datetime
import json
import sys
from pathlib import Path

from livingreview.files import find_root, is_current, list_releases, locked

# State of a conclusion -> why it waits to be read.
WAITING = {
    "changed": "its rows or words changed since it was read",
    "new_evidence": "results on its question were entered, corrected or removed since it was read",
    "unread": "no reading is recorded",
}


def add_commands(commands) -> None:
    """Add these commands to the command line (`commands`: the parser's sub-parsers)."""
    _add_versions(commands)
    _add_site(commands)
    due = commands.add_parser("due", help="say whether a search is due by review.yml; exit 1 if one is")
    due.set_defaults(run=run_due)


def _add_versions(commands) -> None:
    release = commands.add_parser("release", help="freeze the data and the estimates as releases/VERSION")
    release.add_argument("version", help="YYYY.M.N, later than the last release")
    release.set_defaults(run=run_release)

    diff = commands.add_parser(
        "diff", help="what moved between two versions: reports, rows, estimates, conclusions"
    )
    diff.add_argument("before", help="a release, or 'now'")
    diff.add_argument("after", nargs="?", default="now", help="a release, or 'now' (default)")
    diff.add_argument("--json", action="store_true", help="every change as JSON, for machines")
    diff.set_defaults(run=run_diff)

    reread = commands.add_parser("reread", help="list conclusions to be read again, or record that they were")
    read = "conclusions you have read against their rows (none: list those that wait)"
    reread.add_argument("claims", nargs="*", metavar="CLAIM_ID", help=read)
    reread.add_argument("--all", action="store_true", help="all of them")
    reread.set_defaults(run=run_reread)


def _add_site(commands) -> None:
    publish = commands.add_parser(
        "publish", help="lay out a site: / the latest book, /v/VERSION/ each release for good"
    )
    site = "the site's folder; versions it keeps already stay (SITE.new and SITE.old are used on the way)"
    publish.add_argument("site", type=Path, help=site)
    publish.add_argument("--release", metavar="VERSION", help="refuse unless this is the latest release")
    latest_only = "renew / and leave this version's kept pages as they were published"
    publish.add_argument("--latest-only", action="store_true", help=latest_only)
    publish.set_defaults(run=run_publish)

    offline = commands.add_parser("offline-zip", help="the whole built book as one zip that opens from disk")
    offline.add_argument("target", type=Path, nargs="?", help="default: _build/<package name>.zip")
    offline.set_defaults(run=run_offline)

    zenodo = commands.add_parser(
        "zenodo", help="write .zenodo.json from CITATION.cff (a release does so too)"
    )
    zenodo.set_defaults(run=run_zenodo)


def run_release(options: argparse.Namespace) -> int:
    """``livingreview release``"""
    from livingreview.releases import ReleaseError, make_release

    root = find_root(options.root)
    try:
        folder = make_release(root, options.version)
    except ReleaseError as error:
        print(f"not released: {error}", file=sys.stderr)
        return 1
    then = f"commit it with .zenodo.json, then `git tag v{options.version}`"
    print(f"released: {folder.relative_to(root)} ({then})")
    return 0


def run_diff(options: argparse.Namespace) -> int:
    """``livingreview diff``"""
    from livingreview.checks import check_release
    from livingreview.releases import compare, load_snapshot
    from livingreview.releases.tell import tell_difference

    root = find_root(options.root)
    frozen = {options.before, options.after} & set(list_releases(root))
    if problems := [problem for version in sorted(frozen) for problem in check_release(root, version)]:
        print(*problems, sep="\n", file=sys.stderr)
        return 1
    try:
        difference = compare(load_snapshot(root, options.before), load_snapshot(root, options.after))
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps(difference.to_dict(), indent=1, ensure_ascii=False))
    else:
        print(tell_difference(difference))
    return 0


def run_reread(options: argparse.Namespace) -> int:
    """``livingreview reread``"""
    from livingreview.releases.reread import list_ratings, list_unread, list_untold, record_readings

    root = find_root(options.root)
    try:
        waiting = list_unread(root)
    except ValueError as error:
        print(f"the data cannot be read: {error}\nto mend: livingreview check", file=sys.stderr)
        return 1
    if not options.claims and not options.all:
        for claim_id, state, reports in waiting:
            print(f"{claim_id}: {WAITING[state]}" + (f"; new: {', '.join(reports)}" if reports else ""))
        for rating in list_ratings(root, [claim_id for claim_id, *_ in waiting]):
            print(f"{rating}: its reason is to be read again with them: data/certainty.csv")
        for class_id, study in list_untold(root):
            print(f"{study}: ten patients or more, and in no conclusion of {class_id}: data/claims.csv")
        print(f"{len(waiting)} conclusion(s) to read", file=sys.stderr)
        return 0
    read = [claim_id for claim_id, *_ in waiting] if options.all else options.claims
    try:
        fresh = record_readings(root, read, day=datetime.date.today().isoformat())
    except KeyError as error:
        print(error.args[0], file=sys.stderr)
        return 2
    print(f"recorded: {len(fresh)} conclusion(s) read")
    return 0


def run_publish(options: argparse.Namespace) -> int:
    """``livingreview publish``"""
    from livingreview.releases import ReleaseError
    from livingreview.releases.site import publish_site

    root = find_root(options.root)
    if not is_current(root):
        print(
            "not published: the built book is not the one these files make. To mend: livingreview build",
            file=sys.stderr,
        )
        return 1
    try:
        with locked(root / "_build"):
            version = publish_site(
                root, options.site, expected=options.release, latest_only=options.latest_only
            )
    except ReleaseError as error:
        print(f"not published: {error}", file=sys.stderr)
        return 1
    print(f"{options.site}: / and /v/{version}/")
    return 0


def run_offline(options: argparse.Namespace) -> int:
    """``livingreview offline-zip``"""
    from livingreview.evidence import load_package
    from livingreview.releases.offline import zip_book

    root = find_root(options.root)
    target = options.target or root / "_build" / f"{load_package(root / 'data').name}.zip"
    with locked(root / "_build"):
        print(zip_book(root / "_build" / "html", target))
    return 0


def run_zenodo(options: argparse.Namespace) -> int:
    """``livingreview zenodo``"""
    from livingreview.citation import write_deposit

    print(write_deposit(find_root(options.root)))
    return 0


def run_due(options: argparse.Namespace) -> int:
    """``livingreview due``"""
    from livingreview.evidence.upkeep import read_upkeep, tell_due

    root, today = find_root(options.root), datetime.date.today()
    told = tell_due(read_upkeep(root), today)
    if told:
        print(f"{told}\n\n{_tell_waiting(root, today)}")
    else:
        print("no search is due", file=sys.stderr)
    return 1 if told else 0


def _tell_waiting(root: Path, today: datetime.date) -> str:
    """What was found before and still waits, for whoever comes to search again."""
    from livingreview.surveillance.tables import LoopError, open_loop
    from livingreview.surveillance.waiting import list_waiting, tell_waiting

    try:
        return f"Found before: {tell_waiting(list_waiting(open_loop(root)), today, most=40)}"
    except LoopError as error:
        return f"What was found before and waits cannot be told: {error}"
