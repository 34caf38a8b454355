"""Survival strips: medians and landmarks as reported, no interval that is not, controls beside."""

import re
from itertools import combinations
from math import hypot

import pandas as pd
import pytest

from livingreview.charts.landmarks import (
    EACH,
    OTHERS,
    Strips,
    _is_drawn,
    _join_single,
    _make_blocks,
    _of_some_size,
    draw_landmarks,
    say_marks,
)
from livingreview.charts.strip_sheet import DOT
from livingreview.display.html import HtmlTable
from livingreview.evidence import select_class
from livingreview.tables.common import with_cohorts
from tests.drawn import CLASSES, sheets_of, words_of


@pytest.fixture(scope="module")
def blocks(review) -> list[tuple[object, Strips]]:
    found = []
    for name in CLASSES:
        chapter = select_class(review, name)
        rows = [row for row in with_cohorts(chapter, "survival") if _is_drawn(chapter, row)]
        found += [(chapter, block) for block in _make_blocks(chapter, rows, "core")]
    return found


def test_marks_are_the_figures_of_their_rows(blocks):
    for chapter, block in blocks:
        for mark in (m for strip in block.strips for m in (*strip.marks, *strip.control)):
            row = chapter.row(mark.figure.row_id)
            if mark.share is None:
                assert row["statistic"] == "median"
                assert mark.months == row["estimate"] or row["unit"] == "days"
            else:
                assert (mark.months, mark.share) == (row["time_months"], row["estimate"])


def test_every_time_has_its_unit(blocks):
    """'31% at 24' was read out to those who do not see the axis."""
    said = {say_marks(marks) for _, block in blocks for strip in block.strips for marks in [strip.marks]}
    assert any(" at " in words for words in said)
    for told in said:
        words = re.sub(r" \[[^]]+\]", "", told)  # limits have the unit of what stands before them
        assert not re.search(r"\d(?!\d)(?! ?(?:mo|days|%)|\.\d)", words), words


def test_an_interval_is_drawn_only_where_one_is_reported(blocks):
    for chapter, block in blocks:
        for mark in (m for strip in block.strips for m in (*strip.marks, *strip.control)):
            row = chapter.row(mark.figure.row_id)
            assert (mark.low is None) == pd.isna(row["ci_low"])
            assert (mark.high is None) == pd.isna(row["ci_high"])


def test_the_control_of_a_trial_is_in_its_strip_and_named(blocks):
    strips = [strip for _, block in blocks for strip in block.strips if "randomised against" in strip.about]
    trial = next(strip for strip in strips if strip.name == "TOWER (Kantarjian 2017)")
    assert (say_marks(trial.marks), say_marks(trial.control)) == ("median 7.7 mo", "median 4.0 mo")
    beside = [strip for _, block in blocks for strip in block.strips if strip.control and strip not in strips]
    assert beside
    assert all("not randomised, comparator:" in strip.about for strip in beside)


def test_a_study_is_told_once_but_for_the_other_end_points_of_a_trial(blocks):
    told: dict[str, list[str]] = {}
    for _, block in blocks:
        population, _, endpoint = block.title.rpartition(": ")
        for strip in block.strips:
            told.setdefault(f"{population} {strip.name}", []).append(endpoint + strip.about)
    for name, endpoints in told.items():
        assert len(endpoints) == 1 or all("randomised" in words for words in endpoints), name


def test_small_cohorts_stand_in_the_table_alone(review, blocks):
    own = [block for chapter, block in blocks if chapter is blocks[-1][0]]
    kept = [strip for block in _of_some_size(own, 20) for strip in block.strips]
    assert len(kept) < sum(len(block.strips) for block in own)
    assert all(strip.patients >= 20 for strip in kept)
    figure = draw_landmarks(select_class(review, "blinatumomab"), title="Survival").parts[0]
    assert len([row for row in figure.table.rows if not row.heading]) > len(kept)
    assert "no survival curves" in figure.note


def test_patients_who_may_be_chosen_by_their_course_are_named_or_left_out(review):
    """Those without MRD after induction once stood for a whole trial, those after failure for the drug.

    A part is named; where neither its size nor anything of its whole is told it does not stand for the trial.
    """
    told = {
        row.cells[0]: row.cells[1]
        for name in ("bortezomib", "blinatumomab")
        for row in draw_landmarks(select_class(review, name), title="Survival").parts[0].table.rows
        if not row.heading
    }
    assert "COG AALL07P1 (Horton 2019)" not in told
    assert "After blinatumomab failure" not in told.values()
    assert told["Zhou 2022"] == "n = 90"


def test_parts_of_a_study_that_share_no_patient_stand_side_by_side(review):
    """Of three groups by burden only the two with the longest survival were once drawn."""
    (figure,) = draw_landmarks(select_class(review, "blinatumomab"), title="Survival").parts
    china = [row.cells[:2] for row in figure.table.rows if "China 14 centres" in str(row.cells[0])]
    assert [str(about).partition("n = ")[2] for _, about in china] == ["153", "61", "93"]
    assert china[1] == ["China 14 centres, leukaemic burden, Children, at least 5% blasts", "n = 61"]


def test_survival_from_failure_or_transplant_is_no_survival_with_the_treatment(review, blocks):
    """Those who failed, or who were transplanted, are not all who were treated."""
    late = {
        row["row_id"]
        for row in with_cohorts(review, "survival")
        if row["endpoint"] == "OS"
        and row["origin"] in ("failure of blinatumomab", "not reported, presumably transplant")
    }
    drawn = {
        mark.figure.row_id
        for _, block in blocks
        for strip in block.strips
        for mark in (*strip.marks, *strip.control)
    }
    assert late
    assert not late & drawn


def test_one_of_several_treatments_of_a_report_is_named(blocks):
    """The study is named by a treatment that these patients had not."""
    (strip,) = [
        strip
        for _, block in blocks
        for strip in block.strips
        if strip.marks[0].figure.row_id == "sfgm-tc-blinatumomab-dli.survival.alone.os-24m"
    ]
    assert "blinatumomab alone" in f"{strip.name}; {strip.about}"


def test_the_note_explains_the_marks_that_are_drawn(review):
    bare, full = (
        draw_landmarks(select_class(review, name), title="Survival").parts[0].note
        for name in ("bortezomib", "blinatumomab")
    )
    assert "Bars and brackets:" in full
    assert "Bars" not in bare
    assert "Dotted lines" in bare


def test_two_strips_are_a_table(review):
    told = draw_landmarks(select_class(review, "liposomal-mitoxantrone"), title="Survival").parts
    assert [type(part) for part in told] == [HtmlTable]
    assert told[0].caption == "Survival"


def test_no_heading_and_no_axis_stands_for_one_strip_alone(review, blocks):
    """Of ten headings seven once stood over one strip, and only two of the blocks had an axis."""
    joined = _join_single([block for chapter, block in blocks if chapter is blocks[-1][0]])
    assert all(len(block.strips) > 1 for block in joined)
    assert all(strip.of for strip in joined[-1].strips), "each says its population"
    figure = draw_landmarks(select_class(review, "blinatumomab"), title="Survival").parts[0]
    for sheet in figure.sheets():
        words = words_of(sheet)
        titles = [text for text in sheet.texts if text["t"].endswith("survival") and text["b"] == "bold"]
        assert words.count("0 months") >= len(titles) + 1 - 4 * sheet.phone
        assert words.count("0 months") == words.count("12") > 4


@pytest.fixture(scope="module")
def pictures(review) -> list:
    chapters = [select_class(review, name) for name in ("bortezomib", "blinatumomab")]
    figures = [figure for chapter in chapters for figure in sheets_of(draw_landmarks(chapter, title="S"))]
    return [sheet for figure in figures for sheet in figure.sheets()]


def test_no_mark_of_one_arm_hides_one_of_the_other(pictures):
    """Fifteen points were five pixels: the treated arm's dot covered the control's ring."""
    pairs = 0
    for sheet in pictures:
        dots = [mark for mark in sheet.marks if "A" in mark["d"] and mark["n"]]
        for one, other in combinations(dots, 2):
            if one["n"] == other["n"] and one["f"] != other["f"]:
                pairs += 1
                apart = hypot(one["x"] - other["x"], one["y"] - other["y"])
                assert apart >= DOT + 1.5, "a dot and its stroke"
    assert pairs >= 12


def test_a_strip_with_landmarks_says_where_0_and_100_per_cent_are(pictures):
    """A dot without a scale can be read as any share."""
    for sheet in pictures:
        tall = {mark["n"] for mark in sheet.marks if "A" in mark["d"] and mark["n"]}
        words = words_of(sheet)
        assert words.count("0%") == words.count("100%") == len(tall) > 0


def test_a_reported_interval_is_printed_where_its_dot_may_hide_it(pictures, blocks):
    words = [word for _, block in blocks for strip in block.strips for word in [say_marks(strip.marks)]]
    assert any("95% [91.5–99.3] at 30 mo" in word for word in words)
    assert all("95% [91.5–99.3] at 30 mo" in words_of(sheet) for sheet in pictures[2:])
    for _, block in blocks:
        for mark in (m for strip in block.strips for m in (*strip.marks, *strip.control)):
            assert ("[" in mark.words) == (mark.low is not None)


def test_trials_in_first_relapse_stand_together_and_the_rest_is_called_what_it_is(blocks):
    """A trial's event-free survival once stood under "populations with one study each"."""
    joined = _join_single([block for chapter, block in blocks if chapter is blocks[-1][0]])
    (first,) = [block for block in joined if block.title.endswith("first relapse: overall survival")]
    assert [strip.name.partition(" (")[0] for strip in first.strips] == [
        "AALL1331, low risk",
        "AALL1331, high and intermediate risk",
        "Trial 20120215",
    ]
    assert {strip.of for strip in first.strips} == {"children and adults", "children and adolescents"}
    assert joined[-1].title == OTHERS == "Other outcomes and populations"
    alone = _join_single([block for _, block in blocks if len(block.strips) == 1])
    assert [block.title for block in alone] == [EACH], "other than nothing would be no heading"


def test_one_that_could_stand_with_two_blocks_stands_with_neither(blocks):
    """Patients of unknown age belong neither to the adults nor to the children."""
    own = [block for chapter, block in blocks if chapter is blocks[-1][0]]
    joined = _join_single(_of_some_size(own, 40))
    adults, children = (
        next(block for block in joined if block.title.endswith(f"{age}: overall survival"))
        for age in ("relapsed or refractory, adults", "relapsed or refractory, children and adolescents")
    )
    assert all(not strip.of for block in (adults, children) for strip in block.strips)
    assert any("SFGM" in strip.name for strip in joined[-1].strips)
