"""What pooling returns."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from livingreview.synthesis._types import Array, Interval
from livingreview.synthesis.bayes import BayesFit
from livingreview.synthesis.betabinomial import BetaBinomialFit
from livingreview.synthesis.intervals import proportion_interval
from livingreview.synthesis.inverse_variance import InverseVarianceFit

NAN = float("nan")
NAN_PAIR: Interval = (NAN, NAN)
STATUSES = ("ok", "single_study", "no_events", "all_events", "tau2_not_identifiable")
NOT_CONVERGED = "not_converged"


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


@dataclass(frozen=True, kw_only=True)
class Pooled:
    """What every pooled result says of itself.

    Whatever a model does not define, and every estimate when ``status`` refuses
    the set, is nan.

    Attributes
    ----------
    status : str
        "ok", or why nothing was pooled; the words are those of each result.
        "not_converged": the fit was sought and not found, so its numbers are withheld.
    level : float  coverage of every interval, 0-1
    k : int  studies that enter the estimate
    tau2 : float  between-study variance, analysis scale
    converged : bool  whether the fit was found; always so where ``status`` is "ok"
    """

    status: str
    level: float
    k: int
    tau2: float = NAN
    converged: bool = False


@dataclass(frozen=True, kw_only=True)
class PooledValue(Pooled):
    """A pooled value with its intervals.

    Attributes
    ----------
    se : float  standard error, analysis scale
    ci, prediction : (low, high)  of the value and of a new study, reported scale
    q_df : int  degrees of freedom of the test of heterogeneity
    """

    se: float = NAN
    ci: Interval = NAN_PAIR
    prediction: Interval = NAN_PAIR
    q_df: int = 0


@dataclass(frozen=True, kw_only=True)
class PooledProportion(PooledValue):
    """One pooled set of single-arm proportions.

    When ``status`` is not "ok" everything but the counts and the crude total is nan;
    ``details`` keep what a fit that did not converge had come to.

    Attributes
    ----------
    model : str
    status : {"ok", "single_study", "no_events", "all_events", "tau2_not_identifiable", "not_converged"}
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
    details : InverseVarianceFit, BetaBinomialFit, BayesFit or None
    """

    model: str
    events: int
    total: int
    crude: CrudeTotal
    estimate: float = NAN
    mu: float = NAN
    ci_z: Interval = NAN_PAIR
    ci_profile: Interval = NAN_PAIR
    prediction_z: Interval = NAN_PAIR
    prediction_km2: Interval = NAN_PAIR
    log_likelihood: float = NAN
    q_lrt: float = NAN
    q_lrt_p: float = NAN
    marginal_mean: float = NAN
    details: InverseVarianceFit | BetaBinomialFit | BayesFit | None = None


@dataclass(frozen=True, kw_only=True)
class PooledEffect(PooledValue):
    """Pooled comparison or landmark.

    Attributes
    ----------
    method, test, scale : str  ``scale`` names the way back: "exp", "none", ...
    status : {"ok", "single_study", "not_estimable"}
        "single_study": only one study informs; its own interval is given, that of
        :func:`two_by_two` for counts.
    reason : str  why it is not estimable, else ""
        "no_events", "all_events": in both arms of every study; "no_information": the
        one in some studies, the other in the rest; "one_arm_only": the pooled ratio is
        0 or without limit; "no_variation": the pooled difference has no error.
    k_given, k : int  studies given, and those that enter the estimate
    estimate, se : float  analysis scale (log ratio, difference, log(-log S))
    effect, ci : float, (low, high)  reported scale
    tau2, tau2_ci, q, q_df, q_p, i2_percent : heterogeneity, analysis scale;
        nan for Mantel-Haenszel and Peto
    prediction, prediction_km2 : (low, high)  of a new study, reported scale, t(k-1) and t(k-2)
    details : InverseVarianceFit or None  with effects, variances and weights
    """

    method: str
    test: str
    scale: str
    k_given: int
    reason: str = ""
    estimate: float = NAN
    effect: float = NAN
    tau2_ci: Interval = NAN_PAIR
    q: float = NAN
    q_p: float = NAN
    i2_percent: float = NAN
    prediction_km2: Interval = NAN_PAIR
    details: InverseVarianceFit | None = None


@dataclass(frozen=True)
class TwoByTwo:
    """One study with two arms: ratios, difference and exact test.

    risk_ratio, odds_ratio (Wald on the log scale) and risk_difference (Newcombe),
    each with its interval; fisher_p two-sided.
    status, reason: of the ratios, the words of :class:`PooledEffect`; "not_estimable",
    with "no_events" or "all_events", leaves them nan.
    corrected, odds_ratio_corrected: 0.5 was added to the cells for the risk ratio, for
    the odds ratio.
    """

    status: str
    reason: str
    risk_ratio: float
    risk_ratio_ci: Interval
    odds_ratio: float
    odds_ratio_ci: Interval
    risk_difference: float
    risk_difference_ci: Interval
    fisher_p: float
    corrected: bool
    odds_ratio_corrected: bool


@dataclass(frozen=True, kw_only=True)
class LevelComparison(Pooled):
    """Binomial-normal model with one binary study-level moderator.

    Attributes
    ----------
    status : {"ok", "single_study", "no_events", "all_events", "tau2_not_identifiable", "not_converged"}
        Other than "ok": refused, estimates are nan.  "no_events" and
        "all_events" may concern one level only.
    k : int  studies; k_levels : (int, int)  studies at level 0 and 1
    b0, b1, se_b0, se_b1 : float  [logit]; b1 is level 1 less level 0
    tau2 : float  common to both levels [logit]
    odds_ratio, odds_ratio_ci : float, (low, high)  Wald z
    p_level0, p_level1 : float  median proportions 0-1
    lrt_chi2, lrt_df, lrt_p : float, int, float  with against without the moderator
    """

    k_levels: tuple[int, int]
    b0: float = NAN
    b1: float = NAN
    se_b0: float = NAN
    se_b1: float = NAN
    odds_ratio: float = NAN
    odds_ratio_ci: Interval = NAN_PAIR
    p_level0: float = NAN
    p_level1: float = NAN
    lrt_chi2: float = NAN
    lrt_df: ClassVar[int] = 1
    lrt_p: float = NAN


def find_statuses(x: Array, n: Array) -> npt.NDArray[np.str_]:
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


def crude_totals(x: Array, n: Array, *, level: float) -> list[CrudeTotal]:
    """Return the CrudeTotal of each of S sets, shape (S, K) each."""
    events, total = x.sum(axis=1), n.sum(axis=1)
    low, high = proportion_interval(events, total, level=level)
    columns = (events.astype(int), total.astype(int), events / total, low, high)
    return [CrudeTotal(*row) for row in zip(*(c.tolist() for c in columns), strict=True)]
