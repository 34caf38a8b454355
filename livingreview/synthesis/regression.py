"""Proportions explained by what differs between studies: the binomial-normal model with moderators."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

from livingreview.synthesis import glmm
from livingreview.synthesis._tails import chi2_sf, normal_isf
from livingreview.synthesis._types import Array, Interval
from livingreview.synthesis._validate import check_level, check_pairs, design_matrix
from livingreview.synthesis.inverse_variance import around
from livingreview.synthesis.results import NAN, NAN_PAIR, NOT_CONVERGED, Pooled

SEPARATED = 25.0  # [logit] a linear predictor beyond which a proportion is 0 or 1: no finite maximum
NO_DESIGN = np.empty((0, 0))


@dataclass(frozen=True)
class Coefficient:
    """A coefficient with its standard error [logit], and the odds ratio with its Wald z interval."""

    estimate: float
    se: float
    odds_ratio: float
    odds_ratio_ci: Interval


@dataclass(frozen=True, kw_only=True)
class ProportionRegression(Pooled):
    """The binomial-normal model with study-level moderators.

    Attributes
    ----------
    status : {"ok", "too_few_studies", "no_events", "all_events", "separated", "not_converged"}
        Other than "ok": refused, estimates are nan. "separated": some value of the moderators goes with no
        event, or with nothing but events, so that no finite coefficient is the best.
    intercept : Coefficient
        Its odds ratio is the odds where every moderator is 0.
    coefficients : dict of str to Coefficient
        By moderator, in the order given; an odds ratio is per unit of the moderator.
    tau2 : float
        What the moderators leave unexplained [logit].
    log_likelihood : float
        With the binomial coefficients.
    lrt_chi2, lrt_df, lrt_p : float, int, float
        With all moderators against with none.
    """

    intercept: Coefficient | None = None
    coefficients: dict[str, Coefficient] = field(default_factory=dict)
    log_likelihood: float = NAN
    lrt_chi2: float = NAN
    lrt_df: int = 0
    lrt_p: float = NAN
    covariance: Array = field(default_factory=lambda: NO_DESIGN, repr=False, compare=False)

    def predict(self, **values: float) -> tuple[float, Interval]:
        """The median proportion of studies with these values of the moderators, with its interval (0-1).

        Raises
        ------
        ValueError
            If a moderator has no value, or there is no such moderator.
        """
        if self.intercept is None:
            return NAN, NAN_PAIR
        if set(values) != set(self.coefficients):
            msg = f"expected a value for each of {', '.join(self.coefficients)}; found {', '.join(values)}"
            raise ValueError(msg)
        row = np.array([1.0, *(values[name] for name in self.coefficients)])
        beta = [self.intercept.estimate, *(item.estimate for item in self.coefficients.values())]
        centre = float(row @ beta)
        half = normal_isf((1 - self.level) / 2) * float(np.sqrt(row @ self.covariance @ row))
        low, high = expit(around(centre, half)).tolist()
        return float(expit(centre)), (low, high)


def fit_proportions(
    events: npt.ArrayLike,
    totals: npt.ArrayLike,
    *,
    moderators: Mapping[str, npt.ArrayLike],
    level: float = 0.95,
) -> ProportionRegression:
    """Fit the binomial-normal model with study-level moderators by maximum likelihood.

    Parameters
    ----------
    events, totals : array-like of int, shape (k,)  [patients]
    moderators : mapping of str to array-like of float, shape (k,)
        What is known of each study, in any unit; the more so centred, the more the intercept says.
    level : float  coverage of the intervals, 0-1

    Returns
    -------
    ProportionRegression

    Raises
    ------
    ValueError
        As :func:`pool_proportions`; or if a moderator has another length, is no finite number (names the
        position), is the same in all studies, or follows from the others.

    Source
    ------
    Stijnen, Hamza & Ozdemir 2010, Stat Med 29:3046-3067, with study-level covariates; likelihood-ratio test
    of all of them together. Associations between studies are ecological: they need not hold within one.
    """
    x, n = check_pairs(events, totals)
    level, design = check_level(level), design_matrix(moderators, x, "events")
    status, beta0 = _start(x, n, design)
    refused = ProportionRegression(status=status, k=len(x), level=level)
    if status != "ok":
        return refused
    sets = x[None], n[None]
    fit = glmm.fit_sets(*sets, design[None], beta0[None])
    null = glmm.fit_sets(*sets, design[None, :, :1], np.array([[logit(x.sum() / n.sum())]]))
    if not (fit.converged[0] and null.converged[0]):
        return ProportionRegression(status=NOT_CONVERGED, k=len(x), level=level)
    z = normal_isf((1 - level) / 2)
    found = [
        Coefficient(b, se, float(np.exp(b)), tuple(np.exp(around(b, z * se)).tolist()))
        for b, se in zip(fit.beta[0].tolist(), np.sqrt(np.diag(fit.cov[0])).tolist(), strict=True)
    ]
    lrt = max(0.0, float(2 * (fit.log_likelihood[0] - null.log_likelihood[0])))
    return ProportionRegression(
        status=status,
        k=len(x),
        level=level,
        tau2=float(fit.tau[0] ** 2),
        converged=True,
        intercept=found[0],
        coefficients=dict(zip(moderators, found[1:], strict=True)),
        log_likelihood=float(fit.log_likelihood[0]),
        lrt_chi2=lrt,
        lrt_df=len(found) - 1,
        lrt_p=float(chi2_sf(lrt, len(found) - 1)),
        covariance=fit.cov[0],
    )


def _start(x: Array, n: Array, design: Array) -> tuple[str, Array]:
    """The ordinary logistic solution (tau = 0), or why the set is refused."""
    beta = np.zeros(design.shape[1])
    if len(x) < design.shape[1] + 1:
        return "too_few_studies", beta
    if x.sum() == 0 or x.sum() == n.sum():
        return "no_events" if x.sum() == 0 else "all_events", beta
    # Newton on columns of one size: a year and a share of patients may differ by a thousand.
    size = np.abs(design).max(axis=0)
    scaled = design / size
    beta[0] = logit(x.sum() / n.sum())
    for _ in range(100):
        p = expit(scaled @ beta)
        information = (scaled * (n * p * (1 - p))[:, None]).T @ scaled
        if np.linalg.cond(information) > 1e14:
            return "separated", beta
        step = np.linalg.solve(information, scaled.T @ (x - n * p))
        beta = beta + step
        if np.abs(scaled @ beta).max() > SEPARATED:
            return "separated", beta
        if np.abs(step).max() < 1e-11:
            return "ok", beta / size
    return NOT_CONVERGED, beta / size
