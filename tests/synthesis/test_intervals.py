import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from livingreview.synthesis import (
    counts_from_percent,
    pairs_from_percent_and_interval,
    parse_percent,
    proportion_interval,
)
from livingreview.synthesis.intervals import METHODS

from .strategies import quick


def test_clopper_pearson_leaves_half_the_tail_on_each_side():
    low, high = proportion_interval(6, 17)
    assert binom.sf(5, 17, low) == pytest.approx(0.025, abs=1e-10)
    assert binom.cdf(6, 17, high) == pytest.approx(0.025, abs=1e-10)


@pytest.mark.parametrize("method", METHODS)
def test_arrays_in_arrays_out_and_floats_in_floats_out(method):
    low, high = proportion_interval([0, 3, 9], [9, 9, 9], method=method)
    assert low.shape == high.shape == (3,)
    assert isinstance(proportion_interval(3, 9, method=method)[0], float)
    assert low[0] == 0
    assert high[2] == 1


@pytest.mark.parametrize("method", METHODS)
@given(n=st.integers(1, 300), level=st.sampled_from([0.8, 0.95, 0.99]))
@quick
def test_limits_rise_with_events_and_swap_with_failures(method, n, level):
    x = np.arange(n + 1)
    low, high = proportion_interval(x, np.full(n + 1, n), method=method, level=level)
    assert (np.diff(low) >= -1e-12).all()
    assert (np.diff(high) >= -1e-12).all()
    assert (low <= x / n + 1e-12).all()
    assert (x / n <= high + 1e-12).all()
    assert low == pytest.approx(1 - high[::-1], abs=1e-9)


def test_methods_agree_with_statsmodels():
    statsmodels = pytest.importorskip("statsmodels.stats.proportion")
    names = {"clopper-pearson": "beta", "wilson": "wilson", "agresti-coull": "agresti_coull"}
    for ours, theirs in names.items():
        expected = statsmodels.proportion_confint([1, 6, 16], [17, 17, 17], method=theirs)
        assert np.allclose(proportion_interval([1, 6, 16], [17, 17, 17], method=ours), expected, atol=1e-10)


@pytest.mark.parametrize(
    ("events", "total", "message"),
    [
        ([1, 5], [9, 4], "events at position 1"),
        ([1, -2], [9, 4], "events at position 1"),
        ([1.5, 2], [9, 4], "events at position 0"),
        ([0], [0], "total at position 0"),
        ([1, 2], [9], "events has 2 values"),
        ([float("nan")], [9], "events at position 0"),
        (["a"], [9], "events"),
        ([], [], "at least one"),
    ],
)
def test_bad_counts_are_refused_by_position(events, total, message):
    with pytest.raises(ValueError, match=message):
        proportion_interval(events, total)


def test_bad_options_are_refused():
    with pytest.raises(ValueError, match="method"):
        proportion_interval(1, 2, method="wald")
    with pytest.raises(ValueError, match="level"):
        proportion_interval(1, 2, level=95)


@pytest.mark.parametrize(
    ("percent", "total", "expected"),
    [
        ("63.6", 22, (14,)),
        ("41", 9, ()),
        ("33", 400, (130, 131, 132, 133, 134)),
        ("0", 5, (0,)),
        ("100", 5, (5,)),
        ("0.0", 700, (0,)),
        ("12.345678", 10**9, tuple(range(123_456_775, 123_456_786))),
    ],
)
def test_counts_from_percent(percent, total, expected):
    assert counts_from_percent(percent, total) == expected


@given(n=st.integers(1, 200), data=st.data(), decimals=st.integers(0, 2))
@quick
def test_the_true_count_is_always_among_the_candidates(n, data, decimals):
    x = data.draw(st.integers(0, n))
    assert x in counts_from_percent(f"{100 * x / n:.{decimals}f}", n)


def test_a_printed_exact_interval_settles_the_count():
    assert pairs_from_percent_and_interval("45.5", "24.4", "67.8", n_max=200) == ((10, 22),)
    assert pairs_from_percent_and_interval("45.5", "30.0", "67.8", n_max=200) == ()


@given(n=st.integers(1, 80), data=st.data())
@quick
def test_the_true_pair_is_always_among_the_pairs(n, data):
    x = data.draw(st.integers(0, n))
    low, high = proportion_interval(x, n)
    printed = [f"{100 * v:.1f}" for v in (x / n, low, high)]
    assert (x, n) in pairs_from_percent_and_interval(*printed, n_max=100)


def test_percents_are_read_as_printed():
    for text in ("63.6", " 63.6 %", "63,6", "63·6%"):
        assert parse_percent(text) == (63.6, pytest.approx(0.05))
    for text in ("<1", "-3", "", "1.2.3", "many"):
        with pytest.raises(ValueError, match="percent"):
            parse_percent(text)
    with pytest.raises(ValueError, match="printed text"):
        counts_from_percent(63.6, 22)
