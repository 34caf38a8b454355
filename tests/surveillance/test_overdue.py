"""When a trial's results are late."""

import datetime

import pytest

from livingreview.surveillance.overdue import last_day, months_overdue

TODAY = datetime.date(2026, 6, 15)


@pytest.mark.parametrize(
    ("completion", "kind", "posted", "months"),
    [
        ("2025-06-15", "ACTUAL", "", 0),  # a year ago to the day
        ("2025-05-15", "ACTUAL", "", 1),
        ("2025-05-16", "ACTUAL", "", 0),
        ("2024-05", "ACTUAL", "", 12),  # the last day of May
        ("2020", "ACTUAL", "", 53),
        ("2020-01-01", "ESTIMATED", "", 0),
        ("2020-01-01", "ACTUAL", "2022-01-01", 0),
        ("", "ACTUAL", "", 0),
        ("soon", "ACTUAL", "", 0),
    ],
)
def test_results_are_late_twelve_months_after_an_actual_completion(completion, kind, posted, months):
    row = {"completion": completion, "completion_type": kind, "results_posted": posted}
    assert months_overdue(row, TODAY) == months


def test_the_last_day_of_a_month_is_meant_where_none_is_told():
    assert last_day("2024-02") == datetime.date(2024, 2, 29)
    assert last_day("2024") == datetime.date(2024, 12, 31)
    assert last_day("") is None
