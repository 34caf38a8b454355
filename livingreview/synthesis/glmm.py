"""Binomial-normal mixed model, fitted to many meta-analyses at once.

Model: x_i ~ Binomial(n_i, expit(eta_i + tau * z_i)), z_i ~ N(0, 1), eta = design @ beta.
Arrays are (S, K): S meta-analyses padded to K studies.  A padding study has
n = 0, whose likelihood is exactly 1, so no mask is needed anywhere.

The likelihood is even in tau.  Optimising over the whole real line and taking
the absolute value at the end removes the boundary from the search.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

import numpy as np
from scipy.special import expit, gammaln, xlog1py, xlogy

from livingreview.synthesis._types import Array, Flags, Index

COARSE_NODES, FINE_NODES = 7, 25
# Sets on which FINE_NODES is not enough are refitted with the next rule.
FINER_NODES = (61, 161, 641)
# Up to here Gauss-Hermite, beyond it the trapezoid rule: for large tau the
# integrand of a 0/n study is a smooth step, which no polynomial rule likes.
MOST_HERMITE = 61
# Largest change of the log-likelihood by the next rule that counts as settled.
SETTLED = 1e-6
TAU_STARTS = (0.35, 1.0, 2.5)
ROUNDING = float(np.finfo(float).eps)
# Nodes x studies x sets evaluated at once; larger blocks fall out of the cache.
BLOCK = 50_000
# Log-likelihood (S,), gradient (S, P) and Hessian (S, P, P), and what returns them for some of the sets.
Evaluation: TypeAlias = tuple[Array, Array, Array]
Objective: TypeAlias = Callable[[Array, Index], Evaluation]


@dataclass(frozen=True)
class GlmmFits:
    """Maximum-likelihood fits of S meta-analyses (arrays over the first axis).

    beta (S, P) [logit]; tau (S,) [logit, >= 0]; cov (S, P, P) of beta;
    log_likelihood (S,) with the binomial coefficients; converged (S,) bool.
    """

    beta: Array
    tau: Array
    cov: Array
    log_likelihood: Array
    converged: Flags


@cache
def quadrature_rule(nodes: int) -> tuple[Array, Array, Array]:
    """Return abscissae t, log weights (with the 1/sqrt(2 pi) of N(0, 1)) and powers of t.

    Gauss-Hermite abscissae are in standard deviations about the mode, those of the
    trapezoid rule run from -1 to 1 over the range where the integrand matters.
    """
    if nodes <= MOST_HERMITE:
        t, w = np.polynomial.hermite_e.hermegauss(nodes)
        log_w = np.log(w) + t**2 / 2
    else:
        t = np.linspace(-1, 1, nodes)
        log_w = np.full(nodes, np.log(2 / (nodes - 1)))
    return t, log_w - 0.5 * np.log(2 * np.pi), np.stack([t**0, t, t**2], axis=1)


def _log_integrand(x: Array, n: Array, eta: Array, tau: Array, z: Array) -> Array:
    lin = eta + tau * z
    return x * lin - n * np.logaddexp(0, lin) - z * z / 2


def _place(x: Array, n: Array, eta: Array, tau: Array, nodes: int) -> tuple[Array, Array]:
    """Return centre and scale of the abscissae of each study."""
    mode, curvature = find_modes(x, n, eta, tau)
    if nodes <= MOST_HERMITE:
        return mode, 1 / np.sqrt(curvature)
    top = _log_integrand(x, n, eta, tau, mode)
    ends = []
    for side in (-1.0, 1.0):
        # The log integrand curves by at least 1, so 9 always is far enough (exp(-40)); of large studies it is
        # gone much sooner, so the distance is halved on the scale of its logarithm.
        near, far = 1e-4 / np.sqrt(curvature), np.full_like(mode, 9.0)
        for _ in range(11):
            middle = np.sqrt(near * far)
            low = _log_integrand(x, n, eta, tau, mode + side * middle) < top - 38
            near, far = np.where(low, near, middle), np.where(low, middle, far)
        ends.append(mode + side * far)
    return 0.5 * (ends[0] + ends[1]), 0.5 * (ends[1] - ends[0])


def log_binomial(x: Array, n: Array) -> Array:
    """Return the log binomial coefficient, elementwise."""
    coefficient: Array = gammaln(n + 1) - gammaln(x + 1) - gammaln(n - x + 1)
    return coefficient


def fixed_log_likelihood(x: Array, n: Array, p: Array) -> Array:
    """Return the binomial log-likelihood at tau = 0, summed over studies (last axis)."""
    total: Array = (log_binomial(x, n) + xlogy(x, p) + xlog1py(n - x, -p)).sum(axis=-1)
    return total


def find_modes(x: Array, n: Array, eta: Array, tau: Array, tol: float = 0.1) -> tuple[Array, Array]:
    """Return the modes over z of each study's integrand, and their curvatures.

    The slope tau*(x - n*p(z)) - z falls in z, so its root is bracketed by 0 and
    the nearer of two outer bounds.  Newton steps that leave the bracket are
    replaced by bisection: plain Newton fails for n in the thousands or large tau.
    A rule needs only to be about the mode: `tol` is in widths of the integrand.
    """
    slope0 = tau * (x - n * expit(eta))
    with np.errstate(divide="ignore", invalid="ignore"):
        saturated = (np.log(x) - np.log(n - x) - eta) / tau
    outer = np.where(np.abs(saturated) < np.abs(slope0), saturated, slope0)
    low, high = np.minimum(outer, 0.0), np.maximum(outer, 0.0)
    p = (x + 0.5) / (n + 1)
    weight = n * p * (1 - p) * tau
    z = np.clip(weight * (np.log(p / (1 - p)) - eta) / (1 + weight * tau), low, high)
    for _ in range(60):
        p = expit(eta + tau * z)
        slope = tau * (x - n * p) - z
        curvature = 1 + tau**2 * n * p * (1 - p)
        low, high = np.where(slope > 0, z, low), np.where(slope > 0, high, z)
        new = z + slope / curvature
        new = np.where((new < low) | (new > high), 0.5 * (low + high), new)
        # Of large studies the integrand is far narrower than 1, and a step counts by its width.
        done = (np.abs(new - z) * np.sqrt(curvature)).max(initial=0.0) < tol
        z = new
        if done:
            break
    p = expit(eta + tau * z)
    return z, 1 + tau**2 * n * p * (1 - p)


def _log_weights(x: Array, n: Array, eta: Array, tau: Array, nodes: int) -> tuple[Array, ...]:
    """Return centre and scale of each study's abscissae, and at each of them min(lin, 0), |lin|, log weight.

    The last three are of shape (nodes, S, K): numpy is fast along the last axes, and the nodes are few.
    """
    t, log_w, _ = quadrature_rule(nodes)
    centre, scale = _place(x, n, eta, tau, nodes)
    z = np.multiply.outer(t, scale)
    z += centre
    # Memory, not arithmetic, is what this costs: no array more than needed, and none for a choice by sign.
    lin = tau * z
    lin += eta
    below, size = np.minimum(lin, 0.0), np.abs(lin)
    logw = np.exp(-size)
    np.log1p(logw, out=logw)
    logw *= -n
    # Events and others apart: x * lin less n * log(1 + exp(lin)) would cancel where all have events.
    logw += x * below
    lin -= below
    lin *= x - n
    logw += lin
    z *= z
    z *= -0.5
    logw += z
    logw += log_w[:, None, None]
    return centre, scale, below, size, logw


def study_terms(x: Array, n: Array, eta: Array, tau: Array, nodes: int) -> tuple[Array, ...]:
    """Return each study's log marginal likelihood with its derivatives.

    Parameters
    ----------
    x, n, eta, tau : ndarray, shape (S, K), tau may be broadcast
    nodes : int  of the rule, see :func:`quadrature_rule`

    Returns
    -------
    log_l, d_eta, d_tau, d_eta_eta, d_eta_tau, d_tau_tau : ndarray, shape (S, K)
        Without the binomial coefficient.

    Source
    ------
    Pinheiro & Bates 1995, J Comput Graph Stat 4:12-35, adaptive Gaussian
    quadrature; derivatives are moments of the integrand's own weights (Louis 1982).
    """
    powers = quadrature_rule(nodes)[2]
    centre, scale, below, size, w = _log_weights(x, n, eta, tau, nodes)
    q = np.exp(below)
    q /= 1 + np.exp(-size)
    top = w.max(axis=0)
    w -= top
    np.exp(w, out=w)
    mass = w.sum(axis=0)
    w /= mass
    # Residuals of the events and second derivatives, by p = q / n for now.
    resid = x - n * q
    second = q * (q - 1)
    second *= n
    second += resid * resid
    resid *= w
    second *= w
    return (
        top + np.log(mass * scale),
        *_moments(_sum_by(powers, resid), _sum_by(powers, second), centre, scale),
    )


def _sum_by(powers: Array, values: Array) -> Array:
    """Return the sums of values (nodes, S, K) times each power of the node, (powers, S, K)."""
    total: Array = powers.T @ values.reshape(len(values), -1)
    return total.reshape(-1, *values.shape[1:])


def _moments(first: Array, second: Array, centre: Array, scale: Array) -> tuple[Array, ...]:
    """Turn moments in the node variable t into derivatives in (eta, tau)."""
    a = first[0]
    b = centre * a + scale * first[1]
    c = second[0]
    d = centre * c + scale * second[1]
    f = centre**2 * c + 2 * centre * scale * second[1] + scale**2 * second[2]
    return a, b, c - a * a, d - a * b, f - b * b


def evaluate(x: Array, n: Array, design: Array, theta: Array, nodes: int) -> Evaluation:
    """Return log-likelihood (S,), gradient (S, P+1), Hessian (S, P+1, P+1) at theta.

    theta is (beta, tau) by row; design is (S, K, P).  Works in blocks.
    """
    sets, k = x.shape
    params = theta.shape[1]
    value, grad = np.empty(sets), np.empty((sets, params))
    hess = np.empty((sets, params, params))
    step = max(1, BLOCK // (k * nodes))
    for start in range(0, sets, step):
        s = slice(start, start + step)
        z, tau = design[s], theta[s, -1:]
        eta = np.einsum("skp,sp->sk", z, theta[s, :-1])
        log_l, de, dt, dee, det, dtt = study_terms(x[s], n[s], eta, tau, nodes)
        value[s] = log_l.sum(axis=1)
        grad[s, :-1] = np.einsum("sk,skp->sp", de, z)
        grad[s, -1] = dt.sum(axis=1)
        hess[s, :-1, :-1] = np.einsum("sk,skp,skq->spq", dee, z, z)
        hess[s, :-1, -1] = hess[s, -1, :-1] = np.einsum("sk,skp->sp", det, z)
        hess[s, -1, -1] = dtt.sum(axis=1)
    return value, grad, hess


def log_likelihood(x: Array, n: Array, eta: Array, tau: Array, nodes: int) -> Array:
    """Return the log-likelihood of S models without derivatives.

    Parameters
    ----------
    x, n : ndarray, shape (S, K), or (K,) where all are of the same studies  events and patients
    eta : ndarray, shape (S, K) or (S, 1)  [logit]
    tau : ndarray, shape (S, 1)  [logit], >= 0
    nodes : int  of the rule, see :func:`quadrature_rule`

    Returns
    -------
    ndarray, shape (S,)
        Without the binomial coefficients.
    """
    x, n = (np.broadcast_to(part, (len(tau), part.shape[-1])) for part in (x, n))
    value = np.empty(len(tau))
    step = max(1, BLOCK // (x.shape[1] * nodes))
    for start in range(0, len(tau), step):
        s = slice(start, start + step)
        _, scale, *_, logw = _log_weights(x[s], n[s], eta[s], tau[s], nodes)
        top = logw.max(axis=0)
        logw -= top
        value[s] = (top + np.log(np.exp(logw, out=logw).sum(axis=0) * scale)).sum(axis=1)
    return value


def ascent_step(grad: Array, hess: Array, theta: Array) -> Array:
    """Return a bounded uphill step: Newton with negative-definite curvature."""
    values, vectors = np.linalg.eigh(hess)
    # A direction may be flatter than its neighbour by many powers of ten and still lead to the maximum.
    size = np.maximum(np.abs(values), 1e-11 * np.maximum(np.abs(values).max(axis=1, keepdims=True), 1e-6))
    along = np.einsum("spi,sp->si", vectors, grad) / size
    step = np.einsum("spi,si->sp", vectors, along)
    limit = 1.0 + 0.5 * np.abs(theta[:, -1:])
    bounded: Array = step * np.minimum(
        1.0, limit / np.maximum(np.abs(step).max(axis=1, keepdims=True), 1e-300)
    )
    return bounded


def maximise(
    function: Objective, theta: Array, *, gain: float = 1e-12, max_iter: int = 60
) -> tuple[Array, Array, Array, Flags]:
    """Maximise S functions at once by damped Newton.

    Parameters
    ----------
    function : callable(theta, index) -> value, gradient, Hessian of the sets in index
    theta : ndarray, shape (S, P)  starts
    gain : float  stop when the next step promises less than this [log-likelihood]

    Returns
    -------
    theta, value, hessian, converged
    """
    theta = np.array(theta, dtype=float)
    active = np.arange(len(theta))
    value, grad, hess = function(theta, active)
    step = ascent_step(grad, hess, theta)
    converged = np.zeros(len(theta), dtype=bool)
    for _ in range(max_iter):
        promise = 0.5 * np.abs((grad[active] * step[active]).sum(axis=1))
        # What the last digit of the likelihood of millions cannot show is no gain either.
        finished = promise < gain + ROUNDING * np.abs(value[active])
        converged[active[finished]] = True
        active = active[~finished]
        if active.size == 0:
            break
        trial = theta[active] + step[active]
        new_value, new_grad, new_hess = function(trial, active)
        better = new_value >= value[active] - 1e-13 * np.abs(value[active])
        step[active[~better]] *= 0.25
        i = active[better]
        theta[i], value[i] = trial[better], new_value[better]
        grad[i], hess[i] = new_grad[better], new_hess[better]
        step[i] = ascent_step(grad[i], hess[i], theta[i])
    return theta, value, hess, converged


def fit_sets(x: Array, n: Array, design: Array, beta0: Array) -> GlmmFits:
    """Fit S binomial-normal models by maximum likelihood.

    Parameters
    ----------
    x, n : ndarray, shape (S, K)  events and patients; padding studies have n = 0
    design : ndarray, shape (S, K, P)
    beta0 : ndarray, shape (S, P)  the ordinary logistic (tau = 0) solution, finite

    Returns
    -------
    GlmmFits
        At tau = 0 the covariance is that of the ordinary logistic model, else the
        block of the inverse joint observed information of (beta, tau).

    Source
    ------
    Stijnen, Hamza & Ozdemir 2010, Stat Med 29:3046-3067 (binomial-normal model).
    """
    p0 = np.where(n > 0, expit(np.einsum("skp,sp->sk", design, beta0)), 0.5)
    l0 = fixed_log_likelihood(x, n, p0)
    constant = log_binomial(x, n).sum(axis=1)
    # d2 l / d tau2 at tau = 0; positive means the maximum cannot be at 0.
    rises = ((x - n * p0) ** 2 - n * p0 * (1 - p0)).sum(axis=1)
    theta, value = _explore(x, n, design, beta0)
    inner = np.flatnonzero((rises > 0) | (np.abs(theta[:, -1]) > 0.02) & (value + constant > l0 - 0.01))
    beta, tau, top = beta0.copy(), np.zeros(len(x)), l0.copy()
    cov = np.linalg.inv(np.einsum("sk,skp,skq->spq", n * p0 * (1 - p0), design, design))
    converged = np.ones(len(x), dtype=bool)
    if inner.size:
        found, value, hess, done = _polish(x[inner], n[inner], design[inner], theta[inner])
        better = (value + constant[inner] > l0[inner] + 1e-9) & (np.abs(found[:, -1]) > 1e-5)
        i = inner[better]
        beta[i], tau[i] = found[better, :-1], np.abs(found[better, -1])
        top[i] = value[better] + constant[i]
        # Where tau = 0 is the better end, the search that found no more must have come to an end too.
        converged[inner] = done
        cov[i] = np.linalg.inv(-hess[better])[:, :-1, :-1]
    return GlmmFits(beta, tau, cov, top, converged)


def _explore(x: Array, n: Array, design: Array, beta0: Array) -> tuple[Array, Array]:
    """Return the best of several coarse searches: the likelihood can have two maxima in tau."""
    starts = len(TAU_STARTS)
    tile = np.tile(np.arange(len(x)), starts)
    tau = np.repeat(TAU_STARTS, len(x))
    # The median lies further from one half than the mean does, the more so the larger tau.
    theta = np.column_stack([beta0[tile] * np.sqrt(1 + 0.35 * tau**2)[:, None], tau])

    def function(trial: Array, index: Index) -> Evaluation:
        i = tile[index]
        return evaluate(x[i], n[i], design[i], trial, COARSE_NODES)

    theta, value, _, _ = maximise(function, theta, gain=1e-4, max_iter=25)
    best = value.reshape(starts, -1).argmax(axis=0)
    return theta.reshape(starts, len(x), -1)[best, np.arange(len(x))], value.reshape(starts, -1).max(axis=0)


def _polish(x: Array, n: Array, design: Array, theta: Array) -> tuple[Array, Array, Array, Flags]:
    """Finish the search, with more nodes where the quadrature has not settled."""

    def search(members: Index, start: Array, nodes: int) -> tuple[Array, Array, Array, Flags]:
        xs, ns, ds = x[members], n[members], design[members]
        return maximise(lambda trial, i: evaluate(xs[i], ns[i], ds[i], trial, nodes), start)

    todo = np.arange(len(x))
    theta, value, hess, done = search(todo, theta, FINE_NODES)
    for nodes in FINER_NODES:
        eta = np.einsum("skp,sp->sk", design[todo], theta[todo, :-1])
        finer = log_likelihood(x[todo], n[todo], eta, theta[todo, -1:], nodes)
        todo = todo[(np.abs(finer - value[todo]) > SETTLED) | ~done[todo]]
        if todo.size == 0:
            break
        theta[todo], value[todo], hess[todo], done[todo] = search(todo, theta[todo], nodes)
    return theta, value, hess, done
