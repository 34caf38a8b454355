"""Tables about the reports: none is lost, and what is not printed is said to be so."""

import pandas as pd
import pytest

from livingreview.display.html import Folded
from livingreview.evidence import select_class, split_ids
from livingreview.tables.register import list_discrepancies
from livingreview.tables.reports import (
    age_text,
    component_table,
    components_of,
    follow_up_text,
    list_claims,
    regimens_shown,
    tabulate_certainty,
    tabulate_characteristics,
    tabulate_populations,
    tabulate_regimens,
    tabulate_reports,
    when_text,
)
from tests.changed import spoil

NOTHING = {
    "age_centre_years": pd.NA,
    "age_min_years": pd.NA,
    "age_max_years": pd.NA,
    "age_statistic": pd.NA,
    "age_group": "adult",
}


@pytest.fixture(scope="module")
def part(review):
    """The evidence of one class."""
    return select_class(review, "bortezomib")


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (
            {"age_centre_years": 43.0, "age_min_years": 10, "age_max_years": 59, "age_statistic": "median"},
            "median 43 (10 to 59)",
        ),
        ({"age_centre_years": 43.5, "age_statistic": "mean"}, "mean 43.5"),
        ({"age_centre_years": 30.0, "age_min_years": 18}, "30 (18 or more)"),
        ({"age_min_years": 65}, "65 or more"),
        ({"age_min_years": 1, "age_max_years": 18}, "1 to 18"),
    ],
)
def test_an_age_is_told_as_far_as_it_is_printed(review, cells, told):
    assert age_text(review, NOTHING | cells) == told


def test_an_age_that_is_not_printed_is_that_of_the_group(review):
    assert age_text(review, NOTHING) == review.label("cohorts", "age_group", "adult")


@pytest.mark.parametrize(
    ("median", "low", "high", "told"),
    [
        (3.3, 0.4, 18.6, "median 3.3 (0.4 to 18.6)"),
        (12.0, pd.NA, pd.NA, "median 12"),
        (pd.NA, pd.NA, 24.0, "24"),
        (pd.NA, pd.NA, pd.NA, ""),
    ],
)
def test_a_follow_up_is_told_as_far_as_it_is_printed(median, low, high, told):
    row = {"follow_up_median_months": median, "follow_up_min_months": low, "follow_up_max_months": high}
    assert follow_up_text(row) == told


@pytest.mark.parametrize(
    ("start", "end", "basis", "told"),
    [
        ("2022-07-06", "2022-08-02", "printed", "2022-07-06 to 2022-08-02"),
        ("2022-07", "2022-07", "printed", "2022-07"),
        ("2022-07-06", pd.NA, "counted", "2022-07-06 (counted)"),
        ("2014-02", pd.NA, "approximate", "about 2014-02 (counted from a month)"),
        ("2021-04-04", pd.NA, "corrected", "2021-04-04 (printed otherwise)"),
        (pd.NA, pd.NA, "printed", "no date printed"),
    ],
)
def test_a_date_says_whether_it_was_printed_or_counted(start, end, basis, told):
    assert when_text({"start": start, "end": end, "date_basis": basis}) == told


def test_included_reports_are_shown_and_context_is_folded(part):
    first, second = tabulate_reports(part, caption="Reports").parts
    assert len(first.rows) == part.tables["reports"]["status"].eq("included").sum()
    assert isinstance(second, Folded)
    assert len(first.rows) + len(second.content.rows) == len(part.tables["reports"])
    nothing = spoil(part, "reports", lambda frame: frame.iloc[:0])
    assert "No report is entered." in str(tabulate_reports(nothing, caption="Reports").__html__())


def test_every_cohort_and_baseline_count_has_a_row(part):
    rows = [row for row in tabulate_populations(part, caption="C").rows if not row.heading]
    assert len(rows) == len(part.tables["cohorts"])
    assert len({str(row.cells[3].row_id) for row in rows}) == len(rows)
    (counts,) = tabulate_characteristics(part, caption="B").parts
    assert len(counts.content.rows) == len(part.tables["characteristics"])
    nothing = spoil(part, "characteristics", lambda frame: frame.iloc[:0])
    assert tabulate_characteristics(nothing, caption="B").parts == []


@pytest.mark.slow
def test_doses_come_by_block_and_first_day_with_notes_on_their_drugs(part):
    shown = 0
    for regimen in regimens_shown(part):
        courses = components_of(part, regimen["regimen_id"])
        if courses.empty:
            continue
        days = courses.assign(first=pd.to_numeric(courses["days"].str.extract(r"^(-?\d+)")[0]).fillna(999))
        for _, block in days.groupby(days["block"].fillna("~")):
            assert block["first"].is_monotonic_increasing
        table = component_table(part, courses, "Doses")
        assert sum(not row.heading for row in table.rows) == len(courses)
        assert {figure.row_id for figure in table.figures} == set(courses["row_id"])
        assert all(note.partition(":")[0] in set(part.tables["drugs"]["name"]) for note in table.notes)
        shown += len(courses)
    (whole,) = tabulate_regimens(part, caption="Doses").parts
    assert len(whole.content.figures) == shown > 20


def test_the_worst_discrepancies_come_first_and_lead_to_the_rows_they_touch(part):
    order = list(part.package.tables["discrepancies"].field("severity").labels)
    items = list_discrepancies(part).values["items"]  # noqa: PD011 (values of a template)
    assert [order.index(item["severity"]) for item in items] == sorted(
        order.index(severity) for severity in part.tables["discrepancies"]["severity"]
    )
    for item in items:
        touched = [row_id for row_id in split_ids(item["row"]["affects"]) if row_id in part.row_tables]
        assert [figure.row_id for figure in item["affects"]] == touched
        assert all(figure.href == f"reports/{figure.href.rpartition('/')[2]}" for figure in item["affects"])
    beside = list_discrepancies(part, reports="").values["items"]  # noqa: PD011 (values of a template)
    assert not any("/" in figure.href for item in beside for figure in item["affects"])


def test_every_step_down_in_certainty_is_named(part):
    brief, full = (tabulate_certainty(part, caption="Certainty", full=full) for full in (False, True))
    rows = part.tables["certainty"].sort_values("position")
    assert len(brief.rows) == len(full.rows) == len(rows) > 0
    for few, many, row in zip(brief.rows, full.rows, rows.to_dict("records"), strict=True):
        assert many.cells[: len(few.cells)] == few.cells
        outcome, level, down, reason = few.cells
        assert (outcome, reason) == (row["outcome"], row["reason"])
        assert row["certainty"].replace("_", " ") in level
        assert ("imprecision" in down) == bool(row["imprecision"])
        assert down != ""
        assert [figure.row_id for figure in many.cells[6]] == split_ids(row["rests_on"])


@pytest.mark.slow
def test_conclusions_on_single_patients_stand_apart(review):
    """What one woman's course showed once stood among the answers to how often there is remission."""
    values = list_claims(select_class(review, "blinatumomab")).values  # noqa: PD011 (values of a template)
    assert {item["claim_id"] for item in values["single"]} == {
        "blinatumomab.claim.case",
        "blinatumomab.claim.retreatment",
    }
    assert not any(item["single"] for item in values["items"])


@pytest.mark.slow
def test_single_patients_are_shut_away_only_where_other_conclusions_are(review):
    """Of a class whose answer is one woman's course she is part of what is seen first."""
    chapter = select_class(review, "blinatumomab")
    shut, shown = (str(list_claims(chapter, most=most).__html__()) for most in (5, 0))
    assert "<summary>Single patients (2)" in shut
    assert "<summary>Single patients" not in shown
    assert all(html.count('id="blinatumomab.claim.retreatment"') == 1 for html in (shut, shown))


def test_every_conclusion_stands_in_its_order_with_certainty_and_what_would_overturn_it(part):
    values = list_claims(part).values  # noqa: PD011 (values of a template)
    claims = part.tables["claims"].sort_values("position")
    single = [item["claim_id"] for item in values["single"]]
    shown = [item["claim_id"] for item in values["items"]] + single
    assert shown == sorted(claims["claim_id"], key=lambda one: one in single)
    for item in values["items"] + values["single"]:
        assert item["certainty_label"]
        assert item["reason"]
        assert item["overturned_by"]
        assert "{" not in item["text"], "every figure is filled in"
