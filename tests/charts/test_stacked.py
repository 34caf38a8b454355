"""One bar a cohort: parts that share no patient, and the rest said to be unknown."""

from itertools import combinations

import pandas as pd
import pytest

from livingreview.charts.stacked import PARTS, draw_stacked_response, split_cohorts, split_counts
from livingreview.evidence import select_class, select_part
from tests.drawn import CLASSES, sheets_of, words_of


@pytest.fixture(scope="module", params=CLASSES)
def part(request, review):
    return select_part(select_class(review, request.param), "core")


def rows(total, partition=pd.NA, **counts):
    return [
        {"outcome": code, "events": events, "total": total, "partition": partition}
        for code, events in counts.items()
    ]


@pytest.mark.parametrize(
    ("told", "parts"),
    [
        ({"cr": 6, "cr_cri": 9}, {"complete": 6, "incomplete": 3}),
        ({"cr": 6, "cr_crh": 9, "crh": 3}, {"complete": 6, "incomplete": 3}),
        ({"cr_cri": 9, "cri": 3}, {"remission": 9}),
        ({"cr": 6, "orr": 8}, {"complete": 6, "response": 2}),
        ({"cr": 6, "pr": 2, "orr": 8}, {"complete": 6, "partial": 2}),
        ({"cr": 6, "cr_cri": 9, "orr": 12}, {"complete": 6, "incomplete": 3, "response": 3}),
        ({"cr": 6, "early_death": 4, "refractory": 5}, {"complete": 6}),
        ({"crp": 2, "crh": 4}, {"incomplete": 4}),
    ],
)
def test_a_wider_definition_adds_its_difference_and_ends_that_may_overlap_nothing(review, told, parts):
    split = split_counts(review, rows(20, **told))
    assert split.parts == parts
    assert split.rest == 20 - sum(parts.values())


def test_failures_and_deaths_are_parts_where_they_are_declared_exclusive(review):
    split = split_counts(review, rows(20, "response", cr=6, early_death=4, refractory=10))
    assert split.parts == {"complete": 6, "refractory": 10, "early_death": 4}
    assert split.rest == 0


@pytest.mark.parametrize("told", [{"cr": 9, "cr_cri": 6}, {"cr": 15, "pr": 8}, {"cr": 9, "orr": 5}, {}])
def test_counts_that_contradict_each_other_are_not_drawn(review, told):
    assert split_counts(review, rows(20, **told) or rows(20, alive=3)) is None


def test_real_cohorts_fit_and_count_once(part):
    splits = split_cohorts(part)
    for split in splits:
        assert list(split.parts) == [step for step in PARTS if step in split.parts]
        assert 0 <= split.rest < split.total
        assert len({(row["cohort_id"], row["total"]) for row in split.rows}) == 1
    for one, other in combinations(splits, 2):
        first, second = (part.cohort_studies[split.rows[0]["cohort_id"]] for split in (one, other))
        assert second not in part.overlaps[first]
    for figure in sheets_of(draw_stacked_response(part, title="Response")):
        assert "100%" in words_of(figure.sheets()[0])


def test_the_parts_are_those_of_the_report(review):
    part = select_part(select_class(review, "bortezomib"), "core")
    split = next(s for s in split_cohorts(part) if s.rows[0]["cohort_id"] == "ramos-2025.relapse")
    assert split.parts == {"complete": 10, "refractory": 8, "early_death": 5}
    figure = sheets_of(draw_stacked_response(part, title="R"))[0]
    assert (
        "of 23 patients 10 complete remission, 8 refractory or failed, 5 death during treatment"
        in figure.description
    )
