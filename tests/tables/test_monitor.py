"""Each new study against what the ones before it foretold."""

import dataclasses

import pytest

from livingreview.evidence import select_class, select_part
from livingreview.synthesis import predict_group
from livingreview.tables.monitor import NOTHING, arrivals, tabulate_monitor
from livingreview.tables.pool import SPREAD

NEARER = "a next study no longer could lie far from the median"


@pytest.fixture(scope="module")
def core(review):
    return select_part(select_class(review, "blinatumomab"), "core")


@pytest.fixture(scope="module")
def found(core):
    return list(arrivals(core))


@pytest.mark.slow
def test_the_interval_is_that_of_the_studies_before(found):
    assert found
    for arrival in found[:2]:
        before = [entry for entry in arrival.plan.entries if entry.available][: arrival.before]
        assert all(entry.available <= arrival.entry.available for entry in before)
        group = predict_group(
            [entry.events for entry in before],
            [entry.total for entry in before],
            size=arrival.entry.total,
            tau_scale=SPREAD,
        )
        assert (arrival.low, arrival.high) == (group.low, group.high)


@pytest.mark.slow
def test_the_table_says_which_came_as_foretold(core, found):
    table = tabulate_monitor(core, caption="New studies")
    outside = ["outside what was foretold" in row.cells[4] for row in table.rows]
    assert outside == [not arrival.is_foretold for arrival in found]
    assert not dataclasses.replace(found[0], low=found[0].entry.events + 1).is_foretold
    assert all(arrival.before >= 3 for arrival in found)


@pytest.mark.slow
def test_limits_of_the_rules_that_a_study_crosses_are_named(found):
    """The fifth study makes a pool that is no longer small; a spread may pass sixty points either way."""
    fifth = [arrival for arrival in found if arrival.before == 4]
    assert fifth
    assert all("5 studies: no longer few" in arrival.gates for arrival in fifth)
    for arrival in found:
        dated = tuple(entry for entry in arrival.plan.entries if entry.available)
        was, now = (
            dataclasses.replace(arrival.plan, entries=dated[:count])
            for count in (arrival.before, arrival.before + 1)
        )
        assert (NEARER in arrival.gates) == (was.is_wide and not now.is_wide)
    assert any(NEARER in arrival.gates for arrival in found)


@pytest.mark.slow
def test_the_conclusions_to_read_again_are_named_where_a_limit_is_crossed(core, found):
    """CR or CRh of adults: the conclusion on remission is the second."""
    rows = tabulate_monitor(core, caption="x").rows
    assert all(bool(row.cells[5]) == bool(arrival.gates) for row, arrival in zip(rows, found, strict=True))
    named = [
        row.cells[5]
        for row, arrival in zip(rows, found, strict=True)
        if arrival.gates and "mt103-211-hsct-ash.outcome.all.cr-crh" in arrival.plan.row_ids
    ]
    assert named
    assert all(
        '<a href="blinatumomab.html#blinatumomab.claim.remission">conclusion 2</a>' in cell for cell in named
    )


def test_where_nothing_is_pooled_nothing_is_said_of_growth(review):
    """ "No pool has grown beyond its first three studies" once stood where there was no pool."""
    said = {
        name: tabulate_monitor(select_part(select_class(review, name), "core"), caption="x")
        for name in ("bortezomib", "liposomal-mitoxantrone")
    }
    assert said["liposomal-mitoxantrone"].empty == ""
    assert said["bortezomib"].empty == NOTHING
