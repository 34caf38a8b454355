"""Charts over time: the days of a regimen, the course of one patient."""

import re

import pytest

from livingreview.charts.courses import _encode_kinds
from livingreview.charts.render import PALETTE
from livingreview.evidence import select_class, select_part
from tests.drawn import CHARTS, CLASSES, figures_of, validate


@pytest.mark.parametrize("class_id", CLASSES)
@pytest.mark.parametrize("kind", ["calendars", "courses"])
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


def test_no_two_kinds_of_event_look_alike(review):
    kinds = list(review.package.field("patient_timeline", "kind").labels.values())
    color, shape, _ = _encode_kinds([{"kind": kind} for kind in kinds], kinds)
    marks = list(zip(color["scale"]["range"], shape["scale"]["range"], strict=True))
    assert len(set(marks)) == len(kinds) > len(PALETTE)
