"""The compact forest: one row a study, favourable outcomes only, filled where it is pooled."""

import re
from dataclasses import replace
from itertools import pairwise

import pandas as pd
import pytest

from livingreview.charts import draw_response
from livingreview.charts.candidates import candidates
from livingreview.charts.forest_rows import (
    NEW_STUDY,
    Line,
    describe,
    explain,
    leave_smallest,
    say_counted,
    tabulate,
)
from livingreview.charts.labels import short_outcome
from livingreview.charts.response import _make_blocks, outcome_ranks
from livingreview.charts.sheet import SheetFigure
from livingreview.display.html import HtmlTable
from livingreview.evidence import select_class, select_part, select_setting
from livingreview.tables.counts import LEAST_PATIENTS
from livingreview.tables.plan import synthesis_plan
from livingreview.tables.pool import FAR_FROM_MEDIAN
from tests.changed import spoil
from tests.drawn import sheets_of, words_of


@pytest.fixture(scope="module")
def blocks(cores):
    """(evidence, group, blocks) of every class and both groups."""
    return [
        (core, group, _make_blocks(core, group, candidates(core, group, 5), group))
        for core in cores.values()
        for group in ("response", "mrd")
    ]


def test_a_study_has_one_row_in_a_population_unless_it_compares_regimens(blocks):
    for core, _, found in blocks:
        regimens = core.tables["cohorts"].set_index("cohort_id")["regimen_id"]
        for block in found:
            cohorts = [
                (core.row(line.figures[0].row_id)["cohort_id"], line.population) for line in block.lines
            ]
            told = [(core.cohort_studies[cohort], regimens[cohort], place) for cohort, place in cohorts]
            assert len(set(told)) == len(told), block.title


def test_every_row_is_good_for_a_patient_and_counts_what_it_says(blocks):
    for core, group, found in blocks:
        field = core.package.field("outcomes", "outcome")
        for line in (line for block in found for line in block.lines):
            rows = [core.row(figure.row_id) for figure in line.figures]
            assert {field.direction(row["outcome"]) for row in rows} == {"good"}
            assert {field.groups[row["outcome"]] for row in rows} == {group}
            if line.low is None:
                assert line.count.startswith("–")
                assert line.share == rows[0]["percent_reported_pct"]
            elif "counted again" not in line.label:
                events, total = (sum(int(row[name]) for row in rows) for name in ("events", "total"))
                assert line.count == f"{events}/{total}"
                assert line.value == pytest.approx(100 * events / total)
                assert line.low <= line.value <= line.high


def test_filled_rows_are_those_of_the_pools(cores, blocks):
    drawn = 0
    for core, group, found in blocks:
        pooled = {
            row_id
            for plan in synthesis_plan(core, (group,))
            if plan.decision == "pooled"
            for entry in plan.entries
            for row_id in entry.row_ids
        }
        lines = [line for block in found for line in block.lines]
        assert {line.figures[0].row_id for line in lines if line.pooled} <= pooled
        assert all(line.reason for line in lines if line.figures[0].row_id not in pooled)
        pools = [(pool.outcome, pool.patients) for block in found for pool in block.pools]
        nested = {code for cell in core.tables["pooled_results"]["codes"] for code in cell.split("; ")}
        asked = [
            (short_outcome(plan.outcome), plan.pooled.total)
            for plan in synthesis_plan(core, (group,))
            if plan.decision == "pooled" and core.row(plan.entries[0].row_id)["outcome"] in nested
        ]
        assert set(asked) <= set(pools)
        drawn += len(pools)
    assert drawn


def test_a_pool_stands_under_its_rows_and_over_those_not_pooled(blocks):
    for _, _, found in blocks:
        for block in found:
            hollow, waiting = False, False
            for item in block.items:
                if isinstance(item, Line):
                    assert not (item.pooled and hollow), block.title
                    hollow, waiting = not item.pooled, waiting or item.pooled
                else:
                    assert isinstance(item, str) <= (not waiting), block.title
                    hollow, waiting = False, False
            assert not waiting, block.title


def test_the_widest_definition_is_a_tick_of_the_same_patients(blocks):
    ticks = [line for _, _, found in blocks for block in found for line in block.lines if line.wider]
    assert ticks
    assert all(line.wider > line.value for line in ticks)


@pytest.mark.slow
def test_another_report_of_the_same_patients_may_tell_the_widest_definition(review):
    """One trial once had 33% as its widest definition in a figure and 39% in the table over it."""
    place = select_setting(review, "child-later-relapse")
    found = _make_blocks(place, "response", candidates(place, "response", 5), "Remission")
    (trial,) = [
        line
        for block in found
        for line in block.lines
        if line.figures[0].row_id == "stein-2018.outcome.mt103-205.cr"
    ]
    assert "27/70" in trial.wider_words
    assert trial.wider == pytest.approx(100 * 27 / 70)


def test_the_narrowest_pooled_definition_comes_first(cores):
    ranks = outcome_ranks(cores["blinatumomab"], "response")
    assert sorted(ranks, key=ranks.get)[:5] == ["cr", "cr_crh", "cr_crp", "cr_cri", "crc"]
    assert ranks["orr"] == ranks["crh"] == 5


def test_where_nothing_is_pooled_the_schema_orders(cores):
    core = cores["bortezomib"]
    empty = core.tables["pooled_results"].iloc[:0]
    without = replace(core, tables={**core.tables, "pooled_results": empty})
    ranks = outcome_ranks(without, "response")
    assert list(ranks) == core.package.field("outcomes", "outcome").codes_in("response")
    assert list(ranks.values()) == list(range(len(ranks)))


def test_two_rows_are_a_table_and_none_a_sentence(cores):
    few = draw_response(cores["liposomal-mitoxantrone"], "response", title="Response").parts
    assert [type(part) for part in few] == [HtmlTable]
    none = draw_response(cores["liposomal-mitoxantrone"], "mrd", title="MRD", least=10_000)
    assert none.parts == []
    assert none.empty


def test_a_population_is_not_headed_twice(blocks):
    for _, group, found in blocks:
        rows = tabulate(found, group).rows
        assert not any(one.heading and after.heading for one, after in pairwise(rows))


def test_studies_left_to_the_table_are_told_by_their_size(cores):
    core = cores["bortezomib"]
    notes = {most: draw_response(core, "response", title="R", most=most).parts[0].more[1] for most in (9, 99)}
    small = r"In the table alone: studies of fewer than \d\d patients that are in no primary pool, "
    assert re.search(f"{small}and percentages of groups whose size is not reported.", notes[9])
    assert "table alone" not in notes[99]


@pytest.mark.slow
def test_a_large_group_is_drawn_though_its_report_gives_a_percentage_alone(review):
    """Series of 106 and of 172 patients were once left to the table, as of fewer than 15 patients."""
    cohorts = review.tables["cohorts"].set_index("cohort_id")
    for setting, row_id in (
        ("adult-relapse", "neuf-2023.outcome.rr-ph-negative.crc"),
        ("aml", "canaani-2020.outcome.all.crc"),
    ):
        place = select_setting(review, setting)
        found = _make_blocks(place, "response", candidates(place, "response", LEAST_PATIENTS), "R")
        drawn = {
            line.figures[0].row_id: line for block in leave_smallest(found, 30)[0] for line in block.lines
        }
        lines = [line for block in found for line in block.lines]
        left = [line.size for line in lines if line.figures[0].row_id not in drawn]
        assert left, "the chart has more studies than it draws"
        line = drawn[row_id]
        assert line.patients is None
        assert line.size == cohorts["n_enrolled"][review.row(row_id)["cohort_id"]] > max(left)


def test_reasons_stand_in_the_picture_only_where_something_is_pooled(cores):
    pooled, bare = (
        draw_response(cores[name], "response", title="Response").parts[0]
        for name in ("blinatumomab", "bortezomib")
    )
    assert isinstance(pooled, SheetFigure)
    for figure, told in ((pooled, True), (bare, False)):
        words = {text["t"] for text in figure.sheets()[0].texts}
        assert ("Not pooled because" in words) == told
    assert "None of these counts enters a primary pool" in bare.more[1]
    assert "Pools with one rule changed" in bare.more[1]  # the evidence page shows one


def test_a_note_tells_of_other_pools_only_where_the_evidence_page_shows_them(review, cores):
    beside = select_part(select_class(review, "bortezomib"), "beside")
    for evidence in (cores["mitoxantrone-clofarabine"], beside):
        (figure,) = draw_response(evidence, "response", title="Response").parts
        assert "None of these counts enters a primary pool" in figure.more[1]
        assert "one rule changed" not in figure.more[1]


def test_a_share_without_a_count_has_its_widest_definition_too(cores):
    """Two arms once stood in the reverse of the order that their report's own definition gives."""
    (figure,) = draw_response(cores["bortezomib"], "response", title="Response").parts
    told = [row.cells for row in figure.table.rows if not row.heading and "Horton 2014" in row.cells[0][0]]
    assert [cells[4] for cells in told] == ["CRc 57%", "CRc 48%"]
    assert [cells[2][0].text for cells in told] == ["29%", "43%"]


def test_of_a_trial_that_only_gives_context_both_arms_stand(review):
    """The arm with another drug once stood alone for the regimen."""
    beside = select_part(select_class(review, "liposomal-mitoxantrone"), "beside")
    (figure,) = draw_response(beside, "response", title="Response").parts
    told = [row.cells[0][0] for row in figure.table.rows if not row.heading and "E2995" in row.cells[0][0]]
    assert len(told) == 2
    assert any("MEC alone" in name for name in told)


def test_shares_at_several_times_say_when(cores):
    (figure,) = draw_response(cores["bortezomib"], "mrd", title="MRD").parts
    (whom,) = [row.cells[1][1] for row in figure.table.rows if "Horton 2019" in str(row.cells[0])]
    assert "after cycle 1, 64% after cycle 3" in whom


def test_what_a_note_leaves_to_the_table_is_in_it(cores):
    """The table once left out the same studies as the picture."""
    core = cores["bortezomib"]
    drawn, whole = (draw_response(core, "response", title="Response", most=most).parts[0] for most in (9, 0))
    assert drawn.table.rows == whole.table.rows
    assert len(drawn.sheets()[0].texts) < len(whole.sheets()[0].texts)


def test_a_study_of_one_report_under_two_headings_is_named(review, in_settings):
    """Studies with one label were once missed, as that of a German group in first and in later relapse."""
    blocks = in_settings["adult-relapse", "response"]
    places: dict[str, set[tuple]] = {}
    for block in blocks:
        for line in block.lines:
            places.setdefault(line.name, set()).add(line.population)
    twice = [name for name, populations in places.items() if len(populations) > 1]
    assert twice
    note = explain(review, blocks)
    assert all(label in note.partition("patients may stand twice: ")[2] for label in twice)


def test_a_new_study_is_explained_where_it_is_drawn(cores):
    """The words “a new study” and what they mean stand in one figure, and nowhere without the other."""
    seen = set()
    for core in cores.values():
        for figure in sheets_of(draw_response(core, "response", title="R")):
            words = " ".join(" ".join(words_of(sheet)) for sheet in figure.sheets())
            drawn = "a new study:" in words
            assert drawn == (NEW_STUDY in figure.more[1])
            seen.add(drawn)
    assert True in seen


SETTINGS = ("adult-relapse", "child-first-relapse", "child-later-relapse", "aml")


@pytest.fixture(scope="module")
def in_settings(review):
    """The blocks of two clinical settings: several classes and both arms of trials."""
    places = {name: select_setting(review, name) for name in SETTINGS}
    return {
        (name, group): _make_blocks(place, group, candidates(place, group, 5), group)
        for name, place in places.items()
        for group in ("response", "mrd")
    }


def test_a_description_counts_studies_and_not_rows(in_settings):
    """Twelve rows of ten studies were once told as twelve studies."""
    told = describe(in_settings["aml", "response"])
    counts = [tuple(map(int, found)) for found in re.findall(r": (\d+) rows of (\d+) studies, from", told)]
    assert counts
    assert all(rows > studies for rows, studies in counts)
    (block,) = [block for block in in_settings["child-later-relapse", "response"] if len(block.lines) == 3]
    assert ": 3 studies, from" in describe([block] * 6), "one row each"


def test_a_description_names_the_arm(in_settings):
    """Three arms of one report were once told in the same words."""
    told = describe(in_settings["child-first-relapse", "mrd"])
    names = told.split("CCE induction against historical ALL R3, 2015: ")[1:]
    arms = [words.partition(", MRD")[0] for words in names]
    assert len(arms) == len(set(arms)) == 3
    assert "High-risk relapse, given idarubicin in ALL R3" in arms
    told = describe(in_settings["adult-relapse", "mrd"])
    assert "INO-VATE (in ASH table of phase 3 trials), chemotherapy (first analysis, of" in told


def test_counts_added_up_are_named_after_all_their_reports(cores):
    """A sum over two reports once bore the name of the first."""
    core = cores["blinatumomab"]
    blocks = _make_blocks(core, "response", candidates(core, "response", 5), "R")
    for line in (line for block in blocks for line in block.lines if len(line.figures) > 1):
        reports = {core.row(figure.row_id)["report_id"] for figure in line.figures}
        assert len(reports) - 1 == line.label.partition(", ")[0].count(" and "), line.label
    labels = [line.label for block in blocks for line in block.lines]
    assert "Kiyoi 2020 and Japanese blinatumomab study, 2022, 3 cohorts added up" in labels


def test_of_responders_who_were_assessed_it_says_so(in_settings):
    """MRD of those in remission with a result once read as that of patients assessed."""
    lines = [line for block in in_settings["adult-relapse", "mrd"] for line in block.lines]
    (neuf,) = [line for line in lines if "neuf-2023" in line.figures[0].row_id]
    assert neuf.whom.startswith("of responders assessed")


def test_a_pools_remark_stands_under_it_and_not_among_reasons(cores):
    """The words “few studies” once stood in the column “Not pooled because”, beside a pooled value."""
    (figure,) = draw_response(cores["blinatumomab"], "response", title="R", outcome="Remission").parts
    desk, phone = figure.sheets()
    (head,) = [text for text in desk.texts if text["t"] == "Not pooled because"]
    reasons = " ".join(text["t"] for text in desk.texts if text["x"] == head["x"])
    remarks = [text for text in desk.texts if "new study" in text["t"]]
    assert len(remarks) > 1
    assert {text["x"] for text in remarks} == {0}
    assert "time point" in reasons
    assert "new" not in reasons
    assert all("Remission, % of patients" in words_of(sheet) for sheet in (desk, phone))


def test_every_pooled_value_shows_where_a_new_study_is_expected(cores):
    """Three and four studies once showed their narrow interval alone; a wide spread says that it is."""
    core = cores["blinatumomab"]
    blocks = _make_blocks(core, "response", candidates(core, "response", 5), "R")
    pools = [pool for block in blocks for pool in block.pools]
    assert any("few studies; a new study: " in pool.note for pool in pools)
    for pool in pools:
        assert pool.outer[0] < pool.low < pool.high < pool.outer[1]
        assert pool.note.startswith(FAR_FROM_MEDIAN) == (pool.outer[1] - pool.outer[0] > 60)


def test_a_restated_count_leads_with_its_trial_and_says_so_once(cores):
    """“TOWER, in Stein 2018” once stood over “Blinatumomab (restated)”."""
    core = cores["blinatumomab"]
    blocks = _make_blocks(core, "response", candidates(core, "response", 5), "R")
    lines = [line for block in blocks for line in block.lines if line.second_hand]
    assert ("MT103-211 (in Stein 2018)", "restated") in [(line.label, line.who) for line in lines]
    assert all(f"{line.label} {line.who}".count("restated") == 1 for line in lines)


def test_of_whom_and_by_which_limit_read_as_one_phrase(blocks):
    """On a phone “MRD positive to negative” once ran into its limit without a comma."""
    (*_, found), *_ = blocks
    line = found[0].lines[0]
    say = lambda whom: say_counted(replace(line, outcome="MRD negative", whom=whom))  # noqa: E731
    assert say("") == "MRD negative"
    assert say("of responders") == "MRD negative of responders"
    assert say("limit 0.01%") == "MRD negative, limit 0.01%"


def test_a_part_stands_for_no_study_while_a_share_of_twice_its_patients_is_printed(in_settings):
    """Of the first relapses of one group the 48 after transplant once stood, not the 224 others."""
    (line,) = [
        line
        for block in in_settings["adult-relapse", "response"]
        for line in block.lines
        if line.study == "gmall-relapse" and "first_relapse" in line.population
    ]
    assert (line.share, line.figures[0].row_id) == ("42", "gmall-relapse-2012.outcome.first-salvage.cr")


def test_a_study_under_several_headings_is_named_in_the_note(review, in_settings):
    note = explain(review, in_settings["adult-relapse", "response"])
    assert "patients may stand twice" in note
    assert "Jabbour 2018b and Kantarjian 2023a" in note
    block = next(block for block in in_settings["adult-relapse", "response"] if len(block.lines) == 2)
    assert "stand twice" not in explain(review, [block])


def test_a_heading_says_where_a_control_arm_stands_under_another_regimen(review):
    """Chemotherapy of a randomised trial once stood under the name of the antibody it was compared with."""
    beside = select_part(select_class(review, "blinatumomab"), "beside")
    found = _make_blocks(beside, "response", candidates(beside, "response", 5), "response")
    heads = [block.title.partition(";")[0] for block in found]
    assert "Inotuzumab ozogamicin, for context, with its controls" in heads
    assert not any(head.startswith("CAR-T") and "controls" in head for head in heads)


def test_cohorts_that_share_no_patient_stand_once_and_of_studies_that_may_one(cores):
    """Ph-negative and Ph-positive patients of a study were called the same; a series was left out unsaid."""
    note = draw_response(cores["blinatumomab"], "response", title="R").parts[0].more[1]
    assert "NEUF" not in note.partition("patients may stand twice")[2]
    assert "Of studies that may share patients one is drawn" in note
    apart = spoil(cores["blinatumomab"], "studies", lambda frame: frame.assign(overlaps_with=pd.NA))
    assert "may share patients" not in draw_response(apart, "response", title="R").parts[0].more[1]
