"""Distribution functions and quantiles of densities known on evenly spaced points."""

from collections.abc import Callable

import numpy as np

from livingreview.synthesis._types import Array

# Steps between two points of the grid on which the distribution function is tabulated.
FINER = 8


class Distributions:
    """Several distributions, each known by its log density on evenly spaced points of its own range.

    Parameters
    ----------
    low, high : ndarray, shape (R,)  range of each
    log_density : ndarray, shape (R, M), M >= 4  up to a constant common to all

    Attributes
    ----------
    log_mass : ndarray, shape (R,)  log integral of each density
    spread : ndarray, shape (R,)  standard deviations

    Notes
    -----
    The logarithm of a density is close to a parabola, so a cubic spline through it
    is far more accurate than one through the density.
    """

    def __init__(self, low: Array, high: Array, log_density: Array) -> None:
        from scipy.interpolate import make_interp_spline  # not at the top: slow to import, rarely needed

        points = log_density.shape[1]
        steps = FINER * (points - 1)
        unit = np.linspace(0, 1, steps + 1)
        spline = make_interp_spline(np.linspace(0, 1, points), log_density, k=5, axis=1)
        top = log_density.max(axis=1, keepdims=True)
        density = np.exp(spline(unit) - top)
        slope = density * spline(unit, 1)
        # The trapezoid rule with its first correction: exact for cubics, as the interpolation is.
        parts = (density[:, 1:] + density[:, :-1]) / (2 * steps)
        parts -= (slope[:, 1:] - slope[:, :-1]) / (12 * steps**2)
        cdf = np.concatenate([np.zeros((len(low), 1)), np.cumsum(parts, axis=1)], axis=1)
        mass = cdf[:, -1:].copy()
        self._low, self._width, self._steps = low[:, None], (high - low)[:, None], steps
        self._cdf, self._density = cdf / mass, density / mass
        self.log_mass: Array = np.log(mass[:, 0] * (high - low)) + top[:, 0]
        share = self._density / self._density.sum(axis=1, keepdims=True)
        centre = (share @ unit)[:, None]
        self.spread: Array = np.sqrt((share * (unit - centre) ** 2).sum(axis=1)) * (high - low)

    def at(self, points: Array) -> tuple[Array, Array]:
        """Return distribution function and density of each row at its own points, shape (R, P)."""
        place = np.clip((points - self._low) / self._width, 0, 1) * self._steps
        j = np.minimum(place.astype(int), self._steps - 1)
        t, row = place - j, np.arange(len(self._cdf))[:, None]
        f0, f1 = self._cdf[row, j], self._cdf[row, j + 1]
        d0, d1 = self._density[row, j], self._density[row, j + 1]
        # Cubic Hermite interpolation between tabulated values and slopes.
        s0, s1, rise = d0 / self._steps, d1 / self._steps, f1 - f0
        cdf = f0 + t * (s0 + t * (3 * rise - 2 * s0 - s1 + t * (s0 + s1 - 2 * rise)))
        inside = (points >= self._low) & (points <= self._low + self._width)
        return cdf, np.where(inside, d0 + t * (d1 - d0), 0.0) / self._width


def find_quantiles(
    function: Callable[[Array], tuple[Array, Array]], tails: Array, low: float, high: float
) -> Array:
    """Return where a distribution function reaches each of several probabilities.

    Parameters
    ----------
    function : callable(values) -> distribution function and density at the values
        Of shape (T,), or (1, T).
    tails : ndarray, shape (T,)  probabilities
    low, high : float  range of the distribution

    Returns
    -------
    ndarray, shape (T,)

    Notes
    -----
    Newton's method inside a shrinking bracket: it ends wherever the function comes
    from, at an end of the range if the probability is not reached.
    """
    below, above = np.full(len(tails), float(low)), np.full(len(tails), float(high))
    value: Array = 0.5 * (below + above)
    for _ in range(200):
        cdf, density = (np.ravel(part) for part in function(value))
        less = cdf < tails
        below, above = np.where(less, value, below), np.where(less, above, value)
        new = value - (cdf - tails) / np.maximum(density, 1e-300)
        new = np.where((new <= below) | (new >= above), 0.5 * (below + above), new)
        moved = np.abs(new - value).max()
        value = new
        if moved < 1e-10 * (1 + np.abs(value).max()):
            break
    return value
