"""Each new study against what the ones before it foretold."""

import pytest

from livingreview.evidence import select_class, select_part
from livingreview.synthesis import predict_group
from livingreview.tables.monitor import arrivals, tabulate_monitor


@pytest.fixture(scope="module")
def core(review):
    return select_part(select_class(review, "blinatumomab"), "core")


@pytest.fixture(scope="module")
def found(core):
    return list(arrivals(core))


def test_the_interval_is_that_of_the_studies_before(found):
    assert found
    for arrival in found[:2]:
        before = [entry for entry in arrival.plan.entries if entry.available][: arrival.before]
        assert all(entry.available <= arrival.entry.available for entry in before)
        group = predict_group(
            [entry.events for entry in before], [entry.total for entry in before], size=arrival.entry.total
        )
        assert (arrival.low, arrival.high) == (group.low, group.high)


def test_the_table_says_which_came_as_foretold(core, found):
    table = tabulate_monitor(core, caption="New studies")
    assert [row.cells[4] == "inside" for row in table.rows] == [arrival.is_foretold for arrival in found]
    assert all(arrival.before >= 3 for arrival in found)
