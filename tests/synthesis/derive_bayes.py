"""Derive expected_bayes.json, independently of the package under test.

The posterior of the Bayesian binomial-normal model by nested adaptive integration:
Gauss-Legendre panels over a study's own effect, over mu and over log tau, each panel
halved until its halves agree.  No spacing is fixed beforehand, so no scale of the
posterior can be missed.  Slow on purpose (an hour); the tests read the file it wrote.
Values already in the file are first guesses, which must then prove themselves: at each
quantile the distribution function is integrated anew.

Run from the repository: python -m tests.synthesis.derive_bayes
"""

import itertools
import json
from pathlib import Path

import numpy as np
from scipy.special import expit, log_expit, logit, ndtr, ndtri

FILE = Path(__file__).parent / "expected_bayes.json"
NODES, WEIGHTS = np.polynomial.legendre.leggauss(15)
TAILS = (0.025, 0.5, 0.975)

# (events, totals): from 5 to a million patients a study, from 2 to 40 studies
SETS = {
    "two studies of five": ([1, 4], [5, 5]),
    "two studies, all events": ([5, 5], [5, 5]),
    "two small studies far apart": ([3, 9], [12, 14]),
    "two of a million": ([300_000, 300_500], [10**6] * 2),
    "three alike of 1,000": ([100] * 3, [1000] * 3),
    "three alike of 10,000": ([5000, 5100, 4900], [10_000] * 3),
    "three unlike sizes": ([63, 15, 36], [189, 36, 90]),
    "no events in a million": ([0] * 3, [10**6] * 3),
    "all events of 1,000": ([1000] * 3, [1000] * 3),
    "from five to a million": ([3, 40, 4100, 380_000, 2], [5, 100, 10_000, 10**6, 6]),
    "everything in a million": ([10, 999_990, 500_000, 0, 10**6, 100], [10**6] * 6),
    "none or all of fifty": ([0, 50] * 5, [50] * 10),
    "eight of 200": ([47, 55, 70, 38, 62, 41, 30, 81], [200] * 8),
    "forty sparse of five": ([0] * 34 + [1] * 5 + [2], [5] * 40),
    "forty spread widely": (
        [2, 9, 14, 20, 11, 5, 23, 17, 12, 8, 19, 3, 15, 10, 21, 6, 13, 18, 7, 16] * 2,
        [25] * 40,
    ),
    "forty alike of 100,000": ([20_000 + 30 * (i % 11) - 150 for i in range(40)], [100_000] * 40),
    "none or all of a million": ([0, 10**6] * 20, [10**6] * 40),
}


def adaptive(function, cuts, tolerance=1e-10, most=40):
    """Return the integral of a vector-valued function over each gap between cuts.

    ``function`` takes points (P,) and returns values (P, V); panels are halved until the
    halves agree with the whole to ``tolerance`` of the largest total.
    """
    left, right = np.array(cuts[:-1], float), np.array(cuts[1:], float)
    gap = np.arange(len(left))

    def panels(a, b):
        points = 0.5 * (a + b)[:, None] + 0.5 * (b - a)[:, None] * NODES
        values = function(points.ravel())
        return np.einsum("pnv,n,p->pv", values.reshape(*points.shape, -1), WEIGHTS, 0.5 * (b - a))

    whole = panels(left, right)
    total = np.zeros((len(cuts) - 1, whole.shape[1]))
    for _ in range(most):
        middle = 0.5 * (left + right)
        halves = panels(np.concatenate([left, middle]), np.concatenate([middle, right]))
        first, second = halves[: len(left)], halves[len(left) :]
        size = np.abs(total).sum(axis=0) + np.abs(first + second).sum(axis=0) + 1e-300
        bad = (np.abs(first + second - whole) > tolerance * size).any(axis=1)
        np.add.at(total, gap[~bad], (first + second)[~bad])
        if not bad.any():
            return total
        left, right = np.concatenate([left[bad], middle[bad]]), np.concatenate([middle[bad], right[bad]])
        gap, whole = np.concatenate([gap[bad]] * 2), np.concatenate([first[bad], second[bad]])
    msg = "panels do not settle"
    raise ArithmeticError(msg)


def log_likelihood(x, n, mu, tau):
    """Return the log-likelihood at each mu, tau a number or one for each.

    That is the sum over studies of log of the integral of Binomial(x; n, expit(mu + tau z)) N(z) dz.
    """
    mu, tau = mu[:, None], np.reshape(tau, (-1, 1))
    (x, n), times = np.unique([x, n], axis=1, return_counts=True)

    def log_f(z):
        lin = mu + tau * z
        return x * log_expit(lin) + (n - x) * log_expit(-lin) - z * z / 2

    def slope(z):
        return tau * (x - n * expit(mu + tau * z)) - z

    low, high = np.full((len(mu), len(x)), -60.0), np.full((len(mu), len(x)), 60.0)
    # Beyond 60 standard deviations only where a study asks for it.
    low, high = np.minimum(low, -tau * n), np.maximum(high, tau * n)
    for _ in range(65):
        middle = 0.5 * (low + high)
        up = slope(middle) > 0
        low, high = np.where(up, middle, low), np.where(up, high, middle)
    mode = 0.5 * (low + high)
    top, ends = log_f(mode), []
    for side in (-1, 1):
        near, far = np.full_like(mode, 1e-9), np.full_like(mode, 10.0)
        for _ in range(16):
            middle = np.sqrt(near * far)
            gone = log_f(mode + side * middle) < top - 45
            near, far = np.where(gone, near, middle), np.where(gone, middle, far)
        ends.append(mode + side * far)
    # As many panels as keep the step of a study without events smooth on each.
    count = int(6 + 4 * tau.max())
    edges = np.linspace(0, 1, count + 1)
    total = np.zeros_like(mode)
    for a, b in itertools.pairwise(edges):
        width = (ends[1] - ends[0]) * (b - a)
        for node, weight in zip(NODES, WEIGHTS, strict=True):
            z = ends[0] + (ends[1] - ends[0]) * a + width * 0.5 * (node + 1)
            total += 0.5 * weight * width * np.exp(log_f(z) - top)
    return (top + np.log(total)) @ times


def log_density(x, n, mu, tau):
    prior = log_expit(mu) + log_expit(-mu) - tau * tau / 2
    return log_likelihood(x, n, mu, tau) + prior


def slice_of(x, n, tau, level):
    """Return the range of mu in which the density at tau is within 40 of its top, that top, and its place."""
    low, high = level - 60.0, level + 60.0
    for _ in range(6):
        grid = np.linspace(low, high, 33)
        best = int(log_density(x, n, grid, tau).argmax())
        low, high = grid[max(best - 1, 0)], grid[min(best + 1, 32)]
    mode = 0.5 * (low + high)
    top, ends = float(log_density(x, n, np.array([mode]), tau)[0]), []
    for side in (-1, 1):
        near, far = 1e-9, 120.0
        for _ in range(3):
            away = np.geomspace(near, far, 24)
            gone = np.flatnonzero(log_density(x, n, mode + side * away, tau) < top - 40)
            first = int(gone[0]) if len(gone) else 23
            near, far = away[max(first - 1, 0)], away[first]
        ends.append(mode + side * far)
    return ends, top, mode


def slice_integrals(x, n, tau, level, mu_at, new_at):
    """Return, for one tau, the log of the highest density of mu, and over it the integral of the density.

    The integral whole, up to each of ``mu_at``, and times the chance of a new study below each of ``new_at``.
    """
    (low, high), top, mode = slice_of(x, n, tau, level)
    cuts = np.array(sorted({low, mode, high, *[v for v in [*mu_at, *new_at] if low < v < high]}))

    def joint(mu):
        density = np.exp(log_density(x, n, mu, tau) - top)
        below = ndtr((np.array(new_at) - mu[:, None]) / tau)
        return density[:, None] * np.column_stack([np.ones_like(mu), below])

    # So small a tau only blurs the step at each point, by the square of tau.
    blurred = tau > 1e-4 * (high - low)
    gaps = adaptive(joint if blurred else lambda mu: joint(mu)[:, :1], cuts, tolerance=1e-8)
    upto = [gaps[cuts[1:] <= v, 0].sum() for v in mu_at]
    new = gaps[:, 1:].sum(axis=0) if blurred else [gaps[cuts[1:] <= v, 0].sum() for v in new_at]
    return top, [gaps[:, 0].sum(), *upto, *new]


def integrate(x, n, mu_at, new_at, tau_at):
    """Return the posterior distribution functions of mu, of a new study's mu and of tau at given points."""
    level = float(logit((x.sum() + 0.5) / (n.sum() + 1)))
    scale = float(np.sqrt((n + 1) / ((x + 0.5) * (n - x + 0.5))).min())
    # Where the posterior of tau lies, so that what follows can work with plain numbers.
    rough_tau = np.geomspace(1e-7 * scale, 60, 40)
    heights = []
    for t in rough_tau:
        (low, high), top, _ = slice_of(x, n, t, level)
        heights.append(top + np.log(t * (high - low)))
    peak = max(heights)
    kept = np.flatnonzero(np.array(heights) > peak - 30)
    first, last = rough_tau[max(kept[0] - 1, 0)], rough_tau[min(kept[-1] + 1, 39)]

    def over_tau(log_tau):
        rows = []
        for t in np.exp(log_tau):
            top, parts = slice_integrals(x, n, t, level, mu_at, new_at)
            rows.append(np.exp(top - peak) * t * np.array(parts))
        return np.array(rows)

    cuts = sorted({*np.log(np.geomspace(first, last, 5)), *[np.log(v) for v in tau_at if first < v < last]})
    gaps = adaptive(over_tau, cuts, tolerance=1e-7)
    upper, whole = np.array(cuts[1:]), gaps[:, 0].sum()
    sums = gaps.sum(axis=0)[1:] / whole
    of_tau = [gaps[upper <= np.log(t) + 1e-12, 0].sum() / whole for t in tau_at]
    return sums[: len(mu_at)], sums[len(mu_at) :], np.array(of_tau)


def rough(x, n):
    """Return first guesses of the quantiles from a crude random sample of the posterior."""
    random = np.random.default_rng(1)
    draws, mode = 3000, logit((x.sum() + 0.5) / (n.sum() + 1))
    effects = logit((x + 0.5) / (n + 1))
    scale = float(np.sqrt((n + 1) / ((x + 0.5) * (n - x + 0.5))).min())
    tau = scale * np.sinh(random.uniform(0, np.arcsinh(20 / scale), draws))
    spread = np.sqrt((tau**2 + scale**2) / len(x))
    mu = effects.mean() * 0.5 + mode * 0.5 + 3 * spread * random.standard_normal(draws)
    order = tau.argsort()
    mu, tau, spread = mu[order], tau[order], spread[order]
    weight = np.concatenate([log_density(x, n, mu[i : i + 50], tau[i : i + 50]) for i in range(0, draws, 50)])
    weight += np.log(np.hypot(tau, scale)) + np.log(spread)
    weight += ((mu - effects.mean() * 0.5 - mode * 0.5) / (3 * spread)) ** 2 / 2
    weight = np.exp(weight - weight.max())

    def quantiles(values, tails):
        order = values.argsort()
        cdf = np.cumsum(weight[order]) / weight.sum()
        return np.interp(tails, cdf, values[order])

    new = mu + tau * random.standard_normal(draws)
    return quantiles(mu, TAILS), quantiles(new, (0.025, 0.975)), quantiles(tau, TAILS)


def solve(x, n, guesses=None, settled=1e-6, most=14):
    """Return the quantiles of mu, of a new study's mu and of tau, by a secant search in a bracket."""
    x, n = np.array(x, float), np.array(n, float)
    guesses = [np.array(part, float) for part in guesses or rough(x, n)]
    guesses[2] = np.log(guesses[2])
    targets = [np.array(TAILS), np.array([0.025, 0.975]), np.array(TAILS)]
    spans = [max(np.ptp(part), 1e-3) for part in guesses]
    past = [{} for _ in range(8)]
    for _ in range(most):
        found = integrate(x, n, guesses[0], guesses[1], np.exp(guesses[2]))
        misses = [_probit(cdf) - _probit(target) for cdf, target in zip(found, targets, strict=True)]
        worst = max(np.abs(cdf - target).max() for cdf, target in zip(found, targets, strict=True))
        print(f"    largest miss {worst:.1e}", flush=True)
        if worst < settled:
            break
        flat = 0
        for part, miss in enumerate(misses):
            for j in range(len(miss)):
                # On the normal scale a distribution function is nearly straight.
                past[flat][float(guesses[part][j])] = float(miss[j])
                guesses[part][j] = _next(past[flat], spans[part])
                flat += 1
    return guesses[0], guesses[1], np.exp(guesses[2])


def _probit(p):
    return ndtri(np.clip(p, 1e-12, 1 - 1e-12))


def _next(seen, span):
    """Return the next point to try: secant through the two best, kept inside the bracket."""
    points = sorted(seen, key=lambda value: abs(seen[value]))
    below = [v for v in points if seen[v] <= 0]
    above = [v for v in points if seen[v] > 0]
    if not below or not above:
        step = max(0.05 * span, 2 * (max(points) - min(points)))
        return points[0] + (step if not above else -step)
    low, high = max(below), min(above)
    a, b = points[0], points[1]
    trial = a - seen[a] * (a - b) / (seen[a] - seen[b])
    if not low < trial < high:
        trial = low + (high - low) * seen[low] / (seen[low] - seen[high])
    return trial


def main():
    known = {}
    if FILE.exists():
        known = {case["title"]: case for case in json.loads(FILE.read_text(encoding="utf-8"))["cases"]}
    cases = []
    for title, (x, n) in SETS.items():
        print(title, flush=True)
        guess = known.get(title)
        mu, new, tau = solve(x, n, guess and [logit(guess["p"]), logit(guess["predictive"]), guess["tau"]])
        cases.append(
            {
                "title": title,
                "events": x,
                "totals": n,
                "p": expit(mu).tolist(),
                "predictive": expit(new).tolist(),
                "tau": tau.tolist(),
            }
        )
        print("   ", cases[-1]["p"], cases[-1]["predictive"], cases[-1]["tau"], flush=True)
    lines = ",\n".join(json.dumps(case) for case in cases)
    FILE.write_text(f'{{"cases": [\n{lines}\n]}}\n', encoding="utf-8")


if __name__ == "__main__":
    main()
