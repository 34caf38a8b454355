"""How often what a pool shows holds: the interval of its median, and the one for a new study.

``python -m benchmarks.coverage [--sets 200] [--only proportions nested survival] [--rows 3 6]`` draws studies
from a known median and spread, pools them as the pages do, and counts how often the true median lies in its
interval and a new study's true value in the interval shown for it. Nothing is left out: spread hides no pool.
Of nested responses some levels a study are missing; what the model refuses is counted apart.
Median survival is drawn as patients with uniform follow-up, printed as a Kaplan-Meier median with its log-log
interval, and pooled both in months by DerSimonian-Laird with z and, as the pages do, on the log scale by REML
with the truncated Hartung-Knapp t.
"""

from __future__ import annotations

import argparse

import numpy as np
from scipy.special import expit, logit

from livingreview.synthesis import fit_ordered
from livingreview.tables.pool import LEAST_STUDIES, Entry, Place, Plan
from livingreview.tables.pooled_survival import SurvivalEntry, SurvivalPool

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
    ((36, 189, 90), 0.75, 1.2),
    ((36, 189, 90, 26), 0.4, 1.2),
    ((15, 22, 29, 36, 43, 50), 0.4, 1.2),
)
# Studies, standard deviation between studies of the widest level and of the shares (logit).
NESTED = ((5, 0.5, 0.4), (8, 0.5, 0.4), (8, 1.0, 0.8), (12, 0.5, 0.4))
# Patients of each study, standard deviation between studies of the logarithm of median survival.
SURVIVAL = (
    ((36, 189, 90, 271), 0.0),
    ((36, 189, 90, 271), 0.125),
    ((36, 189, 90, 271), 0.25),
    ((36, 189, 90, 271), 0.5),
    ((36, 189, 90), 0.125),
    ((36, 189, 90), 0.5),
)
MONTHS = 8.0  # the true median
FOLLOWED = (6.0, 36.0)  # months after which a patient is no longer seen, evenly
Z = 1.959963984540054


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


def draw_nested(random: np.random.Generator, studies: int, wide: float, share: float) -> tuple[dict, list]:
    """Three nested counts of each study, some missing, and its patients."""
    n = random.integers(15, 300, studies)
    both = share * random.standard_normal(studies)
    outer = random.binomial(n, expit(0.2 + wide * random.standard_normal(studies)))
    middle = random.binomial(outer, expit(1.5 + both))
    levels = {"inner": random.binomial(middle, expit(1.0 + both)), "middle": middle, "outer": outer}
    told = (random.integers(1, 8, studies)[:, None] >> np.arange(3)) & 1
    told[:2] = 1  # two levels at least are told apart by somebody
    counts = {name: np.where(told[:, place], x, np.nan) for place, (name, x) in enumerate(levels.items())}
    return counts, n.tolist()


def simulate_nested(
    studies: int, wide: float, share: float, sets: int, seed: int
) -> tuple[float, float, float]:
    """Shares of medians and of new studies within their intervals, of all levels, and of sets refused."""
    random = np.random.default_rng([seed, studies])
    medians = new = fitted = 0
    widest, middle, inner = expit([0.2, 1.5, 1.0])
    true = {"outer": widest, "middle": widest * middle, "inner": widest * middle * inner}
    for _ in range(sets):
        fit = fit_ordered(*draw_nested(random, studies, wide, share))
        z = random.standard_normal(2) * (wide, share)
        parts = np.cumprod(expit([0.2 + z[0], 1.5 + z[1], 1.0 + z[1]]))
        if fit.status != "ok":
            continue
        fitted += 1
        for (name, value), one in zip(true.items(), parts, strict=True):
            low, high = fit.median(name)[1]
            medians += low <= value <= high
            low, high = fit.new_study(name)
            new += low <= one <= high
    return medians / (3 * fitted), new / (3 * fitted), 1 - fitted / sets


def print_median(random: np.random.Generator, median: float, patients: int) -> tuple[float, float, float]:
    """The Kaplan-Meier median of simulated patients with its log-log interval; nan where not reached."""
    died = random.exponential(median / np.log(2), patients)
    left = random.uniform(*FOLLOWED, patients)
    order = np.argsort(np.minimum(died, left))
    event, time = (died <= left)[order], np.minimum(died, left)[order]
    at_risk = np.arange(patients, 0, -1)
    alive = np.cumprod(1 - event / at_risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.cumsum(event / (at_risk * (at_risk - 1)))
        error = np.sqrt(spread) / np.abs(np.log(alive))
        # Limits of the survival curve; those of the median are where they fall to one half.
        curves = [alive, *(alive ** np.exp(sign * Z * error) for sign in (1, -1))]
    below = [np.flatnonzero(event & (curve <= 0.5)) for curve in curves]
    value, low, high = (float(time[places[0]]) if len(places) else np.nan for places in below)
    return value, low, high


def simulate_survival(sizes: tuple[int, ...], tau: float, sets: int, seed: int) -> tuple[float, ...]:
    """Shares of sets whose interval holds the true median (in months, by log), and a new study; too few."""
    random = np.random.default_rng([seed, len(sizes)])
    held, pooled = np.zeros(3), 0
    for _ in range(sets):
        *medians, new = MONTHS * np.exp(tau * random.standard_normal(len(sizes) + 1))
        printed = np.round([print_median(random, m, n) for m, n in zip(medians, sizes, strict=True)], 1)
        told = printed[~np.isnan(printed).any(axis=1)]
        if len(told) < LEAST_STUDIES:
            continue
        pooled += 1
        entries = tuple(SurvivalEntry("", "", "", *row, 0) for row in told.tolist())
        pool = SurvivalPool("", "", ("", "", "", ""), "median", None, entries)
        low, high = pool.new_study
        held += [fit.ci[0] <= MONTHS <= fit.ci[1] for fit in (pool.as_published, pool.pooled)] + [
            low <= new <= high
        ]
    return *(held / pooled).tolist(), 1 - pooled / sets


def show_proportions(sets: int, rows: list[int]) -> None:
    """Print the grid of pools of proportions."""
    print("patients, median, spread: interval of the median, interval for a new study")
    for place, (sizes, median, tau) in enumerate(GRID):
        if not rows or place in rows:
            found = simulate(sizes, median, tau, sets, place)
            words = ",".join(map(str, sizes))
            print(f"{words:22} {median:.0%} {tau:.1f}: {found[0]:.1%} {found[1]:.1%}", flush=True)


def show_nested(sets: int, rows: list[int]) -> None:
    """Print the grid of nested responses."""
    print("nested: studies, spread, spread of the shares: medians, new studies; refused")
    for place, row in enumerate(NESTED):
        if not rows or place in rows:
            found = simulate_nested(*row, sets, place)
            print(
                f"{row[0]:2} {row[1]:.1f} {row[2]:.1f}: {found[0]:.1%} {found[1]:.1%}; {found[2]:.1%}",
                flush=True,
            )


def show_survival(sets: int, rows: list[int]) -> None:
    """Print the grid of median survival."""
    print("median survival: patients, spread (log): DerSimonian-Laird, as shown, new study; too few")
    for place, (sizes, tau) in enumerate(SURVIVAL):
        if not rows or place in rows:
            *found, few = simulate_survival(sizes, tau, sets, place)
            words = ",".join(map(str, sizes))
            shares = " ".join(f"{share:.1%}" for share in found)
            print(f"{words:22} {tau:.3f}: {shares}; {few:.1%}", flush=True)


SHOWN = {"proportions": show_proportions, "nested": show_nested, "survival": show_survival}


def main() -> None:
    """Print the grids."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sets", type=int, default=200)
    parser.add_argument("--only", nargs="+", choices=SHOWN, default=list(SHOWN), help="which grids")
    parser.add_argument("--rows", nargs="*", type=int, default=[], help="which rows of them, from 0")
    options = parser.parse_args()
    for name in options.only:
        SHOWN[name](options.sets, options.rows)


if __name__ == "__main__":
    main()
