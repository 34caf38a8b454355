"""E-values against those that their authors print; tipping rates and calibration against their definition."""

import numpy as np
import pytest

from livingreview.synthesis import (
    e_value,
    hazard_ratio_from_interval,
    overstatement,
    tipping_rate,
    two_by_two,
)


@pytest.mark.parametrize(
    ("given", "options", "expected"),
    [
        ((3.9, 1.8, 8.7), {}, (7.26, 3.00)),
        ((0.536, 0.394, 0.730), {"kind": "HR", "common": True}, (2.45, 1.79)),
        ((1.2, 0.9, 1.6), {}, (1.69, 1.0)),
        ((0.5, 0.4, 0.8), {"kind": "HR"}, (3.41, 1.81)),
    ],
)
def test_known_values(given, options, expected):
    found = e_value(*given, **options)
    assert (found.estimate, found.limit) == pytest.approx(expected, abs=0.006)


def test_an_effect_and_its_inverse_need_the_same_strength():
    assert e_value(2, 1.5, 3).estimate == pytest.approx(e_value(0.5, 1 / 3, 2 / 3).estimate)
    assert e_value(4, 2, 8, kind="OR", common=True).estimate == e_value(2, 2**0.5, 8**0.5).estimate


def test_what_cannot_be_is_refused():
    with pytest.raises(ValueError, match="low <= ratio"):
        e_value(2, 3, 4)
    with pytest.raises(ValueError, match="kind"):
        e_value(2, 1, 4, kind="RD")


@pytest.mark.parametrize("cells", [(33, 39, 531, 661), (42, 52, 28, 52), (20, 100, 55, 110), (6, 40, 5, 20)])
def test_at_the_tipping_rate_the_interval_touches_no_effect(cells):
    """Controls as many as before; a rate need be no whole number of them."""
    a, n1, c, n2 = cells
    tipping = tipping_rate(*cells)
    assert tipping.none == a / n1
    spread = (1 - a / n1) / a + (1 - tipping.chance) / (n2 * tipping.chance)
    ratio = (a / n1) / tipping.chance
    limit = ratio * np.exp((-1 if ratio > 1 else 1) * 1.959964 * spread**0.5)
    assert limit == pytest.approx(1, abs=1e-5)
    assert (ratio > 1) == (c / n2 <= a / n1), "on the side on which the controls were seen"
    low, high = two_by_two(*cells).risk_ratio_ci
    beyond = abs(c / n2 - tipping.none) > abs(tipping.chance - tipping.none)
    assert beyond == (not low <= 1 <= high)


def test_where_no_rate_is_beyond_chance_none_is_told():
    assert np.isnan(tipping_rate(1, 3, 1, 3).chance)
    assert np.isnan(tipping_rate(0, 9, 3, 9).chance)
    with pytest.raises(ValueError, match="exceeds"):
        tipping_rate(10, 9, 3, 9)


def test_a_question_with_both_answers_calibrates():
    """HR 0.536 against history, 0.71 randomised: 0.755, and the first so corrected is the second again."""
    history, trial = (0.536, 0.394, 0.730), (0.71, 0.55, 0.93)
    bias = overstatement(history, trial)
    assert bias.ratio == pytest.approx(0.7549, abs=1e-4)
    one, other = hazard_ratio_from_interval(*history), hazard_ratio_from_interval(*trial)
    half = 1.959964 * (one.se**2 + other.se**2) ** 0.5
    ends = np.exp(np.log(bias.ratio) + np.array([-half, half]))
    assert (bias.low, bias.high) == pytest.approx(ends, rel=1e-5)
    value, low, high = bias.correct(*history)
    assert value == pytest.approx(0.71, abs=1e-9)
    assert low < 0.55 < 0.93 < high, "less sure than the trial itself"
    with pytest.raises(ValueError, match=r"> 0"):
        overstatement((0, 0, 1), trial)
