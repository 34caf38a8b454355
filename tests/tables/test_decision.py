"""Of a hundred patients: each cell is a primary pool or, said so, the single largest study."""

from dataclasses import replace

import pytest

from livingreview.evidence import select_class, select_part, select_setting, split_ids
from livingreview.tables.counts import LEAST_PATIENTS, is_timed, pooled_results
from livingreview.tables.decision import (
    ONE_STUDY,
    POOL,
    STUDY,
    decision_data,
    rating_of,
    say_source,
    tabulate_decision,
)
from livingreview.tables.plan import synthesis_plan
from livingreview.tables.pool import LEAST_STUDIES

ADULTS = ("Blinatumomab", "b-all", "relapsed_refractory", "adult")


@pytest.fixture(scope="module")
def core(review):
    return select_part(select_class(review, "blinatumomab"), "core")


@pytest.fixture(scope="module")
def adults(core):
    return next(decision for decision in decision_data(core) if decision.place == ADULTS).cells


@pytest.mark.slow
def test_every_result_has_its_cell_in_the_declared_order(review, core):
    names = [result.result_id for result in pooled_results(review)]
    for decision in decision_data(core):
        assert list(decision.cells) == names
        assert any(decision.cells.values())


def test_remission_of_a_hundred_adults(adults):
    """Of 100: 49 (37 to 61), of a new hundred 20 to 81: wider than for a new study's proportion."""
    cell = adults["remission"]
    assert (cell.source, cell.studies, cell.patients) == (POOL, 5, 626)
    assert [round(100 * value) for value in (cell.value, *cell.interval)] == [49, 37, 61]
    assert [cell.group.low, cell.group.high] == [20, 81]
    assert len(cell.row_ids) == 7, "three of them make one study's count"
    assert adults["transplant"].is_wide


def test_a_pool_needs_three_studies_else_studies_stand_alone(core, adults):
    plans = synthesis_plan(core)
    for decision in decision_data(core):
        for cell in filter(None, decision.cells.values()):
            assert (cell.source == POOL) == (cell.studies >= LEAST_STUDIES)
            assert 0 <= cell.value <= 1
    cell = adults["infection"]
    assert (cell.source, cell.studies, cell.row_ids) == (
        STUDY, 1, ("kantarjian-2017.ae.blinatumomab.infection-g3",)
    )  # fmt: skip
    assert not any(plan.outcome == cell.name and len(plan.entries) >= LEAST_STUDIES for plan in plans)


@pytest.mark.slow
def test_a_count_that_is_not_of_all_patients_stands_in_no_cell(review):
    denominators = review.tables["outcomes"].set_index("row_id")["denominator"]
    for decision in decision_data(review):
        for cell in filter(None, decision.cells.values()):
            for row_id in cell.row_ids:
                assert denominators.get(row_id, "treated") in ("treated", "enrolled", "evaluable")


@pytest.mark.slow
def test_a_rate_has_the_certainty_of_the_rating_that_rests_on_it(review, adults):
    """CR or CRh of adults is rated low; the rating of survival against chemotherapy is none of any rate."""
    assert rating_of(review, adults["remission"]) == "blinatumomab.certainty.response-adults-crh"
    assert rating_of(review, adults["neurological-event"]) is None, "rated against chemotherapy alone"
    table = tabulate_decision(review, caption="x").parts
    told = {row.cells[5] for part in table for row in part.rows}
    assert "not rated" in told
    assert any("low" in str(words) for words in told)


@pytest.mark.slow
def test_of_one_count_its_own_rating_comes_before_that_of_several_studies(review):
    """11 of 19 were once rated very low with a trial of other patients, and low in the summary."""
    (cell,) = [
        cell
        for one in decision_data(review)
        if (cell := one.cells["remission"]) and cell.row_ids == ("nelken-2016.outcome.all.cr",)
    ]
    assert rating_of(review, cell) == "mitoxantrone-clofarabine.certainty.children-others"


@pytest.mark.slow
def test_a_pool_is_not_rated_by_the_rating_of_one_of_its_studies(review):
    """Six studies of children that lie far apart once had the certainty of one trial."""
    place = ("Blinatumomab", "b-all", "relapsed_refractory", "paediatric")
    children = next(one.cells for one in decision_data(review) if one.place == place)
    pool = children["remission"]
    assert (pool.source, pool.is_wide) == (POOL, True)
    assert "mejstrikova-2017.outcome.recommended.crc" in pool.row_ids
    rating = review.tables["certainty"].set_index("certainty_id").loc["blinatumomab.certainty.children"]
    shared = set(pool.row_ids) & set(split_ids(rating["rests_on"]))
    assert len(shared) >= 4, "it rests on the trial and on other studies"
    assert rating_of(review, pool) == "blinatumomab.certainty.children"
    assert rating["certainty"] == "very_low"
    others = ("raetz-2008.outcome.early.cr", "li-2023.outcome.all.cr")
    alone = ("nelken-2016.outcome.all.cr", *others)
    assert rating_of(review, replace(pool, row_ids=alone)) is None, "one of three"


@pytest.mark.slow
def test_the_next_hundred_are_told_of_survival_too_where_an_interval_is_printed(review):
    cells = [
        cell
        for decision in decision_data(review)
        if (cell := decision.cells["alive-12m"]) and cell.source == STUDY
    ]
    assert {cell.group is None for cell in cells} == {cell.interval is None for cell in cells}
    for cell in cells:
        if cell.interval:
            assert cell.group.low <= 100 * cell.interval[0]
            assert cell.group.high >= 100 * cell.interval[1]


def test_survival_without_a_printed_interval_claims_none(review):
    cells = [
        cell
        for decision in decision_data(review)
        if (cell := decision.cells["alive-12m"]) and cell.source == STUDY and cell.interval is None
    ]
    assert cells
    assert all(cell.group is None for cell in cells)


def test_survival_of_a_subgroup_or_of_an_unknown_number_stands_for_no_population(adults, review):
    """The only share alive of adults is of patients after transplant; another is of nobody knows how many."""
    assert adults["alive-12m"] is None
    told = [cell for decision in decision_data(review) for cell in decision.cells.values() if cell]
    assert all(cell.patients >= LEAST_PATIENTS for cell in told)
    assert not any(row_id.startswith("short-2021-asco.") for cell in told for row_id in cell.row_ids)


def test_survival_of_responders_stands_for_nobody_treated(review):
    """42% of adults in second remission are alive at a year: of relapsed adults that is not told."""
    survival = review.tables["survival"].set_index("row_id")
    late = set(
        survival.index[survival["origin"].isin(["remission", "transplant"]) & (survival["endpoint"] == "OS")]
    )
    assert "kantarjian-2010-second-remission.survival.all.os-12m" in late
    told = [cell for decision in decision_data(review) for cell in decision.cells.values() if cell]
    assert not any(late & set(line.row_ids) for cell in told for line in cell.lines)


def test_no_hundred_is_foretold_more_surely_than_all_patients_followed_would_tell(review):
    """Three of 31 alive: limits of 4 and 16% are printed; so narrow they cannot be."""
    row_id = "pethema-clofarabine-2012.survival.all.os-1y"
    told = [cell for decision in decision_data(review) for cell in decision.cells.values() if cell]
    cell = next(line for cell in told for line in cell.lines if row_id in line.row_ids)
    assert cell.interval == pytest.approx((0.04, 0.16))
    assert cell.group.low <= 2
    assert cell.group.high >= 25


def test_deaths_are_told_as_each_report_counts_them(adults):
    """TOWER counts fatal adverse events: they stand in lines of their own beside deaths."""
    assert "kantarjian-2017.ae.blinatumomab.fatal-serious-adverse-event-g5" in adults["fatal-event"].row_ids
    related = adults["fatal-event-related"]
    assert "stein-2018.ae.tower.fatal-adverse-event-related-g5" in related.row_ids


def test_the_table_says_where_each_cell_is_from(core):
    shown = tabulate_decision(core, caption="Of a hundred", least=3)
    wanted = [
        decision
        for decision in decision_data(core)
        if sum(cell is not None for cell in decision.cells.values()) >= 3
    ]
    assert [part.caption for part in shown.parts] == [f"Of a hundred: {each.stratum}" for each in wanted]
    for decision, part in zip(wanted, shown.parts, strict=True):
        told = [cell for cell in decision.cells.values() if cell]
        if len(told) < len(decision.cells):
            assert part.notes[0].count(";") == len(decision.cells) - len(told) - 1
        for cell, row in zip((line for one in told for line in one.lines), part.rows, strict=True):
            assert row.cells[0] == cell.name
            alone = "one of two studies, which are not pooled" if cell.of_two else ONE_STUDY
            assert (alone in row.cells[4][1]) == (cell.source == STUDY)
            assert {figure.row_id for figure in row.cells[6]} == set(cell.row_ids)
    assert tabulate_decision(core, caption="x", least=99).parts == []


@pytest.mark.slow
def test_a_count_taken_again_from_all_enrolled_is_said(review):
    """44 of 49 assessed are 44 of 54 treated."""
    cell = next(
        cell
        for decision in decision_data(select_class(review, "blinatumomab"))
        for cell in decision.cells.values()
        if cell and cell.row_ids == ("locatelli-2021.outcome.blinatumomab.mrd-negative",)
    )
    assert cell.said.endswith("44/54 counted again from all enrolled")


def test_a_pool_says_which_of_its_counts_are_taken_again_so_that_its_size_adds_up(review):
    """Rows of 161 patients once stood beside a pool of 163."""
    pools = [
        cell
        for decision in decision_data(review)
        for cell in decision.cells.values()
        if cell and cell.source == POOL and all("total" in review.row(row_id) for row_id in cell.row_ids)
    ]
    assert any(cell.again for cell in pools)
    for cell in pools:
        printed = sum(int(review.row(row_id)["total"]) for row_id in cell.row_ids)
        assert (printed != cell.patients) == bool(cell.again), cell
        assert all(count in " ".join(say_source(cell)) for count in cell.again)


def test_a_result_of_a_time_names_it(review):
    """MRD after one cycle and after two are two results: the table says which it shows."""
    told = {
        cell.row_ids[0]: cell.said
        for decision in decision_data(review)
        for cell in decision.cells.values()
        if cell and cell.source == STUDY
    }
    row = review.row("brown-2021.outcome.blinatumomab.mrd-negative-c2")
    assert told[row["row_id"]].endswith(f"; MRD negative, {row['timepoint']}")
    timed = 0
    for row_id, words in told.items():
        if ".outcome." in row_id and is_timed(review, review.row(row_id)["outcome"]):
            row = review.row(row_id)
            code = review.label("outcomes", "assessed_at", row["assessed_at"])
            assert f", {row['timepoint']}" in words or f", {code}" in words
            timed += 1
    assert timed > 20


def test_what_the_next_hundred_are_is_said_where_they_stand(core):
    first, *others = tabulate_decision(core, caption="Of a hundred").parts
    assert any(note.startswith("The next 100: were 100 more such patients") for note in first.notes)
    assert any("deaths of the disease may be left out" in note for note in first.notes)
    assert not any(note.startswith("The next 100") for part in others for note in part.notes)


@pytest.mark.slow
def test_a_small_study_does_not_stand_for_a_larger_one_that_the_rules_keep_out(review):
    """69 of 100 adults MRD negative once stood over 49 in remission: 25 of 36, with 58 of 185 kept out."""
    adults = next(one for one in decision_data(select_class(review, "blinatumomab")) if one.place == ADULTS)
    assert adults.cells["remission"].studies == 5
    assert adults.cells["mrd-negativity"] is None


def test_a_small_study_does_not_stand_for_a_larger_one_without_a_count(review):
    """9 of 17 adults with AML once stood for all, where 58% of 172 is printed without a count."""
    place = ("Conventional mitoxantrone regimens in AML", "aml", "relapsed_refractory", "adult")
    adults = next(one for one in decision_data(review) if one.place == place)
    assert adults.cells["remission"] is None
    assert adults.cells["early-death"] or adults.cells["alive-12m"], "what the larger study counts stands"


@pytest.mark.slow
def test_deaths_by_treatment_are_not_fewer_than_the_trial_itself_names(review):
    """A later review counts one of 93 children; the trial's own abstract names two, both in dose finding."""
    place = ("Blinatumomab", "b-all", "relapsed_refractory", "paediatric")
    children = next(one.cells for one in decision_data(review) if one.place == place)
    told = [line.row_ids for line in children["fatal-event-related"].lines]
    assert ("von-stackelberg-2016.ae.treated.fatal-related",) in told
    html = str(tabulate_decision(select_setting(review, "child-later-relapse"), caption="C").__html__())
    assert "Not settled: Two deaths by dose-limiting toxicity in dose finding" in html


def test_a_pool_of_remission_holds_children_in_overt_relapse_alone(review):
    """Children with MRD alone, or in remission only after chemotherapy, once counted as remissions.

    The medians are worked out anew: maximum likelihood by Gauss-Hermite quadrature, eighty nodes.
    """
    place = ("Blinatumomab", "b-all", "relapsed_refractory", "paediatric")
    children = next(one.cells for one in decision_data(review) if one.place == place)
    remission, mrd = children["remission"], children["mrd-negativity"]
    assert not [row_id for row_id in remission.row_ids if row_id.startswith("li-2023")]
    assert "schlegel-2014.outcome.all.cr" in remission.row_ids
    assert (remission.studies, remission.patients) == (5, 151)
    assert remission.value == pytest.approx(0.49985, abs=5e-4)
    assert remission.interval == pytest.approx((0.28454, 0.71522), abs=5e-4)
    assert (mrd.studies, mrd.patients) == (4, 113)
    assert mrd.value == pytest.approx(0.31131, abs=5e-4)
    assert mrd.interval == pytest.approx((0.09769, 0.65366), abs=5e-4)


def test_of_two_studies_both_stand(review):
    """3 deaths of 22 once stood nowhere, under a rule that shows both of two studies."""
    core = select_part(select_class(review, "bortezomib"), "core")
    (cell,) = [
        one.cells["treatment-death"]
        for one in decision_data(core)
        if one.cells["treatment-death"] and one.place[0].startswith("Bortezomib, vincristine")
    ]
    assert [line.row_ids for line in cell.lines] == [
        ("bertaina-2017.outcome.all.treatment-death",), ("messinger-2012.outcome.all.treatment-death",)
    ]  # fmt: skip
    assert all(line.of_two for line in cell.lines)
    shown = [row for part in tabulate_decision(core, caption="C").parts for row in part.rows]
    told = [row.cells[1][0] for row in shown if row.cells[0] == "Death from treatment"]
    assert {"8", "14"} <= set(told)


def test_of_the_next_hundred_no_less_is_told_than_of_the_rate(review):
    """Of 9 of 9 the rate was once given as 66 to 100, the next hundred as 68 to 100."""
    seen = 0
    for decision in decision_data(review):
        for cell in filter(None, decision.cells.values()):
            for line in cell.lines:
                if line.group and line.interval:
                    assert line.group.low <= 100 * line.interval[0] + 1e-9, line
                    assert line.group.high >= 100 * line.interval[1] - 1e-9, line
                    seen += 1
    assert seen > 50


@pytest.mark.slow
def test_the_harms_of_a_control_arm_stand_with_the_regimen_it_was_given(review):
    """Chemotherapy once had deaths of a series alone: no other cohort of its tells of adverse events."""
    (chemotherapy,) = [
        one.cells
        for one in decision_data(select_setting(review, "adult-relapse"))
        if one.place == ("Chemotherapy: control arms and historical rates", *ADULTS[1:])
    ]
    told = {
        name: chemotherapy[name].row_ids for name in ("infection", "fatal-event", "veno-occlusive-disease")
    }
    assert told == {
        "infection": ("kantarjian-2017.ae.chemotherapy.infection-g3",),
        "fatal-event": ("kantarjian-2019.ae.chemotherapy.fatal-serious-adverse-event-g5",),
        "veno-occlusive-disease": ("kantarjian-2019.ae.chemotherapy.venoocclusive-liver-disease",),
    }


def test_a_family_of_control_arms_alone_has_no_table(core):
    """Beside a class's own regimens controls are read in the figures of both arms, not as an option."""
    assert not any(one.place[0].startswith("Chemotherapy") for one in decision_data(core))


def test_a_share_from_a_model_that_borrows_other_patients_is_no_rate(review):
    """41 of 100 alive at a year was once told of 45 patients: a model with data of another trial."""
    told = {
        row_id
        for one in decision_data(review)
        for cell in filter(None, one.cells.values())
        for line in cell.lines
        for row_id in line.row_ids
    }
    assert "martinelli-2021.outcome.all.cr-crh" in told, "the trial itself is"
    assert not any(row_id.startswith("rambaldi-2020.") for row_id in told)


def test_both_schedules_of_a_regimen_count_for_its_rate(review):
    """9 of 67 with the original schedule once stood for all 110: with the modified one it was 1 of 43."""
    (cell,) = [
        cell
        for one in decision_data(review)
        if one.place == ("Mini-Hyper-CVD with inotuzumab, blinatumomab added later in some", *ADULTS[1:])
        and (cell := one.cells["veno-occlusive-disease"])
    ]
    assert (cell.patients, cell.value) == (110, pytest.approx(10 / 110))


def test_survival_of_one_study_says_what_its_report_leaves_open(review):
    """93 of a hundred alive was told of children whose survival may have been counted from transplant."""
    told = {
        cell.row_ids[0]: cell.said
        for decision in decision_data(review)
        for whole in filter(None, [decision.cells.get("alive-12m")])
        for cell in whole.lines
    }
    assert "keating-2019.survival.all.os-12m" not in told, "perhaps of those alone who came so far"
    assert "of how many is not printed" in told["wei-2016.survival.all.os-1y"]
    assert "not printed" not in told["pethema-clofarabine-2012.survival.all.os-1y"]
