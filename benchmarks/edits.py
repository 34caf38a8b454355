"""What does the check make of careless edits? Spreadsheets' habits, pasted rows, exchanged columns, files.

    python -m benchmarks.edits [--seed 1] [--number 300] [--jobs 1]

Three of four edits fall on the tables, each table in turn with each kind in turn (`benchmarks.careless`); the
rest on the files beside them. An edit is told with file, row and column; told of a row or file as a whole;
told in another file, which it contradicts; harmless (a build reads the same); unconfirmed (no rule sees it,
and `livingreview check` tells that it is not what was recorded, until somebody confirms it); or accepted.
Prints each as it goes, what was changed where it is unconfirmed, accepted or ends in a traceback, and at the
end, or when it is stopped, the counts by kind. The number of rows is made to fit, as by a hand that does not
look.
"""

from __future__ import annotations

import random
import signal
import traceback
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path
from typing import NamedTuple

import yaml

from benchmarks.careless import FILES, KINDS, Sheet
from benchmarks.slips import ROOT, copy_project, read_options, read_rows
from livingreview.checks import check_project, find_unconfirmed, record_rows, write_rows
from livingreview.checks.tables import check_data
from livingreview.evidence import load_package
from livingreview.evidence.package import read_package


class Edit(NamedTuple):
    """One careless edit: of which kind, in which table or file, with which dice."""

    kind: str
    place: str
    seed: int


def draw_edits(number: int, seed: int) -> Iterator[Edit]:
    """Edits, each table with each kind in turn; every fourth one of another file."""
    dice = random.Random(seed)
    tables = [
        name
        for name, table in load_package(ROOT / "data").tables.items()
        if len(read_rows(ROOT, table.path)) > 1
    ]
    kinds, files = dice.sample([*KINDS], len(KINDS)), dice.sample([*FILES], len(FILES))
    for turn in range(number):
        part, rest = divmod(turn, 4)
        if rest == 3:
            yield Edit(files[part % len(files)], "", dice.randrange(10**9))
        else:
            own = 3 * part + rest
            shift = own // len(tables)  # so that a table meets another kind each time
            yield Edit(kinds[(own + shift) % len(kinds)], tables[own % len(tables)], dice.randrange(10**9))


@cache
def read_copy() -> tuple[Path, tuple]:
    """The copy for one process to damage, and its tables and records as a build reads them."""
    folder = copy_project()
    frames = check_data(folder)[0].frames
    return folder, (frames, read_package(folder).bibliography)


def apply_edit(edit: Edit, root: Path) -> tuple[Path, bytes, str]:
    """Make an edit; returns the file, what it was, and what changed in it. No file holds it: IndexError."""
    dice = random.Random(edit.seed)
    if not edit.place:
        file, change = FILES[edit.kind]
        files = dice.sample(paths := sorted(root.glob(file)), len(paths))
        for path in files:
            whole = path.read_bytes()
            try:
                path.write_text(change(whole.decode(), dice), encoding="utf-8")
            except IndexError:
                continue
            return path, whole, _differs(whole.decode(), path.read_text(encoding="utf-8"))
        raise IndexError(edit.kind)
    package = load_package(root / "data")
    path = root / "data" / package.tables[edit.place].path
    whole = path.read_bytes()
    sheet = Sheet(read_rows(root, path.name), package, edit.place, dice)
    KINDS[edit.kind](sheet)
    write_rows(path, sheet.rows[0], sheet.rows[1:])
    return path, whole, _differs(whole.decode(), path.read_text(encoding="utf-8"))


def _differs(before: str, after: str) -> str:
    one, other = before.splitlines(), after.splitlines()
    new = [line for line in other if line not in set(one)]
    old = [line for line in one if line not in set(other)]
    return f"{len(old)} lines: {' / '.join(old)[:200]} -> {' / '.join(new)[:200]}"


def try_edit(edit: Edit) -> tuple[str, str]:
    """What becomes of an edit ('none' where it finds nothing to edit), and what it was."""
    root, sound = read_copy()
    descriptor = root / "data" / "datapackage.json"
    declared = descriptor.read_bytes()
    try:
        path, whole, how = apply_edit(edit, root)
    except IndexError:
        return "none", ""
    try:
        if path.read_bytes() == whole:
            return "none", ""
        if edit.place:
            record_rows(root)
        problems = check_project(root)
        if problems:
            own = [problem for problem in problems if problem.file.endswith(path.name)]
            exact = any(problem.row and problem.column for problem in own)
            fate = "told" if exact else "told of a row or file" if own else "told in another file"
            return fate, f"{problems[0].rule}: {how}"
        if is_same(root, path, whole, sound):
            return "harmless", how
        return ("unconfirmed" if find_unconfirmed(root) else "accepted"), how
    except Exception:
        return "traceback", traceback.format_exc(limit=-3)
    finally:
        path.write_bytes(whole)
        descriptor.write_bytes(declared)


def is_same(root: Path, path: Path, whole: bytes, sound: tuple) -> bool:
    """Whether a build reads the same as before: the same tables, the same values of a YAML file."""
    if path.suffix == ".csv":
        now = check_data(root)[0].frames[path.stem]
        return bool(now.reset_index(drop=True).equals(sound[0][path.stem].reset_index(drop=True)))
    if path.suffix in (".yml", ".cff"):
        return bool(yaml.safe_load(whole) == yaml.safe_load(path.read_bytes()))
    if path.suffix == ".bib":  # what a record lacks of identifiers is taken from their table
        return bool(read_package(root).bibliography == sound[1])
    return path.read_text(encoding="utf-8").split() == whole.decode().split()


def tell_counts(counts: Mapping[str, Counter[str]]) -> str:
    """How often each kind of edit met each fate, and all of them together."""
    lines = []
    for name, fates in [*sorted(counts.items()), ("all", sum(counts.values(), Counter()))]:
        told = ", ".join(f"{count} {fate}" for fate, count in fates.most_common())
        lines.append(f"{name} ({fates.total()}): {told}")
    return "\n".join(lines)


def main() -> None:
    """Draw edits, try them, print what becomes of each and the counts, of those tried so far if cut short."""
    options = read_options(__doc__, number=300, jobs=1)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    tried = 0
    edits = [*draw_edits(2 * options.number, options.seed)]  # some find nothing to edit
    with ProcessPoolExecutor(options.jobs) as pool:
        try:
            for edit, (fate, how) in zip(edits, pool.map(try_edit, edits), strict=True):
                if fate == "none":
                    continue
                tried += 1
                counts[edit.kind][fate] += 1
                more = f": {how}" if fate in ("unconfirmed", "accepted", "traceback") else ""
                print(f"{tried:4d}  {fate}: {edit.kind} {edit.place}{more}", flush=True)
                if tried == options.number:
                    break
        except KeyboardInterrupt:
            print("cut short", flush=True)
        pool.shutdown(wait=False, cancel_futures=True)
        print(tell_counts(counts), flush=True)


if __name__ == "__main__":
    main()
