"""What the explorer says of pools: the values of the rules, each under the one view that shows its rows."""

from urllib.parse import parse_qs

import pytest

from livingreview.pages.explorer import FILTERS, IN_SCOPE, MORE
from livingreview.pages.explorer_pools import list_pools
from livingreview.pages.explorer_rows import list_rows


@pytest.fixture(scope="module")
def pools(review) -> list[dict]:
    return list_pools(review)


def test_every_pool_is_told_as_the_rules_made_it(plans, pools):
    pooled = [plan for plan in plans if plan.decision == "pooled"]
    told = [pool for pool in pools if "value" in pool]
    assert len(told) == len(pooled) > 5
    for plan, pool in zip(pooled, told, strict=True):
        assert pool["rows"] == [row_id for entry in plan.entries for row_id in entry.row_ids]
        assert pool["value"] == pytest.approx(100 * plan.pooled.estimate, abs=0.01)
        assert pool["low"] < pool["value"] < pool["high"]
        assert pool["patients"] == sum(plan.totals)
        assert f"{len(plan.entries)} studies of {sum(plan.totals)} patients" in pool["told"]
        assert (pool["outer"] is None) == (len(plan.entries) < 5)


def test_what_is_not_pooled_says_why_and_has_no_value(plans, pools):
    refused = [pool for pool in pools if "value" not in pool]
    assert {pool["told"] for pool in refused} == {
        f"Not pooled: {plan.reason}." for plan in plans if plan.decision != "pooled"
    }


@pytest.mark.slow
def test_a_pool_s_rows_are_in_its_view(review, pools):
    """All counts of a pool pass the filters of its view, as the page applies them."""
    rows = {row["row_id"]: row for row in list_rows(review)}
    for pool in pools:
        view = parse_qs(pool["view"])
        assert set(view) <= {*FILTERS, *MORE}
        for row_id in pool["rows"]:
            row = rows[row_id]
            shown = row["status"][0] == IN_SCOPE or "context" in view
            assert shown, row_id
            for name in set(view) - set(MORE):
                assert row[name][0] in view[name], (row_id, name)
