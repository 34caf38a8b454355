"""Harm: what is blank is not reported, one grade alone is named, arms are sorted by their difference."""

import re

import pandas as pd
import pytest

from livingreview.charts import draw_arms, draw_harms
from livingreview.charts.harm_sheet import NAMES, OTHERS, POOLED, _lines
from livingreview.charts.harms import MOST_COLUMNS, _choose_events, _make_blocks
from livingreview.charts.sheet import COLOURS, SMALL, WIDE
from livingreview.charts.words import measure
from livingreview.evidence import select_class, select_part
from livingreview.tables.counts import pooled_results, result_of_event
from tests.drawn import CLASSES, words_of


@pytest.fixture(scope="module")
def tables(review):
    found = []
    for name in CLASSES:
        core = select_part(select_class(review, name), "core")
        events = _choose_events(core, "core")
        found.append((core, events, _make_blocks(core, events)))
    return found


def cells_of(tables):
    for core, events, blocks in tables:
        for row in (row for block in blocks for row in block.rows):
            for event, cell in zip(events, row.cells, strict=True):
                if cell:
                    yield core, event, cell


def test_a_cell_is_the_count_of_its_row(tables):
    seen = 0
    for core, event, cell in cells_of(tables):
        row = core.row(cell.figure.row_id)
        if event.grade:
            assert row["grade_min"] == event.grade
        if pd.isna(row["events"]):
            assert cell.count == "no count"
        else:
            assert cell.count.startswith(f"{row['events']}/{row['total']} [")
            assert cell.share == pytest.approx(100 * row["events"] / row["total"])
        seen += 1
    assert seen > 20


def test_one_grade_alone_and_a_part_of_the_treatment_are_said(tables):
    for core, event, cell in cells_of(tables):
        row = core.row(cell.figure.row_id)
        if event.table == "adverse_events" and not pd.isna(row["grade_min"]):
            alone = not pd.isna(row["grade_max"]) and row["grade_min"] == row["grade_max"] < 5
            assert (f"grade {row['grade_min']}" in cell.remark) == alone
            assert pd.isna(row["period"]) or row["period"] in cell.remark


def test_no_line_of_a_cell_is_wider_than_the_narrowest_cell(tables):
    """Beside seven other events “from treatment” once ran over its cell's edge."""
    width = (WIDE - NAMES) / MOST_COLUMNS - 4
    lines = [line for *_, cell in cells_of(tables) for line in _lines(cell, width)]
    assert "treatment" in lines
    assert max(measure(line, size=SMALL) for line in lines) < width - 6


def test_what_is_not_reported_is_blank_and_never_nought(review):
    core = select_part(select_class(review, "blinatumomab"), "core")
    figure = draw_harms(core, title="Harm").parts[0]
    blanks = [cell for row in figure.table.rows if not row.heading for cell in row.cells if cell == ""]
    assert blanks
    assert "or not in the part read" in figure.note
    assert "which is not the same as none" in figure.note


def test_arms_begin_with_what_is_pooled_then_go_by_difference_the_benefit_first(review):
    """Cytokine release and neurotoxicity once stood eighth and twelfth, between blood counts."""
    figures = draw_arms(select_class(review, "blinatumomab"), title="Adverse events").parts
    assert len(figures) == 2
    order = {result.result_id: place for place, result in enumerate(pooled_results(review))}
    for figure in figures:
        gaps = []
        ranks = []
        for row in figure.table.rows:
            one, other = (review.row(link.row_id) for link in row.cells[2:])
            result = result_of_event(review, one)
            ranks.append(order[result.result_id] if result else len(order))
            gaps.append((ranks[-1], one["events"] / one["total"] - other["events"] / other["total"]))
        assert gaps == sorted(gaps)
        assert len(set(ranks)) > 1
    assert [row.cells[0] for row in figures[0].table.rows][:3] == [
        "Cytokine release syndrome",
        "Neurotoxicity (neurological event)",
        "Infection",
    ]


def test_a_subgroup_stands_for_no_study(tables):
    """Patients after transplant are 64 of a trial's 189: their events are not the trial's."""
    shown = {cell.figure.row_id for _, _, cell in cells_of(tables)}
    assert shown
    assert not any(row_id.startswith("stein-post-hsct.") for row_id in shown)


def test_a_small_part_stands_beside_the_other_part_of_its_study(tables):
    """Of 261 the 225 under 65 years were once drawn alone, with half the neurological events."""
    (old,) = [row for row in rows_of(tables) if row.about == "Adults of 65 years or more"]
    counts = {cell.count.partition(" ")[0]: cell.remark for cell in old.cells if cell}
    assert counts == {"1/36": "grade 3", "10/36": ""}
    (young,) = [row for row in rows_of(tables) if row.about == "Adults under 65 years"]
    assert young.name == old.name == "Kantarjian 2016", "who they are stands beneath"


def test_deaths_as_adverse_events_have_a_column_and_need_no_grade(tables):
    """A grade of 5 says no more than the name; those put down to the treatment alone are no second column."""
    found = [(event, cell) for _, event, cell in cells_of(tables) if event.result_id == "fatal-event"]
    assert len(found) > 4
    assert {cell.remark for _, cell in found} <= {"", "r", "all patients, r"}
    assert all(event.result_id != "fatal-event-related" for _, events, _ in tables for event in events)


def test_a_row_says_which_part_of_a_cohort_it_tells_of(tables):
    """Adults under 65 years once stood as "adults", and a cell of everyone under the name of a part."""
    (young,) = [row for row in rows_of(tables) if any(c and c.count.startswith("4/225") for c in row.cells)]
    assert young.about == "Adults under 65 years"
    assert not any(cell.remark for cell in young.cells if cell)
    (all_of,) = [cell for _, _, cell in cells_of(tables) if cell.count.startswith("13/93")]
    assert all_of.remark == "all patients, r"


def rows_of(tables):
    return [row for _, _, blocks in tables for block in blocks for row in block.rows]


def test_a_pool_told_by_a_review_is_not_shown_as_the_report_of_another(tables):
    """34 deaths among 225 patients of one review's pool once stood in the row of a report on 261."""
    for core, _, blocks in tables:
        for line in (line for block in blocks for line in block.rows):
            told = [core.row(cell.figure.row_id) for cell in line.cells if cell]
            reports = {row["report_id"] for row in told}
            own = {row["report_id"] for row in told if row["source_report_id"] not in reports}
            assert len(own) == 1, line.name
    (pool,) = [
        line for line in rows_of(tables) if any(c and c.count.startswith("34/225") for c in line.cells)
    ]
    assert pool.name == "MT103-206 and MT103-211 pooled (in Stein 2018)"
    assert pool.about.endswith("; r")
    assert sum(cell is not None for cell in pool.cells) == 1


def test_a_cell_that_repeats_the_report_of_its_row_is_marked(tables):
    (row,) = [line for line in rows_of(tables) if any(c and c.count.startswith("13/93") for c in line.cells)]
    assert row.name == "MT103-205 (von Stackelberg 2016)"
    assert row.has_restated
    assert not row.about.endswith("; r")


def test_events_put_down_to_the_treatment_alone_are_called_so(tables):
    """No severe neurotoxicity from the drug once read as no neurological event."""
    for core, _, cell in cells_of(tables):
        row = core.row(cell.figure.row_id)
        if "attribution" in row and row["attribution"] == "treatment_related":
            assert "from treatment" in cell.remark


def test_severe_events_under_other_terms_are_named(review):
    core = select_part(select_class(review, "bortezomib"), "core")
    figure = draw_harms(core, title="Harm").parts[0]
    assert "peripheral neuropathy" in figure.more[1].partition("Told under other terms")[2]


def test_severe_events_of_organs_without_a_column_are_named(review):
    """Harm to the liver, 11 of 37 of one series, once stood neither in the figure nor among what it lacks."""
    note = draw_harms(review, title="Harm").parts[0].more[1].partition("Told under other terms")[2]
    for term in ("hepatotoxicity", "hepatic enzyme increased", "gastrointestinal disorder"):
        assert term in note


def test_deaths_during_treatment_keep_their_column_beside_all_other_harm(review):
    """7 of 43 and 5 of 37 once vanished where all classes stand together: six other events were told more."""
    table = draw_harms(review, title="Harm").parts[0].table
    place = [column.title for column in table.columns].index("Death during treatment")
    told = {row.cells[place][0].row_id for row in table.rows if not row.heading and row.cells[place]}
    assert told == {
        "graall-clofarabine-2011.outcome.vandevol.early-death", "ramos-2025.outcome.all.early-death",
    }  # fmt: skip


def test_one_study_or_one_share_has_no_range(review):
    core = select_part(select_class(review, "mitoxantrone-clofarabine"), "core")
    words = draw_harms(core, title="Harm").parts[0].description
    assert "Febrile neutropenia, 1 cohort, 100% (CLAM, 2020, grade 3)." in words
    assert "Infection, 2 cohorts, from 44% (" in words
    assert "Death from treatment, 2 cohorts, 0% in each." in words


def test_the_legend_names_both_treatments_and_their_patients(review):
    """It once said “control”, without a number."""
    legends = [words_of(sheet)[:2] for sheet in draw_arms(review, title="Arms").parts[0].sheets()]
    assert legends[0] == [
        "Blinatumomab, n = 267",
        "Standard chemotherapy, investigator choice of four, n = 109",
    ]
    assert legends[1] == legends[0]
    core = select_part(review, "core")  # without the comparators' regimens the arm is called by its cohort
    told = words_of(draw_arms(core, title="Arms").parts[0].sheets()[0])
    assert told[1] == "TOWER, chemotherapy, n = 109"


def test_both_arms_are_told_as_shares_and_counts_at_every_width(review):
    """A phone once had the counts alone: nine per cent had to be worked out from 25 of 267."""
    for sheet in draw_arms(review, title="Arms").parts[0].sheets():
        told = words_of(sheet)
        assert "9% v 8%" in told
        assert "25/267 v 9/109" in told


def test_no_line_of_the_scale_runs_through_a_phone_s_words(review):
    _, phone = draw_arms(review, title="Arms").parts[0].sheets()
    lines = [re.fullmatch(r"M0,0L0,([\d.]+)", mark["d"]) for mark in phone.marks]
    tall = [float(line[1]) for line in lines if line]
    assert len(tall) > 20
    assert max(tall) <= 24


def test_a_trial_says_how_sure_its_harms_are(review):
    tower, aall1331 = (figure.note for figure in draw_arms(review, title="Arms").parts[:2])
    assert "severe infection and serious adverse events against chemotherapy" in tower
    assert "same adults: very low; all else not rated." in tower
    assert aall1331.startswith("Lines:")
    assert "Certainty (GRADE): not rated." in aall1331


def test_the_table_s_columns_have_short_names(review):
    columns = draw_arms(review, title="Arms").parts[0].table.columns
    assert [column.title for column in columns[2:]] == [
        "Blinatumomab, n = 267",
        "Standard chemotherapy, n = 109",
    ]


def test_words_on_a_shade_can_be_read_in_light_and_dark(review):
    """Remarks of 10 pixels once had a contrast of 2.6 to 1 on the darkest cell, in the dark 2.4."""
    colours = {"light": ("#b4430c", "#ffffff", "#1b1f24"), "dark": ("#f09a63", "#14171a", "#e8eaed")}
    for sheet in draw_harms(review, title="Harm").parts[0].sheets():
        cells = {mark["n"]: mark for mark in sheet.marks if mark.get("f") == COLOURS["harm"]}
        words = [text for text in sheet.texts if text["n"] in cells]
        assert {text["f"] for text in words} == {COLOURS["ink"]}
        assert min(text["s"] for text in sheet.texts) >= 11, "names of events, too"
        for harm, ground, ink in colours.values():
            for mark in cells.values():
                assert _contrast(_over(harm, ground, mark["o"]), _rgb(ink)) >= 4.5


def test_none_and_a_few_per_cent_do_not_look_alike(review):
    (sheet, _) = draw_harms(review, title="Harm").parts[0].sheets()
    shares = {text["n"]: text["t"] for text in sheet.texts if text["n"] and text["t"].endswith("%")}
    cells = {mark["n"]: mark for mark in sheet.marks if mark.get("f") == COLOURS["harm"]}
    shades = {share: cells[row]["o"] for row, share in shares.items()}
    assert shades["0%"] == 0
    assert shades["2%"] >= 0.17
    assert shades["5%"] < shades["13%"] < shades["34%"] < shades["59%"]
    outlined = {shares[row] for row, mark in cells.items() if "k" in mark}
    assert outlined == {"0%"}


def test_what_is_not_needed_to_read_the_figure_is_folded(review):
    """A list of terms that the figure does not show filled most of 24 lines on a phone."""
    figure = draw_harms(review, title="Harm").parts[0]
    title, words = figure.more
    assert len(figure.note) < 450 < len(words)
    assert title.startswith("Counted, but not in this figure: ")
    html = str(figure.__html__())
    assert html.index(figure.note[:40]) < html.index(f"<summary>{title}</summary>") < html.index("lr-get")


def test_pooled_events_are_parted_from_those_sorted_by_difference(review):
    """Four events once stood unsorted before the sorted rest, with nothing between them."""
    for figure in draw_arms(review, title="Arms").parts:
        pooled = [result_of_event(review, review.row(row.cells[2].row_id)) for row in figure.table.rows]
        first = next(place for place, result in enumerate(pooled) if result is None)
        for sheet in figure.sheets():
            heads = {words: text["y"] for words in (POOLED, OTHERS) for text in _named(sheet, words)}
            shares = sorted(text["y"] for text in sheet.texts if re.fullmatch(r"\d+% v \d+%", text["t"]))
            assert heads[POOLED] < shares[0]
            assert shares[first - 1] < heads[OTHERS] < shares[first]
            rules = [mark["y"] for mark in sheet.marks if mark["d"] == f"M0,0L{sheet.width:g},0"]
            assert any(shares[first - 1] < y < heads[OTHERS] for y in rules)


def test_what_all_events_have_in_common_is_said_once(review):
    """ "In cycle 1" once stood sixteen times, and wrapped half of the names."""
    tower, aall1331 = draw_arms(review, title="Arms").parts[:2]
    for sheet in aall1331.sheets():
        words = words_of(sheet)
        assert words.count("All events: grade 3 to 5 in cycle 1") == 1
        assert sum("cycle 1" in line for line in words) == sum("grade" in line for line in words) == 1
    assert all("in cycle 1" in row.cells[0] for row in aall1331.table.rows), "the table stands alone"
    assert not any(line.startswith("All events:") for line in words_of(tower.sheets()[0]))


def _named(sheet, words: str) -> list[dict]:
    return [text for text in sheet.texts if text["t"] == words]


def _rgb(colour: str) -> tuple[float, ...]:
    return tuple(int(colour[place : place + 2], 16) for place in (1, 3, 5))


def _over(colour: str, ground: str, opacity: float) -> tuple[float, ...]:
    pairs = zip(_rgb(colour), _rgb(ground), strict=True)
    return tuple(opacity * one + (1 - opacity) * other for one, other in pairs)


def _contrast(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """As WCAG 2 counts it."""
    lights = sorted(
        sum(
            weight * (part / 3294.6 if part < 10.3 else ((part / 255 + 0.055) / 1.055) ** 2.4)
            for weight, part in zip((0.2126, 0.7152, 0.0722), colour, strict=True)
        )
        for colour in (one, other)
    )
    return (lights[1] + 0.05) / (lights[0] + 0.05)
