"""Survival of some of a group's patients, entered for all of them, is told."""

import pytest

from livingreview.extraction.sizing import tell_parts
from tests.extraction.example import ROWS, changed, read

RESPONDERS = {
    "endpoint": "relapse-free survival",
    "statistic": "proportion at a time",
    "time_months": "12",
} | {
    "estimate": "50",
    "unit": "%",
    "total": "18",
    "ci_low": "",
    "ci_high": "",
    "as_reported": "One-year RFS was 50% in 18 patients in remission",
}


def told(known, **rows):
    sheet, entry = read(known, **rows)
    assert sheet.problems == []
    return list(tell_parts(entry, known))


def test_survival_of_fewer_than_the_group_has_is_told_with_its_place_and_remedy(known):
    (line,) = told(known, **changed("survival", **RESPONDERS))
    assert line.startswith("sheet.xlsx: Survival, row 2: rests on 18 of the 40 patients of 'all'.")
    assert "parent_cohort" in line


@pytest.mark.parametrize("cells", [{"total": "40"}, {"total": ""}, {"note": "Those in remission."}])
def test_survival_of_all_or_of_whom_the_note_names_is_not(known, cells):
    assert told(known, **changed("survival", **RESPONDERS | cells)) == []


def test_a_group_of_their_own_or_the_number_evaluable_is_not_told(known):
    group = ROWS["cohorts"][0] | {"cohort": "responders", "label": "In remission", "n_enrolled": "18"}
    cohorts = [ROWS["cohorts"][0], group | {"parent_cohort": "all", "regimen": "studied"}]
    rows = changed("survival", **RESPONDERS | {"cohort": "responders"})
    outcome = changed("outcomes", cohort="all") | changed("adverse_events", cohort="all")
    assert told(known, cohorts=cohorts, **rows, **outcome) == []
    assert told(known, **changed("cohorts", n_evaluable="18"), **changed("survival", **RESPONDERS)) == []


def test_a_group_of_a_report_that_is_here_is_known_by_its_size(known):
    row = RESPONDERS | {"cohort": "all", "total": "8"}
    sheet, entry = read(known, {"report": "zhou-2022"}, **{name: [] for name in ROWS} | {"survival": [row]})
    assert list(tell_parts(entry, known)), sheet.problems
