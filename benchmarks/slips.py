"""How many slips of the hand pass the check? One digit of one cell changed, swapped, doubled or dropped.

    python -m benchmarks.slips [--seed 1] [--number 341] [--jobs 2]

Cells are drawn from every column of numbers of every table, each as often as it is filled. A slip that leaves
the number as it was is none. Prints each slip that passes with why nothing contradicts it, and the share.
"""

from __future__ import annotations

import argparse
import csv
import random
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

from livingreview.checks import check_project
from livingreview.checks.tables import check_data
from livingreview.checks.wording import numbers_in, said_in
from livingreview.evidence import load_package
from livingreview.evidence.writing import write_rows

ROOT = Path(__file__).resolve().parent.parent
COPIED = ("data", "chapters", "docs", "CITATION.cff", "_config.yml", "_toc.yml", "review.yml")
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


class Slip(NamedTuple):
    """One cell with another number: its file, row and column, what stood there, what stands there now."""

    table: str
    key: str
    column: str
    old: str
    new: str


def slip_of(text: str, dice: random.Random) -> str:
    """A number with one digit changed, two swapped, one doubled or one dropped."""
    places = [place for place, sign in enumerate(text) if sign.isdigit()]
    place, kind = dice.choice(places), dice.choice(("change", "swap", "double", "drop"))
    if kind == "change":
        return text[:place] + dice.choice("0123456789".replace(text[place], "")) + text[place + 1 :]
    if kind == "double":
        return text[:place] + text[place] + text[place:]
    if kind == "drop":
        return text[:place] + text[place + 1 :]
    after = next((other for other in places if other > place), None)
    signs = list(text)
    if after is not None:
        signs[place], signs[after] = signs[after], signs[place]
    return "".join(signs)


def read_rows(root: Path, path: str) -> list[list[str]]:
    """A table as rows of cells, header first."""
    with open(root / "data" / path, newline="", encoding="utf-8") as handle:
        return list(csv.reader(handle))


def draw_slips(root: Path, number: int, seed: int) -> list[Slip]:
    """Slips in cells drawn from all filled cells of all columns of numbers."""
    dice, cells = random.Random(seed), []
    for table in load_package(root / "data").tables.values():
        rows = read_rows(root, table.path)
        key = rows[0].index(table.primary_key)
        for place, name in enumerate(rows[0]):
            filled = [row[place] for row in rows[1:] if row[place]]
            if filled and all(map(NUMBER.fullmatch, filled)):
                cells += [(table.path, row[key], name, row[place]) for row in rows[1:] if row[place]]
    slips: list[Slip] = []
    while len(slips) < number:
        table, key, column, old = dice.choice(cells)
        new = slip_of(old, dice)
        if not NUMBER.fullmatch(new) or float(new) != float(old):
            slips.append(Slip(table, key, column, old, new))
    return slips


@cache
def copy_project() -> Path:
    """A copy of the project for one process to damage."""
    folder = Path(tempfile.mkdtemp(prefix="damaged-"))
    for name in COPIED:
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)
    if problems := check_project(folder):  # which also notes the tables that are valid
        msg = f"the project is not sound: {problems[0]}"
        raise ValueError(msg)
    return folder


def try_slip(slip: Slip) -> tuple[str, str]:
    """The rules that tell of a slip, and why none does where none does."""
    root = copy_project()
    path = root / "data" / slip.table
    whole, rows = path.read_bytes(), read_rows(root, slip.table)
    key = rows[0].index(load_package(root / "data").tables[path.stem].primary_key)
    row = next(row for row in rows[1:] if row[key] == slip.key)
    row[rows[0].index(slip.column)] = slip.new
    write_rows(path, rows[0], rows[1:])
    try:
        # The schema's stage takes longest: it is asked only where no rule tells anything.
        with patch("livingreview.checks.tables.check_schema", return_value=()):
            problems = check_data(root)[1]
        problems = problems or check_project(root)
        told = ", ".join(sorted({problem.rule for problem in problems}))
    finally:
        path.write_bytes(whole)
    return told, "" if told else explain(slip, dict(zip(rows[0], row, strict=True)))


def explain(slip: Slip, row: dict[str, str]) -> str:
    """Why nothing contradicts a slip."""
    fragment = row.get("as_reported", "")
    if not slip.new:
        return "an empty cell: nothing says that a number belongs there"
    if "as_reported" not in row:
        return "no second witness of the number in the data"
    if not fragment:
        return "no fragment"
    value = float(slip.new)
    if value in numbers_in(fragment) | said_in(fragment):
        return "the fragment holds the wrong number as well"
    beside = f"{row.get('note', '')} {row.get('derivation', '')}"
    if value in numbers_in(beside) | said_in(beside):
        return "the note or derivation holds the wrong number as well"
    return "its other witness fits the wrong number as well"


def read_options(description: str | None, number: int, jobs: int) -> argparse.Namespace:
    """The seed, how many, and in how many processes."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--number", type=int, default=number)
    parser.add_argument("--jobs", type=int, default=jobs)
    return parser.parse_args()


def main() -> None:
    """Draw slips, try them, print what passes."""
    options = read_options(__doc__, number=341, jobs=2)
    slips = draw_slips(ROOT, options.number, options.seed)
    with ProcessPoolExecutor(options.jobs) as pool:
        found = list(pool.map(try_slip, slips, chunksize=8))
    passed = [(slip, why) for slip, (told, why) in zip(slips, found, strict=True) if not told]
    for line in list_passed(passed):
        print(line)
    print(f"{len(passed)} of {len(slips)} slips pass ({100 * len(passed) / len(slips):.1f} %)")
    for why, count in Counter(why for _, why in passed).most_common():
        print(f"  {count:3d}  {why}")


def list_passed(passed: list[tuple[Slip, str]]) -> Iterator[str]:
    """A line for each slip that passes."""
    for slip, why in sorted(passed):
        yield f"{slip.table} {slip.key} {slip.column}: {slip.old} -> {slip.new}: {why}"


if __name__ == "__main__":
    main()
