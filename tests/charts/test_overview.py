"""Every class's figures on one axis, and no patient twice on it."""

import re

import pandas as pd
import pytest

from livingreview import charts
from livingreview.charts.overview import PAGE_ROWS
from livingreview.evidence import select_class, select_part, split_ids
from livingreview.tables.pool import Plan
from tests.changed import spoil
from tests.drawn import CHARTS, CLASSES, figures_of, validate


@pytest.mark.parametrize("class_id", CLASSES)
@pytest.mark.parametrize("kind", ["overview"])
def test_charts_are_valid_and_told_in_words(review, class_id, kind):
    for figure in figures_of(CHARTS[kind](select_part(select_class(review, class_id), "core"))):
        validate(figure.chart)
        assert len(figure.description) > 10
        assert figure.table.rows
        html = str(figure.__html__())
        assert 'role="img"' in html
        assert html.count("<table") == 1
        assert "nan" not in re.findall(r"[a-z]+", figure.description.lower())
        assert "<NA>" not in figure.description


def test_the_overview_shows_a_part_only_for_want_of_a_whole(review):
    """Headline cohorts that are parts of another stand in it.

    No patient stands in it as a part and in the whole, or in two studies that share patients.
    """
    shown = charts.draw_overview(review, title="All")
    rows = [review.row(figure.row_id) for chart in shown.parts for figure in chart.table.figures]
    assert {"graall-clofarabine-2011.outcome.vandevol.cr", "ramos-2025.outcome.relapse.cr"} <= {
        row["row_id"] for row in rows
    }
    cohorts = review.tables["cohorts"].set_index("cohort_id")
    apart = review.tables["disjoint_cohorts"].set_index("cohort_id")["set_id"]
    overlaps = review.tables["studies"].set_index("study_id")["overlaps_with"].map(split_ids)
    ids = {row["cohort_id"] for row in rows}
    studies = {cohorts["study_id"][cohort] for cohort in ids if pd.isna(cohorts["parent_cohort_id"][cohort])}
    parts = [cohort for cohort in ids if not pd.isna(cohorts["parent_cohort_id"][cohort])]
    assert parts
    assert len(ids) == len(rows)
    for cohort in parts:
        study = cohorts["study_id"][cohort]
        assert cohorts["parent_cohort_id"][cohort] not in ids
        wholes = {
            whole for whole in ids - {cohort} if cohorts["study_id"][whole] == study and whole not in parts
        }
        line, above = [], cohort
        while not pd.isna(above):
            line.append(above)
            above = cohorts["parent_cohort_id"][above]
        sets = {apart.get(above) for above in line} - {None}
        assert all(apart.get(whole) in sets for whole in wholes), "a whole of its study not known to be apart"
        assert not studies & set(overlaps[study])
    for chart in shown.parts:
        block: list[int] = []
        for row in chart.table.rows:
            if row.heading:
                block = []
                continue
            told = row.cells[1] if isinstance(row.cells[1], list) else [row.cells[1]]
            if cohorts["arm"][review.row(told[-1].row_id)["cohort_id"]] is not pd.NA:
                continue  # the other arm of its trial is beside it
            block.append(int(re.search(r"/(\d+)", str(told[0]))[1]))
            assert block == sorted(block, reverse=True), "under a heading the largest comes first"


def test_one_chart_that_would_not_fit_a_page_is_one_a_class(review):
    shown = charts.draw_overview(review, title="All").parts
    rows = [chart.table.rows for chart in shown]
    together = sum(map(len, rows))
    assert (len(shown) == 1) == (together <= PAGE_ROWS)
    few = charts.draw_overview(review, title="All", least=150).parts
    assert len(few) == 1
    assert len(few[0].table.rows) <= PAGE_ROWS
    assert few[0].title == "All. Not a comparison"
    nothing = spoil(review, "outcomes", lambda frame: frame.iloc[:0])
    assert charts.draw_overview(nothing, title="All").parts == []


def test_a_cohort_is_shown_with_its_first_outcome_and_only_where_it_is_large_enough(review):
    codes = list(review.package.tables["outcomes"].field("outcome").labels)
    whole = review.tables["outcomes"]
    summed = set(review.tables["disjoint_cohorts"]["cohort_id"])
    reports = review.tables["reports"]
    included = set(reports.loc[reports["report_id"].isin(review.included), "study_id"])
    shown = charts.draw_overview(review, title="All", least=20).parts
    for figure in (figure for chart in shown for figure in chart.table.figures):
        row = review.row(figure.row_id)
        if pd.isna(row["total"]):
            assert review.tables["cohorts"].set_index("cohort_id")["arm"].notna()[row["cohort_id"]]
            continue  # a percentage, drawn because the other arm of its trial is
        if row["cohort_id"] in summed and row["total"] < 20:
            continue  # one of several cohorts without a common patient, whose sum is drawn
        assert row["total"] >= 20
        assert review.cohort_studies[row["cohort_id"]] in included
        same = whole.loc[
            whole["cohort_id"].eq(row["cohort_id"])
            & whole["report_id"].eq(row["report_id"])
            & whole["events"].notna()
            & whole["total"].ge(20)
            & whole["denominator"].isin(["treated", "enrolled", "evaluable"])
        ]
        response = review.package.tables["outcomes"].field("outcome").codes_in("response")
        first = min(same.loc[same["outcome"].isin(response), "outcome"], key=codes.index)
        assert row["outcome"] == first


def test_a_study_is_shown_with_the_count_that_its_pool_holds(review, plans):
    """Else a reader meets two counts of one trial, evaluable on one page and treated on the other."""

    def told(row_id):
        row = review.row(row_id)
        return review.cohort_studies[row["cohort_id"]], row["outcome"], row["denominator"] == "responders"

    def counts(row_ids):
        return {tuple(review.row(row_id)[name] for name in ("events", "total")) for row_id in row_ids}

    drawn: dict[tuple, set[str]] = {}
    for chart in charts.draw_overview(review, title="All").parts:
        for figure in chart.table.figures:
            drawn.setdefault(told(figure.row_id), set()).add(figure.row_id)
    timed: dict[str, Plan] = {}
    for plan in plans:  # of one stratum and outcome at several times the earliest comes first
        timed.setdefault(plan.key.rpartition(".")[0], plan)
    pools = [entry for plan in timed.values() for entry in plan.entries]
    outcomes = [entry for entry in pools if review.row_tables[entry.row_id] == "outcomes"]
    both = [entry for entry in outcomes if told(entry.row_id) in drawn]
    assert len(both) > 2
    for entry in both:
        assert counts(entry.row_ids) <= counts(drawn[told(entry.row_id)])
