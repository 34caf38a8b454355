"""Numbers in print: digits as reports write them, English words, pairs, durations."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livingreview.checks.wording import (
    Names,
    cycles_in,
    durations_in,
    find_results,
    in_printed_digits,
    is_one,
    numbers_in,
    pairs_in,
    people_in,
    quantities_in,
    said_in,
    without_asides,
    without_numbering,
)

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


@pytest.mark.parametrize(
    "text",
    [
        "adverse events (grade 3/4) … hypokalemia (14.4%)",
        "grade 3-4 adverse events",
        "grades 3/4/5",
        "Grade 3\u20134",
        "grade 3 and 4",
        "grade \u22653",
        "Gr 3/4",
        "G3/4",
        "after cycle 1/2",
        "courses 1 and 2",
        "a phase 1/2 trial",
        "phase 1b/2",
        "on days 1/8",
        "d1/8",
        "until 05/2014",
        "2014/05",
        "on 2014-05-12",
        "on 7/6/2022",
    ],
)
def test_what_names_a_grade_a_cycle_a_phase_a_day_or_a_date_is_no_count(text):
    assert pairs_in(text) == ()
    assert not numbers_in(without_numbering(text)) - {14.4}


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("grade 3/4 in 3/21", (3, 21)),
        ("grade 3 and 4 of 21 patients", (4, 21)),
        ("cycle 1 6/36", (6, 36)),
        ("after cycle 1, 3 of 21", (3, 21)),
        ("3/4 patients had grade 3/4 events", (3, 4)),
        ("grade 3/4: 3 of the 21", (3, 21)),
        ("grade 3 5/40", (5, 40)),
        ("05/2014 (0.2%)", (5, 2014)),
        ("day 8 3/4", (3, 4)),
    ],
)
def test_a_count_beside_a_grade_or_a_cycle_is_one(text, pair):
    assert pairs_in(text) == (pair,)


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


NAMES = Names(
    {
        "cr": {"CR", "complete remission"},
        "cri": {"CRi", "complete remission with incomplete haematological recovery"},
        "b": {"B-ALL", "B-cell leukaemia"},
        "all": {"ALL"},
    }
)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("27 (42.2%) achieved CR", {"cr"}),
        ("17 CRis and 2 CRs", {"cr", "cri"}),
        (
            "Complete remission with incomplete hematologic recovery",
            {"cri"},
        ),  # the longer, in either spelling
        ("complete-remission", {"cr"}),
        ("B cell leukemia", {"b"}),
        ("relapsed B-ALL", {"b"}),
        ("all patients", set()),  # an abbreviation is written in capitals
        ("CRISPR", set()),
        ("", set()),
    ],
)
def test_codes_are_found_by_their_names(text, named):
    assert NAMES.among(text) == named


def test_a_whole_text_is_a_name_or_is_none():
    assert NAMES.whole("Complete remission") == {"cr"}
    assert NAMES.whole("complete remission, not confirmed") == set()
    assert Names({}).among("anything") == set()


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("after two cycles", 2),
        ("within the first 2 courses", 2),
        ("end of block 1", 1),
        ("after the 3rd cycle", 3),
        ("first or second cycle", 2),
        ("between cycles 2 and 3", 3),
        ("within 30 days", None),
        ("at any time of the cycle", None),
    ],
)
def test_cycles_are_counted_in_words_and_digits(text, number):
    assert cycles_in(text) == number


def test_figures_are_parted_by_their_kind():
    assert quantities_in("within thirty days, at day 85") == {"days": {30, 85}}
    assert quantities_in("<10^-4, or 10\u22125 of cells") == {"power of ten": {4, 5}}
    assert quantities_in("6/40 patients (15%)") == {}


@pytest.mark.parametrize(
    ("number", "text", "printed"),
    [
        ("60", "21 of 35 (60.0%)", "60.0"),
        ("60", "60% … (60.0%)", "60"),
        ("60", "60% (21/35)", "60"),
        ("60.0", "60.00%", "60.00"),
        ("54.0", "54%", "54"),
        ("0.0", "0 of 12", "0"),
        ("0", "none (0.0)", "0.0"),
        ("3.5", "median 3.50 (2.50-4.5)", "3.50"),
        ("4.50", "median 3.50 (2.50-4.5)", "4.5"),
        ("-2", "a change of -2.0", "-2.0"),
        ("5.7", "57.0 or 15.70", "5.7"),
        ("1060", "1,060.0", "1060"),
        ("a few", "a few", "a few"),
        ("6", "56.0%", "6"),
        ("60", "60\u00b70%", "60.0"),
    ],
)
def test_printed_noughts_are_put_back(number, text, printed):
    assert in_printed_digits(number, text) == printed


@pytest.mark.parametrize(
    ("number", "text", "printed"),
    [
        ("45", "45 of 100 (45.0%)", "45.0"),
        ("0.0", "0 (0.0)", "0.0"),
        ("0", "0 (0.0)", "0.0"),
        ("45.0", "45 (45%) of 45.0 expected", "45"),
        ("45", "45% … 45.0%", "45"),
    ],
)
def test_of_a_percentage_the_digits_by_its_sign_or_in_brackets_come_first(number, text, printed):
    assert in_printed_digits(number, text, is_percent=True) == printed


def test_what_patients_are_called_stands_before_the_word_for_them():
    assert people_in("26 of 41 relapsed patients (63.4%)") == "26 of 41 relapsed patients"
    assert people_in("Twelve relapsed within a year") == ""


def test_what_is_said_of_follow_up_and_age_is_no_name_of_the_figure():
    assert "median" not in without_asides("88% at a median follow-up of 18 months, median age 43 years")
    assert "Median overall survival" in without_asides("Median overall survival was 11.2 months")


@pytest.mark.parametrize(
    "text",
    [
        "Half of the children died.",
        "A third of patients relapsed within a year.",
        "Two thirds of the adults were in remission.",
        "Most patients with early relapse responded.",
        "The majority of adults with refractory disease reached complete remission.",
        "All patients in the cohort died.",
        "None of the children survived.",
        "No child with a relapse after transplant survived.",
        "Remission was reached in half of the patients.",
        "More than half relapsed.",
        "There were no deaths.",
    ],
)
def test_a_result_in_words_is_seen(text):
    assert len(list(find_results(text))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "The rate counts all patients who responded.",
        "All reports of patients in remission are listed.",
        "No randomised trial in adults with relapsed disease could be found.",
        "Each report says how many patients died.",
        "Most were in remission; some reports do not say.",
        "What can be expected where ALL has relapsed?",
        "All patients, whether they died or not, are counted.",
        "Each patient of a class counts once.",
    ],
)
def test_what_is_counted_or_asked_is_no_result(text):
    assert list(find_results(text)) == []
