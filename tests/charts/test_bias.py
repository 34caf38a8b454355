"""Risk-of-bias lights: every judgement, told by shape and sign as well as colour."""

import re
from dataclasses import replace
from itertools import groupby

import pandas as pd
import pytest

from livingreview.charts.bias import LIGHTS, UNKNOWN, _codes, draw_bias_lights
from livingreview.evidence import select_class
from livingreview.tables.appraisals import SIGNS, judged_results
from livingreview.tables.labels import TwinsError
from tests.drawn import CLASSES, sheets_of, words_of


@pytest.mark.slow
@pytest.mark.parametrize("class_id", CLASSES)
def test_every_judgement_is_drawn_in_both_widths(review, class_id):
    part = select_class(review, class_id)
    figures = sheets_of(draw_bias_lights(part, title="Risk of bias"))
    tools = judged_results(part)
    assert len(figures) == len(tools) > 0
    for figure, judged in zip(figures, tools, strict=True):
        signs = [SIGNS[code][0] for code in judged.answers["judgement"]]
        for sheet in figure.sheets():
            drawn = words_of(sheet)
            for sign in set(signs):
                used = {code for code in judged.answers["judgement"] if SIGNS[code][0] == sign}
                assert drawn.count(sign) == signs.count(sign) + len(used), "lights and key"
        assert all(topic.lower() in figure.description for topic in judged.domains["topic"])


def test_no_two_lights_look_alike_without_colour():
    looks = [*LIGHTS.items(), ("?", UNKNOWN)]
    signs = {dark: {sign for sign, place in SIGNS.values() if place == dark} for dark in LIGHTS}
    assert len({(look[0], frozenset(signs.get(dark, {"?"}))) for dark, look in looks}) == len(looks)


def test_the_last_domain_is_called_by_its_name():
    assert _codes(["Confounding", "Missing data", "Overall"]) == ["D1", "D2", "Overall"]


@pytest.mark.slow
def test_results_go_by_trial_then_outcome_whichever_report_tells_them(review):
    """TOWER once stood in three runs, and trial 20120215 in two."""
    (judged,) = [
        found
        for found in judged_results(select_class(review, "blinatumomab"))
        if found.tool.startswith("RoB 2")
    ]
    named = [name for name, _, _ in judged.results]
    trials = [re.match(r"(Trial )?[\w-]+", name)[0] for name in named]
    runs = [trial for trial, _ in groupby(trials)]
    assert runs == sorted(set(trials), key=str.casefold)
    assert {"TOWER", "Trial 20120215", "AALL1331", "INO-VATE"} == set(runs)
    tower = [name for name, trial in zip(named, trials, strict=True) if trial == "TOWER"]
    assert "overall survival" in tower[0]
    assert "complete remission" in tower[1]
    assert "transplant" in tower[2]
    assert tower[3].endswith("Cytokine release syndrome")


def test_two_results_of_one_name_stop_the_build(review):
    part = select_class(review, "blinatumomab")
    answers = part.tables["appraisals"]
    told = answers.loc[answers["result"].eq("kantarjian-2017.survival.blinatumomab.os-hr")]
    other = told.assign(result="brown-2021.survival.blinatumomab.os-hr", row_id=told["row_id"] + "-b")
    names = dict(part.report_names) | {"brown-2021": part.report_names["kantarjian-2017"]}
    changed = {"appraisals": pd.concat([told, other]), "cohorts": part.tables["cohorts"].assign(label="All")}
    spoiled = replace(part, tables=part.tables | changed, named=names)
    with pytest.raises(TwinsError, match="carry the same label"):
        draw_bias_lights(spoiled, title="Risk of bias")


def test_without_judgements_there_is_a_sentence(review):
    bare = replace(review, tables=review.tables | {"appraisals": review.tables["appraisals"].iloc[:0]})
    shown = draw_bias_lights(bare, title="Risk of bias")
    assert shown.parts == []
    assert shown.empty
