"""The likelihood of nested responses: each study's binomials, summed over its two effects."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from livingreview.synthesis._types import Array, Flags, Index

FINE_NODES = 23  # a side of the product rule
MODE_STEPS = 100
MODE_SETTLED = 1e-7  # largest step of a search of modes that counts as its end
LEAST_CURVED = 0.1  # observed information below which the expected one, which is 1 or more, takes its place
NEARLY_ONE = -1e-13  # largest logarithm of a probability


@dataclass(frozen=True)
class Binomials:
    """Studies whose events are a binomial of the same factors, all from `first` to `last`.

    Their places among all studies, and their events and patients as (r, 1, 1).
    """

    rows: Index
    first: int
    last: int
    events: Array
    patients: Array


@dataclass(frozen=True)
class Terms:
    """What each study says, as binomials: events and patients (k, T), and of which factors each is a product.

    Factors are the shares, the strictest first, and last the widest level; `made_of` is (k, T, L) of 0 and 1.
    """

    events: Array
    patients: Array
    made_of: Array
    design: Array

    @cached_property
    def alike(self) -> tuple[Binomials, ...]:
        """The same, the studies of which a binomial has the same factors together."""
        found = []
        levels = self.made_of.shape[2]
        for first in range(levels):
            for last in range(first, levels):
                factors = np.zeros(levels)
                factors[first : last + 1] = 1
                study, term = np.nonzero((self.made_of == factors).all(axis=2))
                if study.size:
                    counts = (table[study, term][:, None, None] for table in (self.events, self.patients))
                    found.append(Binomials(study, first, last, *counts))
        return tuple(found)


def log_likelihood(
    terms: Terms, theta: Array, nodes: int = FINE_NODES, modes: Array | None = None
) -> tuple[float, Array]:
    """Return the log-likelihood and its slope.

    Parameters
    ----------
    terms : Terms
    theta : ndarray, shape (L - 1 + 1 + moderators + 3,)
        Logits of the shares, intercept and moderators of the widest level, and the lower triangle of the
        Cholesky factor of the study effects (widest; both; share).
    nodes : int  a side of the product rule
    modes : ndarray, shape (k, 2), optional
        Where to begin the search for the modes of the study effects; afterwards it holds those found.
    """
    shares = terms.events.shape[1] - 1
    first, both, other = theta[-3:]
    base = np.empty((len(terms.events), shares + 1))
    base[:, :shares], base[:, shares] = theta[:shares], terms.design @ theta[shares:-3]
    mix = np.array([[both, other]] * shares + [[first, 0.0]])
    centre, root = _modes(terms, base, mix, modes)
    if modes is not None:
        modes[:] = centre
    t, log_w = _rule(nodes)
    # The widest level moves with the first effect alone, whose nodes are those of one side.
    z1 = (centre[:, :1] + root[:, 0, :1] * t)[:, :, None]
    z2 = centre[:, 1, None, None] + (root[:, 1, :1] * t)[:, :, None] + root[:, 1, 1, None, None] * t
    shared = both * z1 + other * z2
    value, slopes = _sum_up(terms, [base[:, i, None, None] + shared for i in range(shares)], base, first * z1)
    value += log_w - (z1**2 + z2**2) / 2
    top = value.max(axis=(1, 2), keepdims=True)
    weight = np.exp(value - top)
    mass = weight.sum(axis=(1, 2), keepdims=True)
    total = (top + np.log(mass)).sum() + np.log(root[:, 0, 0] * root[:, 1, 1]).sum()
    weight /= mass
    slopes *= weight
    sharing = slopes[:-1].sum(axis=0)
    spread = [np.vdot(slopes[-1].sum(axis=2), z1), np.vdot(sharing.sum(axis=2), z1), np.vdot(sharing, z2)]
    eta = slopes.sum(axis=(2, 3))
    return float(total), np.concatenate([eta[:-1].sum(axis=1), terms.design.T @ eta[-1], spread])


@lru_cache(maxsize=8)
def _rule(nodes: int) -> tuple[Array, Array]:
    """Nodes of one side, and the log weights of the product rule for an integrand that holds the normal."""
    t, w = np.polynomial.hermite_e.hermegauss(nodes)
    one = np.log(w) + t**2 / 2
    return t, one[:, None] + one - np.log(2 * np.pi)


def _sum_up(terms: Terms, shares: Sequence[Array], base: Array, moved: Array) -> tuple[Array, Array]:
    """Log-likelihood of each study at each pair of nodes (k, a, b), its slopes in the logits (L, k, a, b).

    Logits of the shares (k, a, b); of the widest level its fixed part and what the study adds (k, a, 1).
    """
    etas = [*shares, base[:, -1, None, None] + moved]
    log_f, miss = zip(*map(_factor, etas), strict=True)
    shape = np.broadcast_shapes(*(eta.shape for eta in etas), (1, 1, moved.shape[1]))
    value, slopes = np.zeros(shape), np.zeros((len(etas), *shape))
    for part in terms.alike:
        rows, x, n = part.rows, part.events, part.patients
        factors = range(part.first, part.last + 1)
        if part.first == part.last:
            (i,) = factors
            value[rows] += n * log_f[i][rows] - (n - x) * etas[i][rows]
            slopes[i, rows] += n * miss[i][rows] - (n - x)
            continue
        log_p = np.minimum(sum(log_f[i][rows] for i in factors), NEARLY_ONE)
        rest = -np.expm1(log_p)
        value[rows] += x * log_p + (n - x) * np.log(rest)
        pull = (x - n * (1 - rest)) / rest
        for i in factors:
            slopes[i, rows] += pull * miss[i][rows]
    return value, slopes


def _factor(eta: Array) -> tuple[Array, Array]:
    """Of a factor's logit its logarithm and what it lacks of 1; scipy's `log_expit` takes far longer."""
    tail = np.exp(-np.abs(eta))
    miss: Array = np.where(eta > 0, tail, 1.0) / (1 + tail)
    return np.minimum(eta, 0) - np.log1p(tail), miss


def _modes(terms: Terms, base: Array, mix: Array, start: Array | None) -> tuple[Array, Array]:
    """Mode and scale (lower Cholesky factor) of each study's integrand over its two effects, by Newton."""
    z, damp = np.zeros((len(base), 2)), np.ones(len(base))
    value, step, information = _bend(terms, base, mix, z)

    def move(trial: Array) -> Flags:
        found, next_step, next_information = _bend(terms, base, mix, trial)
        better: Flags = found >= value - 1e-12 * np.abs(value)
        z[better], value[better] = trial[better], found[better]
        step[better], information[better] = next_step[better], next_information[better]
        return better

    if start is not None:
        move(start)
    for _ in range(MODE_STEPS):
        better = move(z + damp[:, None] * step)
        damp = np.where(better, np.minimum(1.0, 2 * damp), damp / 4)
        if np.abs(step).max() < MODE_SETTLED:
            break
    return z, np.linalg.cholesky(np.linalg.inv(information))


def _bend(terms: Terms, base: Array, mix: Array, z: Array) -> tuple[Array, Array, Array]:
    """The log integrand at z (k, 2), the Newton step (k, 2) and the information (k, 2, 2)."""
    eta = base + z @ mix.T
    log_f, miss = _factor(eta)
    log_p = np.minimum((terms.made_of @ log_f[..., None])[..., 0], NEARLY_ONE)
    rest = -np.expm1(log_p)
    x, n = terms.events, terms.patients
    value = (x * log_p + (n - x) * np.log(rest)).sum(axis=1) - (z**2).sum(axis=1) / 2
    pull = (x - n * (1 - rest)) / rest
    along = (terms.made_of * miss[:, None]) @ mix
    gradient = (pull[:, None] @ along)[:, 0] - z
    # A product of factors bends with each of them as well.
    own = ((pull[:, None] @ terms.made_of)[:, 0] * miss * (1 - miss))[..., None] * mix
    turned = np.swapaxes(along, 1, 2)
    observed = np.eye(2) + turned @ (((n - x) * (1 - rest) / rest**2)[..., None] * along) + mix.T @ own
    expected = np.eye(2) + turned @ ((n * (1 - rest) / rest)[..., None] * along)
    half, product = (observed[:, 0, 0] + observed[:, 1, 1]) / 2, np.linalg.det(observed)
    least = half - np.sqrt(np.maximum(half**2 - product, 0))
    information = np.where((least > LEAST_CURVED)[:, None, None], observed, expected)
    return value, np.linalg.solve(information, gradient[..., None])[..., 0], information
