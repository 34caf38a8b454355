import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import logit
from scipy.stats import betabinom

from livingreview.synthesis import bayes, pool_proportions, predict_group, proportion_interval
from livingreview.synthesis.bayes import fit_bayes

from .strategies import quick

# See derive_bayes.py: adaptive integration, from 5 to a million patients a study, from 2 to 40 studies.
EXPECTED = json.loads(Path(__file__).with_name("expected_bayes.json").read_text(encoding="utf-8"))["cases"]
BY_TITLE = {case["title"]: case for case in EXPECTED}


def fit_case(title):
    case = BY_TITLE[title]
    return fit_bayes(np.array(case["events"], dtype=float), np.array(case["totals"], dtype=float))


fit_plainly = cache(fit_case)  # with the steps as they are


def proportions(fit):
    low, high = fit.p_interval
    return [low, fit.p_median, high, *fit.predictive_interval]


def spreads(fit):
    low, high = fit.tau_interval
    return [low, fit.tau_median, high]


@pytest.mark.slow
@pytest.mark.parametrize("title", BY_TITLE)
def test_summaries_match_adaptive_integration(title):
    case, fit = BY_TITLE[title], fit_plainly(title)
    expected = np.array(case["p"] + case["predictive"])
    assert fit.converged
    assert proportions(fit) == pytest.approx(expected, abs=1e-4)
    # Near 0 and 1 a difference of 1e-4 would hide anything.
    assert logit(proportions(fit)) == pytest.approx(logit(expected), abs=1e-4)
    assert spreads(fit) == pytest.approx(case["tau"], rel=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("title", BY_TITLE)
def test_halving_the_steps_changes_no_printed_digit(title, monkeypatch):
    plain = fit_plainly(title)
    monkeypatch.setattr(bayes, "TAU_POINTS", 2 * bayes.TAU_POINTS - 1)
    monkeypatch.setattr(bayes, "MU_POINTS", 2 * bayes.MU_POINTS - 1)
    finer = fit_case(title)
    assert [f"{100 * p:.2f}" for p in proportions(plain)] == [f"{100 * p:.2f}" for p in proportions(finer)]
    assert [f"{tau:.3f}" for tau in spreads(plain)] == [f"{tau:.3f}" for tau in spreads(finer)]


@pytest.mark.parametrize(
    ("events", "totals", "interval", "tau"),
    [
        ([5000, 5100, 4900], [10_000] * 3, (0.445, 0.555), 0.069),
        ([100] * 3, [1000] * 3, (0.0788, 0.1447), 0.094),
        ([500, 510, 490], [1000] * 3, (0.438, 0.562), 0.070),
    ],
)
def test_large_studies_alike_keep_their_spread(events, totals, interval, tau):
    """With steps of 0.2 in tau these intervals came out wider, with a tau half as large again."""
    pooled = pool_proportions(events, totals, model="bayes")
    assert pooled.ci == pytest.approx(interval, abs=1e-4)
    assert pooled.details.tau_median == pytest.approx(tau, abs=1e-3)


def test_the_new_study_is_less_certain_than_the_median():
    """However large the studies: at a million patients the two had changed places."""
    for n in (10, 10**3, 10**6):
        fit = fit_bayes(np.array([0.3 * n, 0.3 * n, 0.3 * n]), np.array([n, n, n], dtype=float))
        assert fit.predictive_interval[0] < fit.p_interval[0] < fit.p_interval[1] < fit.predictive_interval[1]


@pytest.mark.slow
def test_the_prior_does_not_cut_off_what_the_studies_say():
    """Forty studies of a million, none or all of them with events: tau lies beyond 8."""
    assert fit_case("none or all of a million").tau_median > 9


@pytest.mark.slow
@given(k=st.integers(1, 7), size=st.floats(0, 9), data=st.data())
@quick
def test_no_set_of_valid_size_raises(k, size, data):
    totals = [max(1, int(10 ** data.draw(st.floats(0, size)))) for _ in range(k)]
    kind = data.draw(st.sampled_from(["none", "all", "either", "any"]))
    events = []
    for n in totals:
        least, most = {"none": (0, 0), "all": (n, n), "any": (0, n)}.get(kind, (0, 1))
        count = data.draw(st.integers(least, most))
        events.append(count * n if kind == "either" else count)
    fit = fit_bayes(np.array(events, dtype=float), np.array(totals, dtype=float))
    assert 0 <= fit.predictive_interval[0] <= fit.p_interval[0] <= fit.p_median <= fit.p_interval[1] <= 1
    assert 0 < fit.tau_interval[0] < fit.tau_median < fit.tau_interval[1] < 60


def test_a_grid_that_does_not_settle_says_so(monkeypatch):
    monkeypatch.setattr(bayes, "SETTLED", 0.0)
    monkeypatch.setattr(bayes, "MOST_DOUBLINGS", 1)
    assert not fit_bayes(np.array([3.0, 9.0]), np.array([12.0, 14.0])).converged


def test_without_events_the_posterior_is_still_proper():
    fit = fit_bayes(np.array([0.0, 0.0]), np.array([6.0, 3.0]))
    assert 0 < fit.p_interval[0] < fit.p_median < fit.p_interval[1] < 0.6
    assert fit.predictive_interval[1] > fit.p_interval[1]


@pytest.mark.parametrize(
    ("x", "n", "median", "interval", "predictive"),
    [
        ([0, 0, 0], [9, 4, 12], 0.0283, (0.0009, 0.2014), (0.0006, 0.3882)),
        ([5, 5], [5, 5], 0.9307, (0.5844, 0.9977), (0.3434, 0.9986)),
        ([1, 0, 1, 0, 0, 0], [8, 5, 9, 3, 7, 12], 0.0557, (0.0109, 0.1696), (0.0052, 0.3163)),
        ([3, 9, 4], [9, 9, 4], 0.7639, (0.3619, 0.9633), (0.0728, 0.9941)),
    ],
)
def test_sparse_sets_match_a_dense_grid(x, n, median, interval, predictive):
    """Values by brute force: 1,201 points of mu, 300 of tau, 321 of z."""
    fit = fit_bayes(np.array(x, dtype=float), np.array(n, dtype=float))
    assert fit.p_median == pytest.approx(median, abs=1.5e-4)
    assert fit.p_interval == pytest.approx(interval, abs=1.5e-4)
    assert fit.predictive_interval == pytest.approx(predictive, abs=1.5e-4)


def test_many_patients_leave_little_to_the_prior():
    x, n = [300, 310, 290, 305], [1000, 1000, 1000, 1000]
    bayes, glmm = pool_proportions(x, n, model="bayes"), pool_proportions(x, n)
    assert bayes.estimate == pytest.approx(glmm.estimate, abs=2e-3)
    assert bayes.details.tau_median < 0.15


def test_success_and_failure_swap():
    x, n = np.array([0.0, 2, 5]), np.array([7.0, 9, 9])
    one, other = fit_bayes(x, n), fit_bayes(n - x, n)
    assert one.p_median == pytest.approx(1 - other.p_median, abs=1e-6)
    assert one.predictive_interval[0] == pytest.approx(1 - other.predictive_interval[1], abs=1e-6)
    assert one.tau_interval == pytest.approx(other.tau_interval, abs=1e-6)


def test_tau_is_mostly_the_prior_for_single_patients():
    fit = fit_bayes(np.array([0.0, 1.0]), np.array([1.0, 1.0]))
    # The median of a half-normal(1) is 0.674.
    assert fit.tau_median == pytest.approx(0.674, abs=0.06)


def test_a_new_group_of_one_study_is_beta_binomial():
    """20 of 50: the next hundred by the distributions whose tails are the exact limits, 95% from 24 to 58."""
    group = predict_group([20], [50])
    assert (group.low, group.median, group.high) == (24, 40, 58)
    assert group.low == betabinom(100, 20, 31).ppf(0.025)
    assert group.median == betabinom(100, 21, 31).ppf(0.5)
    assert group.high == betabinom(100, 21, 30).ppf(0.975)


def test_a_new_group_of_one_study_is_no_narrower_than_the_interval_of_its_rate():
    """9 of 9 are 66 to 100%; of the next hundred 68 to 100 were once expected."""
    for n in (1, 2, 5, 9, 23, 60, 271, 1000):
        for x in {0, 1, n // 5, n // 2, n - 1, n}:
            low, high = proportion_interval(x, n)
            group = predict_group([x], [n])
            assert group.low <= 100 * low + 1e-9, (x, n)
            assert group.high >= 100 * high - 1e-9, (x, n)
            assert group.low <= group.median <= group.high


@pytest.mark.slow
def test_a_new_group_of_several_studies_is_one_of_a_new_study():
    """Of a very large group the share is the new study's own; of a hundred chance comes on top."""
    x, n = np.array([25.0, 81, 41, 23, 115]), np.array([36.0, 189, 90, 40, 271])
    low, high = fit_bayes(x, n).predictive_interval
    many, few = predict_group(x, n, size=2000), predict_group(x, n)
    assert [many.low / 2000, many.high / 2000] == pytest.approx([low, high], abs=0.005)
    assert few.low / 100 < low < high < few.high / 100
    assert predict_group([0, 0, 0], [30, 20, 50]).low == 0
    with pytest.raises(ValueError, match="size: expected 1 or more, found 0"):
        predict_group([20], [50], size=0)
