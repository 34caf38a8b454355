"""The map of the evidence."""

from itertools import combinations

import pytest

from livingreview import tables
from livingreview.evidence import records, split_ids
from livingreview.tables.evidence_map import count_once


def most_apart(sizes, overlaps) -> list:
    """Of every choice of studies that share no patient the one of most studies, then of most patients."""
    linked = [
        study
        for study in sizes.index
        if any(study in overlaps[one] or one in overlaps[study] for one in sizes.index)
    ]
    choices = [
        chosen
        for number in range(len(linked) + 1)
        for chosen in combinations(linked, number)
        if not any(one in overlaps[other] or other in overlaps[one] for one, other in combinations(chosen, 2))
    ]
    best = max(choices, key=lambda chosen: (len(chosen), sizes[list(chosen)].sum()))
    return [study for study in sizes.index if study not in linked or study in best]


@pytest.mark.slow
def test_the_evidence_map_counts_each_patient_once(review):
    """The largest number of each study, or the sum of its cohorts that share no patient.

    Of studies that share patients those that are the most, else the largest.

    Evaluable patients where no more is printed.
    """
    apart = review.tables["disjoint_cohorts"].set_index("cohort_id")["set_id"]
    shown = tables.tabulate_evidence_map(review, title="Map").values
    cells = [cell for group in shown["groups"] for row in group["rows"] for cell in row["cells"] if cell]
    cohorts = review.tables["cohorts"].set_index("row_id")
    overlaps = review.tables["studies"].set_index("study_id")["overlaps_with"].map(split_ids)
    rows = shown["table"].content.rows
    assert len(rows) == len(cells)
    assert any(len(row.cells[1]) > 1 for row in rows)
    regimen_of = cohorts.set_index("cohort_id")["regimen_id"]
    shared = arms = 0
    for row, cell in zip(rows, cells, strict=True):
        part = cohorts.loc[[figure.href.partition("#")[2] for figure in row.cells[1]]]
        around = part["parent_cohort_id"].dropna()
        assert around.map(regimen_of).isna().all(), "the whole has a regimen: it is counted, not its part"
        arms += len(around)
        assert part[["disease", "setting", "age_group"]].drop_duplicates().shape[0] == 1
        sizes = (
            part["n_enrolled"]
            .fillna(part["n_evaluable"])
            .groupby([part["study_id"], part["cohort_id"].map(apart).fillna(part["cohort_id"])])
            .sum()
            .groupby("study_id")
            .max()
            .fillna(0)
            .sort_values(ascending=False)
        )
        alone = most_apart(sizes, overlaps)
        shared += len(alone) < len(sizes)
        assert cell["patients"] == (sizes[alone].sum() or "?")
        assert row.cells[2] == cell["what"]
    assert arms > 1, "no arm of a trial whose whole has no regimen: the rule is not tested"
    assert shared, "no two studies of one place share patients: the rule is not tested"


def test_studies_are_those_that_the_patients_are_counted_from(review):
    """Sixteen studies by name once stood beside the patients of thirteen, and two trials as one."""
    cohorts = {row["cohort_id"]: row for row in records(review.tables["cohorts"])}
    joined = [cohorts[name] for name in ("kantarjian-2016.all", "zugmaier-2015.all", "przepiorka-2015.all")]
    assert count_once(review, joined) == (2, 36 + 185, True)
    apart = [cohorts[name] for name in ("kantarjian-2017.blinatumomab", "zhou-2022.all")]
    assert count_once(review, apart) == (2, 271 + 90, True)
    across = [cohorts[name] for name in ("parker-2010.mitoxantrone", "parker-2019.late-marrow")]
    assert count_once(review, across) == (1, 228, True)


def test_comparisons_across_trials_are_no_studies(review):
    cohorts = [
        row
        for row in records(review.tables["cohorts"])
        if row["cohort_id"]
        in ("kantarjian-2019.inotuzumab", "proskorovsky-2019.inotuzumab", "ma-2020.clofarabine")
    ]
    assert len(cohorts) == 3
    assert count_once(review, cohorts) == (1, 164, True)


def test_patients_of_a_cohort_are_told_where_only_the_evaluable_are_printed(review):
    """135 of 135 once stood beside "not reported"."""
    rows = tables.tabulate_evidence_map(review, title="Map").values["table"].content.rows
    told = {figure.row_id: figure.text for row in rows for figure in row.cells[1]}
    assert told["horton-2019.cohort.all"] == "135 evaluable"
