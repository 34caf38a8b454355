"""The commands by which readers decide: screen, and settle."""

from __future__ import annotations

import argparse
import webbrowser
from pathlib import Path

from livingreview.files import find_root
from livingreview.surveillance.choices import MEANINGS, STAGES
from livingreview.surveillance.ended import told

_READERS = "how many decide each record; kept in review.yml, so it is said once (default: as there, else 2)"


def add_screening(commands) -> None:
    """Add these commands to the command line (`commands`: the parser's sub-parsers)."""
    _add_screen(commands)
    settle = commands.add_parser(
        "settle",
        help="agreement of readers, what they differ on, and data/screening.csv from their decisions",
    )
    settle.add_argument("--readers", type=_count, metavar="N", help=_READERS)
    reopen = "also take out of data/screening.csv what was settled and does not follow any more"
    settle.add_argument("--reopen", action="store_true", help=reopen)
    settle.set_defaults(run=told(run_settle))


def _add_screen(commands) -> None:
    screen = commands.add_parser(
        "screen",
        help="decide record by record, on a page of this machine alone",
        epilog=_list_meanings(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    screen.add_argument("--reader", required=True, metavar="NAME", help="initials: decisions/NAME.csv")
    screen.add_argument("--stage", choices=STAGES, default=STAGES[0], help="default: title_abstract")
    screen.add_argument("--readers", type=_count, metavar="N", help=_READERS)
    screen.add_argument("--conflicts", action="store_true", help="settle what readers differ on")
    screen.add_argument("--by-date", action="store_true", help="newest first, not likeliest first")
    sheets = screen.add_mutually_exclusive_group()
    out = (
        "write them for a spreadsheet instead (default: sheets/, which git leaves out); fill decision, "
        "reason_id (or its number) and note, by the list of choices that is written beside it"
    )
    sheets.add_argument("--sheet", type=Path, nargs="?", const=Path(), metavar="OUT.csv", help=out)
    sheets.add_argument("--from-sheet", type=Path, metavar="IN.csv", help="take in a filled spreadsheet")
    change = "with --from-sheet: rows that say otherwise than before are changes, which the log says"
    screen.add_argument("--change", action="store_true", help=change)
    screen.add_argument("--no-browser", action="store_true", help="print the address only")
    screen.set_defaults(run=told(run_screen))


def _list_meanings() -> str:
    """What may be decided at each stage, for the help."""
    lines = []
    for stage, meanings in MEANINGS.items():
        lines += [f"decisions at {stage}:", *(f"  {name:14}{words}" for name, words in meanings.items())]
    return "\n".join([*lines, "reasons, in their order: data/reasons.csv"])


def _count(text: str) -> int:
    """How many readers: at least one."""
    if not text.isdecimal() or int(text) < 1:
        msg = f"found {text!r}; expected how many readers decide each record, at least 1"
        raise argparse.ArgumentTypeError(msg)
    return int(text)


def run_screen(options: argparse.Namespace) -> int:
    """``livingreview screen``"""
    from livingreview.surveillance.decisions import reader_code
    from livingreview.surveillance.desk import Desk, serve
    from livingreview.surveillance.panel import choose_panel, keep_panel
    from livingreview.surveillance.sheets import read_sheet
    from livingreview.surveillance.tables import open_loop
    from livingreview.surveillance.tell_screening import tell_taken

    loop = open_loop(find_root(options.root))
    panel = choose_panel(loop.root, options.readers)
    desk = Desk(
        loop,
        reader_code(options.reader),
        options.stage,
        readers=panel.readers,
        conflicts=options.conflicts,
        ranked=not options.by_date,
        settle=f"livingreview settle{panel.flag}",
    )
    if words := keep_panel(loop.root, panel):
        print(words)
    if options.sheet is not None:
        _write_sheet(desk, options.sheet)
        return 0
    if options.from_sheet:
        taken = read_sheet(desk, options.from_sheet, change=options.change)
        print(tell_taken(desk, taken))
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
        print(f"\n{desk.total - len(desk.queue)} of {desk.total} decided; next: {desk.settle}")
    finally:
        server.server_close()
    return 0


def _write_sheet(desk, wanted: Path) -> None:
    from livingreview.surveillance.sheets import FOLDER, choices_of, usual_sheet, write_sheet

    path = usual_sheet(desk) if wanted == Path() else wanted
    count = write_sheet(desk, path)
    print(f"{path}: {count} record(s) to decide")
    print(f"{choices_of(path)}: what may stand under decision and reason_id, and what each says")
    if path.resolve().is_relative_to(desk.loop.root.resolve() / FOLDER):
        print(f"It holds abstracts, which are others'; git leaves {FOLDER}/ out.")
    else:
        print(f"It holds abstracts, which are others': keep it out of git (git leaves {FOLDER}/ out).")
    if count:
        stage = "" if desk.stage == STAGES[0] else f" --stage {desk.stage}"
        more = stage + " --conflicts" * desk.conflicts
        print(
            f"next, when it is filled: livingreview screen --reader {desk.reader}{more} --from-sheet {path}"
        )
    else:
        print(f"next: {desk.settle}")


def run_settle(options: argparse.Namespace) -> int:
    """``livingreview settle``"""
    from livingreview.surveillance.decisions import on_standing, read_decisions
    from livingreview.surveillance.panel import choose_panel, keep_panel
    from livingreview.surveillance.settling import compare_readers, find_undone, settle
    from livingreview.surveillance.tables import LoopError, open_loop
    from livingreview.surveillance.tell_screening import tell_settled, tell_undone

    loop = open_loop(find_root(options.root))
    decisions, panel = read_decisions(loop.root), choose_panel(loop.root, options.readers)
    outcome, settled = settle(loop, decisions, readers=panel.readers)
    undone = find_undone(loop, settled, outcome)
    if undone and not options.reopen:
        raise LoopError(tell_undone(undone, panel.readers))
    loop.tables["screening"] = settled
    loop.changed |= {"screening", "records"}
    loop.save()
    if words := keep_panel(loop.root, panel):
        print(words)
    agreements = compare_readers(on_standing(decisions, loop.index.rows))
    print(tell_settled(loop, outcome, agreements, panel))
    for why, names in undone.items():
        print(f"taken out, {why}: {', '.join(sorted(names))}")
    return 1 if outcome.conflicts else 0
