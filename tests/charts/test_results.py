"""Charts of results on the real evidence: strata apart, exact intervals, no patient twice, none dropped."""

import re

import pytest

from livingreview import charts
from livingreview.evidence import select_class, select_part
from tests.drawn import CHARTS, CLASSES, figures_of, validate

RESULTS = ("response", "mrd", "survival", "bridge", "harm")


@pytest.mark.parametrize("class_id", CLASSES)
@pytest.mark.parametrize("kind", RESULTS)
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


def test_forests_show_exact_intervals_and_keep_strata_apart(review):
    figures = figures_of(CHARTS["response"](select_part(review, "core")))
    assert all(
        figure.spec["datasets"] if "datasets" in figure.spec else figure.spec["data"] for figure in figures
    )
    titles = [figure.title for figure in figures]
    assert len(titles) == len(set(titles))
    assert any("AML" in title for title in titles)
    assert not any("AML" in title and "ALL" in title.replace("AML", "") for title in titles)
    text = next(
        figure.description
        for figure in figures_of(CHARTS["response"](select_class(review, "bortezomib")))
        if "10/23" in figure.description
    )
    assert "10/23 (43.5%) [23 to 66%]" in text


def test_single_patients_and_subgroups_stay_out_of_forests(review):
    for figure in figures_of(CHARTS["response"](review)):
        assert not re.search(r"\b[0-4]/[0-4]\b ", figure.description), figure.description


RESULTS = ("response", "mrd", "survival", "bridge", "harm")


@pytest.mark.slow
@pytest.mark.parametrize("class_id", CLASSES)
def test_every_row_of_a_class_stands_in_a_table_of_its_chapter(review, class_id):
    """Nothing is dropped silently: outcomes, survival and events that no chart shows are in a table."""
    part = select_class(review, class_id)
    groups = set(review.package.tables["outcomes"].field("outcome").groups.values())
    shown = (
        [CHARTS[kind](part) for kind in ("survival", "harm")]
        + [charts.draw_forest(part, group, title="t") for group in ("response", "mrd", "mortality")]
        + [charts.draw_bridge(part, title="t")]
    )
    html = "\n".join(str(item.__html__()) for item in shown)
    assert {"response", "mrd", "mortality", "transplant"} <= groups
    outcome_groups = review.package.tables["outcomes"].field("outcome").groups
    for _, row in part.tables["outcomes"].iterrows():
        if outcome_groups[row["outcome"]] in ("response", "mrd", "mortality", "transplant"):
            assert f'#{row["row_id"]}"' in html, row["row_id"]
    for name in ("survival", "adverse_events"):
        for row_id in part.tables[name]["row_id"]:
            assert f'#{row_id}"' in html, row_id
