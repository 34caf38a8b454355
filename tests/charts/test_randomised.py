"""Randomised comparisons: printed hazard ratios, risk ratios from both counts, and why there is none."""

import pytest

from livingreview.charts import draw_randomised
from livingreview.charts.randomised import _by_trial, _event_ratios, _hazard_ratios, _risk_ratios
from livingreview.display.html import HtmlTable, Stack
from livingreview.evidence import select_class, select_setting
from livingreview.tables.arms import find_arms
from tests.drawn import words_of


@pytest.fixture(scope="module")
def chapter(review):
    return select_class(review, "blinatumomab")


@pytest.fixture(scope="module")
def arms(chapter):
    return find_arms(chapter)


def by_words(pairs):
    return {(trial.report_id, ratio.words): ratio for trial, ratio in pairs}


def test_a_hazard_ratio_stands_as_it_is_printed(chapter, arms):
    told = by_words(_hazard_ratios(chapter, arms))
    ratio = told["kantarjian-2017", "Overall survival"]
    assert (ratio.shown, ratio.experimental, ratio.control) == ("HR 0.71 [0.55–0.93]", "7.7 mo", "4.0 mo")
    assert told["brown-2021", "Disease-free survival"].experimental == "54% at 2 y"


def test_a_ratio_of_another_report_than_the_arms_says_so_and_what_is_restated_is_marked(chapter, arms):
    """A ratio of 2025 once stood beside survival of 2021 as if one report had given both, and unmarked."""
    told = by_words(_hazard_ratios(chapter, arms))
    ratio = told["fda-blinatumomab-2025", "Overall survival, ratio reported 2025"]
    assert (ratio.experimental, ratio.control) == ("81% at 3 y", "56% at 3 y")
    assert ratio.second_hand
    assert not told["kantarjian-2017", "Overall survival"].second_hand
    assert [figure.row_id for figure in ratio.figures] == [
        "fda-blinatumomab-2025.survival.blinatumomab.os-hr",
        "locatelli-2021.survival.blinatumomab.os-36m",
        "locatelli-2021.survival.chemotherapy.os-36m",
    ]


def test_an_analysis_of_its_own_gives_way_to_the_plain_one(chapter, arms):
    words = [ratio.words for trial, ratio in _hazard_ratios(chapter, arms) if trial.study_id == "tower"]
    assert not any("censored" in word for word in words)


def test_an_analysis_of_some_events_stands_without_the_shares_of_all(review):
    """A ratio of disease events alone once stood beside the survival free of any event in both arms."""
    children = select_setting(review, "child-first-relapse")
    told = [ratio for _, ratio in _hazard_ratios(children, find_arms(children, None))]
    specific = [ratio for ratio in told if "cause-specific" in ratio.words]
    assert [(ratio.experimental, ratio.control) for ratio in specific] == [("–", "–")] * 2
    assert not any("rogression-free" in ratio.words for ratio in specific), "no ratio of the whole endpoint"
    assert any(ratio.experimental != "–" for ratio in told)


def test_without_printed_survival_the_arms_show_who_was_free_of_an_event(chapter, arms):
    """The primary endpoint of a trial once had dashes, though both arms count those without an event."""
    (ratio,) = [
        ratio
        for trial, ratio in _hazard_ratios(chapter, arms)
        if trial.study_id == "nct02393859" and ratio.words.startswith("Event-free survival")
    ]
    assert (ratio.experimental, ratio.control) == ("37/54 free", "23/54 free")
    assert "locatelli-2021.outcome.blinatumomab.favourable" in [figure.row_id for figure in ratio.figures]


def test_a_risk_ratio_is_that_of_both_counts(chapter, arms):
    told = by_words(_risk_ratios(chapter, arms, "good"))
    ratio = told["brown-2021", "MRD negative, end of cycle 1"]
    assert (ratio.experimental, ratio.control) == ("79/105", "33/103")
    assert ratio.value == pytest.approx((79 / 105) / (33 / 103))
    assert ratio.shown == "RR 2.35 [1.74–3.18]"


def test_without_both_counts_there_is_no_ratio_but_a_reason(chapter, arms):
    ratio = by_words(_risk_ratios(chapter, arms, "good"))[
        "kantarjian-2017", "Complete remission (CR), within 12 weeks"
    ]
    assert ratio.value is None
    assert ratio.low is None
    assert ratio.shown == "no ratio: control count not reported"
    assert ratio.control == "16%"


def test_an_arm_without_events_gives_no_ratio(chapter, arms):
    told = [ratio for _, ratio in _event_ratios(chapter, arms) if ratio.control.startswith("0/")]
    assert told
    assert {ratio.shown for ratio in told} == {"no ratio: no event in the control arm"}


def test_panels_go_by_direction(chapter, arms):
    field = chapter.package.field("outcomes", "outcome")
    for way in ("good", "bad"):
        for _, ratio in _risk_ratios(chapter, arms, way):
            assert field.direction(chapter.row(ratio.figures[0].row_id)["outcome"]) == way


def test_each_axis_says_which_side_favours_what(chapter):
    figure = draw_randomised(chapter, title="Randomised").parts[0]
    for sheet in figure.sheets():
        words = [text["t"] for text in sheet.texts if "favours" in text["t"] or "fewer" in text["t"]]
        assert words == [
            "← favours blinatumomab",
            "favours control →",
            "← favours control",
            "favours blinatumomab →",
            "← fewer with blinatumomab",
        ]


def test_without_a_trial_a_sentence_says_so(review):
    none = draw_randomised(select_class(review, "bortezomib"), title="Randomised")
    assert isinstance(none, Stack)
    assert none.parts == []
    assert "No randomised trial of this chapter's own regimens" in none.empty


def test_the_note_explains_what_is_drawn_and_names_another_level(review):
    """An interval of 97.5% once stood under the words "95% confidence intervals"."""
    adults = select_setting(review, "adult-relapse")
    note = draw_randomised(adults, title="Randomised").parts[0].note
    assert "where no other level is named" in note
    ratios = by_words(_hazard_ratios(adults, find_arms(adults, None)))
    assert ratios["kantarjian-2019", "Overall survival"].shown == "HR 0.75 [97.5% CI 0.57–0.99]"


def test_one_ratio_is_a_table_that_says_what_it_is(review):
    (table,) = draw_randomised(select_setting(review, "aml"), title="Randomised").parts
    assert isinstance(table, HtmlTable)
    assert table.notes == [
        "RR: risk ratio from both arms' counts, log method. Brackets: 95% confidence intervals."
    ]
    assert "RR 0.66 [0.33–1.30]" in [row.cells[3] for row in table.rows if not row.heading]


def test_a_trial_is_named_by_its_own_report_and_what_another_tells_by_that_one(review):
    """Counts of INO-VATE's final report once stood under the name of a table that repeats the first one."""
    adults = select_setting(review, "adult-relapse")
    arms = find_arms(adults, None)
    trials = _by_trial(adults, list(_risk_ratios(adults, arms, "good")))
    (told,) = [trial for trial in trials if trial.name == "INO-VATE (Kantarjian 2019)"]
    words = {ratio.words: ratio.experimental for ratio in told.ratios}
    assert words["CR or CRi"] == "121/164"
    first = "first analysis, of the first 218 randomised, as repeated in ASH table of phase 3 trials"
    assert words[f"Composite complete remission (CRc), {first}"] == "80.7%"
    assert words[f"MRD negative, of responders, {first}"] == "78.4%"


def test_on_a_phone_a_ratio_without_rates_says_so_in_words(review):
    """“– v –” under a hazard ratio once told a reader nothing."""
    (figure,) = draw_randomised(select_setting(review, "child-first-relapse"), title="Randomised").parts
    _, phone = figure.sheets()
    words = words_of(phone)
    assert any(text.startswith("no rates by arm") for text in words)
    assert not any(text.startswith("– v –") for text in words)
