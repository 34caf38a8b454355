"""What response and survival go with, within one report."""

import pytest

from livingreview.evidence import select_class
from livingreview.tables.labels import TwinsError
from livingreview.tables.modifiers import NOTHING, find_contrasts, tabulate_modifiers
from tests.changed import spoil


@pytest.fixture(scope="module")
def blinatumomab(review):
    return select_class(review, "blinatumomab")


def test_remission_by_blasts_in_the_marrow_is_told_with_its_reference(blinatumomab):
    """3.50 and 3.93 against half of the marrow or more: what most moves response."""
    rows = tabulate_modifiers(blinatumomab, caption="x").rows
    place = [row.cells[0] for row in rows].index("Blasts in the marrow")
    told = {(row.cells[0], row.cells[1]): row.cells[2].text for row in rows[place + 1 : place + 9]}
    remission = "Odds ratio of complete remission"
    assert told["25 to under 50% blasts against 50% or more", remission].startswith("3.50 (")
    assert told["5 to under 25% blasts against 50% or more", remission].startswith("3.93 (")
    assert told["5 to under 25% blasts against 50% or more", "Overall survival, hazard ratio"] == "0.54"


def test_ratios_of_treatments_are_none_of_them(review):
    told = {one.figure.row_id for one in find_contrasts(review)}
    assert "kantarjian-2017.survival.blinatumomab.os-hr" not in told
    assert "brown-2021.figure.mrd-c1-odds-ratio" not in told
    assert "cabannes-hamy-2022.survival.relapse.os-hr-prior-relapses" in told


def test_each_contrast_stands_once_under_what_patients_are_compared_by(blinatumomab):
    rows = tabulate_modifiers(blinatumomab, caption="x").rows
    ids = [row.cells[2].row_id for row in rows if not row.heading]
    assert sorted(ids) == sorted(one.figure.row_id for one in find_contrasts(blinatumomab))
    headings = [row.cells[0] for row in rows if row.heading]
    assert len(headings) == len(set(headings)) > 4


def test_without_any_the_page_says_so(blinatumomab):
    bare = blinatumomab
    for name in ("survival", "figures"):
        bare = spoil(bare, name, lambda frame: frame.drop(columns="modifier"))
    assert str(tabulate_modifiers(bare, caption="x").__html__()).count(NOTHING) == 1


def test_one_contrast_in_two_cohorts_of_a_report_says_which(blinatumomab):
    """Cytogenetics were looked at in those with MRD and in those in relapse: two lines of one label once."""
    rows = [row for row in tabulate_modifiers(blinatumomab, caption="x").rows if not row.heading]
    told = {(*row.cells[0], row.cells[1]) for row in rows if "high-risk cytogenetics" in row.cells[0][0]}
    assert len(told) == 4
    assert all(isinstance(row.cells[0], str) for row in rows if "blasts" in row.cells[0])
    labels = blinatumomab.tables["cohorts"].assign(label="Adults")
    with pytest.raises(TwinsError):
        tabulate_modifiers(spoil(blinatumomab, "cohorts", lambda _: labels), caption="x")
