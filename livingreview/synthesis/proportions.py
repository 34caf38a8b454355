"""Pooling of single-arm proportions: events of total in each study."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate, pairwise
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

from livingreview.synthesis import glmm
from livingreview.synthesis._tails import chi2_sf, normal_isf, t_isf
from livingreview.synthesis._types import Array, Interval
from livingreview.synthesis._validate import check_choice, check_level, check_pairs
from livingreview.synthesis.bayes import TAU_SCALE, fit_bayes
from livingreview.synthesis.betabinomial import fit_beta_binomial
from livingreview.synthesis.inverse_variance import TESTS, around, pool_inverse_variance
from livingreview.synthesis.profile import profile_interval
from livingreview.synthesis.results import (
    NAN,
    NOT_CONVERGED,
    PooledProportion,
    crude_totals,
    find_statuses,
)
from livingreview.synthesis.transforms import TWO_STEP

Sets: TypeAlias = Sequence[tuple[npt.ArrayLike, npt.ArrayLike]]

# Steps of the standard normal deviate over which the population average is taken.
MEAN_STEP = 0.075
MODELS = ("glmm", *TWO_STEP, "beta-binomial", "bayes")


def pool_proportions(
    events: npt.ArrayLike,
    totals: npt.ArrayLike,
    *,
    model: str = "glmm",
    test: str | None = None,
    level: float = 0.95,
    profile: bool = True,
    tau_scale: float = TAU_SCALE,
) -> PooledProportion:
    """Pool single-arm proportions of k studies.

    Parameters
    ----------
    events, totals : array-like of int, shape (k,)  [patients]
        0 <= events <= totals, totals >= 1, k >= 1.
    model : {"glmm", "reml", "dl", "ee", "arcsine", "freeman-tukey", "beta-binomial", "bayes"}
        "glmm": binomial-normal, maximum likelihood, no continuity correction.
        "reml", "dl", "ee": two-step logit, 0.5 added to 0/n and n/n cells only.
        "arcsine", "freeman-tukey": two-step, REML; the latter a cross-check only.
        "bayes": expit(mu) uniform, tau half-normal(tau_scale).
    test : {"z", "knha", "adhoc"}, optional
        Interval of the two-step models: Wald, Hartung-Knapp, or Hartung-Knapp
        truncated at 1.  Default: "adhoc" for "reml" and "arcsine", else "z".
    level : float  coverage of the intervals, 0-1
    profile : bool  whether to compute the profile interval of "glmm"
    tau_scale : float  scale of the prior of tau of "bayes" [logit], above 0

    Returns
    -------
    PooledProportion
        Sets that cannot be estimated are refused by ``status``, with the crude
        total only.  "bayes" refuses single studies alone, as its prior keeps the
        rest proper; whether to show it is the protocol's decision.

    Raises
    ------
    ValueError
        If a count is negative, not whole or exceeds its total (names the
        position), if the lengths differ, or if an option is not allowed.

    Source
    ------
    Stijnen, Hamza & Ozdemir 2010, Stat Med 29:3046-3067 (binomial-normal);
    Higgins, Thompson & Spiegelhalter 2009, J R Stat Soc A 172:137-159 (prediction);
    Lin & Chu 2020, Epidemiology 31:713-717 (comparison with two-step methods).
    """
    check_choice(model, MODELS, "model")
    if test is not None:
        check_choice(test, TESTS, "test")
        if model not in TWO_STEP:
            msg = f"test: only two-step models take one; model {model!r} does not"
            raise ValueError(msg)
    x, n = check_pairs(events, totals)
    level = check_level(level)
    if model == "glmm":
        return _pool_padded(x[None], n[None], level, profile)[0]
    base = PooledProportion(
        model=model,
        level=level,
        status=str(find_statuses(x[None], n[None])[0]),
        k=len(x),
        events=int(x.sum()),
        total=int(n.sum()),
        crude=crude_totals(x[None], n[None], level=level)[0],
        q_df=len(x) - 1,
    )
    if model == "bayes":
        return _pool_bayes(x, n, base, tau_scale)
    if base.status != "ok":
        return base
    return _pool_beta_binomial(x, n, base) if model == "beta-binomial" else _pool_two_step(x, n, base, test)


def pool_many(sets: Sets, *, level: float = 0.95, profile: bool = False) -> list[PooledProportion]:
    """Pool many sets of single-arm proportions with the binomial-normal model at once.

    Parameters
    ----------
    sets : sequence of (events, totals)
        Each as in :func:`pool_proportions`; the sets may differ in length.
    level : float  coverage of the intervals, 0-1
    profile : bool  whether to compute profile intervals too (about 3 ms a set)

    Returns
    -------
    list of PooledProportion
        In the order given, equal to pooling one by one.

    Raises
    ------
    ValueError
        As :func:`pool_proportions`, naming the set too.
    """
    pairs, level = _check_sets(sets), check_level(level)
    # Padding to the next power of two wastes less than half and keeps the batches few.
    widths = np.array([1 << (len(x) - 1).bit_length() for x, _ in pairs], dtype=int)
    pooled: dict[int, PooledProportion] = {}
    for width in np.unique(widths):
        members = np.flatnonzero(widths == width)
        x, n = np.zeros((len(members), width)), np.zeros((len(members), width))
        for row, i in enumerate(members):
            k = len(pairs[i][0])
            x[row, :k], n[row, :k] = pairs[i]
        for i, result in zip(members, _pool_padded(x, n, level, profile), strict=True):
            pooled[int(i)] = result
    return [pooled[i] for i in range(len(pairs))]


def _check_sets(sets: Sets) -> list[tuple[Array, Array]]:
    """Check all counts in one pass; only a failure is traced to its set."""
    raw = [(np.asarray(x).ravel(), np.asarray(n).ravel()) for x, n in sets]
    sizes = [len(x) for x, _ in raw]
    if raw and sizes == [len(n) for _, n in raw] and min(sizes) > 0:
        try:
            x, n = check_pairs(*(np.concatenate(part) for part in zip(*raw, strict=True)))
            ends = accumulate(sizes, initial=0)
            return [(x[start:end], n[start:end]) for start, end in pairwise(ends)]
        except ValueError:
            pass
    pairs = []
    for i, (x, n) in enumerate(raw):
        try:
            pairs.append(check_pairs(x, n))
        except ValueError as error:
            msg = f"set {i} (from 0): {error}"
            raise ValueError(msg) from error
    return pairs


def _pool_padded(x: Array, n: Array, level: float, profile: bool) -> list[PooledProportion]:
    """Pool S padded sets with the binomial-normal model."""
    status, crude = find_statuses(x, n), crude_totals(x, n, level=level)
    k = (n > 0).sum(axis=1)
    ok = np.flatnonzero(status == "ok")
    columns = _glmm_columns(x[ok], n[ok], k[ok], level, profile) if ok.size else {}
    rows = (dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True))
    fitted = dict(zip(ok.tolist(), rows, strict=True))
    for i in [i for i, row in fitted.items() if not row["converged"]]:
        # Numbers of a search that was given up are no estimates.
        status[i], fitted[i] = NOT_CONVERGED, {}
    return [
        PooledProportion(
            model="glmm",
            level=level,
            status=str(status[i]),
            k=int(k[i]),
            events=crude[i].events,
            total=crude[i].total,
            crude=crude[i],
            q_df=int(k[i]) - 1,
            **fitted.get(i, {}),
        )
        for i in range(len(x))
    ]


def _glmm_columns(x: Array, n: Array, k: Array, level: float, profile: bool) -> dict[str, list[Any]]:
    """Return the fitted fields of S estimable sets, each a list of length S: numbers, flags or intervals."""
    p0 = (x.sum(axis=1) / n.sum(axis=1))[:, None]
    fits = glmm.fit_sets(x, n, np.ones((*x.shape, 1)), logit(p0))
    mu, se, tau2 = fits.beta[:, 0], np.sqrt(fits.cov[:, 0, 0]), fits.tau**2
    spread, tail = np.sqrt(se**2 + tau2), (1 - level) / 2
    z, t1 = normal_isf(tail), t_isf(tail, k - 1)
    with np.errstate(invalid="ignore"):
        t2 = t_isf(tail, k - 2)
    saturated = glmm.fixed_log_likelihood(x, n, x / np.maximum(n, 1))
    q = np.maximum(2 * (saturated - glmm.fixed_log_likelihood(x, n, p0)), 0.0)
    columns = {
        "estimate": expit(mu),
        "mu": mu,
        "se": se,
        "tau2": tau2,
        "log_likelihood": fits.log_likelihood,
        "q_lrt": q,
        "q_lrt_p": chi2_sf(q, k - 1),
        "marginal_mean": marginal_mean(mu, fits.tau),
        "converged": fits.converged,
    }
    columns = {name: values.tolist() for name, values in columns.items()}
    halves = {
        "ci": t1 * se,
        "ci_z": z * se,
        "prediction": t1 * spread,
        "prediction_z": z * spread,
        "prediction_km2": t2 * spread,
    }
    ends = {name: (expit(mu - half), expit(mu + half)) for name, half in halves.items()}
    if profile:
        low, high = expit(profile_interval(x, n, fits, level=level)).T
        ends["ci_profile"] = low, high
    pairs = {name: list(zip(low.tolist(), high.tolist(), strict=True)) for name, (low, high) in ends.items()}
    return columns | pairs


def marginal_mean(mu: Array, tau: Array) -> Array:
    """Return E[expit(mu + tau * z)], z ~ N(0, 1).

    Parameters
    ----------
    mu, tau : ndarray, shape (S,)  [logit]

    Returns
    -------
    ndarray, shape (S,)  [proportion 0-1]

    Notes
    -----
    The trapezoid rule over the whole line converges exponentially for such
    smooth integrands; the wider tau, the finer its steps.
    """
    mu, tau = np.asarray(mu, dtype=float), np.asarray(tau, dtype=float)
    mean = np.empty(tau.shape)
    # Ten digits need steps of at most 0.94 / tau; nearly all sets are content with the first.
    finest = np.maximum(np.ceil(np.log2(np.maximum(tau, 1.0) * MEAN_STEP / 0.94)), 0)
    for halvings in np.unique(finest):
        i = np.flatnonzero(finest == halvings)
        z = np.linspace(-9, 9, round(18 / MEAN_STEP) * int(2**halvings) + 1)
        weights = np.exp(-z * z / 2)
        mean[i] = expit(np.multiply.outer(tau[i], z) + mu[i, None]) @ (weights / weights.sum())
    return mean


def _pool_two_step(x: Array, n: Array, base: PooledProportion, test: str | None) -> PooledProportion:
    effects, back, tau2_method, default = TWO_STEP[base.model]
    level = base.level
    fit = pool_inverse_variance(*effects(x, n), tau2_method=tau2_method, test=test or default, level=level)

    def proportions(pair: Interval) -> Interval:
        low, high = back(np.array(pair), n)
        return float(low), float(high)

    return replace(
        base,
        estimate=float(back(np.array([fit.estimate]), n)[0]),
        mu=fit.estimate,
        se=fit.se,
        tau2=fit.tau2,
        ci=proportions(fit.ci),
        ci_z=proportions(around(fit.estimate, normal_isf((1 - level) / 2) * fit.se_wald)),
        prediction=proportions(fit.prediction),
        prediction_z=proportions(fit.prediction_z),
        converged=True,
        details=fit,
    )


def _pool_beta_binomial(x: Array, n: Array, base: PooledProportion) -> PooledProportion:
    fit, tail = fit_beta_binomial(x, n), (1 - base.level) / 2

    def limits(quantile: float) -> Interval:
        low, high = expit(around(fit.mu, quantile * fit.se))
        return float(low), float(high)

    if not fit.converged:
        return replace(base, status=NOT_CONVERGED, details=fit)
    estimate = float(expit(fit.mu))
    return replace(
        base,
        estimate=estimate,
        mu=fit.mu,
        se=fit.se,
        ci=limits(float(t_isf(tail, base.k - 1))),
        ci_z=limits(normal_isf(tail)),
        log_likelihood=fit.log_likelihood,
        marginal_mean=estimate,
        converged=True,
        details=fit,
    )


def _pool_bayes(x: Array, n: Array, base: PooledProportion, tau_scale: float) -> PooledProportion:
    if base.status == "single_study":
        return base
    fit = fit_bayes(x, n, level=base.level, tau_scale=tau_scale)
    if not fit.converged:
        return replace(base, status=NOT_CONVERGED, details=fit)
    return replace(
        base,
        status="ok",
        estimate=fit.p_median,
        mu=float(logit(fit.p_median)),
        se=NAN,
        tau2=fit.tau_median**2,
        ci=fit.p_interval,
        prediction=fit.predictive_interval,
        converged=True,
        details=fit,
    )
