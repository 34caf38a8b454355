"""Agreement with public packages, where they are installed."""

import numpy as np
import pytest

from livingreview.synthesis import pool_proportions, pool_ratios

X, N = [6, 0, 19, 3, 11, 14], [17, 4, 52, 8, 23, 16]
# That package corrects the variance of a difference wherever a cell is empty, we where it would be 0:
# differences are compared where nothing is empty and where both arms are without variation.
DIFFERENCES = ([4, 2, 3, 0, 9], [40, 31, 25, 12, 9], [11, 4, 9, 0, 7], [41, 30, 22, 9, 7])
ARMS = ([4, 0, 3, 12], [40, 31, 25, 60], [11, 4, 9, 14], [41, 30, 22, 58])


def test_binomial_normal_model_agrees_with_glmm():
    package = pytest.importorskip("glmm")
    data = {
        "x": X,
        "rest": [n - x for x, n in zip(X, N, strict=True)],
        "study": [str(i) for i in range(len(X))],
    }
    fit = package.fit(data, "cbind(x, rest) ~ 1 + (1 | study)", "binomial", nagq=25)
    ours = pool_proportions(X, N)
    assert ours.mu == pytest.approx(float(fit.beta[0]), abs=1e-4)
    assert ours.se == pytest.approx(float(fit.se[0]), rel=1e-3)


REML = {"method": "IV", "model": "random", "tau2_method": "REML", "ci_method": "adhoc"}
DL = {"method": "IV", "model": "random", "tau2_method": "DL"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("measure", "method", "options"),
    [(measure, "MH", {"method": "MH"}) for measure in ("RR", "OR", "RD")]
    + [(measure, "REML", REML) for measure in ("RR", "OR", "RD")]
    + [(measure, "DL", DL) for measure in ("RR", "OR", "RD")],
)
def test_two_arms_agree_with_pymetaanalysis(measure, method, options):
    package = pytest.importorskip("meta_analyze")
    names = ("event_treat", "n_treat", "event_control", "n_control")
    given = DIFFERENCES if measure == "RD" else ARMS
    arms = {name: np.array(values) for name, values in zip(names, given, strict=True)}
    theirs = package.meta_binary(measure=measure, **arms, **options)
    ours = pool_ratios(*given, measure=measure, method=method)
    assert ours.estimate == pytest.approx(theirs.estimate, abs=1e-6)
    assert ours.se == pytest.approx(theirs.standard_error, rel=1e-5)
