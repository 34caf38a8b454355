"""The likelihood of nested responses: each study's binomials, summed over its two effects."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from livingreview.synthesis._types import Array

FINE_NODES = 23  # a side of the product rule
MODE_STEPS = 100
NEARLY_ONE = -1e-13  # largest logarithm of a probability


@dataclass(frozen=True)
class Terms:
    """What each study says, as binomials: events and patients (k, T), and of which factors each is a product.

    Factors are the shares, the strictest first, and last the widest level; `made_of` is (k, T, L) of 0 and 1.
    """

    events: Array
    patients: Array
    made_of: Array
    design: Array


def log_likelihood(terms: Terms, theta: Array, nodes: int = FINE_NODES) -> tuple[float, Array]:
    """Return the log-likelihood and its slope.

    Parameters
    ----------
    terms : Terms
    theta : ndarray, shape (L - 1 + 1 + moderators + 3,)
        Logits of the shares, intercept and moderators of the widest level, and the lower triangle of the
        Cholesky factor of the study effects (widest; both; share).
    nodes : int  a side of the product rule
    """
    shares = terms.events.shape[1] - 1
    fixed = np.repeat(theta[None, :shares], len(terms.events), axis=0)
    base = np.column_stack([fixed, terms.design @ theta[shares:-3]])
    mix = np.zeros((shares + 1, 2))
    mix[:shares], mix[-1, 0] = theta[-2:], theta[-3]
    centre, root = _modes(terms, base, mix)
    t, w = np.polynomial.hermite_e.hermegauss(nodes)
    grid = np.stack(np.meshgrid(t, t, indexing="ij"), axis=-1).reshape(-1, 2)
    log_w = np.log(np.outer(w, w)).ravel() + (grid**2).sum(axis=1) / 2 - np.log(2 * np.pi)
    z = centre[:, None] + grid @ np.swapaxes(root, 1, 2)
    value, slope, _ = _study(terms, base[:, None] + z @ mix.T)
    value = value + log_w - (z**2).sum(axis=2) / 2
    top = value.max(axis=1, keepdims=True)
    weight = np.exp(value - top)
    mass = weight.sum(axis=1)
    total = (top[:, 0] + np.log(mass) + np.log(root[:, 0, 0] * root[:, 1, 1])).sum()
    slope = slope * (weight / mass[:, None])[..., None]
    eta = slope.sum(axis=1)
    along = np.einsum("kgl,kgz->lz", slope, z)
    spread = [along[-1, 0], along[:-1, 0].sum(), along[:-1, 1].sum()]
    return float(total), np.concatenate([eta[:, :-1].sum(axis=0), terms.design.T @ eta[:, -1], spread])


def _study(terms: Terms, eta: Array) -> tuple[Array, Array, Array]:
    """Log-likelihood (k, g), its slope in eta (k, g, L) and the binomials' weights (k, g, T)."""
    log_f = -np.logaddexp(0, -eta)
    made_of = terms.made_of[:, None]
    log_p = np.minimum(np.einsum("kgl,kotl->kgt", log_f, made_of), NEARLY_ONE)
    rest = -np.expm1(log_p)
    events, patients = terms.events[:, None], terms.patients[:, None]
    value = (events * log_p + (patients - events) * np.log(rest)).sum(axis=2)
    pull = (events - patients * np.exp(log_p)) / rest
    slope = np.einsum("kgt,kotl->kgl", pull, made_of) * -np.expm1(log_f)
    return value, slope, patients * np.exp(log_p) / rest


def _modes(terms: Terms, base: Array, mix: Array) -> tuple[Array, Array]:
    """Mode and scale (lower Cholesky factor) of each study's integrand over its two effects, by scoring."""
    z, damp = np.zeros((len(base), 2)), np.ones(len(base))
    value, step, information = _score(terms, base, mix, z)
    for _ in range(MODE_STEPS):
        trial = z + damp[:, None] * step
        found, next_step, next_information = _score(terms, base, mix, trial)
        better = found >= value - 1e-12 * np.abs(value)
        z[better], value[better] = trial[better], found[better]
        step[better], information[better] = next_step[better], next_information[better]
        damp = np.where(better, np.minimum(1.0, 2 * damp), damp / 4)
        if np.abs(step).max() < 1e-7:
            break
    return z, np.linalg.cholesky(np.linalg.inv(_curvature(terms, base, mix, z, information)))


def _curvature(terms: Terms, base: Array, mix: Array, z: Array, expected: Array) -> Array:
    """The observed information at the modes, by which the nodes sit closer than by the expected one."""
    h = 1e-4

    def slope(at: Array) -> Array:
        found: Array = _study(terms, (base + at @ mix.T)[:, None])[1][:, 0] @ mix - at
        return found

    observed = -np.stack(
        [(slope(z + h * unit) - slope(z - h * unit)) / (2 * h) for unit in np.eye(2)], axis=2
    )
    observed = (observed + np.swapaxes(observed, 1, 2)) / 2
    curved = np.linalg.eigvalsh(observed)[:, :1, None] > 0.1
    return np.where(curved, observed, expected)


def _score(terms: Terms, base: Array, mix: Array, z: Array) -> tuple[Array, Array, Array]:
    """The log integrand at z (k, 2), the scoring step (k, 2) and the expected information (k, 2, 2)."""
    eta = base + z @ mix.T
    value, slope, weight = (item[:, 0] for item in _study(terms, eta[:, None]))
    along = np.einsum("ktl,kl,lz->ktz", terms.made_of, expit(-eta), mix)
    information = np.eye(2) + np.einsum("ktz,kt,kty->kzy", along, weight, along)
    step = np.linalg.solve(information, (slope @ mix - z)[..., None])[..., 0]
    return value - (z**2).sum(axis=1) / 2, step, information
