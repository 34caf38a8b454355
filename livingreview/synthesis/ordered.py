"""Nested responses in one model: complete remission within CR/CRh within CR/CRh/CRi.

Reports of one treatment give one level or another. The widest level is a binomial-normal proportion of the
patients treated, each stricter one a share of the next wider. A study that reports some of the levels adds
what it says of these, so that none has to be left out for the level it chose. Both parts vary between studies
and may do so together.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit, ndtri

from livingreview.synthesis._nested import FINE_NODES, NEARLY_ONE, Terms, log_likelihood
from livingreview.synthesis._tails import t_isf
from livingreview.synthesis._types import Array, Interval
from livingreview.synthesis._validate import as_counts, check_as_many, check_level, design_matrix
from livingreview.synthesis.results import NAN_PAIR, NOT_CONVERGED, Pooled

NODES = 9  # a side of the product rule in the search; its end takes more
SEPARATED = 8.0  # [logit] beyond which, of all patients that studies have, none is to be expected
SETTLED = 5e-3  # largest slope of the log-likelihood that counts as a maximum
FLAT = 1e-5  # largest slope at which a search ends
LAST_STEPS = 10  # of the search's end
STARTS = ((0.3, 0.3), (1.0, 0.3), (0.3, 1.0))
LEAST_PAIRS = 3  # studies that report two levels, from which on the shares may vary between studies
DRAWS = 16384  # a power of 2, as the Sobol sequence asks; fewer leave the limits a percent of their own
NO_ARRAY = np.empty(0)
Objective = Callable[[Array], tuple[float, Array]]


@dataclass(frozen=True, kw_only=True)
class OrderedFit(Pooled):
    """The nested levels of a response, fitted together.

    Attributes
    ----------
    status : {"ok", "too_few_studies", "no_events", "all_events", "separated", "not_converged"}
        Other than "ok": refused, estimates are nan. "separated": a level holds all of the next wider one, or
        a moderator goes with all or none, so that no finite value is the best.
    levels : tuple of str
        The strictest first.
    moderators : tuple of str
        Of the widest level.
    tau2 : float
        Between studies, of the widest level [logit].
    share_tau2, correlation : float
        Between studies, of the share of a level in the next wider [logit], and how it goes with the widest
        level; both 0 where fewer than three studies report two levels.
    log_likelihood : float
        Without the binomial coefficients.
    """

    levels: tuple[str, ...]
    moderators: tuple[str, ...] = ()
    share_tau2: float = float("nan")
    correlation: float = float("nan")
    log_likelihood: float = float("nan")
    theta: Array = field(default_factory=lambda: NO_ARRAY, repr=False, compare=False)
    covariance: Array = field(default_factory=lambda: NO_ARRAY, repr=False, compare=False)

    def median(self, response: str, **values: float) -> tuple[float, Interval]:
        """The proportion with this level or a stricter one in the median study, with its t interval (0-1).

        Raises
        ------
        ValueError
            If there is no such level, or a moderator has no value.
        """
        place, row = self._find(response, values)
        if self.status != "ok":
            return float("nan"), NAN_PAIR
        centre, slope = self._linear(place, row)
        value, low, high = expit(self._around(centre, float(slope @ self.covariance @ slope))).tolist()
        return value, (low, high)

    def share(self, response: str) -> tuple[float, Interval]:
        """Of those with the next wider level, the proportion with this one in the median study (0-1).

        With its t interval; whatever the moderators are, since they move the widest level alone.

        Raises
        ------
        ValueError
            If there is no such level, or it is the widest.
        """
        if response not in self.levels[:-1]:
            msg = f"expected one of {', '.join(self.levels[:-1])}; found {response!r}"
            raise ValueError(msg)
        if self.status != "ok":
            return float("nan"), NAN_PAIR
        place = self.levels.index(response)
        value, low, high = expit(self._around(self.theta[place], self.covariance[place, place])).tolist()
        return value, (low, high)

    def odds_ratio(self, moderator: str) -> tuple[float, float, float]:
        """The odds ratio of the widest level for one more of a moderator, with its t interval.

        Raises
        ------
        ValueError
            If there is no such moderator.
        """
        if moderator not in self.moderators:
            msg = f"expected one of {', '.join(self.moderators)}; found {moderator!r}"
            raise ValueError(msg)
        if self.status != "ok":
            return float("nan"), *NAN_PAIR
        place = len(self.levels) + self.moderators.index(moderator)
        value, low, high = np.exp(self._around(self.theta[place], self.covariance[place, place])).tolist()
        return value, low, high

    def _around(self, centre: float, variance: float) -> Array:
        """A value of the linear scale and the limits of its t interval."""
        half = float(t_isf((1 - self.level) / 2, max(self.k - 1, 1))) * variance**0.5
        found: Array = centre + np.array([0.0, -half, half])
        return found

    def new_study(self, response: str, **values: float) -> Interval:
        """Where the proportion of a new study of this treatment would be expected (0-1).

        Draws of a Sobol sequence, the same every time, through the uncertainty of every parameter.
        """
        place, row = self._find(response, values)
        if self.status != "ok":
            return NAN_PAIR
        from scipy.stats import qmc  # not at the top: slow to import, in every process that builds a page

        size = len(self.theta)
        points = ndtri(qmc.Sobol(size + 2, rng=np.random.default_rng(1)).random(DRAWS).clip(1e-9, 1 - 1e-9))
        values_, vectors = np.linalg.eigh(self.covariance)
        # The symmetric root: another would turn with the signs of the vectors, which a last digit decides.
        root = (vectors * np.sqrt(np.maximum(values_, 0))) @ vectors.T
        scale = float(t_isf((1 - self.level) / 2, max(self.k - 1, 1))) / ndtri((1 + self.level) / 2)
        drawn = self.theta + scale * points[:, :size] @ root
        shares = len(self.levels) - 1
        first, both, other = drawn[:, -3], drawn[:, -2], drawn[:, -1]
        wide = drawn[:, shares:-3] @ row + scale * first * points[:, size]
        sharing = scale * (both * points[:, size] + other * points[:, size + 1])
        logs = -np.logaddexp(0, -wide)
        for share in range(place, shares):
            logs -= np.logaddexp(0, -(drawn[:, share] + sharing))
        low, high = np.quantile(np.exp(logs), [(1 - self.level) / 2, (1 + self.level) / 2])
        return float(low), float(high)

    def _find(self, response: str, values: Mapping[str, float]) -> tuple[int, Array]:
        if response not in self.levels:
            msg = f"expected one of {', '.join(self.levels)}; found {response!r}"
            raise ValueError(msg)
        if set(values) != set(self.moderators):
            msg = f"expected a value for each of {', '.join(self.moderators)}; found {', '.join(values)}"
            raise ValueError(msg)
        row = np.array([1.0, *(values[name] for name in self.moderators)])
        return self.levels.index(response), row

    def _linear(self, place: int, row: Array) -> tuple[float, Array]:
        """The logit of the median study's proportion, and its slope in the parameters."""
        shares = len(self.levels) - 1
        etas = np.append(self.theta[place:shares], self.theta[shares:-3] @ row)
        log_p = -np.logaddexp(0, -etas).sum()
        centre = log_p - np.log(-np.expm1(min(log_p, NEARLY_ONE)))
        along = (1 - expit(etas)) / -np.expm1(min(log_p, NEARLY_ONE))
        slope = np.zeros(len(self.theta))
        slope[place:shares] = along[:-1]
        slope[shares:-3] = along[-1] * row
        return float(centre), slope


def fit_ordered(
    counts: Mapping[str, npt.ArrayLike],
    totals: npt.ArrayLike,
    *,
    moderators: Mapping[str, npt.ArrayLike] | None = None,
    level: float = 0.95,
) -> OrderedFit:
    """Fit nested responses of several studies by maximum likelihood.

    Parameters
    ----------
    counts : mapping of str to array-like, shape (k,)
        Patients with each level or a stricter one, the strictest level first; nan where a study does not
        report it. Each study reports one level at least.
    totals : array-like of int, shape (k,)  [patients]
    moderators : mapping of str to array-like of float, shape (k,), optional
        What is known of each study; they move the widest level.
    level : float  coverage of the intervals, 0-1

    Returns
    -------
    OrderedFit

    Raises
    ------
    ValueError
        Naming the level and the position of a count that cannot be: no whole number, more than the patients
        or than a wider level; a study without any; a moderator of another length, that is the same in all
        studies or follows from the others.

    Source
    ------
    Continuation-ratio logits with study effects as in Chu & Cole 2006, J Clin Epidemiol 59:1331-1332 (the
    bivariate binomial-normal model); marginal likelihood by adaptive Gauss-Hermite quadrature in two
    dimensions (Pinheiro & Bates 1995), its slope by the moments of the integrand (Louis 1982).
    """
    level, moderators = check_level(level), dict(moderators or {})
    terms, pairs, widest = _read(counts, totals, moderators)
    names, k = tuple(counts), len(terms.events)

    def refuse(status: str) -> OrderedFit:
        return OrderedFit(status=status, levels=names, moderators=tuple(moderators), k=k, level=level)

    if k < 2 + len(moderators):
        return refuse("too_few_studies")
    rate = widest[0] / widest[1]
    if rate in (0, 1):
        return refuse("no_events" if rate == 0 else "all_events")
    free = _free_parameters(len(names), len(moderators), pairs)
    found = _search(terms, free, rate)
    if found is None:
        return refuse(NOT_CONVERGED)
    theta, covariance, top = found
    if _is_separated(terms, theta):
        return refuse("separated")
    first, both, other = theta[-3:]
    share_tau2 = float(both**2 + other**2)
    return replace(
        refuse("ok"),
        converged=True,
        tau2=float(first**2),
        share_tau2=share_tau2,
        correlation=float(np.sign(first) * both / np.sqrt(share_tau2)) if share_tau2 and first else 0.0,
        log_likelihood=top,
        theta=theta,
        covariance=covariance,
    )


def _read(
    counts: Mapping[str, npt.ArrayLike], totals: npt.ArrayLike, moderators: Mapping[str, npt.ArrayLike]
) -> tuple[Terms, int, tuple[float, float]]:
    """The binomials of each study, how many studies report two levels, and the crude widest response."""
    n = as_counts(totals, "totals")
    table = np.stack([_read_level(name, values, n) for name, values in counts.items()], axis=1)
    known = ~np.isnan(table)
    lacking = np.flatnonzero(~known.any(axis=1))
    if lacking.size:
        msg = f"study at position {lacking[0]} (from 0) reports no level; leave it out"
        raise ValueError(msg)
    k, levels = table.shape
    events, patients, made_of = np.zeros((k, levels)), np.zeros((k, levels)), np.zeros((k, levels, levels))
    crude = np.zeros(2)
    for i in range(k):
        above, top = n[i], levels - 1
        reported = np.flatnonzero(known[i])[::-1]
        crude += table[i, reported[0]], n[i]
        for place in reported:
            if table[i, place] > above:
                msg = f"study at position {i} (from 0): {list(counts)[place]} exceeds the level around it"
                raise ValueError(msg)
            events[i, place], patients[i, place] = table[i, place], above
            made_of[i, place, place : top + 1] = 1
            above, top = table[i, place], place - 1
    pairs = int((known.sum(axis=1) > 1).sum())
    design = design_matrix(moderators, n, "totals")
    return Terms(events, patients, made_of, design), pairs, (crude[0], crude[1])


def _read_level(name: str, values: npt.ArrayLike, n: Array) -> Array:
    column = np.atleast_1d(np.asarray(values, dtype=float))
    check_as_many(column, name, n, "totals")
    as_counts(np.where(np.isnan(column), 0, column), name)
    return column


def _free_parameters(levels: int, moderators: int, pairs: int) -> npt.NDArray[np.bool_]:
    """Which parameters are sought: the spread of the shares only where enough studies report two levels."""
    free = np.ones(levels + moderators + 3, dtype=bool)
    if levels == 1 or pairs < LEAST_PAIRS:
        free[-2:] = False
    return free


def _search(terms: Terms, free: npt.NDArray[np.bool_], rate: float) -> tuple[Array, Array, float] | None:
    """The first search that settles, finished with more nodes, with its covariance; None where none does."""
    shares = terms.events.shape[1] - 1
    modes = np.zeros((len(terms.events), 2))

    def fall_with(nodes: int) -> Objective:
        def fall(part: Array) -> tuple[float, Array]:
            theta = np.zeros(len(free))
            theta[free] = part
            value, slope = log_likelihood(terms, theta, nodes, modes)
            return -value, -slope[free]

        return fall

    coarse, fine = fall_with(NODES), fall_with(FINE_NODES)
    for first, other in STARTS if free[-1] else STARTS[:1]:
        start = np.zeros(len(free))
        start[:shares], start[shares], start[-3], start[-1] = 1.0, logit(rate), first, other
        near = _descend(coarse, start[free])
        part, value, slope = _finish(fine, near, _inverse_curvature(coarse, near))
        if np.abs(slope).max() <= SETTLED:
            theta, covariance = np.zeros(len(free)), np.zeros((len(free), len(free)))
            theta[free] = part
            covariance[np.ix_(free, free)] = _inverse_curvature(fine, part)
            return theta, covariance, -value
    return None


def _is_separated(terms: Terms, theta: Array) -> bool:
    """Whether a median study's share or widest level is all or nothing: its slope is then flat, not known."""
    shares = terms.events.shape[1] - 1
    return bool(np.abs(np.append(theta[:shares], terms.design @ theta[shares:-3])).max() > SEPARATED)


def _descend(fall: Objective, start: Array) -> Array:
    from scipy.optimize import minimize  # not at the top: slow to import

    found: Array = minimize(fall, start, jac=True, method="BFGS", options={"gtol": FLAT, "maxiter": 200}).x
    return found


def _finish(fall: Objective, near: Array, inverse: Array) -> tuple[Array, float, Array]:
    """The minimum beside `near`, its value and slope: by Newton steps of one curvature, else by a descent.

    A line search would stop short of it, since so near to it the values differ by less than their rounding.
    """
    part, (value, slope) = near, fall(near)
    for _ in range(LAST_STEPS):
        if np.abs(slope).max() < FLAT:
            return part, value, slope
        trial = part - inverse @ slope
        next_value, next_slope = fall(trial)
        if np.abs(next_slope).max() > np.abs(slope).max():
            break
        part, value, slope = trial, next_value, next_slope
    part = _descend(fall, near)
    return part, *fall(part)


def _inverse_curvature(fall: Objective, part: Array) -> Array:
    """The inverse of the observed information; a flat direction, as at a spread of 0, counts as known."""
    step = 1e-4
    rows = [
        (fall(part + step * unit)[1] - fall(part - step * unit)[1]) / (2 * step) for unit in np.eye(len(part))
    ]
    curvature = (np.array(rows) + np.array(rows).T) / 2
    values, vectors = np.linalg.eigh(curvature)
    kept = np.where(values > 1e-6, 1 / np.maximum(values, 1e-6), 0)
    inverse: Array = (vectors * kept) @ vectors.T
    return inverse
