"""How often what a pool shows holds: the interval of its median, and the one for a new study.

``python -m benchmarks.coverage [--sets 200]`` draws studies from a known median and spread, pools them as the
pages do (`livingreview.tables.pool`), and counts how often the true median lies in its interval and a new
study's true proportion in the interval shown for it. Nothing is left out: spread hides no pool.
"""

from __future__ import annotations

import argparse

import numpy as np
from scipy.special import expit, logit

from livingreview.tables.pool import Entry, Place, Plan

PLACE = Place("", "", "", "", "", "", "")
# Patients of each study, median proportion, standard deviation between studies on the logit scale.
GRID = (
    ((36, 189, 90), 0.4, 0.0),
    ((36, 189, 90), 0.4, 0.4),
    ((36, 189, 90), 0.4, 0.8),
    ((36, 189, 90), 0.4, 1.2),
    ((36, 189, 90, 26), 0.4, 0.8),
    ((20, 25, 30), 0.4, 0.8),
    ((15, 22, 29, 36, 43, 50), 0.4, 0.8),
    ((36, 189, 90), 0.75, 0.8),
)


def simulate(sizes: tuple[int, ...], median: float, tau: float, sets: int, seed: int) -> tuple[float, float]:
    """Share of sets whose interval of the median holds it, and whose interval for a new study holds one."""
    random = np.random.default_rng(seed)
    medians = studies = 0
    for _ in range(sets):
        shares = expit(logit(median) + tau * random.standard_normal(len(sizes) + 1))
        entries = tuple(
            Entry(str(i), str(i), str(i), int(random.binomial(n, p)), n)
            for i, (n, p) in enumerate(zip(sizes, shares, strict=False))
        )
        plan = Plan("", "", "", "", "", PLACE, entries=entries)
        low, high = plan.pooled.ci
        medians += low <= median <= high
        low, high = plan.new_study
        studies += low <= shares[-1] <= high
    return medians / sets, studies / sets


def main() -> None:
    """Print the grid."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", type=int, default=200)
    sets = parser.parse_args().sets
    print("patients, median, spread: interval of the median, interval for a new study")
    for place, (sizes, median, tau) in enumerate(GRID):
        found = simulate(sizes, median, tau, sets, place)
        words = ",".join(map(str, sizes))
        print(f"{words:22} {median:.0%} {tau:.1f}: {found[0]:.0%} {found[1]:.0%}", flush=True)


if __name__ == "__main__":
    main()
