"""What pooling proportions returns."""

from dataclasses import dataclass

import numpy as np

from livingreview.synthesis.bayes import BayesFit
from livingreview.synthesis.betabinomial import BetaBinomialFit
from livingreview.synthesis.intervals import proportion_interval
from livingreview.synthesis.inverse_variance import InverseVarianceFit

NAN = float("nan")
NAN_PAIR = (NAN, NAN)
STATUSES = ("ok", "single_study", "no_events", "all_events", "tau2_not_identifiable")


@dataclass(frozen=True)
class CrudeTotal:
    """All patients added up, with the Clopper-Pearson interval; not a pooled estimate.

    events, total [patients]; proportion, low, high [0-1].
    """

    events: int
    total: int
    proportion: float
    low: float
    high: float


@dataclass(frozen=True)
class PooledProportion:
    """One pooled set of single-arm proportions.

    Whatever a model does not define, and everything but the counts and the crude
    total when ``status`` is not "ok", is nan.

    Attributes
    ----------
    model : str
    level : float  coverage of every interval
    status : {"ok", "single_study", "no_events", "all_events", "tau2_not_identifiable"}
    k, events, total : int  studies and patients
    crude : CrudeTotal  always present
    estimate : float  [proportion 0-1]
        Median over studies for "glmm" and "bayes", mean for "beta-binomial".
    mu, se : float  estimate and standard error [logit; arcsine for those models]
    tau2 : float  between-study variance on that scale; posterior median squared for "bayes"
    ci : (low, high)  [proportion 0-1]
        t(k-1) for "glmm" and "beta-binomial"; by the test for two-step models;
        the credible interval for "bayes".
    ci_z : (low, high)  Wald z
    ci_profile : (low, high)  profile likelihood ("glmm" only)
    prediction : (low, high)  proportion of a new study, t(k-1); predictive for "bayes"
    prediction_z, prediction_km2 : (low, high)  the same with z and with t(k-2)
    log_likelihood : float  with the binomial coefficients
    q_lrt, q_df, q_lrt_p : float, int, float
        Likelihood-ratio heterogeneity test: saturated against common-proportion model.
    marginal_mean : float  population-average proportion E[expit(mu + tau*z)]
    converged : bool
    details : InverseVarianceFit, BetaBinomialFit, BayesFit or None
    """

    model: str
    level: float
    status: str
    k: int
    events: int
    total: int
    crude: CrudeTotal
    estimate: float = NAN
    mu: float = NAN
    se: float = NAN
    tau2: float = NAN
    ci: tuple = NAN_PAIR
    ci_z: tuple = NAN_PAIR
    ci_profile: tuple = NAN_PAIR
    prediction: tuple = NAN_PAIR
    prediction_z: tuple = NAN_PAIR
    prediction_km2: tuple = NAN_PAIR
    log_likelihood: float = NAN
    q_lrt: float = NAN
    q_df: int = 0
    q_lrt_p: float = NAN
    marginal_mean: float = NAN
    converged: bool = False
    details: InverseVarianceFit | BetaBinomialFit | BayesFit | None = None


def find_statuses(x, n):
    """Return why each of S sets cannot be pooled, or "ok".

    Parameters
    ----------
    x, n : ndarray, shape (S, K)  events and patients; padding studies have n = 0

    Returns
    -------
    ndarray of str, shape (S,)

    Notes
    -----
    If every study is 0/n or n/n and both kinds occur, the likelihood of the
    binomial-normal model stays below (a/k)**a * (b/k)**b and nears it only as
    tau grows without limit (a studies with only, b with no events); if all
    n = 1 every tau reaches it.  Either way tau2 has no maximum-likelihood value.
    """
    events, total = x.sum(axis=1), n.sum(axis=1)
    extreme = ((x == 0) | (x == n)).all(axis=1)
    conditions = [(n > 0).sum(axis=1) < 2, events == 0, events == total, extreme]
    return np.select(conditions, STATUSES[1:], default="ok")


def crude_totals(x, n, *, level):
    """Return the CrudeTotal of each of S sets, shape (S, K) each."""
    events, total = x.sum(axis=1), n.sum(axis=1)
    low, high = proportion_interval(events, total, level=level)
    columns = (events.astype(int), total.astype(int), events / total, low, high)
    return [CrudeTotal(*row) for row in zip(*(c.tolist() for c in columns), strict=True)]
