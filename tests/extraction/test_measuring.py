"""A measure is one of the review's codes only where its words say so."""

import pytest

from livingreview.extraction.ctgov import read_ctgov
from livingreview.extraction.measuring import (
    age_row,
    characteristic_row,
    code_of,
    figure_row,
    fragment,
    limits_of,
    outcome_row,
    survival_row,
)
from tests.extraction.registry import (
    BASELINE,
    EVENT_FREE,
    QUALITY,
    REMISSION,
    RESPONSE,
    SURVIVAL,
    as_bytes,
    outcomes,
    study,
)


def first(measure, place=0, **changes):
    """A cell of a measure that is changed."""
    cells = read_ctgov(as_bytes(outcomes(measure | changes))).cells
    return [cell for cell in cells if cell.part == "outcomes"][place]


def baseline(measure, **changes):
    told = study(baselineCharacteristicsModule=BASELINE | {"measures": [measure | changes]})
    return next(cell for cell in read_ctgov(as_bytes(told)).cells if cell.part == "baseline")


@pytest.mark.parametrize(
    ("table", "column", "title", "code"),
    [
        ("outcomes", "outcome", "Complete Remission (CR)", "cr"),
        ("outcomes", "outcome", "Number of Participants With Complete Remission", "cr"),
        ("outcomes", "outcome", "Percentage of Patients Who Achieved a Complete Response", "cr"),
        ("outcomes", "outcome", "Overall Response Rate", "orr"),
        ("outcomes", "outcome", "Objective Response Rate at 12 Weeks", "orr"),
        ("outcomes", "outcome", "CR Within 12 Weeks of Treatment Initiation", "cr"),
        ("outcomes", "outcome", "CR/CRh/CRi Within 12 Weeks", ""),
        ("outcomes", "outcome", "Complete Remission in Participants Older Than 60", ""),
        ("outcomes", "outcome", "Complete Remission (CRi)", ""),
        ("outcomes", "outcome", "Complete Remission (MRD)", ""),
        ("outcomes", "outcome", "Duration of Complete Remission", ""),
        ("survival", "endpoint", "Overall Survival (OS)", "OS"),
        ("survival", "endpoint", "Overall Survival (OS) at 2 Years", "OS"),
        ("survival", "endpoint", "Event-free Survival Rate", "EFS"),
        ("survival", "endpoint", "2-year Overall Survival", "OS"),
        ("survival", "endpoint", "Survival After Transplant", ""),
    ],
)
def test_a_title_means_a_code_or_nothing(review, table, column, title, code):
    assert code_of(review.package, table, column, title) == code


def test_a_median_keeps_why_its_interval_is_open(review):
    row = survival_row(review.package, first(SURVIVAL))
    assert (row["statistic"], row["estimate"], row["ci_low"], row["unit"]) == (
        "median",
        "12.5",
        "9.1",
        "months",
    )
    assert "ci_high" not in row
    assert row["ci_high_open"] == "not reached"
    assert survival_row(review.package, first(SURVIVAL, 1)) is None  # its value is NA


def test_a_proportion_at_a_time_is_in_per_cent_with_its_time(review):
    row = survival_row(review.package, first(EVENT_FREE))
    assert (row["time_months"], row["estimate"], row["ci_low"], row["ci_high"], row["ci_level"]) == (
        "24",
        "31",
        "18",
        "45",
        "0.95",
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"timeFrame": "Up to 2 years"},
        {"timeFrame": "Weeks 4 and 12"},
        {"unitOfMeasure": "months"},
        {"title": "Event-free Survival at 1 and 2 Years", "timeFrame": "2 years"},
        {"title": "Survival of Grafts"},
    ],
    ids=["a limit of times", "weeks", "no proportion", "two times", "another endpoint"],
)
def test_a_proportion_whose_time_or_endpoint_is_unsure_is_no_survival(review, changes):
    known = changes.get("title", "").startswith("Event-free")
    found = survival_row(review.package, first(EVENT_FREE, **changes))
    assert found is None or (known and found["time_months"] == "24")


def test_the_title_or_class_tells_the_time_before_the_time_frame(review):
    cell = first(EVENT_FREE, title="1-year Event-free Survival", timeFrame="Up to 5 years")
    assert survival_row(review.package, cell)["time_months"] == "12"


def test_a_percentage_of_participants_is_entered_as_printed_and_no_count_made_of_it(review):
    row = outcome_row(review.package, first(REMISSION))
    assert (row["percent_reported_pct"], row["ci_low_reported_pct"], row["total"]) == ("45.0", "29.3", "40")
    assert "events" not in row
    assert row["definition"] == "Blasts below 5% and full recovery of counts"
    assert row["timepoint"] == "Within 12 weeks"


def test_a_category_may_be_the_outcome(review):
    row = outcome_row(review.package, first(RESPONSE))
    assert (row["outcome"], row["events"], row["total"]) == ("partial remission (PR)", "4", "40")
    assert outcome_row(review.package, first(RESPONSE, 2)) is None  # "Something else"


def test_baseline_measures_of_the_register_are_characteristics_and_ages(review):
    age, sex, region = BASELINE["measures"]
    told = age_row(review.package, baseline(age))
    assert (told["age_statistic"], told["age_centre_years"], told["age_max_years"]) == ("median", "41", "70")
    assert age_row(review.package, baseline(age, unitOfMeasure="months")) is None
    row = characteristic_row(review.package, baseline(sex))
    assert (row["characteristic"], row["category"], row["events"], row["total"]) == (
        "sex",
        "Female",
        "18",
        "40",
    )
    assert characteristic_row(review.package, baseline(region)) is None


def test_any_other_number_is_a_figure_in_the_files_words(review):
    row = figure_row(review.package, first(QUALITY))
    assert (row["item"], row["statistic"], row["value"], row["unit"]) == (
        "Change of Quality of Life: Week 12",
        "mean",
        "-3.2",
        "units on a scale",
    )
    assert fragment("25", "-3.2", "1.4") == "25 … \u22123.2 … 1.4"


def test_limits_that_do_not_hold_the_value_are_none(review):
    turned = {"categories": [{"measurements": [{"groupId": "OG000", "value": "5"} | LIMITS]}]}
    assert limits_of(first(EVENT_FREE, classes=[turned]))[:2] == ("", "")


LIMITS = {"lowerLimit": "6", "upperLimit": "9"}
