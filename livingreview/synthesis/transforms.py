"""Scales on which proportions are pooled in two steps, and the way back."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from scipy.special import expit

from livingreview.synthesis._types import Array

Effects: TypeAlias = Callable[[Array, Array], tuple[Array, Array]]
WayBack: TypeAlias = Callable[[Array, Array], Array]


def logit_effects(x: Array, n: Array) -> tuple[Array, Array]:
    """Return logits and variances; 0.5 is added to both cells of 0/n and n/n only."""
    add = np.where((x == 0) | (x == n), 0.5, 0.0)
    events, others = x + add, n - x + add
    return np.log(events / others), 1 / events + 1 / others


def arcsine_effects(x: Array, n: Array) -> tuple[Array, Array]:
    """Return arcsin(sqrt(x/n)) and variances 1/(4n); no correction is needed or wanted."""
    return np.arcsin(np.sqrt(x / n)), 1 / (4 * n)


def freeman_tukey_effects(x: Array, n: Array) -> tuple[Array, Array]:
    """Return half the Freeman-Tukey double arcsine and variances 1/(4n + 2).

    Source: Freeman & Tukey 1950, Ann Math Stat 21:607-611.
    """
    return _double_arcsine(x, n), 1 / (4 * n + 2)


def _double_arcsine(x: Array, n: Array | float) -> Array:
    total: Array = np.arcsin(np.sqrt(x / (n + 1))) + np.arcsin(np.sqrt((x + 1) / (n + 1)))
    return 0.5 * total


def logit_back(y: Array, n: Array) -> Array:
    """Return proportions from logits."""
    proportions: Array = expit(y)
    return proportions


def arcsine_back(y: Array, n: Array) -> Array:
    """Return sin(y)**2, with y clipped to the range the transform can produce."""
    return np.sin(np.clip(y, 0, np.pi / 2)) ** 2


def freeman_tukey_back(y: Array, n: Array) -> Array:
    """Return Miller's inverse at the harmonic mean of the totals.

    Source: Miller 1978, Am Stat 32:138.  No single n is right for a pool, which is
    why this transform is a cross-check only (Schwarzer et al. 2019, Res Synth
    Methods 10:476-483).
    """
    y, size = np.asarray(y, dtype=float), float(1 / np.mean(1 / n))
    lowest, highest = _double_arcsine(np.array([0.0, size]), size)
    inside = np.clip(y, lowest, highest)
    s = np.sin(2 * inside)
    root = np.sqrt(np.maximum(1 - (s + (s - 1 / s) / size) ** 2, 0))
    p = 0.5 * (1 - np.sign(np.cos(2 * inside)) * root)
    return np.where(y < lowest, 0.0, np.where(y > highest, 1.0, p))


# model -> (effects, way back, estimator of tau2, test used unless another is asked for)
TWO_STEP: dict[str, tuple[Effects, WayBack, str, str]] = {
    "reml": (logit_effects, logit_back, "REML", "adhoc"),
    "dl": (logit_effects, logit_back, "DL", "z"),
    "ee": (logit_effects, logit_back, "EE", "z"),
    "arcsine": (arcsine_effects, arcsine_back, "REML", "adhoc"),
    "freeman-tukey": (freeman_tukey_effects, freeman_tukey_back, "REML", "z"),
}
