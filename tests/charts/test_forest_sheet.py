"""Where the words of the compact forest stand, on a desk and on a phone."""

import pytest

from livingreview.charts import draw_response
from livingreview.charts.forest_sheet import LABEL, OUTCOME, OUTCOMES, SHARES
from livingreview.charts.words import measure
from livingreview.evidence import select_setting
from tests.drawn import sheets_of, words_of

LINE = 145  # letters of a note in one line of a desk


@pytest.fixture(scope="module")
def figures(review, cores):
    found = [
        figure
        for core in cores.values()
        for group in ("response", "mrd")
        for figure in sheets_of(draw_response(core, group, title="R", outcome="MRD response"))
    ]
    places = [select_setting(review, name) for name in ("aml", "adult-relapse", "mrd-positive")]
    drawn = [draw_response(place, "response", title="R", most=30) for place in places]
    return [*found, *(figure for stack in drawn for figure in sheets_of(stack))]


def test_on_a_phone_no_count_stands_alone_on_a_line(figures):
    """Sub-title, outcome and count once ran together, and “12/44” stood alone."""
    counted = 0
    for figure in figures:
        words = words_of(figure.sheets()[1])
        alone = [word for word in words if word.replace("/", "", 1).isdigit() and "/" in word]
        assert alone == []
        counted += sum(word[:1].isdigit() and "/" in word.split(" ")[0] for word in words)
    assert counted > 50


def test_on_a_phone_the_heads_stand_apart(figures):
    """“MRD response, % of patients” once nearly touched “% [95% CI]”."""
    for figure in figures:
        phone = figure.sheets()[1]
        (share,) = [text for text in phone.texts if text["t"] == SHARES]
        heads = [
            text
            for text in phone.texts
            if text["y"] <= share["y"] and text["x"] > LABEL and text is not share
        ]
        start = phone.width - measure(SHARES, size=share["s"])
        assert heads
        assert all(text["x"] + measure(text["t"], size=text["s"]) <= start - 8 for text in heads)


def test_the_plot_has_the_room_that_outcomes_do_not_need(figures):
    """The column of outcomes once took 190 pixels for “CR”."""
    ends = {next(text["x"] for text in figure.sheets()[0].texts if text["t"] == "n/N") for figure in figures}
    assert min(ends) <= OUTCOME + OUTCOMES[1] + 60
    assert len(ends) > 1, "long outcomes keep their room"


def test_a_note_is_of_two_lines_and_the_rest_is_folded_and_printed(figures):
    """Captions were once seven or eight lines long."""
    for figure in figures:
        assert len(figure.note) <= 3 * LINE, figure.note
        page = str(figure.__html__())
        told = page.partition('<div class="lr-printed"><details><summary>What is counted')[2]
        assert figure.more[1][:40] in told.partition("</details>")[0].replace("&#39;", "'")


def test_a_restated_count_is_marked_once(cores):
    """“restated” under the name and “r” at the count once said it twice."""
    (figure,) = sheets_of(draw_response(cores["blinatumomab"], "response", title="R"))
    for sheet in figure.sheets():
        assert any("restated" in words for words in words_of(sheet))
        assert "r" not in words_of(sheet)
    assert "r: restated" not in figure.note + figure.more[1]
