"""Groups are joined by their titles, and by nothing else."""

import pytest

from livingreview.extraction.ctgov import read_ctgov
from livingreview.extraction.grouping import cut, group_arms, squeeze
from tests.extraction.registry import EVENTS, as_bytes, study


def arms_of(told):
    return group_arms(read_ctgov(as_bytes(told)))


def test_one_title_is_one_group_of_patients_in_all_parts_whatever_its_ids():
    arms = arms_of(study())
    parts = {arm.title: arm.parts for arm in arms.arms}
    every = {"flow", "baseline", "events", "outcomes"}
    assert parts["Drug A"] == parts["Standard Care"] == every
    assert len(arms.arms) == 4


def test_the_registers_own_sum_of_the_arms_is_everyone():
    (total,) = [arm for arm in arms_of(study()).arms if arm.is_total]
    assert (total.short, total.label) == ("all", "All participants")


def test_a_like_title_is_a_group_of_its_own_and_is_told():
    ((arm, near),) = arms_of(study()).unmatched()
    assert (arm.title, near) == ("Drug A, With a Questionnaire", "Drug A")


def test_two_groups_of_one_title_in_one_list_are_not_joined():
    first, second = EVENTS["eventGroups"]
    told = study(adverseEventsModule=EVENTS | {"eventGroups": [first, second | {"title": first["title"]}]})
    arms = arms_of(told)
    apart = [arm for arm in arms.arms if arm.parts == {"events"}]
    assert [arm.title for arm in apart] == ["Standard care", "Standard care"]
    assert len({arm.short for arm in arms.arms}) == len(arms.arms)


@pytest.mark.parametrize("text", ["word " * 30, "x" * 200, "short"])
def test_a_text_that_is_cut_fits(text):
    assert len(cut(text.strip(), 80)) <= 80
    assert len(squeeze(text.strip(), 80)) <= 80


def test_what_parts_two_long_terms_stays():
    head = "General disorders and administration site conditions that are long - Other, "
    one, two = squeeze(f"{head}common cold", 60), squeeze(f"{head}drop in performance", 60)
    assert one != two
    assert one.endswith("common cold")
