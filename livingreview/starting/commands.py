"""The command that begins a review: new."""

from __future__ import annotations

import argparse
import datetime
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from livingreview.starting.answers import Answers


def add_commands(commands) -> None:
    """Add this command to the command line (`commands`: the parser's sub-parsers)."""
    new = commands.add_parser("new", help="begin a new review in a folder of its own")
    new.add_argument("folder", type=Path, metavar="DIR", help="a new or empty folder")
    new.add_argument("--title", help="title of the review (default: asked for, with all the rest)")
    new.add_argument("--condition", help="what its patients have: --condition 'acute bronchitis'")
    new.add_argument(
        "--class",
        dest="classes",
        nargs=2,
        action="append",
        default=[],
        metavar=("ID", "TITLE"),
        help="a class of treatments, a chapter each: --class new-drug 'New drug'",
    )
    new.add_argument(
        "--outcome",
        dest="outcomes",
        nargs=4,
        action="append",
        default=[],
        metavar=("CODE", "LABEL", "GROUP", "DIRECTION"),
        help="an outcome, the heading it stands under, and good, bad or neutral: "
        "--outcome cr 'complete response (CR)' Response good",
    )
    new.add_argument(
        "--group",
        dest="groups",
        nargs=2,
        action="append",
        default=[],
        metavar=("GROUP", "TIME"),
        help="what the time of a count means: point (each time by itself; the default), once (whenever), "
        "follow_up (not pooled as counts)",
    )
    new.add_argument(
        "--time",
        dest="times",
        nargs=2,
        action="append",
        default=[],
        metavar=("CODE", "LABEL"),
        help="a time of assessment: --time week_12 'at twelve weeks'",
    )
    new.add_argument("--author", dest="authors", action="append", default=[], help="who wrote the review")
    new.add_argument("--engine", type=Path, metavar="DIR", help="the engine's folder (default: this one)")
    new.set_defaults(run=run_new)


def run_new(options: argparse.Namespace) -> int:
    """``livingreview new``"""
    from livingreview.checks import check_project, find_unfilled
    from livingreview.starting.answers import StartError, require_answers
    from livingreview.starting.project import find_engine, keep_history, require_room, write_project

    try:
        engine = find_engine(options.engine)
        require_room(options.folder)  # before a person has typed anything
        answers = require_answers(_take_answers(options))
        root = write_project(options.folder, answers, engine=engine, today=datetime.date.today())
    except StartError as error:
        print(error, file=sys.stderr)
        return 2
    except (EOFError, KeyboardInterrupt):
        print("\nended before everything was asked; nothing was written", file=sys.stderr)
        return 2
    print(f"a new review stands in {root}; to build it: cd {options.folder} && make book")
    print(keep_history(root))
    for place in find_unfilled(root):
        print(f"  {place}")
    problems = check_project(root)
    for problem in problems:
        print(problem)
    return 1 if problems else 0


def _take_answers(options: argparse.Namespace) -> Answers:
    """The answers by flags; asked for where there is a terminal and no flag.

    Raises
    ------
    StartError
        If there is neither.
    """
    from livingreview.starting.answers import Answers, Name, Outcome, StartError, ask

    if not (options.title or options.condition or options.classes or options.outcomes):
        if sys.stdin.isatty():
            return ask(input)
        msg = (
            "found no flag, and no terminal to ask at; run it at a terminal, or give --title TITLE, "
            "--condition WORDS, --class ID TITLE and --outcome CODE LABEL GROUP DIRECTION "
            "(livingreview new --help tells more); nothing was written"
        )
        raise StartError(msg)
    return Answers(
        options.title or "",
        tuple(Name(*item) for item in options.classes),
        tuple(Outcome(*item) for item in options.outcomes),
        options.condition or "",
        tuple(Name(*item) for item in options.times),
        dict(options.groups),
        tuple(options.authors),
    )
