import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livingreview.synthesis import pool_many, pool_proportions, proportion_interval
from livingreview.synthesis.proportions import MODELS

from .strategies import counts, quick

HETEROGENEOUS = ([3, 12, 6, 20, 1, 9, 15, 4], [20, 18, 25, 30, 16, 22, 19, 28])
LIKELIHOOD_OR_TWO_STEP = [model for model in MODELS if model != "bayes"]


def mirrored(pooled):
    return tuple(1 - v for v in reversed(pooled))


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
@given(data=counts())
@quick
def test_edge_cells_never_raise_and_estimates_lie_inside_their_intervals(model, data):
    events, totals = data
    pooled = pool_proportions(events, totals, model=model, profile=False)
    assert (pooled.k, pooled.events, pooled.total) == (len(events), sum(events), sum(totals))
    assert (pooled.crude.low, pooled.crude.high) == proportion_interval(sum(events), sum(totals))
    if pooled.status == "ok":
        assert 0 <= pooled.ci[0] <= pooled.estimate + 1e-9
        assert pooled.estimate <= pooled.ci[1] + 1e-9 <= 1 + 2e-9
    else:
        assert math.isnan(pooled.estimate)
        assert math.isnan(pooled.ci[0])
        assert not pooled.converged


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
@given(data=counts(min_k=2), seed=st.randoms(use_true_random=False))
@quick
def test_the_order_of_studies_does_not_matter(model, data, seed):
    order = list(range(len(data[0])))
    seed.shuffle(order)
    one = pool_proportions(*data, model=model, profile=False)
    other = pool_proportions(*([part[i] for i in order] for part in data), model=model, profile=False)
    assert one.status == other.status
    assert one.estimate == pytest.approx(other.estimate, abs=1e-5, nan_ok=True)
    assert one.ci == pytest.approx(other.ci, abs=1e-4, nan_ok=True)


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
@given(data=counts(min_k=2))
@quick
def test_success_and_failure_swap(model, data):
    events, totals = data
    failures = [n - x for x, n in zip(events, totals, strict=True)]
    one = pool_proportions(events, totals, model=model, profile=False)
    other = pool_proportions(failures, totals, model=model, profile=False)
    assert one.estimate == pytest.approx(1 - other.estimate, abs=1e-5, nan_ok=True)
    assert one.ci == pytest.approx(mirrored(other.ci), abs=1e-4, nan_ok=True)
    assert one.tau2 == pytest.approx(other.tau2, rel=1e-3, abs=1e-4, nan_ok=True)


@pytest.mark.slow
@pytest.mark.parametrize("model", ["glmm", "bayes", "beta-binomial", "arcsine"])
@given(n=st.integers(3, 30), k=st.integers(2, 5), data=st.data())
@quick
def test_equal_studies_pool_higher_with_more_events(model, n, k, data):
    # With unequal studies a pooled value may fall when one study gains an event:
    # tau grows and shifts weight to the others.
    x = data.draw(st.integers(1, n - 2))
    low, high = (pool_proportions([v] * k, [n] * k, model=model, profile=False).estimate for v in (x, x + 1))
    assert low < high


@given(data=counts(min_k=2), i=st.integers(0, 5))
@quick
def test_without_heterogeneity_one_more_event_raises_the_estimate(data, i):
    events, totals = data
    i %= len(events)
    more = [x + (j == i) for j, x in enumerate(events)]
    if more[i] > totals[i]:
        return
    one, other = (pool_proportions(x, totals, profile=False) for x in (events, more))
    if one.tau2 == other.tau2 == 0:
        assert other.estimate > one.estimate


@pytest.mark.parametrize(
    ("events", "totals", "status"),
    [
        ([3], [9], "single_study"),
        ([0], [9], "single_study"),
        ([0, 0], [6, 3], "no_events"),
        ([6, 3], [6, 3], "all_events"),
        ([1, 0, 1], [1, 1, 1], "tau2_not_identifiable"),
        ([0, 7], [9, 7], "tau2_not_identifiable"),
        ([0, 7, 1], [9, 7, 2], "ok"),
    ],
)
@pytest.mark.parametrize("model", LIKELIHOOD_OR_TWO_STEP)
def test_what_cannot_be_estimated_is_refused(model, events, totals, status):
    pooled = pool_proportions(events, totals, model=model)
    assert pooled.status == status
    assert math.isnan(pooled.estimate) == (status != "ok")


@given(outcomes=st.lists(st.integers(0, 1), min_size=2, max_size=12))
@quick
def test_single_patients_are_always_refused(outcomes):
    assert pool_proportions(outcomes, [1] * len(outcomes)).status != "ok"


def test_without_heterogeneity_the_median_is_the_crude_proportion():
    pooled = pool_proportions([8, 13, 21], [20, 31, 54])
    assert pooled.tau2 == 0
    assert pooled.estimate == pytest.approx(pooled.crude.proportion)
    assert pooled.marginal_mean == pytest.approx(pooled.estimate)
    assert pooled.prediction == pytest.approx(pooled.ci)


def test_intervals_are_nested_and_the_mean_is_nearer_one_half():
    pooled = pool_proportions(*HETEROGENEOUS)
    assert pooled.tau2 > 0
    by_width = [
        ("ci_z", "ci"),
        ("ci", "prediction"),
        ("prediction_z", "prediction"),
        ("prediction", "prediction_km2"),
    ]
    for inner, outer in by_width:
        (a, b), (c, d) = getattr(pooled, inner), getattr(pooled, outer)
        assert c < a < b < d
    assert abs(pooled.marginal_mean - 0.5) < abs(pooled.estimate - 0.5)


def test_two_studies_have_no_t_of_k_minus_two():
    assert np.isnan(pool_proportions([3, 8], [11, 19]).prediction_km2).all()


@pytest.mark.slow
def test_many_at_once_equal_one_by_one():
    rng = np.random.default_rng(5)
    sets = []
    for k in (1, 2, 3, 5, 8, 8, 13, 2, 4):
        totals = rng.integers(1, 50, k)
        sets.append((rng.binomial(totals, rng.beta(1, 2, k)), totals))
    sets += [([0, 0], [3, 4]), ([1, 1], [1, 1])]
    for together, (events, totals) in zip(pool_many(sets, profile=True), sets, strict=True):
        alone = pool_proportions(events, totals)
        assert (together.status, together.k, together.q_df) == (alone.status, alone.k, alone.q_df)
        for field in ("estimate", "se", "tau2", "ci", "ci_profile", "prediction", "log_likelihood", "q_lrt"):
            assert getattr(together, field) == pytest.approx(
                getattr(alone, field), rel=1e-5, abs=1e-6, nan_ok=True
            )


def test_a_thousand_sets_are_fitted():
    rng = np.random.default_rng(11)
    totals = rng.integers(5, 60, (1000, 8))
    pooled = pool_many(list(zip(rng.binomial(totals, 0.35), totals, strict=True)))
    assert len(pooled) == 1000
    assert all(p.converged for p in pooled)
    assert pool_many([]) == []


def test_results_are_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        pool_proportions([3, 5], [10, 9]).estimate = 0.5


@pytest.mark.parametrize(
    ("events", "totals", "message"),
    [
        ([1, 5], [9, 4], "position 1"),
        ([1, -5], [9, 4], "position 1"),
        ([0.5, 1], [9, 4], "position 0"),
        ([1], [9, 4], "1 values"),
        ([0, 1], [0, 4], "position 0"),
        ([], [], "at least one"),
    ],
)
def test_bad_counts_are_refused_by_position(events, totals, message):
    for model in MODELS:
        with pytest.raises(ValueError, match=message):
            pool_proportions(events, totals, model=model)
    with pytest.raises(ValueError, match=f"set 1 .*{message}"):
        pool_many([([1, 2], [3, 4]), (events, totals)])


def test_bad_options_are_refused():
    with pytest.raises(ValueError, match="model"):
        pool_proportions([1, 2], [3, 4], model="logit")
    with pytest.raises(ValueError, match="test"):
        pool_proportions([1, 2], [3, 4], model="reml", test="t")
    with pytest.raises(ValueError, match="two-step"):
        pool_proportions([1, 2], [3, 4], test="z")
    with pytest.raises(ValueError, match="level"):
        pool_proportions([1, 2], [3, 4], level=95)
