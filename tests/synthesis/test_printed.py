"""What is printed is exact to its last digit, and what is worked out of it says how exact that makes it."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livingreview.synthesis import (
    effect_from_interval,
    hazard_ratio_from_interval,
    landmark_from_interval,
    printed_range,
    read_printed,
    standard_error_from_p,
)

from .strategies import quick

Z = 1.959963984540054


@pytest.mark.parametrize(
    ("printed", "value", "low", "high"),
    [
        ("0.71", 0.71, 0.705, 0.715),
        ("0.710", 0.71, 0.7095, 0.7105),
        (".71", 0.71, 0.705, 0.715),
        ("1", 1.0, 0.5, 1.5),
        ("62%", 0.62, 0.615, 0.625),
        ("62.5 %", 0.625, 0.6245, 0.6255),
        ("0,63", 0.63, 0.625, 0.635),
        ("0·63", 0.63, 0.625, 0.635),
        ("0.0", 0.0, 0.0, 0.05),
        (0.71, 0.71, 0.71, 0.71),
    ],
)
def test_a_number_stands_for_all_that_would_be_printed_the_same(printed, value, low, high):
    read = read_printed(printed)
    assert (read.value, read.low, read.high) == pytest.approx((value, low, high))


@pytest.mark.parametrize("text", ["", "-0.7", "1e-3", "<0.001", "0.7.1", "n.r.", "\u0660.\u0667"])
def test_other_text_is_refused(text):
    with pytest.raises(ValueError, match="expected a number"):
        read_printed(text)


def test_a_ratio_turned_round_is_no_more_exact_than_it_was():
    """1.6 is printed for 1.55 to 1.65: 0.625 has a third digit that nobody reported."""
    assert printed_range(lambda ratio: 1 / ratio, "1.6") == pytest.approx((1 / 1.65, 1 / 1.55))
    assert printed_range(lambda ratio: 1 / ratio, "1.60") == pytest.approx((1 / 1.605, 1 / 1.595))
    assert printed_range(lambda ratio: 1 / ratio, 1.6) == (0.625, 0.625)


def test_the_error_of_a_ratio_carries_the_last_digits_of_its_interval():
    ratio = hazard_ratio_from_interval("0.71", "0.55", "0.93")
    assert ratio.log_hr == ratio.estimate == pytest.approx(math.log(0.71))
    assert ratio.se == pytest.approx(math.log(0.93 / 0.55) / (2 * Z))
    assert ratio.estimate_range == pytest.approx((math.log(0.705), math.log(0.715)))
    assert ratio.se_range == pytest.approx(
        (math.log(0.925 / 0.555) / (2 * Z), math.log(0.935 / 0.545) / (2 * Z))
    )
    # One digit leaves the error open by half as much again.
    low, high = hazard_ratio_from_interval("0.7", "0.5", "1.0").se_range
    assert high / low > 1.5


@pytest.mark.parametrize(
    "printed", [("0.71", "0.55", "0.93"), ("1.43", "0.97", "2.13"), ("0.5", "0.3", "0.9")]
)
def test_numbers_are_taken_to_be_exact(printed):
    exact = hazard_ratio_from_interval(*map(float, printed))
    read = hazard_ratio_from_interval(*printed)
    assert exact.se_range == (exact.se, exact.se)
    assert exact.estimate_range == (exact.log_hr, exact.log_hr)
    assert (exact.log_hr, exact.se, exact.asymmetry) == (read.log_hr, read.se, read.asymmetry)
    assert read.se_range[0] < read.se < read.se_range[1]


def test_rounding_is_not_taken_for_a_transcription_error():
    """0.4 (0.2 to 0.9) lies beside the middle of its interval, 0.42 (0.20 to 0.90) does not."""
    assert hazard_ratio_from_interval(0.4, 0.2, 0.9).asymmetry > 0.1
    assert not hazard_ratio_from_interval(0.4, 0.2, 0.9).symmetric
    assert hazard_ratio_from_interval("0.4", "0.2", "0.9").symmetric
    # More digits leave it no excuse; neither do digits change an interval that is plainly wrong.
    assert not hazard_ratio_from_interval("0.400", "0.200", "0.900").symmetric
    assert not hazard_ratio_from_interval("0.70", "0.40", "1.60").symmetric


@given(
    hr=st.floats(0.15, 6),
    se=st.floats(0.08, 0.8),
    decimals=st.integers(1, 3),
    level=st.sampled_from([0.9, 0.95]),
)
@quick
def test_the_true_values_are_within_what_the_digits_leave_open(hr, se, decimals, level):
    z = {0.9: 1.6448536269514722, 0.95: Z}[level]
    limits = [hr * math.exp(side * z * se) for side in (-1, 1)]
    printed = [f"{value:.{decimals}f}" for value in (hr, *limits)]
    if float(printed[1]) == 0 or printed[1] == printed[2]:
        return
    read = hazard_ratio_from_interval(*printed, level=level)
    assert read.se_range[0] - 1e-9 <= se <= read.se_range[1] + 1e-9
    assert read.estimate_range[0] - 1e-9 <= math.log(hr) <= read.estimate_range[1] + 1e-9
    assert read.symmetric


@pytest.mark.parametrize(
    ("printed", "plain"),
    [(("62%", "50%", "72%"), (0.62, 0.5, 0.72)), (("0.9", "0.8", "0.95"), (0.9, 0.8, 0.95))],
)
def test_landmarks_carry_their_digits_too(printed, plain):
    read = effect_from_interval(*printed, scale="cloglog")
    assert landmark_from_interval(*printed) == landmark_from_interval(*plain) == (read.estimate, read.se)
    assert read.estimate == pytest.approx(np.log(-np.log(plain[0])))
    assert read.estimate_range[0] < read.estimate < read.estimate_range[1]
    assert read.se_range[0] < read.se < read.se_range[1]


def test_a_proportion_on_the_logit_scale():
    read = effect_from_interval("45.5%", "24.4%", "67.8%", scale="logit")
    assert read.estimate == pytest.approx(math.log(0.455 / 0.545))
    assert read.se == pytest.approx((math.log(0.678 / 0.322) - math.log(0.244 / 0.756)) / (2 * Z))


def test_an_error_from_p_is_as_exact_as_p():
    low, high = printed_range(standard_error_from_p, "0.71", "0.04")
    assert low < standard_error_from_p("0.71", "0.04") == standard_error_from_p(0.71, 0.04) < high
    assert low == pytest.approx(standard_error_from_p(0.715, 0.035))
    assert high == pytest.approx(standard_error_from_p(0.705, 0.045))


def test_an_interval_that_rounding_could_close_has_no_least_error():
    low, high = effect_from_interval("0.9", "0.9", "1.0").se_range
    assert low == pytest.approx(0, abs=1e-12)
    assert high > 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: effect_from_interval("0.7", "0.9", "0.5"), "low below high"),
        (lambda: effect_from_interval("0.7", "0.5", "0.5"), "low below high"),
        (lambda: effect_from_interval("0.7", "0", "0.5"), "position 1"),
        (lambda: effect_from_interval("0.7", "n.e.", "0.5"), "expected a number"),
        (lambda: effect_from_interval("70", "50", "80", scale="cloglog"), "below 1"),
        (lambda: effect_from_interval("0.7", "0.5", "0.8", scale="none"), "scale"),
        (lambda: hazard_ratio_from_interval("0.7", "0.5", "0.8", level=95), "level"),
        (lambda: standard_error_from_p("1.00", "0.5"), "ratio of 1"),
        (lambda: standard_error_from_p("0.7", "0.00"), "between 0 and 1"),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
