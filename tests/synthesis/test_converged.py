"""A search that was given up yields no numbers, and says so."""

import dataclasses

import numpy as np
import pytest

from livingreview.synthesis import (
    bayes,
    betabinomial,
    compare_levels,
    cumulative,
    glmm,
    leave_one_out,
    pool_many,
    pool_proportions,
)

X, N = [3, 12, 6, 20, 1], [20, 18, 25, 30, 16]
# Less than binomial variation: tau is 0 without any search.
ALIKE = ([8, 13, 21], [20, 31, 54])


@pytest.fixture
def impatient(monkeypatch):
    """No search is taken to have come to its end, and no grid to be fine enough."""

    def give_up(function, theta, **options):
        *found, done = patient(function, theta, **options)
        return (*found, np.zeros_like(done))

    patient = glmm.maximise
    for module in (glmm, betabinomial):
        monkeypatch.setattr(module, "maximise", give_up)
    monkeypatch.setattr(bayes, "SETTLED", 0.0)
    monkeypatch.setattr(bayes, "MOST_DOUBLINGS", 0)


def estimates(pooled):
    """Every number and interval that a fit would have filled."""
    given = {"k", "events", "total", "level", "q_df"}
    values = [getattr(pooled, field.name) for field in dataclasses.fields(pooled) if field.name not in given]
    return [value for value in values if isinstance(value, float) or (isinstance(value, tuple) and value)]


@pytest.mark.parametrize("model", ["glmm", "beta-binomial", "bayes"])
def test_numbers_are_withheld(model, impatient):
    pooled = pool_proportions(X, N, model=model)
    assert pooled.status == "not_converged"
    assert not pooled.converged
    assert all(np.isnan(value).all() for value in estimates(pooled))
    # What was counted is not in doubt.
    assert (pooled.k, pooled.events, pooled.total) == (5, sum(X), sum(N))
    assert pooled.crude.proportion == pytest.approx(sum(X) / sum(N))
    assert model == "glmm" or not pooled.details.converged


def test_the_same_sets_are_pooled_by_a_patient_search():
    for model in ("glmm", "beta-binomial", "bayes"):
        pooled = pool_proportions(X, N, model=model)
        assert (pooled.status, pooled.converged) == ("ok", True)


def test_one_set_of_many_is_refused_alone(impatient):
    one, other = pool_many([(X, N), ALIKE])
    assert (one.status, other.status) == ("not_converged", "ok")
    assert other.estimate == pytest.approx(42 / 105)


def test_series_and_comparisons_say_it_too(impatient):
    assert "not_converged" in {fit.status for fit in leave_one_out(X, N)}
    assert cumulative(X, N)[-1].status == "not_converged"
    levels = compare_levels(X, N, [0, 1, 0, 1, 0])
    assert (levels.status, levels.converged) == ("not_converged", False)
    assert np.isnan([levels.b1, levels.odds_ratio, levels.lrt_p, levels.tau2]).all()
