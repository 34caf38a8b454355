"""Two-step (inverse-variance) pooling of effects with known variances."""

from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from livingreview.synthesis._tails import chi2_isf, chi2_sf, normal_isf, t_isf
from livingreview.synthesis._types import Array, Interval
from livingreview.synthesis._validate import check_choice

ESTIMATORS = ("EE", "DL", "REML")
TESTS = ("z", "knha", "adhoc")
_NAN_PAIR = (float("nan"), float("nan"))


@dataclass(frozen=True)
class InverseVarianceFit:
    """Pooled effect on the analysis scale (logit, log ratio, difference, ...).

    Attributes
    ----------
    k : int  effects pooled
    effects, variances, weights_percent : tuple of float, length k
        Weights sum to 100.
    estimate, se : float
        ``se`` is the Hartung-Knapp one for test "knha" or "adhoc".
    se_wald : float  model standard error, whatever the test
    ci : (low, high)  by the test: z, or t(k-1)
    tau2 : float  >= 0; 0 for the common-effect model
    tau2_ci : (low, high)  Q-profile; (0, 0) when the set is empty
    q, q_df, q_p : float, int, float  Cochran's Q and its chi-square p
    i2_percent : float  0-100
    prediction : (low, high)  estimate +- t(k-1) * sqrt(se**2 + tau2)
    prediction_z, prediction_km2 : (low, high)  the same with the normal quantile and with t(k-2)
        Of two effects the last is nan.
    """

    k: int
    effects: tuple[float, ...]
    variances: tuple[float, ...]
    weights_percent: tuple[float, ...]
    estimate: float
    se: float
    se_wald: float
    ci: Interval
    tau2: float
    tau2_ci: Interval
    q: float
    q_df: int
    q_p: float
    i2_percent: float
    prediction: Interval
    prediction_z: Interval
    prediction_km2: Interval


def pool_inverse_variance(
    y: Array, v: Array, *, tau2_method: str = "REML", test: str = "adhoc", level: float = 0.95
) -> InverseVarianceFit:
    """Pool k >= 1 effects by inverse variance.

    Parameters
    ----------
    y, v : ndarray, shape (k,)  effects and their variances > 0
    tau2_method : {"EE", "DL", "REML"}
    test : {"z", "knha", "adhoc"}
        Wald; Hartung-Knapp; Hartung-Knapp with its factor truncated at 1.
    level : float  coverage, 0-1

    Returns
    -------
    InverseVarianceFit
        With one effect: its own Wald interval, heterogeneity nan.

    Raises
    ------
    ValueError
        If tau2_method or test is not allowed.

    Source
    ------
    DerSimonian & Laird 1986, Control Clin Trials 7:177-188; Viechtbauer 2005,
    J Educ Behav Stat 30:261-293 (REML); Hartung & Knapp 2001, Stat Med
    20:3875-3889; Roever, Knapp & Friede 2015, BMC Med Res Methodol 15:99
    (truncation); Higgins & Thompson 2002, Stat Med 21:1539-1558 (I2, typical
    variance); Higgins, Thompson & Spiegelhalter 2009, J R Stat Soc A 172:137-159.
    """
    check_choice(tau2_method, ESTIMATORS, "tau2_method")
    check_choice(test, TESTS, "test")
    if len(y) == 1:
        return _single_effect(y, v, level)
    tau2 = {"EE": lambda *_: 0.0, "DL": _tau2_dl, "REML": _tau2_reml}[tau2_method](y, v)
    k, w = len(y), 1 / (v + tau2)
    estimate = float(np.sum(w * y) / np.sum(w))
    se_wald = se = float(1 / np.sqrt(np.sum(w)))
    if test != "z":
        factor = np.sum(w * (y - estimate) ** 2) / (k - 1)
        se = float(np.sqrt(max(factor, 1.0) if test == "adhoc" else factor)) * se_wald
    z, t1 = normal_isf((1 - level) / 2), float(t_isf((1 - level) / 2, k - 1))
    spread = np.sqrt(se**2 + tau2)
    q = cochran_q(y, v, 0.0)
    return InverseVarianceFit(
        k=k,
        effects=tuple(y.tolist()),
        variances=tuple(v.tolist()),
        weights_percent=tuple((100 * w / w.sum()).tolist()),
        estimate=estimate,
        se=se,
        se_wald=se_wald,
        ci=around(estimate, (z if test == "z" else t1) * se),
        tau2=tau2,
        tau2_ci=q_profile_interval(y, v, level=level),
        q=q,
        q_df=k - 1,
        q_p=float(chi2_sf(q, k - 1)),
        i2_percent=_i2_percent(v, tau2, q, tau2_method),
        prediction=around(estimate, t1 * spread),
        prediction_z=around(estimate, z * spread),
        prediction_km2=around(estimate, t_isf((1 - level) / 2, k - 2) * spread) if k > 2 else _NAN_PAIR,
    )


def around(centre: float, half: float) -> Interval:
    """Return (centre - half, centre + half) as floats."""
    return float(centre - half), float(centre + half)


def _single_effect(y: Array, v: Array, level: float) -> InverseVarianceFit:
    nan, se = float("nan"), float(np.sqrt(v[0]))
    return InverseVarianceFit(
        k=1,
        effects=tuple(y.tolist()),
        variances=tuple(v.tolist()),
        weights_percent=(100.0,),
        estimate=float(y[0]),
        se=se,
        se_wald=se,
        ci=around(y[0], normal_isf((1 - level) / 2) * se),
        tau2=nan,
        tau2_ci=_NAN_PAIR,
        q=nan,
        q_df=0,
        q_p=nan,
        i2_percent=nan,
        prediction=_NAN_PAIR,
        prediction_z=_NAN_PAIR,
        prediction_km2=_NAN_PAIR,
    )


def cochran_q(y: Array, v: Array, tau2: float) -> float:
    """Return the weighted sum of squares about the weighted mean, weights 1/(v + tau2)."""
    w = 1 / (v + tau2)
    return float(np.sum(w * (y - np.sum(w * y) / np.sum(w)) ** 2))


def _tau2_dl(y: Array, v: Array) -> float:
    w = 1 / v
    spare = np.sum(w) - np.sum(w**2) / np.sum(w)
    return max(0.0, float((cochran_q(y, v, 0.0) - (len(y) - 1)) / spare))


def _reml_log_likelihood(y: Array, v: Array, tau2: float) -> float:
    w = 1 / (v + tau2)
    return float(0.5 * (np.sum(np.log(w)) - np.log(np.sum(w)) - cochran_q(y, v, tau2)))


def _reml_score(tau2: npt.ArrayLike, y: Array, v: Array) -> Array:
    """Return the slope of the restricted log-likelihood, shape of tau2."""
    w = 1 / (v + np.asarray(tau2)[..., None])
    total = w.sum(axis=-1)
    resid = y - ((w * y).sum(axis=-1) / total)[..., None]
    slope: Array = 0.5 * ((w**2 * resid**2).sum(axis=-1) - total + (w**2).sum(axis=-1) / total)
    return slope


def _tau2_reml(y: Array, v: Array) -> float:
    """Return the highest restricted maximum: every fall through zero of the score, and 0."""
    from scipy.optimize import brentq  # not at the top: slow to import, rarely needed

    # No maximum lies beyond the squared range: there each (y - mean)**2 < v + tau2.  Below the smallest
    # variance nothing changes any more; in between there may be several, on any scale.
    top, candidates = 2 * float(np.ptp(y)) ** 2, [0.0]
    if top == 0:
        return 0.0
    least = min(1e-6 * top, 1e-2 * float(v.min()))
    grid = np.concatenate([[0.0], np.geomspace(least, top, int(20 * np.log10(top / least)) + 1)])
    score = _reml_score(grid, y, v)
    for i in np.flatnonzero((score[:-1] > 0) & (score[1:] <= 0)):
        ends, near = (grid[i], grid[i + 1]), 1e-14 * grid[i + 1]
        candidates.append(float(brentq(_reml_score, *ends, args=(y, v), xtol=near, rtol=1e-13)))
    return max(candidates, key=lambda tau2: _reml_log_likelihood(y, v, tau2))


def _i2_percent(v: Array, tau2: float, q: float, tau2_method: str) -> float:
    df, w = len(v) - 1, 1 / v
    if tau2_method == "EE":
        return float(100 * max(0.0, (q - df) / q)) if q > 0 else 0.0
    typical = df * np.sum(w) / (np.sum(w) ** 2 - np.sum(w**2))
    return float(100 * tau2 / (tau2 + typical))


def q_profile_interval(y: Array, v: Array, *, level: float = 0.95) -> Interval:
    """Return the Q-profile interval of tau2.

    Parameters
    ----------
    y, v : ndarray, shape (k,), k >= 2  effects and variances
    level : float  coverage, 0-1

    Returns
    -------
    (low, high) : float  >= 0; (0, 0) when even tau2 = 0 leaves Q below the set

    Source
    ------
    Viechtbauer 2007, Stat Med 26:37-52.
    """
    tail, df = (1 - level) / 2, len(y) - 1
    return (
        _q_root(y, v, chi2_isf(tail, df)),
        _q_root(y, v, chi2_isf(1 - tail, df)),
    )


def _q_root(y: Array, v: Array, target: float) -> float:
    """Return the tau2 >= 0 at which the generalised Q has fallen to target."""
    from scipy.optimize import brentq  # not at the top: slow to import, rarely needed

    if cochran_q(y, v, 0.0) <= target:
        return 0.0
    high, near = float(np.ptp(y)) ** 2, 1e-12 * float(v.min())
    while cochran_q(y, v, high) > target:
        high *= 4
    excess = partial(_q_excess, y, v, target)
    return float(brentq(excess, 0.0, high, xtol=near, rtol=1e-12, maxiter=1000))


def _q_excess(y: Array, v: Array, target: float, tau2: float) -> float:
    return cochran_q(y, v, tau2) - target
