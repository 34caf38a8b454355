"""Scales on which proportions are pooled in two steps, and the way back."""

import numpy as np
from scipy.special import expit


def logit_effects(x, n):
    """Return logits and variances; 0.5 is added to both cells of 0/n and n/n only."""
    add = np.where((x == 0) | (x == n), 0.5, 0.0)
    events, others = x + add, n - x + add
    return np.log(events / others), 1 / events + 1 / others


def arcsine_effects(x, n):
    """Return arcsin(sqrt(x/n)) and variances 1/(4n); no correction is needed or wanted."""
    return np.arcsin(np.sqrt(x / n)), 1 / (4 * n)


def freeman_tukey_effects(x, n):
    """Return half the Freeman-Tukey double arcsine and variances 1/(4n + 2).

    Source: Freeman & Tukey 1950, Ann Math Stat 21:607-611.
    """
    return _double_arcsine(x, n), 1 / (4 * n + 2)


def _double_arcsine(x, n):
    return 0.5 * (np.arcsin(np.sqrt(x / (n + 1))) + np.arcsin(np.sqrt((x + 1) / (n + 1))))


def logit_back(y, n):
    """Return proportions from logits."""
    return expit(y)


def arcsine_back(y, n):
    """Return sin(y)**2, with y clipped to the range the transform can produce."""
    return np.sin(np.clip(y, 0, np.pi / 2)) ** 2


def freeman_tukey_back(y, n):
    """Return Miller's inverse at the harmonic mean of the totals.

    Source: Miller 1978, Am Stat 32:138.  No single n is right for a pool, which is
    why this transform is a cross-check only (Schwarzer et al. 2019, Res Synth
    Methods 10:476-483).
    """
    y, size = np.asarray(y, dtype=float), 1 / np.mean(1 / n)
    lowest, highest = _double_arcsine(np.array([0.0, size]), size)
    inside = np.clip(y, lowest, highest)
    s = np.sin(2 * inside)
    root = np.sqrt(np.maximum(1 - (s + (s - 1 / s) / size) ** 2, 0))
    p = 0.5 * (1 - np.sign(np.cos(2 * inside)) * root)
    return np.where(y < lowest, 0.0, np.where(y > highest, 1.0, p))


# model -> (effects, way back, estimator of tau2, test used unless another is asked for)
TWO_STEP = {
    "reml": (logit_effects, logit_back, "REML", "adhoc"),
    "dl": (logit_effects, logit_back, "DL", "z"),
    "ee": (logit_effects, logit_back, "EE", "z"),
    "arcsine": (arcsine_effects, arcsine_back, "REML", "adhoc"),
    "freeman-tukey": (freeman_tukey_effects, freeman_tukey_back, "REML", "z"),
}
