"""Studies and patients of an option: counted on one line of its setting alone."""

from livingreview.evidence import records, split_ids
from livingreview.tables.evidence_map import count_once
from livingreview.tables.option_counts import cohorts_in, count_option, counted_with


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


def test_trials_pooled_by_a_report_are_counted_as_what_they_are(review):
    """Two trials of 36 and 189 once counted as one study of the 261 that a report pools from them."""
    (setting,) = [row for row in records(review.tables["settings"]) if row["setting_id"] == "adult-relapse"]
    option = lines(review, "adult-relapse")["blinatumomab"]
    cohorts = cohorts_in(review, setting, set(split_ids(option["families"])))
    assert {"mt103-206", "mt103-211", "mt103-206-211-older"} <= {row["study_id"] for row in cohorts}
    without = [row for row in cohorts if row["study_id"] != "mt103-206-211-older"]
    assert count_once(review, cohorts) == count_once(review, without)
    assert (
        count_once(review, cohorts)[0]
        == count_once(review, [row for row in without if row["study_id"] != "mt103-211"])[0] + 1
    )
