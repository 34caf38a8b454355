"""How figures are written."""

import re

import pandas as pd
import pytest
from markupsafe import Markup

from livingreview.display.marks import legend
from livingreview.display.numbers import (
    Figure,
    count_words,
    exact_interval,
    figures_in,
    fill_figures,
    format_count,
    format_interval,
    format_percent,
    make_figure,
    write_value,
)


@pytest.mark.parametrize(
    ("events", "total", "text"),
    [
        (10, 23, "10/23 (43%)"),
        (0, 20, "0/20 (0%)"),
        (20, 20, "20/20 (100%)"),
        (1, 1, "1/1"),
        (0, 0, "0/0"),
        (91, 271, "91/271 (33.6%)"),
    ],
)
def test_counts(events, total, text):
    assert format_count(events, total) == text


def test_one_decimal_only_where_a_hundred_patients_carry_it():
    assert format_percent(0.4348, 99) == "43%"
    assert format_percent(0.4348, 100) == "43.5%"


def test_exact_interval_of_a_printed_example():
    """10 of 22 with 45.5% (24.4 to 67.8), as printed intervals of this field are."""
    low, high = exact_interval(10, 22)
    assert (round(100 * low, 1), round(100 * high, 1)) == (24.4, 67.8)
    assert format_interval(low, high, 22) == "24 to 68%"


def test_a_figure_links_to_its_row_and_says_what_was_printed(review):
    row_id = "ramos-2025.outcome.relapse.cr"
    figure = make_figure(review, row_id)
    assert figure.text == "10/23 (43.5%)"
    assert figure.href == f"reports/ramos-2025.html#{row_id}"
    assert "as printed" in figure.title
    assert "Ramos Peñafiel 2025" in figure.origin
    assert figure.title in figure.__html__()


def test_restated_and_flagged_figures_are_marked(review):
    figure = make_figure(review, "hochberg-2026.outcome.leukaemia.cr")
    assert "restated" in figure.marks
    flagged = make_figure(review, "ramos-2025.outcome.relapse.refractory")
    assert "flagged" in flagged.marks
    assert "discrepancy registered" in flagged.link()
    assert "restated" in legend([figure])
    assert "does not add up" in legend([flagged])
    assert legend([]) == ""


def test_a_figure_without_a_row_cannot_be_written(review):
    with pytest.raises(KeyError, match="every figure on a page needs a row"):
        make_figure(review, "ramos-2025.outcome.nothing")


def test_text_from_data_is_escaped():
    figure = Figure('<b>"x"</b>', "a.b", 'r.html#"x"', '<script>alert("x")</script>')
    html = figure.__html__()
    assert "<b>" not in html
    assert "<script>" not in html
    assert 'title="&lt;script&gt;' in html


def test_conclusions_are_filled_with_figures(review):
    text = fill_figures(review, "A < B: {ramos-2025.outcome.relapse.cr}, no more.")
    assert isinstance(text, Markup)
    assert text.startswith("A &lt; B: <a class=")
    assert "10/23 " in text
    assert "(43.5%)" in text
    assert text.endswith("no more.")


def test_conclusions_name_reports_as_they_are_called(review):
    text = fill_figures(review, "By {gokbuget-2018} and {mt103-211-hsct-ash}.")
    link = '<a href="reports/gokbuget-2018.html">BLAST, Gökbuget 2018</a>'
    assert text.startswith(f"By {link} and ")
    assert "not established" not in text
    assert figures_in(review, "By {gokbuget-2018}.") == []


@pytest.mark.slow
def test_every_row_can_be_written(review):
    """No figure of the evidence shows as 'nan', '<NA>' or nothing at all where it has a value."""
    for row_id in review.row_tables:
        figure = make_figure(review, row_id)
        assert "nan" not in figure.text.lower().split(), (row_id, figure.text)
        assert "<NA>" not in figure.text, (row_id, figure.text)
        assert "<NA>" not in figure.title


@pytest.mark.parametrize(
    ("code", "told"), [("not_reached", "not reached"), ("not_estimable", "not estimable")]
)
def test_an_interval_without_upper_limit_is_told_as_printed(review, code, told):
    row = review.row("locatelli-2022-rialto.survival.all.os-median") | {"ci_high_open": code}
    assert write_value(review, row) == f"14.6 months (95% CI 11.0 to {told})"


def test_a_figure_derived_from_restated_ones_carries_both_marks(review):
    assert make_figure(review, "stein-2018.outcome.alcantara.cr").marks[:2] == (
        "restated",
        "derived",
    )


@pytest.mark.parametrize(
    ("dose", "unit", "frequency", "told"),
    [
        (15.0, "ug/m2/day", "continuous", "15 µg/m²/day"),
        (pd.NA, pd.NA, "5, then 15 µg/m²/day", "5, then 15 µg/m²/day"),
        (pd.NA, pd.NA, "one 2-week cycle", "dose not given"),
        (pd.NA, pd.NA, pd.NA, "dose not given"),
    ],
)
def test_a_dose_in_steps_is_told_as_its_schedule(review, dose, unit, frequency, told):
    row = review.row("gokbuget-2018.component.blinatumomab.blinatumomab") | {
        "dose": dose,
        "dose_unit": unit,
        "frequency": frequency,
    }
    assert write_value(review, row | {"as_reported": "blinatumomab"}) == told


@pytest.mark.parametrize(
    ("worded", "told"),
    [("1.8 mg/m2", "no single dose: see the wording"), ("for 5 days", "dose not given")],
)
def test_a_dose_that_no_code_holds_is_not_said_to_be_left_out(review, worded, told):
    """Ranges, doses a cycle and units without a code were called doses that the report does not give."""
    row = review.row("gokbuget-2018.component.blinatumomab.blinatumomab") | dict.fromkeys(
        ("dose", "dose_unit", "frequency"), pd.NA
    )
    assert write_value(review, row | {"as_reported": worded}) == told


@pytest.mark.parametrize(
    ("number", "words", "told"),
    [
        ("1", "1 months", "1 month"),
        ("1", "at most 1 cycles", "at most 1 cycle"),
        ("1", "1 doses a day", "1 dose a day"),
        ("2", "2 months", "2 months"),
        ("11", "11 months", "11 months"),
        ("1.1", "1.1 months", "1.1 months"),
        ("1", "1%", "1%"),
    ],
)
def test_one_of_a_thing_is_told_in_the_singular(number, words, told):
    assert count_words(number, words) == told


def test_a_ratio_does_not_name_itself_after_its_number(review):
    """'The odds ratio was 1.9 odds ratio'."""
    figure = make_figure(review, "goto-2024.figure.or-failure-bortezomib")
    assert figure.text == "1.9 (95% CI 0.4 to 8.7)"


def test_a_grade_is_told_before_its_number(review):
    grades = review.tables["patient_timeline"]
    grades = grades.loc[grades["unit"].eq("grade"), "row_id"]
    assert len(grades) > 1
    assert all(re.fullmatch(r"grade \d", write_value(review, review.row(row))) for row in grades)


def test_what_is_printed_in_words_is_no_missing_count(review):
    row = review.row("hochberg-2026.ae.enrolled.infection-grade-4-5")
    assert write_value(review, row) == f"“{row['as_reported']}”"
    assert write_value(review, row | {"as_reported": "long " * 30}) == "count not reported"


def test_a_number_that_is_not_reported_carries_no_mark(review):
    cohorts = review.tables["cohorts"]
    restated = cohorts.loc[cohorts["n_enrolled"].isna() & cohorts["basis"].eq("restated"), "row_id"]
    assert len(restated)
    assert not any(make_figure(review, row).marks for row in restated)
