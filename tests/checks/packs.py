"""Many damages in one project: a check of it takes as long as with one of them.

A damage that hides another (a table that cannot be read has no rows to look at) is tried with fewer beside
it, in the end alone.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from livingreview.checks import Problem, check_project

Damage = Callable[[Path], tuple]  # what it does to a project; returns the place that a check must name
SIZES = (8, 4, 1)  # damages in one project, round by round


def in_cell(problem: Problem) -> tuple[str, int, str]:
    """Its file, row and column."""
    return problem.file, problem.row, problem.column


def not_named(
    sound: Path, folder: Path, damages: Mapping[str, Damage], place_of: Callable[[Problem], tuple] = in_cell
) -> dict[str, list[Problem]]:
    """Of some damages to a sound project those that a check does not name in their place; what it says."""
    left, told = list(damages), {}
    for size in SIZES:
        packs = [left[place :: -(-len(left) // size)] for place in range(-(-len(left) // size))]
        left = []
        for pack in packs:
            left += _try_together(
                sound, folder / "pack", {name: damages[name] for name in pack}, place_of, told
            )
    return {name: told[name] for name in left}


def _try_together(
    sound: Path, folder: Path, pack: Mapping[str, Damage], place_of: Callable, told: dict
) -> list[str]:
    """Those of a pack that are not named, or could not be done to a project with the others' damage."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(sound, folder)
    places: dict[str, tuple] = {}
    undone = []
    for name in pack:
        try:
            file, *place = pack[name](folder)
        except Exception:
            if len(pack) == 1:
                raise
            undone.append(name)
        else:
            places[name] = (file.removeprefix("data/"), *place)
    problems = check_project(folder)
    for problem in problems:
        assert all((problem.rule, problem.found, problem.expected, problem.mend)), problem
    named = {place_of(problem) for problem in problems}
    told.update(dict.fromkeys(pack, problems))
    return undone + [name for name, place in places.items() if place not in named]
