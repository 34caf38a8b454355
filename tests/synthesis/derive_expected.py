"""Derive expected.json, independently of the package under test.

Likelihoods come from scipy.integrate.quad, maxima from Nelder-Mead, standard
errors from central differences, posteriors from a dense grid.  Slow on purpose
(minutes); the tests read the file it wrote.

Run from the repository: python -m tests.synthesis.derive_expected (or by path).
"""

import itertools
import json
from functools import lru_cache
from pathlib import Path

import numpy as np
from scipy.integrate import quad
from scipy.optimize import brentq, minimize, minimize_scalar
from scipy.special import betaln, expit, gammaln, logit
from scipy.stats import chi2, norm, t

HERE = Path(__file__).parent
Z = norm.ppf(0.975)

SETS = {
    "sparse, one zero cell": ([0, 2, 1, 5], [7, 9, 14, 11]),
    "heterogeneous": ([3, 12, 6, 20, 1, 9, 15, 4], [20, 18, 25, 30, 16, 22, 19, 28]),
    "boundary": ([5, 8, 11, 4], [15, 21, 30, 13]),
    "near separation": ([0, 1, 18, 20, 2], [20, 15, 20, 20, 19]),
    "thousands": ([2100, 90, 14, 3300], [7000, 410, 33, 6900]),
    "two studies": ([3, 17], [21, 24]),
}


def log_choose(x, n):
    return gammaln(n + 1) - gammaln(x + 1) - gammaln(n - x + 1)


@lru_cache(maxsize=200_000)
def log_marginal(x, n, mu, tau):
    """Return log of the integral of Binomial(x; n, expit(mu + tau z)) N(z; 0, 1) dz."""
    if tau == 0:
        return log_choose(x, n) + x * mu - n * np.logaddexp(0, mu)

    def log_f(z):
        lin = mu + tau * z
        return x * lin - n * np.logaddexp(0, lin) - z * z / 2

    mode = minimize_scalar(lambda z: -log_f(z), bracket=(-1, 1)).x
    top = log_f(mode)
    p = expit(mu + tau * mode)
    width = 1 / np.sqrt(1 + tau**2 * n * p * (1 - p))
    cuts = sorted({mode + s * w for w in (width * 4, width * 12, 10) for s in (-1, 1)} | {mode})
    pieces = [
        quad(lambda z: np.exp(log_f(z) - top), a, b, epsabs=1e-13, epsrel=1e-11, limit=300)[0]
        for a, b in itertools.pairwise(cuts)
    ]
    return log_choose(x, n) + top + np.log(sum(pieces) / np.sqrt(2 * np.pi))


def log_likelihood(x, n, eta, tau):
    return sum(log_marginal(a, b, float(e), float(tau)) for a, b, e in zip(x, n, eta, strict=True))


def hessian(f, at, h=2e-3):
    """Return the central-difference Hessian, extrapolated once (error of order h**4)."""

    def rough(h):
        m, out = len(at), np.empty((len(at), len(at)))
        e = np.eye(m) * h
        for i in range(m):
            for j in range(m):
                out[i, j] = (
                    f(at + e[i] + e[j]) - f(at + e[i] - e[j]) - f(at - e[i] + e[j]) + f(at - e[i] - e[j])
                ) / (4 * h * h)
        return out

    return (4 * rough(h) - rough(2 * h)) / 3


def fit(x, n, design):
    """Return beta, covariance, tau, log-likelihood by derivative-free search."""
    design = np.asarray(design, dtype=float)

    def negative(theta):
        return -log_likelihood(x, n, design @ theta[:-1], abs(theta[-1]))

    options = {"xatol": 1e-7, "fatol": 1e-11, "maxiter": 2000, "maxfev": 2000}
    zero = minimize(
        lambda b: negative(np.append(b, 0.0)),
        np.zeros(design.shape[1]),
        method="Nelder-Mead",
        options=options,
    )
    best = None
    for start in (0.3, 1.5, 4.0):
        found = minimize(negative, np.append(zero.x, start), method="Nelder-Mead", options=options)
        best = found if best is None or found.fun < best.fun else best
    if best.fun > zero.fun - 1e-7:
        info = hessian(lambda b: negative(np.append(b, 0.0)), zero.x)
        return zero.x, np.linalg.inv(info), 0.0, -zero.fun
    info = hessian(negative, best.x)
    return best.x[:-1], np.linalg.inv(info)[:-1, :-1], abs(best.x[-1]), -best.fun


def profile(x, n, mu, se, top):
    """Return the profile interval of mu."""

    def excess(value):
        def negative(tau):
            return -log_likelihood(x, n, np.full(len(x), value), abs(tau))

        low = min(
            minimize_scalar(negative, bounds=(a, b), method="bounded", options={"xatol": 1e-6}).fun
            for a, b in ((0, 1), (0.5, 4), (2, 30))
        )
        return 2 * (top - max(-low, -negative(0.0))) - chi2.ppf(0.95, 1)

    limits = []
    for side in (-1, 1):
        far = mu + side * se
        while excess(far) < 0:
            far += side * se
        limits.append(float(expit(brentq(excess, mu, far, xtol=1e-7))))
    return limits


def pair(mu, half):
    return [float(expit(mu - half)), float(expit(mu + half))]


def glmm(x, n):
    k = len(x)
    (mu,), cov, tau, top = fit(x, n, np.ones((k, 1)))
    se = float(np.sqrt(cov[0, 0]))
    wide, p = np.hypot(se, tau), np.array(x) / np.array(n)
    pooled = sum(x) / sum(n)
    saturated = sum(log_choose(a, b) for a, b in zip(x, n, strict=True))
    saturated += sum(a * np.log(r) if a else 0 for a, r in zip(x, p, strict=True))
    saturated += sum((b - a) * np.log1p(-r) if b > a else 0 for a, b, r in zip(x, n, p, strict=True))
    q = 2 * (saturated - log_likelihood(x, n, np.full(k, logit(pooled)), 0.0))
    mean = quad(lambda z: expit(mu + tau * z) * norm.pdf(z), -12, 12, limit=500)[0]
    return {
        "k": k,
        "mu": float(mu),
        "se_mu": se,
        "tau2": float(tau**2),
        "p": float(expit(mu)),
        "boundary_tau2_zero": bool(tau == 0),
        "ci95_wald_z": pair(mu, Z * se),
        "ci95_t_km1": pair(mu, t.ppf(0.975, k - 1) * se),
        "pi95_z": pair(mu, Z * wide),
        "pi95_t_km1": pair(mu, t.ppf(0.975, k - 1) * wide),
        "pi95_t_km2": pair(mu, t.ppf(0.975, k - 2) * wide) if k > 2 else [None, None],
        "loglik": float(top),
        "Q_lrt": float(q),
        "Q_df": k - 1,
        "Q_p": float(chi2.sf(q, k - 1)),
        "p_marginal_mean": float(mean),
        "ci95_profile": profile(x, n, mu, se, top),
    }


def series(subsets):
    rows = [glmm_short(*subset) for subset in subsets]
    return {name: [row[name] for row in rows] for name in rows[0]}


def glmm_short(x, n):
    (mu,), cov, tau, _ = fit(x, n, np.ones((len(x), 1)))
    low, high = pair(mu, Z * np.sqrt(cov[0, 0]))
    return {
        "p": float(expit(mu)),
        "se_mu": float(np.sqrt(cov[0, 0])),
        "tau2": float(tau**2),
        "ci95_wald_z_lower": low,
        "ci95_wald_z_upper": high,
    }


def moderator(x, n, z):
    (b0, b1), cov, tau, top = fit(x, n, np.column_stack([np.ones(len(x)), z]))
    null = fit(x, n, np.ones((len(x), 1)))[3]
    se0, se1 = np.sqrt(np.diag(cov))
    lrt = max(0.0, 2 * (top - null))
    return {
        "k": len(x),
        "b0": float(b0),
        "b1": float(b1),
        "se_b0": float(se0),
        "se_b1": float(se1),
        "tau2": float(tau**2),
        "odds_ratio": float(np.exp(b1)),
        "odds_ratio_ci95": [float(np.exp(b1 - Z * se1)), float(np.exp(b1 + Z * se1))],
        "p_level0": float(expit(b0)),
        "p_level1": float(expit(b0 + b1)),
        "lrt_chi2": float(lrt),
        "lrt_df": 1,
        "lrt_p": float(chi2.sf(lrt, 1)),
    }


def beta_binomial(x, n):
    x, n = np.array(x), np.array(n)

    def negative(theta):
        p, s = expit(theta[0]), np.exp(-theta[1])
        return -np.sum(log_choose(x, n) + betaln(x + p * s, n - x + (1 - p) * s) - betaln(p * s, (1 - p) * s))

    found = minimize(
        negative, [0.0, -2.0], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-13, "maxiter": 4000}
    )
    se = float(np.sqrt(np.linalg.inv(hessian(negative, found.x))[0, 0]))
    return {
        "k": len(x),
        "mu": float(found.x[0]),
        "se_mu": se,
        "p": float(expit(found.x[0])),
        "ci95_wald_z": pair(found.x[0], Z * se),
        "rho": float(expit(found.x[1])),
        "loglik": float(-found.fun),
    }


def bayes(x, n):
    """Return posterior quantiles by brute force: dense grids in mu, tau and z."""
    mu, tau, z = np.linspace(-7, 7, 701), np.linspace(0.0025, 5, 500), np.linspace(-8, 8, 321)
    weight = norm.pdf(z) * (z[1] - z[0])
    density = np.empty((len(mu), len(tau)))
    for j, s in enumerate(tau):
        lin = mu[:, None] + s * z
        soft = np.logaddexp(0, lin)
        parts = [np.exp(a * lin - b * soft + log_choose(a, b)) @ weight for a, b in zip(x, n, strict=True)]
        like = np.prod(parts, axis=0)
        density[:, j] = like * expit(mu) * expit(-mu) * np.exp(-s * s / 2)
    density /= density.sum()
    new = np.linspace(-25, 25, 5001)
    cdf_new = np.zeros(len(new))
    for j, s in enumerate(tau):
        cdf_new += norm.cdf((new[:, None] - mu[::4]) / np.hypot(s, 0.01)) @ density[:, j].reshape(-1)[::4]
    cdf_new /= density[::4].sum()

    def quantiles(grid, mass, levels):
        cdf, step = np.cumsum(mass), grid[1] - grid[0]
        return [float(np.interp(v, cdf / cdf[-1], grid + step / 2)) for v in levels]

    low, median, high = expit(quantiles(mu, density.sum(axis=1), (0.025, 0.5, 0.975)))
    tau_low, tau_median, tau_high = quantiles(tau, density.sum(axis=0), (0.025, 0.5, 0.975))
    predictive = expit(np.interp([0.025, 0.975], cdf_new, new))
    return {
        "k": len(x),
        "p_median": float(median),
        "p_cri95": [float(low), float(high)],
        "tau_median": tau_median,
        "tau_ci95": [tau_low, tau_high],
        "predictive_p_ci95": predictive.tolist(),
    }


TOLERANCES = {
    "glmm": {"default": [2e-5, 2e-5], "tau2": [2e-5, 1e-4], "se_mu": [2e-5, 1e-4], "Q_p": [1e-9, 1e-6]},
    "leave_one_out": {"default": [5e-5, 5e-5], "tau2": [5e-5, 2e-4]},
    "cumulative": {"default": [5e-5, 5e-5], "tau2": [5e-5, 2e-4]},
    "glmm_metareg": {"default": [1e-4, 1e-4]},
    "beta_binomial": {"default": [2e-5, 2e-5]},
    "bayes": {"default": [1e-3, 0.0], "tau_median": [3e-3, 0.0], "tau_ci95": [5e-3, 0.0]},
}


def main():
    cases = []

    def add(group, title, given, expected):
        cases.append(
            {
                "id": f"E{len(cases) + 1:02d}-{group}",
                "group": group,
                "title": title,
                "input": given,
                "method": {"name": group, "level": 0.95},
                "expected": expected,
                "tolerance": TOLERANCES[group],
            }
        )

    for title, (x, n) in SETS.items():
        add("glmm", title, {"x": x, "n": n}, glmm(x, n))
    x, n = SETS["heterogeneous"]
    add("beta_binomial", "heterogeneous", {"x": x, "n": n}, beta_binomial(x, n))
    z = [0, 1, 0, 1, 0, 0, 1, 1]
    add("glmm_metareg", "heterogeneous", {"x": x, "n": n, "moderator": z}, moderator(x, n, z))
    x, n = x[:5], n[:5]
    drop = [([*x[:i], *x[i + 1 :]], [*n[:i], *n[i + 1 :]]) for i in range(5)]
    add("leave_one_out", "first five", {"x": x, "n": n}, series(drop))
    grow = [(x[:j], n[:j]) for j in range(2, 6)]
    add("cumulative", "first five", {"x": x, "n": n}, {"k": [2, 3, 4, 5]} | series(grow))
    for title in ("sparse, one zero cell", "two studies"):
        x, n = SETS[title]
        add("bayes", title, {"x": x, "n": n}, bayes(x, n))
    (HERE / "expected.json").write_text(json.dumps({"cases": cases}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
