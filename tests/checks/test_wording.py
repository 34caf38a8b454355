"""Numbers in print: digits as reports write them, English words, pairs, durations."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livingreview.checks.wording import durations_in, is_one, numbers_in, pairs_in, said_in

UNITS = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen".split()  # noqa: SIM905
UNITS += ["fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
TENS = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


def in_words(number: int, joint: str) -> str:
    if number >= 100:
        rest = f" and {in_words(number % 100, joint)}" if number % 100 else ""
        return f"{UNITS[number // 100]} hundred{rest}"
    if number < 20:
        return UNITS[number]
    return TENS[number // 10] + (f"{joint}{UNITS[number % 10]}" if number % 10 else "")


@given(st.integers(0, 999), st.sampled_from(["-", " ", "\u2013"]))
def test_any_number_in_words_is_read(number, joint):
    assert number in numbers_in(f"{in_words(number, joint).capitalize()} patients")


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("1041 of 44,017 patients (2.4%)", {1041, 44017, 2.4}),
        ("median age 5,7 years (range 1,75–16,5)", {5.7, 1.75, 16.5}),
        ("48·5 months", {48.5}),
        (".30±.03", {0.3, 0.03}),
        ("One hundred and eighteen patients … 78", {118, 78}),
        ("Twenty-seven and 19 patients", {27, 19}),
    ],
)
def test_numbers_are_read_as_reports_print_them(text, numbers):
    assert numbers <= numbers_in(text)


def test_a_minus_sign_is_no_dash_of_a_range():
    assert {-2.0, -31.2, 28.0} <= numbers_in("\u22122.0 (\u221231.2 to 28.0)")
    assert -3.0 not in numbers_in("1\u22123 months")


def test_a_word_is_not_taken_for_part_of_another():
    assert numbers_in("Seventeen patients") == {17}
    assert numbers_in("one patient alone, none of them often") == {1}
    assert {0.0, 2.0} <= said_in("no relapse in both")
    assert 3.0 in said_in("grade III")


def test_pairs_and_durations():
    assert pairs_in("6/36 (17%)") == ((6, 36),)
    assert pairs_in("Six out of 36 patients") == ((6, 36),)
    assert pairs_in("thirty-two of the 33") == ((32, 33),)
    assert pairs_in("on 7/6/2022") == ()
    assert durations_in("2-year survival", "year") == {2}
    assert durations_in("8.3 years (range, 1.5 to 22.1)", "year") >= {8.3, 1.5, 22.1}
    assert durations_in("8months-23yrs", "month") >= {8, 23}
    assert durations_in("4 weeks on/2 weeks off", "week") == {4, 2}
    assert durations_in("6 patients", "year") == set()
    assert is_one("60-year-old woman")
    assert not is_one("12 patients")
