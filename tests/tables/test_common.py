"""What tables and charts share: cells as words, rows with their cohort, strata that are never mixed."""

import dataclasses

import pandas as pd
import pytest

from livingreview.evidence import select_class
from livingreview.tables.common import (
    capitalise,
    full_name,
    group_by,
    in_declared_order,
    iterate_strata,
    report_link,
    stratum_name,
    text,
    with_cohorts,
)
from tests.changed import spoil


def test_an_empty_cell_is_told_as_asked():
    assert text(pd.NA) == ""
    assert text(pd.NA, "not reported") == "not reported"
    assert text(0) == "0"


def test_only_the_first_letter_changes():
    assert capitalise("mRD negative") == "MRD negative"
    assert capitalise("") == ""


def test_a_report_is_linked_and_its_name_escaped(review):
    named = dataclasses.replace(review, named={"a-2000": "<b> 2000"})
    assert report_link(named, "a-2000") == '<a href="reports/a-2000.html">&lt;b&gt; 2000</a>'


@pytest.mark.parametrize("table", ["outcomes", "survival", "adverse_events"])
def test_every_row_keeps_its_cells_and_gets_those_of_its_cohort(review, table):
    rows = with_cohorts(review, table)
    cohorts = review.tables["cohorts"].set_index("cohort_id")
    assert [row["row_id"] for row in rows] == list(review.tables[table]["row_id"])
    assert with_cohorts(review, table) is rows, "worked out once"
    for row in rows[::20]:
        own = review.row(row["row_id"])
        assert {name: value for name, value in row.items() if name in own and not pd.isna(value)} == {
            name: value for name, value in own.items() if not pd.isna(value)
        }
        if not pd.isna(row["cohort_id"]):
            assert row["c_label"] == cohorts.loc[row["cohort_id"], "label"]


def test_rows_that_lack_a_value_are_in_no_group():
    rows = [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}, {"a": 1, "b": pd.NA}, {"a": pd.NA, "b": "x"}]
    assert group_by(rows, "a") == {1: [rows[0], rows[2]], 2: [rows[1]]}
    assert group_by(rows, "b", "a") == {("x", 1): [rows[0]], ("y", 2): [rows[1]]}


def test_strata_hold_one_kind_each_and_lose_no_row(review):
    part = select_class(review, "bortezomib")
    rows = [row for row in with_cohorts(part, "outcomes") if not pd.isna(row["c_disease"])]
    strata = list(iterate_strata(part, rows))
    assert sum(len(found) for _, found in strata) == len(rows)
    assert len({name for name, _ in strata}) == len(strata) > 3
    kinds = ("c_family", "c_disease", "c_setting", "c_age_group")
    for name, found in strata:
        assert len({tuple(row[kind] for kind in kinds) for row in found}) == 1, name
        assert name.startswith((f"{found[0]['c_family']}: ", f"{found[0]['c_family']}, with its controls: "))


def test_a_heading_says_where_control_arms_of_other_treatment_stand_under_it(review):
    """Events under chemotherapy once stood under "Blinatumomab"."""
    rows = with_cohorts(review, "adverse_events")
    seen = 0
    for name, found in iterate_strata(review, rows):
        reports = {row["report_id"] for row in found if row["c_arm_at"] == "control"}
        if found[0]["c_family"] == "Blinatumomab":
            assert (", with its controls: " in name) == bool(reports), name
            seen += bool(reports)
        else:
            assert reports or "controls: " not in name
    assert seen


def test_an_age_group_that_is_not_reported_is_not_told(review):
    assert stratum_name(review, "aml", "relapsed", "adult").startswith("AML, ")
    assert stratum_name(review, "aml", "relapsed", "not_reported").count(",") == 1


def test_a_study_is_named_once(review):
    cohorts = review.tables["cohorts"]
    names = [
        full_name(review, {"report_id": row.report_id, "cohort_id": row.cohort_id, "c_label": row.label})
        for row in cohorts.itertuples()
    ]
    for name, row in zip(names, cohorts.itertuples(), strict=True):
        study = review.study_names[row.cohort_id]
        assert not row.label.startswith(study) or f": {study}" not in name
        assert row.label.endswith(name.partition(": ")[2])


def test_rows_come_in_the_order_of_the_schema(review):
    codes = list(review.package.tables["outcomes"].field("outcome").labels)
    rows = [{"outcome": code, "n": n} for n, code in enumerate([codes[2], "unknown", codes[0], codes[2]])]
    assert [row["n"] for row in in_declared_order(review, rows, "outcomes", "outcome")] == [2, 0, 3, 1]


def test_a_cohort_without_a_family_stands_by_itself(review):
    lone = spoil(review, "regimens", lambda frame: frame.assign(family_id=pd.NA))
    assert {row["c_family"] for row in with_cohorts(lone, "outcomes")} == {
        "Several regimens, or regimen not stated"
    }
