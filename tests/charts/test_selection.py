"""Which rows a chart draws: counts of some size, each study once, no patient in a cohort and in its part."""

from types import SimpleNamespace

import pandas as pd
import pytest

from livingreview.charts.selection import drawable_counts, drawn_once, is_whole, patients_once

ROW = {
    "events": 4,
    "total": 10,
    "denominator": "treated",
    "basis": "reported",
    "report_id": "a-2000",
    "cohort_id": "a",
    "outcome": "cr",
    "c_family": "F",
    "c_disease": "aml",
    "c_setting": "relapsed",
    "c_age_group": "adult",
    "c_parent_cohort_id": pd.NA,
}
# Study S has a cohort `a` with a part `a1`, itself parted into `a11`; T shares patients with U.
STUDIES = {"a": "S", "a1": "S", "a11": "S", "b": "S", "t": "T", "u": "U", "u1": "U", "v": "V"}
PARENTS = {"a1": "a", "a11": "a1", "u1": "u"}
EVIDENCE = SimpleNamespace(
    cohort_studies=STUDIES,
    included={"a-2000", "t-2000"},
    overlaps={"S": set(), "T": {"U"}, "U": {"T"}, "V": set()},
    tables={
        "cohorts": pd.DataFrame(
            {"cohort_id": list(STUDIES), "parent_cohort_id": [PARENTS.get(name, pd.NA) for name in STUDIES]}
        )
    },
)


def row(row_id: str, cohort_id: str = "a", **cells) -> dict:
    """One row of a cohort."""
    parent = PARENTS.get(cohort_id, pd.NA)
    return ROW | {"row_id": row_id, "cohort_id": cohort_id, "c_parent_cohort_id": parent} | cells


def ids(rows: list[dict]) -> list[str]:
    """The names of rows."""
    return [item["row_id"] for item in rows]


@pytest.mark.parametrize(
    ("cells", "drawn"),
    [
        ({}, True),
        ({"events": 0}, True),
        ({"events": pd.NA}, False),
        ({"total": pd.NA}, False),
        ({"total": 1, "events": 1}, False),
        ({"total": 2}, True),
        ({"denominator": "subgroup"}, False),
    ],
)
def test_only_counts_of_some_patients_are_drawn(cells, drawn):
    assert bool(drawable_counts([row("x", **cells)])) is drawn
    assert drawable_counts([row("x", **cells)], least=11) == []


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({}, {"report_id": "b-2001"}),
        ({}, {"basis": "restated"}),
        ({"total": 12}, {"total": 10}),
        ({}, {"total": pd.NA}),
        ({"total": 5}, {"report_id": "b-2001", "total": 50}),
        ({"total": 5}, {"basis": "restated", "total": 50}),
    ],
)
def test_of_reports_that_tell_the_same_the_better_is_drawn(better, worse):
    """Included before context, first-hand before restated, larger before smaller; in any order."""
    worse = {"report_id": "t-2000"} | worse
    rows = [row("better", **better), row("worse", **worse)]
    assert ids(drawn_once(EVIDENCE, rows, "outcome")) == ["better"]
    assert ids(drawn_once(EVIDENCE, rows[::-1], "outcome")) == ["better"]


def test_another_outcome_or_stratum_is_not_the_same():
    rows = [
        row("one"),
        row("two", outcome="orr"),
        row("three", c_setting="refractory"),
        row("four", c_family="G"),
    ]
    assert drawn_once(EVIDENCE, rows, "outcome") == rows
    assert ids(drawn_once(EVIDENCE, rows[:2])) == ["one", "two"], "one report keeps all that it tells"


def test_a_part_is_drawn_where_its_study_stands_alone_and_left_where_others_stand_beside_it():
    rows = [row("whole"), row("part", "a1")]
    assert ids(drawn_once(EVIDENCE, rows, "outcome")) == ["whole", "part"]
    assert ids(drawn_once(EVIDENCE, [*rows, row("other", "t")], "outcome")) == ["whole", "other"]


def test_a_part_stands_only_for_want_of_a_whole_with_its_patients():
    part = row("part", "a1")
    assert is_whole(row("whole"))
    assert not is_whole(part)
    assert ids(patients_once(EVIDENCE, [part])) == ["part"]
    assert ids(patients_once(EVIDENCE, [part, row("whole")])) == ["whole"]
    assert ids(patients_once(EVIDENCE, [part, row("beside", "b")])) == ["beside"], "of its study"
    assert ids(patients_once(EVIDENCE, [part, row("elsewhere", "v")])) == ["part", "elsewhere"]


def test_a_part_of_a_part_gives_way_to_it_and_shared_patients_to_the_whole():
    assert ids(patients_once(EVIDENCE, [row("inner", "a11"), row("outer", "a1")])) == ["outer"]
    assert ids(patients_once(EVIDENCE, [row("part", "u1"), row("whole", "t")])) == ["whole"], (
        "shared patients"
    )
