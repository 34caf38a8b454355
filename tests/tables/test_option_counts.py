"""Studies and patients of an option: counted on one line of its setting alone."""

from livingreview.evidence import records
from livingreview.tables.option_counts import count_option, counted_with


def lines(review, setting_id: str) -> dict:
    found = records(review.tables["findings"])
    return {row["finding_id"].partition(".")[2]: row for row in found if row["setting_id"] == setting_id}


def test_a_line_without_families_is_counted_with_the_line_that_holds_its_cohorts(review):
    later = lines(review, "child-later-relapse")
    shown = [review.row(later["vandevol"]["remission"])]
    assert counted_with(review, later["vandevol"], shown) == "Mitoxantrone with clofarabine"
    (setting,) = [
        row for row in records(review.tables["settings"]) if row["setting_id"] == "child-later-relapse"
    ]
    assert count_option(review, setting, later["vandevol"]) == ""
    assert count_option(review, setting, later["mitoxantrone-clofarabine"])


def test_what_no_line_counts_is_counted_with_none(review):
    """An option of which no result is shown says nothing of others."""
    later = lines(review, "adult-relapse")
    assert counted_with(review, later["car-t"], []) == ""
