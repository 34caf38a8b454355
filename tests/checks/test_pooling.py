"""The tables of pools, of published values and of questions: a slip in one cell is told in its cell."""

import pytest

from livingreview.checks.agreement import check_dates, check_positions
from livingreview.checks.completeness import check_copies
from livingreview.checks.links import check_views
from livingreview.checks.pooling import POOLING_RULES
from tests.checks.spoilt import line_of, spoil, told

RULES = (*POOLING_RULES, check_positions, check_dates, check_views, check_copies)
VALUE = {"row_id": "liu-2023.remission"}
RATIO, SHARE = {"row_id": "da-silva-2025.os"}, {"row_id": "guo-2024.os-12m"}
REMISSION = {"result_id": "remission"}
MITCL, YOON = {"comparison_id": "mitcl-r3"}, {"comparison_id": "yoon-remission"}
EVENT = {"result_id": "cytokine-release"}
# What: table, row, cells to change, the column told.
CASES = {
    "other studies than the source's": ("published_syntheses", VALUE, {"studies": 81}, "studies"),
    "other patients": ("published_syntheses", VALUE, {"patients": 137}, "patients"),
    "patients left out": ("published_syntheses", VALUE, {"patients": None}, "patients"),
    "page of another source": ("published_syntheses", VALUE, {"page_read": "https://a.org/b"}, "page_read"),
    "other family": (
        "published_syntheses", VALUE, {"family_id": "blinatumomab-chemotherapy"}, "family_id"
    ),
    "another day of the search": ("published_syntheses", VALUE, {"search_to": "2022-02-01"}, "search_to"),
    "ratio against nothing": ("published_syntheses", RATIO, {"against": None}, "against"),
    "share at no time": ("published_syntheses", SHARE, {"time_months": None}, "time_months"),
    "limit not printed": ("published_syntheses", VALUE, {"ci_low": "43"}, "ci_low"),
    "grade of a pool": ("pooled_results", EVENT, {"grade_min": 4}, "grade_min"),
    "event that no report names": ("pooled_results", EVENT, {"codes": "Cytokine release"}, "codes"),
    "time of a pool": ("pooled_results", {"result_id": "alive-12m"}, {"time_months": 21}, "time_months"),
    "level by an unknown code": ("pooled_results", REMISSION, {"levels": "cr < cr_crx"}, "levels"),
    "level named twice": ("pooled_results", REMISSION, {"levels": "cr < cr_crh = cr"}, "levels"),
    "levels the wrong way round": ("pooled_results", REMISSION, {"levels": "crc < cr"}, "levels"),
    "controls counted by another outcome": (
        "external_controls", MITCL, {"control_row_id": "hogan-2025.outcome.all.early-death"}, "control_row_id"
    ),
    "controls without a count": (
        "external_controls", YOON, {"control_row_id": "gokbuget-2016-reference.outcome.first.cr"},
        "control_row_id",
    ),
    "controls that were randomised": (
        "external_controls",
        YOON,
        {
            "treated_row_id": "kantarjian-2017.outcome.blinatumomab.cr",
            "control_row_id": "kantarjian-2017.outcome.chemotherapy.cr",
        },
        "control_row_id",
    ),
    "position of a pool": ("pooled_results", EVENT, {"position": 40}, "position"),
    "position of a question": ("questions", {"position": 3}, {"position": 2}, "position"),
    "rule changed in the future": ("rule_changes", {"made_on": True}, {"made_on": "2226-11-29"}, "made_on"),
    "view of an unknown code": ("questions", {"position": 9}, {"view": "disease=ball"}, "view"),
    "view without a choice": ("questions", {"position": 9}, {"view": "outcome"}, "view"),
}  # fmt: skip


def test_the_real_tables_are_sound(checked):
    assert told(RULES, checked) == set()


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_a_slip_is_told(checked, name):
    table, where, cells, column = CASES[name]
    line = line_of(checked, table, **where)
    found = told(RULES, spoil(checked, table, line, **cells))
    assert any(item[0] == f"{table}.csv" and item[2] == column for item in found), found


@pytest.mark.parametrize("table", ["figures", "definitions", "source_problems"])
def test_a_row_pasted_under_another_id_is_told(checked, table):
    key = checked.package.tables[table].primary_key
    first, row = checked.lines(table)[0]
    last = checked.lines(table)[-1][0]
    cells = {name: value for name, value in row.items() if name not in (key, "as_reported")}
    spoilt = spoil(checked, table, last, **cells, **({"as_reported": None} if "as_reported" in row else {}))
    assert first != last
    assert (f"{table}.csv", last, key) in told([check_copies], spoilt)
