"""How long pooling takes, and whether it is right.

Ours, metafor's ``rma.glmm`` and the Python package ``glmm``, on the same sets in one run.

    .venv/bin/python -m benchmarks.synthesis                           # all: twenty minutes, mostly metafor's
    .venv/bin/python -m benchmarks.synthesis --sets 1 50 --studies 12  # seconds

All three fit the binomial-normal model (logit, maximum likelihood).
Ours and glmm use 25 quadrature nodes or more, metafor its default, 7.
Times are of the processor: on a machine with other work wall times say how busy it was.
Ours and metafor's use one core each; the wall time of ours stands beside.
metafor is used where R has it (Debian and Ubuntu: ``apt-get install r-cran-metafor r-cran-lme4``).
Only fits are timed: no starting of R, no files.

Where two programs differ, the likelihood judges: it is worked out at both answers by a third way
(a fine trapezoid rule over 4,001 points), and the answer with the higher one is the
maximum-likelihood estimate.

Two models that metafor lacks are timed too: nested responses of 40 studies with two moderators, against
glmm's Laplace approximation where every level is reported (with levels missing no package was found that
fits it), and the beta-binomial of studies of a thousand and of ten million patients, against scipy's own
distribution, maximised by scipy.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from shutil import which

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from scipy.special import expit, gammaln, log_expit, logit
from scipy.stats import betabinom

from livingreview.synthesis import (
    PooledProportion,
    fit_ordered,
    leave_one_out,
    pool_many,
    pool_proportions,
)

Sets = list[tuple[list[int], list[int]]]
K, SEED = 8, 20
SCRIPT = Path(__file__).with_name("metafor.R")
COLUMNS = ("mu", "se", "tau2", "log_likelihood", "low", "high")
CLOSE = 1e-4  # two answers within this are the same answer
HIGHER = 1e-6  # differences of the log-likelihood that count
Z, TAU_IS_ZERO = 1.959963984540054, 1e-3
SIZES = (10**3, 10**7)  # patients a study of the beta-binomial


def make_sets(count: int, studies: int = K) -> Sets:
    """Sets as this review meets them.

    About 24 patients a study, rates from 5 to 80 percent, little to much spread; half of them sparse.
    Only sets that have a maximum-likelihood estimate: some events, not only events, not all 0/n or n/n.
    """
    random = np.random.default_rng([SEED, count, studies])
    sets: Sets = []
    while len(sets) < count:
        sparse = len(sets) % 2 == 0
        n = np.clip(np.round(random.lognormal(np.log(18 if sparse else 30), 0.6, studies)), 5, 200).astype(
            int
        )
        centre = logit(random.uniform(0.05, 0.2) if sparse else random.uniform(0.25, 0.8))
        x = random.binomial(
            n, expit(centre + random.choice([0, 0.2, 0.5, 0.8, 1.2]) * random.standard_normal(studies))
        )
        if 0 < x.sum() < n.sum() and ((x > 0) & (x < n)).any():
            sets.append((x.tolist(), n.tolist()))
    return sets


def tabulate(pooled: list[PooledProportion]) -> pd.DataFrame:
    """Our results as numbers on the logit scale."""
    rows = [
        (fit.mu, fit.se, fit.tau2, fit.log_likelihood, fit.mu - Z * fit.se, fit.mu + Z * fit.se)
        for fit in pooled
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def ask_metafor(sets: Sets, nodes: int = 7) -> tuple[pd.DataFrame, float]:
    """metafor's results and the seconds its fits took."""
    with tempfile.TemporaryDirectory() as name:
        given, found = Path(name) / "sets.csv", Path(name) / "found.csv"
        # Numbered so that R keeps their order.
        rows = [(f"{i:07d}", x, n) for i, pair in enumerate(sets) for x, n in zip(*pair, strict=True)]
        pd.DataFrame(rows, columns=["set", "x", "n"]).to_csv(given, index=False)
        subprocess.run(
            ["Rscript", str(SCRIPT), str(given), str(found), str(nodes)],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        frame = pd.read_csv(found)
    return frame[list(COLUMNS)], float(frame["seconds"].sum())


def ask_glmm(sets: Sets) -> tuple[pd.DataFrame, float]:
    """The results of the Python package glmm and the seconds its fits took."""
    import glmm

    rows, spent = [], 0.0
    for events, totals in sets:
        data = {
            "x": events,
            "rest": [n - x for x, n in zip(events, totals, strict=True)],
            "study": [str(i) for i in range(len(events))],
        }
        start = time.process_time()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            fit = glmm.fit(data, "cbind(x, rest) ~ 1 + (1 | study)", "binomial", nagq=25)
        spent += time.process_time() - start
        mu, se = float(fit.beta[0]), float(fit.se[0])
        rows.append((mu, se, float(fit.varcorr[0][0]), float(fit.loglik), mu - Z * se, mu + Z * se))
    return pd.DataFrame(rows, columns=COLUMNS), spent


def judge(sets: Sets, answers: pd.DataFrame) -> np.ndarray:
    """The log-likelihood at each answer, by a fine trapezoid rule that none of the programs uses."""
    z, values = np.linspace(-10, 10, 4001), []
    density = -z * z / 2 - np.log(2 * np.pi) / 2 + np.log(z[1] - z[0])
    for (events, totals), mu, tau2 in zip(sets, answers["mu"], answers["tau2"], strict=True):
        x, n = np.array(events, float)[:, None], np.array(totals, float)[:, None]
        line = mu + np.sqrt(tau2) * z
        inner = x * log_expit(line) + (n - x) * log_expit(-line) + density
        top = inner.max(axis=1, keepdims=True)
        coefficients = gammaln(n + 1) - gammaln(x + 1) - gammaln(n - x + 1)
        values.append(
            float((top + np.log(np.exp(inner - top).sum(axis=1, keepdims=True)) + coefficients).sum())
        )
    return np.array(values)


def median_seconds(work: Callable[[], object], rounds: int) -> tuple[object, float, float]:
    """The last result, the median time of the processor and the median wall time."""
    busy, wall = [], []
    for _ in range(rounds):
        start, clock = time.process_time(), time.perf_counter()
        result = work()
        busy.append(time.process_time() - start)
        wall.append(time.perf_counter() - clock)
    return result, statistics.median(busy), statistics.median(wall)


def compare_answers(sets: Sets, ours: pd.DataFrame, theirs: pd.DataFrame, name: str) -> None:
    """Print how far the answers lie apart, and of those that do, whose likelihood is higher."""
    failed = theirs.isna().any(axis=1).to_numpy()
    gap = (ours - theirs).abs()
    # metafor's own log-likelihood leaves out a constant of the data, so both are worked out at the answers.
    lead = np.full(len(sets), np.nan)
    fitted = [pair for pair, bad in zip(sets, failed, strict=True) if not bad]
    lead[~failed] = judge(fitted, ours[~failed]) - judge(fitted, theirs[~failed])
    print(f"    agreement with {name}", end=", ")
    print(f"{len(fitted)} sets that it could fit, {failed.sum()} that it could not:")
    print(f"      {'':24}{'mu':>12}{'se':>12}{'tau2':>12}{'logLik':>12}{'CI ends':>12}")
    columns = [gap["mu"], gap["se"], gap["tau2"], pd.Series(lead).abs(), gap[["low", "high"]].max(axis=1)]
    for label, rule in (
        ("median |difference|", np.nanmedian),
        ("99th percentile", lambda v: np.nanpercentile(v, 99)),
        ("largest", np.nanmax),
    ):
        print(f"      {label:24}" + "".join(f"{rule(column.to_numpy()):>12.1e}" for column in columns))
    print(
        f"      {'within 1e-4':24}"
        + "".join(f"{100 * (column[~failed] <= CLOSE).mean():>11.2f}%" for column in columns)
    )
    apart = np.flatnonzero(~failed & ((gap["mu"] > CLOSE) | (gap["tau2"] > CLOSE)).to_numpy())
    if apart.size:
        explain(lead[apart], ours["tau2"].to_numpy()[apart], theirs["tau2"].to_numpy()[apart], name)


def explain(lead: np.ndarray, ours: np.ndarray, theirs: np.ndarray, name: str) -> None:
    """Print who is right on the sets where mu or tau2 differ: `lead` is our log-likelihood less theirs."""
    edge = (theirs < TAU_IS_ZERO) != (ours < TAU_IS_ZERO)
    words = [
        ("ours is likelier", lead > HIGHER),
        (f"{name}'s is likelier", lead < -HIGHER),
        ("as likely, to 1e-6", np.abs(lead) <= HIGHER),
    ]
    print(f"      of the {len(lead)} where mu or tau2 differ by more:")
    for label, chosen in words:
        print(f"        {label}: {chosen.sum()}", end="")
        if chosen.any():
            stopped, most = (chosen & edge).sum(), np.abs(lead[chosen]).max()
            print(f" (of them {stopped} where one program stopped at tau2 = 0", end="; ")
            print(f"largest lead {most:.1e})", end="")
        print()


def run_case(
    title: str, sets: Sets, ours: Callable[[], list[PooledProportion]], options: argparse.Namespace
) -> None:
    """Time and compare one case."""
    print(f"\n{title}", flush=True)
    pooled, own, wall = median_seconds(ours, options.rounds)
    print(f"  ours: {own:.4f} s (median of {options.rounds}; by the clock {wall:.4f} s)", flush=True)
    found = tabulate(pooled)
    apart = np.abs(judge(sets, found) - found["log_likelihood"]).max()
    print(f"    our log-likelihood against the trapezoid rule: largest difference {apart:.1e}", end="; ")
    print(f"fits that did not converge: {sum(not fit.converged for fit in pooled)}", flush=True)
    rivals = [("glmm", ask_glmm, len(sets))] + (
        [("metafor", ask_metafor, options.metafor_sets)] if options.r else []
    )
    for name, ask, most in rivals:
        part = sets[: most or len(sets)]
        theirs, spent = ask(part)
        total = spent * len(sets) / len(part)
        scaled = f", SCALED from {len(part)} sets" if len(part) < len(sets) else ""
        print(f"  {name}: {total:.4g} s (one round{scaled}): {total / own:,.0f} times ours", flush=True)
        compare_answers(part, found.iloc[: len(part)], theirs, name)


def make_nested(studies: int, *, gaps: bool) -> tuple[dict[str, np.ndarray], np.ndarray, dict]:
    """Three nested levels of response, all of them or a random choice a study, and two moderators."""
    random = np.random.default_rng([SEED, studies])
    n = random.integers(15, 300, studies)
    moderators = {name: random.standard_normal(studies) for name in ("first", "second")}
    wide, share = 0.5 * random.standard_normal(studies), 0.4 * random.standard_normal(studies)
    outer = random.binomial(n, expit(0.2 + 0.3 * moderators["first"] + wide))
    middle = random.binomial(outer, expit(1.5 + share))
    counts = {"inner": random.binomial(middle, expit(1.0 + share)), "middle": middle, "outer": outer}
    told = (random.integers(1, 8, studies)[:, None] >> np.arange(3)) & 1
    return (
        {
            name: np.where(told[:, place] | (not gaps), values, np.nan)
            for place, (name, values) in enumerate(counts.items())
        },
        n,
        moderators,
    )


def ask_glmm_nested(counts: dict[str, np.ndarray], n: np.ndarray, moderators: dict) -> np.ndarray:
    """The fixed effects of glmm: a step from level to level a line, correlated effects of the study."""
    import glmm

    names, above, rows = ["outer", "middle", "inner"], n, []
    for name in names:
        for i, (events, around) in enumerate(zip(counts[name], above, strict=True)):
            line = {"x": int(events), "rest": int(around - events), "study": str(i)}
            line |= {other: float(other == name) for other in names}
            line |= {other: float(values[i]) * line["outer"] for other, values in moderators.items()}
            rows.append(line)
        above = counts[name]
    data = {name: [row[name] for row in rows] for name in rows[0]}
    formula = "cbind(x, rest) ~ 0 + inner + middle + outer + first + second + (1 + outer | study)"
    return np.array(glmm.fit(data, formula, "binomial", nagq=1).beta)


def run_ordered(studies: int, rounds: int) -> None:
    """Time nested responses with two moderators, and compare them with glmm where it can fit them."""
    for gaps in (False, True):
        counts, n, moderators = make_nested(studies, gaps=gaps)
        words = "some levels a study" if gaps else "all levels"
        print(f"\nnested responses, k = {studies}, two moderators, {words}", flush=True)
        fit, own, wall = median_seconds(partial(fit_ordered, counts, n, moderators=moderators), rounds)
        print(
            f"  ours: {own:.4f} s (median of {rounds}; by the clock {wall:.4f} s), {fit.status}", flush=True
        )
        if not gaps:
            theirs, spent, _ = median_seconds(partial(ask_glmm_nested, counts, n, moderators), rounds)
            gap = np.abs(theirs - fit.theta[: len(theirs)]).max()
            print(
                f"  glmm, by Laplace's approximation: {spent:.4f} s: {spent / own:.2g} times ours", end="; "
            )
            print(f"largest difference of a coefficient {gap:.1e}")


def ask_scipy(x: np.ndarray, n: np.ndarray) -> tuple[float, float]:
    """The mean (logit) and log-likelihood of scipy's beta-binomial, by scipy's search without slopes."""

    def fall(theta: np.ndarray) -> float:
        p, rest = expit(theta[0]), np.exp(-theta[1])
        return -float(betabinom.logpmf(x, n, p * rest, (1 - p) * rest).sum())

    found = minimize(
        fall,
        [logit(x.sum() / n.sum()), np.log(0.05)],
        method="Nelder-Mead",
        options={"xatol": 1e-8, "fatol": 1e-10},
    )
    return float(found.x[0]), -float(found.fun)


def run_beta_binomial(rounds: int) -> None:
    """Time the beta-binomial of small and of huge studies, and compare it with scipy's distribution."""
    random, first = np.random.default_rng(SEED), 0.0
    shares = random.beta(4, 6, K)
    for size in SIZES:
        n = np.full(K, size)
        x = np.round(n * shares).astype(int)
        print(f"\nbeta-binomial, k = {K}, {size:,} patients a study", flush=True)
        ours = partial(pool_proportions, x, n, model="beta-binomial")
        ours()  # loads what the first call loads
        fit, own, _ = median_seconds(ours, 10 * rounds)
        first = first or own
        print(f"  ours: {own:.4f} s, {own / first:.2g} times the smallest; converged: {fit.converged}")
        (mu, top), spent, _ = median_seconds(partial(ask_scipy, x, n), rounds)
        print(f"  scipy.stats.betabinom: {spent:.4f} s: {spent / own:.2g} times ours", end="; ")
        print(f"mu differs by {abs(mu - fit.mu):.1e}, our log-likelihood less its: ", end="")
        print(f"{fit.log_likelihood - top:.1e}", flush=True)


def read_options() -> argparse.Namespace:
    """What was asked for on the command line, and whether R is here (``r``)."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--sets", type=int, nargs="*", default=[1, 100, 10_000], help=f"numbers of sets of {K} studies"
    )
    parser.add_argument(
        "--studies",
        type=int,
        default=200,
        help="studies of the set of which each is left out in turn (0: leave it out)",
    )
    parser.add_argument(
        "--nested",
        type=int,
        default=40,
        help="studies of nested responses, and the beta-binomial after them (0: leave both out)",
    )
    parser.add_argument(
        "--metafor-sets",
        type=int,
        default=0,
        help="give metafor only so many sets of a case and scale its time (0: all)",
    )
    parser.add_argument("--rounds", type=int, default=3, help="rounds of ours; the others are timed once")
    options = parser.parse_args()
    options.r = (
        bool(which("Rscript"))
        and not subprocess.run(
            ["Rscript", "-e", "library(metafor); library(lme4)"], capture_output=True
        ).returncode
    )
    return options


def main() -> None:
    """The command."""
    options = read_options()
    machine = f"{platform.system()}, Python {platform.python_version()}, {os.cpu_count()} cores"
    print(f"{machine}, load {os.getloadavg()[0]:.1f}")
    print(
        "metafor: found"
        if options.r
        else "metafor: NOT HERE (R with metafor and lme4), so nothing is compared with it",
        flush=True,
    )
    pool_many(make_sets(2))  # loads what the first call loads
    for count in options.sets:
        sets = make_sets(count)
        title = f"{count:,} set{'s' * (count > 1)} of k = {K}"
        run_case(title, sets, partial(pool_many, sets), options)
    if options.studies:
        events, totals = make_sets(1, options.studies)[0]
        left = [(events[:i] + events[i + 1 :], totals[:i] + totals[i + 1 :]) for i in range(len(events))]
        run_case(
            f"k = {options.studies}, each left out in turn",
            left,
            partial(leave_one_out, events, totals),
            options,
        )
    if options.nested:
        run_ordered(options.nested, options.rounds)
        run_beta_binomial(options.rounds)


if __name__ == "__main__":
    sys.exit(main())
