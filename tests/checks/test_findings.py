"""A summary of findings shows what its columns say: each slip in it is told in its cell."""

import pytest

from livingreview.checks.agreement import check_positions
from livingreview.checks.findings import FINDING_RULES
from livingreview.checks.links import check_lists_of_ids
from tests.checks.spoilt import line_of, spoil, told

RULES = (*FINDING_RULES, check_lists_of_ids, check_positions)
TRIAL = {"finding_id": "adult-relapse.blinatumomab"}
CR, CONTROL = "kantarjian-2017.outcome.blinatumomab.cr", "kantarjian-2017.outcome.chemotherapy.cr"
# What: which row, cells to change, the column told.
CASES = {
    "unknown result": (TRIAL, {"remission": "kantarjian-2017.outcome.nothing"}, "remission"),
    "failure under remission": (TRIAL, {"remission": "ramos-2025.outcome.relapse.early-death"}, "remission"),
    "remission under survival": (TRIAL, {"survival": CR}, "survival"),
    "remission under MRD": (TRIAL, {"mrd": CR}, "mrd"),
    "survivors under death": (TRIAL, {"early_death": CR}, "early_death"),
    "arm against itself": (TRIAL, {"remission_control": CR}, "remission_control"),
    "control of another report": (
        TRIAL, {"remission_control": "ramos-2025.outcome.relapse.cr"}, "remission_control"
    ),
    "control of another outcome": (
        TRIAL, {"remission_control": "kantarjian-2017.outcome.chemotherapy.crc"}, "remission_control"
    ),
    "control without its result": (
        TRIAL, {"remission_control": f"{CONTROL}; {CONTROL}"}, "remission_control"
    ),
    "option moved to another setting": (TRIAL, {"setting_id": "aml"}, "finding_id"),
    "rating of another class": (TRIAL, {"ratings": "bortezomib.certainty.effect"}, "ratings"),
    "unknown rating": (TRIAL, {"ratings": "blinatumomab.certainty.remission"}, "ratings"),
    "unknown family": (TRIAL, {"families": "blinatumomab"}, "families"),
    "unknown age": (TRIAL, {"age_groups": "adults"}, "age_groups"),
    "figure of no row in a note": (TRIAL, {"note": "As in {kantarjian-2017.outcome.nothing}."}, "note"),
    "position twice": (TRIAL, {"position": 2}, "position"),
}  # fmt: skip


def test_the_real_findings_are_sound(checked):
    assert told(RULES, checked) == set()


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_a_slip_is_told(checked, name):
    where, cells, column = CASES[name]
    line = line_of(checked, "findings", **where)
    found = told(RULES, spoil(checked, "findings", line, **cells))
    assert any(item[0] == "findings.csv" and item[2] == column for item in found), found


@pytest.mark.slow
def test_a_setting_names_codes_of_cohorts(checked):
    line = line_of(checked, "settings", setting_id="aml")
    for column in ("diseases", "settings", "age_groups"):
        found = told(RULES, spoil(checked, "settings", line, **{column: "aml, adult"}))
        assert found == {("settings.csv", line, column)}
