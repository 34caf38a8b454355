"""Of a hundred patients: each cell is a primary pool or, said so, the single largest study."""

import pytest

from livingreview.evidence import select_class, select_part
from livingreview.tables.counts import pooled_results
from livingreview.tables.decision import POOL, STUDY, decision_data, tabulate_decision
from livingreview.tables.plan import synthesis_plan
from livingreview.tables.pool import LEAST_STUDIES

ADULTS = ("Blinatumomab", "b-all", "relapsed_refractory", "adult")


@pytest.fixture(scope="module")
def core(review):
    return select_part(select_class(review, "blinatumomab"), "core")


@pytest.fixture(scope="module")
def adults(core):
    return next(decision for decision in decision_data(core) if decision.place == ADULTS).cells


def test_every_result_has_its_cell_in_the_declared_order(review, core):
    names = [result.result_id for result in pooled_results(review)]
    for decision in decision_data(core):
        assert list(decision.cells) == names
        assert any(decision.cells.values())


def test_remission_of_a_hundred_adults(adults):
    """Of 100: 49 (37 to 61), of a new hundred 22 to 80: wider than for a new study's proportion."""
    cell = adults["remission"]
    assert (cell.source, cell.studies, cell.patients) == (POOL, 5, 626)
    assert [round(100 * value) for value in (cell.value, *cell.interval)] == [49, 37, 61]
    assert [cell.group.low, cell.group.high] == pytest.approx([22, 80], abs=1)
    assert len(cell.row_ids) == 7, "three of them make one study's count"
    assert adults["transplant"].is_wide


def test_a_pool_needs_three_studies_else_the_largest_study_stands_alone(core, adults):
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


def test_a_count_that_is_not_of_all_patients_stands_in_no_cell(review):
    denominators = review.tables["outcomes"].set_index("row_id")["denominator"]
    for decision in decision_data(review):
        for cell in filter(None, decision.cells.values()):
            for row_id in cell.row_ids:
                assert denominators.get(row_id, "treated") in ("treated", "enrolled", "evaluable")


def test_survival_without_a_printed_interval_claims_none(adults):
    cell = adults["alive-12m"]
    assert cell.source == STUDY
    assert cell.interval is cell.group is None


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
        for cell, row in zip(told, part.rows, strict=True):
            assert row.cells[0] == cell.name
            assert ("largest study that the rules admit" in row.cells[4][1]) == (cell.source == STUDY)
            assert {figure.row_id for figure in row.cells[5]} == set(cell.row_ids)
    assert tabulate_decision(core, caption="x", least=99).parts == []


def test_a_count_taken_again_from_all_enrolled_is_said(review):
    """76 of 100 once stood beside 88 of 113."""
    cell = next(
        cell
        for decision in decision_data(select_class(review, "blinatumomab"))
        for cell in decision.cells.values()
        if cell and cell.row_ids == ("gokbuget-2018.outcome.treated.mrd-conversion",)
    )
    assert cell.said.endswith("88/116 counted again from all enrolled")
